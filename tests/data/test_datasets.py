"""Merged, filtered and split datasets hold the same frames; observations are kept without loss."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yendor.core.agent import Decision
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds, seed_list
from yendor.data.catalogue import Catalogue
from yendor.data.datasets import merge, split
from yendor.data.games import Games
from yendor.data.observations import ALL, channel_names, decode_rows, encode_rows
from yendor.data.recorder import Job, enter, record, record_with
from yendor.data.shard import BLOCK_FRAMES
from yendor.data.transcode import TranscodeConfig, transcode, verify_stored


def made(folder: Path, seeds: str, store: bool, **settings: Any) -> Path:
    record("walker", seed_list(seeds), folder, max_steps=60, workers=0, quiet=True, **settings)
    if store:
        transcode(Catalogue(folder), TranscodeConfig(), workers=0, quiet=True)
    return folder


def frames(place: Path) -> set[tuple[str, bytes]]:
    games = Games(place)
    return {(games.row(g)["agent"], games[g].tty_chars.tobytes() + games[g].labels.tobytes()) for g in games}


def test_merged_datasets_hold_each_game_once(tmp_path: Path) -> None:
    one, two = made(tmp_path / "one", "dev:3", True), made(tmp_path / "two", "dev:2-5", False)
    done = merge([one, two, one], tmp_path / "both")
    assert (done.games, done.stored, done.known) == (6, 3, 3)
    assert frames(tmp_path / "both") == frames(one) | frames(two)
    keys = [row["key"] for row in Catalogue(tmp_path / "both").rows()]
    assert sorted(keys) == sorted({*keys})
    assert sum("@two" in key for key in keys) == 1  # dev game 2 is in both, played at other times
    copied = merge([tmp_path / "both"], tmp_path / "copy", copy=True)
    assert copied.games == 6
    assert all(str(tmp_path / "copy") in str(f.path) for g in Catalogue(tmp_path / "copy").games() for f in g.files)
    assert frames(tmp_path / "copy") == frames(tmp_path / "both")
    transcode(Catalogue(tmp_path / "copy"), TranscodeConfig(), workers=0, quiet=True)
    assert frames(tmp_path / "copy") == frames(tmp_path / "both")
    assert "6 |" in (tmp_path / "copy" / "CARD.md").read_text()


def test_parts_are_disjoint_and_stay_when_games_are_added(tmp_path: Path) -> None:
    data = made(tmp_path / "d", "dev:8", True)
    split(data, tmp_path / "s", {"train": 0.6, "valid": 0.4})
    parts = {name: {r["key"] for r in Catalogue(tmp_path / "s" / name).rows()} for name in ("train", "valid")}
    assert parts["train"] | parts["valid"] == {row["key"] for row in Catalogue(data).rows()}
    assert not parts["train"] & parts["valid"]
    made(data, "dev:12", True)
    split(data, tmp_path / "more", {"train": 0.6, "valid": 0.4})
    for name, keys in parts.items():
        assert keys <= {row["key"] for row in Catalogue(tmp_path / "more" / name).rows()}


def test_refusals_leave_nothing(tmp_path: Path) -> None:
    data = made(tmp_path / "d", "dev:2", True)
    with pytest.raises(YendorError, match="add up to 1"):
        split(data, tmp_path / "s", {"a": 0.5, "b": 0.6})
    with pytest.raises(YendorError, match="no games selected"):
        merge([data], tmp_path / "s", where="score > 1e9")
    with pytest.raises(YendorError, match="not empty"):
        merge([data], data)
    path = next((data / "store").glob("*.yshard"))
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(YendorError, match="damaged"):
        merge([data], tmp_path / "s")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["d"]


class Watching:
    """Presses s and remembers what it saw."""

    def __init__(self) -> None:
        self.seen: list[dict[str, np.ndarray]] = []

    def reset(self, seed: int) -> None:
        self.seen = []

    def act(self, observation: Any) -> Decision:
        self.seen.append({name: np.array(value) for name, value in observation.items()})
        return Decision(75 if len(self.seen) % 3 else 18, "explore", "")

    def observe(self, observation: Any, action: int) -> None: ...


@pytest.mark.parametrize("steps", [5, 300])
def test_observations_are_kept_without_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    monkeypatch.setattr("yendor.data.observations.BLOCK_FRAMES", 128)
    agent = Watching()
    job = Job("watching", Seeds(1000, 2000), "@", steps, tmp_path / "d", ALL)
    record_with(agent, job)
    catalogue = Catalogue(tmp_path / "d", create=True)
    gameid = enter(catalogue, tmp_path / "d" / "games" / job.name)
    assert transcode(catalogue, TranscodeConfig(block_frames=128), workers=0, quiet=True).failed == []
    place = catalogue.stored(gameid)
    assert place is not None
    assert verify_stored(*place) == ""
    games = Games(tmp_path / "d")
    chosen = np.flatnonzero(games[gameid].mask)
    assert len(chosen) == len(agent.seen) == steps
    kept = games.observations(gameid)
    for name in ALL:
        wanted = np.stack([seen[name] for seen in agent.seen])
        assert kept[name].dtype == wanted.dtype
        assert np.array_equal(kept[name][chosen], wanted), name
    part = games.observations((gameid, slice(3, 9)), ["glyphs"])
    assert np.array_equal(part["glyphs"], kept["glyphs"][3:9])
    with pytest.raises(YendorError, match="has no gliphs"):
        games.observations(gameid, ["gliphs"])


def test_rows_round_trip_and_names_are_checked() -> None:
    rows = np.random.default_rng(0).integers(-5, 5, (9, 3, 2)).astype(np.int16)
    offset, back = decode_rows(encode_rows(rows, 7), "<i2", (3, 2))
    assert offset == 7
    assert np.array_equal(back, rows)
    with pytest.raises(YendorError, match="bytes for 9 rows"):
        decode_rows(encode_rows(rows, 7), "<i2", (3, 3))
    with pytest.raises(YendorError, match="'glyphs'"):
        channel_names("gliphs")
    assert BLOCK_FRAMES == 1024
