"""The env: really seeded, blind to the clock, honest about its protocol and its end."""

import dataclasses
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import gymnasium
import numpy as np
import pytest
from nle.env import base

from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds
from yendor.envs.make import TASKS, make

PLAY = """
import hashlib, sys
import numpy as np
from yendor.envs.make import make
env = make(seeds=(int(sys.argv[1]), int(sys.argv[2])))
observation, _ = env.reset()
keys = np.random.default_rng(0)
digest = hashlib.sha256()
for _ in range(400):
    observation, _, terminated, truncated, _ = env.step(int(keys.choice([0, 1, 2, 3, 4, 5, 6, 7, 19, 38])))
    for key in sorted(observation):
        digest.update(observation[key].tobytes())
    if terminated or truncated:
        break
print(digest.hexdigest())
"""


def play(core: int, disp: int) -> str:
    command = [sys.executable, "-c", PLAY, str(core), str(disp)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_equal_seeds_play_equal_games_in_separate_processes() -> None:
    assert play(11, 12) == play(11, 12)
    assert play(11, 12) != play(13, 12)


def test_every_reset_plays_the_game_of_the_seeds() -> None:
    env = make(seeds=(3, 4))
    first = {k: v.copy() for k, v in env.reset()[0].items()}
    env.step(1)
    again = env.reset()[0]
    assert all(np.array_equal(first[key], again[key]) for key in first)
    assert env.engine.get_seeds()[:3] == (3, 4, False)


COUNTS = ("_steps", "_no_progress_count", "_frozen_steps")


@pytest.mark.parametrize(
    ("core", "keys", "settings"),
    [
        (5, range(121), {}),  # a game that quits or dies
        (6, (0, 1, 2, 3, 18, 38), {"max_steps": 250}),
        (7, (38,), {"no_progress_timeout": 60}),
    ],
)
def test_a_step_is_nle_s_own(core: int, keys: Sequence[int], settings: dict[str, int]) -> None:
    ours, theirs = make(seeds=(core, core), **settings).engine, make(seeds=(core, core), **settings).engine
    for env in (ours, theirs):
        env.seed(core, core, reseed=False)
        env.reset()
    chosen = np.random.default_rng(core)
    for _ in range(20_000):
        action = int(chosen.choice(keys))
        observation, *told = ours.step(action)
        expected, *truth = base.NLE.step(theirs, action)
        assert told == truth
        assert [getattr(ours, name) for name in COUNTS] == [getattr(theirs, name) for name in COUNTS]
        assert all(np.array_equal(observation[key], expected[key]) for key in expected)
        if told[1]:
            break
    assert told[1]


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no file system in memory")
def test_levels_are_kept_in_memory_unless_a_place_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    before = tempfile.gettempdir()
    env = make(seeds=(1, 1))
    kept = Path(env.engine.nethack._vardir)
    assert kept.is_relative_to("/dev/shm") == (shutil.disk_usage("/dev/shm").free >= 1 << 30)
    assert tempfile.gettempdir() == before
    env.close()
    assert not kept.exists()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    env = make(seeds=(1, 1))
    assert Path(env.engine.nethack._vardir).is_relative_to(tmp_path)
    env.close()


def test_protocol_is_readable() -> None:
    env = make(seeds=(1, 1), character="val-dwa-fem-law", max_steps=77, no_progress_timeout=55)
    protocol = dataclasses.asdict(env.protocol)
    assert protocol["max_episode_steps"] == 77
    assert protocol["no_progress_timeout"] == 55
    assert protocol["fix_moon_phase"] is True
    assert protocol["nle"] == "1.3.0"
    assert protocol["actions"] == 121


def test_defaults_are_the_challenges() -> None:
    protocol = make(seeds=(1, 1)).protocol
    assert (protocol.max_episode_steps, protocol.no_progress_timeout, protocol.character) == (1_000_000, 10_000, "@")


def test_step_limit_truncates_and_says_so() -> None:
    env = make(seeds=(1, 1), max_steps=5)
    env.reset()
    for _ in range(4):
        assert env.step(1)[2:4] == (False, False)
        assert env.end_reason() is None
    assert env.step(1)[2:4] == (False, True)
    assert env.end_reason() == "max_steps"


def test_no_progress_is_named() -> None:
    env = make(seeds=(1, 1), no_progress_timeout=20)
    env.reset()
    for _ in range(21):
        *_, terminated, truncated, _ = env.step(38)  # ESC takes no time
        if truncated:
            break
    assert (terminated, truncated) == (False, True)
    assert env.end_reason() == "no_progress"


@pytest.mark.parametrize("task", sorted(TASKS))
def test_every_task_plays(task: str) -> None:
    env = make(task, seeds=(1, 2))
    env.reset()
    observation, *_ = env.step(1)
    assert env.action_space.n == 121
    assert observation["tty_chars"].shape == (24, 80)


def test_gymnasium_knows_the_envs() -> None:
    env = gymnasium.make("yendor.envs:yendor/NetHackScore-v0", seeds=(1, 2))
    first, _ = env.reset()
    digest = hashlib.sha256(first["tty_chars"].tobytes()).hexdigest()
    other = make("NetHackScore-v0", seeds=Seeds(1, 2)).reset()[0]
    assert digest == hashlib.sha256(other["tty_chars"].tobytes()).hexdigest()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"task": "NetHackChalenge-v0"}, "Did you mean 'NetHackChallenge-v0'"),
        ({"character": "vak-dwa-fem-law"}, "'vak'"),
        ({"character": "val-val"}, "'val'"),
        ({"max_steps": 0}, "at least 1"),
        ({"task": "NetHackScore-v0", "no_progress_timeout": 5}, "Only the Challenge"),
        ({"observation_keys": ("glyph",)}, "Did you mean 'glyphs'"),
    ],
)
def test_mistakes_are_explained(settings: dict[str, object], words: str) -> None:
    with pytest.raises(YendorError) as caught:
        make(**settings)  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_leaving_the_dungeon_is_no_death() -> None:
    from yendor.nethack import actions as a

    env = make(seeds=(1001, 2001))  # this hero begins on the stairs up
    env.reset()
    for key in (a.UP, a.index_of("y"), a.MORE, a.MORE, a.MORE, a.MORE):
        *_, terminated, truncated, _ = env.step(key)
        if terminated or truncated:
            break
    assert (terminated, truncated) == (True, False)
    assert env.end_reason() == "quit"
