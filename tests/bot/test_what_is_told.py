"""What messages and the map tell is taken for what it is: who is meant, who is about, and for how long it holds."""

from collections.abc import Callable

import numpy as np
import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.hearing import hear
from yendor.belief.level import Level
from yendor.bot.combat.aim import urgent
from yendor.bot.state import State
from yendor.bot.strategies import items, rest, survive
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition
from yendor.nethack.items import Item, read_item
from yendor.nethack.monsters import index_of
from yendor.nethack.objects import table
from yendor.skills.plan import Plan

Heroes = Callable[..., Belief]
KINDS = {one.name: one for one in table() if one.name}


def thing(line: str, name: str, letter: str = "w") -> Item:
    return read_item(letter, line, KINDS[name].kind, nh.GLYPH_OBJ_OFF + KINDS[name].index)


def at(name: str, column: int = 21, kind: str = "hostile") -> Creature:
    return Creature(9, column, index_of(name), kind, abs(column - 20), 0)


def mark(column: int) -> Creature:
    return Creature(9, column, -1, "unseen", abs(column - 20), nh.GLYPH_INVISIBLE)


def tell(belief: Belief, message: str) -> None:
    belief.message = message
    hear(belief)


def carries(belief: Belief, *pack: Item) -> None:
    """Show the hero its pack anew."""
    strings, letters = np.zeros((55, 80), np.uint8), np.zeros(55, np.uint8)
    kinds, glyphs = np.full(55, 18, np.uint8), np.full(55, nh.MAX_GLYPH, np.int16)
    for place, item in enumerate(pack):
        line = f"a {item.name} ({item.state})".encode()
        strings[place, : len(line)] = list(line)
        letters[place], kinds[place], glyphs[place] = ord(item.letter), item.kind, item.glyph
    belief._read_inventory({"inv_strs": strings, "inv_letters": letters, "inv_oclasses": kinds, "inv_glyphs": glyphs})


def proposed(plan: Plan | None) -> Plan:
    assert plan is not None
    return plan


MACE = thing("a mace (weapon in hand)", "mace", "m")
MAIL = thing("a ring mail (being worn)", "ring mail", "r")


