"""How well the bot takes over a game entered in the middle, and how fast the bare env is."""

import random
import time
from collections.abc import Callable
from typing import Any

from yendor.bot.agent import BotAgent
from yendor.core.seeds import Seeds
from yendor.envs.make import make


def shadow(seeds: Seeds, length: int, beat: Callable[..., None] | None = None) -> dict[str, Any]:
    """Replay the bot's game; from the middle on, ask a newcomer for each key before it is shown.

    Args:
        seeds: The game.
        length: Its steps; the newcomer enters after half of them.
        beat: Told `steps` now and then.

    Returns:
        `core`, how often the newcomer was `asked`, and how often it `named` the key.
    """
    env = make(seeds=seeds)
    player, newcomer = BotAgent(), BotAgent()
    observation, _ = env.reset()
    asked = named = 0
    for step in range(length):
        decision = player.act(observation)
        if step >= length // 2:
            asked += 1
            named += newcomer.act(observation).action == decision.action
            newcomer.observe(observation, decision.action)
        player.observe(observation, decision.action)
        observation, _, terminated, truncated, _ = env.step(decision.action)
        if terminated or truncated:
            break
        if beat is not None and step % 1000 == 0:
            beat(steps=step)
    env.close()
    return {"core": seeds.core, "asked": asked, "named": named}


def env_speed(seeds: Seeds, steps: int = 4000) -> float:
    """Return the env's own steps per CPU second, under uniform random keys."""
    env = make(seeds=seeds)
    env.reset()
    keys = random.Random(seeds.core)
    start = time.process_time()
    for _ in range(steps):
        _, _, terminated, truncated, _ = env.step(keys.randrange(121))
        if terminated or truncated:
            env.reset()
    speed = steps / (time.process_time() - start)
    env.close()
    return speed
