"""Behavioural cloning from observations (Torabi, Warnell and Stone 2018, arXiv:1805.01954; BCO(0): one pass).

On NetHack: Hambro et al. 2022, Dungeons and Data (arXiv:2211.00539), for the human games of NLD-NAO, whose files
hold screens and no keys.

Claim: a policy can be cloned from games whose keys nobody recorded.
Equation: with q learned by `yendor train inverse`, a^_t = argmax_a q(a | s_t, s_t+1); minimise the mean over frames of
-log pi(a^_t | s_1..s_t). The policy reads a^_t-1 as its previous key.

Deviations: frames whose next one is of another game or not there do not count; the released code takes what the model
says of them too. The last frame of an unroll does not count either, for the next has not been read; in the released
code a constant stands for missing pairs, whose argmax makes "north" the key of each unroll's last two frames.
`certainty` leaves out keys that the model doubts.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.learners.cloning_config import TrainConfig
from yendor.learners.inverse import refuse
from yendor.learners.learner import Learner
from yendor.learners.unrolls import Unroll
from yendor.models.frames import State
from yendor.runtime.checkpoint_torch import load_model

_HINT = "Learn one from games with keys: yendor train inverse; then --inverse RUN."


@dataclass(frozen=True)
class BCOConfig(TrainConfig):
    """Learn a policy from games without keys: an inverse model names them."""

    learner: str = "bco"
    """The word after `yendor train`."""
    inverse: Path | None = None
    """The run or checkpoint of the inverse model; the run keeps a copy of it."""
    certainty: float = 0.0
    """Leave out the keys that the inverse model gives a lower probability."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.certainty < 1:
            raise YendorError(f"certainty = {self.certainty}", "A probability: 0 <= certainty < 1.")


@register("learner", "bco")
class BCO(Learner):
    """Clones what an inverse model, which stays as it is, says was pressed; keys in the files are never used."""

    settings = BCOConfig
    needs_keys = False
    model: Any
    place: Path

    def start(self, config: TrainConfig, device: torch.device) -> None:
        """Load the inverse model; a resumed run has its own copy.

        Raises:
            YendorError: There is none, or it is a policy; settings that mean nothing here.
        """
        refuse(config, "legacy", "asked")
        own = config.run / "inverse"
        place = own if config.resume and own.exists() else getattr(config, "inverse", None)
        if place is None or not isinstance(config, BCOConfig):
            raise YendorError("bco needs an inverse model", _HINT)
        network, _, self.place = load_model(place, inverse=True)
        self.model, self.certainty = network.to(device).requires_grad_(False), config.certainty

    def keep(self, run: Path) -> None:
        """Copy the inverse model into the run, so that resuming does not depend on what becomes of the other run."""
        own, part = run / "inverse", run / ".part-inverse"
        if own.exists():
            return
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        for name in ("model.safetensors", "config.json"):
            shutil.copy(self.place / name, part / name)
        os.replace(part, own)

    def initial_state(self, rows: int) -> State:
        """Return the inverse model's state before a game."""
        state: State = self.model.initial_state(rows)
        return state

    @torch.no_grad()
    def read(self, unroll: Unroll, kept: State) -> tuple[Unroll, State]:
        """Name the keys: those before the frames are read by the policy, those after are its aim."""
        output = self.model(unroll.frames, kept)
        logits = self.model.actions(output.core, torch.zeros_like(unroll.action))
        share, key = logits.float().softmax(-1).max(-1)
        within = unroll.there & ~unroll.frames.is_first
        before = key.masked_fill(~within, -1)
        counts = within & (share >= self.certainty)
        return unroll._replace(
            frames=unroll.frames._replace(previous=before),
            action=torch.cat([before[1:], torch.full_like(before[:1], -1)]),
            mask=torch.cat([counts[1:], torch.zeros_like(counts[:1])]),
        ), output.state
