"""The loop that learns language models: draw chunks, step, metrics, checkpoints, exact resume."""

import math
import time
from contextlib import nullcontext
from typing import Any

import torch

from yendor.core.errors import YendorError
from yendor.data.text_chunks_reader import TOKENISER, Chunks
from yendor.launch.progress import Progress
from yendor.learners.budget import Budget, Pace, no_memory
from yendor.learners.lm import FREE, LMConfig
from yendor.learners.lm_batches import Order, rows_of
from yendor.learners.lm_held_out import measure_held_out
from yendor.learners.lm_sharding import Sharding, WholeNetwork, WholeOptimiser
from yendor.learners.lm_start import begin, check_context
from yendor.learners.lm_step import LanguageStep, Scorer
from yendor.learners.ranks import Ranks
from yendor.runtime.checkpoint_torch import load_training, save_checkpoint
from yendor.runtime.device_torch import choose_device
from yendor.runtime.metrics_torch import Metrics
from yendor.runtime.run_folder import RunFolder, latest_checkpoint

_WARM_STEPS = 100


def train(config: LMConfig) -> dict[str, float]:
    """Train until the budget is spent; return the last held-out numbers.

    Under `torchrun` each process takes its share of `config.parts`. Ctrl-C (and SIGTERM) ends the step, saves, and
    raises KeyboardInterrupt.

    Raises:
        YendorError: Contradictions in the config, an existing run, a damaged dataset, NaN loss, no memory.
    """
    loop = LanguageTraining(config)
    try:
        return loop.run()
    except RuntimeError as error:
        full = no_memory(error, loop.step, config.parts, f"--batch-size (now {config.batch_size}) or --context")
        if full is None:
            raise
        raise full from error
    finally:
        loop.ranks.close()


