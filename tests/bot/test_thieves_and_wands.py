"""Nymphs are killed from afar, and nobody waits in the line of a wand."""

from collections.abc import Callable

import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.hearing import hear
from yendor.bot.state import State
from yendor.bot.strategies import cover, fight, flee, thief
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition
from yendor.nethack.items import Item, read_item
from yendor.nethack.monsters import index_of
from yendor.nethack.objects import table

Heroes = Callable[..., Belief]
_DAGGER = next(one.index for one in table() if one.name == "dagger")
DAGGERS = read_item("d", "6 daggers", it.WEAPON, nh.GLYPH_OBJ_OFF + _DAGGER)
SLEEP = Item("w", 1, "wand of sleep", it.WAND, 0)
EAST = 1


def at(name: str, row: int, column: int) -> Creature:
    return Creature(row, column, index_of(name), "hostile", max(abs(row - 9), abs(column - 20)), 0)


@pytest.fixture
def hunter(in_a_room: Heroes) -> Belief:
    """A hero of experience level 9, lawful so that no nymph may be peaceful, with daggers."""
    belief = in_a_room(xl=9, hp=70, max_hp=70, alignment=1)
    belief.inventory = (DAGGERS,)
    return belief


def test_a_nymph_in_line_is_thrown_at_from_eight_squares(hunter: Belief) -> None:
    hunter.creatures = [at("water nymph", 9, 28)]
    plan = thief.propose(State(hunter))
    assert plan is not None
    assert (plan.label, plan.letter, plan.direction) == ("fight/throw", "d", EAST)
    hunter.creatures = [at("water nymph", 9, 29)]
    plan = thief.propose(State(hunter))
    assert plan is not None, "a step nearer"
    assert (plan.label, plan.keys) == ("fight/position", (EAST,))


def test_the_hero_goes_where_she_is_in_line(hunter: Belief) -> None:
    hunter.creatures = [at("wood nymph", 11, 26)]
    plan = thief.propose(State(hunter))
    assert plan is not None
    assert plan.label == "fight/position"
    assert plan.goal is not None
    kind, (row, column) = plan.goal
    down, right = abs(11 - row), abs(26 - column)
    assert kind == "stand"
    assert 3 <= max(down, right) <= 7
    assert down == 0 or right == 0 or down == right


@pytest.mark.parametrize("changed", [{"xl": 7}, {"hp": 20}, {"condition": int(Condition.BLIND)}])
def test_the_weak_the_hurt_and_the_blind_leave_her_alone(hunter: Belief, changed: dict[str, int]) -> None:
    hunter.creatures = [at("water nymph", 9, 26)]
    hunter.hero = hunter.hero._replace(**changed)
    assert thief.propose(State(hunter)) is None


def test_others_come_first(hunter: Belief) -> None:
    hunter.creatures = [at("jackal", 9, 22), at("water nymph", 9, 26)]
    assert thief.propose(State(hunter)) is None
    hunter.creatures = [at("jackal", 9, 25)]
    assert thief.propose(State(hunter)) is None


def test_a_wand_is_zapped_at_her_before_she_takes_it(hunter: Belief) -> None:
    hunter.inventory = (DAGGERS, SLEEP)
    hunter.creatures = [at("water nymph", 9, 21)]
    plan = thief.propose(State(hunter))
    assert plan is not None
    assert (plan.label, plan.letter) == ("fight/zap", "w")
    hunter.empty = {(SLEEP.letter, SLEEP.name)}
    assert thief.propose(State(hunter)) is None


def corridor(belief: Belief) -> None:
    """A corridor from west to east, with a bend to the south at column 24."""
    belief.level.terrain[:] = t.WALL
    belief.level.terrain[9, 8:25] = t.CORRIDOR
    belief.level.terrain[10:13, 25] = t.CORRIDOR


def test_who_is_blinded_by_a_bolt_walks_round_the_corner(in_a_room: Heroes) -> None:
    belief = in_a_room(condition=int(Condition.BLIND))
    corridor(belief)
    assert cover.propose(State(belief)) is None
    belief.shot = belief.hero.turn - 1
    plan = cover.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.keys) == ("flee/walk", (EAST,))
    behind = State(belief)
    assert cover.exposure(behind, (12, 25)) < cover.exposure(behind, (9, 20))
    belief.hero = belief.hero._replace(y=12, x=25)
    plan = cover.propose(State(belief))
    assert plan is not None
    assert plan.label == "flee/wait"


def test_whoever_is_seen_is_dealt_with(in_a_room: Heroes) -> None:
    belief = in_a_room()
    corridor(belief)
    belief.shot = belief.hero.turn - 1
    belief.creatures = [at("gnome lord", 9, 15)]
    assert cover.propose(State(belief)) is None
    belief.creatures = []
    assert cover.propose(State(belief)) is not None
    belief.engraved = (belief.key, belief.square)
    assert cover.propose(State(belief)) is None


def test_a_gas_spore_beside_a_shopkeeper_is_left_alone(in_a_room: Callable[..., Belief]) -> None:
    belief = in_a_room()
    belief.inventory = (DAGGERS,)
    spore, keeper = at("gas spore", 9, 24), at("shopkeeper", 9, 25)._replace(kind="peaceful")
    belief.creatures = [spore]
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.letter == "d"
    belief.creatures = [spore, keeper]
    assert fight.propose(State(belief)) is None


def test_who_is_shot_at_from_the_dark_does_not_rest_there(in_a_room: Callable[..., Belief]) -> None:
    belief = in_a_room(hp=20)
    corridor(belief)
    belief.engraved = (belief.key, belief.square)  # no arrow minds the word
    belief.message = "You are hit by a crossbow bolt!"
    hear(belief)
    plan = cover.propose(State(belief))
    assert plan is not None
    assert plan.label == "flee/walk"
    belief.hero = belief.hero._replace(hp=40)
    assert cover.propose(State(belief)) is None, "the healthy go on"


def test_whoever_was_robbed_three_times_in_a_row_leaves(hunter: Belief) -> None:
    hunter.level.terrain[9, 14] = t.UP
    for turn, thefts in ((1000, 1), (1003, 1), (1040, 2), (2100, 1), (2500, 2), (2900, 3)):
        hunter.hero = hunter.hero._replace(turn=turn)
        hunter.message = "The wood nymph stole a scimitar."
        hear(hunter)
        assert hunter.level.thefts == thefts, "what is told of one theft takes a few turns, and a thousand are enough"
        plan = flee.propose(State(hunter))
        assert (plan is not None and plan.explanation == "get away from a thief") == (thefts == 3)
    hunter.hero = hunter.hero._replace(turn=3300)
    assert flee.propose(State(hunter)) is None
