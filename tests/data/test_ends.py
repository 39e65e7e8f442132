"""Ends of games in the stream: one mark a game, on its last frame, whatever the decoder drops."""

import bz2
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from nle import _pyconverter

from yendor.core.errors import YendorError
from yendor.data.batch import Batch
from yendor.data.catalogue import Catalogue
from yendor.data.importers import import_folder
from yendor.data.playback import FrameSource
from yendor.data.stream import Stream, StreamConfig
from yendor.data.ttyrec import SCORE, Record, Source, pack, survey

NAMES = ("tty_chars", "tty_colors", "tty_cursor", "timestamps", "keypresses", "scores")
NLE_TESTS = Path(str(files("nle") / "tests"))


@pytest.fixture(scope="module")
def human(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("human")
    (folder / "games" / "someone").mkdir(parents=True)
    for path in NLE_TESTS.glob("20*.ttyrec.bz2"):
        if path.stat().st_size < 20_000:
            shutil.copy(path, folder / "games" / "someone")
    import_folder(folder / "games", Catalogue(folder / "data", create=True), "nao")
    return folder / "data"


@pytest.mark.parametrize("unroll", [1, 31, 100])
def test_each_human_game_begins_and_ends_once(human: Path, unroll: int) -> None:
    # NLE's converter drops the last frame of most ttyrec1 files: the end is known only by looking ahead.
    begins: dict[int, int] = {}
    ends: dict[int, list[bool]] = {}
    stream = Stream(human, StreamConfig(2, unroll, loop=False))
    for batch in stream:
        last = batch.terminated | batch.truncated
        assert not (batch.terminated & batch.truncated).any()
        for gameid in batch.gameids[batch.is_first]:
            begins[int(gameid)] = begins.get(int(gameid), 0) + 1
        for gameid in batch.gameids[last]:
            ends.setdefault(int(gameid), []).append(True)
    assert set(begins.values()) == {1}
    assert {gameid: len(marks) for gameid, marks in ends.items()} == begins
    assert len(begins) == len(stream.games) == 5


def test_frames_of_human_games_are_those_of_nles_converter(human: Path) -> None:
    for game in Catalogue(human).games():
        path = game.files[0].path
        frames = survey(path).frames
        theirs = Batch.blank(frames + 5)
        arrays = [getattr(theirs, name) for name in NAMES]
        converter = _pyconverter.Converter(24, 80, 1)
        converter.load_ttyrec(str(path), 1, 0)
        count = frames + 5 - converter.convert(*arrays)
        assert frames - 1 <= count <= frames  # NLE drops the last frame of most files
        source, at = FrameSource.of_files([path], "nle"), 0
        ours = Batch.blank(frames + 5)
        while not source.ended:
            at += source.read(ours.span(at, at + 7))
        assert at == frames
        for name, array in zip(NAMES, arrays, strict=True):
            assert np.array_equal(getattr(ours, name)[:count], array[:count]), name


def damaged(kind: str) -> bytes:
    records = list(Source(NLE_TESTS / "nle.2783801.0.ttyrec3.bz2"))
    head, tail = records[:60], records[60:]
    if kind == "negative length":
        return bz2.compress(pack(head) + b"\0" * 8 + b"\xff\xff\xff\xff\0")
    extra = {
        "many scores": [Record(1, SCORE, b"\0" * 4)] * 9000,
        "short score": [Record(1, SCORE, b"\0")],
        "channel of another version": [Record(1, 3, b"\0" * 4)],
    }[kind]
    return bz2.compress(pack([*head, *extra, *tail]))


@pytest.mark.parametrize("kind", ["negative length", "many scores", "short score", "channel of another version"])
def test_a_damaged_file_is_streamed_up_to_the_damage(tmp_path: Path, kind: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "nle.1.0.ttyrec3.bz2").write_bytes(damaged(kind))
    report = import_folder(tmp_path / "in", Catalogue(tmp_path / "d", create=True))
    assert (report.whole, report.cut) == (0, 1)
    stream = Stream(tmp_path / "d", StreamConfig(1, 7, loop=False))
    assert stream.games[0].row["trouble"]
    batches = list(stream)
    assert sum(int((b.gameids > 0).sum()) for b in batches) == stream.frames > 10
    assert sum(int(b.truncated.sum()) for b in batches) == 1
    assert not any(b.terminated.any() for b in batches)


def test_a_stream_of_other_settings_is_not_resumed(human: Path) -> None:
    state = Stream(human, StreamConfig(2, 9, seed=1)).state_dict()
    Stream(human, StreamConfig(2, 9, seed=1)).load_state_dict(state)
    with pytest.raises(YendorError, match="seed = 1, now it is 2"):
        Stream(human, StreamConfig(2, 9, seed=2)).load_state_dict(state)
    with pytest.raises(YendorError, match="unroll = 9, now it is 8"):
        Stream(human, StreamConfig(2, 8, seed=1)).load_state_dict(state)


def test_a_selection_that_cannot_be_decoded_is_refused(human: Path, tmp_path: Path) -> None:
    shutil.copytree(human.parent, tmp_path / "copy")
    catalogue = Catalogue(tmp_path / "copy" / "data")
    for game in catalogue.games():
        catalogue.add(game.row, [f._replace(path=tmp_path / "empty.ttyrec.bz2") for f in game.files])
    (tmp_path / "empty.ttyrec.bz2").write_bytes(bz2.compress(b""))
    with pytest.raises(YendorError, match="no game of the selection can be decoded"):
        next(iter(Stream(tmp_path / "copy" / "data", StreamConfig(1, 5))))
