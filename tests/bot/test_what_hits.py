"""What hits whom: missiles that can hit, wands that are felt, force bolt, and what is done inside an engulfer."""

from collections.abc import Callable

import numpy as np
import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.bot.combat.missiles import blast, hurl, pelt, unblock, zap
from yendor.bot.state import State
from yendor.bot.strategies import engulfed, eyes
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.items import Item
from yendor.nethack.monsters import index_of
from yendor.skills.plan import Plan

Heroes = Callable[..., Belief]
RATION = Item("f", 1, "food ration", it.FOOD, 0)
GEM = Item("g", 1, "green gem", it.GEM, 0)
POTION = Item("p", 1, "potion of healing", it.POTION, 0)


def wand(name: str, letter: str) -> Item:
    return Item(letter, 1, f"wand of {name}", it.WAND, 0)


def at(name: str, column: int = 21) -> Creature:
    return Creature(9, column, index_of(name), "hostile", abs(column - 20), 0)


def proposed(plan: Plan | None) -> Plan:
    assert plan is not None
    return plan


def swallowed_by(belief: Belief, name: str) -> None:
    belief.swallowed = True
    belief.glyphs = np.full((21, 79), nh.GLYPH_CMAP_OFF, np.int16)
    belief.glyphs[8, 20] = nh.GLYPH_SWALLOW_OFF + 8 * index_of(name) + 1
    belief.hurt = belief.hero.turn


def between_eyes(belief: Belief) -> None:
    belief.level.terrain[:] = t.UNKNOWN
    belief.level.terrain[9, 12:30] = t.CORRIDOR
    belief.level.searched[9, 20] = 60
    belief.creatures = [at("floating eye", 21), at("floating eye", 19)]


def test_nobody_throws_what_never_hits(in_a_room: Heroes) -> None:
    belief = in_a_room(alignment=1)
    mold = at("brown mold", 22)
    belief.inventory, belief.creatures = (RATION, Item("s", 1, "spellbook of sleep", it.SPELLBOOK, 0)), [mold]
    assert hurl(State(belief), [mold]) is None
    assert pelt(State(belief)) is None
    belief.inventory, belief.derived = (RATION, GEM), {}
    assert proposed(hurl(State(belief), [mold])).letter == "g"


def test_where_the_best_ray_would_come_back_the_next_wand_is_zapped(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=9, x=28, alignment=1)
    belief.inventory = (wand("sleep", "s"), wand("striking", "k"))
    near = [at("rothe", 29)._replace(distance=1)]
    assert proposed(zap(State(belief), near)).letter == "k"
    assert proposed(blast(State(belief), near)).letter == "k"
    near = [at("rothe", 27)._replace(distance=1)]
    assert proposed(zap(State(belief), near)).letter == "s", "the wall is far on that side"


def test_no_elf_is_put_to_sleep(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=9)
    belief.inventory = (wand("sleep", "s"), wand("cold", "c"))
    assert proposed(zap(State(belief), [at("Woodland-elf")])).letter == "c"


@pytest.mark.parametrize(("engulfer", "letter"), [("purple worm", "d"), ("air elemental", "s"), ("fog cloud", "k")])
def test_wands_are_zapped_inside_an_engulfer(in_a_room: Heroes, engulfer: str, letter: str) -> None:
    belief = in_a_room(hp=20)
    belief.inventory = (wand("striking", "k"), wand("sleep", "s"), wand("digging", "d"))
    swallowed_by(belief, engulfer)
    plan = proposed(engulfed.propose(State(belief)))
    assert (plan.label, plan.letter) == ("fight/zap", letter)
    belief.hurt -= 5
    assert proposed(engulfed.propose(State(belief))).label == "fight/engulfed", "it sleeps"


def test_only_who_is_digested_zaps_unhurt(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.inventory = (wand("digging", "d"),)
    swallowed_by(belief, "ochre jelly")
    assert proposed(engulfed.propose(State(belief))).label == "fight/engulfed"
    swallowed_by(belief, "purple worm")
    assert proposed(engulfed.propose(State(belief))).label == "fight/zap"


def test_the_swallowed_drink_and_pray_in_need(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=5)
    swallowed_by(belief, "ochre jelly")
    belief.inventory = (POTION,)
    assert proposed(engulfed.propose(State(belief))).letter == "p"
    belief.inventory, belief.derived = (), {}
    assert proposed(engulfed.propose(State(belief))).label == "survive/pray"
    belief.prayed = belief.hero.turn - 1
    assert proposed(engulfed.propose(State(belief))).label == "fight/engulfed"


def test_waits_for_an_eye_are_forgotten_by_who_got_out(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.level.shut_in = 601
    eyes.propose(State(belief))
    assert belief.level.shut_in == 0


def test_no_eye_is_struck_with_enemies_in_view(in_a_room: Heroes) -> None:
    belief = in_a_room(alignment=1)
    between_eyes(belief)
    belief.level.shut_in = 1000
    assert proposed(eyes.drive_off(State(belief))).keys[0] == a.FIGHT
    belief.creatures.append(at("jackal", 26))
    assert proposed(eyes.drive_off(State(belief))).text == "Elbereth"


def test_a_wizard_casts_at_what_bars_the_way(in_a_room: Heroes) -> None:
    belief = in_a_room(energy=5, alignment=1)
    belief.role = "wiz"
    between_eyes(belief)
    for plan in (eyes.drive_off(State(belief)), unblock(State(belief)), pelt(State(belief))):
        assert proposed(plan).label == "fight/cast"
    belief.hero = belief.hero._replace(energy=4)
    assert proposed(eyes.drive_off(State(belief))).text == "Elbereth"
    assert unblock(State(belief)) is None
