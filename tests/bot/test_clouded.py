"""Heroes who hallucinate or reel: what causes it, what they believe of what they see and hear, whom they strike."""

from collections.abc import Callable

import numpy as np
import pytest

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.hearing import hear
from yendor.bot.state import State
from yendor.bot.strategies import eat, fight, hide, survive, wait
from yendor.bot.walking import walk
from yendor.envs.make import make
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition, Hunger
from yendor.nethack.items import Item
from yendor.nethack.monsters import index_of, safe_corpse

Heroes = Callable[..., Belief]
TRIPPING = int(Condition.HALLUCINATING)


def near(name: str, kind: str = "hostile", column: int = 21) -> Creature:
    species = index_of(name) if name else -1
    return Creature(9, column, species, kind, abs(column - 20), 0)


def tell(belief: Belief, message: str) -> None:
    belief.message = message
    hear(belief)


def test_nobody_eats_a_yellow_mold(in_a_room: Heroes) -> None:
    mold = index_of("yellow mold")
    assert not safe_corpse(mold, hardy=True), "who resists its poison hallucinates all the same"
    assert safe_corpse(index_of("lichen"))
    belief = in_a_room(hunger=int(Hunger.WEAK))
    belief.level.fresh[belief.square] = (mold, belief.hero.turn)
    assert eat.propose(State(belief)) is None


@pytest.mark.parametrize("condition", [0, TRIPPING])
def test_who_hallucinates_knows_nobody(condition: int) -> None:
    env = make(seeds=(1003, 2003))
    observation, _ = env.reset()
    env.close()
    seen = {name: np.array(value) for name, value in observation.items()}
    seen["blstats"][25] |= condition
    belief = Belief()
    belief.update(seen)
    assert belief.creatures
    assert {c.kind for c in belief.creatures} == ({"unseen"} if condition else {"pet"})


def test_names_heard_in_hallucination_make_no_enemies(in_a_room: Heroes) -> None:
    belief = in_a_room(condition=TRIPPING)
    tell(belief, "The shopkeeper hits!")
    assert not belief.peaceful.angry
    belief.hero = belief.hero._replace(condition=0)
    tell(belief, "The shopkeeper hits!")
    assert belief.peaceful.angry == {"shopkeeper"}
    belief.peaceful.forget()
    assert not belief.peaceful.angry, "another level has another shopkeeper"


def test_only_what_bites_is_struck_in_hallucination(in_a_room: Heroes) -> None:
    belief = in_a_room(condition=TRIPPING)
    belief.creatures = [near("", "unseen")]
    plan = fight.propose(State(belief))
    assert plan is None or plan.label != "fight/melee", "it may be a floating eye, or a friend"
    belief.hurt = belief.hero.turn
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.keys[0] == a.FIGHT
    belief.level.rooted[9, 21] = index_of("floating eye")
    plan = fight.propose(State(belief))
    assert plan is None or plan.label != "fight/melee", "one stood there before"


def test_who_hallucinates_neither_writes_nor_walks_about(in_a_room: Heroes) -> None:
    belief = in_a_room(hp=9)
    belief.creatures = [near("rothe")]
    plan = hide.propose(State(belief))
    assert plan is not None
    assert plan.text == "Elbereth"
    belief.hero = belief.hero._replace(condition=TRIPPING)
    assert hide.propose(State(belief)) is None, "every other letter would be wrong"
    plan = wait.propose(State(belief))
    assert plan is not None
    assert plan.label == "wait/hallucinating"


@pytest.mark.parametrize(("beside", "hp", "strikes"), [
    ("floating eye", 40, False), ("floating eye", 8, False), ("newt", 40, True), ("watchman", 40, False),
    ("watchman", 8, True),
])  # fmt: skip
def test_who_reels_strikes_nobody_beside_a_floating_eye(
    in_a_room: Heroes, beside: str, hp: int, strikes: bool
) -> None:
    belief = in_a_room(condition=int(Condition.STUNNED), hp=hp)
    kind = "peaceful" if beside == "watchman" else "hostile"
    belief.creatures = [near("jackal"), near(beside, kind, column=19)]
    plan = fight.propose(State(belief))
    assert (plan is not None and plan.label == "fight/melee") == strikes


def test_a_blow_that_a_friend_feels_is_the_last(in_a_room: Heroes) -> None:
    belief = in_a_room(condition=int(Condition.BLIND))
    belief.creatures = [near("", "unseen")]
    tell(belief, "It bites!")
    plan = fight.propose(State(belief))
    assert plan is not None
    assert plan.keys[0] == a.FIGHT
    tell(belief, "You dishonorably attack the innocent!  It yelps!  You hit it.")
    plan = fight.propose(State(belief))
    assert plan is None or plan.keys[0] != a.FIGHT


def test_nobody_changes_places_with_a_pet_from_a_trap(in_a_room: Heroes) -> None:
    belief = in_a_room()
    belief.creatures = [near("kitten", "pet")]
    plan = walk(State(belief), (9, 24), "test", "explore/travel", "onward")
    assert plan is not None
    assert plan.keys == (a.DIRECTIONS[0, 1],)
    belief.level.terrain[belief.square] = t.TRAP
    plan = walk(State(belief), (9, 24), "test", "explore/travel", "onward")
    assert plan is not None
    assert plan.keys == (a.SEARCH,)
    tell(belief, "You feel guilty about losing your pet like this.")
    assert belief.prayer_odds() == 0, "it angers the god for good"


def test_a_starving_horse_gets_greens_and_a_dog_meat(in_a_room: Heroes) -> None:
    belief = in_a_room()
    tripe, apples = Item("b", 1, "tripe ration", it.FOOD, 0), Item("g", 9, "apples", it.FOOD, 0)
    belief.inventory = (tripe, apples)
    for name, given in (("pony", "g"), ("little dog", "b")):
        belief.starved, belief.creatures = belief.hero.turn, [near(name, "pet")]
        plan = survive.propose(State(belief))
        assert plan is not None
        assert (plan.label, plan.letter) == ("fight/throw", given)
