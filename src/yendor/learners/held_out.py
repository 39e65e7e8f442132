"""How well a policy names the keys of games that it has not learned from."""

from typing import TYPE_CHECKING

import numpy as np
import torch

from yendor.data.stream import Stream, StreamConfig
from yendor.learners.cloning_config import TrainConfig
from yendor.learners.unrolls import to_unroll
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
    sums = np.zeros(6)
    keys, labels = np.zeros(ACTIONS, np.int64), np.zeros(len(stream.label_names), np.int64)
    network.eval()
    try:
        for _, batch in zip(range(batches), stream, strict=False):
            tensors = {name: torch.from_numpy(array) for name, array in batch.arrays().items()}
            unroll = to_unroll(tensors, before, compute.device, config.legacy)
            with compute.autocast():
                output = network(unroll.frames, state)
                key, plan, _ = compute.measure(output, unroll, compute.even(unroll))
            sums += [float(x) for x in (*key, *plan)]
            state, before = output.state, unroll.action[-1]
            there = batch.mask & (batch.actions >= 0)
            keys += np.bincount(batch.actions[there], minlength=ACTIONS)
            labels += np.bincount(batch.labels[there & (batch.labels >= 0)], minlength=len(labels))
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
    }  # fmt: skip
