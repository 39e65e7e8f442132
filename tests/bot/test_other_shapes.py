"""Heroes who turn into beasts: when they are cured, what they do meanwhile, and that they dress again at once."""

import pytest
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.hearing import hear
from yendor.bot import aims
from yendor.bot.state import State
from yendor.bot.strategies import flee, hide, items, rest, survive
from yendor.nethack import actions as a
from yendor.nethack.bottomline import Hero, Hunger
from yendor.nethack.items import Item, read_item
from yendor.nethack.monsters import index_of
from yendor.nethack.objects import table

KINDS = {one.name: one for one in table() if one.name}
SHIFT = "You turn into a werejackal!  Your armor falls around you!"


def thing(letter: str, line: str, name: str) -> Item:
    return read_item(letter, line, KINDS[name].kind, nh.GLYPH_OBJ_OFF + KINDS[name].index)


def belief_of(*inventory: Item, **numbers: int) -> Belief:
    """A hero in the middle of a lit room on the second level, who may pray."""
    belief = Belief()
    belief.role, belief.inventory = "val", inventory
    given = {"hp": 40, "max_hp": 40, "x": 20, "y": 9, "turn": 3000, "xl": 6, "hunger": 1, "depth": 2, "level": 2}
    belief.hero = Hero(*[0] * 27)._replace(**(given | {"ac": 6} | numbers))
    belief.level.terrain[5:14, 10:31] = t.FLOOR
    belief.levels[belief.key] = belief.level
    belief.prayed = 1000
    return belief


def foe(name: str, column: int = 21) -> Creature:
    return Creature(9, column, index_of(name), "hostile", abs(column - 20), 0)


def tell(belief: Belief, message: str) -> None:
    belief.message = message
    hear(belief)


def test_lycanthropy_is_prayed_away_once_nobody_can_bite_again() -> None:
    belief = belief_of()
    tell(belief, "The wererat bites!  You feel feverish.")
    belief.creatures = [foe("wererat")]
    assert survive.propose(State(belief)) is None
    belief.creatures = []
    assert survive.propose(State(belief)) is None  # it may be just out of sight
    tell(belief, "You kill the wererat!")
    belief.hero = belief.hero._replace(turn=3001)
    plan = survive.propose(State(belief))
    assert plan is not None
    assert plan.label == "survive/pray"


@pytest.mark.parametrize("told", ["The wererat bites!  You feel feverish.", "You turn into a werejackal!"])
def test_lycanthropy_is_prayed_away_when_the_bite_is_long_past(told: str) -> None:
    belief = belief_of()
    tell(belief, told)  # who caught it from a meal is not told before the first change of shape
    belief.shifted = belief.handless = 0
    belief.hero = belief.hero._replace(turn=3100)
    plan = survive.propose(State(belief))
    assert plan is not None
    assert plan.label == "survive/pray"
    belief.hero = belief.hero._replace(hunger=int(Hunger.HUNGRY))
    assert survive.propose(State(belief)) is None  # weak in a hundred turns, with no prayer left
    belief.inventory = (thing("f", "a food ration", "food ration"),)
    assert survive.propose(State(belief)) is not None  # it eats afterwards
    belief.prayed = 2800
    assert survive.propose(State(belief)) is None  # too soon


@pytest.mark.parametrize("prayed", [None, 2700])
def test_a_beast_does_not_fear_for_its_life(prayed: int | None) -> None:
    potion = thing("p", "a potion of healing", "healing")
    belief = belief_of(potion, hp=2, max_hp=9)
    belief.creatures = [foe("rothe")]
    belief.prayed = prayed
    assert survive.propose(State(belief)) is not None
    tell(belief, SHIFT)
    assert belief.beast
    assert survive.propose(State(belief)) is None
    assert flee.propose(State(belief)) is None
    tell(belief, "The rothe bites!  You return to human form!")
    assert not belief.beast
    assert survive.propose(State(belief)) is not None


