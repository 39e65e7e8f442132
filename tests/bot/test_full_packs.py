"""What a full pack takes up, keeps, uses up and drops, and how questions about things are answered."""

from collections.abc import Callable

import numpy as np
import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.bot import gear
from yendor.bot.answers import answer
from yendor.bot.pack import ballast
from yendor.bot.state import State
from yendor.bot.strategies import items
from yendor.bot.walking import walk
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.items import Item, read_item
from yendor.nethack.objects import table
from yendor.nethack.prompts import Kind, Prompt
from yendor.skills import commands
from yendor.skills.plan import Plan

Heroes = Callable[..., Belief]
KINDS = {one.name: one for one in table() if one.name}
EAST = a.DIRECTIONS[0, 1]
LIFTING = "You have a little trouble lifting {}.  Continue? [ynq] (q)"


def glyph_of(name: str) -> int:
    return int(nh.GLYPH_OBJ_OFF + KINDS[name].index)


def thing(letter: str, line: str, name: str) -> Item:
    return read_item(letter, line, KINDS[name].kind, glyph_of(name))


def proposed(plan: Plan | None) -> Plan:
    assert plan is not None
    return plan


def asked(belief: Belief, kind: Kind, text: str, plan: Plan | None = None) -> int:
    belief.prompt = Prompt(kind, text)
    return answer({}, belief, plan)[0]


def shown(belief: Belief, square: tuple[int, int], name: str) -> None:
    belief.glyphs = np.full((21, 79), nh.GLYPH_CMAP_OFF, np.int16)
    belief.level.shown = np.full((21, 79), t.FLOOR, np.uint8)
    belief.level.shown[square], belief.glyphs[square] = t.ITEM, glyph_of(name)


def carrying(belief: Belief, *pack: Item) -> Belief:
    belief.inventory, belief.derived = pack, {}
    return belief


def crowded(*pack: Item) -> tuple[Item, ...]:
    """A pack of 45 letters, of which only these may be dropped."""
    return (*pack, *(Item("z", 1, "worthless piece of glass", it.GEM, glyph_of("worthless piece of red glass")),) * 45)


def letter_dropped(belief: Belief) -> str:
    plan = proposed(items.propose(State(belief)))
    assert plan.label == "items/drop"
    return plan.letter


def test_what_was_left_is_stepped_over_and_not_taken_up(in_a_room: Heroes) -> None:
    belief = in_a_room()
    shown(belief, (9, 21), "enchant armor")
    patrol = "patrol", "wait/patrol", "to the next door"
    assert proposed(walk(State(belief), (9, 25), *patrol)).keys == (EAST,)
    belief.level.leave((9, 21), 2990)
    assert proposed(walk(State(belief), (9, 25), *patrol)).keys == (a.MOVE, EAST)
    assert proposed(walk(State(belief), (9, 21), *patrol)).keys == (a.MOVE, EAST)
    assert proposed(walk(State(belief), (9, 21), "item", "items/pickup", "there")).keys == (EAST,)
    belief.level.shown[9, 21] = t.MONSTER
    assert proposed(walk(State(belief), (9, 25), *patrol)).keys == (EAST,), "this is a blow, or a change of places"


def test_a_spent_wand_stays_one_when_it_is_dropped(in_a_room: Heroes) -> None:
    belief = carrying(in_a_room(burden=1), thing("s", "a wand of sleep", "sleep"))
    belief.empty = {("s", "wand of sleep")}
    assert letter_dropped(belief) == "s"
    assert belief.spent(thing("s", "a wand of sleep", "sleep")), "it gets its old letter when it is taken up"
    assert not belief.spent(thing("s", "a wand of cold", "cold")), "as may another"


def test_a_second_equal_piece_is_not_wanted(in_a_room: Heroes) -> None:
    cloak = thing("c", "a cursed mummy wrapping (being worn)", "mummy wrapping")
    belief = carrying(in_a_room(), cloak, thing("s", "an orcish chain mail", "orcish chain mail"))
    assert not gear.wants("an orcish chain mail", belief)
    assert gear.wants("a +1 orcish chain mail", belief)


@pytest.mark.parametrize(("line", "name", "worn"), [
    ("a mummy wrapping", "mummy wrapping", False), ("a fedora", "fedora", False),
    ("a thoroughly rusty orcish helm", "orcish helm", False), ("a +1 mummy wrapping", "mummy wrapping", True),
])  # fmt: skip
def test_what_protects_nothing_is_not_worn(in_a_room: Heroes, line: str, name: str, worn: bool) -> None:
    piece = thing("p", line, name)
    assert (gear.change((piece,), "val") is not None) is worn
    assert gear.wants(line, in_a_room()) is worn
    assert (ballast((piece,), "val") is None) is worn


def test_crowded_packs_are_cleared_of_what_is_never_used(in_a_room: Heroes) -> None:
    belief = in_a_room()
    shown(belief, (5, 5), "rock")
    belief.empty = {("s", "wand of sleep")}
    paper = Item("b", 1, "scroll of blank paper", it.SCROLL, glyph_of("enchant armor"))
    mirror, camera = thing("m", "a looking glass", "mirror"), thing("c", "an expensive camera", "expensive camera")
    spent = thing("s", "a wand of sleep", "sleep")
    light = Item("l", 1, "wand of light", it.WAND, spent.glyph)
    ring, amulet = Item("r", 1, "opal ring", it.RING, 0), Item("o", 1, "oval amulet", it.AMULET, 0)
    digging = Item("d", 1, "wand of digging", it.WAND, spent.glyph)
    rest = [paper, spent, mirror, light, ring, amulet]
    while rest:
        carrying(belief, *crowded(camera, digging, *reversed(rest)))
        assert letter_dropped(belief) == rest.pop(0).letter
    assert items.propose(State(carrying(belief, *crowded(camera, digging)))) is None
    assert items.propose(State(carrying(belief, camera, mirror, ring))) is None, "there is room"


