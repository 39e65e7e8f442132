"""What is not worth its weight is dropped, or not taken up: lichens, tins, spent wands, gray stones, iron balls."""

from collections.abc import Callable

import numpy as np
import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.bot import gear
from yendor.bot.answers import answer
from yendor.bot.pack import ballast, hindrance, lumber
from yendor.bot.state import State
from yendor.bot.strategies import items
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.items import Item, read_item
from yendor.nethack.monsters import index_of
from yendor.nethack.objects import table
from yendor.nethack.prompts import Kind, Prompt
from yendor.skills import commands
from yendor.skills.plan import Plan

Heroes = Callable[..., Belief]
KINDS = {one.name: one for one in table() if one.name}
SQUARE = (9, 20)
"""Where the hero stands."""


def glyph_of(name: str) -> int:
    return int(nh.GLYPH_OBJ_OFF + KINDS[name].index)


def thing(letter: str, line: str, name: str) -> Item:
    return read_item(letter, line, KINDS[name].kind, glyph_of(name))


def corpse(letter: str, line: str, name: str) -> Item:
    return read_item(letter, line, it.FOOD, int(nh.GLYPH_BODY_OFF + index_of(name)))


def proposed(plan: Plan | None) -> Plan:
    assert plan is not None
    return plan


def shown(belief: Belief, square: tuple[int, int], name: str) -> None:
    """Let a thing be seen on a square."""
    belief.glyphs = np.full((21, 79), nh.GLYPH_CMAP_OFF, np.int16)
    belief.level.shown = np.full((21, 79), t.FLOOR, np.uint8)
    belief.level.shown[square], belief.glyphs[square] = t.ITEM, glyph_of(name)


RATIONS = thing("f", "2 food rations", "food ration")
LICHENS = corpse("l", "5 lichen corpses", "lichen")
MAIL = thing("m", "a plate mail (being worn)", "plate mail")
WAND = thing("s", "a wand of sleep", "sleep")


def test_gold_and_corpses_have_their_weight() -> None:
    assert gear.load(Item("$", 415, "gold pieces", it.COIN, glyph_of("gold piece"))) == 4
    assert gear.load(LICHENS) == 100
    assert gear.load(corpse("z", "a lizard corpse", "lizard")) == 10


def test_the_burdened_drop_tins_and_lichens_that_are_too_many() -> None:
    tins = thing("t", "7 tins", "tin")
    assert ballast((RATIONS, tins), "val") == tins
    assert ballast((RATIONS, LICHENS), "val") == LICHENS
    assert ballast((LICHENS,), "val") is None, "there is nothing else to eat"
    assert ballast((RATIONS, corpse("l", "4 lichen corpses", "lichen")), "val") is None
    assert lumber((RATIONS, LICHENS, tins), "val") is None


def test_few_lichens_are_taken_and_no_tin_in_place_of_others(in_a_room: Heroes) -> None:
    belief = in_a_room()
    assert gear.wants("a lichen corpse", belief)
    belief.inventory = (LICHENS,)
    assert not gear.wants("a lichen corpse", belief)
    belief.inventory = (thing("t", "a tin", "tin"),)
    belief.prompt = Prompt(Kind.YES_NO, "You have a little trouble lifting a tin.  Continue? [ynq] (q)")
    assert answer({}, belief, commands.pick_up("see what lies here"))[0] == a.index_of("n")


def test_a_spent_wand_is_dropped_by_the_burdened(in_a_room: Heroes) -> None:
    belief = in_a_room(burden=1)
    belief.inventory, belief.empty = (WAND,), {(WAND.letter, WAND.name)}
    assert proposed(items.propose(State(belief))).letter == "s"
    belief = in_a_room()
    belief.inventory, belief.empty = (WAND,), {(WAND.letter, WAND.name)}
    belief.level.shown = np.full((21, 79), t.FLOOR, np.uint8)
    assert items.propose(State(belief)) is None


