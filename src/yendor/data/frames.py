"""From a game's files to frames, behind one small interface: the decoder can be replaced without its users.

For now NLE's own converter decodes. It delivers one frame for each key (versions 2 and 3) or each write
(version 1); the screen after the last key is never delivered.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from nle import _pyconverter
from numpy.typing import NDArray

from yendor.core.errors import YendorError
from yendor.data.catalogue import Game
from yendor.data.labels import read_labels
from yendor.data.ttyrec import version_of

ROWS, COLUMNS = 24, 80
_ENDLESS = 1 << 60


class Frames(NamedTuple):
    """Consecutive frames of one game: [N, ...]."""

    tty_chars: NDArray[np.uint8]
    tty_colors: NDArray[np.int8]
    tty_cursor: NDArray[np.int16]
    timestamps: NDArray[np.int64]
    keypresses: NDArray[np.uint8]
    scores: NDArray[np.int32]

    def span(self, start: int, end: int | None = None) -> "Frames":
        """Return the frames from `start` up to `end`, as views."""
        part = slice(start, end)
        return Frames(
            self.tty_chars[part],
            self.tty_colors[part],
            self.tty_cursor[part],
            self.timestamps[part],
            self.keypresses[part],
            self.scores[part],
        )


def empty_frames(count: int) -> Frames:
    """Allocate zeroed frames."""
    return Frames(
        np.zeros((count, ROWS, COLUMNS), np.uint8),
        np.zeros((count, ROWS, COLUMNS), np.int8),
        np.zeros((count, 2), np.int16),
        np.zeros(count, np.int64),
        np.zeros(count, np.uint8),
        np.zeros(count, np.int32),
    )


class FrameSource:
    """Reads a game's frames in order, one ahead, so that `ended` is known with the last frame.

    Args:
        files: Its ttyrecs, in order.
        gameid: For the decoder's messages.
        limits: Frames to read of each file; what lies behind them is damaged. None reads all.

    Attributes:
        missing: Frames that the limits promised and the decoder did not give: at most one a file for whole
            files (NLE's converter drops the last frame of some), more for damaged ones.

    Raises:
        YendorError: A file is missing.
    """

    def __init__(self, files: Sequence[Path], gameid: int, limits: Sequence[int] | None = None) -> None:
        for path in files:
            if not path.exists():
                raise YendorError(f"{path} is in the catalogue but not on the disk", "Run `yendor data verify`.")
        self._files, self._gameid, self._part = list(files), gameid, -1
        self._limits = list(limits) if limits is not None else [_ENDLESS] * len(self._files)
        self._converter: _pyconverter.Converter | None = None
        self._left = self.missing = 0
        self._next = empty_frames(1)
        self._has_next = self._decode(self._next) == 1

    @property
    def ended(self) -> bool:
        """Tell whether no frame is left; true from the start for a game that cannot be decoded."""
        return not self._has_next

    def read(self, into: Frames) -> int:
        """Fill the arrays from their beginning; return how many frames came (fewer at the game's end)."""
        wanted = len(into.keypresses)
        if not wanted or not self._has_next:
            return 0
        pairs: list[tuple[Any, Any]] = list(zip(into, self._next, strict=True))
        for array, ahead in pairs:
            array[0] = ahead[0]
        done = 1 + self._decode(into.span(1))
        self._has_next = done == wanted and self._decode(self._next) == 1
        return done

    def _decode(self, into: Frames) -> int:
        wanted, done = len(into.keypresses), 0
        while done < wanted:
            if self._converter is None and not self._open_next():
                break
            assert self._converter is not None
            step = min(wanted - done, self._left)
            try:
                got = step - (self._converter.convert(*into.span(done, done + step)) if step else 0)
            except RuntimeError:  # the file is damaged here
                got = 0
            done, self._left = done + got, self._left - got
            if got < step or not self._left:
                self.missing += self._left if self._left < _ENDLESS // 2 else 0
                self._converter = None
        return done

    def skip(self, count: int) -> None:
        """Read past frames."""
        scratch = empty_frames(min(count, 512))
        while count > 0:
            step = min(count, 512)
            got = self.read(scratch.span(0, step))
            if got < step:
                return
            count -= got

    def _open_next(self) -> bool:
        self._part += 1
        if self._part >= len(self._files):
            return False
        path = self._files[self._part]
        self._left = self._limits[self._part]
        self._converter = _pyconverter.Converter(ROWS, COLUMNS, min(version_of(path), 3))
        self._converter.load_ttyrec(str(path), self._gameid, self._part)
        return True


def game_labels(game: Game) -> tuple[tuple[str, ...], NDArray[np.int16] | None]:
    """Return a game's label names and indices; (), None when it has no labels."""
    if not game.files or any(file.labels is None for file in game.files):
        return (), None
    parts = [read_labels(file.labels) for file in game.files if file.labels is not None]
    names = tuple(sorted({name for part in parts for name in part.names}))
    indices = []
    for part in parts:
        table = np.array([names.index(name) for name in part.names] + [-1], np.int16)
        indices.append(table[part.indices])
    return names, np.concatenate(indices)
