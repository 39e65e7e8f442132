"""Draw terminal frames as rich text."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_STYLES = [name if name != "black" else "blue" for name in _NAMES] + [
    f"bright_{name}" if name != "black" else "bright_black" for name in _NAMES
]


def screen_text(chars: NDArray[Any], colors: NDArray[Any], cursor: NDArray[Any] | None = None) -> Text:
    """Draw a terminal frame.

    Args:
        chars: [24, 80] uint8.
        colors: [24, 80]; bit 3 is bright, bits above are ignored.
        cursor: Row and column to show reversed.
    """
    text = Text(no_wrap=True)
    for row in range(chars.shape[0]):
        line = np.maximum(chars[row], 32)
        shades = colors[row] & 15
        starts = np.flatnonzero(np.diff(shades, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(line)], strict=True):
            text.append(bytes(line[start:end]).decode("latin-1"), _STYLES[int(shades[start])])
        text.append("\n")
    if cursor is not None:
        at = int(cursor[0]) * (chars.shape[1] + 1) + int(cursor[1])
        text.stylize("reverse", at, at + 1)
    return text
