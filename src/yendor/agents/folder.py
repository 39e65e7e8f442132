"""A bot from a folder: its `bot.py` has `make_agent()`, and what that makes has `reset` and `act`.

It is the form in which NetHack arenas take bots. `reset(observation)` is told a game's first observation,
`act(observation)` returns an index into `nle.nethack.ACTIONS`, and `close()`, where there is one, ends a game.
"""

import importlib.util
import random
import sys
import traceback
from collections.abc import Callable
from hashlib import sha256
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

from yendor.core.agent import Decision, Observation, copy_observation
from yendor.core.errors import YendorError
from yendor.nethack.actions import KEYS

ENTRY = "bot.py"


def is_bot_folder(place: Path) -> bool:
    """Tell whether a folder holds a bot."""
    return (place / ENTRY).is_file()


class FolderAgent:
    """Plays with the bot of a folder; each game gets a new one, and numbers drawn by `random` and numpy are seeded.

    The bot takes its own answers for pressed: it cannot shadow another player. It is shown read-only copies of
    the observations, which it may keep.

    Args:
        folder: The folder.

    Raises:
        YendorError: `bot.py` cannot be imported, or makes no bot.
    """

    def __init__(self, folder: Path) -> None:
        self.name = folder.resolve().name
        self._folder = folder
        self._make = _load(folder)
        self._bot: Any = None
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Make a bot for the next game."""
        if callable(getattr(self._bot, "close", None)):
            self._ask(self._bot.close)
        random.seed(seed)
        np.random.seed(seed % 2**32)
        self._bot = self._ask(self._make)
        lacking = [name for name in ("reset", "act") if not callable(getattr(self._bot, name, None))]
        if lacking:
            raise YendorError(f"{self._folder}: what make_agent() makes has no {' and no '.join(lacking)}")
        self._told = False
        self._decision: Decision | None = None

    def act(self, observation: Observation) -> Decision:
        """Ask the bot for the next key; the same one until it is pressed.

        Raises:
            YendorError: The bot fails, or answers with something else than an action's index.
        """
        if self._decision is None:
            shown = copy_observation(observation)
            for array in shown.values():
                array.setflags(write=False)
            if not self._told:
                self._ask(self._bot.reset, shown)
                self._told = True
            self._decision = Decision(self._index(self._ask(self._bot.act, shown)))
        return self._decision

    def observe(self, observation: Observation, action: int) -> None:
        """Go on to the next observation; a bot that was not asked about this one is asked now, to see it."""
        self.act(observation)
        self._decision = None

    def _ask(self, method: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return method(*arguments)
        except (Exception, SystemExit) as error:
            name = getattr(method, "__name__", "its bot")
            raise YendorError(f"{self._folder}: {name}() failed: {_words(error)}") from error

    def _index(self, answer: Any) -> int:
        if isinstance(answer, bool) or not isinstance(answer, Integral) or not 0 <= int(answer) < len(KEYS):
            raise YendorError(f"{self._folder}: act() answered {answer!r}, not an action's index, 0 to {len(KEYS) - 1}")
        return int(answer)


def _load(folder: Path) -> Callable[[], Any]:
    """Import `bot.py` under a name of its own, once for each content, and return its `make_agent`."""
    file = folder.resolve() / ENTRY
    try:
        content = file.read_bytes()
    except OSError as error:
        raise YendorError(f"cannot read {file}: {error.strerror}") from error
    name = f"yendor_folder_{sha256(str(file).encode() + content).hexdigest()[:16]}"
    if name not in sys.modules:
        _import(folder, file, name)
    make = getattr(sys.modules[name], "make_agent", None)
    if not callable(make):
        raise YendorError(f"{folder}: its {ENTRY} has no make_agent()", "See docs/06-your-own-agent.md.")
    found: Callable[[], Any] = make
    return found


def _import(folder: Path, file: Path, name: str) -> None:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))  # as in an arena, it may import what lies beside it, now or later
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise YendorError(f"{folder}: its {ENTRY} cannot be imported: {_words(error)}") from error


def _words(error: BaseException) -> str:
    """Return an exception's kind, words and place on one line."""
    words = f"{type(error).__name__}: {error}".replace("\n", " ").removesuffix(": ")
    calls = traceback.extract_tb(error.__traceback__)
    return f"{words} ({calls[-1].filename}, line {calls[-1].lineno})" if calls else words
