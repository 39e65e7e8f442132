"""When a training ends: its budget or a signal; and how fast it goes until then."""

import signal
import time
from types import FrameType
from typing import Any, Self

import torch

from yendor.core.errors import YendorError
from yendor.learners.ranks import Ranks


class Budget:
    """Says when to stop. Used as a context, it hears Ctrl-C and SIGTERM, which end the step and no more.

    Args:
        steps: Optimiser steps, None for any number.
        minutes: Of this start, None likewise.
        cpu_minutes: Of this start's CPU time, None likewise.
        ranks: The processes, which must agree.
        device: Where they exchange tensors.

    Attributes:
        stopping: A signal came, to any of the processes, and all of them know it.
    """

    def __init__(
        self, steps: int | None, minutes: float | None, cpu_minutes: float | None, ranks: Ranks, device: torch.device
    ) -> None:
        self._steps, self._minutes, self._cpu_minutes = steps, minutes, cpu_minutes
        self._ranks, self._device = ranks, device
        self._began, self._cpu = time.monotonic(), time.process_time()
        self._handlers: dict[signal.Signals, Any] = {}
        self.stopping = self._asked = False

    def __enter__(self) -> Self:
        self._handlers = {s: signal.signal(s, self._stop) for s in (signal.SIGINT, signal.SIGTERM)}
        self._began = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        for s, handler in self._handlers.items():
            signal.signal(s, handler)

    def over(self, step: int) -> bool:
        """Whether it is spent after so many steps, or a signal came; all processes agree."""
        late = self._minutes is not None and time.monotonic() - self._began >= self._minutes * 60
        late |= self._cpu_minutes is not None and time.process_time() - self._cpu >= self._cpu_minutes * 60
        said = torch.tensor([float(self._asked), float(late)], device=self._device)
        self.stopping, late = (self._ranks.sum(said) > 0).tolist()
        return self.stopping or late or (self._steps is not None and step >= self._steps)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._asked = True  # told to the others when they are asked next; one that comes meanwhile is not lost


class Pace:
    """How fast it goes, since this start.

    Args:
        unit: What is counted.
    """

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.began = time.monotonic()
        self._counted, self._steps, self._waited = 0.0, 0, 0.0

    def count(self, counted: float, waited: float) -> None:
        """Count a step, and the seconds waited for its batch."""
        self._counted += counted
        self._steps += 1
        self._waited += waited

    def numbers(self) -> dict[str, float]:
        """Return units a second, and what was waited for batches."""
        spent = time.monotonic() - self.began
        waited = {"waiting_share": self._waited / spent, "waiting_ms": 1000 * self._waited / max(self._steps, 1)}
        return {f"{self.unit}_per_s": self._counted / spent, **waited}


def no_memory(error: RuntimeError, step: int, parts: int, lower: str) -> YendorError | None:
    """Return what to tell a user whose memory is full; None when that is not what happened.

    Args:
        error: What torch raised.
        step: Steps done.
        parts: The setting of this name.
        lower: Which settings to lower otherwise, with their values.
    """
    if not isinstance(error, torch.cuda.OutOfMemoryError) and "not enough memory" not in str(error):
        return None
    what = f"no memory left at step {step}: {str(error).splitlines()[0]}"
    return YendorError(what, f"Raise --parts (now {parts}), or lower {lower}.")
