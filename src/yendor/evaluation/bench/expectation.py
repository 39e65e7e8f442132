"""What a decision should be, in a word or two: `label=survive/*`, `key!=Command.PRAY`, `towards!=floating eye`."""

import fnmatch
import re
from dataclasses import dataclass

from yendor.belief.belief import Belief
from yendor.core.agent import Decision
from yendor.core.errors import YendorError, did_you_mean
from yendor.nethack.actions import KEYS, NAMES, OFFSETS, name_of
from yendor.nethack.monsters import NUMBER, monster

FORMS = """\
label=PATTERN    the strategy, such as label=survive/* or label=eat/*|survive/pray
key=PATTERN      the key: its name or its character, such as key=Command.PRAY, key=CompassDirection.* or key=s
why=PATTERN      the explanation, such as why=*hit points*
towards=WHAT     the key is a step that brings the hero nearer to WHAT, or onto it:
                 a monster in sight, such as towards=floating eye, or a square, ROW,COLUMN of the map
With != instead of = it must not be so. Patterns know * and ?, and | between alternatives."""

_FORM = re.compile(r"(?P<what>\w+)\s*(?P<not>!?)=\s*(?P<pattern>.+)")
_WHAT = ("label", "key", "why", "towards")
_SQUARE = re.compile(r"(\d+)\s*,\s*(\d+)")


@dataclass(frozen=True)
class Expectation:
    """One condition on a decision.

    Attributes:
        text: As it was written.
        what: One of `label`, `key`, `why`, `towards`.
        pattern: What it is held against.
        negated: It must not be so.
    """

    text: str
    what: str
    pattern: str
    negated: bool

    def met(self, decision: Decision, belief: Belief) -> bool:
        """Tell whether a decision is as expected; `belief` is the bot's own, as it was when it decided."""
        return self._holds(decision, belief) != self.negated

    def _holds(self, decision: Decision, belief: Belief) -> bool:
        if self.what == "towards":
            return decision.action < 2 * len(OFFSETS) and self._nearer(OFFSETS[decision.action % len(OFFSETS)], belief)
        if self.what == "key":
            name = name_of(decision.action)
            return any(p == chr(KEYS[decision.action]) or fnmatch.fnmatchcase(name, p) for p in self._alternatives())
        told = decision.label if self.what == "label" else decision.explanation
        return any(fnmatch.fnmatchcase(told, pattern) for pattern in self._alternatives())

    def _alternatives(self) -> list[str]:
        return self.pattern.split("|")

    def _nearer(self, step: tuple[int, int], belief: Belief) -> bool:
        row, column = belief.square
        after = (row + step[0], column + step[1])
        return any(_apart(after, goal) < _apart((row, column), goal) for goal in self._goals(belief))

    def _goals(self, belief: Belief) -> list[tuple[int, int]]:
        goals = []
        for word in self._alternatives():
            if found := _SQUARE.fullmatch(word):
                goals.append((int(found[1]), int(found[2])))
            else:
                goals += [(c.row, c.column) for c in belief.creatures if c.species >= 0 and _name(c.species) == word]
        return goals


def read_expectation(text: str) -> Expectation:
    """Read an expectation; `FORMS` tells how they are written.

    Raises:
        YendorError: It is not of these forms, or names a key or monster that does not exist.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None or found["what"] not in _WHAT:
        raise YendorError(f"not an expectation: {text!r}", FORMS.replace("\n", "\n  "))
    expectation = Expectation(text, found["what"], found["pattern"].strip(), bool(found["not"]))
    # A name that nothing has would make every `!=` true, and the position worthless.
    for word in expectation._alternatives():
        if expectation.what == "key" and len(word) > 1 and not fnmatch.filter(NAMES, word):
            raise YendorError(f"{text!r}: no key is called {word!r}", did_you_mean(word, NAMES))
        if expectation.what == "towards" and not _SQUARE.fullmatch(word):
            names = [_name(index) for index in range(NUMBER)]
            if word not in names:
                raise YendorError(f"{text!r}: no monster is called {word!r}", did_you_mean(word, names))
    return expectation


def _name(species: int) -> str:
    return monster(species).name


def _apart(one: tuple[int, int], other: tuple[int, int]) -> int:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))
