"""Losses of next tokens as sums, so that parts of a batch and processes add up to the same means.

The head is computed only for the tokens that count, and in slices: a vocabulary of 50,000 makes logits larger than
anything else in the network.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.utils.checkpoint import checkpoint

SLICE = 1 << 26
"""Logits computed at once: 256 MiB of fp32."""


class Told(NamedTuple):
    """What a network says of K tokens.

    Attributes:
        loss: Sum of -log p(target), nats.
        right: [K] bool: the target is the most likely token; [0] where nobody asked.
    """

    loss: Tensor
    right: Tensor


def tell(
    head: Callable[[Tensor], Tensor], hidden: Tensor, target: Tensor, judge: bool = True, limit: int = SLICE
) -> Told:
    """Compare a head's next tokens with the targets, a slice at a time.

    Where there are several slices, their logits are computed again for the gradient and never kept.

    Args:
        head: From features [k, width] to logits [k, vocabulary].
        hidden: [K, width] features of the tokens before the targets.
        target: [K] int64.
        judge: Say which are right.
        limit: Largest number of logits at once.
    """
    if not len(target):
        return Told(hidden.sum() * 0.0, torch.zeros(0, dtype=torch.bool, device=hidden.device))
    vocabulary = head(hidden[:0]).shape[-1]
    size = max(1, limit // vocabulary)
    if len(target) <= size:
        return _slice(head, hidden, target, judge)
    parts: list[Told] = []
    for some, aims in zip(hidden.split(size), target.split(size), strict=True):
        parts.append(checkpoint(_slice, head, some, aims, judge, use_reentrant=False, preserve_rng_state=False))
    return Told(torch.stack([part.loss for part in parts]).sum(), torch.cat([part.right for part in parts]))


def _slice(head: Callable[[Tensor], Tensor], hidden: Tensor, target: Tensor, judge: bool) -> Told:
    logits = head(hidden).float()
    loss = cross_entropy(logits, target, reduction="sum")
    return Told(loss, logits.detach().argmax(-1) == target if judge else target.new_zeros(0, dtype=torch.bool))


def whole(right: Tensor, group: Tensor, groups: int) -> Tensor:
    """Return of which groups of tokens all are right, [groups] bool.

    Args:
        right: [K] bool.
        group: [K] int64, each token's group.
        groups: How many there are.
    """
    wrong = torch.zeros(groups, device=right.device).index_add_(0, group, (~right).float())
    return wrong == 0


def mean_loss(action: Tensor, observation: Tensor, actions: Tensor, observations: Tensor, weight: float) -> Tensor:
    """Return the mean over tokens, those of observations weighted.

        (sum of action losses + w sum of observation losses) / (action tokens + w observation tokens)

    With w = 1 this is the action and world-model loss of Piterbarg, Pinto and Fergus 2023 (diff history,
    arXiv:2312.07540), with w = 0 their action loss.

    Args:
        action: Sum of the losses of the actions' tokens.
        observation: Sum of those of the observations' tokens.
        actions: Tokens of actions, of the whole batch.
        observations: Tokens of observations, of the whole batch.
        weight: w.
    """
    return (action + weight * observation) / (actions + weight * observations).clamp(min=1e-9)
