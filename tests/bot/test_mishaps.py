"""What ended games by the dozen: thieves, mad pets, others with wands, doors, traps, old corpses, hidden stairs."""

import numpy as np
import pytest
from nle import nethack as nh

from yendor.belief import shops
from yendor.belief import terrain as t
from yendor.belief.belief import AIMING, Belief
from yendor.belief.creatures import Creature
from yendor.belief.hearing import hear
from yendor.belief.level import Level
from yendor.bot import aims, gear
from yendor.bot.answers import answer
from yendor.bot.state import State
from yendor.bot.strategies import eat, errand, explore, fight, flee, hide, items, rest, survive, trade
from yendor.bot.strategies.search import search
from yendor.bot.walking import walk
from yendor.envs.make import make
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
    """A hero in the middle of a lit room on the second level, with the stairs up beside him."""
    belief = Belief()
    belief.role, belief.inventory = role, inventory
    given = {"hp": 40, "max_hp": 40, "x": 20, "y": 9, "turn": 3000, "xl": 6, "hunger": 1, "depth": 2, "level": 2}
    given |= {"ac": 6, "strength": 16, "strength_percent": 16}
    belief.hero = Hero(*[0] * 27)._replace(**(given | numbers))
    belief.level.terrain[5:14, 10:31] = t.FLOOR
    belief.level.terrain[9, 19] = t.UP
    belief.levels[belief.key] = belief.level
    return belief


def near(name: str, kind: str = "hostile", column: int = 21) -> Creature:
    return Creature(9, column, index_of(name), kind, abs(column - 20), 0)


def tell(belief: Belief, message: str) -> None:
    """Let the belief hear a message in mid-game."""
    belief.message = message
    hear(belief)


def test_a_thief_is_left_behind_and_her_level_left_alone() -> None:
    belief = belief_of()
    assert flee.propose(State(belief)) is None
    tell(belief, "The beautiful water nymph seduces you and you start taking off your mail.")
    plan = flee.propose(State(belief))
    assert plan is not None
    assert plan.label == "explore/travel"
    above = Level()
    above.terrain[5:14, 10:31] = t.FLOOR
    above.terrain[9, 19] = t.DOWN
    belief.levels[0, 1] = belief.level = above
    belief.hero = belief.hero._replace(depth=1, level=1, x=19, xl=7)
    assert not explore._ready(State(belief))
    belief.hero = belief.hero._replace(xl=9)
    assert explore._ready(State(belief)), "she dies of two blows now"
    belief.hero = belief.hero._replace(xl=7)
    belief.hero = belief.hero._replace(turn=9000)
    assert explore._ready(State(belief))


def test_no_flight_to_where_others_wait() -> None:
    belief = belief_of(hp=10)
    belief.creatures = [near("rothe"), near("rothe", column=22)]
    plan = flee.propose(State(belief))
    assert plan is not None
    assert plan.label == "flee/walk"
    belief.levels[0, 1] = Level(peril=2990)
    assert flee.propose(State(belief)) is None


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("The kobold lord zaps a marble wand!  The bolt of fire hits you!", "kobold lord"),
        ("The winter wolf cub breathes frost!", "winter wolf cub"),
        ("You hear a nearby zap.  The magic missile hits you!", ""),
    ],
)
def test_an_engraving_is_no_shelter_from_wands(message: str, name: str) -> None:
    belief = belief_of(hp=15)
    belief.engraved = (belief.key, belief.square)
    belief.read_turn, belief.read_hp = belief.hero.turn, 15
    belief.creatures = [near("kobold lord", column=23)]
    plan = hide.propose(State(belief))
    assert plan is not None
    assert plan.label == "survive/elbereth"
    tell(belief, message)
    assert belief.shooter == name
    assert hide.propose(State(belief)) is None
    belief.creatures = []
    assert rest.propose(State(belief)) is None
    assert flee.propose(State(belief)) is not None, "away, by the stairs"


