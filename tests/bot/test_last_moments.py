"""Lost fights: when the word is written, read and stayed on, and when a prayer against the odds is said."""

from collections.abc import Callable

from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.bot.state import State
from yendor.bot.strategies import fight, survive
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition
from yendor.nethack.items import read_item
from yendor.nethack.monsters import index_of
from yendor.skills import commands
from yendor.skills.plan import Plan

Heroes = Callable[..., Belief]


def near(name: str, row: int = 9, column: int = 21) -> Creature:
    return Creature(row, column, index_of(name), "hostile", max(abs(row - 9), abs(column - 20)), 0)


def stand_on_the_word(belief: Belief, *, read: bool) -> None:
    belief.engraved = belief.key, belief.square
    belief.read_turn, belief.read_hp = (belief.hero.turn if read else -1), belief.hero.hp


def proposed(plan: Plan | None) -> Plan:
    assert plan is not None
    return plan


def test_what_was_just_written_is_read_before_a_prayer_against_the_odds(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=5)
    belief.prayed, belief.creatures = belief.hero.turn - 300, [near("soldier ant")]
    stand_on_the_word(belief, read=False)
    assert proposed(survive.propose(State(belief))).keys == (a.LOOK,)
    stand_on_the_word(belief, read=True)
    assert survive.propose(State(belief)) is None, "it holds"
    belief.hero = belief.hero._replace(hp=3)
    assert proposed(survive.propose(State(belief))).label == "survive/pray"


def test_the_word_comes_before_a_doubtful_prayer_where_there_is_time_for_it(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=5, ac=0)
    belief.prayed, belief.creatures = belief.hero.turn - 250, [near("hobgoblin")]
    assert survive.propose(State(belief)) is None
    belief.creatures = [near("soldier ant"), near("soldier ant", row=8)]
    assert proposed(survive.propose(State(belief))).label == "survive/pray", "nobody outlives another turn of these"


def test_a_fight_that_costs_little_is_fought_out_rather_than_prayed_or_drunk_about(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=5, ac=0)
    belief.inventory = (read_item("p", "a murky potion", it.POTION, 0),)
    belief.prayed = belief.hero.turn - 400
    for angry, most in ((0, "survive/pray"), (9000, "survive/quaff")):
        belief.forsaken, belief.creatures = angry, [near("garter snake")]
        assert survive.propose(State(belief)) is None
        belief.creatures = [near("soldier ant"), near("soldier ant", row=8)]
        assert proposed(survive.propose(State(belief))).label == most


def test_a_wand_of_teleportation_takes_the_hero_out_of_a_lost_fight(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=5)
    belief.prayed = belief.hero.turn - 50
    belief.inventory = (read_item("t", "a wand of teleportation (0:3)", it.WAND, 0),)
    belief.creatures = [near("soldier ant"), near("soldier ant", row=8)]
    plan = proposed(survive.propose(State(belief)))
    assert plan == commands.zap_self("t", plan.explanation)


def test_who_hallucinates_strikes_who_came_last(in_a_room: Heroes) -> None:
    belief = in_a_room(condition=int(Condition.HALLUCINATING))
    old, new = Creature(9, 21, -1, "unseen", 1, 0), Creature(8, 20, -1, "unseen", 1, 0)
    belief.creatures, belief.hurt = [old, new], belief.hero.turn
    belief.arrivals = {(9, 21): belief.hero.turn - 40, (8, 20): belief.hero.turn}
    assert a.DIRECTIONS[-1, 0] in proposed(fight.propose(State(belief))).keys
    belief.message = "You kill the gazebo!"
    plan = fight.propose(State(belief))
    assert plan is None or plan.label != "fight/melee", "whoever bit is dead"
