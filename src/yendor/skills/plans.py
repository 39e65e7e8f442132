"""Commands of several keys: what is pressed, and which question each key answers."""

from typing import NamedTuple

from yendor.nethack import actions as a
from yendor.nethack.prompts import Kind


class Step(NamedTuple):
    """A key, and the kind of prompt it is meant for."""

    action: int
    when: Kind = Kind.COMMAND


class Plan(NamedTuple):
    """What a strategy wants done.

    Attributes:
        steps: The keys.
        label: Strategy path.
        explanation: Why, in one line.
        goal: The square it walks to or works on, if any.
        yes: Words of yes/no questions that this plan answers with yes.
    """

    steps: tuple[Step, ...]
    label: str
    explanation: str
    goal: tuple[int, int] | None = None
    yes: tuple[str, ...] = ()


def press(action: int, label: str, explanation: str, goal: tuple[int, int] | None = None) -> Plan:
    """A plan of one key."""
    return Plan((Step(action),), label, explanation, goal)


def counted(turns: int, action: int, label: str, explanation: str, goal: tuple[int, int] | None = None) -> Plan:
    """Repeat a command by typing a count first (NLE plays without the number pad)."""
    digits = tuple(Step(a.index_of(digit)) for digit in str(turns))
    return Plan((*digits, Step(action)), label, explanation, goal)


def directed(action: int, direction: int, label: str, explanation: str, goal: tuple[int, int] | None = None) -> Plan:
    """A command that asks for a direction."""
    return Plan((Step(action), Step(direction, Kind.DIRECTION)), label, explanation, goal)


def with_item(action: int, letter: str, label: str, explanation: str, yes: tuple[str, ...] = ()) -> Plan:
    """A command that asks for an item of the inventory."""
    return Plan((Step(action), Step(a.index_of(letter), Kind.ITEM)), label, explanation, None, yes)


def throw(action: int, letter: str | None, direction: int, label: str, explanation: str) -> Plan:
    """Throw an item, or (without a letter) fire what is in the quiver."""
    item = (Step(a.index_of(letter), Kind.ITEM),) if letter else ()
    return Plan((Step(action), *item, Step(direction, Kind.DIRECTION)), label, explanation)
