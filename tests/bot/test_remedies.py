"""Remedies are used, nobody waits for who cannot come, and the word that keeps eyes off is read again."""

from collections.abc import Callable

import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.hearing import hear
from yendor.bot.state import State
from yendor.bot.strategies import eat, eyes, fight, lure, position, survive, wait
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition, Hunger
from yendor.nethack.items import Item, read_item
from yendor.nethack.monsters import index_of
from yendor.nethack.objects import table
from yendor.skills.plan import Plan

Heroes = Callable[..., Belief]
KINDS = {one.name: one for one in table() if one.name}
LIZARD = read_item("l", "a lizard corpse", it.FOOD, nh.GLYPH_BODY_OFF + index_of("lizard"))
HORN = Item("u", 1, "unicorn horn", it.TOOL, nh.GLYPH_OBJ_OFF + KINDS["unicorn horn"].index)
CURE = Item("p", 1, "potion of extra healing", it.POTION, 0, "uncursed")


def at(name: str, column: int) -> Creature:
    return Creature(9, column, index_of(name), "hostile", abs(column - 20), 0)


def proposed(plan: Plan | None) -> Plan:
    assert plan is not None
    return plan


def in_a_corridor(belief: Belief) -> None:
    belief.level.terrain[:] = t.UNKNOWN
    belief.level.terrain[9, 12:30] = t.CORRIDOR


def later(belief: Belief, condition: int, command: int, turns: int = 1) -> None:
    belief.hero = belief.hero._replace(condition=condition, turn=belief.hero.turn + turns)
    belief.command, belief.tries = command, {}


def test_a_lizard_is_kept_against_petrification(in_a_room: Heroes) -> None:
    belief = in_a_room(hunger=int(Hunger.WEAK), turn=9000)
    belief.forsaken, belief.inventory = 10**8, (LIZARD,)
    assert not eat.has_food(State(belief))
    assert eat.from_pack(State(belief)) is None
    belief.hero = belief.hero._replace(hunger=int(Hunger.FAINTING))
    assert proposed(eat.from_pack(State(belief))).letter == "l", "it is all that is left"
    belief.forsaken = 0
    later(belief, int(Condition.STONE), a.SEARCH)
    assert proposed(survive.propose(State(belief))).letter == "l"
    belief.tries = {a.EAT: 1}
    assert proposed(survive.propose(State(belief))).label == "survive/pray", "it could not be eaten"


@pytest.mark.parametrize("condition", [Condition.FOOD_POISONED, Condition.ILL])
def test_the_sick_drink_or_apply_what_cures(in_a_room: Heroes, condition: Condition) -> None:
    belief = in_a_room(condition=int(condition), turn=9000)
    belief.inventory = (CURE, HORN)
    assert proposed(survive.propose(State(belief))).letter == "p"
    belief.inventory = (Item("p", 1, CURE.name, it.POTION, 0, "cursed"), HORN)
    plan = proposed(survive.propose(State(belief)))
    assert (plan.keys, plan.letter) == ((a.APPLY,), "u")
    belief.tries = {a.APPLY: 1}
    assert proposed(survive.propose(State(belief))).label == "survive/pray"


def test_a_unicorn_horn_is_applied_rather_than_waiting(in_a_room: Heroes) -> None:
    blind = int(Condition.BLIND)
    belief = in_a_room(condition=blind)
    belief.inventory = (Item("u", 1, "unicorn horn", it.TOOL, HORN.glyph, "cursed"),)
    assert proposed(wait.propose(State(belief))).keys[-1] == a.SEARCH
    belief.inventory = (HORN,)
    for _ in range(20):
        assert proposed(wait.propose(State(belief))).letter == "u"
        later(belief, blind, a.APPLY)
    assert proposed(wait.propose(State(belief))).keys[-1] == a.SEARCH, "it does not cure this"
    later(belief, int(Condition.STUNNED), a.SEARCH, 50)
    assert proposed(wait.propose(State(belief))).letter == "u"
    later(belief, int(Condition.STUNNED) | int(Condition.CONFUSED), a.APPLY)
    assert proposed(wait.propose(State(belief))).keys[-1] == a.SEARCH, "it is cursed"
    later(belief, int(Condition.STUNNED), a.SEARCH, 50)
    assert proposed(wait.propose(State(belief))).keys[-1] == a.SEARCH


def test_water_is_no_hope(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=5)
    belief.forsaken, belief.creatures = 10**8, [at("rothe", 21)]
    belief.inventory = (Item("w", 1, "clear potion", it.POTION, 0), Item("o", 2, "murky potions", it.POTION, 0))
    assert proposed(survive.propose(State(belief))).letter == "o"


def test_the_word_beside_an_eye_is_read_again_and_written_anew(in_a_room: Heroes) -> None:
    belief = in_a_room(alignment=1)
    in_a_corridor(belief)
    belief.level.searched[9, 20] = 60
    belief.creatures = [at("floating eye", 21), at("floating eye", 19)]
    belief.engraved, belief.read_turn = (belief.key, belief.square), belief.hero.turn
    assert proposed(eyes.drive_off(State(belief))).keys[-1] == a.SEARCH
    later(belief, 0, a.SEARCH, 12)
    assert proposed(eyes.drive_off(State(belief))).keys == (a.LOOK,)
    belief.message = 'You read: "Elbexeth".'
    hear(belief)
    assert proposed(eyes.drive_off(State(belief))).text == "Elbereth"


def test_a_lure_ends_with_the_eye(in_a_room: Heroes) -> None:
    belief = in_a_room()
    in_a_corridor(belief)
    belief.level.terrain[5:14, 26:36] = t.FLOOR
    belief.creatures = [at("floating eye", 19)]
    assert proposed(lure.propose(State(belief))).label == "wait/lure"
    belief.creatures = []
    later(belief, 0, a.THROW, 5)
    assert lure.propose(State(belief)) is not None
    belief.killed["floating eye"] = belief.hero.turn
    assert lure.propose(State(belief)) is None


def test_nobody_waits_for_what_stays_where_it_is(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=25, max_hp=50)
    belief.creatures = [at("violet fungus", 22)]
    assert proposed(fight.propose(State(belief))).label != "fight/wait"
    belief.creatures.append(at("hill orc", 23))
    assert proposed(fight.propose(State(belief))).explanation == "let the hill orc come"


def test_what_stays_where_it_is_does_not_count_as_one_of_several(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=20)
    in_a_corridor(belief)
    belief.creatures = [at("rothe", 24), at("violet fungus", 25)]
    assert position.propose(State(belief)) is None
    belief.creatures = [at("rothe", 24), at("rothe", 25)]
    assert proposed(position.propose(State(belief))).label == "fight/wait"


def test_a_ranger_shoots_from_a_narrow_place(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=20)
    in_a_corridor(belief)
    belief.role, belief.creatures = "ran", [at("rothe", 24), at("rothe", 25)]
    bow = read_item("b", "a +1 bow (weapon in hand)", it.WEAPON, nh.GLYPH_OBJ_OFF + KINDS["bow"].index)
    arrows = read_item("q", "50 +2 arrows (in quiver)", it.WEAPON, nh.GLYPH_OBJ_OFF + KINDS["arrow"].index)
    belief.inventory = (bow, arrows)
    plan = proposed(position.propose(State(belief)))
    assert (plan.label, plan.letter) == ("fight/throw", "q")
