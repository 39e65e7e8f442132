"""Who struck the hero and who died, what was eaten and given away, what lies under a chain: heard and seen rightly."""

from collections.abc import Callable

import numpy as np
import pytest
from nle import nethack as nh
from numpy.typing import NDArray

from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.hearing import hear
from yendor.bot.combat.missiles import spell
from yendor.bot.state import State
from yendor.bot.strategies import eat, survive
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.items import Item, read_item
from yendor.nethack.monsters import index_of
from yendor.nethack.objects import table
from yendor.nethack.prompts import Kind, Prompt

Heroes = Callable[..., Belief]
KINDS = {one.name: one for one in table() if one.name}
FLOOR = nh.GLYPH_CMAP_OFF + 19


def at(name: str, kind: str = "hostile", column: int = 21) -> Creature:
    return Creature(9, column, index_of(name), kind, abs(column - 20), nh.GLYPH_MON_OFF + index_of(name))


def thing(letter: str, line: str, name: str) -> Item:
    return read_item(letter, line, KINDS[name].kind, nh.GLYPH_OBJ_OFF + KINDS[name].index)


def lying(name: str) -> int:
    return nh.GLYPH_OBJ_OFF + KINDS[name].index


def tell(belief: Belief, message: str) -> None:
    belief.message = message
    hear(belief)


def look(
    belief: Belief, *shown: tuple[int, int], message: str = "", piles: tuple[int, ...] = (), pack: tuple[Item, ...] = ()
) -> None:
    """Let a hero in mid-game look about: (column, glyph) on its row, columns with piles, what is worn of the pack."""
    glyphs = np.full((21, 79), FLOOR, np.int16)
    specials = np.zeros((21, 79), np.uint8)
    for column, glyph in shown:
        glyphs[9, column] = glyph
    specials[9, list(piles)] = nh.MG_OBJPILE
    letters, lines = np.zeros(55, np.uint8), np.zeros((55, 80), np.uint8)
    kinds, things = np.zeros(55, np.uint8), np.full(55, nh.MAX_GLYPH, np.int16)
    for row, item in enumerate(pack):
        line = f"a {item.name} ({item.state})".encode()
        lines[row, : len(line)] = list(line)
        letters[row], kinds[row], things[row] = ord(item.letter), item.kind, item.glyph
    told: NDArray[np.uint8] = np.zeros(256, np.uint8)
    told[: len(message)] = list(message.encode())
    belief.steps = 1
    belief.update({
        "glyphs": glyphs, "specials": specials, "blstats": np.array(belief.hero), "message": told,
        "misc": np.zeros(3, np.int32), "tty_cursor": np.array([10, 20]), "tty_chars": np.zeros((24, 80), np.uint8),
        "inv_strs": lines, "inv_letters": letters, "inv_oclasses": kinds, "inv_glyphs": things,
    })  # fmt: skip


def kinds_seen(belief: Belief, *shown: Creature) -> list[str]:
    look(belief, *[(c.column, c.glyph) for c in shown])
    return [c.kind for c in belief.creatures]


@pytest.mark.parametrize(("message", "names"), [
    ("The dart hits the snake.  The homunculus bites!", {"homunculus"}),
    ("The dart misses the kobold.  The kobold just misses!  The newt bites!", {"kobold", "newt"}),
    ("The dwarf throws a dwarvish spear!  You are hit by a dwarvish spear.", {"dwarf"}),
    ("The Uruk-hai shoots 2 poisoned orcish arrows!", {"Uruk-hai"}), ("The cobra spits venom!", {"cobra"}),
    ("The hobbit swings his elven dagger.  The hobbit hits!", {"hobbit"}), ("The pony kicks.", {"pony"}),
    ("The gnome lord misses the little dog.  The little dog bites the gnome lord.", set()),
    ("The dwarf swings his pick-axe at the jackal.  The gnome throws a dagger at the newt!", set()),
    ("The gnome zaps a wand of digging!", set()),
])  # fmt: skip
def test_all_who_strike_the_hero_are_heard_and_nobody_else(in_a_room: Heroes, message: str, names: set[str]) -> None:
    belief = in_a_room()
    tell(belief, message)
    assert belief.fierce.keys() == names


def test_a_former_pet_is_not_peaceful_any_more(in_a_room: Heroes) -> None:
    belief, dog, watch = in_a_room(), at("dog"), at("watchman", column=19)
    belief.peaceful.mark(dog, 2990)
    assert kinds_seen(belief, dog, watch) == ["peaceful", "peaceful"]
    tell(belief, "The hill orc hits!")
    assert kinds_seen(belief, dog, watch) == ["peaceful", "peaceful"]
    belief.creatures.append(at("kitten", "pet", 22))
    tell(belief, "Hachi bites!")
    assert kinds_seen(belief, dog, watch) == ["peaceful", "peaceful"], "that was the pet"
    tell(belief, "Hachi just misses!")
    assert sorted(kinds_seen(belief, dog, watch)) == ["hostile", "peaceful"]


