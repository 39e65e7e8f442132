"""Ways out: floors that are dug through, stairs, the word, and when each of them is none."""

from collections.abc import Callable

import numpy as np

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.level import Level
from yendor.bot.stairs import climb
from yendor.bot.state import State
from yendor.bot.strategies import dive, flee, search, stone
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.items import read_item
from yendor.nethack.monsters import NUMBER, index_of, monster
from yendor.skills.plan import Plan

Heroes = Callable[..., Belief]
PICK = read_item("p", "a +0 pick-axe (weapon in hand)", it.TOOL, 0)
WERERAT = next(i for i in range(NUMBER) if monster(i).name == "wererat" and monster(i).symbol == "r")


def at(name: str, column: int = 21) -> Creature:
    return Creature(9, column, index_of(name), "hostile", abs(column - 20), 0)


def label(plan: Plan | None) -> str:
    return plan.label if plan else ""


def on_the_word(belief: Belief) -> Belief:
    belief.engraved = (belief.key, belief.square)
    belief.read_turn, belief.read_hp = belief.hero.turn, belief.hero.hp
    return belief


def digging(in_a_room: Heroes, **numbers: int) -> Belief:
    belief = in_a_room(depth=12, level=12, **numbers)
    belief.role, belief.inventory, belief.glyphs = "arc", (PICK,), np.zeros((21, 79), np.int16)
    return belief


def up_from(belief: Belief, peril: int) -> Belief:
    """Stand on stairs up from a level that was left at a turn with enemies about."""
    belief.level.terrain[belief.square] = t.UP
    belief.levels[0, belief.hero.level - 1] = Level(peril=peril)
    return belief


def test_who_scorns_the_word_is_fought_on_it(in_a_room: Heroes) -> None:
    belief = on_the_word(digging(in_a_room, xl=10, hp=90, max_hp=90, ac=0))
    belief.creatures = [at("soldier ant")]
    assert label(dive.propose(State(belief))) == "explore/dig"
    belief.creatures = [at("Woodland-elf")]
    assert dive.propose(State(belief)) is None


def test_the_dive_walks_into_nobody(in_a_room: Heroes) -> None:
    belief = on_the_word(digging(in_a_room))
    belief.level.terrain[5:14, 10:31] = t.UNKNOWN
    belief.level.terrain[9, 20:31] = t.FLOOR
    belief.level.hard.add((9, 20))
    belief.creatures = [at("tengu", 23)]
    assert label(dive.propose(State(belief))) == "explore/dig"
    belief.creatures = [at("tengu")]
    assert label(dive.propose(State(belief))) != "explore/dig"


def test_a_ghost_is_no_reason_to_stop_digging(in_a_room: Heroes) -> None:
    belief = digging(in_a_room, xl=9, hp=100, max_hp=100)
    belief.creatures = [at("ghost")]
    assert dive.propose(State(belief)) is not None
    belief.creatures = [at("rothe")]
    assert dive.propose(State(belief)) is None


def test_those_up_the_stairs_are_met_again_with_hit_points(in_a_room: Heroes) -> None:
    belief = up_from(in_a_room(hp=20, xl=1), peril=2000)
    assert label(flee.propose(State(belief))) == "flee/wait"
    belief.hero = belief.hero._replace(hp=38)
    assert flee.propose(State(belief)) is None
    belief.levels[0, 1].peril = belief.hero.turn - 5
    assert label(flee.propose(State(belief))) == "flee/wait", "or it would be up and down every turn"


def test_nobody_climbs_under_too_great_a_load(in_a_room: Heroes) -> None:
    belief = up_from(in_a_room(hp=10), peril=-10_000)
    belief.creatures = [at("warg")]
    assert label(flee.propose(State(belief))) == "flee/stairs"
    assert climb(State(belief), "") is not None
    belief.hero = belief.hero._replace(burden=2)
    assert flee.propose(State(belief)) is None
    assert climb(State(belief), "") is None


def test_the_word_is_read_before_a_cockatrice_is_waited_for(in_a_room: Heroes) -> None:
    belief = on_the_word(in_a_room())
    belief.level.terrain[:] = t.UNKNOWN
    belief.level.terrain[9, 20:22] = t.FLOOR
    belief.creatures = [at("chickatrice")]
    assert label(stone.propose(State(belief))) == "wait/stone"
    belief.read_turn -= 1
    plan = stone.propose(State(belief))
    assert plan is not None
    assert plan.keys == (a.LOOK,)


def test_a_vault_is_left_through_the_floor(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.level.terrain[:] = t.UNKNOWN
    belief.level.terrain[9:11, 20:22] = t.FLOOR
    belief.inventory = (PICK,)
    assert search.search(State(belief)).label == "explore/search"
    belief.level.searched[belief.square] = 8
    assert search.search(State(belief)).label == "explore/dig"
    belief.level.terrain[9, 22] = t.CORRIDOR
    assert search.search(State(belief)).label == "explore/search", "no vault has a way out"
    belief.level.terrain[9, 22] = t.UNKNOWN
    belief.level.hard.add(belief.square)
    assert search.search(State(belief)).label == "explore/search"


def test_armour_is_not_left_to_a_thief_out_of_sight(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.level.terrain[9, 25] = t.UP
    belief.level.robbed = belief.hero.turn - 50
    assert label(flee.propose(State(belief))) == "explore/travel"
    belief.level.dropped = {(9, 24)}
    assert flee.propose(State(belief)) is None
    belief.creatures = [at("water nymph", 27)]
    assert label(flee.propose(State(belief))) == "explore/travel"
