"""Play a game's frames from its files: chunks of bytes into the compiled reader, from ttyrecs or from the store."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from yendor import _native
from yendor.core.errors import YendorError
from yendor.data.batch import ACTION_OF_KEY, COLUMNS, ROWS, Batch
from yendor.data.catalogue import Game
from yendor.data.compressed import Chunks
from yendor.data.shard import SCREEN, Shard, Stored
from yendor.data.ttyrec import survey, version_of

Emulation = Literal["fixed", "nle"]
"""How terminals are drawn: as real ones do, or frame-identical with NLE's converter."""

_NONE = np.zeros(0, np.int16)


class Feeder(Protocol):
    """What brings a reader its data.

    Attributes:
        trouble: Why the game ended early; "" when it did not, or not yet.
    """

    reader: _native.Reader
    trouble: str

    def more(self) -> None:
        """Give the reader its next data, or tell it that there is no more."""


class RecordFeeder:
    """A game's ttyrecs, in order.

    Args:
        files: Their paths.
        gameid: What the frames are marked with.
        labels: Of each frame; None when there are none, or the file itself (version 4) has them.
        label_map: What becomes of each label's index.
        labelled: Keys without a label were pressed by NLE, and are masked.
        emulation: How the terminal is drawn.
        size: The recorded terminal's rows and columns.
        whole: The files are whole, so that the screen after the last key is a frame.

    Raises:
        YendorError: A file is missing.
    """

    def __init__(
        self,
        files: Sequence[Path],
        gameid: int = 1,
        *,
        labels: NDArray[np.int16] | None = None,
        label_map: NDArray[np.int16] = _NONE,
        labelled: bool = False,
        emulation: Emulation = "fixed",
        size: tuple[int, int] = (ROWS, COLUMNS),
        whole: bool = True,
    ) -> None:
        for path in files:
            if not path.exists():
                raise YendorError(f"{path} is in the catalogue but not on the disk", "Run `yendor data verify`.")
        nle = emulation == "nle"
        version = version_of(files[0])
        self.reader = _native.Reader(*((ROWS, COLUMNS) if nle else size), nle, version, ACTION_OF_KEY)
        self.reader.open_records(gameid, version, labelled, _NONE if labels is None else labels, label_map)
        self.trouble = ""
        self._whole = whole
        self._chunks = self._read(files, 1 if nle else None)

    def _read(self, files: Sequence[Path], streams: int | None) -> Iterator[bytes]:
        for number, path in enumerate(files):
            if number:
                self.reader.next_file()
            chunks = Chunks(path, streams)
            for chunk in chunks:
                yield chunk
                if self.reader.trouble:
                    break
            self.trouble = self.trouble or chunks.trouble or self.reader.trouble

    def more(self) -> None:
        """Give the reader the next chunk, or finish."""
        chunk = next(self._chunks, None)
        if chunk is None:
            self.reader.finish(self._whole and not self.trouble)
        else:
            self.reader.feed(chunk)
        self.trouble = self.trouble or self.reader.trouble


class BlockFeeder:
    """A game's blocks from the store.

    Args:
        shard: Where they are.
        game: Which they are.
        gameid: What the frames are marked with.
        start: The first frame wanted; reading begins at its block's keyframe.
        label_map: What becomes of each label's index.
        labelled: Keys without a label were pressed by NLE, and are masked.
    """

    def __init__(
        self,
        shard: Shard,
        game: Stored,
        gameid: int = 1,
        *,
        start: int = 0,
        label_map: NDArray[np.int16] = _NONE,
        labelled: bool = False,
    ) -> None:
        self._shard, self._game, self.trouble = shard, game, ""
        nle = game.emulation == "nle"
        size = (ROWS, COLUMNS) if nle else (game.rows, game.columns)
        self.reader = _native.Reader(*size, nle, game.version, ACTION_OF_KEY)
        self._next = bisect_right(game.blocks, start, key=lambda block: block.first) - 1 if game.blocks else 0
        self._skip = start - game.blocks[self._next].first if game.blocks else 0
        self.reader.open_blocks(gameid, labelled, label_map, start - self._skip)

    def more(self) -> None:
        """Give the reader the next block, or finish."""
        if self._next >= len(self._game.blocks) or self.trouble:
            self.reader.finish(not self.trouble)
            return
        block = self._game.blocks[self._next]
        self._next += 1
        try:
            self.reader.feed(self._shard.read(block.sections[SCREEN], self._game.dictionary))
        except (YendorError, ValueError, KeyError) as error:
            self.trouble = f"block {self._next - 1} cannot be read: {error}"
            self.reader.finish(False)
            return
        while self._skip and self.reader.status == _native.Status.ready:
            self._skip -= self.reader.skip(self._skip)


def go_to(feeder: Feeder, frame: int) -> None:
    """Read past frames, up to this one or the game's end."""
    reader = feeder.reader
    while reader.status == _native.Status.hungry or (reader.status == _native.Status.ready and reader.frame < frame):
        if reader.status == _native.Status.hungry:
            feeder.more()
        else:
            reader.skip(frame - reader.frame)


def read_into(feeder: Feeder, batch: Batch) -> int:
    """Fill `[N, ...]` arrays from their beginning; return how many frames came (fewer at the game's end)."""
    count, targets, reader = np.zeros(1, np.int64), batch.targets(), feeder.reader
    while count[0] < len(batch.gameids) and reader.status in (_native.Status.hungry, _native.Status.ready):
        if reader.status == _native.Status.hungry:
            feeder.more()
        else:
            _native.fill([reader], count, targets)
    return int(count[0])


class FrameSource:
    """Reads one game's frames in order.

    Args:
        feeder: Where they come from.
    """

    def __init__(self, feeder: Feeder) -> None:
        self._feeder = feeder
        go_to(feeder, 0)

    @classmethod
    def of_files(cls, files: Sequence[Path], emulation: Emulation = "fixed") -> "FrameSource":
        """Read ttyrecs that no catalogue knows."""
        return cls(RecordFeeder(files, emulation=emulation, size=terminal_size(files)))

    @property
    def ended(self) -> bool:
        """Tell whether no frame is left."""
        return self._feeder.reader.status != _native.Status.ready

    def read(self, into: Batch) -> int:
        """Fill `[N, ...]` arrays from their beginning; return how many frames came (fewer at the game's end)."""
        count = read_into(self._feeder, into)
        go_to(self._feeder, self._feeder.reader.frame)  # so that `ended` is known with the last frame
        return count

    def skip(self, count: int) -> int:
        """Read past frames; return how many there were."""
        before = self._feeder.reader.frame
        go_to(self._feeder, before + count)
        return self._feeder.reader.frame - before


def terminal_size(files: Sequence[Path]) -> tuple[int, int]:
    """Return the rows and columns of the terminal that was recorded; NLE's is always 24x80."""
    if version_of(files[0]) > 1:
        return ROWS, COLUMNS
    sizes = [(found.rows, found.columns) for found in map(survey, files)]
    return max(size[0] for size in sizes), max(size[1] for size in sizes)


def size_of(game: Game) -> tuple[int, int]:
    """Return the size of a catalogued game's terminal."""
    sizes = [(file.rows or ROWS, file.columns or COLUMNS) for file in game.files] or [(ROWS, COLUMNS)]
    return max(size[0] for size in sizes), max(size[1] for size in sizes)
