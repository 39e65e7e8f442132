"""The stream: NLE's own loader as the oracle, ends told apart, exact resume; and imports of others' games."""

import os
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list
from yendor.data.catalogue import Catalogue
from yendor.data.importers import import_folder
from yendor.data.recorder import record
from yendor.data.stream import Batch, Stream, StreamConfig

NLE_TESTS = Path(str(files("nle") / "tests"))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("stream") / "games"
    record("walker", seed_list("dev:5"), out, max_steps=300, workers=2, quiet=True)
    return out


def test_frames_equal_those_of_nles_own_loader(dataset: Path, tmp_path: Path) -> None:
    from nle.dataset import TtyrecDataset, add_nledata_directory, db

    data = tmp_path / "ttyrecs.db"
    db.create(str(data))
    add_nledata_directory(str(dataset / "games"), "games", str(data))
    stream = Stream(dataset, StreamConfig(1, 64, shuffle=False, loop=False))
    ours: dict[bytes, list[Batch]] = {}
    for game in stream.games:
        one = Stream(dataset, StreamConfig(1, game.row["frames"], f"gameid={game.gameid}", loop=False))
        assert sum(int((batch.gameids > 0).sum()) for batch in one) == game.row["frames"] + 1  # the last screen
        first = next(iter(Stream(dataset, one.config)))
        ours[first.keypresses.tobytes()] = [first]
    theirs = TtyrecDataset("games", 1, 64, dbfilename=str(data), shuffle=False)
    collected: dict[int, dict[str, list[np.ndarray]]] = {}
    for batch in theirs:
        for name in ("tty_chars", "tty_colors", "tty_cursor", "keypresses", "scores", "gameids"):
            for t in range(64):
                gameid = int(batch["gameids"][0, t])
                if gameid:
                    collected.setdefault(gameid, {}).setdefault(name, []).append(batch[name][0, t].copy())
    assert len(collected) == len(ours) == 5
    for parts in collected.values():
        keys = np.array(parts["keypresses"], np.uint8)
        batch = ours[keys[:, None].tobytes()][0]
        for name in ("tty_chars", "tty_colors", "tty_cursor", "scores"):
            assert np.array_equal(np.array(parts[name]), getattr(batch, name)[:, 0]), name


def test_each_frame_comes_once_with_its_marks(dataset: Path) -> None:
    stream = Stream(dataset, StreamConfig(2, 37, loop=False))
    seen: dict[int, int] = {}
    firsts = lasts = chosen = 0
    for batch in stream:
        assert batch.tty_chars.shape == (37, 2, 24, 80)
        for gameid in np.unique(batch.gameids):
            if gameid:
                seen[int(gameid)] = seen.get(int(gameid), 0) + int((batch.gameids == gameid).sum())
        firsts += int(batch.is_first.sum())
        lasts += int(batch.truncated.sum()) + int(batch.terminated.sum())
        chosen += int(batch.mask.sum())
        assert (batch.actions[batch.mask] >= 0).all()
        assert not batch.mask[batch.gameids == 0].any()
    # One frame more than keys: the screen after the last key.
    assert seen == {game.gameid: game.row["frames"] + 1 for game in stream.games}
    assert firsts == lasts == 5
    assert chosen == sum(game.row["steps"] for game in stream.games)


