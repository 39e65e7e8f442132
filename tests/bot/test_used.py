"""What is carried is used: armour put on and kept, ballast dropped, wands and cameras pointed at who is dangerous."""

from collections.abc import Callable

import numpy as np
import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.hearing import hear
from yendor.bot import arms, gear
from yendor.bot.aims import digger
from yendor.bot.answers import answer
from yendor.bot.combat.missiles import flash, pelt, zap
from yendor.bot.pack import ballast
from yendor.bot.state import State
from yendor.bot.strategies import dive, eyes, hide, items, survive, trade
from yendor.bot.word import can_write
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition, Hunger
from yendor.nethack.items import Item, read_item
from yendor.nethack.monsters import NUMBER, index_of, monster
from yendor.nethack.objects import table
from yendor.nethack.prompts import Kind, Prompt
from yendor.skills import commands
from yendor.skills.plan import Plan

Heroes = Callable[..., Belief]
WEREJACKAL_MAN = next(i for i in range(NUMBER) if monster(i).name == "werejackal" and monster(i).symbol == "@")
KINDS = {one.name: one for one in table() if one.name}


def thing(line: str, name: str, letter: str = "w") -> Item:
    return read_item(letter, line, KINDS[name].kind, nh.GLYPH_OBJ_OFF + KINDS[name].index)


def at(name: str, column: int = 21) -> Creature:
    return Creature(9, column, index_of(name), "hostile", abs(column - 20), 0)


def tell(belief: Belief, message: str) -> None:
    belief.message = message
    hear(belief)


def proposed(plan: Plan | None) -> Plan:
    assert plan is not None
    return plan


def asked(belief: Belief, kind: Kind, text: str, plan: Plan | None = None) -> int:
    belief.prompt = Prompt(kind, text)
    return answer({}, belief, plan)[0]


MAIL = thing("a +1 ring mail", "ring mail", "m")
SWORD = thing("a long sword", "long sword", "s")
BALL = read_item("b", "a heavy iron ball", it.BALL, nh.GLYPH_OBJ_OFF + KINDS["heavy iron ball"].index)
STATUE = Item("x", 1, "statue of a newt", it.ROCK, nh.GLYPH_STATUE_OFF)


def test_armour_is_put_on_while_the_word_holds(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=20)
    belief.inventory, belief.creatures = (MAIL,), [at("jackal")]
    belief.engraved, belief.read_turn, belief.read_hp = (belief.key, belief.square), belief.hero.turn, 20
    plan = proposed(hide.propose(State(belief)))
    assert (plan.label, plan.letter) == ("items/wear", "m")
    belief.read_turn = -1
    assert proposed(hide.propose(State(belief))).keys == (a.LOOK,), "it is read first"


def test_what_fell_off_is_fetched_before_anything_else(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=20)
    belief.level.dropped = {(9, 26)}
    assert proposed(items.dress(State(belief))).keys == (a.DIRECTIONS[0, 1],)
    belief.level.dropped = {belief.square}
    assert proposed(items.dress(State(belief))).keys == (a.PICKUP,)


