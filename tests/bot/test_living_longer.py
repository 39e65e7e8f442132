"""Armour and weapons, food kept for the gaps between prayers, ground to fight on, ways out, places to rest."""

import numpy as np
import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature, read_creatures
from yendor.belief.hearing import hear
from yendor.belief.level import Level
from yendor.bot import gear
from yendor.bot.state import State
from yendor.bot.strategies import eat, explore, fast, fight, flee, hide, items, position, rest, stone, survive
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition, Hero
from yendor.nethack.items import Item, read_item
from yendor.nethack.monsters import index_of
from yendor.nethack.objects import table
from yendor.nethack.prompts import Kind, Prompt

KINDS = {one.name: one for one in table() if one.name}


def thing(letter: str, line: str, name: str) -> Item:
    return read_item(letter, line, KINDS[name].kind, nh.GLYPH_OBJ_OFF + KINDS[name].index)


def belief_of(*inventory: Item, role: str = "val", **numbers: int) -> Belief:
    """A hero in the middle of a lit room, 9 by 21, on the first level."""
    belief = Belief()
    belief.role, belief.inventory = role, inventory
    given = {
        "hp": 40,
        "max_hp": 40,
        "x": 20,
        "y": 9,
        "turn": 3000,
        "xl": 6,
        "hunger": 1,
        "depth": 1,
        "level": 1,
        "ac": 6,
    }
    given |= {"strength": 16, "strength_percent": 16}
    belief.hero = Hero(*[0] * 27)._replace(**(given | numbers))
    belief.level.terrain[5:14, 10:31] = t.FLOOR
    belief.levels[belief.key] = belief.level
    return belief


def foe(name: str, row: int = 9, column: int = 21) -> Creature:
    return Creature(row, column, index_of(name), "hostile", max(abs(row - 9), abs(column - 20)), 0)


MAIL = thing("m", "an uncursed chain mail", "chain mail")
CLOAK = thing("c", "a +0 leather cloak (being worn)", "leather cloak")
JACKET = thing("j", "a +0 leather jacket (being worn)", "leather jacket")


def test_a_suit_is_changed_from_the_cloak_inwards() -> None:
    assert gear.change((MAIL, CLOAK, JACKET), "val") == gear.Change("doff", CLOAK)
    assert gear.change((MAIL, JACKET), "val") == gear.Change("doff", JACKET)
    assert gear.change((MAIL,), "val") == gear.Change("wear", MAIL)
    assert gear.change((MAIL,), "mon") is None
    assert gear.change((MAIL,), "val", {("m", "chain mail")}) is None
    cursed = thing("j", "a cursed +0 leather jacket (being worn)", "leather jacket")
    assert gear.change((MAIL, cursed), "val") is None
    fine = thing("l", "an uncursed +2 leather armor (being worn)", "leather armor")
    coat = thing("e", "an elven mithril-coat", "elven mithril-coat")
    assert gear.change((fine, coat), "rog") == gear.Change("doff", fine)  # for good
    assert KINDS["elven mithril-coat"].index in gear.wanted((fine,), "rog")


def test_a_shield_is_for_all_but_those_who_strike_or_cast_worse_with_it() -> None:
    shield = thing("s", "an orcish shield", "orcish shield")
    for role in ("arc", "ran", "rog"):
        assert gear.change((shield,), role) == gear.Change("wear", shield)
    for role in ("mon", "wiz"):
        assert gear.change((shield,), role) is None


def test_what_is_no_better_is_neither_worn_nor_fetched() -> None:
    worn = thing("w", "a +1 chain mail (being worn)", "chain mail")
    assert gear.change((MAIL, worn), "val") is None
    assert KINDS["chain mail"].index not in gear.wanted((worn,), "val")
    assert KINDS["chain mail"].index in gear.wanted((JACKET,), "val")
    assert KINDS["plate mail"].index in gear.wanted((JACKET,), "val", 480)
    assert KINDS["plate mail"].index not in gear.wanted((JACKET,), "val", 440), "it burdens"