def test_a_pet_that_is_mad_with_hunger_is_fed() -> None:
    belief = belief_of(thing("f", "2 food rations", "food ration"))
    belief.creatures = [near("little dog", "pet")]
    assert survive.propose(State(belief)) is None
    tell(belief, "The little dog is confused from hunger.")
    plan = survive.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter, plan.direction) == ("fight/throw", "f", a.DIRECTIONS[0, 1])
    belief.inventory = ()
    assert survive.propose(State(belief)) is None
    belief = belief_of(hp=12)
    belief.creatures = [near("little dog", "pet")]
    tell(belief, "Sirius bites!")
    plan = survive.propose(State(belief))
    assert plan is not None
    assert plan.yes == "Really attack"


def test_the_bite_of_another_of_its_kind_is_not_the_pets() -> None:
    belief = belief_of()
    belief.creatures = [near("jackal"), near("little dog", "pet", column=19)]
    tell(belief, "The jackal bites!")
    assert belief.starved < 0
    belief.creatures = [near("little dog"), near("little dog", "pet", column=19)]
    tell(belief, "The little dog bites!")
    assert belief.starved < 0


def test_wolfsbane_or_holy_water_before_a_prayer() -> None:
    sprig = thing("w", "a sprig of wolfsbane", "sprig of wolfsbane")
    belief = belief_of(sprig)
    belief.lycanthrope = True
    plan = survive.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("eat/inventory", "w")
    belief.handless = 10_000
    plan = survive.propose(State(belief))
    assert plan is not None
    assert plan.label == "survive/pray"


def test_spells_that_fail_are_not_cast_again() -> None:
    belief = belief_of(role="hea", hp=15, energy=20, xl=3)
    assert survive.propose(State(belief)) is not None
    for _ in range(2):
        tell(belief, "You fail to cast the spell correctly.")
    assert survive.propose(State(belief)) is None


def test_what_heals_is_drunk_before_a_prayer_against_the_odds() -> None:
    belief = belief_of(read_item("p", "a potion of healing", it.POTION, nh.GLYPH_OBJ_OFF), hp=4)
    belief.prayed = belief.hero.turn - 300
    belief.creatures = [near("jackal")]
    plan = survive.propose(State(belief))
    assert plan is not None
    assert plan.label == "survive/quaff"


def test_who_calls_his_kind_and_who_shoots_are_struck_first() -> None:
    belief = belief_of()
    belief.creatures = [near("giant beetle"), near("werejackal", column=19)]
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.keys == (a.DIRECTIONS[0, -1],)
    belief.creatures = [near("giant beetle"), near("kobold", column=19)]
    tell(belief, "The kobold zaps a wand of fire!")
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.keys == (a.DIRECTIONS[0, -1],)


def test_no_blow_goes_astray_beside_the_peaceful() -> None:
    belief = belief_of()
    belief.creatures = [near("jackal"), near("watchman", "peaceful", column=19)]
    assert fight.propose(State(belief)) is not None
    belief.hero = belief.hero._replace(condition=Condition.STUNNED)
    plan = fight.propose(State(belief))
    assert plan is None or plan.label != "fight/melee"


def test_bare_hands_take_up_a_weapon() -> None:
    belief = belief_of(thing("s", "a long sword", "long sword"))
    belief.creatures = [near("jackal")]
    plan = fight.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("items/wield", "s")
    belief = belief_of()
    belief.creatures = [near("jackal")]
    belief.level.dropped.add(belief.square)
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.label == "items/pickup"


def test_who_is_too_strong_is_not_looked_for() -> None:
    belief = belief_of(hp=20)
    belief.creatures = [near("mumak", column=24)]
    plan = fight.propose(State(belief))
    assert plan is None or not plan.explanation.startswith("go for")


def test_a_crossbow_serves_where_the_bow_is_lost() -> None:
    bow, bolts = thing("b", "a crossbow (weapon in hand)", "crossbow"), thing("q", "9 crossbow bolts", "crossbow bolt")
    belief = belief_of(bow, bolts, role="ran")
    belief.creatures = [near("jackal")]
    plan = fight.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("fight/throw", "q")


