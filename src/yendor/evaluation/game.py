"""Play one game with any agent, and say in one line what came of it."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yendor.core.agent import Agent, Observation
from yendor.core.seeds import Seeds
from yendor.envs.make import YendorEnv
from yendor.evaluation.progression import progression_of
from yendor.nethack.bottomline import Hero, read_hero
from yendor.nethack.prompts import read_message

_DEATH = re.compile(r"\bdeath=([^\t\n]*)")
_WHILE = re.compile(r"\bwhile=([^\t\n]*)")
_BEAT_S = 5.0
"""Seconds after which a step is a sign of life, however slowly the agent thinks."""
_FIELDS = {"role": "role0", "race": "race0", "gender": "gender0", "align": "align0"}


class Play:
    """One game on its way: it is fed key after key, and keeps the books that its result line shows.

    Args:
        env: A fresh env made with these seeds; it is reset here.
        seeds: The game.

    Attributes:
        observation: What the player is to see now.
        steps: Keys pressed so far.
        hero: The last bottom line that was shown.
        ended: "" while the game runs; then why it ended.
    """

    def __init__(self, env: YendorEnv, seeds: Seeds) -> None:
        self._env, self._seeds = env, seeds
        self.observation: Observation = env.reset()[0]
        self.hero = read_hero(self.observation)
        self.steps = self._clock_steps = 0
        self.ended = self._crash = ""
        self._welcome = read_message(self.observation)
        self._deepest, self._max_xl = self.hero.depth, self.hero.xl
        self._started = time.perf_counter()

    def press(self, action: int) -> None:
        """Press a key, an index into `nle.nethack.ACTIONS`."""
        self.observation, _, terminated, truncated, _ = self._env.step(action)
        self.steps += 1
        if terminated or truncated:
            self.ended = self._env.end_reason() or "death"
        now = read_hero(self.observation)
        if _alive(now):
            self._clock_steps += now.turn > self.hero.turn
            self._deepest, self._max_xl = max(self._deepest, now.depth), max(self._max_xl, now.xl)
            self.hero = now

    def crash(self, words: str) -> None:
        """End the game, since its agent has failed; it keeps the score it had."""
        self.ended, self._crash = "crash", words

    def line(self, cpu_seconds: float) -> dict[str, Any]:
        """Return the result line without what the run's files say; see `play_game`."""
        line = {
            "core": self._seeds.core,
            "disp": self._seeds.disp,
            "score": self.hero.score,
            "steps": self.steps,
            "turns": self.hero.turn,
            "depth": self._deepest,
            "xl": self.hero.xl,
            "max_xl": self._max_xl,
            "clock_steps": self._clock_steps,
            "ended": self.ended,
            "seconds": round(time.perf_counter() - self._started, 3),
            "cpu_seconds": round(cpu_seconds, 3),
            "welcome": self._welcome,
        }
        line["progression"] = progression_of(line)
        return line | ({"crash": self._crash} if self._crash else {})


def play_game(env: YendorEnv, agent: Agent, seeds: Seeds, beat: Callable[..., None] | None = None) -> dict[str, Any]:
    """Play a game to its end.

    Args:
        env: A fresh env made with these seeds.
        agent: The player; it is reset with the core seed.
        beat: Told `steps` and `score` now and then.

    Returns:
        The result line without what the run's files say (death, character): `core, disp, score, points of the bottom
        line at the last observation before the end, steps, turns, depth (deepest), xl (last), max_xl, progression
        (BALROG's, 0 to 1), clock_steps (steps after which the clock stood later), ended, seconds, cpu_seconds`, and
        `agent_counts` where the agent has a `summary()`. A failing agent ends its game with `ended = "crash"` and keeps
        the score it had.
    """
    play = Play(env, seeds)
    agent.reset(seeds.core)
    cpu, told = time.process_time(), time.monotonic()
    while not play.ended:
        try:
            decision = agent.act(play.observation)
            agent.observe(play.observation, decision.action)
        except Exception as error:
            play.crash(f"{type(error).__name__}: {error}")
            break
        play.press(decision.action)
        if beat is not None and (play.steps % 100 == 0 or time.monotonic() - told > _BEAT_S):
            beat(steps=play.steps, score=play.hero.score)
            told = time.monotonic()
    return play.line(time.process_time() - cpu) | own_counts(agent)


def own_counts(agent: Agent) -> dict[str, Any]:
    """Return `{"agent_counts": ...}` with an agent's own numbers of its game: requests, tokens, cost, ...

    An agent that has such numbers offers `summary() -> dict[str, int | float | str]`, of the game since `reset`.
    """
    summary = getattr(agent, "summary", None)
    return {"agent_counts": dict(summary())} if callable(summary) else {}


def _alive(hero: Hero) -> bool:
    """After the end NLE's bottom line is all zeros."""
    return hero.max_hp > 0


def read_game_log(env: YendorEnv) -> dict[str, Any]:
    """Read what NetHack itself says of a game that has just ended, before the env is closed; see `read_xlogfile`.

    The engine writes its log in a folder of its own, also when nothing is recorded.
    """
    return read_xlogfile(Path(env.engine.nethack._vardir))


def read_xlogfile(folder: Path) -> dict[str, Any]:
    """Read what NetHack itself says of the only game in a folder: death, points, character.

    Returns:
        `death` ("" when the log has none), `death_while`, `points`, `character`.
    """
    text = "".join(path.read_text("latin-1") for path in sorted(folder.glob("*xlogfile")))
    fields = dict(part.split("=", 1) for part in text.strip().replace("\n", "\t").split("\t") if "=" in part)
    character = "-".join(fields.get(new, fields.get(old, "?")).lower()[:3] for old, new in _FIELDS.items())
    return {
        "death": fields.get("death", ""),
        "death_while": fields.get("while"),
        "points": int(fields.get("points", 0) or 0),
        "character": character if fields else "",
    }
