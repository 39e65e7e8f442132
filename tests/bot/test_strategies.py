"""Answers to questions by their meaning, and what the bot thinks of threats and gear."""

import re
from pathlib import Path

import numpy as np
import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.bot import gear, strategies
from yendor.bot.answers import answer
from yendor.bot.combat import missiles
from yendor.bot.combat.threat import leave_alone, low_hp, may_be_peaceful
from yendor.bot.state import State, towards
from yendor.bot.strategies import explore, fight, survive, trade
from yendor.core.labels import HIHACK_STRATEGIES, hihack_strategy
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.bottomline import Hero
from yendor.nethack.items import read_item
from yendor.nethack.monsters import index_of
from yendor.nethack.objects import table
from yendor.nethack.prompts import Kind, Prompt
from yendor.skills import commands
from yendor.skills.plan import Plan

EMPTY = {"tty_chars": np.full((24, 80), 32, np.uint8)}


def asked(kind: Kind, text: str, plan: Plan | None) -> int:
    belief = Belief()
    belief.prompt = Prompt(kind, text)
    return answer(EMPTY, belief, plan)[0]


def test_it_never_attacks_the_peaceful() -> None:
    strike = commands.step((0, 1), "fight/melee", "strike")
    assert asked(Kind.YES_NO, "Really attack the peaceful gnome?", strike) == a.index_of("n")
    assert asked(Kind.YES_NO, "Really attack the peaceful gnome?", None) == a.index_of("n")


def test_it_eats_only_the_corpse_it_came_for() -> None:
    plan = commands.eat_ground("newt corpse", "hungry")
    assert asked(Kind.YES_NO, "There is a newt corpse here; eat it? [ynq] (n)", plan) == a.index_of("y")
    assert asked(Kind.YES_NO, "There is a cockatrice corpse here; eat it? [ynq] (n)", plan) == a.index_of("n")


@pytest.mark.parametrize(
    ("thing", "key"),
    [
        ("a jackal corpse", "y"),
        ("an uncursed partly eaten jackal corpse", "y"),
        ("a werejackal corpse", "n"),  # who eats it becomes a werejackal, and a cannibal
        ("an uncursed werejackal corpse", "n"),
        ("a giant jackal corpse", "n"),
    ],
)
def test_a_name_within_a_name_is_another_corpse(thing: str, key: str) -> None:
    plan = commands.eat_ground("jackal corpse", "hungry")
    assert asked(Kind.YES_NO, f"There is {thing} here; eat it? [ynq] (n)", plan) == a.index_of(key)


def test_it_prays_only_when_it_means_to() -> None:
    question = "Are you sure you want to pray? [yn] (n)"
    assert asked(Kind.YES_NO, question, commands.pray("weak")) == a.index_of("y")
    assert asked(Kind.YES_NO, question, None) == a.index_of("n")


@pytest.mark.parametrize(("typed", "key"), [("", "E"), ("Elber", "e"), ("Elberet", "h")])
def test_it_types_on_from_what_stands_there(typed: str, key: str) -> None:
    text = f"What do you want to write in the dust here? {typed}"
    assert asked(Kind.TEXT, text, commands.elbereth("hide")) == a.index_of(key)


def test_what_it_was_not_asking_for_it_escapes() -> None:
    assert asked(Kind.ITEM, "What do you want to throw? [abc or ?*]", None) == a.ESC
    assert asked(Kind.TEXT, "Call a pink potion:", commands.quaff("f", "heal")) == a.ESC
    assert asked(Kind.MORE, "You see here a dagger.--More--", None) == a.MORE


def hero(**numbers: int) -> Hero:
    return Hero(*[0] * 27)._replace(**numbers)


def test_low_hit_points_follow_the_experience_level() -> None:
    assert low_hp(hero(hp=5, max_hp=10, xl=1))
    assert low_hp(hero(hp=8, max_hp=40, xl=5))
    assert not low_hp(hero(hp=8, max_hp=40, xl=8))


def test_floating_eyes_are_never_struck() -> None:
    assert leave_alone(index_of("floating eye"), 500)
    assert not leave_alone(index_of("newt"), 1)
    assert not leave_alone(index_of("yellow mold"), 40)


def test_lines() -> None:
    assert towards((5, 5), (5, 9)) == (0, 1)
    assert towards((5, 5), (2, 2)) == (-1, -1)
    assert towards((5, 5), (6, 9)) is None


@pytest.mark.parametrize(("text", "name"), [("2 food rations", "food ration"), ("a hard hat", "dwarvish iron helm")])
def test_menu_lines_name_what_we_want(text: str, name: str) -> None:
    assert gear.index_of_name(text) in gear.wanted((), "val")
    assert gear.index_of_name(text) == gear.WORDS[name]


def test_a_guard_gets_a_name() -> None:
    assert asked(Kind.TEXT, "For what do you wish?", None) == a.index_of("+")
    assert asked(Kind.TEXT, "For what do you wish? +2graydragonscalemai", None) == a.index_of("l")
    assert asked(Kind.TEXT, "For what do you wish? +2graydragonscalemail", None) == a.MORE
    assert asked(Kind.TEXT, '"Hello stranger, who are you?" -', None) == a.index_of("Y")
    assert asked(Kind.TEXT, '"Hello stranger, who are you?" - Yendo', None) == a.index_of("r")
    assert asked(Kind.TEXT, '"Hello stranger, who are you?" - Yendor', None) == a.MORE


