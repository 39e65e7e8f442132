"""`yendor doctor`: check the installation, seeding and kernels, in words."""

import importlib.util
import platform
import shutil
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

USAGE = """\
usage: yendor doctor

Checks Python, the NetHack engine, that seeds fix the game, the compiled kernels, what is optional,
and the free disk space. Exit code 0: all needed parts work; 1: one does not, and what to do.
"""


class Trouble(Exception):
    """A check that failed: what was seen, and what to do."""


def main(argv: list[str]) -> int:
    """Run all checks and print one line for each."""
    if argv and argv[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0
    failures = 0
    for name, check in CHECKS.items():
        try:
            mark, words = "ok", check()
        except Trouble as trouble:
            mark, words, failures = "FAILED", str(trouble), failures + 1
        except Exception as error:  # a check must not stop the other ones
            mark, words, failures = "FAILED", f"{type(error).__name__}: {error}", failures + 1
        print(f"{mark:<6}  {name:<8}  {words}")
    print("All is well." if not failures else f"{failures} of {len(CHECKS)} checks failed.")
    return 1 if failures else 0


def _python() -> str:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise Trouble(f"Python {platform.python_version()}; nle 1.3.0 has wheels for 3.11 to 3.13: use one of them")
    return f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"


def _engine() -> str:
    from yendor.envs.make import NETHACK_VERSION, make

    if version("nle") != "1.3.0":
        raise Trouble(f"nle {version('nle')}; results are comparable with 1.3.0 only: pip install nle==1.3.0")
    env = make(seeds=(1, 1))
    env.reset()
    keys = [int(action) for action in env.engine.actions]
    observation, *_ = env.step(keys.index(ord("v")))
    said = bytes(observation["message"]).rstrip(b"\0").decode("ascii", "replace")
    env.close()
    if NETHACK_VERSION not in said:
        raise Trouble(f"the engine says {said!r}, expected NetHack {NETHACK_VERSION}")
    return f"nle 1.3.0, {said.split(' last')[0]}"


def _seeding() -> str:
    games = [_play(1, 2), _play(1, 2), _play(3, 4)]
    if games[0] != games[1]:
        raise Trouble("equal seeds played different games: results of this machine cannot be reproduced")
    if games[0] == games[2]:
        raise Trouble("different seeds played the same game: seeding has no effect")
    return "equal seeds play equal games, others differ (200 steps, every observation compared)"


def _play(core: int, disp: int) -> bytes:
    from yendor.envs.make import make

    env = make(seeds=(core, disp))
    observation, _ = env.reset()
    seen = []
    for step in range(200):
        seen.append(b"".join(observation[key].tobytes() for key in sorted(observation)))
        observation, *_ = env.step(step * 7 % 8)
    env.close()
    return b"".join(seen)


def _kernels() -> str:
    import numpy as np

    from yendor import _native

    walkable = np.ones((21, 79), np.uint8)
    rows, columns = np.indices(walkable.shape)
    expected = np.maximum(abs(rows - 10), abs(columns - 40))
    started = time.perf_counter()
    for _ in range(100):
        found = _native.flood(walkable, walkable, 10, 40)
    spent = (time.perf_counter() - started) / 100
    if not np.array_equal(found, expected):
        raise Trouble("the distance kernel gives wrong distances: rebuild with pip install --force-reinstall .")
    return f"compiled kernels answer rightly (distances over a whole map in {spent * 1e6:.0f} us)"


def _learning() -> str:
    if importlib.util.find_spec("torch") is None:
        return "torch is not installed; the bot plays without it, and for learning: pip install 'yendor[learn]'"
    import torch

    device = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "no GPU, which is fine"
    return f"torch {torch.__version__}, {device}, {torch.get_num_threads()} threads"


def _extras() -> str:
    found = []
    for package in ("tensorboard", "wandb", "ray"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"no {package}")
    return ", ".join(found) + " (all optional)"


def _disk() -> str:
    free: Any = shutil.disk_usage(".").free / 2**30
    if free < 1:
        raise Trouble(f"{free:.1f} GiB free here; recordings take about 30 MB per million steps, checkpoints more")
    return f"{free:.0f} GiB free here"


CHECKS: dict[str, Callable[[], str]] = {
    "python": _python,
    "engine": _engine,
    "seeding": _seeding,
    "kernels": _kernels,
    "learning": _learning,
    "extras": _extras,
    "disk": _disk,
}
