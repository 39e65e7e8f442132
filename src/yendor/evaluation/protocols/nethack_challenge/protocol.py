"""The Challenge's rules: random characters, the full keyboard, one life; ascensions, then median, then mean."""

from dataclasses import dataclass
from pathlib import Path

from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.core.seeds import Seeds
from yendor.envs.make import YendorEnv, make


@register("protocol", "nethack-challenge")
@dataclass(frozen=True)
class NetHackChallenge:
    """How the games are made (Hambro et al., Insights From the NeurIPS 2021 NetHack Challenge).

    The Challenge drew new games for each submission; here the seeds are fixed, so that agents are
    compared on the same games, and the moon is fixed with them.
    """

    character: str = "@"
    max_steps: int = 1_000_000
    no_progress_timeout: int = 10_000

    def __post_init__(self) -> None:
        if self.max_steps < 1 or self.no_progress_timeout < 1:
            raise YendorError(f"limits of {self.max_steps} steps, {self.no_progress_timeout} idle", "Both are >= 1.")

    def make_env(self, seeds: Seeds, savedir: Path | None) -> YendorEnv:
        """Make the env of one game."""
        return make(
            "NetHackChallenge-v0",
            seeds=seeds,
            character=self.character,
            max_steps=self.max_steps,
            no_progress_timeout=self.no_progress_timeout,
            savedir=savedir,
        )
