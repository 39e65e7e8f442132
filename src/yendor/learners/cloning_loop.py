"""The loop that the cloning learners share: stream, loss, step, metrics, checkpoints, exact resume."""

import math
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from yendor.core.errors import YendorError
from yendor.core.registry import find
from yendor.data.stream import Batch, Stream, StreamConfig
from yendor.launch.progress import Progress
from yendor.learners.losses.cloning import Cloning
from yendor.models.screen_lstm import ScreenLSTM, ScreenLSTMConfig
from yendor.runtime.checkpoint_torch import load_training, save_checkpoint
from yendor.runtime.metrics_torch import Metrics
from yendor.runtime.run_folder import RunFolder, latest_checkpoint


@dataclass(frozen=True)
class TrainConfig:
    """Learn a policy from recorded games."""

    data: Path
    """The dataset's folder (`yendor record`, `yendor data import`)."""
    run: Path
    """The run's folder; an existing one is refused without --resume."""
    learner: str = "hbc"
    """hbc or bc; the word after `yendor train`."""
    resume: bool = False
    """Go on with an existing run, exactly where its newest checkpoint was."""
    steps: int | None = None
    """Stop after so many optimiser steps."""
    minutes: float | None = None
    """Stop after so many minutes of this start."""
    where: str = ""
    """SQL condition that selects the games."""
    batch_size: int = 32
    """Games side by side."""
    unroll: int = 32
    """Frames of each game in a step."""
    learning_rate: float = 1e-3
    """Peak of the learning rate, reached after `warmup` steps."""
    warmup: int = 100
    """Steps over which the learning rate rises."""
    decay_over: int | None = None
    """Steps over which the learning rate falls to a tenth by a half cosine; None keeps it."""
    clip: float = 1.0
    """Largest norm of the gradient."""
    held_out: float = 0.05
    """Share of the games kept for measuring (chosen by their ids)."""
    evaluate_every: int = 500
    """Steps between two measurements on held-out games."""
    checkpoint_every: int = 500
    """Steps between two checkpoints."""
    hidden: int = 256
    """Width of the LSTM."""
    crop: int = 9
    """Side of the square around the cursor that is read cell by cell."""
    seed: int = 0
    """Fixes weights and order of the games."""
    threads: int = 2
    """CPU threads."""
    device: str = "auto"
    """cpu, cuda, or auto: a GPU when there is one."""
    tensorboard: bool = True
    """Write TensorBoard files too."""
    wandb: str = ""
    """W&B project; needs the wandb package."""
    schema_version: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if self.steps is None and self.minutes is None:
            raise YendorError("no budget", "Give --steps or --minutes.")
        for name in ("batch_size", "unroll", "evaluate_every", "checkpoint_every", "threads", "hidden"):
            if getattr(self, name) < 1:
                raise YendorError(f"{name} = {getattr(self, name)}", "It must be at least 1.")
        if not 0 <= self.held_out < 1:
            raise YendorError(f"held_out = {self.held_out}", "A share: 0 <= held_out < 1.")


FREE = ("resume", "steps", "minutes", "threads", "device", "tensorboard", "wandb", "run")
"""Settings that may differ when a run is resumed."""


class Tensors:
    """A batch on the device, with the previous action of each frame."""

    def __init__(self, batch: Batch, carried: Tensor, device: torch.device) -> None:
        def to(array: Any) -> Tensor:
            return torch.from_numpy(array).to(device)

        self.chars, self.colors, self.cursor = to(batch.tty_chars), to(batch.tty_colors), to(batch.tty_cursor)
        self.is_first, self.mask = to(batch.is_first), to(batch.mask)
        self.action, self.label = to(batch.actions).long(), to(batch.labels).long()
        before = torch.cat([carried[None], self.action[:-1]])
        self.previous = torch.where(self.is_first, torch.full_like(before, -1), before)


def train(config: TrainConfig) -> dict[str, float]:
    """Train until the budget is spent; return the last held-out numbers.

    Ctrl-C (and SIGTERM) ends the step, saves, and raises KeyboardInterrupt.

    Raises:
        YendorError: Contradictions in the config, an existing run, labels missing for hbc, NaN loss.
    """
    return _Loop(config).run()


