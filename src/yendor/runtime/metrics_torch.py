"""Metrics: JSON lines always, TensorBoard when it is installed, W&B when it is asked for."""

import importlib.util
import json
from pathlib import Path
from typing import Any

from yendor.core.errors import YendorError


class Metrics:
    """Writes numbers by step to `metrics.jsonl` and the installed boards.

    Args:
        folder: The run's folder.
        step: On resume, the step gone back to: later lines are cut off, so that none comes twice.
        tensorboard: Write TensorBoard files too, where it is installed.
        wandb: Project name for W&B, "" for none.

    Raises:
        YendorError: W&B is asked for and not installed.
    """

    def __init__(self, folder: Path, step: int = 0, tensorboard: bool = True, wandb: str = "") -> None:
        self._path = folder / "metrics.jsonl"
        self._cut(step)
        self._board: Any = None
        if tensorboard and importlib.util.find_spec("tensorboard"):
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step or None)
        self._wandb: Any = None
        if wandb:
            if importlib.util.find_spec("wandb") is None:
                raise YendorError("wandb is not installed", "pip install wandb, or leave --wandb out.")
            self._wandb = importlib.import_module("wandb").init(project=wandb, dir=str(folder), resume="allow")

    def _cut(self, step: int) -> None:
        if not self._path.exists():
            return
        kept = []
        for line in self._path.read_text().splitlines():
            try:
                if json.loads(line)["step"] <= step:
                    kept.append(line + "\n")
            except (ValueError, KeyError):
                continue  # an unfinished line, from a kill while writing
        self._path.write_text("".join(kept))

    def write(self, step: int, **numbers: float) -> None:
        """Write numbers for a step."""
        with open(self._path, "a") as file:
            file.write(json.dumps({"step": step, **numbers}) + "\n")
        if self._board is not None:
            for name, value in numbers.items():
                self._board.add_scalar(name.replace("_", "/", 1), value, step)
        if self._wandb is not None:
            self._wandb.log(numbers, step=step)

    def close(self) -> None:
        """Flush the boards."""
        if self._board is not None:
            self._board.close()
        if self._wandb is not None:
            self._wandb.finish()