@pytest.mark.parametrize(
    ("name", "alignment", "race", "maybe"),
    [
        ("goblin", -1, "hum", True), ("goblin", 1, "hum", False), ("newt", 0, "hum", False),
        ("gnome lord", 1, "dwa", True), ("gnome lord", 1, "hum", False), ("shopkeeper", 0, "hum", True),
    ],
)  # fmt: skip
def test_who_may_be_peaceful_follows_alignment_and_race(name: str, alignment: int, race: str, maybe: bool) -> None:
    assert may_be_peaceful(index_of(name), alignment, race) is maybe


def belief_of(**numbers: int) -> Belief:
    belief = Belief()
    belief.hero = hero(**{"hp": 30, "max_hp": 30, "x": 10, "y": 5, "turn": 2000, "xl": 3, "hunger": 1} | numbers)
    belief.level.terrain[5, 5:20] = t.FLOOR
    return belief


def test_what_is_not_paid_for_goes_back() -> None:
    belief = belief_of()
    belief.inventory = (read_item("f", "a scroll labeled FOO (unpaid, 100 zorkmids)", it.SCROLL, 0),)
    plan = trade.propose(State(belief))
    assert plan is not None
    assert (plan.keys, plan.letter) == ((a.index_by_name("Command.DROP"),), "f")
    belief.inventory = (read_item("f", "a scroll labeled FOO", it.SCROLL, 0),)
    assert trade.propose(State(belief)) is None


def test_in_a_vault_it_leaves_the_gold_and_follows() -> None:
    belief = belief_of()
    belief.creatures = [Creature(5, 13, index_of("guard"), "peaceful", 3, 0)]
    belief.inventory = (read_item("$", "120 gold pieces", it.COIN, 0),)
    plan = trade.propose(State(belief))
    assert plan is not None
    assert plan.letter == "$"
    belief.inventory = ()
    plan = trade.propose(State(belief))
    assert plan is not None
    assert plan.keys == (a.MOVE, a.DIRECTIONS[0, 1])  # a step that picks nothing up: taken gold is theft


def test_no_missile_flies_at_who_may_be_peaceful() -> None:
    belief = belief_of(alignment=-1)
    belief.inventory = (read_item("b", "7 daggers", it.WEAPON, 0),)
    belief.creatures = [Creature(5, 13, index_of("goblin"), "hostile", 3, 0)]
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.label == "fight/melee"
    belief.fierce["goblin"] = 1995
    plan = fight.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("fight/throw", "b")


def test_a_floating_eye_that_bars_the_way_is_pelted_not_struck() -> None:
    belief = belief_of()
    belief.level.terrain[5, 12] = t.FLOOR
    belief.creatures = [Creature(5, 12, index_of("floating eye"), "hostile", 2, 0)]
    assert missiles.unblock(State(belief)) is None  # nothing to throw
    belief.inventory = (read_item("k", "a worthless piece of glass", it.GEM, 0),)
    plan = missiles.unblock(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("fight/throw", "k")


def test_the_patrol_goes_where_the_clock_says() -> None:
    belief = belief_of(depth=1)
    belief.level.terrain[5, 5] = belief.level.terrain[5, 19] = t.DOORWAY
    belief.level.terrain[5, 8] = t.DOWN
    belief.level.visited[5, 5:20] = belief.level.seen[:] = True
    steps = set()
    for turn in range(2000, 2200, 20):
        belief.hero = belief.hero._replace(turn=turn)
        plan = explore.propose(State(belief))
        assert plan is not None
        assert plan.label == "wait/patrol"
        steps.add(plan.keys[0])
    assert steps == {a.DIRECTIONS[0, 1], a.DIRECTIONS[0, -1]}


@pytest.mark.parametrize(("hunger", "elapsed", "prays"), [(3, 1000, True), (3, 300, False), (1, 1000, False)])
def test_weakness_is_prayed_for_when_a_god_will_listen(hunger: int, elapsed: int, prays: bool) -> None:
    belief = belief_of(hunger=hunger)
    belief.prayed = 2000 - elapsed
    plan = survive.propose(State(belief))
    assert (plan is not None and plan.label == "survive/pray") is prays
    belief.forsaken = 10**8
    assert survive.propose(State(belief)) is None


def test_what_poisons_or_needs_an_opener_is_no_provision() -> None:
    assert [gear.is_food(n) for n in ("food ration", "lichen corpse", "apple")] == [True] * 3
    assert [gear.is_food(n) for n in ("jackal corpse", "tin of newt", "eggs", "small glob of gray ooze")] == [False] * 4


def test_a_shield_wants_a_free_hand() -> None:
    kind = next(one.index for one in table() if one.name == "two-handed sword")
    sword = read_item("a", "a two-handed sword (weapon in hands)", it.WEAPON, nh.GLYPH_OBJ_OFF + kind)
    corpse = read_item("c", "a newt corpse (weapon in hand)", it.FOOD, nh.GLYPH_BODY_OFF)
    shield = next(one.index for one in table() if one.name == "small shield")
    assert shield not in gear.wanted((sword,), "val")
    assert shield in gear.wanted((corpse,), "val")  # a corpse in hand is none of the objects' kinds
    assert shield not in gear.wanted((), "mon")


def test_every_label_of_the_bot_is_one_of_hihacks() -> None:
    """Following guards was counted as `error` once."""
    source = Path(strategies.__file__).parents[1]
    files = [*source.rglob("*.py"), *Path(commands.__file__).parent.glob("*.py")]
    found = {label for file in files for label in re.findall(r'"([a-z]+(?:_[a-z]+)*/[a-z_]+)"', file.read_text())}
    assert len(found) > 40
    assert [label for label in found if HIHACK_STRATEGIES[hihack_strategy(label)] == "error"] == []