def test_few_tins_are_kept(in_a_room: Heroes) -> None:
    assert ballast((thing("t", "4 tins", "tin"),), "val") is None
    tins = thing("t", "5 tins", "tin")
    assert ballast((tins,), "val") == tins
    belief = carrying(in_a_room(), thing("t", "3 tins", "tin"))
    assert gear.wants("a tin", belief)
    assert not gear.wants("2 tins", belief)


def test_nothing_is_lifted_that_would_be_dropped_first(in_a_room: Heroes) -> None:
    belief, plan = in_a_room(), commands.pick_up("see what lies here")
    light = Item("i", 1, "scroll of blank paper", it.SCROLL, glyph_of("enchant armor"))
    heavy = thing("b", "2 spellbooks of force bolt", "force bolt")
    carrying(belief, light)
    assert asked(belief, Kind.YES_NO, LIFTING.format("5 darts"), plan) == a.index_of("y"), "they weigh as much"
    assert asked(belief, Kind.YES_NO, LIFTING.format("5 daggers"), plan) == a.index_of("n")
    carrying(belief, heavy)
    assert asked(belief, Kind.YES_NO, LIFTING.format("5 daggers"), plan) == a.index_of("y")


def test_the_burdened_want_no_missiles(in_a_room: Heroes) -> None:
    sword = thing("s", "a long sword (weapon in hand)", "long sword")
    for burden in (0, 1):
        belief = carrying(in_a_room(burden=burden), sword)
        shown(belief, (9, 24), "dart")
        assert (items.propose(State(belief)) is None) is bool(burden)
        assert gear.wants("6 darts", belief) is not bool(burden)


@pytest.mark.parametrize(("name", "kind", "label"), [
    ("scroll of identify", it.SCROLL, "items/read"), ("potion of object detection", it.POTION, "survive/elbereth"),
    ("scroll of blank paper", it.SCROLL, "items/drop"),
])  # fmt: skip
def test_the_burdened_use_things_up_before_they_drop_them(in_a_room: Heroes, name: str, kind: int, label: str) -> None:
    belief = carrying(in_a_room(burden=1), Item("i", 1, name, kind, glyph_of("enchant armor")))
    assert proposed(items.propose(State(belief))).label == label


def test_gloves_that_would_not_be_put_on_are_not_taken(in_a_room: Heroes) -> None:
    assert KINDS["leather gloves"].index not in gear.wanted((), "val")
    assert not gear.wants("a pair of old gloves", in_a_room())
    assert gear.wants("a pair of leather gloves", in_a_room())


def test_the_best_wand_is_charged(in_a_room: Heroes) -> None:
    belief, plan = in_a_room(), commands.read("f", "read scroll labeled FOO")
    wands = [Item(kind[0], 1, f"wand of {kind}", it.WAND, 0) for kind in ("striking", "cold", "digging")]
    question = "What do you want to charge? [cds or ?*]"
    assert asked(carrying(belief, *wands), Kind.ITEM, question, plan) == a.index_of("d")
    belief.empty = {("d", "wand of digging")}
    assert asked(belief, Kind.ITEM, question, plan) == a.index_of("c")
    assert asked(carrying(belief), Kind.ITEM, question, plan) == a.ESC


def test_genocide_is_answered_and_is_no_wish(in_a_room: Heroes) -> None:
    belief = in_a_room()
    kind = "What monster do you want to genocide? [type the name]"
    assert asked(belief, Kind.TEXT, kind) == a.index_of("c")
    assert asked(belief, Kind.TEXT, f"{kind} c") == a.index_of("o")
    assert asked(belief, Kind.TEXT, f"{kind} cockatrice") == a.MORE
    assert asked(belief, Kind.TEXT, "What class of monsters do you wish to genocide?") == a.index_of("a")
    assert asked(belief, Kind.TEXT, "What class of monsters do you wish to genocide? a") == a.MORE


@pytest.mark.parametrize(("blessing", "read"), [("", True), ("uncursed", True), ("cursed", False)])
def test_a_scroll_of_genocide_is_read_unless_it_is_cursed(in_a_room: Heroes, blessing: str, read: bool) -> None:
    belief = carrying(in_a_room(), Item("g", 1, "scroll of genocide", it.SCROLL, 0, blessing))
    shown(belief, (5, 5), "rock")
    assert (items.propose(State(belief)) is not None) is read


def test_clear_potions_are_no_gamble(in_a_room: Heroes) -> None:
    water = Item("w", 2, "clear potions", it.POTION, glyph_of("booze"))
    assert ballast((water,), "val") == water
    belief = carrying(in_a_room(), water)
    shown(belief, (5, 5), "rock")
    assert items.propose(State(belief)) is None


def test_nothing_is_fetched_while_an_eye_is_lured_away(in_a_room: Heroes) -> None:
    belief = in_a_room()
    shown(belief, (9, 24), "dagger")
    belief.level.lure = ((5, 12), belief.hero.turn)
    assert items.propose(State(belief)) is None
    belief.level.lure = ((5, 12), belief.hero.turn - 1)
    assert proposed(items.propose(State(belief))).goal == ("item", (9, 24))
