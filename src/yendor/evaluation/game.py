"""Play one game with any agent, and say in one line what came of it."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yendor.core.agent import Agent
from yendor.core.seeds import Seeds
from yendor.envs.make import YendorEnv
from yendor.nethack.bottomline import Hero, read_hero
from yendor.nethack.prompts import read_message

_DEATH = re.compile(r"\bdeath=([^\t\n]*)")
_WHILE = re.compile(r"\bwhile=([^\t\n]*)")
_FIELDS = {"role": "role0", "race": "race0", "gender": "gender0", "align": "align0"}


def play_game(env: YendorEnv, agent: Agent, seeds: Seeds, beat: Callable[..., None] | None = None) -> dict[str, Any]:
    """Play a game to its end.

    Args:
        env: A fresh env made with these seeds.
        agent: The player; it is reset with the core seed.
        beat: Told `steps` and `score` now and then.

    Returns:
        The result line without what the run's files say (death, character): `core, disp, score, points of the bottom
        line at the last observation before the end, steps, turns, depth (deepest), xl, clock_steps (steps
        after which the clock stood later), ended, seconds, cpu_seconds`. A failing agent ends its game with
        `ended = "crash"` and keeps the score it had.
    """
    observation, _ = env.reset()
    agent.reset(seeds.core)
    hero = read_hero(observation)
    welcome = read_message(observation)
    steps = clock_steps = 0
    deepest = hero.depth
    ended, crash = "", ""
    started, cpu = time.perf_counter(), time.process_time()
    while not ended:
        try:
            decision = agent.act(observation)
            agent.observe(observation, decision.action)
        except Exception as error:
            ended, crash = "crash", f"{type(error).__name__}: {error}"
            break
        observation, _, terminated, truncated, _ = env.step(decision.action)
        steps += 1
        if terminated or truncated:
            ended = env.end_reason() or "death"
        now = read_hero(observation)
        if _alive(now):
            clock_steps += now.turn > hero.turn
            deepest = max(deepest, now.depth)
            hero = now
        if beat is not None and steps % 100 == 0:
            beat(steps=steps, score=hero.score)
    line = {
        "core": seeds.core,
        "disp": seeds.disp,
        "score": hero.score,
        "steps": steps,
        "turns": hero.turn,
        "depth": deepest,
        "xl": hero.xl,
        "clock_steps": clock_steps,
        "ended": ended,
        "seconds": round(time.perf_counter() - started, 3),
        "cpu_seconds": round(time.process_time() - cpu, 3),
        "welcome": welcome,
    }
    return line | ({"crash": crash} if crash else {})


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
