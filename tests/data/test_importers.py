"""Imports: games of many folders side by side, NAO's matching held to NLE's own, and nothing passed over in silence."""

import bz2
import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list
from yendor.data.catalogue import Catalogue
from yendor.data.importers import Report, import_folder
from yendor.data.recorder import record, verify_game
from yendor.data.stream import Stream, StreamConfig
from yendor.data.ttyrec import KEY, SCORE, STRATEGY, Record, Source, pack

NLE_TESTS = Path(str(files("nle") / "tests"))
SAMPLE = NLE_TESTS / "nle.2783801.0.ttyrec3.bz2"


def load(folder: Path, data: Path, source: str = "auto") -> tuple[Report, Catalogue]:
    catalogue = Catalogue(data, create=True)
    return import_folder(folder, catalogue, source), catalogue


def test_recordings_with_equal_seeds_do_not_replace_each_other(tmp_path: Path) -> None:
    for agent in ("walker", "random"):
        record(agent, seed_list("dev:2"), tmp_path / agent, max_steps=30, workers=0, quiet=True)
        report, catalogue = load(tmp_path / agent, tmp_path / "both")
        assert (report.imported, report.whole, report.known) == (2, 2, 0)
    assert sorted((row["agent"], row["core"]) for row in catalogue.rows()) == [
        ("random", 1000), ("random", 1001), ("walker", 1000), ("walker", 1001),
    ]  # fmt: skip
    again, _ = load(tmp_path / "walker", tmp_path / "both")
    assert (again.imported, again.known) == (0, 2)
    own, _ = load(tmp_path / "walker", tmp_path / "walker")
    assert (own.imported, own.known) == (0, 2)


def test_a_lost_catalogue_is_made_anew_and_damaged_recordings_are_named(tmp_path: Path) -> None:
    record("walker", seed_list("dev:4"), tmp_path / "g", max_steps=30, workers=0, quiet=True)
    (tmp_path / "g" / "catalogue.sqlite").unlink()
    games = sorted((tmp_path / "g" / "games").glob("*"))
    (games[0] / "game.json").write_text("{}")
    next(games[1].glob("*.bz2")).unlink()
    (games[2] / "labels.ylab").write_bytes(b"YLAB")
    report, catalogue = load(tmp_path / "g", tmp_path / "g")
    assert report.imported == 1
    assert [row["key"] for row in catalogue.rows()] == [games[3].name]
    assert [path for path, _ in report.skipped] == games[:3]
    with pytest.raises(YendorError, match="has an incomplete"):
        record("walker", seed_list("dev:4"), tmp_path / "g", max_steps=30, workers=0, quiet=True)


def hihack(records: list[Record], strategies: list[int]) -> bytes:
    out = []
    for record_ in records:
        out.append(record_)
        if record_.channel == KEY and strategies:
            out.append(Record(record_.time, STRATEGY, strategies.pop(0).to_bytes(4, "little", signed=True)))
    return bz2.compress(pack(out, 4))


def test_hihack_games_of_equal_names_are_kept_apart_with_their_labels(tmp_path: Path) -> None:
    records = list(Source(SAMPLE))
    keys = sum(r.channel == KEY for r in records)
    for name, shift in (("one", 0), ("two", 1)):
        folder = tmp_path / "in" / name / "0"
        folder.mkdir(parents=True)
        ordinals = [(i + shift) % 13 - 1 for i in range(keys)]
        (folder / "nle.7.0.ttyrec4.bz2").write_bytes(hihack(records, ordinals))
    report, catalogue = load(tmp_path / "in", tmp_path / "d")
    assert (report.imported, report.whole, report.frames) == (2, 2, 2 * keys)
    for game, shift in zip(catalogue.games(), (0, 1), strict=True):
        (batch,) = Stream(tmp_path / "d", StreamConfig(1, keys + 1, f"gameid={game.gameid}", loop=False))
        expected = [12 if (i + shift) % 13 == 0 else (i + shift) % 13 - 1 for i in range(keys)]
        assert batch.labels[: len(expected), 0].tolist() == expected
        assert batch.keypresses[:keys, 0].tobytes() == b"".join(r.data for r in records if r.channel == KEY)
        assert verify_game(game.files) == ""
        assert game.files[0].labels == game.files[0].path  # nothing is written anew: they are read from the file


