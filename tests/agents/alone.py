"""Play games with a bot's folder where no Yendor can be imported: python alone.py DIR STEPS CORE_SEED ...

Prints one line of JSON: the keys of each game.
"""

import importlib
import json
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from typing import Any

from nle import nethack
from nle.env.base import NLE
from nle.env.tasks import NetHackChallenge


class NoYendor(MetaPathFinder):
    """Refuses to import Yendor."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> None:
        if name.split(".")[0] == "yendor":
            raise ModuleNotFoundError(f"there is no {name} here", name=name)


class Game(NetHackChallenge):
    """The Challenge with its default observations, seeded."""

    def __init__(self, steps: int) -> None:
        super().__init__(max_episode_steps=steps, fix_moon_phase=True)
        for name in ("set_initial_seeds", "set_current_seeds", "get_current_seeds"):
            self.nethack.__dict__.pop(name)

    seed = NLE.seed


def play(core: int, steps: int, begin: Callable[[Any], None], act: Callable[[Any], int]) -> list[int]:
    """Play a game of so many steps and return its keys; the observations are read-only, as in an arena."""
    game = Game(steps)
    game.seed(core, core + 1000, reseed=False)
    observation, _ = game.reset()
    keys: list[int] = []
    over = False
    while not over:
        shown = {key: value.copy() for key, value in observation.items()}
        for value in shown.values():
            value.setflags(write=False)
        if not keys:
            begin(shown)
        keys.append(act(shown))
        assert 0 <= keys[-1] < len(nethack.ACTIONS)
        observation, _, terminated, truncated, _ = game.step(keys[-1])
        over = terminated or truncated
    game.close()
    return keys


if __name__ == "__main__":
    sys.meta_path.insert(0, NoYendor())
    folder, steps, *seeds = sys.argv[1:]
    sys.path.insert(0, folder)
    bot = importlib.import_module("bot")
    player = bot.make_agent()
    games = [play(int(seed), int(steps), player.reset, player.act) for seed in seeds]
    loaded = {name.split(".")[0] for name in sys.modules}
    assert not loaded & {"yendor", "torch", "scipy", "tyro", "rich"}, loaded
    print(json.dumps(games))
