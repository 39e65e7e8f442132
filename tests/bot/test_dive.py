"""Growing, fetching a pick-axe, diving; hiding on an engraving; what a fight costs."""

import numpy as np
import pytest

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.hearing import hear
from yendor.bot.aims import Aim, aim, branch_level, digger
from yendor.bot.combat.threat import blows, cost, turns_to_kill
from yendor.bot.state import State
from yendor.bot.strategies import dive, fight, flee, hide, lure
from yendor.nethack import actions as a
from yendor.nethack import glyphs as g
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition, Hero
from yendor.nethack.items import Item, read_item
from yendor.nethack.monsters import index_of
from yendor.skills.plan import Plan

PICK = read_item("p", "a +0 pick-axe (weapon in hand)", it.TOOL, 0)
LOOK = a.LOOK


def belief_of(role: str = "arc", inventory: tuple[Item, ...] = (PICK,), **numbers: int) -> Belief:
    belief = Belief()
    belief.role = role
    belief.inventory = inventory
    given = {"hp": 30, "max_hp": 30, "x": 10, "y": 5, "turn": 2000, "xl": 4, "hunger": 1, "depth": 6, "ac": 7}
    given |= {"strength": 18, "strength_percent": 18}
    belief.hero = Hero(*[0] * 27)._replace(**(given | numbers), level=numbers.get("depth", 6))
    belief.level.terrain[4:7, 5:20] = t.FLOOR
    belief.glyphs = np.zeros((21, 79), np.int16)
    return belief


def foe(name: str, distance: int = 1) -> Creature:
    return Creature(5, 10 + distance, index_of(name), "hostile", distance, 0)


def proposed(belief: Belief) -> Plan:
    plan = dive.propose(State(belief))
    assert plan is not None
    return plan


def test_the_aim_follows_strength_and_tools() -> None:
    assert aim(belief_of(depth=1, xl=1)) is Aim.GROW
    assert aim(belief_of(depth=1, xl=14)) is Aim.DIVE
    assert aim(belief_of(depth=1, xl=12)) is Aim.GROW  # waiting brings more a death than the way down
    assert aim(belief_of(depth=1, xl=14, hunger=2)) is Aim.GROW  # first a meal, or a prayer
    assert aim(belief_of(role="val", depth=1, xl=14)) is Aim.GROW  # a strong role does better to wait
    doomed = belief_of(depth=1, xl=6)
    doomed.forsaken = 10**8
    assert aim(doomed) is Aim.DIVE  # no god hears it: as deep as it gets before it starves
    outcast = belief_of(depth=1, xl=6, inventory=())
    outcast.forsaken = 10**8
    assert aim(outcast) is Aim.PICK  # the Mines feed it, and have pick-axes
    assert aim(belief_of(role="val", depth=1, xl=14, inventory=())) is Aim.PICK
    assert aim(belief_of(role="val", depth=5, xl=14)) is Aim.GROW
    assert aim(belief_of(depth=6, xl=2)) is Aim.DIVE  # it fell down here: onwards
    assert aim(belief_of(role="val", depth=6, xl=8)) is Aim.GROW  # who is worth more alive comes back up
    assert aim(belief_of(role="val", depth=10, xl=8)) is Aim.DIVE
    mattock = read_item("m", "a broad pick", it.WEAPON, 0)
    assert digger(belief_of(inventory=(mattock, PICK))) == PICK
    assert digger(belief_of(inventory=(mattock,))) == mattock


def test_the_mines_are_given_up_when_no_stairs_lead_there() -> None:
    belief = belief_of(role="sam", xl=14, depth=2, inventory=())
    for number in (2, 3, 4):
        belief.levels[0, number] = type(belief.level)(surveyed=True)
    assert aim(belief) is Aim.GROW
    belief.levels[0, 3].leads[4, 7] = (2, 1)
    assert branch_level(belief) == 3
    assert aim(belief) is Aim.PICK


def test_it_digs_down_and_answers_the_question() -> None:
    plan = proposed(belief_of())
    assert (plan.label, plan.letter, plan.direction) == ("explore/dig", "p", a.DOWN)


def test_it_does_not_dig_beside_water_or_where_it_failed() -> None:
    belief = belief_of()
    belief.level.hard.add((5, 10))
    assert proposed(belief).keys[0] < 8
    belief = belief_of()
    belief.glyphs[4, 9] = np.flatnonzero(g.IS_WATER)[0]
    assert proposed(belief).keys[0] < 8  # the hole would fill with water
    belief.glyphs[4, 9] = 0
    assert proposed(belief).label == "explore/dig"
    assert proposed(belief).keys[0] >= 8


def test_it_writes_before_it_digs_when_enemies_are_near() -> None:
    belief = belief_of()
    belief.creatures = [foe("soldier ant", 3)]
    assert proposed(belief).label == "survive/elbereth"
    belief.engraved = (belief.key, belief.square)
    assert proposed(belief).keys == (LOOK,)
    belief.read_turn = belief.hero.turn
    assert proposed(belief).label == "explore/dig"
    belief.hero = belief.hero._replace(hp=belief.hero.hp - 9)
    belief.read_hp = 30
    assert proposed(belief).keys == (LOOK,), "who is struck on it reads it again"
    belief.creatures = [foe("soldier ant")]
    belief.hero = belief.hero._replace(condition=int(Condition.BLIND))
    assert proposed(belief).text == "Elbereth", "or, blind, writes it again"


