"""Real play for the tests of the text layer."""

import numpy as np
import pytest

from yendor.agents.make import make_agent
from yendor.core.agent import Observation, copy_observation
from yendor.envs.make import make
from yendor.nethack.actions import ESC, MORE, index_by_name

ASKING = [
    index_by_name(f"Command.{name}")
    for name in ("INVENTORY", "INVENTTYPE", "ATTRIBUTES", "DROPTYPE", "OVERVIEW", "EAT", "THROW", "ENGRAVE", "PICKUP",
                 "LOOK", "TRAVEL", "SEESPELLS", "KNOWN", "EXTCMD", "WIELD", "CALL", "QUIT")
]  # fmt: skip
"""Commands that open menus and questions."""


@pytest.fixture(scope="session")
def played() -> list[Observation]:
    """A few hundred observations, game after game: the bot's, the bot's with odd keys, and random keys alone."""
    found: list[Observation] = []
    for game, share in enumerate((0.0, 0.3, 1.0, 1.0)):
        env, bot, draw = make(seeds=(1200 + game, 2200 + game)), make_agent("bot"), np.random.default_rng(game)
        bot.reset(game)
        observation, _ = env.reset()
        for _ in range(160):
            found.append(copy_observation(observation))
            action = bot.act(observation).action
            if draw.random() < share:
                action = int(draw.choice([*ASKING, *[ESC] * 5, *[MORE] * 3, *draw.integers(0, 121, 8)]))
            bot.observe(observation, action)
            observation, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                break
        found.append(copy_observation(observation))
        env.close()
    return found
