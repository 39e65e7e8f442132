"""Hunger: the weak wait on an engraving for a prayer that is safe, and no pet eats what the hero has killed."""

from collections.abc import Callable

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.bot.state import State
from yendor.bot.strategies import fast, part, survive
from yendor.nethack import actions as a
from yendor.nethack.bottomline import Condition, Hunger
from yendor.nethack.monsters import index_of

ANT = Creature(9, 24, index_of("soldier ant"), "hostile", 4, 0)
JACKAL = Creature(9, 24, index_of("jackal"), "hostile", 4, 0)
MAN = Creature(9, 24, index_of("soldier"), "hostile", 4, 0)
DOG = Creature(9, 21, index_of("little dog"), "pet", 1, 0)


def weak(in_a_room: Callable[..., Belief], *, turns: int = 45, hunger: Hunger = Hunger.WEAK, **numbers: int) -> Belief:
    """A hero who prayed a thousand turns ago, and has been weak for some."""
    belief = in_a_room(hunger=hunger, constitution=12, depth=1, level=1, **numbers)
    belief.prayed, belief.weakened = belief.hero.turn - 1000, belief.hero.turn - turns
    return belief


def test_the_weak_write_before_they_faint_and_pray_once_it_is_safe(in_a_room: Callable[..., Belief]) -> None:
    belief = weak(in_a_room)
    assert survive.propose(State(belief)) is None, "one prayer in twenty is not heard yet"
    assert fast.propose(State(belief)).text == "Elbereth"
    belief.engraved = belief.key, belief.square
    assert fast.propose(State(belief)).keys == (a.LOOK,)
    belief.read_turn, belief.read_hp = belief.hero.turn, belief.hero.hp
    assert fast.propose(State(belief)).label == "survive/fast"
    belief.prayed -= 250
    assert fast.propose(State(belief)) is None
    assert survive.propose(State(belief)).label == "survive/pray"


def test_the_weak_look_for_food_first(in_a_room: Callable[..., Belief]) -> None:
    assert fast.propose(State(weak(in_a_room, turns=20))) is None


def test_who_faints_among_enemies_or_is_near_starvation_prays_at_once(in_a_room: Callable[..., Belief]) -> None:
    belief = weak(in_a_room, turns=60, hunger=Hunger.FAINTING)
    assert survive.propose(State(belief)) is None
    belief.creatures = [JACKAL]
    assert survive.propose(State(belief)) is None, "it is dead before the hero faints"
    belief.creatures = [ANT]
    assert survive.propose(State(belief)).label == "survive/pray"
    belief = weak(in_a_room, turns=211, hunger=Hunger.FAINTING)
    assert survive.propose(State(belief)).label == "survive/pray", "270 turns starve a constitution of 12"
    belief = weak(in_a_room, turns=60, hunger=Hunger.FAINTING, condition=Condition.BLIND)
    assert survive.propose(State(belief)).label == "survive/pray", "the blind cannot read what they wrote"


def test_a_pet_is_taken_down_and_left_there(in_a_room: Callable[..., Belief]) -> None:
    belief = in_a_room(depth=1, level=1, turn=3010, xl=4)
    belief.creatures = [DOG]
    assert part.propose(State(belief)) is None, "no stairs are known"
    belief.level.terrain[9, 22] = t.DOWN
    assert part.propose(State(belief)).label == "explore/travel"
    belief.level.terrain[9, 22], belief.level.terrain[9, 20] = t.FLOOR, t.DOWN
    assert part.propose(State(belief)).keys == (a.DOWN,)
    belief.creatures = [DOG._replace(column=23, distance=3)]
    assert part.propose(State(belief)).keys[-1] == a.SEARCH, "it comes along only from beside the hero"
    below = in_a_room(turn=3020, xl=4)
    below.level.terrain[9, 20] = t.UP
    below.creatures = [DOG]
    assert part.propose(State(below)).label == "wait/pet"
    below.creatures = [DOG._replace(column=23, distance=3)]
    assert part.propose(State(below)) is None, "now the hero can go up alone"


def test_a_pet_is_left_in_peace_most_of_the_time_and_among_enemies(in_a_room: Callable[..., Belief]) -> None:
    for numbers, creatures in (({"turn": 3300}, [DOG]), ({"turn": 3010}, [DOG, JACKAL]), ({"xl": 1}, [DOG])):
        belief = in_a_room(**{"depth": 1, "level": 1, "turn": 3010, "xl": 4} | numbers)
        belief.level.terrain[9, 20] = t.DOWN
        belief.creatures = creatures
        assert part.propose(State(belief)) is None


def test_who_faints_beside_an_enemy_does_not_wait_for_good_odds(in_a_room: Callable[..., Belief]) -> None:
    belief = weak(in_a_room, turns=60, hunger=Hunger.FAINTING)
    belief.prayed = belief.hero.turn - 250
    belief.creatures = [MAN]
    assert survive.propose(State(belief)) is None, "he may go elsewhere"
    belief.creatures = [MAN._replace(column=21, distance=1)]
    assert survive.propose(State(belief)).label == "survive/pray", "no word keeps a man off"


def test_who_faints_stays_on_the_word_while_somebody_waits_there(in_a_room: Callable[..., Belief]) -> None:
    belief = weak(in_a_room, turns=60, hunger=Hunger.FAINTING)
    belief.prayed = belief.hero.turn - 250
    for ant in (ANT, ANT._replace(column=21, distance=1)):
        belief.creatures, belief.engraved = [ant], None
        assert survive.propose(State(belief)) is None
        assert fast.propose(State(belief)).text == "Elbereth"
        belief.engraved = belief.key, belief.square
        belief.read_turn, belief.read_hp = belief.hero.turn, belief.hero.hp
        assert fast.propose(State(belief)).label == "survive/fast"
    belief.prayed -= 650
    assert survive.propose(State(belief)).label == "survive/pray", "sooner than when alone"
    belief.creatures = [JACKAL]
    assert fast.propose(State(belief)) is None, "it is fought, and eaten"
