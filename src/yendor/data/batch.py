"""Frames as arrays: `[T, B, ...]` from streams, `[N, ...]` for a piece of one game."""

import sys
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from yendor import _native
from yendor.nethack.actions import has_key, index_of

ROWS, COLUMNS = 24, 80
ACTION_OF_KEY = np.array([index_of(key) if has_key(key) else -1 for key in range(256)], np.int16)
"""[256]: the action of a recorded key byte; -1 for one that no action presses."""


@dataclass
class Batch:
    """Frames; the last frame of a whole game of NLE's is the screen after its last key, which has no action.

    Attributes:
        tty_chars: [T, B, 24, 80] uint8.
        tty_colors: [T, B, 24, 80] int8.
        tty_cursor: [T, B, 2] int16, row and column.
        timestamps: [T, B] int64, microseconds.
        keypresses: [T, B] uint8, the key pressed on this screen; 0 for none.
        scores: [T, B] int32, the score at this screen as recorded; the engine writes 0 after the end.
        rewards: [T, B] int32, the points that came since the frame before; 0 at the first frame.
        actions: [T, B] int16, the key's action index; -1 for none.
        labels: [T, B] int16, index into the stream's `label_names`; -1 for none.
        gameids: [T, B] int64, 0 for padding.
        is_first: [T, B] bool, the first frame of a game.
        mask: [T, B] bool, False for padding and for keys that no agent chose (those NLE pressed).
        terminated: [T, B] bool, the last frame of a game that came to its own end.
        truncated: [T, B] bool, the last frame of a game that was cut: a limit, or a file cut off.
    """

    tty_chars: NDArray[np.uint8]
    tty_colors: NDArray[np.int8]
    tty_cursor: NDArray[np.int16]
    timestamps: NDArray[np.int64]
    keypresses: NDArray[np.uint8]
    scores: NDArray[np.int32]
    rewards: NDArray[np.int32]
    actions: NDArray[np.int16]
    labels: NDArray[np.int16]
    gameids: NDArray[np.int64]
    is_first: NDArray[np.bool_]
    mask: NDArray[np.bool_]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]

    @classmethod
    def blank(cls, *shape: int, rows: int = ROWS, columns: int = COLUMNS) -> Self:
        """Allocate arrays with these leading dimensions, as padding."""
        return cls(
            np.zeros((*shape, rows, columns), np.uint8), np.zeros((*shape, rows, columns), np.int8),
            np.zeros((*shape, 2), np.int16), np.zeros(shape, np.int64), np.zeros(shape, np.uint8),
            np.zeros(shape, np.int32), np.zeros(shape, np.int32), np.full(shape, -1, np.int16),
            np.full(shape, -1, np.int16), np.zeros(shape, np.int64),
            *(np.zeros(shape, np.bool_) for _ in range(4)),
        )  # fmt: skip

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def map(self, change: Any) -> "Batch":
        """Return a batch of `change(array)` for each array."""
        return Batch(**{name: change(array) for name, array in self.arrays().items()})

    def span(self, start: int, end: int | None = None) -> "Batch":
        """Return steps `start` up to `end`, as views."""
        return self.map(lambda array: array[start:end])

    def pad(self, where: Any) -> None:
        """Turn what an index selects into padding."""
        for name, array in self.arrays().items():
            array[where] = -1 if name in ("actions", "labels") else 0

    def targets(self, time_first: bool = True) -> _native.Targets:
        """Return the arrays as the compiled reader takes them; a piece of one game is a batch of one row."""
        one = self.map(lambda array: array[:, None]) if self.gameids.ndim == 1 else self
        return _native.Targets(
            one.tty_chars, one.tty_colors, one.tty_cursor, one.timestamps, one.keypresses, one.scores, one.rewards,
            one.actions, one.labels, one.gameids, one.is_first, one.mask, time_first,
        )  # fmt: skip


class BatchPool:
    """Batches whose memory is used again as soon as nobody holds any of their arrays.

    New arrays of megabytes cost the operating system a page at a time, as much as decoding into them. A batch that
    somebody still holds, or a view or a tensor made of it, is left alone and another is allocated.
    """

    def __init__(self, *shape: int) -> None:
        self._shape = shape
        self._pool: list[tuple[Batch, _native.Targets]] = []
        self._free: list[int] = []

    def take(self) -> tuple[Batch, _native.Targets]:
        """Return a batch with old content, to be filled, that nobody else holds."""
        for batch, targets in self._pool:
            if self._references(batch) == self._free:
                return Batch(**batch.arrays()), targets
        batch = Batch.blank(*self._shape)
        targets = batch.targets()
        self._free = self._references(batch)
        if len(self._pool) < 8:
            self._pool.append((batch, targets))
        return Batch(**batch.arrays()), targets

    @staticmethod
    def _references(batch: Batch) -> list[int]:
        return [sys.getrefcount(array) for array in vars(batch).values()]
