"""NLE's observations as English: statistics, things seen, message, pack and cursor.

    describer = Describer()
    print(describer.describe(observation).glyphs)     # stairs down very far eastsoutheast, ...

Grammar and words are those of nle-language-wrapper (Goodger et al. 2023), so that models and data made with it carry
over: style `compat` says byte for byte what its version 0.2.0 says, `compat-main` the same with the message rules of
its main branch (blank rows dropped, death screens read, a message in the second row). Style `clean`, the default,
keeps the grammar and mends it:

- words without its bugs and without what a player does not know (`yendor.text.names`);
- strength as the game writes it (`18/50`), conditions in a fixed order, no line twice;
- the cursor's line in the order of the others, with walls and doors named;
- messages by the main branch's rules, without its reads out of bounds.

The work is done by a compiled kernel, for many observations at once and without the GIL;
`yendor.text.describe_reference` is the same in plain Python.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from yendor import _native
from yendor.core.agent import Observation
from yendor.core.errors import YendorError, did_you_mean
from yendor.text.names import names

StyleName = Literal["clean", "compat", "compat-main"]
STYLES: tuple[StyleName, ...] = ("clean", "compat", "compat-main")
_MESSAGE_RULES = {"compat": 0, "compat-main": 1, "clean": 2}
KEYS = ("glyphs", "blstats", "tty_chars", "inv_strs", "inv_letters", "tty_cursor")
"""NLE's keys that a description needs."""


class TextObservation(NamedTuple):
    """An observation's five texts; lines parted by line ends."""

    statistics: str
    glyphs: str
    message: str
    inventory: str
    cursor: str


class Describer:
    """Says in English what an observation shows; many threads may share one.

    Args:
        style: `clean`, `compat` or `compat-main`.

    Raises:
        YendorError: Unknown style.
    """

    def __init__(self, style: StyleName = "clean") -> None:
        if style not in STYLES:
            raise YendorError(f"unknown style {style!r} of text", did_you_mean(style, STYLES))
        self.style: StyleName = style
        table = names(style == "clean")
        self._scribe = _native.Scribe(
            table.text, table.plural, table.anywhere, table.nearby, table.blocks, style == "clean",
            _MESSAGE_RULES[style],
        )  # fmt: skip

    def describe(self, observation: Observation) -> TextObservation:
        """Describe one observation.

        Raises:
            YendorError: A key is missing, or an array holds numbers that NLE's dtype cannot.
            ValueError, IndexError: Wrong shapes; a glyph or a hero outside the map.
        """
        return self.describe_all([observation])[0]

    def describe_all(self, observations: Sequence[Observation]) -> list[TextObservation]:
        """Describe observations, each on its own.

        Raises:
            YendorError: A key is missing, or an array holds numbers that NLE's dtype cannot.
            ValueError, IndexError: Wrong or differing shapes; a glyph or a hero outside the map.
        """
        if not observations:
            return []
        try:
            if len(observations) == 1:
                rows = [_ready(observations[0][key], key)[None] for key in KEYS]
            else:
                rows = [_ready(np.stack([o[key] for o in observations]), key) for key in KEYS]
        except KeyError as error:
            raise YendorError(f"an observation without {error}", f"A description needs {', '.join(KEYS)}.") from error
        return self.describe_rows(*rows)

    def describe_rows(
        self,
        glyphs: np.ndarray,
        blstats: np.ndarray,
        tty_chars: np.ndarray,
        inv_strs: np.ndarray,
        inv_letters: np.ndarray,
        tty_cursor: np.ndarray,
    ) -> list[TextObservation]:
        """Describe `[N, ...]` rows of NLE's arrays, of NLE's dtypes.

        Raises:
            TypeError, ValueError, IndexError: Wrong dtypes or strides; wrong shapes; a glyph or a hero outside the map.
        """
        found = self._scribe.describe(glyphs, blstats, tty_chars, inv_strs, inv_letters, tty_cursor)
        return [TextObservation(*texts) for texts in found]

    def glyph_lines(self, glyphs: np.ndarray, blstats: np.ndarray) -> list[str]:
        """Describe only what is seen on the map, for `[N, 21, 79]` glyphs."""
        return self._scribe.glyphs(glyphs, blstats)

    def positions(self, observation: Observation) -> str:
        """Return a line `NAME x|y` for each thing seen: exact places, where `glyphs` has distance and direction."""
        glyphs, blstats = (_ready(observation[key], key)[None] for key in ("glyphs", "blstats"))
        return self._scribe.glyphs(glyphs, blstats, True)[0]


_DTYPES = {"glyphs": np.int16, "blstats": np.int64}


def _ready(array: np.ndarray, key: str) -> np.ndarray:
    dtype, array = _DTYPES.get(key, np.uint8), np.asarray(array)
    ready = np.ascontiguousarray(array, dtype)
    if array.dtype != dtype and not np.array_equal(ready, array):
        raise YendorError(f"{key} holds numbers that are no {np.dtype(dtype)}", f"Its dtype is {array.dtype}.")
    return ready


def map_rows(observation: Observation) -> str:
    """Return the map as it is drawn: the terminal's rows 1 to 21, without blank ones below and spaces behind."""
    rows = [bytes(row).decode("latin-1").rstrip() for row in observation["tty_chars"][1:22]]
    return "\n".join(rows).rstrip("\n")