def test_the_better_weapon_in_trained_hands() -> None:
    sword, knife = thing("s", "a long sword", "long sword"), thing("k", "a knife (weapon in hand)", "knife")
    assert gear.change((sword, knife), "val") == gear.Change("wield", sword)
    assert gear.change((sword,), "pri") is None, "a priest sheds no blood"
    assert gear.change((sword,), "mon") is None
    held = thing("s", "a long sword (weapon in hand)", "long sword")
    assert gear.change((held, thing("d", "a dagger", "dagger")), "val") is None
    pole = thing("h", "a halberd", "halberd")
    assert gear.change((pole, knife), "val") is None, "it hits hard only when applied"
    daggers, darts = thing("d", "3 daggers", "dagger"), thing("e", "9 shuriken", "shuriken")
    assert gear.change((daggers, darts, knife), "val") is None, "they are to be thrown"
    assert gear.change((daggers, darts), "val") == gear.Change("wield", daggers), "fists are worse"
    assert gear.change((daggers,), "rog") is None, "a rogue throws them at arm's length, too"
    assert gear.change((darts,), "sam") is None


@pytest.mark.parametrize(("elapsed", "eats"), [(300, True), (900, True), (1000, True), (1150, False), (2000, False)])
def test_rations_fill_the_gap_before_a_safe_prayer(elapsed: int, eats: bool) -> None:
    ration = thing("f", "a food ration", "food ration")
    belief = belief_of(ration, hunger=2)
    belief.prayed = belief.hero.turn - elapsed
    assert (eat.from_pack(State(belief)) is not None) is eats
    belief.forsaken = 10**8  # no god listens
    assert eat.from_pack(State(belief)) is not None


def test_little_food_is_kept_for_when_prayer_is_not_safe() -> None:
    belief = belief_of(thing("f", "a pancake", "pancake"), hunger=2)
    belief.prayed = belief.hero.turn - 1150
    assert eat.from_pack(State(belief)) is None
    belief.prayed = belief.hero.turn - 1050
    assert eat.from_pack(State(belief)) is not None
    plenty = belief_of(thing("f", "2 food rations", "food ration"), hunger=2)
    plenty.prayed = plenty.hero.turn - 1450
    assert eat.from_pack(State(plenty)) is not None
    plenty.prayed = plenty.hero.turn - 1600
    assert eat.from_pack(State(plenty)) is None


def test_of_two_meals_the_one_that_fills_the_gap() -> None:
    meals = [thing(name[0], f"a {name}", name) for name in ("food ration", "candy bar", "apple")]
    belief = belief_of(*meals, hunger=2)
    belief.prayed = belief.hero.turn - 850
    plan = eat.from_pack(State(belief))
    assert plan is not None
    assert plan.letter == "f"


def test_two_are_met_where_one_can_strike() -> None:
    belief = belief_of()
    belief.level.terrain[9, 31] = t.DOORWAY
    belief.level.terrain[9, 32:40] = t.CORRIDOR
    belief.hero = belief.hero._replace(x=28)
    belief.creatures = [foe("rothe", 9, 24)._replace(distance=4), foe("rothe", 8, 24)._replace(distance=4)]
    plan = position.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.keys) == ("fight/position", (a.DIRECTIONS[0, 1],))
    belief.hero = belief.hero._replace(x=32)
    belief.creatures = [foe("rothe", row, 27)._replace(distance=5) for row in (9, 8)]
    plan = position.propose(State(belief))
    assert plan is not None
    assert plan.label == "fight/wait"
    belief.creatures = belief.creatures[:1]
    assert position.propose(State(belief)) is None


def test_exposure_counts_who_may_strike() -> None:
    walkable = np.zeros((21, 79), np.uint8)
    walkable[5:8, 5:8] = 1
    walkable[6, 8:12] = 1
    diagonal = np.ones((21, 79), np.uint8)
    diagonal[6, 8] = 0  # a door
    room = position.exposure(walkable, diagonal)
    assert (room[6, 6], room[5, 5], room[6, 8], room[6, 10]) == (8, 3, 2, 2)