def test_far_down_it_digs_a_pit_and_writes_in_that() -> None:
    belief = belief_of(depth=12)
    assert proposed(belief).label == "explore/dig", "a pit wipes out what was written"
    belief.engraved = (belief.key, belief.square)
    belief.message = "You dig a pit in the floor."
    hear(belief)
    assert belief.in_pit()
    assert not belief.hidden_on_elbereth()
    assert proposed(belief).text == "Elbereth"
    belief.hero = belief.hero._replace(depth=6)
    assert proposed(belief).label == "explore/dig", "a turn in twenty is worth it far down only"


def test_far_down_nobody_turns_back() -> None:
    belief = belief_of(depth=3, hp=9, max_hp=60, xl=9)
    belief.level.terrain[5, 10] = t.UP
    belief.creatures = [foe("soldier ant"), foe("dwarf king", 2)]
    assert flee.propose(State(belief)) is not None
    deep = belief_of(depth=12, hp=9, max_hp=60, xl=9)
    deep.level.terrain[5, 10] = t.UP
    deep.creatures = list(belief.creatures)
    assert flee.propose(State(deep)) is None


def test_who_minds_no_engraving_is_fought_when_that_can_be_won() -> None:
    belief = belief_of(role="val", xl=10, hp=90, max_hp=90, ac=0)
    belief.creatures = [foe("Woodland-elf")]
    assert dive.propose(State(belief)) is None
    weak = belief_of(xl=4, hp=12)
    weak.creatures = [foe("Elvenking")]
    assert proposed(weak).label == "explore/dig"


def test_a_lost_fight_is_interrupted_by_an_engraving_that_is_read_and_rested_on() -> None:
    belief = belief_of(inventory=(), hp=9, depth=1)
    belief.creatures = [foe("rothe")]
    plan = hide.propose(State(belief))
    assert plan is not None
    assert plan.text == "Elbereth"
    belief.engraved, belief.read_turn, belief.read_hp = (belief.key, belief.square), belief.hero.turn, 9
    plan = hide.propose(State(belief))
    assert plan is not None
    assert a.SEARCH in plan.keys
    belief.hero = belief.hero._replace(turn=belief.hero.turn + 4)  # dust wears off: it is read again
    plan = hide.propose(State(belief))
    assert plan is not None
    assert plan.keys == (LOOK,)


def test_nobody_writes_on_an_altar_or_without_hands() -> None:
    belief = belief_of(hp=9)
    belief.creatures = [foe("soldier ant")]
    belief.level.furniture[5, 10] = True
    plan = hide.propose(State(belief))
    assert plan is not None
    assert plan.text == ""  # a step beside it first
    belief.level.furniture[5, 10] = False
    belief.handless = belief.hero.turn + 10
    assert hide.propose(State(belief)) is None


def test_it_flees_up_the_stairs_it_stands_on() -> None:
    belief = belief_of(inventory=(), hp=10)
    belief.creatures = [foe("rothe")]
    assert flee.propose(State(belief)) is None
    belief.level.terrain[5, 10] = t.UP
    plan = flee.propose(State(belief))
    assert plan is not None
    assert plan.keys == (a.UP,)


def test_blows_follow_the_game() -> None:
    # A jackal (level 0, speed 12) bites for 1d2: it hits AC 10 with 19 of 20 faces, AC 0 with 9.
    assert blows(index_of("jackal"), 10) == pytest.approx(0.95 * 1.5)
    assert blows(index_of("jackal"), 0) == pytest.approx(0.45 * 1.5)
    assert blows(index_of("gas spore"), 10) == 0.0  # it only bursts


def test_two_cost_more_than_twice_one() -> None:
    hero = belief_of().hero
    one = cost([index_of("rothe")], hero, 5.0)
    assert cost([index_of("rothe")] * 2, hero, 5.0) > 2 * one > 0
    assert cost([], hero, 5.0) == 0
    assert turns_to_kill(index_of("rothe"), 4, 5.0) > turns_to_kill(index_of("rothe"), 8, 5.0)


def test_a_ray_is_not_zapped_where_it_comes_back() -> None:
    wand = read_item("w", "a wand of sleep", it.WAND, 0)
    belief = belief_of(inventory=(wand,), hp=15)
    belief.creatures = [foe("rothe", 2)]
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.label == "fight/zap"
    belief.level.terrain[5, 14] = t.WALL
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.label != "fight/zap"


def test_a_floating_eye_that_bars_the_way_is_lured_into_the_open() -> None:
    belief = belief_of(role="val", inventory=(), x=40, depth=1)
    belief.level.terrain[5, 20:60] = t.CORRIDOR
    belief.level.terrain[3:8, 55:70] = t.FLOOR
    belief.creatures = [Creature(5, 39, index_of("floating eye"), "hostile", 1, 0)]
    plan = lure.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.keys) == ("wait/lure", (a.DIRECTIONS[0, 1],))
