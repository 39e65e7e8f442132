"""What lies under what is shown, what is taken up, and what is dropped for it."""

from collections.abc import Callable

import numpy as np
import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.level import Level
from yendor.bot import gear
from yendor.bot.answers import answer
from yendor.bot.pack import ballast, lumber, surplus
from yendor.bot.state import State
from yendor.bot.strategies import items
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.items import Item, erosion, read_item
from yendor.nethack.objects import table
from yendor.nethack.prompts import Kind, Prompt
from yendor.skills import commands

Heroes = Callable[..., Belief]
KINDS = {one.name: one for one in table() if one.name}


def thing(letter: str, line: str, name: str) -> Item:
    return read_item(letter, line, KINDS[name].kind, nh.GLYPH_OBJ_OFF + KINDS[name].index)


HELMET = thing("h", "a helmet (being worn)", "helmet")
MAIL = thing("m", "an uncursed chain mail", "chain mail")
DAGGERS = thing("d", "8 daggers", "dagger")
PICK = thing("p", "a pick-axe", "pick-axe")
ROCKS = thing("r", "9 rocks", "rock")


@pytest.mark.parametrize(("name", "degree"), [
    ("long sword", 0), ("rusty long sword", 1), ("very corroded katana", 2), ("rustproof helmet", 0),
    ("thoroughly rusty very corroded long sword", 3), ("burnt rotted robe", 1),
])  # fmt: skip
def test_rust_and_the_like_have_degrees(name: str, degree: int) -> None:
    assert erosion(name) == degree


def test_a_rusty_piece_is_changed_for_a_whole_one_of_its_kind() -> None:
    rusty = thing("w", "a very rusty dwarvish iron helm (being worn)", "dwarvish iron helm")
    whole = thing("n", "a dwarvish iron helm", "dwarvish iron helm")
    assert gear.change((rusty, whole), "val") == gear.Change("doff", rusty)
    assert KINDS["dwarvish iron helm"].index in gear.wanted((rusty,), "val")
    worn = thing("w", "a dwarvish iron helm (being worn)", "dwarvish iron helm")
    assert gear.change((worn, thing("n", "a rusty dwarvish iron helm", "dwarvish iron helm")), "val") is None
    assert KINDS["dwarvish iron helm"].index not in gear.wanted((worn,), "val")


def test_a_blade_that_acid_has_eaten_is_changed_for_another() -> None:
    eaten = thing("s", "a thoroughly corroded short sword (weapon in hand)", "short sword")
    fresh = thing("n", "a short sword", "short sword")
    assert gear.change((eaten, fresh), "val") == gear.Change("wield", fresh)
    held = thing("s", "a short sword (weapon in hand)", "short sword")
    assert gear.change((held, fresh), "val") is None


def test_the_burdened_drop_the_heaviest_of_what_is_of_no_use() -> None:
    lantern = thing("l", "a brass lantern", "brass lantern")
    book = thing("b", "a spellbook of force bolt", "force bolt")
    worn = thing("w", "a +1 chain mail (being worn)", "chain mail")
    assert ballast((DAGGERS, lantern, book, worn, MAIL), "val") == MAIL
    assert ballast((DAGGERS, lantern, book, ROCKS), "val") == ROCKS
    assert ballast((DAGGERS, lantern, book), "val") == book
    assert ballast((DAGGERS, HELMET, PICK), "val") is None
    unpaid = read_item("l", "a brass lantern (unpaid, 12 zorkmids)", it.TOOL, lantern.glyph)
    assert ballast((unpaid,), "val") is None


def test_one_tool_to_dig_with_is_enough() -> None:
    mattock = thing("q", "a dwarvish mattock", "dwarvish mattock")
    assert ballast((PICK, mattock), "val") == mattock
    wielded = thing("q", "a dwarvish mattock (weapon in hands)", "dwarvish mattock")
    assert ballast((PICK, wielded), "val") == PICK
    assert KINDS["pick-axe"].index not in gear.wanted((wielded,), "val")


def test_a_dozen_missiles_are_enough() -> None:
    more = thing("e", "7 elven daggers", "elven dagger")
    assert ballast((DAGGERS, more), "val") is None, "without either fewer than a dozen are left"
    plenty = thing("e", "14 elven daggers", "elven dagger")
    assert ballast((DAGGERS, plenty), "val") == DAGGERS
    assert KINDS["dagger"].index not in gear.wanted((plenty,), "val")
    assert KINDS["dagger"].index in gear.wanted((DAGGERS,), "val")
    assert surplus((DAGGERS, plenty, HELMET)) == DAGGERS
    assert surplus((HELMET,)) is None


def test_only_what_is_heavy_is_dropped_unburdened() -> None:
    assert lumber((ROCKS, HELMET), "val") == ROCKS
    assert lumber((thing("r", "2 rocks", "rock"),), "val") is None
    assert lumber((thing("k", "a tinning kit (0:50)", "tinning kit"),), "arc") is not None