def test_a_limit_truncates_and_a_death_terminates(dataset: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(dataset, copy)
    catalogue = Catalogue(copy)
    catalogue._connection.execute("UPDATE games SET ended='death', death='killed by a test' WHERE gameid=1")
    catalogue._connection.execute("UPDATE games SET whole=0, ended='death', death='killed' WHERE gameid=2")
    catalogue._connection.commit()
    ends = {}
    for batch in Stream(copy, StreamConfig(1, 50, loop=False)):
        for kind in ("terminated", "truncated"):
            for gameid in batch.gameids[getattr(batch, kind)]:
                ends[int(gameid)] = kind
    assert ends == {1: "terminated", 2: "truncated", 3: "truncated", 4: "truncated", 5: "truncated"}


def test_resume_is_exact(dataset: Path) -> None:
    config = StreamConfig(3, 29, seed=4)
    stream = iter_of = Stream(dataset, config)
    batches = iter(iter_of)
    for _ in range(13):
        next(batches)
    state = stream.state_dict()
    expected = [next(batches) for _ in range(30)]
    other = Stream(dataset, config)
    other.load_state_dict(state)
    for one, two in zip(expected, other, strict=False):
        for field in one.__dataclass_fields__:
            assert np.array_equal(getattr(one, field), getattr(two, field)), field


def test_seeds_fix_the_order(dataset: Path) -> None:
    def order(seed: int) -> list[int]:
        return [int(b.gameids[0, 0]) for b in Stream(dataset, StreamConfig(1, 310, seed=seed, loop=False))]

    assert order(1) == order(1)
    assert len({tuple(order(seed)) for seed in range(6)}) > 1


def test_refusals(dataset: Path) -> None:
    with pytest.raises(YendorError, match="no games selected"):
        Stream(dataset, StreamConfig(where="score > 1e9"))
    with pytest.raises(YendorError, match="batch_size = 0"):
        StreamConfig(batch_size=0)
    other = Stream(dataset, StreamConfig(3, 29, where="gameid < 4"))
    with pytest.raises(YendorError, match="the dataset has changed"):
        other.load_state_dict(Stream(dataset, StreamConfig(3, 29)).state_dict())


def test_human_games_are_imported_and_streamed(tmp_path: Path) -> None:
    report = import_folder(NLE_TESTS, Catalogue(tmp_path, create=True), "nao")
    assert report.imported >= 6
    assert all(why for _, why in report.skipped)
    stream = Stream(tmp_path, StreamConfig(2, 100, loop=False))
    text = b"".join(batch.tty_chars.tobytes() for batch in stream)
    assert b"Dlvl:" in text
    again = import_folder(NLE_TESTS, Catalogue(tmp_path), "nao")
    assert (again.imported, again.known) == (0, report.imported)


def test_the_reference_frame_of_nles_sample(tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    shutil.copy(NLE_TESTS / "nle.2783801.0.ttyrec3.bz2", folder)
    import_folder(folder, Catalogue(tmp_path / "d", create=True))
    batch = next(iter(Stream(tmp_path / "d", StreamConfig(1, 69, loop=False))))
    expected = (NLE_TESTS / "nle.2783801.0.frame.44.txt").read_text().splitlines()
    shown = [bytes(row).decode().rstrip() for row in batch.tty_chars[43, 0]]
    assert shown == [line.rstrip() for line in expected][:24]


def test_bad_files_are_skipped_and_reported(dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed" / "1"
    folder.mkdir(parents=True)
    good = next(dataset.glob("games/*/*.ttyrec3.bz2"))
    shutil.copy(good, folder / "nle.1.0.ttyrec3.bz2")
    (folder / "nle.2.0.ttyrec3.bz2").write_bytes(b"")
    (folder / "nle.3.0.ttyrec3.bz2").write_bytes(b"not bz2 at all")
    (folder / "nle.4.0.ttyrec3.bz2").write_bytes(good.read_bytes()[:200])
    (folder / "holiday.bz2").write_bytes(b"BZh")
    (folder / "nle.1.xlogfile").write_bytes(b"name=Ag\xffnt\trole=Val\tpoints=12\tdeath=killed by a test\n")
    report = import_folder(tmp_path / "mixed", Catalogue(tmp_path / "d", create=True))
    assert report.imported == 1
    assert sorted(path.name for path, _ in report.skipped) == [
        "holiday.bz2", "nle.2.0.ttyrec3.bz2", "nle.3.0.ttyrec3.bz2", "nle.4.0.ttyrec3.bz2",
    ]  # fmt: skip
    assert len(Catalogue(tmp_path / "d").skipped()) == 4


def test_hihack_sample(tmp_path: Path) -> None:
    sample = os.environ.get("YENDOR_HIHACK_SAMPLE")
    if not sample:
        pytest.skip("YENDOR_HIHACK_SAMPLE is not set: no HiHack games to import")
    catalogue = Catalogue(tmp_path, create=True)
    report = import_folder(Path(sample), catalogue)
    assert (report.imported, report.skipped) == (12, [])
    assert report.whole + report.cut == 12
    assert report.cut >= 1
    stream = Stream(tmp_path, StreamConfig(4, 64, loop=False, where="frames < 9000"))
    labelled = sum(int((batch.labels >= 0).sum()) for batch in stream)
    assert labelled == stream.frames
