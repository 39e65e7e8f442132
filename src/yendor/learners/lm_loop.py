"""The training of language models: chunks drawn anew each epoch, exact resume."""

import time
from pathlib import Path
from typing import Any

import torch

from yendor.core.errors import YendorError
from yendor.data.text_chunks_reader import TOKENISER, Chunks
from yendor.learners.budget import Pace
from yendor.learners.lm import FREE, LMConfig
from yendor.learners.lm_batches import Order, rows_of
from yendor.learners.lm_held_out import measure_held_out
from yendor.learners.lm_sharding import Sharding, WholeNetwork, WholeOptimiser
from yendor.learners.lm_start import begin, check_context
from yendor.learners.lm_step import LanguageStep, Scorer
from yendor.learners.training import Training
from yendor.models.gpt import GPT
from yendor.runtime.checkpoint_torch import load_training, save_checkpoint

_WARM_STEPS = 100


class LanguageTraining(Training[LMConfig]):
    """Learns to continue chunks of recorded play.

    Attributes:
        kept: Of the actions, the share that the context does not cut off.
    """

    unit, hungry = "tokens", "--context"
    network: GPT

    def __init__(self, config: LMConfig) -> None:
        super().__init__(config)
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
        self.drawn = 0
        self.open(config.planned(len(self.part)), FREE)
        if self.ranks.first:
            self.folder.log(f"the context of {context} keeps {self.kept:.1%} of the actions")

    def title(self) -> str:
        """Say what is learned."""
        return "training lm"

    def learn(self, pace: Pace) -> dict[str, float]:
        """Do one optimiser step; return the batch's means."""
        asked = time.monotonic()
        numbers = self.order.take(self.drawn, self.config.batch_size)
        share = self.config.batch_size // self.config.parts
        rows = [rows_of(self.part, numbers[p * share : (p + 1) * share], **self.layout) for p in self.ranks.parts]
        waited = time.monotonic() - asked
        self.optimiser.zero_grad(set_to_none=True)
        found = self.compute(rows, self.step)
        pace.count(found["tokens"], waited)
        self.update(found["loss"])
        self.drawn += self.config.batch_size
        return found

    def beside(self) -> dict[str, float]:
        """Return how often each chunk was read, and what the context keeps."""
        return {"epoch": self.drawn / len(self.part), "actions_kept_share": self.kept}

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

    def load(self, checkpoint: Path) -> None:
        """Take up a checkpoint: weights, optimiser, and how many chunks were drawn."""
        _, place = load_training(checkpoint, WholeNetwork(self.network), WholeOptimiser(self.optimiser))
        self.drawn = int(place["drawn"])
        if place != self._cursor():
            raise YendorError(
                f"{self.config.data} has changed since {self.config.run} was begun: it had {place['chunks']} chunks of "
                f"{place['tokens']} tokens, now {len(self.part)} of {self.part.offsets[-1]}",
                "Give the dataset of before, or begin another run with --start-from.",
            )


train = LanguageTraining.carry_out
