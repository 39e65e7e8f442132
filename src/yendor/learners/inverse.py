"""The inverse model of behaviour from observations (Torabi, Warnell and Stone 2018, arXiv:1805.01954).

Claim: what a key did shows which key it was, so that a model which learns this from games with keys names the keys of
games without; it needs far fewer games than a policy, and no good ones.
Equation: minimise the mean over neighbouring frames of -log q(a_t | s_t, s_t+1).
The network is `models/inverse.py`, after Dungeons and Data (Hambro et al. 2022, arXiv:2211.00539).

Deviations: pairs that span the end of one game and the beginning of another are masked out, which the released code
learns as well; the pair between two unrolls counts. Keys that NLE itself pressed count here, unlike in cloning: what a
key does is the same whoever pressed it.
"""

from dataclasses import dataclass

import torch

from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.learners.cloning_config import TrainConfig
from yendor.learners.learner import Learner
from yendor.learners.unrolls import Unroll
from yendor.models.frames import State


@dataclass(frozen=True)
class InverseTrainConfig(TrainConfig):
    """Learn to tell from two frames which key was pressed between them."""

    learner: str = "inverse"
    """The word after `yendor train`."""
    model: str = "inverse"
    """The network: an inverse model."""


@register("learner", "inverse")
class InverseDynamics(Learner):
    """Names the key before each frame."""

    settings = InverseTrainConfig
    inverse = True

    def start(self, config: TrainConfig, device: torch.device) -> None:
        """Refuse what means nothing here.

        Raises:
            YendorError: Settings of policies.
        """
        refuse(config, "legacy", "asked", "value_weight")

    def read(self, unroll: Unroll, kept: State) -> tuple[Unroll, State]:
        """Aim at the key before each frame, where one is known and was pressed in the same game."""
        before = unroll.frames.previous
        mask = unroll.there & ~unroll.frames.is_first & (before >= 0)
        return unroll._replace(action=before, mask=mask), kept


def refuse(config: TrainConfig, *names: str) -> None:
    """Refuse settings that a learner has no use for.

    Raises:
        YendorError: One is set.
    """
    for name in names:
        if getattr(config, name):
            flag = f"--{name.replace('_', '-')}"
            raise YendorError(f"{config.learner} has no {name}", f"Leave {flag} out; it is for other learners.")
