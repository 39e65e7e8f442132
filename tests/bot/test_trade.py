"""Shops: paid for what was used up, not robbed through the floor; and a full stomach's room."""

from collections.abc import Callable

import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.shops import SHOPKEEPER
from yendor.bot.state import State
from yendor.bot.strategies import eat, trade
from yendor.bot.strategies.search import search
from yendor.bot.walking import walk
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.bottomline import Hunger
from yendor.nethack.items import read_item
from yendor.nethack.monsters import index_of
from yendor.nethack.objects import table

Heroes = Callable[..., Belief]
DIGGING = next(one for one in table() if one.name == "digging")


def keeper(kind: str, distance: int) -> Creature:
    return Creature(9, 20 + distance, SHOPKEEPER, kind, distance, 0)


@pytest.mark.parametrize(
    ("kind", "distance", "debt", "shop", "gold", "pays"),
    [
        ("peaceful", 5, True, True, 7, True),
        ("peaceful", 5, True, False, 7, False),  # outside, he must be beside the hero
        ("peaceful", 1, True, False, 7, True),
        ("peaceful", 1, False, True, 2000, False),
        ("hostile", 1, True, False, 20, True),  # robbed: a fifth of the loss will do
        ("hostile", 1, True, False, 0, False),
        ("hostile", 2, True, False, 500, False),
        ("hostile", 1, False, False, 999, False),  # struck: a thousand will
        ("hostile", 1, False, False, 1000, True),
    ],
)
def test_who_is_paid_and_when(
    in_a_room: Heroes, kind: str, distance: int, debt: bool, shop: bool, gold: int, pays: bool
) -> None:
    belief = in_a_room(gold=gold)
    belief.creatures, belief.debt = [keeper(kind, distance)], debt
    belief.level.shop[5:14, 10:31] = shop
    plan = trade.propose(State(belief))
    assert (plan is not None and plan.keys == (a.PAY,)) == pays
    belief.tries[a.PAY] = 2
    assert trade.propose(State(belief)) is None, "not for ever"


def test_no_goods_fall_through_the_hole(in_a_room: Heroes) -> None:
    belief = in_a_room()
    level = belief.level
    wand = read_item("w", "a wand of digging", it.WAND, nh.GLYPH_OBJ_OFF + DIGGING.index)
    belief.inventory = (wand,)
    level.terrain[:] = t.WALL
    level.terrain[8:11, 18:23] = t.FLOOR
    level.shop[8:11, 18:23] = True
    level.shown[8:11, 18:22] = t.ITEM
    level.visited[8:11, 18:23] = level.seen[:] = True
    level.searched[9, 20] = 80
    level.goods.add((9, 22))
    plan = search(State(belief))
    assert plan.label == "explore/travel"
    assert plan.goal == ("bare", (8, 22))
    belief.hero = belief.hero._replace(y=8, x=22)
    assert search(State(belief)).letter == "w"
    belief.debt = True
    assert search(State(belief)).letter != "w", "who owes something is robbed of the pack"


def test_wares_are_stepped_over_not_taken_up(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.level.shown[9, 21] = t.ITEM
    for shop in (False, True):
        belief.level.shop[5:14, 10:31] = shop
        plan = walk(State(belief), (9, 23), "way", "explore/travel", "by")
        assert plan is not None
        assert plan.keys[-1] == a.DIRECTIONS[0, 1]
        assert (a.MOVE in plan.keys) == shop


def test_the_satiated_eat_what_they_can_hold(in_a_room: Heroes) -> None:
    belief = in_a_room(hunger=int(Hunger.SATIATED))
    belief.level.fresh[belief.square] = (index_of("jackal"), belief.hero.turn - 5)
    belief.stomach.satiated = True
    for surplus, eats in ((600, True), (700, False)):
        belief.stomach.surplus = surplus
        plan = eat.propose(State(belief))
        assert (plan is not None and plan.label == "eat/ground") == eats


def test_only_who_is_seen_keeps_the_hero_from_a_corpse(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.level.fresh[9, 10] = (index_of("jackal"), belief.hero.turn - 5)
    for species, eats in ((-1, True), (index_of("jackal"), False)):
        belief.creatures = [Creature(9, 23, species, "hostile", 3, 0)]
        plan = eat.propose(State(belief))
        assert (plan is not None and plan.label == "eat/ground") == eats
