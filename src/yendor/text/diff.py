"""Differences between texts, line by line: unified diffs without context, and their inverse.

The hunks are those of Python's difflib with `n=0`, without the two lines of file names, as diff history has them
(Piterbarg et al. 2023): the same text for every pair, from a compiled matcher (Ratcliff and Obershelp's, with difflib's
rule for popular lines). Lines are parted by `\\n` alone, so that every diff can be undone.
"""

import re
from collections.abc import Sequence
from difflib import unified_diff

from yendor import _native
from yendor.core.errors import YendorError

ALGORITHM = "difflib-3"
"""What datasets write down: equal names give equal hunks."""


def diff(before: str, after: str) -> str:
    """Return the hunks that turn `before` into `after`, lines parted by `\\n`; "" when they are equal."""
    return _native.diff_lines(before, after)


def diff_chain(texts: Sequence[str]) -> list[str]:
    """Return the diff from each text to the next one; one fewer than texts. Works without the GIL."""
    return _native.diff_chain(list(texts))


def diff_reference(before: str, after: str) -> str:
    """Return what `diff` does, from Python's difflib."""
    lines = unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm="")
    return "\n".join(list(lines)[2:])


_HUNK = re.compile(r"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@")


def patch(before: str, hunks: str) -> str:
    """Undo `diff`: return the text that the hunks make of `before`.

    Raises:
        YendorError: These are no hunks, or they are another text's.
    """
    if not hunks:
        return before
    old, new, place = before.split("\n"), [], 0
    lines = iter(hunks.split("\n"))
    for line in lines:
        found = _HUNK.fullmatch(line)
        if found is None:
            raise YendorError(f"not a hunk: {line!r}", "A hunk begins like '@@ -3,2 +3 @@'.")
        begin, lost, _, gained = (1 if group is None else int(group) for group in found.groups())
        begin -= lost > 0
        if not place <= begin <= len(old) - lost:
            raise YendorError(f"the hunk {line!r} belongs to another text", "Hunks apply in order, from the anchor on.")
        new += old[place:begin]
        place = begin
        for _ in range(lost):
            if next(lines, "") != "-" + old[place]:
                raise YendorError(f"the hunk {line!r} belongs to another text", "Hunks apply in order.")
            place += 1
        for _ in range(gained):
            added = next(lines, "")
            if not added.startswith("+"):
                raise YendorError(f"the hunk {line!r} is cut short", "It says how many lines it adds.")
            new.append(added[1:])
    return "\n".join(new + old[place:])
