"""The one exception that a user can mend, and how near names are suggested."""

import difflib
from collections.abc import Iterable


class YendorError(Exception):
    """What happened, with the value seen, and what to do next.

    The command line prints it without a traceback and exits with code 2.

    Args:
        message: What happened, naming the value that was seen.
        hint: What to do about it; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" for the nearest of the known names, or the list of them."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=2, cutoff=0.5)
    if near:
        return "Did you mean " + " or ".join(f"'{name}'" for name in near) + "?"
    return f"Known: {', '.join(names)}." if names else "None is known."
