"""Hierarchical behavioural cloning (Piterbarg, Pinto and Fergus 2023, NetHack is Hard to Hack).

Claim: with strategy labels, a policy that first names the strategy and then the key imitates better.
Equation: minimise the mean over frames of -log pi(a_t | g_t, s_1..s_t) - w log pi(g_t | s_1..s_t), where g_t
is the labelled strategy, and pi(a | g, .) is the action head of strategy g.
Deviations: the released code trains the action head of a strategy *sampled* from the model; here the head of
the labelled one is trained, as the paper's equation says. Frames without a label, and keys that no agent
chose, are masked out.
"""

from dataclasses import dataclass

from torch import Tensor

from yendor.core.registry import register
from yendor.learners.losses.cloning import Cloning, hierarchical_cloning
from yendor.models.screen_lstm import Output


@register("learner", "hbc")
@dataclass(frozen=True)
class HBC:
    """The hierarchical learner: a head of strategies, and a head of actions for each."""

    strategy_weight: float = 1.0
    hierarchical = True

    def loss(self, output: Output, label: Tensor, action: Tensor, mask: Tensor) -> Cloning:
        """Return the loss of an unroll."""
        return hierarchical_cloning(output.strategy, output.actions, label, action, mask, self.strategy_weight)
