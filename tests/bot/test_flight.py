"""What flies, and what is taken in hand: rays of sleep, lines past traps and up to doors, throwing stars, two hands."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.bot import arms, gear
from yendor.bot.combat.missiles import blast, shoot
from yendor.bot.state import State
from yendor.bot.strategies import thief
from yendor.nethack import items as it
from yendor.nethack.items import Item, read_item
from yendor.nethack.monsters import index_of
from yendor.nethack.objects import table
from yendor.skills.plan import Plan

Heroes = Callable[..., Belief]
KINDS = {one.name: one for one in table() if one.name}


def thing(line: str, name: str, letter: str = "w") -> Item:
    return read_item(letter, line, KINDS[name].kind, nh.GLYPH_OBJ_OFF + KINDS[name].index)


def proposed(plan: Plan | None) -> Plan:
    assert plan is not None
    return plan


SLEEP, COLD = Item("s", 1, "wand of sleep", it.WAND, 0), Item("c", 1, "wand of cold", it.WAND, 0)
STARS, KNIVES = thing("10 throwing stars", "shuriken", "t"), thing("2 knives", "knife", "k")
NYMPH = Creature(9, 22, index_of("water nymph"), "hostile", 2, 0)


def test_who_may_be_asleep_is_not_put_to_sleep_again(in_a_room: Heroes) -> None:
    belief = in_a_room(alignment=1, xl=9)
    belief.inventory, belief.creatures = (SLEEP, KNIVES), [NYMPH]
    assert proposed(thief.propose(State(belief))).letter == "s"
    belief.zapped, belief.zap_turn = "s", belief.hero.turn - 4
    assert proposed(thief.propose(State(belief))).letter == "k"
    belief.inventory, belief.derived = (SLEEP, COLD, KNIVES), {}
    assert proposed(thief.propose(State(belief))).letter == "c"
    belief.empty = {(SLEEP.letter, SLEEP.name)}
    belief.inventory, belief.derived = (SLEEP, replace(SLEEP, letter="z")), {}
    assert proposed(blast(State(belief), [NYMPH])).letter == "z", "a spent one put nobody to sleep"
    belief.empty = set()
    belief.zap_turn -= 20
    assert proposed(thief.propose(State(belief))).letter == "s", "she may be awake again"


@pytest.mark.parametrize("column", [21, 22])
def test_missiles_fly_over_traps_and_not_through_doors(in_a_room: Heroes, column: int) -> None:
    belief = in_a_room(alignment=1)
    belief.inventory, belief.creatures = (thing("3 daggers", "dagger", "d"),), [NYMPH]
    belief.level.terrain[9, column] = t.TRAP
    assert proposed(shoot(State(belief), [NYMPH])).letter == "d"
    belief.level.terrain[9, column] = t.CLOSED_DOOR
    assert shoot(State(belief), [NYMPH]) is None


def test_rays_come_back_from_doors_and_not_from_traps(in_a_room: Heroes) -> None:
    belief = in_a_room(alignment=1)
    belief.inventory = (SLEEP,)
    belief.level.terrain[9, 24] = t.TRAP
    assert proposed(blast(State(belief), [NYMPH])).letter == "s"
    belief.level.terrain[9, 24] = t.CLOSED_DOOR
    assert blast(State(belief), [NYMPH]) is None


@pytest.mark.parametrize("missile", [STARS, KNIVES])
def test_what_is_thrown_is_known_by_its_kind(in_a_room: Heroes, missile: Item) -> None:
    belief = in_a_room(alignment=1)
    belief.inventory = (missile,)
    assert proposed(shoot(State(belief), [NYMPH])).letter == missile.letter


def test_no_weapon_for_both_hands_with_a_shield_on_the_arm() -> None:
    held, shield = thing("a dagger (weapon in hand)", "dagger"), thing("a small shield (being worn)", "small shield")
    heavy, sword = thing("a two-handed sword", "two-handed sword"), thing("a long sword", "long sword")
    assert arms.better_weapon((held, heavy, sword), "val", [heavy, sword]) == heavy
    assert arms.better_weapon((held, heavy, sword, shield), "val", [heavy, sword]) == sword
    assert KINDS["two-handed sword"].index in gear.wanted((held,), "val")
    assert KINDS["two-handed sword"].index not in gear.wanted((held, shield), "val")
    assert KINDS["long sword"].index in gear.wanted((held, shield), "val")
