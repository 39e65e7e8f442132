"""Cross-entropy over masked frames, flat and hierarchical."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy


class Cloning(NamedTuple):
    """Means over the frames that count: losses in nats, shares of right answers."""

    loss: Tensor
    action_loss: Tensor
    strategy_loss: Tensor
    action_accuracy: Tensor
    strategy_accuracy: Tensor
    frames: Tensor


def flat_cloning(actions: Tensor, target: Tensor, mask: Tensor) -> Cloning:
    """Behavioural cloning: the mean of -log pi(a | s).

    Args:
        actions: [T, B, A] logits.
        target: [T, B] int64; ignored where the mask is false.
        mask: [T, B] bool.
    """
    loss, accuracy = _masked(actions, target, mask)
    zero = loss.new_zeros(())
    return Cloning(loss, loss, zero, accuracy, zero, mask.sum())


def hierarchical_cloning(
    strategy: Tensor, actions: Tensor, label: Tensor, target: Tensor, mask: Tensor, strategy_weight: float = 1.0
) -> Cloning:
    """Hierarchical cloning: -log pi(a | s, g) - w log pi(g | s), with the labelled strategy g.

    Args:
        strategy: [T, B, S] logits.
        actions: [T, B, S, A] logits, one row for each strategy.
        label: [T, B] int64, the strategy; frames without one (-1) do not count.
        target: [T, B] int64.
        mask: [T, B] bool.
        strategy_weight: w.
    """
    mask = mask & (label >= 0)
    chosen = label.clamp(min=0)[..., None, None].expand(*label.shape, 1, actions.shape[-1])
    action_loss, action_accuracy = _masked(actions.gather(2, chosen).squeeze(2), target, mask)
    strategy_loss, strategy_accuracy = _masked(strategy, label, mask)
    loss = action_loss + strategy_weight * strategy_loss
    return Cloning(loss, action_loss, strategy_loss, action_accuracy, strategy_accuracy, mask.sum())


def _masked(logits: Tensor, target: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    count = mask.sum().clamp(min=1)
    safe = torch.where(mask, target, torch.zeros_like(target))
    losses = cross_entropy(logits.flatten(0, 1), safe.flatten(), reduction="none")
    right = (logits.argmax(-1) == safe) & mask
    return (losses * mask.flatten()).sum() / count, right.sum() / count
