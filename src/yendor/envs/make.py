"""Make a NetHack env that is really seeded, says under which protocol it plays, and why a game ended."""

import _ctypes
import ctypes
import os
import platform
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import gymnasium
from nle import nethack
from nle.env import base, tasks

from yendor.core.errors import YendorError, did_you_mean
from yendor.core.seeds import Seeds

# NLE warns when a game that a limit ends is asked a question just then; it is ended all the same.
warnings.filterwarnings("ignore", message=".*smooth quitting of game failed.*")

OBSERVATION_KEYS: tuple[str, ...] = (
    "glyphs",
    "chars",
    "colors",
    "specials",
    "blstats",
    "message",
    "inv_glyphs",
    "inv_strs",
    "inv_letters",
    "inv_oclasses",
    "tty_chars",
    "tty_colors",
    "tty_cursor",
    "misc",
)
"""What every agent sees: all that a player sees, and nothing that a player does not."""

NETHACK_VERSION = "3.6.7"
"""The engine inside nle 1.3.0 (`yendor doctor` compares it with the version the game itself prints)."""

_ROLES = ["arc", "bar", "cav", "hea", "kni", "mon", "pri", "ran", "rog", "sam", "tou", "val", "wiz"]
_RACES = ["hum", "elf", "dwa", "gno", "orc"]
_ALIGNMENTS = ["law", "neu", "cha"]
_GENDERS = ["mal", "fem"]


@dataclass(frozen=True)
class Protocol:
    """Everything that decides which games are played, apart from the seeds; stored with each result."""

    task: str
    character: str
    max_episode_steps: int
    no_progress_timeout: int | None
    """Steps without a turn after which the env ends the game; None where the task has no such rule."""
    fix_moon_phase: bool
    fix_birthday: bool
    """Take the moment of the game's beginning from the seed (shop names and prices depend on it)."""
    reseed: bool
    actions: int
    allow_all_prompts: bool
    nle: str
    nethack: str
    machine: str
    """Processor architecture: the same seeds play other games on another one."""


class _SeededChallenge(tasks.NetHackChallenge):
    """The Challenge with NLE's own `seed` restored, and a shorter `step`; the rules of the game are untouched."""

    last_observation: tuple[Any, ...]
    _turns: int | None
    _steps: int
    _no_progress_count: int
    _frozen_steps: int

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name in ("set_initial_seeds", "set_current_seeds", "get_current_seeds"):
            self.nethack.__dict__.pop(name)

    def seed(
        self, core: int | None = None, disp: int | None = None, reseed: bool = False, lgen: int | None = None
    ) -> tuple[Any, ...]:
        seeds: tuple[Any, ...] = base.NLE.seed(self, core, disp, reseed, lgen)
        return seeds

    def step(self, action: int) -> tuple[Any, ...]:
        """NLE's own step without its detours: it copies all observations, to look back at the score and the clock.

        The reward is the score's growth: the Challenge's penalties are 0.
        """
        numbers = self.last_observation[self._blstats_index]
        score, turn = numbers.item(nethack.NLE_BL_SCORE), numbers.item(nethack.NLE_BL_TIME)
        observation, done = self.nethack.step(self.actions[action])
        numbers = observation[self._blstats_index]
        now = numbers.item(nethack.NLE_BL_TIME)
        stalled = self._no_progress_count + 2 if now == self._turns else 1  # NLE counts every step twice
        over = done or observation[self._program_state_index].item(0) == 1
        if over or self._steps + 1 >= self._max_episode_steps or stalled >= self.no_progress_timeout:
            before = {nethack.NLE_BL_SCORE: score, nethack.NLE_BL_TIME: turn}
            return self._last_step(before, action, observation, done)
        self._turns, self._no_progress_count = now, stalled
        self._steps += 1
        self.last_observation = observation
        self._frozen_steps = self._frozen_steps + 1 if now == turn else 0
        growth = numbers.item(nethack.NLE_BL_SCORE) - score if self.nethack.in_normal_game() else 0
        status = self.StepStatus.RUNNING
        return self._get_observation(observation), float(growth), False, False, self._get_information(status)

    def _last_step(self, before: dict[int, int], action: int, observation: Any, done: bool) -> tuple[Any, ...]:
        """What NLE does after a step that may be the last."""
        truncated = self._check_abort(observation)
        if observation[self._program_state_index][0] == 1:
            observation, done = self._perform_known_steps(observation, done, exceptions=True)
        self._steps += 1
        self.last_observation = observation
        status = self._get_end_status(observation, done)
        reward = float(self._reward_fn({self._blstats_index: before}, action, observation, status))
        if status and not done:
            self._quit_game(observation, done)  # try to end the game nicely
            done = True
        return self._get_observation(observation), reward, done, truncated, self._get_information(status)