def test_many_bz2_streams_are_read_whole(tmp_path: Path) -> None:
    raw = bz2.decompress(SAMPLE.read_bytes())
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "nle.1.0.ttyrec3.bz2").write_bytes(bz2.compress(raw[:2000]) + bz2.compress(raw[2000:]))
    load(tmp_path / "in", tmp_path / "d")
    shutil.copytree(SAMPLE.parent, tmp_path / "plain", ignore=lambda _, names: [n for n in names if n != SAMPLE.name])
    load(tmp_path / "plain", tmp_path / "p")
    (one,) = Stream(tmp_path / "d", StreamConfig(1, 70, loop=False))
    (two,) = Stream(tmp_path / "p", StreamConfig(1, 70, loop=False))
    assert (one.gameids > 0).all()
    assert (one.tty_chars == two.tty_chars).all()


def test_nao_files_are_matched_to_games_as_nle_does(tmp_path: Path) -> None:
    nao = tmp_path / "altorg"
    shutil.copytree(NLE_TESTS / "altorg", nao)
    human = next(NLE_TESTS.glob("2009*.ttyrec.bz2"))
    for path in nao.rglob("*.ttyrec.bz2"):
        shutil.copy(human, path)
    (nao / "aartist" / "2008-09-09.12_00_00.ttyrec.gz").write_bytes(b"old")
    report, catalogue = load(nao, tmp_path / "d")
    expected: dict[tuple[str, str], list[str]] = {}
    for entry in json.loads((NLE_TESTS / "altorg" / "db.json").read_text()):
        expected.setdefault((entry[17], entry[22]), []).append(entry[0])
    found = {
        (game.row["role"], game.row["death"]): [str(file.path.relative_to(nao)) for file in game.files]
        for game in catalogue.games("death <> ''")
    }
    assert found == expected
    reasons = {str(path.relative_to(nao)): why for path, why in report.skipped}
    assert set(reasons) == {"aartist/2008-09-09.12_00_00.ttyrec.gz", "aanderson/2019-08-03.18_44_49.ttyrec.bz2"}
    assert reasons["aanderson/2019-08-03.18_44_49.ttyrec.bz2"] == "named in blacklist.txt"
    in_games = sum(len(game.files) for game in catalogue.games())
    assert in_games + len(reasons) == len([path for path in nao.rglob("*.ttyrec.*") if path.is_file()])


def test_logs_are_matched_by_file_name_and_stopped_games_are_truncated(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "run"
    folder.mkdir(parents=True)
    for episode in (0, 2, 4):
        shutil.copy(SAMPLE, folder / f"nle.5.{episode}.ttyrec3.bz2")
    lines = [
        "name=Agent\trole=Val\tdeath=quit\tpoints=1\tttyrecname=nle.5.0.ttyrec3.bz2",
        "name=Agent\trole=Wiz\tdeath=killed by a newt\tpoints=2\tttyrecname=nle.5.2.ttyrec3.bz2\twhile=fainted",
    ]
    (folder / "nle.5.xlogfile").write_text("\n".join(lines) + "\n")
    _, catalogue = load(tmp_path / "in", tmp_path / "d")
    rows = [(row["role"], row["ended"], row["death"]) for row in catalogue.rows()]
    assert rows == [("Val", "stopped", "quit"), ("Wiz", "death", "killed by a newt while fainted"), ("", "", "")]
    ends = [
        (bool(batch.terminated.any()), bool(batch.truncated.any()))
        for batch in Stream(tmp_path / "d", StreamConfig(1, 70, shuffle=False, loop=False))
    ]
    assert ends == [(False, True), (True, False), (False, True)]


def test_a_file_that_could_not_be_read_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "nle.1.0.ttyrec3.bz2"
    path.write_bytes(b"")
    report, catalogue = load(tmp_path / "in", tmp_path / "d")
    assert [why for _, why in report.skipped] == ["empty file"]
    shutil.copy(SAMPLE, path)
    report, catalogue = load(tmp_path / "in", tmp_path / "d")
    assert (report.imported, catalogue.skipped()) == (1, [])


def test_scores_are_those_of_the_bottom_line(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(SAMPLE, tmp_path / "in")
    _, catalogue = load(tmp_path / "in", tmp_path / "d")
    scores = [int.from_bytes(r.data, "little") for r in Source(SAMPLE) if r.channel == SCORE]
    assert catalogue.rows()[0]["score"] == max(scores) == 24
