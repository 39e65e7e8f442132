"""What the parent and its workers both see of their games: arrays in shared memory, a row for each slot."""

import multiprocessing
from typing import Any

import numpy as np
from nle import nethack
from numpy.typing import NDArray

from yendor.core.agent import Observation

OBSERVED: tuple[str, ...] = (
    "tty_chars", "tty_colors", "tty_cursor", "blstats", "message", "glyphs", "inv_strs", "inv_letters",
)  # fmt: skip
"""What a batched agent sees of NLE's observation: the terminal, the bottom line's numbers, the message, and what a
description in words needs beside them."""

BETWEEN, STARTING = -1, -2
_ALIGN = 64


class Shared:
    """Arrays of B slots and W workers; goes to a worker when that is started, and to nobody else.

    The memory has no name and no file that is left over: it is gone with the last process that has it.

    Attributes:
        observations: NLE's keys to [B, ...].
        agent_seconds: [B] float64, CPU time that the agent has spent on the slot's game.
        at: [W] int64, the slot that a worker is busy with; `BETWEEN` two, or `STARTING`.
        served: [W] int64, counts what a worker has done: as long as it grows, the worker lives.
    """

    def __init__(self, slots: int, workers: int, memory: Any = None) -> None:
        self._slots, self._workers = slots, workers
        fields: dict[str, tuple[Any, tuple[int, ...]]] = {
            key: (np.dtype(nethack.OBSERVATION_DESC[key]["dtype"]), (slots, *nethack.OBSERVATION_DESC[key]["shape"]))
            for key in OBSERVED
        }
        fields["agent_seconds"] = (np.dtype(np.float64), (slots,))
        fields["at"] = fields["served"] = (np.dtype(np.int64), (workers,))
        sizes = [-(-dtype.itemsize * int(np.prod(shape)) // _ALIGN) * _ALIGN for dtype, shape in fields.values()]
        self._memory = multiprocessing.get_context("spawn").RawArray("B", sum(sizes)) if memory is None else memory
        arrays: dict[str, NDArray[Any]] = {}
        start = 0
        for (name, (dtype, shape)), size in zip(fields.items(), sizes, strict=True):
            arrays[name] = np.ndarray(shape, dtype, self._memory, start)
            start += size
        self.agent_seconds, self.at, self.served = (arrays.pop(n) for n in ("agent_seconds", "at", "served"))
        self.observations = arrays

    def __reduce__(self) -> tuple[Any, ...]:
        return Shared, (self._slots, self._workers, self._memory)

    def show(self, slot: int, observation: Observation) -> None:
        """Copy an observation into a slot."""
        for key, rows in self.observations.items():
            rows[slot] = observation[key]

    def observation(self, slot: int) -> Observation:
        """Return a slot's observation, as views: they change with the game."""
        return {key: rows[slot] for key, rows in self.observations.items()}
