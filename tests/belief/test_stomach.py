"""How much may be eaten yet: never so much that the hero chokes, whatever it has digested (eat.c)."""

from hypothesis import given
from hypothesis import strategies as st

from yendor.belief.stomach import Stomach
from yendor.nethack.bottomline import Hunger
from yendor.nethack.monsters import index_of, monster
from yendor.nethack.prompts import COMMAND, Kind, Prompt

KINDS = ("newt", "jackal", "giant rat", "hill orc", "dwarf", "Uruk-hai", "Woodland-elf", "rothe", "owlbear")


def asked(name: str) -> Prompt:
    article = "an" if name[0] in "aeiouU" else "a"
    return Prompt(Kind.YES_NO, f"There is {article} {name} corpse here; eat it? [ynq] (n)")


def test_what_was_eaten_counts_from_the_meal_that_filled() -> None:
    stomach = Stomach()
    assert stomach.holds(10_000), "who is not satiated does not choke"
    stomach.update(Hunger.NOT_HUNGRY, asked("dwarf"), 10)
    stomach.update(Hunger.SATIATED, COMMAND, 10)
    assert stomach.surplus == monster(index_of("dwarf")).nutrition == 300
    assert stomach.holds(599)
    assert not stomach.holds(600)
    two = Prompt(Kind.YES_NO, "There are 2 partly eaten jackal corpses here; eat one? [ynq]")
    stomach.update(Hunger.SATIATED, two, 20)
    assert stomach.surplus == 545, "five points were digested at least"
    stomach.update(Hunger.NOT_HUNGRY, COMMAND, 20)
    assert stomach.holds(10_000)


def test_what_is_not_known_is_taken_for_a_feast() -> None:
    stomach = Stomach()
    pack = Prompt(Kind.ITEM, "What do you want to eat? [df or ?*]")
    for prompt in (pack, Prompt(Kind.YES_NO, "There is a pie here; eat it?")):
        stomach.update(Hunger.NOT_HUNGRY, prompt, 10)
        stomach.update(Hunger.SATIATED, COMMAND, 11)
        assert not stomach.holds(1)
        stomach.update(Hunger.HUNGRY, Prompt(Kind.YES_NO, "Continue eating? [yn] (n)"), 12)
    stomach.update(Hunger.NOT_HUNGRY, asked("uncursed newt"), 13)  # as priests are asked
    stomach.update(Hunger.NOT_HUNGRY, pack, 13)
    stomach.update(Hunger.SATIATED, COMMAND, 13, escaped=True)
    assert stomach.holds(879), "nothing was eaten from the pack"
    unknown = Stomach()
    unknown.update(Hunger.SATIATED, COMMAND, 5)
    assert not unknown.holds(1), "come upon in the middle of a game"


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 400)), max_size=30), st.integers(1, 1000))
def test_whoever_keeps_to_it_never_chokes(meals: list[tuple[str, int]], points: int) -> None:
    stomach, turn = Stomach(), 1

    def hunger() -> Hunger:
        return Hunger.SATIATED if points > 1000 else Hunger.NOT_HUNGRY

    for name, turns in meals:
        points, turn = max(points - turns, 200), turn + turns
        stomach.update(hunger(), COMMAND, turn)
        nutrition = monster(index_of(name)).nutrition
        if not stomach.holds(nutrition):
            continue
        satiated = points > 1000
        stomach.update(hunger(), asked(name), turn)
        points += nutrition
        assert points < 2000 or not satiated
        stomach.update(hunger(), COMMAND, turn)
