"""The store: what comes out is what went in, from any place, in any order, and damage is named."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list
from yendor.data.batch import Batch
from yendor.data.catalogue import Catalogue
from yendor.data.games import Games
from yendor.data.importers import import_folder
from yendor.data.recorder import record
from yendor.data.shard import Shard
from yendor.data.stream import Stream, StreamConfig
from yendor.data.transcode import TranscodeConfig, transcode, verify_stored
from yendor.data.windows import WindowConfig, Windows

NLE_TESTS = Path(str(files("nle") / "tests"))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recorded games and games of people, in blocks of 64 frames and several shards."""
    out = tmp_path_factory.mktemp("store") / "games"
    record("walker", seed_list("dev:4"), out, max_steps=300, workers=0, quiet=True)
    people = out.parent / "people"
    people.mkdir()
    for path in NLE_TESTS.glob("20*.ttyrec.bz2"):
        shutil.copy(path, people)
    shutil.copy(NLE_TESTS / "nle.2783801.0.ttyrec3.bz2", people)
    catalogue = Catalogue(out)
    import_folder(people, catalogue, "nao")
    done = transcode(catalogue, TranscodeConfig(block_frames=64, shard_megabytes=0.01), workers=0, quiet=True)
    assert (done.failed, done.found) == ([], 0)
    assert done.games == 10
    assert len(list((out / "store").glob("*.yshard"))) >= 1
    return out


def equal(one: Batch, other: Batch) -> None:
    for name, array in one.arrays().items():
        assert np.array_equal(array, other.arrays()[name]), name


@pytest.mark.parametrize(("rows", "unroll"), [(1, 1000), (3, 37), (16, 5)])
def test_the_store_streams_what_the_ttyrecs_stream(dataset: Path, rows: int, unroll: int) -> None:
    config = {"batch_size": rows, "unroll": unroll, "loop": False}
    streams = [Stream(dataset, StreamConfig(source=source, **config)) for source in ("ttyrec", "store")]  # type: ignore[arg-type]
    frames = 0
    for one, other in zip(*streams, strict=True):
        equal(one, other)
        frames += int((one.gameids > 0).sum())
    assert frames == sum(frames for _, frames in Catalogue(dataset).stored_games().values())


def test_rewards_sum_to_the_last_score(dataset: Path) -> None:
    games = Games(dataset, "source='yendor'")
    for gameid in games:
        batch = games[gameid]
        assert batch.rewards.sum() == games.row(gameid)["score"] - batch.scores[0]
        assert not batch.mask[-1]
        assert batch.truncated[-1]


def test_pieces_of_games_equal_the_whole(dataset: Path) -> None:
    games, slow = Games(dataset, source="store"), Games(dataset, source="ttyrec")
    rng = np.random.default_rng(0)
    for gameid in games:
        whole = slow[gameid]
        assert games.length(gameid) == slow.length(gameid) == len(whole.gameids)
        for start, stop in rng.integers(0, games.length(gameid) + 1, (8, 2)):
            equal(games[gameid, start:stop], whole.span(start, max(start, stop)))
    last = games[1, -1:]
    assert last.gameids.tolist() == [1]
    assert (last.terminated | last.truncated).all()
    with pytest.raises(YendorError, match="no game 99"):
        games[99]
    with pytest.raises(YendorError, match=r"or games\[gameid, first:end\]"):
        games[1, 0:9:2]


def frame_keys(batch: Batch) -> Counter[tuple[int, int, bytes]]:
    there = batch.gameids > 0
    screens = batch.tty_chars[there].reshape(int(there.sum()), -1)
    return Counter(
        (int(g), int(t), s.tobytes())
        for g, t, s in zip(batch.gameids[there], batch.timestamps[there], screens, strict=True)
    )


@pytest.mark.parametrize(("length", "shards"), [(32, 1), (50, 1), (64, 3)])
def test_windows_give_each_frame_once(dataset: Path, length: int, shards: int) -> None:
    expected: Counter[tuple[int, int, bytes]] = Counter()
    games = Games(dataset)
    for gameid in games:
        expected += frame_keys(games[gameid])
    found: Counter[tuple[int, int, bytes]] = Counter()
    for shard in range(shards):
        windows = Windows(dataset, WindowConfig(7, length, mix=3, loop=False, shard=shard, shards=shards))
        batches = list(windows)
        assert len(batches) == len(windows)
        for batch in batches:
            found += frame_keys(batch)
            for column in batch.gameids.T:
                assert len(set(column[column > 0].tolist())) <= 1
    assert found == expected


def test_windows_resume_exactly_and_mix(dataset: Path) -> None:
    config = WindowConfig(5, 16, mix=4, seed=3)
    windows = Windows(dataset, config)
    iterator = iter(windows)
    for _ in range(23):
        next(iterator)
    state = windows.state_dict()
    expected = [next(iterator) for _ in range(40)]
    other = Windows(dataset, config)
    other.load_state_dict(state)
    for one, two in zip(expected, other, strict=False):
        equal(one, two)
    assert len(np.unique(expected[0].gameids)) + len(np.unique(expected[1].gameids)) > 2
    with pytest.raises(YendorError, match="Resume with the first"):
        Windows(dataset, WindowConfig(5, 17, mix=4, seed=3)).load_state_dict(state)


