"""What the loop asks of a cloning learner; the answers here are those of flat cloning from games with keys."""

from pathlib import Path

import torch
from torch import Tensor

from yendor.core.errors import YendorError
from yendor.core.registry import find
from yendor.data.catalogue import Catalogue
from yendor.learners.cloning_config import TrainConfig
from yendor.learners.unrolls import Unroll
from yendor.models.frames import State


class Learner:
    """A flat learner: one head of keys, which names the recorded ones.

    Args:
        legacy: Learn as released code does where it differs.

    Attributes:
        hierarchical: It learns strategies beside the keys, and games need labels.
        needs_keys: It learns from games with keys alone.
        inverse: It trains an inverse model, no policy.
    """

    hierarchical = False
    needs_keys = True
    inverse = False

    def __init__(self, legacy: bool = False) -> None:
        """Nothing differs here in the released code that is not in the loop."""

    def start(self, config: TrainConfig, device: torch.device) -> None:
        """Read what the learner needs beside the games."""

    def keep(self, run: Path) -> None:
        """Keep in the run's folder what resuming needs of `start`."""

    def initial_state(self, rows: int) -> State:
        """Return what is carried from unroll to unroll for `read`: nothing."""
        return ()

    def read(self, unroll: Unroll, kept: State) -> tuple[Unroll, State]:
        """Return what the network reads and aims at in an unroll, and what to carry to the next."""
        return unroll, kept

    def mask(self, mask: Tensor, label: Tensor) -> Tensor:
        """Return which frames count, [T, B] bool."""
        return mask

    def head(self, strategy: Tensor, label: Tensor) -> Tensor:
        """Return whose head of keys is trained on each frame, [T, B] int64: there is one."""
        return label.clamp(max=0, min=0)


def prepare(learner: Learner, config: TrainConfig, device: torch.device) -> None:
    """Check that learner, network and games go together, and let the learner read what it needs.

    Raises:
        YendorError: A policy's learner with an inverse model or the other way round, or a language model; games without
            keys for a learner that needs them; or what the learner itself refuses.
    """
    network = find("model", config.model)
    if getattr(network, "language", False):
        hint = "Learn it with `yendor train lm`, from chunks of text, or take another --model."
        raise YendorError(f"{config.learner} cannot learn {config.model}: it reads tokens, not screens", hint)
    if bool(getattr(network, "inverse", False)) != learner.inverse:
        kind = "an inverse model, which cannot play" if not learner.inverse else "a policy, not an inverse model"
        hint = "Take --model inverse." if learner.inverse else "Learn it with `yendor train inverse`, or take another."
        raise YendorError(f"{config.learner} cannot learn {config.model}: it is {kind}", hint)
    if learner.needs_keys:
        catalogue = Catalogue(config.data)
        games = catalogue.rows(f"({config.where or '1'}) AND frames > 0")
        catalogue.close()
        without = sum(game["version"] == 1 for game in games)
        if without:
            raise YendorError(
                f"{without} of {len(games)} games have no keys, which {config.learner} needs",
                "Select those that have: --where 'version > 1'; or learn without keys: bco names them.",
            )
    learner.start(config, device)
