"""The weapon in hand: what it is changed for, and what it is kept from; and words that last on the floor."""

from collections.abc import Callable

import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.hearing import hear
from yendor.bot import arms, gear
from yendor.bot.combat.missiles import pelt, unblock, zap
from yendor.bot.state import State
from yendor.bot.strategies import fight, hide, items
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.items import Item, read_item
from yendor.nethack.monsters import index_of
from yendor.nethack.objects import table
from yendor.nethack.prompts import Kind, Prompt
from yendor.skills.plan import Plan

Heroes = Callable[..., Belief]
KINDS = {one.name: one for one in table() if one.name}


def thing(line: str, name: str, letter: str = "w") -> Item:
    return read_item(letter, line, KINDS[name].kind, nh.GLYPH_OBJ_OFF + KINDS[name].index)


def at(name: str, row: int, column: int) -> Creature:
    return Creature(row, column, index_of(name), "hostile", max(abs(row - 9), abs(column - 20)), 0)


def proposed(plan: Plan | None) -> Plan:
    assert plan is not None
    return plan


SWORD = thing("a long sword (weapon in hand)", "long sword")
BLOB = at("acid blob", 9, 21)


@pytest.mark.parametrize(("line", "name", "spared"), [
    ("a long sword (weapon in hand)", "long sword", True),
    ("a thoroughly corroded long sword (weapon in hand)", "long sword", False),
    ("a corrodeproof long sword (weapon in hand)", "long sword", False),
    ("a club (weapon in hand)", "club", False),
])  # fmt: skip
def test_a_good_weapon_is_kept_from_acid(in_a_room: Heroes, line: str, name: str, spared: bool) -> None:
    belief = in_a_room(alignment=1)
    belief.inventory = (thing(line, name),)
    belief.creatures = [BLOB]
    assert State(belief).spared(BLOB) is spared
    plan = fight.propose(State(belief))
    assert (plan is None or plan.label != "fight/melee") is spared


def test_an_acid_blob_is_pelted_and_struck_only_where_it_bars_the_way(in_a_room: Heroes) -> None:
    belief = in_a_room(alignment=1)
    belief.inventory = (SWORD, Item("g", 3, "green gems", it.GEM, 0))
    belief.creatures = [at("acid blob", 9, 22)]
    assert proposed(pelt(State(belief))).letter == "g"
    belief.inventory, belief.derived = (SWORD,), {}
    belief.creatures = [BLOB]
    assert unblock(State(belief)) is None, "there is a way round"
    belief.level.terrain[:] = t.UNKNOWN
    belief.level.terrain[9, 18:24] = t.CORRIDOR
    assert proposed(unblock(State(belief))).label == "fight/melee"


def test_what_was_dug_with_is_put_away_again(in_a_room: Heroes) -> None:
    belief = in_a_room(xl=8)
    belief.role = "pri"
    belief.inventory = (thing("a pick-axe (weapon in hand)", "pick-axe", "p"), thing("a mace", "mace", "m"))
    plan = proposed(items.dress(State(belief)))
    assert (plan.label, plan.letter) == ("items/wield", "m")
    belief.pit = (belief.key, belief.square)
    assert items.dress(State(belief)) is None, "the hole is not dug yet"


@pytest.mark.parametrize(("role", "held", "other", "better"), [
    ("rog", "short sword", "scimitar", False),
    ("rog", "short sword", "two-handed sword", True),
    ("arc", "pick-axe", "scimitar", False),
    ("pri", "pick-axe", "mace", True),
    ("val", "dagger", "long sword", True),
])  # fmt: skip
def test_what_a_role_has_learnt_counts(role: str, held: str, other: str, better: bool) -> None:
    pack = (thing(f"a {held} (weapon in hand)", held), thing(f"a {other}", other, "o"))
    assert (arms.better_weapon(pack, role, gear.spare(pack)) is not None) is better


def test_an_archer_without_arrows_takes_what_there_is(in_a_room: Heroes) -> None:
    belief = in_a_room(xl=7, alignment=1)
    belief.role = "ran"
    bow, axe = thing("a bow (weapon in hand)", "bow", "b"), thing("an axe", "axe", "x")
    belief.inventory = (bow, axe, thing("9 arrows", "arrow", "q"))
    belief.creatures = [at("jackal", 9, 21)]
    assert proposed(fight.propose(State(belief))).label == "fight/throw"
    belief.inventory, belief.derived = (bow, axe), {}
    plan = proposed(fight.propose(State(belief)))
    assert (plan.label, plan.letter) == ("items/wield", "x")


def test_a_ray_goes_where_no_wall_sends_it_back(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=9, x=11, alignment=1)
    belief.inventory = (Item("s", 1, "wand of sleep", it.WAND, 0),)
    belief.creatures = [at("wererat", 9, 10)._replace(distance=1), at("sewer rat", 9, 12)._replace(distance=1)]
    plan = proposed(zap(State(belief), belief.creatures))
    assert plan.direction == a.DIRECTIONS[0, 1], "the wall is near on the other side"


def test_a_wand_is_tried_with_the_word_and_what_is_burned_stays(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=40, depth=1)
    belief.inventory = (Item("w", 1, "oak wand", it.WAND, 0),)
    plan = proposed(items.propose(State(belief)))
    assert (plan.label, plan.letter, plan.text) == ("items/engrave", "w", "Elbereth")
    belief = in_a_room()
    belief.prompt = Prompt(Kind.TEXT, "What do you want to burn into the floor here? Elbereth")
    belief.note_key(a.MORE)
    assert belief.level.lasting == {belief.square}
    belief.engraved = None
    belief.message = 'Some text has been burned into the floor here.  You read: "Elbereth".'
    hear(belief)
    assert belief.level.lasting
    belief.message = "You feel like a hypocrite.  The engraved message before you vanishes!"
    hear(belief)
    assert not belief.level.lasting
    belief.message = "You cannot wipe out the message that is burned into the floor here."
    hear(belief)
    assert belief.level.furniture[belief.square], "something else is burned there: nobody can write over it"


def test_fire_writes_among_several(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=9)
    belief.inventory = (Item("f", 1, "wand of fire", it.WAND, 0),)
    belief.creatures = [at("rothe", 9, 21)]
    assert proposed(hide.propose(State(belief))).letter == "-"
    belief.creatures.append(at("rothe", 8, 21))
    assert proposed(hide.propose(State(belief))).letter == "f"
    belief.empty = {("f", "wand of fire")}
    assert proposed(hide.propose(State(belief))).letter == "-"


def test_no_gray_stone_is_taken_up_from_what_was_a_pile(in_a_room: Heroes) -> None:
    belief = in_a_room()
    level, codes = belief.level, belief.level.terrain.copy()
    codes[9, 20] = t.ITEM
    specials = (codes == t.ITEM) * nh.MG_OBJPILE
    level.heap(specials.astype("uint8"), codes)
    assert level.heaps == {(9, 20)}
    level.heaps.clear()
    level.stones.add((9, 20))
    level.heap(specials.astype("uint8"), codes)
    assert not level.heaps