class LanguageTraining:
    """A training: its network, optimiser, data and run folder.

    Args:
        config: Its settings.

    Attributes:
        step: Optimiser steps done.
        network: What learns.
        kept: Of the actions, the share that the context does not cut off.
    """

    def __init__(self, config: LMConfig) -> None:
        self.config = config
        torch.manual_seed(config.seed)
        torch.set_num_threads(config.threads)
        self.device = choose_device(config.device)
        self.ranks = Ranks(self.device, config.parts)
        self.chunks = Chunks(config.data)
        self.part = self.chunks.part("train")
        if not len(self.part):
            raise YendorError(f"{config.data} has no chunks to learn from", "Make it of more games.")
        self.held_out = self.chunks.part("valid") if "valid" in self.chunks.description["parts"] else None
        network, context = begin(config, self.chunks)
        kept = check_context(self.part, context)
        self.kept = kept.kept / kept.actions
        self.network = network.to(self.device)
        self.layout: dict[str, Any] = {
            "context": context, "vocabulary": self.chunks.vocabulary, "width": network.config.width,
            "pack": config.pack, "observations": config.objective == "world",
        }  # fmt: skip
        if config.compile:
            for block in network.blocks:
                block.compile()
        sharding = Sharding(Scorer(network), network, config.sharding, self.ranks)
        # One call for all weights: the update of a small network is otherwise as long as its backward pass.
        self.optimiser = torch.optim.AdamW(
            network.parameters(), config.peak(), weight_decay=config.weight_decay, fused=True
        )
        self.compute = LanguageStep(config, sharding, self.ranks, self.device)
        self.order = Order(len(self.part), config.seed)
        self.planned = config.planned(len(self.part))
        self.step = self.drawn = 0
        self.budget = Budget(self.planned, config.minutes, config.cpu_minutes, self.ranks, self.device)
        if self.ranks.first:
            self.folder = RunFolder(config.run, config, config.resume, FREE)
        if config.resume:
            self._load()

    def run(self) -> dict[str, float]:
        """Train."""
        metrics: Any = nullcontext()
        with self.budget:
            if self.ranks.first:
                metrics = Metrics(self.config.run, self.step, self.config.tensorboard, self.config.wandb)
                self.folder.log(f"the context of {self.layout['context']} keeps {self.kept:.1%} of the actions")
            try:
                return self._train(metrics)
            finally:
                if self.ranks.first:
                    metrics.close()

    def _train(self, metrics: Any) -> dict[str, float]:
        config, pace = self.config, Pace("tokens")
        with Progress("training lm", self.planned, "steps", done=self.step, quiet=not self.ranks.first) as bar:
            # Asked before the next batch is drawn: a checkpoint's data cursor must not run ahead.
            while not self.budget.over(self.step):
                found = self.learn(pace)
                bar.advance()
                if self.ranks.first and (self.step % 20 == 0 or self.step == 1):
                    metrics.write(
                        self.step, **found, **pace.numbers(), learning_rate=self.learning_rate(self.step - 1),
                        epoch=self.drawn / len(self.part), actions_kept_share=self.kept,
                    )  # fmt: skip
                    shown = {name: found[name] for name in ("loss", "action_accuracy")}
                    bar.show(**shown, tokens_per_s=pace.numbers()["tokens_per_s"])
                if self.step % config.evaluate_every == 0:
                    measured = self.measure()
                    if self.ranks.first:
                        metrics.write(self.step, **measured)
                if self.step % config.checkpoint_every == 0:
                    self.save()
        self.save()
        if self.budget.stopping:
            raise KeyboardInterrupt
        numbers = self.measure()
        if self.ranks.first:
            if numbers:
                metrics.write(self.step, **numbers)
            self.folder.log(f"finished at step {self.step}: {numbers}")
        self.ranks.wait()
        return {**numbers, "actions_kept_share": self.kept}

    def learn(self, pace: Pace) -> dict[str, float]:
        """Do one optimiser step; return the batch's means.

        Raises:
            YendorError: The loss is not a number, or a chunk is damaged.
        """
        asked = time.monotonic()
        numbers = self.order.take(self.drawn, self.config.batch_size)
        share = self.config.batch_size // self.config.parts
        rows = [rows_of(self.part, numbers[p * share : (p + 1) * share], **self.layout) for p in self.ranks.parts]
        waited = time.monotonic() - asked
        self.optimiser.zero_grad(set_to_none=True)
        found = self.compute(rows, self.step)
        pace.count(found["tokens"], waited)
        if not math.isfinite(found["loss"]):
            if self.ranks.first:
                self.folder.log(f"loss {found['loss']} at step {self.step}")
            raise YendorError(
                f"the loss is {found['loss']} at step {self.step}",
                f"Begin again with a learning rate below {self.config.peak()}; its checkpoints are whole.",
            )
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate(self.step)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        self.optimiser.step()
        self.step += 1
        self.drawn += self.config.batch_size
        return found

    def learning_rate(self, step: int) -> float:
        """Return the rate of a step: up in a straight line, and down to nothing at the planned end."""
        config = self.config
        end = self.planned if config.decay_over is None else config.decay_over
        rising = config.warmup * end if end else config.warmup and _WARM_STEPS
        rate = config.peak() * min(1.0, (step + 1) / max(rising, 1))
        if end and step >= rising:
            rate *= max(0.0, (end - step) / max(end - rising, 1))
        return rate

    def measure(self) -> dict[str, float]:
        """Measure on the held-out chunks, beside the share of the most frequent action; all processes must call it."""
        if self.held_out is None:
            return {}
        return measure_held_out(self.config, self.held_out, self.compute, self.layout)

    def save(self) -> None:
        """Save a checkpoint with everything that resuming and playing need; all processes must call it."""
        network, optimiser = WholeNetwork(self.network), WholeOptimiser(self.optimiser)
        if not self.ranks.first:
            return
        save_checkpoint(
            self.folder.checkpoints, self.step, network, "gpt", self.network.config, optimiser,
            cursor=self._cursor(), play=self.chunks.play(), beside={TOKENISER: self.chunks.tokeniser},
        )  # fmt: skip

    def _cursor(self) -> dict[str, Any]:
        return {"drawn": self.drawn, "chunks": len(self.part), "tokens": int(self.part.offsets[-1])}

    def _load(self) -> None:
        checkpoint = latest_checkpoint(self.config.run)
        _, place = load_training(checkpoint, WholeNetwork(self.network), WholeOptimiser(self.optimiser))
        self.step, self.drawn = int(checkpoint.name), int(place["drawn"])
        if place != self._cursor():
            raise YendorError(
                f"{self.config.data} has changed since {self.config.run} was begun: it had {place['chunks']} chunks of "
                f"{place['tokens']} tokens, now {len(self.part)} of {self.part.offsets[-1]}",
                "Give the dataset of before, or begin another run with --start-from.",
            )
