"""`yendor train ... --profile`: where the time of a step goes."""

import dataclasses
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from torch.profiler import ProfilerActivity

from yendor.learners.budget import Pace
from yendor.learners.cloning_loop import Cloning
from yendor.learners.training import Training

_WARM, _STEPS, _OPERATORS = 5, 25, 15


def profile(config: Any, training: type[Training[Any]] = Cloning) -> str:
    """Learn some steps in a run of their own that is thrown away; return two tables as text.

    The first says what a step waits for and computes, the second which operators of torch take the most time of their
    own.

    Args:
        config: Of the training.
        training: Its kind.
    """
    with tempfile.TemporaryDirectory() as folder:
        loop = training(dataclasses.replace(config, run=Path(folder) / "run", resume=False, steps=_WARM + _STEPS))
        for _ in range(_WARM):
            loop.learn(Pace(training.unit))
        kinds = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * (loop.device.type == "cuda")
        pace, began = Pace(training.unit), time.monotonic()
        with torch.profiler.profile(activities=kinds) as found:
            for _ in range(_STEPS):
                loop.learn(pace)
        spent = time.monotonic() - began
        loop.ranks.close()
    events = {event.key: event for event in found.key_averages()}
    unit = training.unit
    rate = pace.numbers()[f"{unit}_per_s"]
    lines = [f"{'a step':<28}{1000 * spent / _STEPS:10.1f} ms  {rate:,.0f} {unit} a second"]
    lines.append(f"{'waiting for the batch':<28}{pace.numbers()['waiting_ms']:10.1f} ms")
    for name in ("forward", "backward"):
        lines.append(f"{name:<28}{events[name].cpu_time_total / 1000 / _STEPS:10.1f} ms")
    order = "self_cuda_time_total" if loop.device.type == "cuda" else "self_cpu_time_total"
    lines += ["", found.key_averages().table(sort_by=order, row_limit=_OPERATORS, max_name_column_width=40)]
    return "\n".join(lines)
