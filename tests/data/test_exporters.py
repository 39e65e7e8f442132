"""Exports: each read back by the library it is for, or by an independent one, and held against the frames."""

import errno
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list
from yendor.data import exporters
from yendor.data.batch import Batch
from yendor.data.catalogue import Catalogue
from yendor.data.exporters import EXPORTERS, export, exporter_of
from yendor.data.games import Games
from yendor.data.recorder import record
from yendor.data.transcode import TranscodeConfig, transcode

pytest.importorskip("pyarrow", reason="pyarrow is not installed: nothing to export Parquet with")
COLUMNS = {
    "gameid": "gameids", "timestamp": "timestamps", "keypress": "keypresses", "action": "actions", "score": "scores",
    "reward": "rewards", "is_first": "is_first", "terminated": "terminated", "truncated": "truncated", "mask": "mask",
}  # fmt: skip


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exporters") / "games"
    record("walker", seed_list("dev:3"), out, max_steps=120, workers=0, quiet=True)
    return out


@pytest.fixture(scope="module")
def games(dataset: Path) -> Games:
    return Games(dataset, projection="path")


def changed(dataset: Path, to: Path, sql: str) -> Path:
    """Copy a dataset and change its catalogue."""
    shutil.copytree(dataset, to)
    catalogue = Catalogue(to)
    catalogue._connection.execute(sql)
    catalogue._connection.commit()
    catalogue.close()
    return to


def frames_of(folder: Path, pattern: str = "frames-*.parquet") -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pa.concat_tables(
        [pq.read_table(path) for path in sorted(folder.glob(pattern))], promote_options="permissive"
    )


def hold(columns: dict[str, list[Any]], games: Games, gameid: int) -> None:
    """Compare a game's rows with its frames."""
    batch = games[gameid]
    for name, array in COLUMNS.items():
        assert columns[name] == getattr(batch, array).tolist(), name
    assert columns["frame"] == list(range(games.length(gameid)))
    assert set(columns["key"]) == {games.row(gameid)["key"]}
    assert columns["label"] == [None if i < 0 else games.label_names[i] for i in batch.labels]
    assert b"".join(columns["tty_chars"]) == batch.tty_chars.tobytes()
    assert b"".join(columns["tty_colors"]) == batch.tty_colors.tobytes()
    cursor = list(zip(columns["cursor_row"], columns["cursor_column"], strict=True))
    assert cursor == [tuple(place) for place in batch.tty_cursor.tolist()]


