"""Recording: aligned to the key, resumable after a kill, blind to no failure."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from yendor.core.agent import Decision
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds, seed_list
from yendor.data.catalogue import Catalogue
from yendor.data.labels import read_labels
from yendor.data.recorder import Job, record, record_with, verify_game
from yendor.data.ttyrec import Survey, survey
from yendor.nethack.actions import KEYS, TWINS


class Scripted:
    """Presses a fixed sequence, every key of NetHack but those that end the game, and remembers it."""

    name = "scripted"

    def __init__(self) -> None:
        self.pressed: list[int] = []

    def reset(self, seed: int) -> None:
        self.draw = np.random.default_rng(seed)
        self.pressed = []
        self.next = 0

    def act(self, observation: object) -> Decision:
        # Twins and all: odd steps walk, so that the game goes on.
        step = len(self.pressed)
        action = step * 7 % 121 if step % 3 == 0 else step % 8
        if action in (65, 74, 85):  # quit, save, shell
            action = 38
        return Decision(action, f"script/part{step % 2}")

    def observe(self, observation: object, action: int) -> None:
        self.pressed.append(action)


@pytest.mark.parametrize("steps", [1, 400])
def test_every_key_is_recorded_and_labelled(tmp_path: Path, steps: int) -> None:
    agent = Scripted()
    job = Job("scripted", Seeds(5, 6), "@", steps, tmp_path)
    game = record_with(agent, job)  # type: ignore[arg-type]
    folder = tmp_path / "games" / "5-6"
    keys = survey(next(folder.glob("*.ttyrec3.bz2"))).keys
    labels = read_labels(folder / "labels.ylab")
    assert game["steps"] == len(agent.pressed)
    assert len(labels.indices) == len(keys) == game["frames"]
    chosen = labels.indices >= 0
    assert bytes(np.frombuffer(keys, np.uint8)[chosen]) == bytes(KEYS[a] & 0xFF for a in agent.pressed)
    names = [labels.names[i] for i in labels.indices[chosen]]
    assert names == [f"script/part{i % 2}" for i in range(len(agent.pressed))]
    assert any(a in TWINS for a in agent.pressed) or steps == 1


def test_recording_twice_with_equal_seeds_gives_equal_keys_and_screens(tmp_path: Path) -> None:
    from yendor.data.stream import Stream, StreamConfig

    for name in ("a", "b"):
        record("bot", seed_list("dev:2"), tmp_path / name, max_steps=400, workers=2, quiet=True)
    batches = [
        list(Stream(tmp_path / name, StreamConfig(2, 500, shuffle=False, loop=False, projection="path")))
        for name in ("a", "b")
    ]
    assert len(batches[0]) == len(batches[1])
    for one, other in zip(*batches, strict=True):
        pressed = one.keypresses > 0  # after the last key NetHack names its record's path, which differs
        for field in ("tty_chars", "tty_colors", "tty_cursor", "keypresses", "scores", "labels", "mask"):
            assert np.array_equal(getattr(one, field)[pressed], getattr(other, field)[pressed]), field


def test_finished_games_are_kept_and_new_ones_added(tmp_path: Path) -> None:
    first = record("walker", seed_list("dev:2"), tmp_path / "g", max_steps=50, workers=1, quiet=True)
    again = record("walker", seed_list("dev:3"), tmp_path / "g", max_steps=50, workers=1, quiet=True)
    assert (first.recorded, first.found) == (2, 0)
    assert (again.recorded, again.found) == (1, 2)
    assert len(Catalogue(tmp_path / "g").games()) == 3


def test_mistakes_are_refused_before_any_game(tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="withheld"):
        record("walker", seed_list("withheld:2"), tmp_path / "w")
    with pytest.raises(YendorError, match="unknown agent 'wlaker'"):
        record("wlaker", seed_list("dev:2"), tmp_path / "w")
    assert not (tmp_path / "w").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "precious").write_text("x")
    with pytest.raises(YendorError, match="holds something else"):
        record("walker", seed_list("dev:2"), tmp_path / "other")
    record("walker", seed_list("dev:1"), tmp_path / "g", max_steps=20, workers=0, quiet=True)
    with pytest.raises(YendorError, match=r"max_steps = 20, now it is 30"):
        record("walker", seed_list("dev:1"), tmp_path / "g", max_steps=30, workers=0, quiet=True)


class Troubled(Scripted):
    """Fails, hangs or dies, by the game's seed."""

    name = "troubled"

    def reset(self, seed: int) -> None:
        super().reset(seed)
        self.seed = seed

    def act(self, observation: object) -> Decision:
        if len(self.pressed) == 5:
            if self.seed == 1001:
                raise ValueError("no idea")
            if self.seed == 1002:
                os.kill(os.getpid(), signal.SIGKILL)
            if self.seed == 1003:
                time.sleep(600)
        return super().act(observation)