def test_a_batch_that_is_held_is_not_written_to(dataset: Path) -> None:
    stream = Stream(dataset, StreamConfig(2, 20))
    held, copies = [], []
    for _, batch in zip(range(30), stream, strict=False):
        view = batch.tty_chars[3:5]
        copies.append(view.copy())
        held.append(view)  # only a view of one array is held
        del batch
    assert all(np.array_equal(view, copy) for view, copy in zip(held, copies, strict=True))
    ring = iter(Stream(dataset, StreamConfig(2, 20, buffers="ring")))
    assert next(ring).tty_chars is next(ring).tty_chars


def test_longest_first_pads_least(dataset: Path) -> None:
    def padding(longest_first: bool) -> float:
        batches = Stream(dataset, StreamConfig(4, 50, longest_first=longest_first, loop=False))
        share = [float((batch.gameids == 0).mean()) for batch in batches]
        return sum(share) / len(share)

    assert padding(True) < padding(False)


def test_the_emulation_that_was_stored_is_the_one_that_is_read(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(YendorError, match=r"stored with emulation 'fixed', and [\d,]+ of their cells"):
        list(Stream(dataset, StreamConfig(emulation="nle", where="source='nao'", loop=False)))
    own = Games(dataset, "source='yendor'", emulation="nle")  # nothing of these looks otherwise
    assert own[1].tty_chars.any()
    shutil.copytree(dataset.parent, tmp_path / "copy")
    copy = tmp_path / "copy" / "games"
    catalogue = Catalogue(copy)
    before = set((copy / "store").iterdir())
    done = transcode(catalogue, TranscodeConfig(emulation="nle"), again=True, workers=0, quiet=True)
    assert (done.games, done.failed) == (10, [])
    assert not before & set((copy / "store").iterdir())  # what no game is in any more is gone
    for source in ("store", "ttyrec"):
        stream = Stream(copy, StreamConfig(4, 64, emulation="nle", source=source, loop=False))  # type: ignore[arg-type]
        assert sum(int((batch.gameids > 0).sum()) for batch in stream) > stream.frames


def test_transcoding_resumes_and_adds(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "games"
    record("walker", seed_list("dev:2"), out, max_steps=40, workers=0, quiet=True)
    catalogue = Catalogue(out)
    assert transcode(catalogue, TranscodeConfig(), workers=0, quiet=True).games == 2
    (out / "store" / "000009.yshard.part").write_bytes(b"left by a killed run")
    record("walker", seed_list("dev:3"), out, max_steps=40, workers=0, quiet=True)
    again = transcode(catalogue, TranscodeConfig(), workers=0, quiet=True)
    assert (again.games, again.found) == (1, 2)
    assert not list((out / "store").glob("*.part"))
    assert all(verify_stored(*found) == "" for i in (1, 2, 3) if (found := catalogue.stored(i)))


def test_a_killed_transcoding_leaves_no_half_shard(tmp_path: Path) -> None:
    out = tmp_path / "games"
    record("walker", seed_list("dev:6"), out, max_steps=400, workers=0, quiet=True)
    command = [sys.executable, "-m", "yendor.cli.main", "data", "transcode", str(out), "--shard-megabytes", "0.001"]
    for wait in (0.4, 0.6, 0.8):
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            run.wait(wait)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, 9)
            run.wait()
    run_again = subprocess.run(command, capture_output=True, text=True)
    assert run_again.returncode == 0, run_again.stderr
    catalogue = Catalogue(out)
    assert len(catalogue.stored_games()) == 6
    assert all(verify_stored(*found) == "" for i in range(1, 7) if (found := catalogue.stored(i)))


def test_damage_in_the_store_ends_a_game_early_and_is_named(dataset: Path, tmp_path: Path) -> None:
    shutil.copytree(dataset, tmp_path / "games")
    catalogue = Catalogue(tmp_path / "games")
    found = catalogue.stored(1)
    assert found is not None
    path, game = found
    section = game.blocks[2].sections["screen"]
    data = bytearray(path.read_bytes())
    data[section.offset + section.size // 2] ^= 0x40
    path.write_bytes(data)
    assert "damaged" in verify_stored(path, game)
    with pytest.warns(RuntimeWarning, match="game 1 ends early at frame 128"):
        batches = list(Stream(tmp_path / "games", StreamConfig(1, 50, "gameid=1", source="store", loop=False)))
    assert sum(int((batch.gameids > 0).sum()) for batch in batches) == 128
    assert batches[-1].truncated.sum() == 1
    games = Games(tmp_path / "games")
    equal(games[1, 200:260], Games(dataset)[1, 200:260])  # what lies behind the damage is reached by its keyframe
    with pytest.raises(YendorError, match=r"game 1 ends at frame 128: block 2 cannot be read"):
        games[1, 100:140]


def test_a_shard_tells_by_itself_what_it_holds(dataset: Path) -> None:
    by_key = {row["key"]: row["gameid"] for row in Catalogue(dataset).rows()}
    seen = 0
    for path in (dataset / "store").glob("*.yshard"):
        for game in Shard(path).games():
            stored = Catalogue(dataset).stored(by_key[game.key])
            assert stored is not None
            assert stored[1]._replace(row=game.row) == game
            seen += 1
    assert seen == len(by_key)


def test_corrected_cells_are_counted(dataset: Path) -> None:
    catalogue = Catalogue(dataset)
    corrected = {
        str(row["key"]).rsplit("/", 1)[-1][:10]: found[1].corrected_cells
        for row in catalogue.rows()
        if (found := catalogue.stored(row["gameid"]))
    }
    assert corrected["2020-10-03"] > 100_000  # 256 colours
    assert all(count == 0 for key, count in corrected.items() if not key.startswith("20"))
