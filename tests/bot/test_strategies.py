"""Answers to questions by their meaning, and what the bot thinks of threats and gear."""

import numpy as np
import pytest

from yendor.belief.belief import Belief
from yendor.bot import gear
from yendor.bot.answers import answer
from yendor.bot.combat.threat import leave_alone, low_hp
from yendor.bot.state import towards
from yendor.nethack import actions as a
from yendor.nethack.bottomline import Hero
from yendor.nethack.monsters import index_of
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