def test_bad_games_are_counted_and_good_ones_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Path(__file__).read_text()
    (tmp_path / "troubled_agent.py").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    spec = "troubled_agent:Troubled"
    summary = record(spec, seed_list("dev:6"), tmp_path / "g", max_steps=60, workers=2, hang_s=30, quiet=True)
    assert summary.recorded == 3
    assert sorted(name.split("-")[0] for name, _ in summary.failed) == ["1001", "1002", "1003"]
    reasons = " ".join(why for _, why in summary.failed)
    assert "no idea" in reasons
    assert "SIGKILL" in reasons
    assert "hung" in reasons
    assert [verify_game(game.files) for game in Catalogue(tmp_path / "g").games()] == ["", "", ""]


def test_killed_and_resumed_nothing_finished_is_lost(tmp_path: Path) -> None:
    out = tmp_path / "g"
    command = [str(Path(sys.executable).parent / "yendor"), "record", "--agent", "walker", "--seeds", "dev:12"]
    command += ["--max-steps", "3000", "--workers", "2", "--out", str(out)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    while len(list((out / "games").glob("*"))) < 3:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = {p.parent.name: p.stat().st_mtime_ns for p in (out / "games").glob("*/game.json")}
    finished = {p.name for p in (out / "games").glob("*")}
    assert 3 <= len(finished) < 12
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert f"{len(finished)} found finished" in run.stdout
    games = Catalogue(out).games()
    assert sorted(game.row["key"] for game in games) == sorted(f"{1000 + k}-{2000 + k}" for k in range(12))
    assert all(verify_game(game.files) == "" for game in games)
    assert before.items() <= {p.parent.name: p.stat().st_mtime_ns for p in (out / "games").glob("*/game.json")}.items()
    assert not (out / ".part").exists()


def test_settings_that_cannot_be_played_leave_no_folder(tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="max_steps = 0"):
        record("walker", seed_list("dev:2"), tmp_path / "g", max_steps=0)
    with pytest.raises(YendorError, match="unknown character 'wal'"):
        record("walker", seed_list("dev:2"), tmp_path / "g", character="wal")
    assert not (tmp_path / "g").exists()


def test_two_recordings_never_share_a_folder(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "yendor"), "record", "--agent", "walker", "--seeds", "dev:4"]
    command += ["--max-steps", "2000", "--out", str(tmp_path / "g")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while not (tmp_path / "g" / ".part").exists():
        assert process.poll() is None, "it ended before the second one could begin"
        time.sleep(0.01)
    with pytest.raises(YendorError, match="another recording is writing"):
        record("walker", seed_list("dev:4"), tmp_path / "g", max_steps=2000, quiet=True)
    assert process.wait() == 0
    assert len(Catalogue(tmp_path / "g").games()) == 4


def test_a_game_whose_folder_was_deleted_is_played_again(tmp_path: Path) -> None:
    record("walker", seed_list("dev:2"), tmp_path / "g", max_steps=20, workers=0, quiet=True)
    shutil.rmtree(tmp_path / "g" / "games" / "1000-2000")
    again = record("walker", seed_list("dev:2"), tmp_path / "g", max_steps=20, workers=0, quiet=True)
    assert (again.recorded, again.found) == (1, 1)
    assert len(Catalogue(tmp_path / "g").games()) == 2


def test_a_recorded_game_is_not_overwritten(tmp_path: Path) -> None:
    job = Job("scripted", Seeds(5, 6), "@", 9, tmp_path)
    record_with(Scripted(), job)
    with pytest.raises(YendorError, match="this game is recorded"):
        record_with(Scripted(), job)


def test_a_full_disk_is_named_and_leaves_no_half_game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 1000})()
    with monkeypatch.context() as patch:  # NLE's writer fails in silence: keys are missing, and the disk is full
        patch.setattr("yendor.data.recorder.survey", lambda path: Survey(3))
        patch.setattr("shutil.disk_usage", lambda path: usage)
        with pytest.raises(YendorError, match=r"the disk of .* is full"):
            record("walker", seed_list("dev:2"), tmp_path / "g", max_steps=20, workers=0, quiet=True)
    assert not list((tmp_path / "g").glob("games/*"))
    assert not (tmp_path / "g" / ".part").exists()
    assert record("walker", seed_list("dev:2"), tmp_path / "g", max_steps=20, workers=0, quiet=True).recorded == 2