TASKS: dict[str, type[base.NLE]] = {
    "NetHack-v0": base.NLE,
    "NetHackScore-v0": tasks.NetHackScore,
    "NetHackStaircase-v0": tasks.NetHackStaircase,
    "NetHackStaircasePet-v0": tasks.NetHackStaircasePet,
    "NetHackOracle-v0": tasks.NetHackOracle,
    "NetHackGold-v0": tasks.NetHackGold,
    "NetHackEat-v0": tasks.NetHackEat,
    "NetHackScout-v0": tasks.NetHackScout,
    "NetHackChallenge-v0": _SeededChallenge,
}


class YendorEnv(gymnasium.Wrapper[Any, Any, Any, Any]):
    """A NetHack game with seeds, protocol and end reason.

    Attributes:
        seeds: The game's seeds, or None for a random game.
        protocol: The rules it is played under.
    """

    def __init__(self, env: base.NLE, seeds: Seeds | None, protocol: Protocol) -> None:
        super().__init__(env)
        self.seeds, self.protocol = seeds, protocol
        self._ended: str | None = None

    @cached_property
    def engine(self) -> Any:
        """NLE's own env."""
        return self.env.unwrapped

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start the game. Every reset plays the game of `seeds`; `seed` is refused, since NLE ignores it.

        With `seed=k` on an env made without seeds, the game is core=k, disp=k, for gymnasium's tools.
        """
        if seed is not None and self.seeds is not None and seed != self.seeds.core:
            raise YendorError(
                f"reset(seed={seed}) on an env made with seeds={tuple(self.seeds)}",
                "Make a new env with other seeds.",
            )
        seeds = self.seeds or (Seeds(seed, seed) if seed is not None else None)
        if seeds is not None:
            self.engine.seed(seeds.core, seeds.disp, reseed=False)
        self._ended = None
        result: tuple[Any, dict[str, Any]] = self.env.reset()
        if seeds is not None and self.protocol.fix_birthday:
            set_birthday(self.engine.nethack.dlpath, _FIRST_BIRTHDAY + seeds.core * _BIRTHDAY_STEP % _BIRTHDAY_SPAN)
        return result

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Press a key. `terminated` is the game's own end, `truncated` a limit of the protocol.

        NLE reports a limit with both flags; here exactly one is true at the end.
        """
        observation, reward, done, truncated, info = self.env.step(action)
        if done or truncated:
            self._ended = self._reason(info)
            over = self._ended in ("death", "ascended", "quit", "task")
            return observation, float(reward), over, not over, info
        return observation, float(reward), False, False, info

    def end_reason(self) -> str | None:
        """Return why the game ended: death, ascended, quit, task, no_progress, max_steps; None while it runs."""
        return self._ended

    def _reason(self, info: dict[str, Any]) -> str:
        engine = self.engine
        if info.get("is_ascended"):
            return "ascended"
        if int(info["end_status"]) == int(base.NLE.StepStatus.ABORTED):
            limit = getattr(engine, "no_progress_timeout", None)
            if limit is not None and engine._no_progress_count >= limit:
                return "no_progress"
            return "max_steps"
        if int(info["end_status"]) > 1:
            return "task"
        return "quit" if engine.nethack.how_done() in _QUIT else "death"


_QUIT = (nethack.QUIT, nethack.ESCAPED)
"""How a game ends by the player's own will: quitting, or leaving the dungeon by its first stairs."""


_FIRST_BIRTHDAY, _BIRTHDAY_STEP, _BIRTHDAY_SPAN = 1_000_000_000, 86_413, 500_000_000
"""Games are begun at some moment of the years 2001 to 2017, given by the core seed."""


def set_birthday(library: str, seconds: int) -> None:
    """Set the moment at which the engine believes the game was begun.

    NetHack reads the system clock once, into `ubirthday`, and derives from it what shopkeepers are called and
    what they pay, which ants live in an anthole, and what T-shirts say: without this, equal seeds play other
    games some minutes later. None of it happens before the first observation.

    Args:
        library: Path of the engine's shared library as this instance has loaded it.
        seconds: Since 1970.
    """
    handle = ctypes.CDLL(library)
    try:
        ctypes.c_long.in_dll(handle, "ubirthday").value = seconds
    finally:
        _ctypes.dlclose(handle._handle)  # the engine resets itself by unloading: no handle may be left over