def test_a_beast_stays_with_its_armour() -> None:
    belief = belief_of(hp=9, max_hp=9)
    tell(belief, SHIFT)
    plan = rest.propose(State(belief))
    assert plan is not None
    assert a.SEARCH in plan.keys
    belief.hero = belief.hero._replace(x=23)
    plan = rest.propose(State(belief))
    assert plan is not None
    assert plan.keys == (a.DIRECTIONS[0, -1],)
    belief.creatures = [foe("newt", 26)]
    assert rest.propose(State(belief)) is not None, "the armour is not left to them"
    belief.creatures = [foe("newt", 24)]
    belief.creatures = [belief.creatures[0]._replace(distance=1)]
    assert rest.propose(State(belief)) is None
    belief.creatures = []
    belief.hero = belief.hero._replace(turn=4100)  # no shape is kept for longer
    assert not belief.beast


def test_the_cure_is_waited_for_on_an_engraving() -> None:
    belief = belief_of()
    belief.lycanthrope, belief.prayed = True, 2900
    assert survive.propose(State(belief)) is None  # too soon to pray
    plan = rest.quarantine(State(belief))
    assert plan is not None
    assert plan.text == "Elbereth"
    belief.engraved, belief.read_turn, belief.read_hp = (belief.key, belief.square), 3000, 40
    plan = rest.quarantine(State(belief))
    assert plan is not None
    assert a.SEARCH in plan.keys
    belief.creatures = [foe("jackal")]
    plan = hide.propose(State(belief))  # unhurt, and yet
    assert plan is not None
    assert plan.label == "survive/elbereth"
    belief.creatures = []
    belief.forsaken = 10**8  # nothing to wait for
    assert rest.quarantine(State(belief)) is None
    belief.lycanthrope, belief.forsaken = False, 0
    assert rest.quarantine(State(belief)) is None


def test_what_fell_off_is_put_on_again_at_once() -> None:
    mail = thing("m", "a ring mail", "ring mail")
    belief = belief_of(mail)
    belief.refused["m", "ring mail"] = 2900
    assert items.propose(State(belief)) is None  # it did not fit 100 turns ago
    tell(belief, SHIFT)
    tell(belief, "You return to human form!")
    belief.level.dropped.clear()
    plan = items.propose(State(belief))
    assert plan is not None
    assert plan.keys == (a.WEAR,)


def test_a_welded_weapon_keeps_the_hands_from_the_pick_axe() -> None:
    dagger = thing("k", "a cursed orcish dagger (weapon in hand)", "orcish dagger")
    belief = belief_of(dagger, thing("x", "a pick-axe", "pick-axe"))
    assert aims.digger(belief) is not None
    tell(belief, "Since your weapon is welded to your hand, you cannot swing that pick-axe.")
    assert aims.digger(belief) is None
    held = belief_of(thing("x", "a cursed pick-axe (weapon in hand)", "pick-axe"))
    held.welded = 10**6
    assert aims.digger(held) is not None


def test_holy_water_cures_the_chaotic_too_and_burns_them() -> None:
    water = read_item("w", "potion of holy water", KINDS["water"].kind, 0)
    belief = belief_of(water, alignment=-1, hp=12)
    belief.lycanthrope, belief.prayed = True, 2900
    assert survive.propose(State(belief)) is None, "it takes up to twelve"
    belief.hero = belief.hero._replace(hp=13)
    plan = survive.propose(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("survive/quaff", "w")
    belief.creatures = [foe("werejackal", column=25)]
    assert survive.propose(State(belief)) is None, "who is bitten again needs another potion"
    tell(belief, "This burns!  Your affinity to jackals disappears!")
    assert not belief.lycanthrope


def test_who_fell_out_of_armour_dresses_before_resting() -> None:
    belief = belief_of(thing("m", "ring mail", "ring mail"), hp=20)
    plan = items.dress(State(belief))
    assert plan is not None
    assert (plan.label, plan.letter) == ("items/wear", "m")
    belief.creatures = [foe("newt", column=24)]
    assert items.dress(State(belief)) is None
