"""Hierarchical behavioural cloning (Piterbarg, Pinto and Fergus 2023, NetHack is Hard to Hack).

Claim: with strategy labels, a policy that first names the strategy and then the key imitates better.
Equation: minimise the mean over frames of -log pi(a_t | g_t, s_1..s_t) - w log pi(g_t | s_1..s_t), where g_t
is the labelled strategy, and pi(a | g, .) is the head of keys of strategy g.
Deviations: the released code trains the head of a strategy *drawn* from the model's own strategy head (`legacy` does
so too); here the head of the labelled one is trained, as the paper's equation says. Frames without a label, and keys
that no agent chose, are masked out.
"""

import torch
from torch import Tensor

from yendor.core.registry import register
from yendor.learners.learner import Learner


@register("learner", "hbc")
class HBC(Learner):
    """The hierarchical learner: a head of strategies, and a head of keys for each.

    Args:
        legacy: Train the head of a drawn strategy.
    """

    hierarchical = True

    def __init__(self, legacy: bool = False) -> None:
        self.legacy = legacy

    def mask(self, mask: Tensor, label: Tensor) -> Tensor:
        """Return which frames count, [T, B] bool."""
        return mask & (label >= 0)

    def head(self, strategy: Tensor, label: Tensor) -> Tensor:
        """Return whose head of keys is trained on each frame, [T, B] int64.

        Args:
            strategy: [T, B, S] logits.
            label: [T, B] int64; -1 for none.
        """
        if not self.legacy:
            return label.clamp(min=0)
        shares = strategy.detach().float().softmax(-1).flatten(0, 1)
        return torch.multinomial(shares, 1).view_as(label)
