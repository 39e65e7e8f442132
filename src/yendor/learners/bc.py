"""Behavioural cloning (Pomerleau 1989; on NetHack: Hambro et al. 2022, Dungeons and Data).

Claim: a policy that imitates recorded keys plays better than chance.
Equation: minimise the mean over frames of -log pi(a_t | s_1..s_t), pi recurrent, its state carried from
unroll to unroll and reset where a game begins.
Deviation: keys that no agent chose (pressed by NLE itself) are masked out.
"""

from dataclasses import dataclass

from torch import Tensor

from yendor.core.registry import register
from yendor.learners.losses.cloning import Cloning, flat_cloning
from yendor.models.screen_lstm import Output


@register("learner", "bc")
@dataclass(frozen=True)
class BC:
    """The flat learner: one head of actions."""

    hierarchical = False

    def loss(self, output: Output, label: Tensor, action: Tensor, mask: Tensor) -> Cloning:
        """Return the loss of an unroll; the label is not used."""
        return flat_cloning(output.actions[:, :, 0], action, mask)