class _Loop:
    def __init__(self, config: TrainConfig) -> None:
        self.config = config
        torch.manual_seed(config.seed)
        torch.set_num_threads(config.threads)
        cuda = config.device == "cuda" or (config.device == "auto" and torch.cuda.is_available())
        self.device = torch.device("cuda" if cuda else "cpu")
        self.learner = find("learner", config.learner)()
        self.stream, self.held_out = _streams(config)
        strategies = tuple(self.stream.label_names) if self.learner.hierarchical else ()
        self.model_config = ScreenLSTMConfig(strategies, crop=config.crop, features=config.hidden, hidden=config.hidden)
        self.model = ScreenLSTM(self.model_config).to(self.device)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=config.learning_rate)
        self.step = 0
        self.state = self.model.initial_state(config.batch_size)
        self.before = torch.full((config.batch_size,), -1, dtype=torch.int64, device=self.device)
        self.folder = RunFolder(config.run, config, config.resume, FREE)
        if config.resume:
            self._load()
        self.metrics = Metrics(config.run, self.step, config.tensorboard, config.wandb)
        self.stopping = False

    def run(self) -> dict[str, float]:
        """Train."""
        total, began = self.config.steps, time.monotonic()
        handlers = {s: signal.signal(s, self._stop) for s in (signal.SIGINT, signal.SIGTERM)}
        numbers: dict[str, float] = {}
        frames, waited, first = 0, 0.0, self.step
        try:
            with Progress(f"training {self.config.learner}", total, "steps", done=self.step) as bar:
                batches = iter(self.stream)
                # Asked before the next batch is read: a checkpoint's data cursor must not run ahead.
                while not self._spent(began) and not self.stopping:
                    asked = time.monotonic()
                    batch = next(batches)
                    waited += time.monotonic() - asked
                    found = self._step(batch)
                    frames += int(batch.mask.sum())
                    bar.advance()
                    if self.step % 20 == 0 or self.step == 1:
                        spent = time.monotonic() - began
                        pace = {"frames_per_s": frames / spent, "waiting_share": waited / spent}
                        pace["waiting_ms"] = 1000 * waited / (self.step - first)
                        numbers = self._report(found, pace)
                        bar.show(**{k: numbers[k] for k in ("loss", "action_accuracy", "frames_per_s")})
                    if self.step % self.config.evaluate_every == 0:
                        numbers = self.measure()
                    if self.step % self.config.checkpoint_every == 0:
                        self.save()
            self.save()
            if self.stopping:
                raise KeyboardInterrupt
            numbers = self.measure()
            self.folder.log(f"finished at step {self.step}: {numbers}")
            return numbers
        finally:
            self.metrics.close()
            for s, handler in handlers.items():
                signal.signal(s, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _spent(self, began: float) -> bool:
        over = self.config.steps is not None and self.step >= self.config.steps
        late = self.config.minutes is not None and time.monotonic() - began >= self.config.minutes * 60
        return over or late

    def _step(self, batch: Batch) -> Cloning:
        data = Tensors(batch, self.before, self.device)
        output = self.model(data.chars, data.colors, data.cursor, data.previous, data.is_first, self.state)
        found: Cloning = self.learner.loss(output, data.label, data.action, data.mask)
        loss = float(found.loss.detach())
        if not math.isfinite(loss):
            self.folder.log(f"loss {loss} at step {self.step}")
            raise YendorError(
                f"the loss is {loss} at step {self.step}",
                f"Begin again with a learning rate below {self.config.learning_rate}; its checkpoints are whole.",
            )
        for group in self.optimiser.param_groups:
            group["lr"] = self._learning_rate()
        self.optimiser.zero_grad(set_to_none=True)
        found.loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        self.optimiser.step()
        self.state = (output.state[0].detach(), output.state[1].detach())
        self.before = data.action[-1]
        self.step += 1
        return found

    def _learning_rate(self) -> float:
        config = self.config
        rate = config.learning_rate * min(1.0, (self.step + 1) / max(config.warmup, 1))
        if config.decay_over:
            part = min(1.0, self.step / config.decay_over)
            rate *= 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * part))
        return rate

    def _report(self, found: Cloning, pace: dict[str, float]) -> dict[str, float]:
        numbers = {name: float(value.detach()) for name, value in found._asdict().items() if name != "frames"}
        numbers |= {**pace, "learning_rate": self._learning_rate()}
        self.metrics.write(self.step, **numbers)
        return numbers

    @torch.no_grad()
    def measure(self, batches: int = 40) -> dict[str, float]:
        """Measure on held-out games, beside the share of the most frequent label and key."""
        if self.held_out is None:
            return {}
        stream = Stream(self.config.data, self.held_out)
        state = self.model.initial_state(stream.config.batch_size)
        before = torch.full((stream.config.batch_size,), -1, dtype=torch.int64, device=self.device)
        sums: dict[str, float] = {}
        keys, labels = np.zeros(121, np.int64), np.zeros(len(stream.label_names) + 1, np.int64)
        total = 0
        for _, batch in zip(range(batches), stream, strict=False):
            data = Tensors(batch, before, self.device)
            output = self.model(data.chars, data.colors, data.cursor, data.previous, data.is_first, state)
            found: Cloning = self.learner.loss(output, data.label, data.action, data.mask)
            count = int(found.frames)
            for name, value in found._asdict().items():
                sums[name] = sums.get(name, 0.0) + float(value) * count
            total += count
            state, before = output.state, data.action[-1]
            keys += np.bincount(batch.actions[batch.mask], minlength=121)
            labels += np.bincount(batch.labels[batch.mask] + 1, minlength=len(labels))
        if not total:
            return {}
        numbers = {f"held_out_{name}": value / total for name, value in sums.items() if name != "frames"}
        numbers["held_out_majority_action"] = float(keys.max() / keys.sum())
        numbers["held_out_majority_strategy"] = float(labels.max() / labels.sum())
        self.metrics.write(self.step, **numbers)
        return numbers

    def save(self) -> None:
        """Save a checkpoint with everything that resuming needs."""
        carried = {"hidden": self.state[0], "cell": self.state[1], "before": self.before}
        save_checkpoint(
            self.folder.checkpoints, self.step, self.model, "screen-lstm", self.model_config, self.optimiser,
            carried, self.stream.state_dict(),
        )  # fmt: skip

    def _load(self) -> None:
        checkpoint = latest_checkpoint(self.config.run)
        carried, cursor = load_training(checkpoint, self.model, self.optimiser)
        self.state = (carried["hidden"].to(self.device), carried["cell"].to(self.device))
        self.before = carried["before"].to(self.device)
        self.stream.load_state_dict(cursor)
        self.step = int(checkpoint.name)


def _streams(config: TrainConfig) -> tuple[Stream, StreamConfig | None]:
    """Return the training stream and, where games are held out, the config of theirs."""
    share = round(config.held_out * 1000)
    # A multiplicative hash of the id, so that neighbouring games (and their seeds) part at random.
    split = "(gameid * 7919) % 1000"
    where = f"({config.where or '1'})"
    base = {"unroll": config.unroll, "seed": config.seed}
    stream = Stream(
        config.data,
        StreamConfig(config.batch_size, where=f"{where} AND {split} >= {share}", **base),  # type: ignore[arg-type]
    )
    if find("learner", config.learner).hierarchical:
        unlabelled = [game.gameid for game in stream.games if not game.row["labelled"]]
        if unlabelled:
            raise YendorError(
                f"{len(unlabelled)} of {len(stream.games)} games have no strategy labels, which hbc needs",
                "Select those that have: --where labelled, or learn with bc.",
            )
    held = StreamConfig(16, where=f"{where} AND {split} < {share}", loop=False, **base)  # type: ignore[arg-type]
    try:
        Stream(config.data, held)
    except YendorError:
        return stream, None
    return stream, held
