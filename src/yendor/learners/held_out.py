"""How well a policy names the keys of games that it has not learned from."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from yendor.core.labels import HIHACK_STRATEGIES
from yendor.data.stream import Stream, StreamConfig
from yendor.learners.cloning_config import TrainConfig
from yendor.learners.unrolls import Asked, Unroll, to_unroll
from yendor.models.frames import ACTIONS, Network

if TYPE_CHECKING:
    from yendor.learners.cloning_step import CloningStep

_BATCHES = 40


@torch.no_grad()
def measure_held_out(
    config: TrainConfig, games: StreamConfig, network: Network, compute: "CloningStep", batches: int = _BATCHES
) -> dict[str, float]:
    """Return losses and accuracies, and what always naming the most frequent key or strategy would reach.

    Args:
        config: Of the training.
        games: The games kept apart.
        network: What is measured; it is put in evaluation mode meanwhile.
        compute: Says what counts.
        batches: Largest number of batches.
    """
    stream = Stream(config.data, games)
    state = network.initial_state(games.batch_size)
    before = torch.full((games.batch_size,), -1, dtype=torch.int64, device=compute.device)
    kept = compute.learner.initial_state(games.batch_size)
    asked = Asked(stream.label_names, compute.device) if config.asked else None
    truth = Truth()
    sums = np.zeros(6)
    keys, labels = np.zeros(ACTIONS, np.int64), np.zeros(len(HIHACK_STRATEGIES), np.int64)
    network.eval()
    try:
        for _, batch in zip(range(batches), stream, strict=False):
            tensors = {name: torch.from_numpy(array) for name, array in batch.arrays().items()}
            unroll = to_unroll(tensors, before, compute.device, config.legacy)
            before = unroll.pressed[-1]
            unroll = unroll if asked is None else asked(unroll)
            unroll, kept = compute.learner.read(unroll, kept)
            with compute.autocast():
                output = network(unroll.frames, state)
                key, plan, _ = compute.measure(output, unroll, compute.even(unroll))
                if not compute.learner.needs_keys:
                    truth.add(unroll, network.actions(output.core, compute.learner.head(output.strategy, unroll.label)))
            sums += [float(x) for x in (*key, *plan)]
            state = output.state
            there = unroll.mask & (unroll.action >= 0)
            keys += unroll.action[there].bincount(minlength=ACTIONS).cpu().numpy()
            labels += unroll.label[there & (unroll.label >= 0)].bincount(minlength=len(labels)).cpu().numpy()
    finally:
        network.train()
    loss, right, frames, plan_loss, planned, plans = sums
    if not frames:
        return {}
    action_loss, strategy_loss = loss / frames, plan_loss / max(plans, 1)
    return {
        "held_out_loss": action_loss + config.strategy_weight * strategy_loss,
        "held_out_action_loss": action_loss, "held_out_strategy_loss": strategy_loss,
        "held_out_action_accuracy": right / frames, "held_out_strategy_accuracy": planned / max(plans, 1),
        "held_out_majority_action": float(keys.max() / keys.sum()),
        "held_out_majority_strategy": float(labels.max(initial=0) / max(labels.sum(), 1)),
        **truth.numbers(),
    }  # fmt: skip


class Truth:
    """The recorded keys, where a learner that does not use them meets games that have them."""

    def __init__(self) -> None:
        self.named = self.chosen = 0
        self.keys = torch.zeros(ACTIONS, dtype=torch.int64)

    def add(self, unroll: Unroll, logits: Tensor) -> None:
        """Compare an unroll's aims, and what the policy would press, [T, B, 121] logits, with what was pressed."""
        known = unroll.mask & (unroll.pressed >= 0)
        true = unroll.pressed[known]
        self.named += int((unroll.action[known] == true).sum())
        self.chosen += int((logits.argmax(-1)[known] == true).sum())
        self.keys += true.bincount(minlength=ACTIONS).cpu()

    def numbers(self) -> dict[str, float]:
        """Return the shares that agree, beside that of the most frequent key; nothing when no key is known."""
        known = int(self.keys.sum())
        if not known:
            return {}
        return {
            "held_out_inverse_accuracy": self.named / known, "held_out_true_accuracy": self.chosen / known,
            "held_out_majority_true": int(self.keys.max()) / known,
        }  # fmt: skip