def test_casters_keep_their_first_book() -> None:
    book = thing("b", "a spellbook of force bolt", "force bolt")
    assert ballast((book,), "wiz") is None
    assert ballast((book,), "pri") == book


def test_few_unknown_potions_and_those_that_heal_are_kept() -> None:
    def potion(letter: str, line: str) -> Item:
        return read_item(letter, line, it.POTION, nh.GLYPH_OBJ_OFF + KINDS["booze"].index)

    three, five = potion("q", "3 murky potions"), potion("q", "5 murky potions")
    assert ballast((three,), "val") is None
    assert ballast((potion("p", "8 pink potions"), five), "val") == five
    assert ballast((potion("p", "2 potions of extra healing"),), "val") is None
    known = potion("p", "a potion of object detection")
    assert ballast((known,), "val") == known


def heaped(belief: Belief, square: tuple[int, int]) -> None:
    belief.level.terrain[square] = t.FLOOR
    belief.level.heaps.add(square)


def test_piles_are_seen_where_nobody_has_looked() -> None:
    level = Level()
    specials, codes = np.zeros((21, 79), np.uint8), np.full((21, 79), t.FLOOR, np.uint8)
    specials[3, 4] = specials[5, 6] = specials[7, 8] = nh.MG_OBJPILE | nh.MG_CORPSE
    codes[3, 4] = codes[5, 6] = codes[9, 9] = t.ITEM
    level.leave((5, 6), 10)
    level.heap(specials, codes)
    assert level.heaps == {(3, 4)}, "neither where somebody stands, nor what was left"
    codes[3, 4] = t.MONSTER
    level.heap(specials, codes)
    assert level.heaps == {(3, 4)}, "it lies under whoever stands there"
    codes[3, 4] = t.FLOOR
    level.heap(specials, codes)
    assert level.heaps == set()
    level.heap(None, codes)
    level.look_again()
    codes[3, 4] = t.ITEM
    level.heap(specials, codes)
    assert level.heaps == {(3, 4), (5, 6)}


def test_piles_are_walked_to_and_looked_into(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.glyphs = np.full((21, 79), nh.GLYPH_CMAP_OFF, np.int16)
    belief.level.shown = np.full((21, 79), t.FLOOR, np.uint8)
    belief.level.shown[9, 24] = t.ITEM
    heaped(belief, (9, 24))
    plan = items.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.goal) == ("items/pickup", ("item", (9, 24)))
    heaped(belief, belief.square)
    plan = items.propose(State(belief))
    assert plan is not None
    assert plan.keys == (a.PICKUP,)
    belief.level.shop[:] = True
    assert items.propose(State(belief)) is None


@pytest.mark.parametrize(("pack", "key"), [((DAGGERS, ROCKS), "y"), ((DAGGERS, HELMET), "n")])
def test_what_burdens_is_taken_up_if_something_can_be_dropped(
    in_a_room: Heroes, pack: tuple[Item, ...], key: str
) -> None:
    belief = in_a_room()
    belief.inventory = pack
    belief.prompt = Prompt(Kind.YES_NO, "You have a little trouble lifting a pick-axe.  Continue? [ynq] (q)")
    assert answer({}, belief, commands.pick_up("see what lies here"))[0] == a.index_of(key)


def screen(lines: list[str]) -> dict[str, np.ndarray]:
    chars = np.full((24, 80), ord(" "), np.uint8)
    for row, line in enumerate(lines):
        chars[row, 20 : 20 + len(line)] = np.frombuffer(line.encode(), np.uint8)
    return {"tty_chars": chars}


def test_of_two_pieces_for_one_place_one_is_chosen_and_pages_are_turned(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.prompt = Prompt(Kind.MENU, "Pick up what?")
    plan = commands.pick_up("see what lies here")
    menu = ["Pick up what?", "", "Armor", "a - a pair of iron shoes", "b - a pair of iron shoes", "(1 of 2)"]
    key, _ = answer(screen(menu), belief, plan)
    assert key == a.index_of("a")
    menu[3] = "a + a pair of iron shoes"
    key, _ = answer(screen(menu), belief, plan)
    assert key == a.DOWN
    menu[5] = "(end)"
    assert answer(screen(menu), belief, plan)[0] == a.MORE


def test_armour_that_could_not_be_put_on_yet_is_not_dropped() -> None:
    assert lumber((MAIL,), "val") is None
    assert lumber((MAIL,), "mon") == MAIL
    worn = thing("w", "a +1 chain mail (being worn)", "chain mail")
    assert lumber((MAIL, worn), "val") == MAIL
    twin = thing("n", "a chain mail", "chain mail")
    assert lumber((MAIL, twin), "val") == twin
    assert lumber((thing("m", "a cursed chain mail", "chain mail"),), "val") is not None