def test_the_way_out_may_be_down_and_is_not_walked_through_enemies() -> None:
    belief = belief_of(hp=10)
    belief.level.terrain[9, 18] = t.DOWN
    belief.creatures = [foe("hill orc"), foe("hill orc", 8, 21)]
    plan = flee.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.keys) == ("flee/walk", (a.DIRECTIONS[0, -1],))
    belief.creatures = [foe("hill orc"), foe("hill orc", 9, 18)]
    assert flee.propose(State(belief)) is None
    belief.creatures = [foe("newt")]
    assert flee.propose(State(belief)) is None


def test_rests_are_taken_on_the_first_level_unless_somebody_waits_there() -> None:
    belief = belief_of(hp=12, depth=2, level=2)
    belief.level.terrain[9, 20] = t.UP
    belief.level.leads[9, 20] = (0, 1)
    plan = rest.propose(State(belief))
    assert plan is not None
    assert plan.keys == (a.UP,)
    belief.levels[0, 1] = Level(peril=belief.hero.turn - 20)
    plan = rest.propose(State(belief))
    assert plan is not None
    assert a.SEARCH in plan.keys


def test_prey_is_waited_for_where_it_costs_little() -> None:
    for role, leaves in (("wiz", True), ("val", False)):
        belief = belief_of(role=role, depth=2, level=2)
        belief.level.terrain[9, 20], belief.level.terrain[9, 25] = t.UP, t.DOWN
        belief.level.visited[:] = True
        belief.levels[0, 2] = belief.level
        belief.levels[0, 3] = Level(surveyed=True)
        plan = explore.propose(State(belief))
        assert plan is not None
        assert (plan.label == "explore/travel") is leaves


def test_who_scorns_the_engraving_is_fought_on_it() -> None:
    belief = belief_of(hp=10)
    belief.engraved, belief.read_turn, belief.read_hp = (belief.key, belief.square), belief.hero.turn, 10
    belief.creatures = [foe("rothe")]
    resting = hide.propose(State(belief))
    assert resting is not None
    assert a.SEARCH in resting.keys
    belief.creatures = [foe("watchman")]
    assert hide.propose(State(belief)) is None
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.label == "fight/melee"


def test_the_blind_do_not_trust_what_they_are_struck_on() -> None:
    belief = belief_of(hp=10, condition=int(Condition.BLIND))
    belief.engraved, belief.hurt = (belief.key, belief.square), belief.hero.turn
    belief.creatures = [foe("rothe")]
    plan = hide.propose(State(belief))
    assert plan is not None
    assert plan.text == "Elbereth"  # anew


def test_scrolls_are_tried_where_boulders_could_be_pushed_away() -> None:
    scroll = read_item("i", "a scroll labeled FOOBIE BLETCH", it.SCROLL, nh.GLYPH_OBJ_OFF)
    belief = belief_of(scroll)
    plan = items.propose(State(belief))
    assert plan is not None
    assert plan.label == "items/read"
    belief.level.terrain[9, 22] = t.BOULDER
    assert items.propose(State(belief)) is None


def test_what_fell_off_in_another_shape_is_picked_up_again() -> None:
    belief = belief_of()
    belief.message = "You turn into a werejackal!  Your armor falls around you!"
    hear(belief)
    assert belief.square in belief.level.dropped
    belief.handless = 0
    plan = items.propose(State(belief))
    assert plan is not None
    assert plan.keys == (a.PICKUP,)
    belief.note_key(a.PICKUP)
    assert not belief.level.dropped


def test_a_thing_that_was_not_there_before_is_looked_at() -> None:
    level, square = Level(), (4, 4)
    level.leave(square, 100)
    codes, glyphs = np.full((21, 79), t.FLOOR, np.uint8), np.zeros((21, 79), np.int16)
    codes[square], glyphs[square] = t.ITEM, 7
    level.notice(glyphs, codes)
    assert square in level.left  # what lay there when the hero left
    level.notice(glyphs, codes)
    assert square in level.left
    glyphs[square] = 9
    level.notice(glyphs, codes)
    assert square not in level.left