def test_nobody_pelts_with_what_is_to_be_wielded(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.creatures = [at("floating eye", 22)]
    belief.inventory = (SWORD,)
    assert pelt(State(belief)) is None
    better = thing("a two-handed sword (weapon in hands)", "two-handed sword", "t")
    belief.inventory, belief.derived = (SWORD, better), {}
    assert proposed(pelt(State(belief))).letter == "s", "there is better"
    belief.handless = belief.hero.turn + 9
    assert pelt(State(belief)) is None


@pytest.mark.parametrize(("line", "look", "worn"), [
    ("an uncursed +0 pair of leather gloves", "gauntlets of fumbling", True),
    ("a +0 helmet", "helm of telepathy", True),
    ("an uncursed +2 cloak of displacement", "cloak of invisibility", True),
    ("a plumed helmet", "helmet", False),
    ("an uncursed +0 pair of levitation boots", "elven boots", False),
])  # fmt: skip
def test_a_known_piece_is_judged_by_its_name(line: str, look: str, worn: bool) -> None:
    piece = thing(line, look)
    assert (gear.change((piece,), "kni") == gear.Change("wear", piece)) is worn


def test_the_cloak_stays_on_over_a_cursed_suit(in_a_room: Heroes) -> None:
    robe, suit = thing("a robe (being worn)", "robe", "r"), "a cursed -4 chain mail (being worn)"
    fine = thing("an elven mithril-coat", "elven mithril-coat", "e")
    assert gear.change((robe, thing(suit, "chain mail", "c"), fine), "val") is None
    assert gear.change((robe, thing("a ring mail (being worn)", "ring mail", "c"), fine), "val") == ("doff", robe)
    belief = in_a_room()
    belief.inventory, belief.refused = (robe,), {("r", "robe"): 2990}
    line = np.zeros((55, 80), np.uint8)
    line[0, :6] = list(b"a robe")
    letters, kinds = np.zeros(55, np.uint8), np.full(55, 18, np.uint8)
    letters[0], kinds[0] = ord("r"), it.ARMOR
    glyphs = np.full(55, nh.MAX_GLYPH, np.int16)
    glyphs[0] = robe.glyph
    belief._read_inventory(
        {"inv_strs": line, "inv_letters": letters, "inv_oclasses": kinds, "inv_glyphs": glyphs}
    )
    assert [i.name for i in belief.inventory] == ["robe"]
    assert not belief.refused, "it came off: it may be put on again"


def test_balls_and_statues_are_ballast_and_are_not_lifted(in_a_room: Heroes) -> None:
    assert ballast((SWORD, BALL), "val") == BALL
    assert ballast((STATUE,), "val") == STATUE
    belief = in_a_room()
    belief.inventory = (thing("a sling", "sling", "g"),)
    question = "You have a little trouble lifting {}.  Continue? [ynq] (q)"
    assert asked(belief, Kind.YES_NO, question.format("a statue of a kobold")) == a.index_of("n")
    assert asked(belief, Kind.YES_NO, question.format("a heavy iron ball")) == a.index_of("n")
    belief.inventory, belief.derived = (), {}
    assert asked(belief, Kind.YES_NO, question.format("an elven mithril-coat")) == a.index_of("y"), "it is worn next"


def test_excalibur_and_what_is_enchanted_are_taken_from_menus(in_a_room: Heroes) -> None:
    belief = in_a_room()
    assert gear.wants("the blessed rustproof +1 Excalibur", belief)
    belief.inventory = (thing("a faded pall", "cloak of protection", "p"),)
    assert gear.wants("an uncursed +4 cloak of displacement", belief)
    assert not gear.wants("a chest", belief)


def test_a_cursed_tool_is_none_and_is_prayed_off_both_hands(in_a_room: Heroes) -> None:
    belief = in_a_room(turn=9000)
    belief.inventory = (thing("a cursed -2 dwarvish mattock", "dwarvish mattock"),)
    assert digger(belief) is None
    assert can_write(State(belief))
    welded = thing("a cursed -2 dwarvish mattock (weapon in hands)", "dwarvish mattock")
    belief.inventory, belief.derived, belief.prayed = (welded,), {}, 1000
    assert arms.bound(belief.inventory)
    assert not can_write(State(belief))
    assert proposed(survive.propose(State(belief))).label == "survive/pray"


def test_an_eye_is_shot_or_left_through_the_floor_before_it_is_struck(in_a_room: Heroes) -> None:
    belief = in_a_room(alignment=1)
    belief.level.terrain[:] = t.UNKNOWN
    belief.level.terrain[9, 12:30] = t.CORRIDOR
    belief.level.searched[9, 20], belief.level.shut_in = 60, 1000
    belief.creatures = [at("floating eye", 21), at("floating eye", 19)]
    belief.inventory = (Item("s", 1, "wand of striking", it.WAND, 0),)
    assert proposed(eyes.drive_off(State(belief))).label == "fight/zap"
    belief.inventory, belief.derived = (Item("d", 1, "wand of digging", it.WAND, 0),), {}
    assert proposed(eyes.drive_off(State(belief))).label == "explore/dig"
    belief.inventory, belief.derived = (), {}
    tell(belief, "You kill the floating eye!")
    assert proposed(eyes.drive_off(State(belief))).text == "Elbereth", "this is another one"


def test_signs_of_wands(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.command, belief.pen, belief.scribe = a.ENGRAVE, "f", "wand of fire"
    tell(belief, "The wand is too worn out to engrave.")
    assert belief.empty == {("f", "wand of fire")}
    belief.scribe = "oak wand"
    tell(belief, "A few ice cubes drop from the wand.")
    assert belief.inklings == {"oak wand": "wand of cold"}
    engraving = commands.elbereth("see what it is", "w", "items/engrave")
    assert asked(belief, Kind.TEXT, "For what do you wish?", engraving) == a.index_of("+")


def test_vault_guards(in_a_room: Heroes) -> None:
    belief = in_a_room(condition=int(Condition.HALLUCINATING))
    tell(belief, "I repeat, drop that hidden gold and follow me!")
    assert trade.escorted(State(belief)), "who hallucinates hears it, too"
    tell(belief, "So be it, rogue!")
    assert not trade.escorted(State(belief))
    assert asked(belief, Kind.TEXT, '"Hello stranger, who are you?" -') == a.index_of("Y")
    belief.inventory, belief.derived = (thing("a pick-axe", "pick-axe"),), {}
    assert asked(belief, Kind.TEXT, '"Hello stranger, who are you?" -') == a.index_of("C"), "he can dig his way out"


@pytest.mark.parametrize(("message", "counts"), [
    ("You are hit by a dagger.", True), ("A poisoned dart misses you.", True), ("You are hit by an arrow!", True),
    ("You are almost hit by the first crossbow bolt.", True), ("The goblin hits!", False),
])  # fmt: skip
def test_what_flies_is_heard(in_a_room: Heroes, message: str, counts: bool) -> None:
    belief = in_a_room()
    tell(belief, message)
    assert (belief.arrow == belief.hero.turn) is counts


def test_one_of_several_fresh_corpses_is_eaten(in_a_room: Heroes) -> None:
    belief, plan = in_a_room(), commands.eat_ground("rothe corpse", "hungry")
    assert asked(belief, Kind.YES_NO, "There are 2 rothe corpses here; eat one? [ynq] (n)", plan) == a.index_of("y")


def test_dangerous_neighbours_are_blinded_once(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=25, xl=4, ac=9)
    belief.inventory, belief.creatures = (Item("c", 1, "expensive camera", it.TOOL, 0),), [at("Woodland-elf")]
    plan = proposed(flash(State(belief), belief.creatures))
    assert (plan.label, plan.letter, plan.direction) == ("fight/flash", "c", a.DIRECTIONS[0, 1])
    tell(belief, "The Woodland-elf is blinded by the flash!")
    assert flash(State(belief), belief.creatures) is None
    for foe in (at("rothe"), Creature(9, 21, WEREJACKAL_MAN, "hostile", 1, 0)):
        belief.flashed, belief.creatures = {}, [foe]
        assert flash(State(belief), belief.creatures) is None, "the blind do not see what is written"


def test_the_young_zap_at_were_creatures_at_once(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.inventory, belief.creatures = (Item("s", 1, "wand of sleep", it.WAND, 0),), [at("wererat", 22)]
    assert proposed(zap(State(belief), belief.creatures)).letter == "s"
    belief.hero = belief.hero._replace(xl=10, strength_percent=118)
    assert zap(State(belief), belief.creatures) is None


def test_a_crushed_beast_drops_things_for_a_meal(in_a_room: Heroes) -> None:
    belief = in_a_room(hunger=int(Hunger.WEAK), burden=5, turn=9000)
    belief.shifted, belief.prayed = 9500, 8900
    ration = Item("f", 1, "food ration", it.FOOD, 0)
    belief.inventory = (ration, SWORD, BALL)
    plan = proposed(survive.propose(State(belief)))
    assert (plan.label, plan.letter) == ("survive/drop", "b")


def test_a_dive_begins_dressed_and_goes_through_nobody(in_a_room: Heroes) -> None:
    belief = in_a_room(xl=9, depth=6, level=6)
    belief.role, belief.glyphs = "arc", np.zeros((21, 79), np.int16)
    belief.levels[belief.key] = belief.level
    belief.level.terrain[5:14, 10:31] = t.FLOOR
    pick = thing("a pick-axe (weapon in hand)", "pick-axe", "p")
    belief.inventory = (MAIL, pick)
    assert proposed(dive.propose(State(belief))).label == "items/wear"
    belief.inventory, belief.derived = (pick,), {}
    belief.level.terrain[9, 22] = t.DOWN
    assert proposed(dive.propose(State(belief))).label == "explore/descend"
    belief.creatures = [at("giant spider")]
    plan = dive.propose(State(belief))
    assert plan is None or plan.label != "explore/descend"


def test_no_ray_bursts_a_gas_spore_beside_the_hero(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=12)
    belief.inventory = (Item("m", 1, "wand of magic missile", it.WAND, 0),)
    belief.creatures = [at("gas spore")]
    assert zap(State(belief), belief.creatures) is None
    belief.creatures = [at("rothe")]
    assert proposed(zap(State(belief), belief.creatures)).letter == "m"


def test_no_shop_is_left_through_the_floor_for_an_eye(in_a_room: Heroes) -> None:
    belief = in_a_room(alignment=1)
    belief.level.terrain[:] = t.UNKNOWN
    belief.level.terrain[9, 12:30] = t.CORRIDOR
    belief.level.searched[9, 20] = 60
    belief.creatures = [at("floating eye", 21), at("floating eye", 19)]
    belief.inventory = (thing("a pick-axe", "pick-axe"),)
    assert proposed(eyes.drive_off(State(belief))).label == "explore/dig"
    belief.level.shop[9, 19] = True
    assert proposed(eyes.drive_off(State(belief))).label != "explore/dig"
