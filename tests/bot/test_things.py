"""Potions and wands that nobody knows, food that somebody owns, what turns to stone."""

from collections.abc import Callable

import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.hearing import hear
from yendor.bot import gear
from yendor.bot.state import State
from yendor.bot.strategies import eat, explore, fight, flee, hide, items, rest, stone, survive
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.bottomline import Hunger
from yendor.nethack.items import Item, read_item
from yendor.nethack.monsters import index_of
from yendor.skills.plan import Plan

Heroes = Callable[..., Belief]
POTION = Item("q", 2, "murky potions", it.POTION, 0)
DAGGERS = read_item("d", "3 daggers", it.WEAPON, nh.GLYPH_OBJ_OFF)


def near(name: str, column: int = 21) -> Creature:
    return Creature(9, column, index_of(name), "hostile", abs(column - 20), 0)


def write(belief: Belief, *, read: bool = True) -> None:
    belief.engraved = (belief.key, belief.square)
    belief.read_turn, belief.read_hp = (belief.hero.turn if read else -1), belief.hero.hp


def proposed(plan: Plan | None) -> Plan:
    assert plan is not None
    return plan


def test_one_of_several_unknown_potions_is_drunk_at_leisure_on_an_engraving(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.inventory = (Item("q", 1, "murky potion", it.POTION, 0),)
    assert items.propose(State(belief)) is None, "a single one is left for the last moment"
    belief.inventory, belief.derived = (Item("q", 1, "potion of gain level", it.POTION, 0),), {}
    assert proposed(items.propose(State(belief))).text == "Elbereth"
    belief.inventory, belief.derived = (POTION,), {}
    assert proposed(items.propose(State(belief))).text == "Elbereth"
    write(belief, read=False)
    assert proposed(items.propose(State(belief))).keys == (a.LOOK,)
    write(belief)
    plan = proposed(items.propose(State(belief)))
    assert (plan.label, plan.letter) == ("items/quaff", "q")
    belief.creatures = [near("newt", 30)]
    plan_or_none = items.propose(State(belief))
    assert plan_or_none is None or plan_or_none.label != "items/quaff", "somebody is about"
    belief.creatures = []
    belief.hero = belief.hero._replace(hp=20, max_hp=20)
    plan_or_none = items.propose(State(belief))
    assert plan_or_none is None or plan_or_none.label != "items/quaff", "the worst of them would kill"


@pytest.mark.parametrize(("words", "wand"), [
    ("The bugs on the floor stop moving!", "wand of sleep"),
    ("The wand unsuccessfully fights your attempt to write!", "wand of striking"),
    ("The bugs on the floor speed up!", "wand of speed monster"),
    ("You write in the dust with the wand.", ""),
])  # fmt: skip
def test_what_a_wand_does_when_it_writes_tells_what_it_is(in_a_room: Heroes, words: str, wand: str) -> None:
    belief = in_a_room()
    belief.command, belief.scribe, belief.message = a.ENGRAVE, "iron wand", words
    hear(belief)
    assert belief.inklings.get("iron wand", "") == wand


def test_speed_is_zapped_at_oneself_once(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.inventory = (Item("w", 1, "wand of speed monster", it.WAND, 0),)
    plan = proposed(items.propose(State(belief)))
    assert (plan.label, plan.letter, plan.direction) == ("items/zap", "w", a.WAIT)
    belief.message = "You speed up."
    hear(belief)
    assert items.propose(State(belief)) is None


def test_who_rests_on_the_word_from_a_fight_does_not_leave_it_to_eat(in_a_room: Heroes) -> None:
    belief = in_a_room(hunger=1, hp=14)
    belief.level.fresh[9, 22] = (index_of("jackal"), belief.hero.turn)
    belief.hurt = belief.hero.turn - 3
    assert eat.propose(State(belief)) is None, "some meals are rotten, and whoever struck may not be alone"
    belief.hurt -= 10
    assert proposed(eat.propose(State(belief))).label == "eat/ground"
    write(belief)
    assert eat.propose(State(belief)) is None
    belief.hurt -= 40
    assert proposed(eat.propose(State(belief))).label == "eat/ground", "those who struck have gone"


def test_nobody_flees_through_who_bites(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=12, ac=9)
    belief.level.terrain[5:14, 10:31] = t.WALL
    belief.level.terrain[9, 10:31] = t.CORRIDOR
    belief.level.terrain[9, 26] = t.UP
    belief.creatures = [near("rothe", 19), near("rothe", 18)]
    assert proposed(flee.propose(State(belief))).label == "flee/walk"
    belief.creatures = [near("rothe", 21), near("rothe", 19)]
    assert flee.propose(State(belief)) is None


def test_nobody_eats_in_a_shop(in_a_room: Heroes) -> None:
    belief = in_a_room(hunger=1)
    belief.level.fresh[9, 22] = (index_of("jackal"), belief.hero.turn)
    assert proposed(eat.propose(State(belief))).label == "eat/ground"
    belief.level.shop[9, 22] = True
    assert eat.propose(State(belief)) is None, "you bite that, you pay for it"


def test_whom_no_prayer_would_save_keeps_away_from_a_chickatrice(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=90, max_hp=90)
    sword = read_item("a", "a long sword (weapon in hand)", it.WEAPON, nh.GLYPH_OBJ_OFF)
    belief.inventory = (sword,)
    belief.creatures = [near("chickatrice")]
    assert stone.propose(State(belief)) is None
    assert proposed(fight.propose(State(belief))).label == "fight/melee"
    belief.prayed = belief.hero.turn - 300
    assert proposed(stone.propose(State(belief))).label == "flee/walk"
    belief.inventory, belief.creatures = (sword, DAGGERS), [near("chickatrice", 22)]
    assert proposed(stone.propose(State(belief))).label == "fight/throw"


def test_the_hurt_write_before_the_strong_arrive_and_before_they_walk_far(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=12)
    belief.creatures = [near("rothe", 24)]
    assert proposed(hide.propose(State(belief))).text == "Elbereth"
    belief.creatures = [near("newt", 24)]
    assert hide.propose(State(belief)) is None
    belief.creatures = []
    belief.level.terrain[9, 12] = t.UP
    assert proposed(rest.propose(State(belief))).text == "Elbereth"
    belief.hero = belief.hero._replace(hp=20)
    assert proposed(rest.propose(State(belief))).label == "wait/heal"


def test_no_hole_lets_a_hero_fall_whom_somebody_holds(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=9)
    belief.inventory = (Item("w", 1, "wand of digging", it.WAND, 0),)
    belief.creatures = [near("owlbear")]
    assert proposed(flee.propose(State(belief))).label == "explore/dig"
    belief.message = "The owlbear hits!  You are being crushed."
    hear(belief)
    plan = flee.propose(State(belief))
    assert plan is None or plan.label != "explore/dig"


def test_a_displeased_god_is_asked_again_by_who_would_starve(in_a_room: Heroes) -> None:
    belief = in_a_room(hunger=int(Hunger.WEAK))
    belief.message = "You feel that Odin is displeased."
    hear(belief)
    assert survive.propose(State(belief)) is None
    belief.hero = belief.hero._replace(turn=3700)
    assert proposed(survive.propose(State(belief))).label == "survive/pray", "a point of Luck has faded"
    belief.message = "You begin praying to Odin.  You are surrounded by a shimmering light."
    hear(belief)
    assert belief.prayer_odds() > 0
    belief.message = "Thou hast strayed from the path, valkyrie.  Thou must relearn thy lessons!"
    hear(belief)
    belief.hero = belief.hero._replace(turn=9000)
    assert survive.propose(State(belief)) is None, "anger does not fade"


def test_a_trap_that_shuts_a_hero_in_is_stepped_on_after_a_while(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.level.terrain[:] = t.WALL
    belief.level.terrain[9, 18:27] = t.CORRIDOR
    belief.level.terrain[9, 22] = t.TRAP
    belief.level.visited[:] = belief.level.seen[:] = True
    assert explore.onward(State(belief)) is None
    belief.level.searched[belief.square] = 100
    plan = proposed(explore.onward(State(belief)))
    assert (plan.label, plan.keys) == ("explore/frontier", (a.DIRECTIONS[0, 1],))


def test_who_is_shut_in_by_rock_prays(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.level.terrain[:] = t.UNKNOWN
    belief.level.terrain[belief.square] = t.CORRIDOR
    assert survive.propose(State(belief)) is None, "there may be a hidden door"
    belief.level.searched[belief.square] = 500
    assert proposed(survive.propose(State(belief))).label == "survive/pray"
    belief.level.terrain[8, 20] = t.BOULDER
    assert survive.propose(State(belief)) is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("a corroded mace", "mace"),
        ("an uncursed very rusty +1 long sword", "long sword"),
        ("thoroughly burnt leather armor", "leather armor"),
        ("3 poisoned darts", "dart"),
        ("a rustproof dwarvish iron helm", "dwarvish iron helm"),
        ("a partly eaten food ration", "food ration"),
        ("a pair of fixed gauntlets of power", "gauntlets of power"),
    ],
)
def test_worn_things_are_known_in_menus(line: str, name: str) -> None:
    assert gear.index_of_name(line) == gear.WORDS[name]


def test_a_rogue_stabs_at_arms_length_rather_than_throw_darts(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.role = "rog"
    sword = read_item("a", "a +0 short sword (weapon in hand)", it.WEAPON, nh.GLYPH_OBJ_OFF + gear.WORDS["short sword"])
    darts = read_item("f", "9 darts", it.WEAPON, nh.GLYPH_OBJ_OFF + gear.WORDS["dart"])
    belief.inventory, belief.creatures = (sword, darts), [near("jackal")]
    assert proposed(fight.propose(State(belief))).label == "fight/melee"
    belief.inventory, belief.derived = (sword, darts, DAGGERS), {}
    assert proposed(fight.propose(State(belief))).letter == "d"
    belief.inventory, belief.derived = (sword, darts), {}
    belief.creatures = [near("jackal", 23)]
    assert proposed(fight.propose(State(belief))).letter == "f"


def test_healers_read_their_book_again_and_cast_nothing_forgotten(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=15, energy=9, turn=19_000)
    belief.role = "hea"
    belief.creatures = [near("newt")]
    assert proposed(survive.propose(State(belief))).label == "survive/heal"
    belief.message = "Your knowledge of this spell is twisted."
    hear(belief)
    assert survive.propose(State(belief)) is None
    belief.hero, belief.creatures = belief.hero._replace(hp=40), []
    belief.inventory = (read_item("b", "spellbook of extra healing", it.SPELLBOOK, 0),)
    assert items.propose(State(belief)) is None
    belief.inventory = (read_item("b", "spellbook of healing", it.SPELLBOOK, 0),)
    assert proposed(items.propose(State(belief))).letter == "b"


def test_own_bolts_are_nobodys_shots(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.zap_turn, belief.message = belief.hero.turn, "The bolt of cold bounces!"
    hear(belief)
    assert belief.hero.turn - belief.shot > 100
    belief.zap_turn = belief.hero.turn - 9
    hear(belief)
    assert belief.shot == belief.hero.turn


def test_a_wand_of_digging_opens_corridors_too(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=9)
    belief.inventory = (read_item("z", "a wand of digging (0:4)", it.WAND, 0),)
    belief.level.terrain[9, 20] = t.CORRIDOR
    belief.creatures = [near("soldier ant")]
    plan = proposed(flee.propose(State(belief)))
    assert (plan.letter, plan.direction) == ("z", a.DOWN)
