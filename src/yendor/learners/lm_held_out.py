"""How well a language model foretells play that it has not learned from."""

import math
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from yendor.data.text_chunks_reader import Part
from yendor.learners.lm import LMConfig
from yendor.learners.lm_batches import Rows, rows_of, spread
from yendor.learners.lm_step import LanguageStep, Scores


class Heard:
    """What was measured so far; what several processes heard adds up."""

    def __init__(self) -> None:
        self.losses, self.tokens = np.zeros(2), np.zeros(2, np.int64)
        self.first = self.repeated = 0
        self.asked: Counter[int] = Counter()
        self.right: Counter[int] = Counter()
        self.actions: Counter[tuple[int, ...]] = Counter()

    def add(self, rows: Rows, scores: Scores) -> None:
        """Count a batch."""
        self.losses += [float(scores.action_loss), float(scores.observation_loss)]
        self.tokens += [len(rows.action_targets), len(rows.observation_targets)]
        self.first += int(scores.first.sum())
        since = (2 ** np.floor(np.log2(rows.action_steps.numpy() + 1))).astype(int)
        self.asked.update(since.tolist())
        self.right.update(since[scores.right.cpu().numpy()].tolist())
        split = np.split(rows.action_targets.numpy(), rows.action_starts.numpy()[1:])
        names = [tuple(name.tolist()) for name in split if len(name)]
        self.actions.update(names)
        inside = rows.action_steps[1:].tolist()  # 0 begins a chunk
        self.repeated += sum(a == b and i > 0 for (a, b), i in zip(pairwise(names), inside, strict=True))

    def plus(self, other: "Heard") -> "Heard":
        """Add what another process heard."""
        self.losses, self.tokens = self.losses + other.losses, self.tokens + other.tokens
        self.first, self.repeated = self.first + other.first, self.repeated + other.repeated
        for name in ("asked", "right", "actions"):
            getattr(self, name).update(getattr(other, name))
        return self

    def numbers(self, weight: float) -> dict[str, float]:
        """Return means; `weight` is that of an observation's token in the loss."""
        asked = self.asked.total()
        if not asked:
            return {}
        (action, observation), (actions, observations) = self.losses.tolist(), self.tokens.tolist()
        found = {
            "held_out_loss": (action + weight * observation) / (actions + weight * observations),
            "held_out_action_loss": action / actions,
            "held_out_action_accuracy": self.right.total() / asked,
            "held_out_majority_action": self.actions.most_common(1)[0][1] / asked,
            "held_out_repeated_action": self.repeated / asked,
        }
        if any(len(name) > 2 for name in self.actions):  # a name and what closes it: one token says all
            found["held_out_first_token_accuracy"] = self.first / asked
        if observations:
            loss = observation / observations
            found |= {"held_out_observation_loss": loss, "held_out_observation_perplexity": math.exp(min(loss, 700))}
        for since in sorted(self.asked):
            found[f"held_out_accuracy_from_step_{since}"] = self.right[since] / self.asked[since]
        return found


@torch.no_grad()
def measure_held_out(config: LMConfig, part: Part, step: LanguageStep, layout: dict[str, Any]) -> dict[str, float]:
    """Measure on the valid part; all processes must call it, and all get the numbers.

    Accuracy is of whole actions; `from_step_n` is that of the actions n to 2n - 1 of their chunks, counted from 1.
    `majority_action` is what always naming the most frequent action would reach, `repeated_action` what naming the one
    before in the chunk would (of those that are to be learned): who clones a steady player learns that first.

    Args:
        config: Of the training.
        part: The chunks that are not learned from.
        step: Computes the scores; its network is put in evaluation mode meanwhile.
        layout: How chunks become rows: settings of `rows_of`.
    """
    numbers = spread(len(part), config.held_out_chunks)
    if not len(numbers):
        return {}
    ranks, size = step.ranks, max(1, config.batch_size // config.parts)
    batches = [numbers[i : i + size] for i in range(0, len(numbers), size)]
    heard = Heard()
    step.sharding.scorer.eval()
    try:
        for first in range(0, len(batches), ranks.count):
            mine = first + ranks.number
            if mine >= len(batches) and not step.sharding.shared:
                continue
            # Who has no batch left computes with the others none the less, where they share the weights.
            rows = rows_of(part, batches[min(mine, len(batches) - 1)], **layout)
            with step.autocast():
                scores = step.sharding.scorer(rows.to(step.device))
            if mine < len(batches):
                heard.add(rows, scores)
    finally:
        step.sharding.settle()
        step.sharding.scorer.train()
    everyone = ranks.gather([heard])
    for other in everyone[1:]:
        everyone[0].plus(other)
    return dict(everyone[0].numbers(step.weight))