def test_who_was_lost_from_view_vouches_for_nobody_else(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.peaceful.mark(at("dwarf", column=28), 2900)
    belief.peaceful.mark(at("dwarf"), 3000)  # it came back, and was asked about
    assert sorted(kinds_seen(belief, at("dwarf"), at("dwarf", column=27))) == ["hostile", "peaceful"]
    look(belief, (21, at("dwarf").glyph), message="You kill the dwarf!")
    assert kinds_seen(belief, at("dwarf", column=22)) == ["hostile"], "this is another one"


def test_a_mold_killed_from_afar_is_forgotten(in_a_room: Heroes) -> None:
    belief, mold, far = in_a_room(), at("green mold", column=24), at("green mold", column=27)
    kinds_seen(belief, mold, far)
    kinds_seen(belief, far)
    assert (9, 24) in belief.level.rooted, "out of sight"
    kinds_seen(belief, mold, far)
    look(belief, (27, far.glyph), (24, lying("dagger")), message="You kill the green mold!")
    assert belief.level.rooted.keys() == {(9, 27)}


def test_a_zoo_is_no_shop(in_a_room: Heroes) -> None:
    belief = in_a_room()
    tell(belief, "Welcome to David's treasure zoo!")
    assert not belief.level.shop.any()
    tell(belief, "Welcome again to Asidonhopo's general store!")
    assert belief.level.shop[belief.square]


def test_one_fall_is_one_meal(in_a_room: Heroes) -> None:
    belief = in_a_room()
    for message in ("You finish eating the jackal corpse.", "You're finally finished."):
        belief.level.fresh[belief.square] = (index_of("jackal"), belief.hero.turn)
        tell(belief, "You finish eating the food ration.  You see here a jackal corpse.")
        assert eat.propose(State(belief)) is not None
        tell(belief, message)
        assert eat.propose(State(belief)) is None


@pytest.mark.parametrize(("wand", "shoots"), [("wand of digging", False), ("wand of create monster", False),
                                              ("wand of striking", True), ("zinc wand", True)])  # fmt: skip
def test_who_digs_does_not_shoot(in_a_room: Heroes, wand: str, shoots: bool) -> None:
    belief = in_a_room()
    tell(belief, f"The water nymph zaps a {wand}!")
    assert (belief.shot == belief.hero.turn) is shoots


def test_spells_are_tried_again_in_other_armour(in_a_room: Heroes) -> None:
    belief = in_a_room(energy=20)
    belief.role, belief.creatures = "wiz", [at("rothe")]
    mail = thing("m", "a ring mail (being worn)", "ring mail")
    tell(belief, "You fail to cast the spell correctly.")
    tell(belief, "The spell misses the rothe.")
    assert belief.miscast == 0
    look(belief, pack=(mail,))
    belief.miscast, belief.creatures = 9, [at("rothe")]
    look(belief, (21, at("rothe").glyph), pack=(mail,))
    assert spell(State(belief), belief.creatures) is None
    look(belief, (21, at("rothe").glyph))
    assert spell(State(belief), belief.creatures) is not None, "it was taken off"


@pytest.mark.parametrize("name", ["iron chain", "heavy iron ball"])
def test_a_chain_makes_no_heaps_and_nothing_new(in_a_room: Heroes, name: str) -> None:
    belief = in_a_room()
    belief.punished = True
    belief.level.leave((9, 22), belief.hero.turn)
    for glyph in (lying("dagger"), lying(name)):
        look(belief, (22, glyph), (24, glyph), piles=(24,) if glyph == lying(name) else ())
    assert (9, 22) in belief.level.left
    assert not belief.level.heaps
    belief.punished = False
    look(belief, (22, lying(name)), (24, lying(name)), (25, FLOOR + 1), piles=(24,))
    assert (9, 22) not in belief.level.left
    assert belief.level.heaps == {(9, 24)}


def test_a_starving_pet_is_fed_once_food_is_thrown(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.inventory = (Item("f", 1, "food ration", it.FOOD, 0), thing("d", "a dagger", "dagger"))
    belief.creatures, belief.starved = [at("little dog", "pet")], belief.hero.turn
    for _ in range(2):
        assert survive.propose(State(belief)) is not None, "a proposal feeds nobody"
    for letter, fed in (("d", False), ("f", True)):
        belief.prompt, belief.tries = Prompt(Kind.COMMAND), {}
        belief.note_key(a.THROW)
        belief.prompt, belief.tries = Prompt(Kind.ITEM, "What do you want to throw?"), {}
        belief.note_key(a.index_of(letter))
        assert (survive.propose(State(belief)) is None) is fed
