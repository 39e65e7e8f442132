"""Luck: what costs it, how long no prayer is heard then, and whom nobody strikes for its sake."""

from collections.abc import Callable

import pytest

from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.hearing import hear
from yendor.belief.prayer import Luck
from yendor.bot.state import State
from yendor.bot.strategies import explore, fight, survive
from yendor.bot.strategies.fast import fasting
from yendor.nethack.bottomline import Condition, Hunger
from yendor.nethack.monsters import index_of

Heroes = Callable[..., Belief]


def tell(belief: Belief, message: str, turn: int | None = None) -> None:
    if turn is not None:
        belief.hero = belief.hero._replace(turn=turn)
    belief.message = message
    hear(belief)


def beside(name: str, kind: str = "hostile") -> Creature:
    return Creature(9, 21, index_of(name), kind, 1, 0)


def test_a_point_comes_back_at_each_six_hundredth_turn() -> None:
    luck = Luck()
    assert not luck.below(0)
    luck.lose(1100, 2)
    luck.lose(1100, 2)  # the same deed, told twice
    assert [luck.below(turn) for turn in (1100, 1199, 1200, 1799, 1800)] == [True, True, True, True, False]
    luck.lose(1300, 1)
    assert [luck.below(turn) for turn in (1799, 1800, 2399, 2400)] == [True, True, True, False]
    luck.lose(5000, 1)
    luck.lose(5002, 1)
    assert not luck.below(5400), "told once more"
    lucky = Luck(base=1)
    lucky.lose(1100, 1)
    assert not lucky.below(1100)


@pytest.mark.parametrize(
    ("message", "points"),
    [
        ("You kill poor Slasher!  You hear the rumble of distant thunder...", 1),
        ("You kill the poor smakken!  You hear the studio audience applaud!", 1),
        ("A looking glass shatters into a thousand pieces!", 2),
        ("You kill the gray unicorn!  You feel guilty...", 5),
        ("You kill the gas spore!  You kill the hobgoblin!  You are caught in the gas spore's explosion!", 1),
        ("You kill the gnome!", 1),
        ("You kill the jackal!", 0),
        ("You feel guilty.  This newt corpse tastes terrible!", 0),
        ("The gas spore's explosion burns the newt!", 0),
    ],
)
def test_deeds_cost_prayers(in_a_room: Heroes, message: str, points: int) -> None:
    belief = in_a_room(turn=6010)
    belief.prayed = 4000
    belief.creatures = [beside("gnome", "peaceful"), beside("jackal")]
    assert belief.prayer_odds() > 0.9
    tell(belief, message)
    assert belief.luck.lost == points
    assert (belief.prayer_odds() == 0) is (points > 0)
    assert belief.prayer_odds(ahead=600 * points) > 0.9
    assert belief.forsaken <= belief.hero.turn, "it passes: no reason to dive"


def test_the_young_pay_for_a_pet_with_more_than_luck(in_a_room: Heroes) -> None:
    belief = in_a_room()
    tell(belief, "You kill poor Slasher!  You hear the rumble of distant thunder...", turn=1210)
    assert belief.prayer_odds(ahead=1100) == 0
    assert belief.prayer_odds(ahead=1800) > 0


def test_bad_luck_is_waited_out(in_a_room: Heroes) -> None:
    belief = in_a_room(hunger=Hunger.WEAK, turn=5900, constitution=12, depth=1, level=1)
    belief.prayed, belief.weakened = 4000, 5880
    tell(belief, "A looking glass shatters into a thousand pieces!", turn=5300)
    belief.hero = belief.hero._replace(turn=5900)
    assert survive.propose(State(belief)) is None
    assert fasting(State(belief))
    assert not explore.doomed(State(belief)), "a hundred turns more, and a prayer is heard"
    belief.hero = belief.hero._replace(turn=6000)
    plan = survive.propose(State(belief))
    assert plan is not None
    assert plan.label == "survive/pray"
    tell(belief, "You kill the white unicorn!  You feel guilty...", turn=6050)
    belief.hero = belief.hero._replace(turn=6080, hunger=int(Hunger.FAINTING))
    assert survive.propose(State(belief)) is None
    belief.hero = belief.hero._replace(turn=6100)  # 220 turns after weakness began
    plan = survive.propose(State(belief))
    assert plan is not None
    assert plan.label == "survive/pray"


@pytest.mark.parametrize(("name", "alignment"), [("white unicorn", 1), ("gray unicorn", 0), ("black unicorn", -1)])
def test_nobody_strikes_a_unicorn_of_its_own_god(in_a_room: Heroes, name: str, alignment: int) -> None:
    belief = in_a_room(alignment=alignment)
    belief.creatures = [beside(name)]
    assert fight.propose(State(belief)) is None
    belief.hero = belief.hero._replace(hp=15)
    assert fight.propose(State(belief)) is not None, "but for one's life"
    belief.hero = belief.hero._replace(hp=40, alignment=(alignment + 2) % 3 - 1)
    assert fight.propose(State(belief)) is not None


def test_the_young_do_not_bump_into_the_unseen_on_an_engraving(in_a_room: Heroes) -> None:
    belief = in_a_room(turn=1000, condition=int(Condition.BLIND))
    belief.creatures = [Creature(9, 21, -1, "unseen", 1, 0)]
    belief.engraved, belief.struck = (belief.key, belief.square), 999
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.label == "wait/blind"
