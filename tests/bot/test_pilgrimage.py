"""The walk to Sokoban: who sets out, which level and which stairs, when it is left, and the real game."""

from types import ModuleType

import numpy as np
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.level import Level
from yendor.bot.agent import BotAgent
from yendor.bot.aims import SOKOBAN, Aim, aim
from yendor.bot.state import State
from yendor.bot.strategies import pilgrimage
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.bottomline import Hero
from yendor.nethack.items import read_item
from yendor.nethack.monsters import index_of
from yendor.skills.plan import Plan

RATION = read_item("f", "2 food rations", it.FOOD, nh.GLYPH_OBJ_OFF)
PICK = read_item("p", "a +0 pick-axe", it.TOOL, nh.GLYPH_OBJ_OFF)
UP, OTHER_UP = (9, 19), (9, 25)


def belief_of(number: int = 6, **numbers: int) -> Belief:
    """A strong hero on a level of the main dungeon, in a lit room, beside the stairs that lead to the level above."""
    belief = Belief()
    belief.role, belief.inventory = "val", (RATION,)
    given = {"hp": 80, "max_hp": 80, "x": 20, "y": 9, "turn": 20_000, "xl": 14, "hunger": 1, "ac": 4}
    belief.hero = Hero(*[0] * 27)._replace(**(given | numbers), depth=number, level=number)
    belief.level.terrain[5:14, 10:31] = t.FLOOR
    belief.level.terrain[4, 9:32] = belief.level.terrain[14, 9:32] = t.WALL
    belief.level.terrain[4:15, 9] = belief.level.terrain[4:15, 31] = t.WALL
    belief.level.seen[:] = True
    belief.level.terrain[UP] = t.UP
    belief.level.leads[UP] = (0, number - 1)
    belief.level.first_turn = 19_900
    belief.levels[belief.key] = belief.level
    return belief


def proposed(belief: Belief) -> Plan:
    plan = pilgrimage.propose(State(belief))
    assert plan is not None
    return plan


def test_the_strong_set_out_and_do_not_turn_back_for_the_moments_numbers() -> None:
    assert aim(belief_of()) is Aim.SOKOBAN
    for weakness in ({"xl": 13}, {"max_hp": 50}, {"ac": 6}, {"hunger": 2}):
        assert aim(belief_of(**weakness)) is not Aim.SOKOBAN
    belief = belief_of()
    belief.inventory = (*belief.inventory, PICK)
    assert aim(belief) is Aim.SOKOBAN, "before the dive"
    proposed(belief)
    belief.hero = belief.hero._replace(hp=10, ac=9, hunger=2, xl=8)
    assert aim(belief) is Aim.SOKOBAN
    belief.hero = belief.hero._replace(turn=27_000)
    assert aim(belief) is not Aim.SOKOBAN, "it was sought for long enough"
    belief.levels[SOKOBAN, 4] = Level(first_turn=25_000)
    assert aim(belief) is Aim.SOKOBAN, "but was found since"
    belief.forgone = True
    assert aim(belief) is not Aim.SOKOBAN


def test_the_stairs_that_lead_elsewhere_are_tried() -> None:
    belief = belief_of()
    belief.level.terrain[OTHER_UP] = t.UP
    plan = proposed(belief)
    assert (plan.label, plan.keys) == ("explore/travel", (a.DIRECTIONS[0, 1],))
    belief.hero = belief.hero._replace(x=OTHER_UP[1])
    assert proposed(belief).keys == (a.UP,)
    belief.hero = belief.hero._replace(hp=20)
    assert proposed(belief).label == "wait/heal"


def test_a_level_without_is_searched_and_then_left_for_the_next() -> None:
    belief = belief_of()
    belief.level.terrain[9, 30] = t.DOWN
    labels = [proposed(belief).label for _ in range(210)]
    assert labels[0] == "explore/search"
    assert labels[-1] == "explore/descend"


def test_the_oracle_tells_the_level() -> None:
    belief = belief_of(number=7)
    belief.level.terrain[9, 30] = t.DOWN
    belief.level.shown[6, 12:15] = t.ITEM
    belief.glyphs = np.full((21, 79), nh.GLYPH_CMAP_OFF, np.int16)
    belief.glyphs[6, 12:15] = nh.GLYPH_STATUE_OFF + index_of("forest centaur")
    plan = proposed(belief)
    assert belief.oracle == 7
    assert plan.label == "explore/descend", "the branch is one below: the level itself is not looked through"
    belief = belief_of(number=9)
    belief.oracle = 6
    plan = proposed(belief)
    assert (plan.label, plan.explanation) == ("explore/travel", "to level 7, for Sokoban")


def test_holes_are_dug_down_to_the_first_level_that_may_have_the_stairs() -> None:
    belief = belief_of(number=4)
    belief.inventory = (*belief.inventory, PICK)
    plan = proposed(belief)
    assert (plan.label, plan.letter, plan.direction) == ("explore/dig", "p", a.DOWN)
    belief = belief_of(number=6)
    belief.inventory = (*belief.inventory, PICK)
    assert proposed(belief).label != "explore/dig"


def test_an_angry_shopkeeper_below_is_let_go_away_and_a_thief_is_not() -> None:
    belief = belief_of(number=5)
    belief.level.terrain[9, 21] = t.DOWN
    assert proposed(belief).label == "explore/descend"
    belief.levels[0, 6] = Level(robbed=19_950)
    assert proposed(belief).label == "explore/descend"
    belief.levels[0, 6] = Level(wrath=19_950)
    assert proposed(belief).label == "wait/heal"


def test_who_has_done_with_sokoban_walks_down() -> None:
    belief = belief_of()
    belief.hero = belief.hero._replace(dungeon=SOKOBAN, level=3, depth=5)
    belief.level.terrain[9, 21] = t.DOWN
    belief.level.leads = {(9, 21): (SOKOBAN, 4)}
    belief.levels = {belief.key: belief.level}
    assert proposed(belief).label == "sokoban/wait", "at first it may be a creature that bars the way"
    labels = [proposed(belief).label for _ in range(30)]
    assert belief.forgone
    assert labels[-1] == "explore/descend"
    belief.forgone = False
    assert pilgrimage.leave(State(belief)) is None
    belief.hero = belief.hero._replace(turn=27_000)
    plan = pilgrimage.leave(State(belief))
    assert plan is not None, "something stalled there"
    assert plan.label == "explore/descend"


def test_it_walks_to_sokoban_in_the_real_game(bench: ModuleType) -> None:
    """From the level above the first that may have the stairs; no monsters are born in this game."""
    game, agent = bench.Game(2, True), BotAgent()
    game.keys(f"#levelchange\r{bench.LEVEL}\r")
    game.settle()
    game.keys(bench.WISH, "blessed +3 dwarvish mithril-coat\r")
    game.settle()
    game.keys(bench.LEVEL_TELEPORT, "5\r")
    game.settle()
    observation = game.keys(bench.ESC)
    for _ in range(4000):
        decision = agent.act(observation)
        if agent.belief.hero.dungeon == SOKOBAN:
            break
        agent.observe(observation, decision.action)
        observation, _, terminated, truncated, _ = game.env.step(decision.action)
        assert not terminated
        assert not truncated
    told = f"T{agent.belief.hero.turn} {agent.belief.key} {decision.label}: {decision.explanation}\n{game.screen()}"
    game.env.close()
    assert agent.belief.hero.dungeon == SOKOBAN, told
    assert agent.faults == 0, agent.last_fault
