"""Behavioural cloning (Pomerleau 1989; on NetHack: Hambro et al. 2022, Dungeons and Data).

Claim: a policy that imitates recorded keys plays better than chance.
Equation: minimise the mean over frames of -log pi(a_t | s_1..s_t), pi recurrent, its state carried from
unroll to unroll and reset where a game begins.
Deviation: keys that no agent chose (pressed by NLE itself) are masked out.
"""

from yendor.core.registry import register
from yendor.learners.learner import Learner


@register("learner", "bc")
class BC(Learner):
    """The flat learner: one head of keys."""