def test_for_a_tight_gap_only_ballast_is_dropped_and_only_if_that_helps(in_a_room: Heroes) -> None:
    daggers = thing("d", "9 daggers", "dagger")
    books = thing("b", "2 spellbooks of force bolt", "force bolt")
    assert hindrance((MAIL, thing("d", "3 daggers", "dagger"), books), "val") is None, "this is light enough"
    assert hindrance((MAIL, daggers, books), "val") == books
    assert hindrance((MAIL, daggers, books, thing("f", "4 food rations", "food ration")), "val") is None
    belief = in_a_room()
    sword = thing("w", "a long sword (weapon in hand)", "long sword")
    belief.inventory, belief.heavy = (MAIL, daggers, sword), belief.hero.turn
    belief.level.shown = np.full((21, 79), t.FLOOR, np.uint8)
    assert items.propose(State(belief)) is None, "missiles are of use"


def test_the_punished_go_for_heaps_but_not_for_their_ball(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.punished = True
    shown(belief, (9, 24), "heavy iron ball")
    belief.level.heaps = {(9, 24)}
    assert items.propose(State(belief)) is None
    belief.glyphs[9, 24] = glyph_of("dagger")
    assert proposed(items.propose(State(belief))).goal == ("item", (9, 24))
    belief.level.heaps, belief.level.things = {SQUARE}, {SQUARE: glyph_of("dagger")}
    assert proposed(items.propose(State(belief))).keys == (a.PICKUP,)
    belief.level.heaps, belief.level.things = {SQUARE}, {SQUARE: glyph_of("iron chain")}
    belief.level.shown[:] = t.FLOOR
    assert items.propose(State(belief)) is None
    assert not belief.level.heaps
    assert SQUARE in belief.level.left


def test_gray_stones_are_left(in_a_room: Heroes) -> None:
    belief = in_a_room()
    shown(belief, (5, 5), "rock")
    belief.level.stones, belief.level.things = {SQUARE}, {SQUARE: glyph_of("dagger")}
    assert items.propose(State(belief)) is None
    belief = in_a_room()
    belief.level.dropped, belief.message = {SQUARE}, "You see here a gray stone."
    assert items.dress(State(belief)) is None
    assert not belief.level.dropped
    belief.level.heaps, belief.message = {SQUARE}, "You finish eating the bugbear corpse."
    assert proposed(items.propose(State(belief))).keys == (a.LOOK,), "a stone may be left"


@pytest.mark.parametrize(("message", "taken"), [
    ("f - 3 daggers (in quiver).  You see here a jackal corpse.", False), ("You see here a chest.", False),
    ("You see here a lichen corpse.", True), ("You see here a crude dagger.", True), ("", True),
])  # fmt: skip
def test_a_corpse_under_what_was_thrown_is_left(in_a_room: Heroes, message: str, taken: bool) -> None:
    belief = in_a_room()
    shown(belief, (5, 5), "rock")
    belief.level.things, belief.message = {SQUARE: glyph_of("dagger")}, message
    assert (items.propose(State(belief)) is not None) is taken
    assert (SQUARE in belief.level.left) is not taken


@pytest.mark.parametrize(("role", "zapped", "zaps"), [("val", "", True), ("sam", "", False), ("val", "q", False)])
def test_speed_is_zapped_once_and_not_by_the_fast(in_a_room: Heroes, role: str, zapped: str, zaps: bool) -> None:
    belief = in_a_room()
    shown(belief, (5, 5), "rock")
    belief.role, belief.zapped = role, zapped
    belief.inventory = (thing("q", "a wand of speed monster", "speed monster"),)
    assert (items.propose(State(belief)) is not None) is zaps


def test_what_is_known_and_harmless_is_used_up(in_a_room: Heroes) -> None:
    belief = in_a_room()
    for name, kind, label in (
        ("scrolls of identify", it.SCROLL, "items/read"),
        ("potion of object detection", it.POTION, "survive/elbereth"),  # to be drunk on it
        ("scroll of blank paper", it.SCROLL, ""),
    ):
        belief.inventory, belief.derived = (Item("i", 1, name, kind, 0),), {}
        plan = items.propose(State(belief))
        assert (plan.label if plan else "") == label
