"""A plan: the keys of one command, and the answers to the questions it will raise."""

from typing import NamedTuple


class Plan(NamedTuple):
    """One command of the game, one or more keys long.

    The keys are pressed one after the other as long as the game asks nothing. A question is answered by
    its kind: an item letter, a direction, a line of text, yes where the pattern `yes` is found in the
    question and no elsewhere.

    Attributes:
        keys: Action indexes, 0 to 120.
        label: Path in the strategy tree.
        explanation: One line for a person.
        letter: Answer to "what do you want to ...?".
        direction: Action index that answers "in what direction?"; -1 for none.
        yes: Regular expression of the questions to say yes to; "" for none.
        text: Answer to a prompt for a line of text.
        goal: What it is for: kind and square of the target, for the shadow to doubt.
    """

    keys: tuple[int, ...]
    label: str
    explanation: str
    letter: str = ""
    direction: int = -1
    yes: str = ""
    text: str = ""
    goal: tuple[str, tuple[int, int]] | None = None
