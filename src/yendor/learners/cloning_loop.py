"""The training that the cloning learners share: frames of recorded games, exact resume."""

import math
import time
from pathlib import Path
from typing import Any

import torch

from yendor.core.errors import YendorError
from yendor.core.registry import find
from yendor.learners.budget import Pace
from yendor.learners.cloning_config import FREE, TrainConfig, model_config
from yendor.learners.cloning_step import CloningStep
from yendor.learners.held_out import measure_held_out
from yendor.learners.learner import prepare
from yendor.learners.training import Training
from yendor.learners.unrolls import Rows, held_out_games, strategy_names, training_games
from yendor.runtime.checkpoint_torch import load_training, load_weights, read_weights, save_checkpoint
from yendor.runtime.run_folder import latest_checkpoint

__all__ = ["TrainConfig", "train"]


class Cloning(Training[TrainConfig]):
    """Learns to press the recorded keys, and the strategies behind them."""

    unit, hungry = "frames", "--unroll"
    network: Any

    def __init__(self, config: TrainConfig) -> None:
        super().__init__(config)
        self.learner = find("learner", config.learner)(config.legacy)
        prepare(self.learner, config, self.device)
        names = strategy_names(config.data, training_games(config)) if self.learner.hierarchical else ()
        self.model_config = model_config(config, names)
        self.network = find("model", config.model)(self.model_config).to(self.device)
        self._start()
        self.rows = [Rows(config, part, self.network, self.learner, self.device) for part in self.ranks.parts]
        self.held_out = held_out_games(config)
        learned = [p for p in self.network.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(learned, config.learning_rate, weight_decay=config.weight_decay)
        self.compute = CloningStep(config, self.network, self.learner, len(names), self.ranks, self.device)
        self.open(config.steps, FREE)
        if self.ranks.first:
            self.learner.keep(config.run)

    def title(self) -> str:
        """Name learner and network."""
        return f"training {self.config.learner} {self.config.model}"

    def learn(self, pace: Pace) -> dict[str, float]:
        """Do one optimiser step; return the batch's means."""
        asked = time.monotonic()
        unrolls = [rows.next() for rows in self.rows]
        waited = time.monotonic() - asked
        self.optimiser.zero_grad(set_to_none=True)
        found = self.compute(self.rows, unrolls)
        pace.count(found["frames"], waited)
        self.update(found["loss"])
        return found

    def measure(self) -> dict[str, float]:
        """Measure on held-out games, beside the share of the most frequent label and key."""
        if self.held_out is None or not self.ranks.first:
            return {}
        return measure_held_out(self.config, self.held_out, self.network, self.compute)

    def save(self) -> None:
        """Save a checkpoint with everything that resuming needs; all processes must call it."""
        parts = self.ranks.gather(rows.state_dict() for rows in self.rows)
        if not self.ranks.first:
            return
        carried = {f"{i}.{name}": value for i, (some, _) in enumerate(parts) for name, value in some.items()}
        save_checkpoint(
            self.folder.checkpoints, self.step, self.network, self.config.model, self.model_config, self.optimiser,
            carried | {"counts": self.compute.counts}, {"parts": [place for _, place in parts]},
            play={"legacy": self.config.legacy},
        )  # fmt: skip

    def _start(self) -> None:
        """Take the weights that the training begins with."""
        config = self.config
        if config.start_from is not None:
            place = latest_checkpoint(config.start_from)
            weights = read_weights(place)
            if hasattr(self.network, "start_from") and not any(name.startswith("transformer.") for name in weights):
                self.network.start_from(weights)
            else:
                load_weights(self.network, place)
        elif getattr(self.model_config, "frozen", False) is True and not config.resume:
            raise YendorError(
                f"{config.model} has a frozen trunk, and none was brought along",
                "Train a cdgpt5 and give its run with --start-from, or learn all: --sizes frozen=false.",
            )

    def load(self, checkpoint: Path) -> None:
        """Take up a checkpoint: weights, optimiser, and where each part was in the data."""
        carried, place = load_training(checkpoint, self.network, self.optimiser)
        self.compute.counts = carried.pop("counts").to(self.device)
        for part, rows in zip(self.ranks.parts, self.rows, strict=True):
            mark = f"{part}."
            tensors = {name.removeprefix(mark): v for name, v in carried.items() if name.startswith(mark)}
            rows.load_state_dict(tensors, place["parts"][part])

    def learning_rate(self, step: int) -> float:
        """Return the rate of a step: up in a straight line, and down a cosine to a tenth."""
        config = self.config
        rate = config.learning_rate * min(1.0, (step + 1) / max(config.warmup, 1))
        if config.decay_over:
            part = min(1.0, step / config.decay_over)
            rate *= 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * part))
        return rate


train = Cloning.carry_out
