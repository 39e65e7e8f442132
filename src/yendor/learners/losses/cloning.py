"""Cross-entropy of keys and strategies as sums, so that parts of a batch and processes add up to the same means."""

from typing import NamedTuple, Self

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy


class Fit(NamedTuple):
    """How well logits fit their targets.

    Attributes:
        loss: Sum of the weighted losses, nats.
        right: Count of frames whose target is the most likely choice.
        frames: Count of frames that count.
    """

    loss: Tensor
    right: Tensor
    frames: Tensor

    def __add__(self, other: Self) -> "Fit":  # type: ignore[override]
        """Add up two batches."""
        return Fit(*(one + two for one, two in zip(self, other, strict=True)))


def fit(logits: Tensor, target: Tensor, weight: Tensor, smoothing: float = 0.0) -> Fit:
    """Sum -w log p(target) over frames.

    Args:
        logits: [T, B, A].
        target: [T, B] int64; may hold anything where the weight is 0.
        weight: [T, B] float; 0 for a frame that does not count.
        smoothing: Share of the target spread over all choices (Szegedy et al. 2016, label smoothing).
    """
    counted = weight > 0
    safe = torch.where(counted, target, torch.zeros_like(target))
    losses = cross_entropy(
        logits.flatten(0, 1).float(), safe.flatten(), reduction="none", label_smoothing=smoothing
    ).view_as(weight)
    right = (logits.argmax(-1) == safe) & counted
    return Fit((losses * weight).sum(), right.sum(), counted.sum())


def balance(counts: Tensor, target: Tensor, mask: Tensor, power: float) -> Tensor:
    """Weigh frames by how often their target comes.

    Args:
        counts: [A] how often each choice came so far.
        target: [T, B] int64.
        mask: [T, B] bool, the frames that count.
        power: Weights are the choice's share to the power of minus this; 0 weighs all alike.

    Returns:
        [T, B] float; 0 where the mask is false.
    """
    if power == 0:
        return mask.float()
    shares = (counts.float() + 1) / (counts.float() + 1).sum()
    return shares.pow(-power)[target.clamp(min=0)] * mask


def value_error(value: Tensor, reward: Tensor, is_first: Tensor, mask: Tensor, discount: float = 0.999) -> Tensor:
    """Sum of squared errors of the value against the discounted rewards of the unroll's rest.

    The last value, held fixed, stands for what comes after the unroll; a game's end is worth nothing more.

    Args:
        value: [T, B].
        reward: [T, B], points that came with each frame.
        is_first: [T, B] bool.
        mask: [T, B] bool, the frames that count.
        discount: Of each step.
    """
    later = value[-1].detach()
    targets = [later]
    for t in range(len(value) - 2, -1, -1):
        later = torch.where(is_first[t + 1], torch.zeros_like(later), reward[t + 1] + discount * later)
        targets.append(later)
    error = (value - torch.stack(targets[::-1])) ** 2 * mask
    return error[:-1].sum()