def test_two_hands_for_the_mattock() -> None:
    mattock, shield = (
        thing("m", "a dwarvish mattock", "dwarvish mattock"),
        thing("s", "a +0 small shield (being worn)", "small shield"),
    )
    assert gear.encumbering_shield((mattock, shield), mattock) == shield
    held = thing("m", "a dwarvish mattock (weapon in hands)", "dwarvish mattock")
    assert gear.change((held, thing("s", "a +0 small shield", "small shield")), "val") is None
    pick = thing("p", "a pick-axe", "pick-axe")
    assert gear.encumbering_shield((pick, shield), pick) is None


def test_gloves_that_nobody_knows_are_not_put_on() -> None:
    known = thing("g", "a pair of leather gloves", "leather gloves")
    assert gear.change((known,), "val") == gear.Change("wear", known)
    assert gear.change((thing("g", "a pair of riding gloves", "leather gloves"),), "val") is None


def test_a_hero_in_a_bear_trap_does_not_blame_the_ground() -> None:
    belief = belief_of()
    belief._stepped, belief.last_action = True, 0
    tell(belief, "A bear trap closes on your foot!")
    for _ in range(5):
        belief._learn_from_step(belief.hero)
    assert not belief.level.failures
    belief.caught, belief.message = False, ""
    belief._learn_from_step(belief.hero)
    assert belief.level.failures


def test_a_scuffed_sign_still_says_closed() -> None:
    belief = belief_of()
    belief.level.terrain[9, 21] = t.CLOSED_DOOR
    tell(belief, 'You read: "C?osed f r inventcry".')
    assert belief.level.blocked[9, 21] > belief.hero.turn
    other = belief_of()
    other.level.terrain[9, 21] = t.CLOSED_DOOR
    tell(other, 'You read: "Elbereth".')
    assert not other.level.blocked.any()


def test_a_fumbler_opens_doors_by_command() -> None:
    belief = belief_of()
    belief.level.terrain[9, 21] = t.CLOSED_DOOR
    plan = walk(State(belief), (9, 21), "frontier", "explore/frontier", "on")
    assert plan is not None
    assert plan.keys == (a.DIRECTIONS[0, 1],)
    tell(belief, "Ouch!  You bump into a door.")
    plan = walk(State(belief), (9, 21), "frontier", "explore/frontier", "on")
    assert plan is not None
    assert (plan.keys, plan.direction) == ((a.OPEN,), a.DIRECTIONS[0, 1])


def test_who_can_steer_a_teleport_goes_to_the_stairs() -> None:
    env = make(seeds=(1000, 2000))
    observation, _ = env.reset()
    env.close()
    belief = Belief()
    belief.update(observation)
    belief.prompt = Prompt(Kind.POSITION, AIMING + "  (For instructions type a '?')")
    assert answer(observation, belief, None)[0] == a.UP
    belief.note_key(a.UP)
    belief.update(observation)
    assert belief.prompt.kind is Kind.POSITION
    assert answer(observation, belief, None)[0] == a.WAIT
    belief.note_key(a.WAIT)
    belief.update(observation)
    assert belief.prompt.kind is Kind.COMMAND


def _sees(belief: Belief, glyph: int, message: str = "", *, dead: bool) -> None:
    """One more look at the square east of the hero: a newt there, or what it leaves."""
    belief.message = message
    hear(belief)
    belief.glyphs = np.full((21, 79), nh.GLYPH_CMAP_OFF, np.int16)
    belief.glyphs[9, 21] = glyph
    belief._last_creatures = [near("newt")] if dead else []
    belief._note_corpses()


def test_only_those_seen_to_die_leave_a_fresh_corpse() -> None:
    corpse = nh.GLYPH_BODY_OFF + index_of("newt")
    walked_off = belief_of()
    _sees(walked_off, corpse, dead=True)
    assert not walked_off.level.fresh
    killed = belief_of()
    _sees(killed, corpse, "You kill the newt!", dead=True)
    assert killed.level.fresh == {(9, 21): (index_of("newt"), 3000)}
    old = belief_of()
    old.level.lay[9, 21] = corpse
    _sees(old, corpse, "You kill the newt!", dead=True)
    assert not old.level.fresh