def test_a_mold_two_squares_off_is_not_forgotten(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.level.rooted = {(9, 22): index_of("brown mold"), (9, 21): index_of("red mold")}
    belief._note_rooted()
    assert belief.level.rooted == {(9, 22): index_of("brown mold")}, "the other would be seen"


def test_old_marks_of_unseen_ones_hold_nobody_up(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=30)
    belief.creatures = [mark(24)]
    assert proposed(rest.propose(State(belief))).label == "wait/heal"
    tell(belief, "It bites!")
    assert rest.propose(State(belief)) is None
    belief.struck, belief.creatures = -1000, [mark(21)]
    assert rest.propose(State(belief)) is None
    belief.creatures = [mark(24)]
    belief.hero = belief.hero._replace(condition=int(Condition.HALLUCINATING))
    assert belief.hostiles() == [mark(24)], "nobody looks like what it is"


def test_who_does_not_see_itself_sees_what_it_stands_on(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.glyphs = np.full((21, 79), nh.GLYPH_CMAP_OFF, np.int16)
    belief.glyphs[belief.square] = nh.GLYPH_OBJ_OFF + KINDS["food ration"].index
    belief._note_things(t.CODE_OF[belief.glyphs])
    assert proposed(items.propose(State(belief))).keys == (a.PICKUP,)


def test_who_breathed_is_known_after_the_blast(in_a_room: Heroes) -> None:
    belief = in_a_room()
    tell(belief, "The winter wolf breathes frost!")
    tell(belief, "The blast of frost hits you!")
    assert urgent(State(belief), at("winter wolf"))
    belief.hero = belief.hero._replace(turn=3005)
    tell(belief, "The blast of frost bounces!")
    assert belief.shooter == "", "this may be another"


def test_kinds_are_known_by_their_names_alone(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=20)
    belief.creatures = [at("pony", kind="pet")]
    belief.inventory = (thing("3 apples", "apple", "f"),)
    tell(belief, "The saddled pony kicks!")
    assert proposed(survive.propose(State(belief))).letter == "f"
    tell(belief, "The invisible stalker hits!  The peaceful dwarf swings his pick-axe.")
    assert belief.fierce["stalker"] == belief.hero.turn
    tell(belief, "The peaceful dwarf swings his pick-axe.")
    assert "dwarf" in belief.peaceful.angry
    tell(belief, "The invisible orc shaman zaps a wand of sleep!")
    assert belief.shooter == "orc shaman"
    tell(belief, "The saddled horse is killed!")
    assert belief.killed["horse"] == belief.hero.turn
    tell(belief, "The invisible water nymph stole a mace!")
    assert belief.fierce["water nymph"] == belief.hero.turn


def test_what_the_hero_breaks_out_of_sight_may_be_a_mirror(in_a_room: Heroes) -> None:
    belief = in_a_room()
    tell(belief, "You hear something shatter!")
    assert not belief.luck.below(belief.hero.turn), "somebody else's potion"
    belief.zap_turn = belief.hero.turn
    tell(belief, "You hear something shatter!")
    assert belief.luck.below(belief.hero.turn)


@pytest.mark.parametrize("message", [
    "There isn't enough room to dig in here.", "The throne is too hard to break apart.",
    "The altar is too hard to break apart.", "The ladder resists your effort.", "The stairs are too hard to dig in.",
    "The wall here is too hard to dig in.", "As you dig, the hole fills with water!",
])  # fmt: skip
def test_nobody_digs_on_where_it_was_said_that_nobody_can(in_a_room: Heroes, message: str) -> None:
    belief = in_a_room()
    tell(belief, message)
    assert belief.square in belief.level.hard


@pytest.mark.parametrize(("message", "angry"), [
    ("It hits!", False), ("The Woodland-elf swings his elven dagger.", False), ("The Uruk-hai hits!", False),
    ("The watchman gets angry!", False), ("Asidonhopo gets angry!", True), ("Asidonhopo swings her pick-axe.", True),
])  # fmt: skip
def test_shopkeepers_go_by_their_names(in_a_room: Heroes, message: str, angry: bool) -> None:
    belief = in_a_room()
    belief.creatures = [at("shopkeeper", kind="peaceful")]
    tell(belief, message)
    assert ("shopkeeper" in belief.peaceful.angry) is angry


def test_what_was_left_lying_is_looked_at_again_after_a_loss(in_a_room: Heroes) -> None:
    belief = in_a_room()
    above = belief.levels[0, 1] = Level()
    carries(belief, MACE, MAIL)
    belief.level.leave((9, 24), 2000)
    above.leave((5, 5), 2000)
    belief.command = a.THROW
    carries(belief, MAIL)
    assert belief.level.left, "it was thrown"
    belief.command = a.SEARCH
    carries(belief)
    assert not belief.level.left
    assert not above.left
    carries(belief, MAIL)
    above.leave((5, 5), 2000)
    carries(belief)
    assert above.left, "once for all that a thief takes"


def test_what_does_not_work_on_a_level_is_tried_once(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=4)
    belief.prayed = 2900
    belief.creatures = [at("soldier ant")]
    belief.inventory = (Item("s", 1, "scroll of teleportation", it.SCROLL, 0),)
    assert proposed(survive.propose(State(belief))).letter == "s"
    tell(belief, "A mysterious force prevents you from teleporting!")
    assert getattr(survive.propose(State(belief)), "letter", None) != "s"
    belief.inventory, belief.derived = (Item("w", 1, "wand of teleportation", it.WAND, 0),), {}
    plan = survive.propose(State(belief))
    assert plan is None or plan.direction != a.WAIT, "it is zapped at nobody but the enemy"


def test_a_beast_that_collapses_drops_things_at_once(in_a_room: Heroes) -> None:
    belief = in_a_room(burden=5)
    belief.shifted = 3500
    belief.inventory = (thing("a long sword", "long sword", "s"), thing("a heavy iron ball", "heavy iron ball", "b"))
    plan = proposed(survive.propose(State(belief)))
    assert (plan.label, plan.letter) == ("survive/drop", "b")
    belief.hero = belief.hero._replace(burden=4)
    assert survive.propose(State(belief)) is None


def test_a_curse_removed_takes_the_ball(in_a_room: Heroes) -> None:
    belief = in_a_room()
    tell(belief, "You are being punished for your misbehavior!")
    tell(belief, "You feel like you need some help.")
    assert belief.punished, "it was read confused"
    tell(belief, "You feel like someone is helping you.")
    assert not belief.punished
