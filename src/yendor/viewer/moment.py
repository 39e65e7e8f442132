"""The moment from which a game is shown: `turn-5000`, `step-20000`, `death-100`."""

import re
from dataclasses import dataclass

from yendor.core.errors import YendorError

_FORM = re.compile(r"(?:(?P<what>turn|step|death)-)?(?P<number>\d+)")
FORMS = "Write turn-5000, step-20000, or death-100 for a hundred turns before the game's end."


@dataclass(frozen=True)
class Moment:
    """A point in a game.

    Attributes:
        what: `turn` of the game's clock, `step` (keys pressed before), or `death`: turns before the end.
        number: Which.
    """

    what: str = "step"
    number: int = 0

    @property
    def needs_end(self) -> bool:
        """Tell whether one must know how the game ends to find it."""
        return self.what == "death"

    def reached(self, step: int, turn: int, last_turn: int) -> bool:
        """Tell whether the moment has come; `last_turn` is that of the game's end, if it is needed."""
        if self.what == "step":
            return step >= self.number
        return turn >= (self.number if self.what == "turn" else last_turn - self.number)


def read_moment(text: str) -> Moment:
    """Read a moment; "" is the beginning, and a bare number is a turn.

    Raises:
        YendorError: It is not of the accepted forms.
    """
    found = _FORM.fullmatch(text) if text else None
    if text and found is None:
        raise YendorError(f"--until {text!r} is no moment of a game", FORMS)
    return Moment(found["what"] or "turn", int(found["number"])) if found else Moment()