def test_stairs_under_a_chest() -> None:
    belief = belief_of()
    belief.message = "There is a staircase down here.  You see here a chest."
    belief._note_stairs()
    assert belief.level.terrain[belief.square] == t.DOWN
    belief.level.shown[7, 14] = t.ITEM
    belief.level.visited[9, 20] = True
    plan = search(State(belief))
    assert "covers stairs" in plan.explanation


def test_nobody_dines_under_fire() -> None:
    belief = belief_of()
    belief.level.fresh[9, 20] = (index_of("newt"), 2999)
    assert eat.propose(State(belief)) is not None
    tell(belief, "You hear a nearby zap.  The magic missile hits you!")
    assert eat.propose(State(belief)) is None


def test_a_tin_is_opened_in_need_and_left_when_it_smells_wrong() -> None:
    tin = thing("t", "a tin", "tin")
    belief = belief_of(tin, hunger=3)
    belief.forsaken = 10**8
    plan = eat.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("eat/inventory", "t")
    blank: dict[str, np.ndarray] = {}
    belief.prompt = Prompt(Kind.YES_NO, "Eat it? [yn] (n)", "yn")
    for smell, key in (("newts", "y"), ("chickatrices", "n"), ("werejackals", "n")):
        tell(belief, f"You succeed in opening the tin.  It smells like {smell}.")
        assert answer(blank, belief, plan)[0] == a.index_of(key)


def test_were_creatures_are_left_to_wait_at_the_stairs() -> None:
    belief = belief_of()
    belief.creatures = [near("werejackal", column=24)]
    plan = flee.propose(State(belief))
    assert plan is not None
    assert plan.label == "flee/walk"
    belief.hero = belief.hero._replace(xl=10)
    assert flee.propose(State(belief)) is None
    below = belief_of(role="wiz", x=19)
    below.levels[0, 1] = Level(peril=2990)
    plan = flee.propose(State(below))
    assert plan is not None
    assert plan.label == "flee/wait"
    below.hero = below.hero._replace(turn=3100)
    assert flee.propose(State(below)) is None


def test_who_resists_poison_eats_what_is_poisonous() -> None:
    belief = belief_of(role="bar")
    belief.race = "hum"
    belief.level.fresh[9, 20] = (index_of("kobold"), 2999)
    assert eat.propose(State(belief)) is not None
    belief.role = "val"
    assert eat.propose(State(belief)) is None


def test_an_angry_guard_is_not_followed() -> None:
    belief = belief_of()
    belief.creatures = [near("guard", kind="peaceful")]
    assert trade.propose(State(belief)) is not None
    belief.creatures = [near("guard")]
    assert trade.propose(State(belief)) is None


def test_the_guard_is_gone_after_and_the_vaults_gold_left() -> None:
    belief = belief_of(thing("$", "222 gold pieces", "gold piece"))
    tell(belief, "Please drop that gold and follow me.")
    plan = trade.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("follow_guard/gold", "$")
    belief.inventory, belief.derived = (), {}
    plan = trade.propose(State(belief))  # he is out of sight: where nobody has been
    assert plan is not None
    assert plan.label == "follow_guard/walk"
    assert plan.keys[0] == a.MOVE
    belief.level.dropped.add(belief.square)
    assert items.propose(State(belief)) is None
    belief.creatures = [near("newt")]
    assert trade.propose(State(belief)) is None, "a newt in the way is fought"
    belief.creatures, belief.hero = [], belief.hero._replace(turn=belief.hero.turn + 50)
    assert trade.propose(State(belief)) is None


def test_archers_are_run_down_by_the_healthy() -> None:
    belief = belief_of()
    belief.creatures = [near("Uruk-hai", column=30)]
    assert fight.propose(State(belief)) is None
    tell(belief, "The Uruk-hai shoots 2 poisoned orcish arrows!  You are hit by the 1st poisoned orcish arrow.")
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.goal == ("approach", (9, 30))
    belief.hero = belief.hero._replace(hp=20)
    assert fight.propose(State(belief)) is None