def test_parquet_by_pyarrow(dataset: Path, games: Games, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    seen: list[tuple[int, int]] = []
    report = export(dataset, "parquet", tmp_path / "out", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert (report.games, report.failed) == (3, [])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["frames-00000.parquet", "games.parquet"]
    assert (report.files, report.bytes) == (2, sum(path.stat().st_size for path in (tmp_path / "out").iterdir()))
    file = pq.ParquetFile(tmp_path / "out" / "frames-00000.parquet")
    assert file.metadata.num_rows == report.frames == sum(games.length(gameid) for gameid in games)
    schema = file.schema_arrow
    assert schema.field("tty_chars").type == pa.binary(1920)
    assert [schema.field(name).type.value_type for name in ("key", "label")] == [pa.string(), pa.string()]
    for group, gameid in enumerate(games):
        statistics = file.metadata.row_group(group).column(0).statistics
        assert statistics.min == statistics.max == gameid
        assert file.metadata.row_group(group).column(0).compression == "ZSTD"
        hold(file.read_row_group(group).to_pydict(), games, gameid)
    rows = pq.read_table(tmp_path / "out" / "games.parquet").to_pylist()
    assert rows == [games.row(gameid) for gameid in games]


def test_parquet_by_duckdb(dataset: Path, games: Games, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    export(dataset, "parquet", tmp_path / "out", games_per_file=1)
    assert len(list(tmp_path.glob("out/frames-*.parquet"))) == 3
    for gameid in games:
        query = f"SELECT * FROM '{tmp_path}/out/frames-*.parquet' WHERE gameid = {gameid} ORDER BY frame"
        rows = duckdb.sql(query)
        hold(dict(zip(rows.columns, map(list, zip(*rows.fetchall(), strict=True)), strict=True)), games, gameid)
    query = f"SELECT sum(score), count(*) FROM '{tmp_path}/out/games.parquet' WHERE agent = 'walker'"
    assert duckdb.sql(query).fetchall() == [(sum(games.row(gameid)["score"] for gameid in games), 3)]


def test_pieces_files_and_the_store_change_nothing(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(dataset, "parquet", tmp_path / "whole")
    stored = tmp_path / "stored"
    shutil.copytree(dataset, stored)
    transcode(Catalogue(stored), TranscodeConfig(block_frames=32, dictionary=False), workers=0, quiet=True)
    monkeypatch.setattr(exporters, "PIECE", 50)
    export(stored, "parquet", tmp_path / "pieces", games_per_file=2)
    assert len(list(tmp_path.glob("pieces/frames-*.parquet"))) == 2
    assert frames_of(tmp_path / "pieces").equals(frames_of(tmp_path / "whole"))
    export(dataset, "asciicast", tmp_path / "whole_casts")
    export(stored, "asciicast", tmp_path / "casts")
    monkeypatch.setattr(exporters, "PIECE", 8192)
    export(dataset, "asciicast", tmp_path / "one", keys=True)
    monkeypatch.setattr(exporters, "PIECE", 1)
    export(dataset, "asciicast", tmp_path / "many", keys=True)
    for a, b in (("whole_casts", "casts"), ("one", "many")):
        assert [path.read_text() for path in sorted((tmp_path / a).iterdir())] == [
            path.read_text() for path in sorted((tmp_path / b).iterdir())
        ]


def read_cast(path: Path) -> tuple[dict[str, Any], list[tuple[float, str, str]]]:
    head, *events = [json.loads(line) for line in path.read_text().splitlines()]
    return head, [tuple(event) for event in events]


def hold_screen(screen: Any, batch: Batch, t: int) -> None:
    """Compare what a terminal shows with a frame; nobody sees a blank's colour."""
    from pyte.graphics import FG, FG_AIXTERM

    names = {name: code - 30 for code, name in FG.items()} | {name: code - 82 for code, name in FG_AIXTERM.items()}
    names["default"] = 7
    chars, colors = batch.tty_chars[t], batch.tty_colors[t]
    assert screen.display == [bytes(row).decode("latin-1") for row in chars], t
    cells = [[screen.buffer[y][x] for x in range(80)] for y in range(24)]
    shown = np.array([[names[cell.fg] + 16 * cell.reverse for cell in row] for row in cells])
    visible = (chars != ord(" ")) | (colors >= 16)
    assert np.array_equal(shown[visible], colors[visible]), t
    assert (screen.cursor.y, screen.cursor.x) == tuple(batch.tty_cursor[t]), t


def test_casts_by_pyte(dataset: Path, games: Games, tmp_path: Path) -> None:
    import pyte

    report = export(dataset, "asciicast", tmp_path, speed=8, keys=True, markers="both")
    assert (report.games, report.files) == (3, 3)
    for gameid in games:
        head, events = read_cast(tmp_path / f"{gameid}.cast")
        batch, row = games[gameid], games.row(gameid)
        assert (head["version"], head["width"], head["height"]) == (2, 80, 24)
        assert head["timestamp"] == batch.timestamps[0] // 1_000_000
        assert head["title"] == f"{row['character']}, {row['score']} points, walker"
        screen = pyte.Screen(80, 24)
        stream = pyte.Stream(screen)
        for t in range(len(batch.gameids)):
            for drawn in (text for time, code, text in events if code == "o" and time == t / 8):
                stream.feed(drawn)
            hold_screen(screen, batch, t)
        assert len([event for event in events if event[1] == "o"]) <= len(batch.gameids)
        typed = "".join(text for _, code, text in events if code == "i")
        assert typed == "".join(chr(k) if k < 128 else "\x1b" + chr(k - 128) for k in batch.keypresses[:-1].tolist())
        marks = [text for _, code, text in events if code == "m"]
        assert "Dlvl:1" in marks
        assert len(marks) >= 2


def test_a_casts_pauses_are_the_players_and_have_a_limit(dataset: Path, games: Games, tmp_path: Path) -> None:
    export(dataset, "asciicast", tmp_path / "short", keys=True, idle_limit=50e-6)
    export(dataset, "asciicast", tmp_path / "real", keys=True)
    for gameid in games:
        stamps = games[gameid].timestamps
        keys = [time for time, code, _ in read_cast(tmp_path / "real" / f"{gameid}.cast")[1] if code == "i"]
        # Frame t's time is its key's. The first one's pause is not known.
        assert keys == [round(float(time - stamps[0]) / 1e6, 6) for time in stamps[:-1]]
        keys = [time for time, code, _ in read_cast(tmp_path / "short" / f"{gameid}.cast")[1] if code == "i"]
        assert np.diff(keys).max() <= 51e-6


def test_minari_by_minari(dataset: Path, games: Games, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    minari = pytest.importorskip("minari", reason="minari is not installed")
    pytest.importorskip("h5py", reason="h5py is not installed")
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    monkeypatch.setattr("yendor.data.exporters.minari._PIECE", 50)
    report = export(dataset, "minari", tmp_path, dataset_id="walks/short-v3", author="a test")
    data = minari.load_dataset("walks/short-v3")
    assert data.storage.metadata["author"] == {"a test"}
    assert list(minari.list_local_datasets()) == ["walks/short-v3"]
    assert (data.total_episodes, data.total_steps) == (3, report.frames - 3)
    assert data.action_space.n == 121
    information = list(data.storage.get_episode_metadata(range(3)))
    for gameid, episode, about in zip(games, data.iterate_episodes(), information, strict=True):
        batch, row, steps = games[gameid], games.row(gameid), 120
        assert (about["seed"], about["score"], about["character"]) == (row["core"], row["score"], row["character"])
        assert len(episode) == about["total_steps"] == steps
        chosen = np.flatnonzero(batch.mask)
        seen = np.append(chosen, chosen[-1] + 1)
        assert np.array_equal(episode.observations["tty_chars"], batch.tty_chars[seen])
        assert np.array_equal(episode.observations["tty_colors"], batch.tty_colors[seen])
        assert np.array_equal(episode.observations["tty_cursor"], batch.tty_cursor[seen])
        assert data.observation_space.contains({name: value[0] for name, value in episode.observations.items()})
        assert np.array_equal(episode.actions, batch.actions[chosen])
        assert np.array_equal(episode.rewards[:-1], batch.rewards[chosen + 1][:-1])
        assert episode.rewards.sum() == batch.rewards.sum()
        assert episode.truncations.tolist() == [False] * (steps - 1) + [True]
        assert not episode.terminations.any()
        assert np.array_equal(episode.infos["label"], batch.labels[seen])
    assert data.recover_environment().spec.id == "NetHackChallenge-v0"


def test_minari_keys_that_no_agent_chose_are_no_steps() -> None:
    pytest.importorskip("minari", reason="minari is not installed")
    from yendor.data.exporters.minari import plan

    class Few:
        """Eight frames: masked ones at the beginning, in the midst and at the end, points on all of them."""

        def __init__(self, cut: bool) -> None:
            self.batch = Batch.blank(8)
            self.batch.mask[:] = [0, 1, 0, 0, 1, 1, cut, cut]
            self.batch.rewards[:] = [0, 1, 2, 4, 8, 16, 32, 64]
            self.batch.terminated[-1], self.batch.truncated[-1] = not cut, cut
            self.batch.actions[:] = np.arange(8)

        def __getitem__(self, key: tuple[int, slice]) -> Batch:
            return self.batch.map(lambda array: array[key[1]])

        def pieces(self, gameid: int, size: int) -> Iterator[Batch]:
            yield self.batch

        def length(self, gameid: int) -> int:
            return 8

        def row(self, gameid: int) -> dict[str, Any]:
            return {"frames": 8}

    few: Any = Few(cut=False)
    steps = plan(few, 1)
    assert steps.observed.tolist() == [1, 4, 5, 6]
    assert steps.actions.tolist() == [1, 4, 5]
    assert steps.rewards.tolist() == [2 + 4 + 8, 16, 32 + 64]
    assert steps.terminations.tolist() == [False, False, True]
    assert not steps.truncations.any()
    cut: Any = Few(cut=True)
    steps = plan(cut, 1)
    # Nobody knows what the last key did.
    assert steps.observed.tolist() == [1, 4, 5, 6, 7]
    assert steps.actions.tolist() == [1, 4, 5, 6]
    assert steps.rewards.tolist() == [14, 16, 32, 64]
    assert steps.truncations.tolist() == [False, False, False, True]
    nobody: Any = Few(cut=False)
    nobody.batch.mask[:] = False
    with pytest.raises(YendorError, match="game 1 has no action of an agent"):
        plan(nobody, 1)


def test_a_death_terminates(dataset: Path, tmp_path: Path) -> None:
    import pyarrow.compute as pc

    dead = changed(
        dataset, tmp_path / "dead", "UPDATE games SET ended='death', death='killed by a test' WHERE gameid=2"
    )
    export(dead, "parquet", tmp_path / "out")
    rows = frames_of(tmp_path / "out")
    assert rows.filter(pc.field("terminated"))["gameid"].to_pylist() == [2]
    assert sorted(rows.filter(pc.field("truncated"))["gameid"].to_pylist()) == [1, 3]


def test_the_hubs_folder(dataset: Path, games: Games, tmp_path: Path) -> None:
    report = export(dataset, "hf-folder", tmp_path / "hub", license="cc-by-4.0", games_per_file=2)
    names = sorted(str(path.relative_to(tmp_path / "hub")) for path in tmp_path.glob("hub/**/*") if path.is_file())
    assert names == ["README.md", "data/train-00000.parquet", "data/train-00001.parquet", "games.parquet"]
    _, front, text = (tmp_path / "hub" / "README.md").read_text().split("---\n", 2)
    card = {name: json.loads(value) for name, value in (line.split(": ", 1) for line in front.splitlines())}
    assert (card["license"], card["pretty_name"], card["size_categories"]) == ("cc-by-4.0", "hub", ["n<1K"])
    assert "nethack" in card["tags"]
    found = {c["config_name"]: [p["path"] for p in c["data_files"]] for c in card["configs"]}
    assert found == {"frames": ["data/train-*.parquet"], "games": ["games.parquet"]}
    for [pattern] in found.values():
        assert list((tmp_path / "hub").glob(pattern))
    assert f"3 games of NetHack, {report.frames:,} frames" in text
    assert "walker (3)" in text
    table = frames_of(tmp_path / "hub", found["frames"][0])
    for name in table.column_names:
        assert f"`{name}`" in text, name
    assert str(table.schema.field("tty_chars").type) == "binary"
    for gameid in games:
        at = [i for i, found in enumerate(table["gameid"].to_pylist()) if found == gameid]
        hold(table.take(at).to_pydict(), games, gameid)


def test_the_hubs_sizes() -> None:
    from yendor.data.exporters.hf_folder import size_category

    sizes = {999: "n<1K", 1000: "1K<n<10K", 10**6 - 1: "100K<n<1M", 10**6: "1M<n<10M", 10**12: "n>1T"}
    assert {rows: size_category(rows) for rows in sizes} == sizes


@pytest.mark.parametrize("to", EXPORTERS)
def test_damaged_games_are_left_out_and_named(dataset: Path, games: Games, tmp_path: Path, to: str) -> None:
    if to == "minari":
        pytest.importorskip("minari", reason="minari is not installed")
    hurt = tmp_path / "hurt"
    shutil.copytree(dataset, hurt)
    first, second, third = (str(games.row(gameid)["key"]) for gameid in games)
    [path] = (hurt / "games" / first).glob("*.bz2")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (hurt / "games" / third / "labels.ylab").unlink()
    done: list[tuple[int, int]] = []
    report = export(hurt, to, tmp_path / "out", progress=lambda *numbers: done.append(numbers))
    assert (report.games, sorted(key for key, _ in report.failed)) == (1, [first, third])
    assert done[-1] == (3, 3)
    why = dict(report.failed)
    assert "is damaged: " in why[first]
    assert "labels" in why[third]
    assert not list((tmp_path / "out").rglob("*.part"))
    middle = next(gameid for gameid in games if games.row(gameid)["key"] == second)
    if to == "asciicast":
        assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{middle}.cast"]
    elif to == "minari":
        assert json.loads((tmp_path / "out/nethack-v0/data/metadata.json").read_text())["total_episodes"] == 1
    else:
        table = frames_of(tmp_path / "out", "frames-*" if to == "parquet" else "data/train-*")
        hold(table.to_pydict(), games, middle)


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_a_game_that_breaks_off_is_taken_back(
    dataset: Path, games: Games, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: int
) -> None:
    hurt = tmp_path / "hurt"
    shutil.copytree(dataset, hurt)
    transcode(Catalogue(hurt), TranscodeConfig(block_frames=32, dictionary=False), workers=0, quiet=True)
    victim = list(games)[broken]
    found = Catalogue(hurt).stored(victim)
    assert found is not None
    section = found[1].blocks[2].sections["screen"]
    with found[0].open("r+b") as file:
        file.seek(section.offset + section.size // 2)
        file.write(b"\xff" * 8)
    monkeypatch.setattr(exporters, "PIECE", 32)
    for to in ("parquet", "asciicast"):
        report = export(hurt, to, tmp_path / to)
        assert (report.games, [key for key, _ in report.failed]) == (2, [games.row(victim)["key"]])
        assert not list((tmp_path / to).rglob("*.part"))
    export(dataset, "parquet", tmp_path / "rest", where=f"gameid <> {victim}")
    assert frames_of(tmp_path / "parquet").equals(frames_of(tmp_path / "rest"))
    assert sorted(path.stem for path in tmp_path.glob("asciicast/*")) == sorted(str(g) for g in games if g != victim)


def test_a_minari_episode_that_breaks_off_is_taken_back(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    minari = pytest.importorskip("minari", reason="minari is not installed")
    from yendor.data.exporters import minari as exporter

    reads = []
    slices = Games.__getitem__

    def read(games: Games, key: tuple[int, slice]) -> Batch:
        reads.append(key[0])
        if key[0] == 2 and reads.count(2) == 2:
            raise YendorError("the disk is gone")
        return slices(games, key)

    monkeypatch.setattr(Games, "__getitem__", read)
    monkeypatch.setattr(exporter, "_PIECE", 50)
    report = export(dataset, "minari", tmp_path / "out")
    assert [why for _, why in report.failed] == ["the disk is gone"]
    data = minari.MinariDataset(tmp_path / "out" / "nethack-v0" / "data")
    assert (data.total_episodes, data.storage.total_steps) == (2, 240)
    assert [len(episode) for episode in data] == [120, 120]
    assert [about["gameid"] for about in data.storage.get_episode_metadata([0, 1])] == [1, 3]


@pytest.mark.parametrize("to", list(exporters.EXPORTERS))
def test_a_relative_folder_will_do(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str) -> None:
    pytest.importorskip("minari", reason="minari is not installed")
    monkeypatch.chdir(tmp_path)
    assert export(dataset, to, Path("here") / to).games == 3


def test_options_in_words() -> None:
    read = exporters.read_options("asciicast", ["speed=12", "keys=yes", "markers=both"])
    assert read == {"speed": 12.0, "keys": True, "markers": "both"}
    with pytest.raises(YendorError, match="'sped=1' of asciicast"):
        exporters.read_options("asciicast", ["sped=1"])
    with pytest.raises(YendorError, match="no float"):
        exporters.read_options("asciicast", ["speed=fast"])


def test_refusals(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for message, to, options in (
        ("unknown format 'parket'", "parket", {}),
        ("unknown option 'levl' of parquet", "parquet", {"levl": 3}),
        ("unknown option 'level' of asciicast", "asciicast", {"level": 3}),
        ("level = 30", "parquet", {"level": 30}),
        ("games_per_file = 0", "parquet", {"games_per_file": 0}),
        ("emulation = 'xterm'", "parquet", {"emulation": "xterm"}),
        ("idle_limit = 0", "asciicast", {"idle_limit": 0}),
        ("speed = -1", "asciicast", {"speed": -1}),
        ("markers = 'all'", "asciicast", {"markers": "all"}),
        ("license = 'My own'", "hf-folder", {"license": "My own"}),
        ("no games selected", "parquet", {"where": "score > 1e9"}),
    ):
        with pytest.raises(YendorError, match=message) as caught:
            export(dataset, to, out, **options)
        assert caught.value.hint
        assert not out.exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "holiday.jpg").touch()
    (tmp_path / "file").touch()
    for name in ("full", "file"):
        with pytest.raises(YendorError, match="exists and is not an empty folder"):
            export(dataset, "parquet", tmp_path / name)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["holiday.jpg"]


def test_minari_refusals(dataset: Path, tmp_path: Path) -> None:
    pytest.importorskip("minari", reason="minari is not installed")
    for options in ({"dataset_id": "nethack"}, {"dataset_id": "../up-v0"}, {"env": "NetHackChallange-v0"}):
        with pytest.raises(YendorError, match=next(iter(options))):
            export(dataset, "minari", tmp_path / "out", **options)
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("to", EXPORTERS)
def test_a_missing_library_is_named(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str) -> None:
    for name in exporter_of(to).needs:
        with monkeypatch.context() as without:
            without.setitem(sys.modules, name, None)
            with pytest.raises(YendorError, match=f"this export needs {name}") as caught:
                export(dataset, to, tmp_path / "out")
            assert 'pip install "yendor[export]"' in caught.value.hint
        assert not (tmp_path / "out").exists()


def test_no_game_and_no_room(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hurt = tmp_path / "hurt"
    shutil.copytree(dataset, hurt)
    for path in hurt.glob("games/*/*.bz2"):
        path.unlink()
    with pytest.raises(YendorError, match="none of 3 games can be exported"):
        export(hurt, "parquet", tmp_path / "out")
    shutil.rmtree(hurt / "games")
    with pytest.raises(YendorError, match="none of 3 games can be exported"):
        export(hurt, "parquet", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()

    def full(*_: Any) -> None:
        (tmp_path / "out" / "1.cast.part").write_text("begun")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exporter_of("asciicast"), "add", full)
    with pytest.raises(YendorError, match="No space left on device"):
        export(dataset, "asciicast", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