def make(
    task: str = "NetHackChallenge-v0",
    *,
    seeds: tuple[int, int] | None = None,
    character: str = "@",
    max_steps: int | None = None,
    no_progress_timeout: int | None = None,
    fix_moon_phase: bool = True,
    fix_birthday: bool = True,
    actions: Literal["full", "task"] = "full",
    observation_keys: tuple[str, ...] = OBSERVATION_KEYS,
    savedir: str | Path | None = None,
    render_mode: str = "ansi",
) -> YendorEnv:
    """Make an env.

    Args:
        task: One of `TASKS`.
        seeds: `(core, disp)`; equal seeds and keys give equal games. None plays a random game.
        character: `role-race-gender-alignment`, such as `val-hum-fem-law`; `@` is random.
        max_steps: Limit on the steps; None leaves the task's own.
        no_progress_timeout: Steps without a turn until the game is ended; None leaves the task's own.
        fix_moon_phase: Take the moon, Friday 13th and the hour from the seed, not from the clock.
        fix_birthday: Take the moment of the game's beginning from the seed too.
        actions: `full` gives every task the 121 keys and all prompts, as in the Challenge; `task`
            leaves NLE's reduced set and its automatic answers.
        observation_keys: NLE's keys to observe.
        savedir: Folder for NLE's own recording (`nle.<pid>.<episode>.ttyrec3.bz2` and xlogfile).

    Raises:
        YendorError: Unknown task, character or observation key; limits below 1.
    """
    if task not in TASKS:
        raise YendorError(f"unknown env {task!r}", did_you_mean(task, TASKS))
    _check_character(character)
    for key in observation_keys:
        if key not in nethack.OBSERVATION_DESC:
            raise YendorError(f"unknown observation key {key!r}", did_you_mean(key, nethack.OBSERVATION_DESC))
    for name, limit in (("max_steps", max_steps), ("no_progress_timeout", no_progress_timeout)):
        if limit is not None and limit < 1:
            raise YendorError(f"{name} = {limit}", "It must be at least 1.")
    settings: dict[str, Any] = {
        "character": character,
        "observation_keys": observation_keys,
        "fix_moon_phase": fix_moon_phase,
        "render_mode": render_mode,
        "savedir": str(savedir) if savedir is not None else None,
        "save_ttyrec_every": int(savedir is not None),
    }
    challenge = TASKS[task] is _SeededChallenge
    if max_steps is not None:
        settings["max_episode_steps"] = max_steps
    if no_progress_timeout is not None:
        if not challenge:
            raise YendorError(
                f"no_progress_timeout = {no_progress_timeout} with {task}", "Only the Challenge has this rule."
            )
        settings["no_progress_timeout"] = no_progress_timeout
    if not challenge and actions == "full":
        settings |= {"actions": nethack.ACTIONS, "allow_all_yn_questions": True, "allow_all_modes": True}
    with _files_in_memory():
        env = TASKS[task](**settings)
    pair = Seeds(*seeds) if seeds is not None else None
    return YendorEnv(env, pair, _protocol(task, env, character, fix_moon_phase, fix_birthday))


_MEMORY, _ROOM = "/dev/shm", 1 << 30


@contextmanager
def _files_in_memory() -> Iterator[None]:
    """Let an env that is made in here keep its levels in memory, where there is room and nobody has set `TMPDIR`.

    At each stair the engine writes one level to a file and reads another, four bytes at a time: on a disk that is a
    sixth of the time of a game with many stairs. The files are a few megabytes, and go with the env.
    """
    if any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")) or not _roomy(_MEMORY):
        yield
        return
    before, tempfile.tempdir = tempfile.tempdir, _MEMORY
    try:
        yield
    finally:
        tempfile.tempdir = before


def _roomy(folder: str) -> bool:
    try:
        return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= _ROOM
    except OSError:
        return False


def _protocol(task: str, env: base.NLE, character: str, fix_moon_phase: bool, fix_birthday: bool) -> Protocol:
    return Protocol(
        task=task,
        character=character,
        max_episode_steps=int(env._max_episode_steps),
        no_progress_timeout=getattr(env, "no_progress_timeout", None),
        fix_moon_phase=fix_moon_phase,
        fix_birthday=fix_birthday,
        reseed=False,
        actions=len(env.actions),
        allow_all_prompts=bool(env._allow_all_modes),
        nle=version("nle"),
        nethack=NETHACK_VERSION,
        machine=platform.machine(),
    )


def _check_character(character: str) -> None:
    if character == "@":
        return
    known = (_ROLES, _RACES, _GENDERS, _ALIGNMENTS)
    seen: set[int] = set()
    for position, word in enumerate(re.split("-", character.lower())):
        kinds = [k for k, words in enumerate(known) if word[:3] in words]
        if (position == 0 and kinds != [0]) or not kinds or kinds[0] in seen:
            words = known[0] if position == 0 else [w for k, group in enumerate(known) if k not in seen for w in group]
            raise YendorError(
                f"unknown character {character!r}: {word!r}",
                f"{did_you_mean(word, words)} Write role-race-gender-alignment, for instance val-dwa-fem-law, or @.",
            )
        seen.add(kinds[0])
