"""What all trainings share: steps until the budget is spent, with metrics, measurements, checkpoints and Ctrl-C.

A training says how it reads and learns a batch, what it measures, and what a checkpoint must hold; see `cloning_loop`
and `lm_loop`.
"""

import math
from abc import ABC, abstractmethod
from contextlib import nullcontext
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import torch
from torch import nn

from yendor.core.errors import YendorError
from yendor.launch.progress import Progress
from yendor.learners.budget import Budget, Pace, no_memory
from yendor.learners.cloning_config import TrainConfig
from yendor.learners.lm import LMConfig
from yendor.learners.ranks import Ranks
from yendor.runtime.device_torch import choose_device
from yendor.runtime.metrics_torch import Metrics
from yendor.runtime.run_folder import RunFolder, latest_checkpoint

Config = TypeVar("Config", TrainConfig, LMConfig)


class Training(ABC, Generic[Config]):
    """A training: its network, optimiser, data and run folder.

    Whoever derives from it makes `network` and `optimiser`, and calls `open` when all else is ready.

    Args:
        config: Its settings.

    Attributes:
        step: Optimiser steps done.
        network: What learns.
        unit: What its steps count.
        hungry: The settings to lower where memory is short.
    """

    unit: ClassVar[str]
    hungry: ClassVar[str]
    network: nn.Module
    optimiser: torch.optim.Optimizer

    def __init__(self, config: Config) -> None:
        self.config: Config = config
        torch.manual_seed(config.seed)
        torch.set_num_threads(config.threads)
        self.device = choose_device(config.device)
        self.ranks = Ranks(self.device, config.parts)
        self.step = 0

    @classmethod
    def carry_out(cls, config: Config) -> dict[str, float]:
        """Train until the budget is spent; return the last numbers.

        Under `torchrun` each process takes its share of `config.parts`. Ctrl-C (and SIGTERM) ends the step, saves, and
        raises KeyboardInterrupt.

        Raises:
            YendorError: Contradictions in the config, an existing run, data that do not fit it or are damaged, NaN
                loss, no memory.
        """
        loop = cls(config)
        try:
            return loop.run()
        except RuntimeError as error:
            lower = f"--batch-size (now {config.batch_size}) or {cls.hungry}"
            full = no_memory(error, loop.step, config.parts, lower)
            if full is None:
                raise
            raise full from error
        finally:
            loop.ranks.close()

    def open(self, steps: int | None, free: tuple[str, ...]) -> None:
        """Make the run's folder, or go on where it was left.

        Args:
            steps: Of the whole training; None for any number.
            free: Settings that may differ when a run is resumed.
        """
        config = self.config
        self.planned = steps
        self.budget = Budget(steps, config.minutes, config.cpu_minutes, self.ranks, self.device)
        if self.ranks.first:
            self.folder = RunFolder(config.run, config, config.resume, free)
        if config.resume:
            checkpoint = latest_checkpoint(config.run)
            self.load(checkpoint)
            self.step = int(checkpoint.name)

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
        config, pace = self.config, Pace(self.unit)
        with Progress(self.title(), self.planned, "steps", done=self.step, quiet=not self.ranks.first) as bar:
            # Asked before the next batch is read: a checkpoint's data cursor must not run ahead.
            while not self.budget.over(self.step):
                found = self.learn(pace)
                bar.advance()
                if self.ranks.first and (self.step % 20 == 0 or self.step == 1):
                    rate, numbers = self.learning_rate(self.step - 1), pace.numbers()
                    metrics.write(self.step, **found, **numbers, learning_rate=rate, **self.beside())
                    shown = {name: found[name] for name in ("loss", "action_accuracy")}
                    bar.show(**shown, **{f"{self.unit}_per_s": numbers[f"{self.unit}_per_s"]})
                if self.step % config.evaluate_every == 0:
                    measured = self.measure()
                    if self.ranks.first:
                        metrics.write(self.step, **measured)
                if self.step % config.checkpoint_every == 0:
                    self.save()
        self.save()
        if self.budget.stopping:
            raise KeyboardInterrupt
        measured = self.measure()
        if self.ranks.first:
            if measured:
                metrics.write(self.step, **measured)
            self.folder.log(f"finished at step {self.step}: {measured}")
        self.ranks.wait()
        return {**measured, **self.beside()}

    def update(self, loss: float) -> None:
        """Do what follows the backward pass: clip, and step at this step's learning rate.

        Raises:
            YendorError: The loss is not a number.
        """
        if not math.isfinite(loss):
            if self.ranks.first:
                self.folder.log(f"loss {loss} at step {self.step}")
            raise YendorError(
                f"the loss is {loss} at step {self.step}",
                f"Begin again with a learning rate below {self.optimiser.defaults['lr']}; its checkpoints are whole.",
            )
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate(self.step)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        self.optimiser.step()
        self.step += 1

    @abstractmethod
    def title(self) -> str:
        """Say what is done, for the progress bar."""

    @abstractmethod
    def learn(self, pace: Pace) -> dict[str, float]:
        """Do one optimiser step; return the batch's means, with `loss` and `action_accuracy`.

        Raises:
            YendorError: The loss is not a number, or the data are damaged.
        """

    @abstractmethod
    def learning_rate(self, step: int) -> float:
        """Return the rate of a step."""

    def beside(self) -> dict[str, float]:
        """Return what is told beside a step's numbers, and beside the last."""
        return {}

    @abstractmethod
    def measure(self) -> dict[str, float]:
        """Measure on what is held out; all processes must call it, the first one has the numbers."""

    @abstractmethod
    def save(self) -> None:
        """Save a checkpoint with everything that resuming needs; all processes must call it."""

    @abstractmethod
    def load(self, checkpoint: Path) -> None:
        """Take up all that `save` kept but the number of the step."""
