"""The loop that the cloning learners share: read, step, metrics, checkpoints, exact resume."""

import math
import time
from contextlib import nullcontext
from typing import Any

import torch

from yendor.core.errors import YendorError
from yendor.core.registry import find
from yendor.launch.progress import Progress
from yendor.learners.budget import Budget, Pace, no_memory
from yendor.learners.cloning_config import FREE, TrainConfig, model_config
from yendor.learners.cloning_step import CloningStep
from yendor.learners.held_out import measure_held_out
from yendor.learners.learner import prepare
from yendor.learners.ranks import Ranks
from yendor.learners.unrolls import Rows, held_out_games, strategy_names, training_games
from yendor.runtime.checkpoint_torch import load_training, load_weights, read_weights, save_checkpoint
from yendor.runtime.device_torch import choose_device
from yendor.runtime.metrics_torch import Metrics
from yendor.runtime.run_folder import RunFolder, latest_checkpoint

__all__ = ["TrainConfig", "train"]


def train(config: TrainConfig) -> dict[str, float]:
    """Train until the budget is spent; return the last held-out numbers.

    Under `torchrun` each process takes its share of `config.parts`. Ctrl-C (and SIGTERM) ends the step, saves, and
    raises KeyboardInterrupt.

    Raises:
        YendorError: Contradictions in the config, an existing run, labels missing for hbc, NaN loss, no memory.
    """
    loop = Cloning(config)
    try:
        return loop.run()
    except RuntimeError as error:
        full = no_memory(error, loop.step, config.parts, f"--batch-size (now {config.batch_size}) or --unroll")
        if full is None:
            raise
        raise full from error
    finally:
        loop.ranks.close()


class Cloning:
    """A training: its network, optimiser, data and run folder.

    Args:
        config: Its settings.

    Attributes:
        step: Optimiser steps done.
        network: What learns.
    """

    def __init__(self, config: TrainConfig) -> None:
        self.config = config
        torch.manual_seed(config.seed)
        torch.set_num_threads(config.threads)
        self.device = choose_device(config.device)
        self.ranks = Ranks(self.device, config.parts)
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
        self.step = 0
        self.budget = Budget(config.steps, config.minutes, config.cpu_minutes, self.ranks, self.device)
        if self.ranks.first:
            self.folder = RunFolder(config.run, config, config.resume, FREE)
            self.learner.keep(config.run)
        if config.resume:
            self._load()

    def run(self) -> dict[str, float]:
        """Train."""
        metrics: Any = nullcontext()
        with self.budget:
            if self.ranks.first:
                metrics = Metrics(self.config.run, self.step, self.config.tensorboard, self.config.wandb)
            try:
                return self._train(metrics)
            finally:
                if self.ranks.first:
                    metrics.close()

    def _train(self, metrics: Any) -> dict[str, float]:
        config = self.config
        pace = Pace()
        title = f"training {config.learner} {config.model}"
        with Progress(title, config.steps, "steps", done=self.step, quiet=not self.ranks.first) as bar:
            # Asked before the next batch is read: a checkpoint's data cursor must not run ahead.
            while not self.budget.over(self.step):
                found = self.learn(pace)
                bar.advance()
                if not self.ranks.first:
                    self._keep()
                    continue
                if self.step % 20 == 0 or self.step == 1:
                    metrics.write(self.step, **found, **pace.numbers(), learning_rate=self._learning_rate())
                    shown = {k: found[k] for k in ("loss", "action_accuracy")}
                    bar.show(**shown, frames_per_s=pace.numbers()["frames_per_s"])
                if self.step % config.evaluate_every == 0:
                    metrics.write(self.step, **self.measure())
                self._keep()
        self.save()
        if self.budget.stopping:
            raise KeyboardInterrupt
        numbers = self.measure() if self.ranks.first else {}
        if self.ranks.first:
            if numbers:
                metrics.write(self.step, **numbers)
            self.folder.log(f"finished at step {self.step}: {numbers}")
        self.ranks.wait()
        return numbers

    def learn(self, pace: Pace) -> dict[str, float]:
        """Do one optimiser step; return the batch's means.

        Raises:
            YendorError: The loss is not a number.
        """
        asked = time.monotonic()
        unrolls = [rows.next() for rows in self.rows]
        waited = time.monotonic() - asked
        self.optimiser.zero_grad(set_to_none=True)
        found = self.compute(self.rows, unrolls)
        pace.count(found["frames"], waited)
        if not math.isfinite(found["loss"]):
            if self.ranks.first:
                self.folder.log(f"loss {found['loss']} at step {self.step}")
            raise YendorError(
                f"the loss is {found['loss']} at step {self.step}",
                f"Begin again with a learning rate below {self.config.learning_rate}; its checkpoints are whole.",
            )
        for group in self.optimiser.param_groups:
            group["lr"] = self._learning_rate()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        self.optimiser.step()
        self.step += 1
        return found

    def measure(self) -> dict[str, float]:
        """Measure on held-out games, beside the share of the most frequent label and key."""
        if self.held_out is None:
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

    def _keep(self) -> None:
        if self.step % self.config.checkpoint_every == 0:
            self.save()

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

    def _load(self) -> None:
        checkpoint = latest_checkpoint(self.config.run)
        carried, place = load_training(checkpoint, self.network, self.optimiser)
        self.compute.counts = carried.pop("counts").to(self.device)
        for part, rows in zip(self.ranks.parts, self.rows, strict=True):
            mark = f"{part}."
            tensors = {name.removeprefix(mark): v for name, v in carried.items() if name.startswith(mark)}
            rows.load_state_dict(tensors, place["parts"][part])
        self.step = int(checkpoint.name)

    def _learning_rate(self) -> float:
        config = self.config
        rate = config.learning_rate * min(1.0, (self.step + 1) / max(config.warmup, 1))
        if config.decay_over:
            part = min(1.0, self.step / config.decay_over)
            rate *= 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * part))
        return rate
