"""Behavioural cloning (Pomerleau 1989; on NetHack: Hambro et al. 2022, Dungeons and Data).

Claim: a policy that imitates recorded keys plays better than chance.
Equation: minimise the mean over frames of -log pi(a_t | s_1..s_t), pi recurrent, its state carried from
unroll to unroll and reset where a game begins.
Deviation: keys that no agent chose (pressed by NLE itself) are masked out.
"""

from torch import Tensor

from yendor.core.registry import register


@register("learner", "bc")
class BC:
    """The flat learner: one head of keys."""

    hierarchical = False

    def __init__(self, legacy: bool = False) -> None:
        """Nothing differs here in the released code that is not in the loop."""

    def mask(self, mask: Tensor, label: Tensor) -> Tensor:
        """Return which frames count, [T, B] bool."""
        return mask

    def head(self, strategy: Tensor, label: Tensor) -> Tensor:
        """Return whose head of keys is trained on each frame, [T, B] int64: there is one."""
        return label.clamp(max=0, min=0)