def test_whoever_strikes_is_not_peaceful_by_nature() -> None:
    belief = belief_of()
    glyphs = np.zeros((21, 79), np.int16)
    glyphs[9, 21] = index_of("watchman")
    codes = np.full((21, 79), t.FLOOR, np.uint8)
    codes[9, 21] = t.MONSTER
    (watch,) = read_creatures(glyphs, codes, 9, 20, 3000, belief.peaceful)
    assert watch.kind == "peaceful"
    belief.message = "The watchman hits!"
    hear(belief)
    (watch,) = read_creatures(glyphs, codes, 9, 20, 3000, belief.peaceful)
    assert watch.kind == "hostile"


def test_a_trained_skill_is_advanced() -> None:
    belief = belief_of()
    belief.message = "You feel more confident in your weapon skills."
    hear(belief)
    plan = items.propose(State(belief))
    assert plan is not None
    assert plan.keys == (a.ENHANCE,)
    belief.note_key(a.ENHANCE)
    assert not belief.trained


def test_the_walled_in_push_their_way_out() -> None:
    belief = belief_of()
    belief.level.terrain[8:11, 19:22] = t.BOULDER
    belief.level.terrain[9, 20] = t.FLOOR
    belief.level.visited[:] = True
    plan = explore.propose(State(belief))
    assert plan is not None
    assert plan.keys[0] in range(8)


def test_stairs_that_are_doubted_are_no_reason_to_stand_still() -> None:
    belief = belief_of(xl=9, turn=3200)
    belief.level.terrain[9, 25], belief.level.terrain[9, 10] = t.DOWN, t.DOORWAY
    belief.level.visited[:] = True
    belief.level.doubt("down", (9, 25), belief.hero.turn + 500)
    plan = explore.propose(State(belief))
    assert plan is not None
    assert plan.label == "wait/patrol"
    belief.hero = belief.hero._replace(turn=3400)  # so little of a level is known: by turns, search for the rest
    plan = explore.propose(State(belief))
    assert plan is not None
    assert plan.label == "explore/search"


def test_nobody_shoots_past_the_target_into_a_friend() -> None:
    dagger = thing("d", "a dagger", "dagger")
    belief = belief_of(dagger)
    belief.creatures = [foe("jackal", 9, 23)]
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.label == "fight/throw"
    belief.creatures.append(foe("little dog", 9, 25)._replace(kind="pet"))
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.label != "fight/throw"


def test_what_was_dropped_on_purpose_stays_there() -> None:
    belief = belief_of(thing("m", "a chain mail", "chain mail"))
    belief.note_key(a.DROP)
    belief.prompt = Prompt(Kind.ITEM, "What do you want to drop?")
    belief.note_key(a.index_of("m"))
    assert belief.square in belief.level.left


def test_nobody_strikes_a_cockatrice_with_a_bare_hand() -> None:
    belief = belief_of(role="mon")
    belief.creatures = [foe("cockatrice")]
    plan = stone.propose(State(belief))
    assert plan is not None
    assert plan.label == "flee/walk"
    assert State(belief).masks[0][9, 21] == 0
    belief = belief_of(thing("d", "a dagger", "dagger"), role="mon")
    belief.creatures = [foe("cockatrice")]
    plan = stone.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("items/wield", "d")
    belief = belief_of(thing("d", "a dagger (weapon in hand)", "dagger"), role="mon")
    plan = items.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("items/wield", "-"), "fists again, once it is gone"
    belief = belief_of(thing("s", "a long sword (weapon in hand)", "long sword"))
    belief.creatures = [foe("cockatrice")]
    assert stone.propose(State(belief)) is None
    assert fight.propose(State(belief)) is not None