def test_shops_are_no_part_of_the_patrol_and_angry_keepers_are_left() -> None:
    belief = belief_of()
    belief.level.terrain[9, 31] = belief.level.terrain[5, 9] = t.DOORWAY
    assert (9, 31) in explore._landmarks(State(belief))
    belief.level.shop[8:11, 29:31] = True
    assert (9, 31) not in explore._landmarks(State(belief))
    belief.creatures = [near("shopkeeper", kind="peaceful", column=28)]
    tell(belief, "Akalapi zaps a wand of striking!  The wand hits you!")
    plan = flee.propose(State(belief))
    assert plan is not None
    assert plan.label == "explore/travel"
    assert "shopkeeper" in belief.peaceful.angry


def test_a_thief_on_the_first_level_is_left_by_the_stairs_down() -> None:
    belief = belief_of(depth=1, level=1)
    belief.level.terrain[9, 19] = t.DOWN
    tell(belief, "The water nymph stole a key.")
    plan = flee.propose(State(belief))
    assert plan is not None
    assert plan.goal == ("down", (9, 19))
    belief.creatures = [near("rothe")]
    assert flee.propose(State(belief)) is None, "who bites is fought first"
    assert belief.fierce["water nymph"] == belief.hero.turn


def test_nothing_is_picked_up_beside_the_corpse_of_a_cockatrice() -> None:
    belief = belief_of()
    belief.level.dropped.add(belief.square)
    assert items.propose(State(belief)) is not None
    belief.message = "You see here a chickatrice corpse."
    assert items.propose(State(belief)) is None


def test_a_corpse_may_lie_under_the_dagger_that_killed() -> None:
    dagger = nh.GLYPH_OBJ_OFF + KINDS["dagger"].index
    shot_down = belief_of()
    _sees(shot_down, dagger, "You kill the newt!", dead=True)
    assert shot_down.level.fresh == {(9, 21): (index_of("newt"), 3000)}
    for lying in (dagger, nh.GLYPH_BODY_OFF + index_of("newt")):  # an older corpse may lie under what lay there
        covered = belief_of()
        covered.level.lay[9, 21] = lying
        _sees(covered, dagger, "You kill the newt!", dead=True)
        assert not covered.level.fresh
    missed = belief_of()
    _sees(missed, dagger, "The dagger misses the newt.", dead=True)
    assert not missed.level.fresh


def test_orcs_and_cavemen_eat_dogs_and_their_own_kind() -> None:
    for role, race, kind, eaten in (
        ("cav", "hum", "little dog", True),
        ("bar", "orc", "hill orc", True),
        ("bar", "hum", "little dog", False),
        ("wiz", "gno", "gnome", False),
    ):
        belief = belief_of(role=role)
        belief.race = race
        belief.level.fresh[9, 20] = (index_of(kind), 2999)
        assert (eat.propose(State(belief)) is not None) is eaten


def test_a_wizard_reads_its_book_again_before_the_spell_is_forgotten() -> None:
    book = thing("b", "a spellbook of force bolt", "force bolt")
    belief = belief_of(book, role="wiz", turn=18_000, energy=20)
    belief.creatures = [near("hill orc")]
    cast = fight.propose(State(belief))
    assert cast is not None
    assert cast.label == "fight/cast"
    belief.creatures = []
    assert items.propose(State(belief)) is None
    belief.hero = belief.hero._replace(turn=18_300)
    plan = items.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("items/read", "b")
    tell(belief, 'Your knowledge of "force bolt" is keener.')
    assert items.propose(State(belief)) is None
    belief.learnt, belief.creatures = 0, [near("hill orc")]
    belief.hero = belief.hero._replace(turn=20_000)
    struck = fight.propose(State(belief))
    assert struck is not None
    assert struck.label != "fight/cast"


def test_a_monkey_is_no_reason_to_leave_the_level() -> None:
    belief = belief_of()
    tell(belief, "The monkey stole 8 darts.")
    assert flee.propose(State(belief)) is None


