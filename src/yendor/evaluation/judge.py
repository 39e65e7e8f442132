"""Judge one game: alone with its agent, or in a slot among others whose agent sits elsewhere."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from yendor.core.agent import Observation
from yendor.core.registry import find
from yendor.core.seeds import Seeds
from yendor.envs.make import YendorEnv
from yendor.evaluation.game import Play, play_game, read_xlogfile
from yendor.nethack.bottomline import read_welcome


@dataclass(frozen=True)
class Job:
    """One game to judge."""

    agent: str
    protocol: str
    rules: dict[str, Any]
    seeds: Seeds
    folder: Path


def judge(job: Job, beat: Callable[..., None]) -> dict[str, Any]:
    """Play one game and return its result line; runs in a worker process."""
    env = _make_env(job)
    try:
        line = play_game(env, agents().make_agent(job.agent), job.seeds, beat)
    finally:
        env.close()
    return _complete(line, job.folder)


class JudgedGame:
    """One game to judge, in a slot; see `yendor.actors.worker.Game`."""

    def __init__(self, job: Job) -> None:
        self._folder = job.folder
        self._env = _make_env(job)
        try:
            self._play = Play(self._env, job.seeds)
        except BaseException:
            self._env.close()
            raise

    @property
    def observation(self) -> Observation:
        """What the player is to see now."""
        return self._play.observation

    def press(self, action: int) -> bool:
        """Press a key; tell whether the game is over."""
        self._play.press(action)
        return bool(self._play.ended)

    def crash(self, words: str) -> None:
        """End the game, since its agent has failed; it keeps the score it had."""
        self._play.crash(words)

    def result(self, cpu_seconds: float) -> dict[str, Any]:
        """Close the game and return its result line."""
        line = self._play.line(cpu_seconds)
        self.close()
        return _complete(line, self._folder)

    def close(self) -> None:
        """Close the env."""
        self._env.close()


def agents() -> Any:
    """Return `yendor.agents.make`."""
    return import_module("yendor.agents.make")


def _make_env(job: Job) -> YendorEnv:
    shutil.rmtree(job.folder, ignore_errors=True)
    env: YendorEnv = find("protocol", job.protocol)(**job.rules).make_env(job.seeds, job.folder)
    return env


def _complete(line: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Add what the run's files say of a game that has ended."""
    log = read_xlogfile(folder)
    welcome = read_welcome(line.pop("welcome"))
    character = log["character"] or welcome or ""
    return {**line, **log, "character": character}
