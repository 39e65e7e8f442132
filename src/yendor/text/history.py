"""What happened, as one text: an instruction, a whole observation, then actions and what each changed.

    You are an agent playing NetHack. Predict the next actions.

    statistics[ ... ]            the anchor: the oldest observation, whole
    <|action|>north
    <|observation|>
    @@ -13 +13 @@ ...            what changed, by some encoding
    <|action|>

The form is diff history's (Piterbarg et al. 2023, appendix B and E). Its released code writes hunks as difflib does
(`diff`), its paper with a token of their own in place of the signs (`diff-marked`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from yendor.core.errors import YendorError, did_you_mean
from yendor.text.describe import TextObservation
from yendor.text.diff import diff, diff_chain, patch

ACTION, OBSERVATION, HUNK = "<|action|>", "<|observation|>", "<|@@|>"
NETHACK_INSTRUCTION = "You are an agent playing NetHack. Predict the next actions."


def whole(observation: TextObservation) -> str:
    """Return an observation as one text, its fields in brackets, in the order of diff history's prompts."""
    return (
        f"statistics[\n{observation.statistics}\n]\nglyphs[\n{observation.glyphs}\n]\n"
        f"message[\n{observation.message}\n]\ninventory[\n{observation.inventory}\n]\ncursor[\n{observation.cursor}\n]"
    )


@dataclass(frozen=True)
class Passage:
    """Some steps of a game, as text.

    Attributes:
        source: Number of the game, and the first step's place in it.
        instruction: What the player is told.
        observations: Whole observations, one for each action.
        actions: The action taken at each.
    """

    source: tuple[int, int]
    instruction: str
    observations: tuple[str, ...]
    actions: tuple[str, ...]


class Encoding(Protocol):
    """How an observation is told to one who knows the one before."""

    name: str
    remembers: bool
    """Whether earlier steps are told at all; without, each step is told whole and alone."""

    def update(self, before: str, after: str) -> str:
        """Tell what is new."""

    def restore(self, before: str, update: str) -> str:
        """Undo `update`: return the whole observation.

        Raises:
            YendorError: The update belongs to another text.
        """


class Full:
    """The whole observation again: full-text history."""

    name = "full"
    remembers = True

    def update(self, before: str, after: str) -> str:
        """Return it whole."""
        return after

    def restore(self, before: str, update: str) -> str:
        """Return it whole."""
        return update


class Alone(Full):
    """The whole observation, and nothing of what was before."""

    name = "none"
    remembers = False


class Diff:
    """Unified diff without context: `@@ -14 +14 @@`."""

    name = "diff"
    remembers = True

    def update(self, before: str, after: str) -> str:
        """Return the hunks."""
        return diff(before, after)

    def restore(self, before: str, update: str) -> str:
        """Apply the hunks."""
        return patch(before, update)


_PLAIN = re.compile(r"^@@ (.*) @@$", re.MULTILINE)
_MARKED = re.compile(r"^<\|@@\|> (.*) <\|@@\|>$", re.MULTILINE)


class MarkedDiff(Diff):
    """The same with the paper's token: `<|@@|> -14 +14 <|@@|>`."""

    name = "diff-marked"

    def update(self, before: str, after: str) -> str:
        """Return the hunks."""
        return _PLAIN.sub(rf"{HUNK} \1 {HUNK}", diff(before, after))

    def restore(self, before: str, update: str) -> str:
        """Apply the hunks."""
        return patch(before, _MARKED.sub(r"@@ \1 @@", update))


_NAMES = TextObservation._fields
_WHOLE = re.compile(r"\n".join(rf"{name}\[\n(.*?)\n\]" for name in _NAMES), re.DOTALL)


def _split(text: str) -> TextObservation | None:
    """Undo `whole`; None for a text of another form."""
    found = _WHOLE.fullmatch(text)
    return TextObservation(*found.groups()) if found else None


class Fields:
    """A diff of each field that changed, under the field's name: line numbers do not move with the fields before.

    Texts without NetHack's five fields are told by plain diff.
    """

    name = "fields"
    remembers = True

    def update(self, before: str, after: str) -> str:
        """Return the fields' names and hunks."""
        old, new = _split(before), _split(after)
        if old is None or new is None:
            return diff(before, after)
        changed = [(name, diff(a, b)) for name, a, b in zip(_NAMES, old, new, strict=True) if a != b]
        return "\n".join(f"{name}\n{hunks}" for name, hunks in changed)

    def restore(self, before: str, update: str) -> str:
        """Apply the hunks of each field."""
        old = _split(before)
        if old is None or not update or update.startswith("@@"):
            return patch(before, update)
        hunks: dict[str, list[str]] = {}
        for line in update.split("\n"):
            if line in _NAMES:
                name = line
                hunks[name] = []
            elif not hunks:
                raise YendorError(f"not a field: {line!r}", f"Fields are {', '.join(_NAMES)}.")
            else:
                hunks[name].append(line)
        return whole(old._replace(**{n: patch(getattr(old, n), "\n".join(h)) for n, h in hunks.items()}))


ENCODINGS: dict[str, type[Encoding]] = {e.name: e for e in (Diff, MarkedDiff, Fields, Full, Alone)}


def encoding(name: str) -> Encoding:
    """Return an encoding by its name: diff, diff-marked, fields, full or none.

    Raises:
        YendorError: Unknown name.
    """
    if name not in ENCODINGS:
        raise YendorError(f"unknown encoding {name!r} of history", did_you_mean(name, ENCODINGS))
    return ENCODINGS[name]()


def updates(observations: Sequence[str], how: Encoding) -> list[str]:
    """Tell each observation but the first to one who knows the one before."""
    if type(how) is Diff:
        return diff_chain(observations)
    return [how.update(a, b) for a, b in pairwise(observations)]


def prompt(instruction: str, anchor: str) -> str:
    """Return what a history begins with: the instruction and the oldest observation."""
    return f"{instruction}\n\n{anchor}"


def acted(action: str) -> str:
    """Return an action as it stands in a history, up to where the next observation is told."""
    return f"\n{ACTION}{action}\n{OBSERVATION}"


def passage_text(passage: Passage, how: Encoding) -> str:
    """Return a passage as one text, up to the mark that closes its last action."""
    parts = [prompt(passage.instruction, passage.observations[0])]
    told = ["", *("\n" + update for update in updates(passage.observations, how))]
    for update, action in zip(told, passage.actions, strict=True):
        parts += [update, acted(action)]
    return "".join(parts)
