"""ttyrecs, labels and the catalogue: what is written is read, and what is broken is named."""

import bz2
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yendor.core.errors import YendorError
from yendor.data import catalogue as catalogues
from yendor.data.catalogue import Catalogue, GameFile
from yendor.data.labels import read_labels, write_labels
from yendor.data.ttyrec import Record, Source, pack, survey

records = st.lists(
    st.builds(Record, st.integers(0, 2**31 * 10**6 - 1), st.integers(0, 3), st.binary(max_size=40)),
    min_size=1,
    max_size=30,
)


@given(records)
def test_ttyrec_round_trip(tmp_path_factory: pytest.TempPathFactory, given_records: list[Record]) -> None:
    path = tmp_path_factory.mktemp("t") / "x.ttyrec4.bz2"
    path.write_bytes(bz2.compress(pack(given_records, 4)))
    source = Source(path)
    assert list(source) == given_records
    assert source.trouble == ""


def test_streams_one_after_the_other_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.ttyrec3.bz2"
    whole = pack([Record(i, 1, b"k") for i in range(10)])
    path.write_bytes(bz2.compress(whole[:50]) + bz2.compress(whole[50:]))
    assert survey(path).frames == 10


@pytest.mark.parametrize(
    ("content", "trouble", "frames"),
    [
        (b"", "empty file", 0),
        (b"this is no bz2", "not bz2", 0),
        (bz2.compress(pack([Record(1, 1, b"k")] * 5))[:-12], "cut off", 0),
        (bz2.compress(pack([Record(1, 1, b"k")] * 5)[:-1]), "the last record is cut off", 4),
        (bz2.compress(pack([Record(1, 1, b"k")] * 2) + b"\0" * 8 + b"\xff\xff\xff\xff\0"), "a record of -1 bytes", 2),
    ],
)
def test_broken_files_give_their_whole_part_and_a_reason(
    tmp_path: Path, content: bytes, trouble: str, frames: int
) -> None:
    path = tmp_path / "x.ttyrec3.bz2"
    path.write_bytes(content)
    found = survey(path)
    assert trouble in found.trouble
    assert found.frames == frames


@given(st.lists(st.none() | st.sampled_from(["", "fight/melee", "explore", "eat/ground"]), max_size=200))
def test_labels_round_trip(tmp_path_factory: pytest.TempPathFactory, labels: list[str | None]) -> None:
    path = tmp_path_factory.mktemp("l") / "labels.ylab"
    write_labels(path, labels)
    found = read_labels(path)
    assert [None if i < 0 else found.names[i] for i in found.indices] == labels


@pytest.mark.parametrize(
    "damage", [lambda d: d[:-3], lambda d: b"ZLAB" + d[4:], lambda d: d[:20] + b"\0" + d[21:], lambda d: b""]
)
def test_damaged_labels_are_refused(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "labels.ylab"
    write_labels(path, ["a", "b", None] * 10)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(YendorError, match=r"labels\.ylab"):
        read_labels(path)


def test_newer_labels_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.ylab"
    write_labels(path, ["a"])
    path.write_bytes(path.read_bytes()[:4] + b"\x02" + path.read_bytes()[5:])
    with pytest.raises(YendorError, match="version 2"):
        read_labels(path)


def row(key: str, score: int) -> dict[str, object]:
    base = {"source": "yendor", "frames": 3, "whole": True, "labelled": False, "version": 3, "bytes": 9}
    return {**base, "key": key, "score": score, "role": "Val"}


def test_selection_by_sql(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, create=True)
    for i in range(5):
        catalogue.add(row(str(i), i * 1000), [GameFile(tmp_path / "x", None, 3, True)])
    assert [r["score"] for r in catalogue.rows("role='Val' and score>2500")] == [3000, 4000]
    assert catalogue.add(row("4", 9), []) == 5
    assert len(catalogue.rows()) == 5
    with pytest.raises(YendorError, match=r"no such column: scoer(.|\n)*'score'"):
        catalogue.rows("scoer>1")
    for wicked in ("1; DROP TABLE games", "1) OR (SELECT", "gameid IN (DELETE FROM games)"):
        with pytest.raises(YendorError):
            catalogue.rows(wicked)
    assert len(catalogue.rows()) == 5


def test_an_old_catalogue_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(catalogues, "MIGRATIONS", catalogues.MIGRATIONS[:1])
        old = Catalogue(tmp_path, create=True)
        with sqlite3.connect(old.path) as connection:
            columns = {"gameid": 1, **row("old", 7)}
            marks = ", ".join("?" * len(columns))
            connection.execute(f"INSERT INTO games ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))
            connection.execute("INSERT INTO files VALUES (1, 0, 'x', NULL, 3, 1)")
    migrated = Catalogue(tmp_path)
    assert [r["score"] for r in migrated.rows()] == [7]
    assert migrated.games()[0].files == (GameFile(tmp_path / "x", None, 3, True, "", 24, 80),)
    assert migrated.skipped() == []


def test_a_newer_or_foreign_catalogue_is_refused(tmp_path: Path) -> None:
    Catalogue(tmp_path, create=True).close()
    with sqlite3.connect(tmp_path / "catalogue.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(YendorError, match="version 99"):
        Catalogue(tmp_path)
    (tmp_path / "catalogue.sqlite").write_bytes(b"no database at all, but long enough to be one" * 30)
    with pytest.raises(YendorError, match="cannot open catalogue"):
        Catalogue(tmp_path)
    with pytest.raises(YendorError, match="no catalogue"):
        Catalogue(tmp_path / "nowhere")


def test_label_indices_are_int16(tmp_path: Path) -> None:
    write_labels(tmp_path / "l", ["x"])
    assert read_labels(tmp_path / "l").indices.dtype == np.int16