def test_whoever_loses_on_the_stairs_steps_off_to_write() -> None:
    belief = belief_of(hp=12, x=19)
    belief.levels[0, 1] = Level(peril=2990)  # enemies wait up there
    belief.creatures = [Creature(9, 20, index_of("rothe"), "hostile", 1, 0)]
    plan = hide.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.text) == ("survive/elbereth", "")
    dr, dc = a.OFFSETS[plan.keys[0]]
    assert (9 + dr, 19 + dc) != (9, 20)
    assert max(abs(dr), abs(dc - 1)) > 1  # out of its reach for a moment
    belief.hero = belief.hero._replace(x=18)
    plan = hide.propose(State(belief))
    assert plan is None or plan.text == "Elbereth"


def test_a_zap_by_one_is_no_reason_to_be_bitten_by_another() -> None:
    belief = belief_of(hp=12)
    belief.creatures = [near("rothe"), near("orc shaman", column=24)]
    belief.shot, belief.shooter = 2995, "orc shaman"
    plan = hide.propose(State(belief))
    assert plan is not None
    assert plan.text == "Elbereth"
    belief.shooter = "rothe"
    assert hide.propose(State(belief)) is None


def test_hallucination_makes_neither_shops_nor_floating_eyes() -> None:
    belief = belief_of(condition=int(Condition.HALLUCINATING))
    belief.creatures = [near("shopkeeper", "peaceful"), near("floating eye", column=22)]
    shops.see(belief)
    belief._note_rooted()
    assert not belief.level.shop.any()
    assert not belief.level.rooted
    belief.hero = belief.hero._replace(condition=0)
    belief._note_rooted()
    assert belief.level.rooted
    shops.see(belief)
    assert not belief.level.shop.any()  # no shop has stairs
    belief.level.terrain[9, 19] = t.FLOOR
    shops.see(belief)
    assert belief.level.shop[9, 20]


def test_the_way_out_of_a_closed_shop_is_its_door() -> None:
    belief = belief_of()
    belief.level.terrain[:] = t.WALL
    belief.level.terrain[8:11, 18:23] = t.FLOOR
    belief.level.terrain[9, 23] = t.CLOSED_DOOR
    belief.level.terrain[9, 24] = t.CORRIDOR
    belief.level.shop[8:11, 18:23] = True
    belief.level.close_shop((9, 24))
    assert State(belief).reach == 15
    search(State(belief))
    assert State(belief).reach > 15


def test_the_young_step_off_the_engraving_before_they_strike() -> None:
    belief = belief_of(turn=500)
    belief.creatures = [near("jackal")]
    belief.engraved = (belief.key, belief.square)
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.label == "fight/position"
    dr, dc = a.OFFSETS[plan.keys[0]]
    assert (9 + dr, 20 + dc) != (9, 21)
    belief.creatures = [near("werejackal")]  # who does not respect it is not asked for peace
    belief.creatures[0] = belief.creatures[0]._replace(species=index_of("shopkeeper"))
    plan = fight.propose(State(belief))
    assert plan is None or plan.label != "fight/position"
    belief.creatures = [near("jackal")]
    belief.hero = belief.hero._replace(turn=9000)
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.label == "fight/melee"


def test_a_lycanthrope_eats_none_of_its_kind() -> None:
    belief = belief_of(hunger=2)
    belief.level.fresh[9, 20] = (index_of("jackal"), belief.hero.turn)
    plan = eat.propose(State(belief))
    assert plan is not None
    assert plan.label == "eat/ground"
    belief.lycanthrope = True
    assert eat.propose(State(belief)) is None
    tell(belief, "You cannibal!  You will regret this!")
    assert belief.prayer_odds() == 0
    belief.hero = belief.hero._replace(turn=belief.hero.turn + 3001)
    assert belief.prayer_odds() > 0


def test_the_mines_are_not_looked_for_on_another_branch_s_level_of_the_same_number() -> None:
    belief = belief_of(dungeon=4, xl=14)
    belief.levels[0, 2] = Level()
    belief.levels[0, 2].leads[9, 25] = (aims.MINES, 3)
    state = State(belief)
    assert state.aim is aims.Aim.PICK
    assert errand.propose(state) is not None