def test_in_a_corner_a_bare_hand_throws_or_writes() -> None:
    belief = belief_of(Item("f", 2, "green gems", it.GEM, 0), role="mon")
    belief.level.terrain[:] = t.WALL
    belief.level.terrain[9, 20:23] = t.FLOOR
    belief.creatures = [foe("cockatrice", 9, 21)]
    plan = stone.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("fight/throw", "f")
    belief.inventory = ()
    belief.derived.clear()
    plan = stone.propose(State(belief))
    assert plan is not None
    assert plan.text == "Elbereth"
    belief.engraved, belief.read_turn, belief.read_hp = (belief.key, belief.square), belief.hero.turn, belief.hero.hp
    plan = stone.propose(State(belief))
    assert plan is not None
    assert plan.label == "wait/stone"


def test_blows_do_not_count_as_steps_to_and_fro() -> None:
    belief = belief_of()
    belief.creatures = [foe("rothe", 9, 21)]
    for _ in range(9):
        belief.note_key(a.DIRECTIONS[0, 1])
    belief.creatures = []
    belief.level.fresh[9, 22] = (index_of("rothe"), belief.hero.turn)
    plan = eat.propose(State(belief))
    assert plan is not None
    assert plan.keys == (a.DIRECTIONS[0, 1],)


def test_a_prayer_that_is_not_quite_safe_waits_until_fainting_is_near_when_enemies_are() -> None:
    belief = belief_of(hunger=3)
    belief.creatures = [foe("soldier ant", column=26)]
    belief.weakened = belief.hero.turn - 10
    for elapsed, elapsed_weak, prays in ((900, 10, False), (900, 41, True), (1300, 10, True), (600, 41, False)):
        belief.prayed, belief.weakened = belief.hero.turn - elapsed, belief.hero.turn - elapsed_weak
        plan = survive.propose(State(belief))
        assert (plan is not None and plan.label == "survive/pray") is prays


@pytest.mark.parametrize(
    ("rations", "elapsed", "eats"),
    [(1, 1000, True), (1, 1300, False), (2, 1300, True), (2, 1700, False), (3, 1700, True)],
)
def test_the_more_food_is_carried_the_surer_a_prayer_must_be(rations: int, elapsed: int, *, eats: bool) -> None:
    belief = belief_of(thing("f", f"{rations} food rations", "food ration"), hunger=2)
    belief.prayed = belief.hero.turn - elapsed
    assert (eat.propose(State(belief)) is not None) is eats


def test_the_burdened_eat_what_weighs_most_for_what_it_feeds() -> None:
    lichens = Item("l", 4, "lichen corpses", it.FOOD, nh.GLYPH_BODY_OFF + index_of("lichen"))
    belief = belief_of(thing("f", "a food ration", "food ration"), lichens, hunger=2)
    belief.prayed = belief.hero.turn - 900
    for burden, letter in ((0, "f"), (1, "l")):
        belief.hero = belief.hero._replace(burden=burden)
        plan = eat.propose(State(belief))
        assert plan is not None
        assert plan.letter == letter


def test_a_fifth_lichen_corpse_is_eaten_not_kept() -> None:
    for carried, label in ((3, "items/pickup"), (4, "eat/ground")):
        belief = belief_of(Item("l", carried, "lichen corpses", it.FOOD, nh.GLYPH_BODY_OFF + index_of("lichen")))
        belief.level.fresh[belief.square] = (index_of("lichen"), belief.hero.turn)
        plan = eat.propose(State(belief))
        assert plan is not None
        assert plan.label == label


def test_the_weak_eat_beside_who_can_hardly_hurt_them() -> None:
    for name, eats in (("ghost", True), ("rothe", False)):
        belief = belief_of(thing("f", "a food ration", "food ration"), hunger=3)
        belief.creatures = [Creature(9, 21, index_of(name), "hostile", 1, 0)]
        assert (fast.propose(State(belief)) is not None) is eats


def test_a_mimic_that_strikes_is_no_longer_left_alone() -> None:
    belief = belief_of(hp=40)
    belief.creatures = [Creature(9, 21, index_of("giant mimic"), "hostile", 1, 0)]
    assert not State(belief).hostiles()
    belief.fierce["giant mimic"] = belief.hero.turn - 5
    assert State(belief).hostiles()
