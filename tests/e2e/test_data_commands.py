"""The data commands as they are typed: one dataset through all of them, their help, and mistakes."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

YENDOR = str(Path(sys.executable).parent / "yendor")
COMMANDS = (
    "import", "list", "show", "stats", "verify", "transcode", "merge", "filter", "split", "export", "download", "label",
)  # fmt: skip


def run(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([YENDOR, *words], cwd=place, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("commands")
    words = ("record", "--agent", "walker", "--seeds", "dev:4", "--max-steps", "60", "--out", "games")
    recorded = run(place, *words, "--observations", "blstats,message")
    assert recorded.returncode == 0, recorded.stderr
    return place


def test_one_dataset_through_all_commands(place: Path) -> None:
    people = str(files("nle") / "tests")
    steps: list[tuple[tuple[str, ...], int, str]] = [
        (("import", people, "--to", "people", "--source", "nao"), 1, "6 games imported"),
        (("transcode", "games"), 0, "4 games stored"),
        (("transcode", "games"), 0, "4 found stored"),
        (("transcode", "people", "--workers", "1"), 0, "cells look otherwise in NLE's converter"),
        (("verify", "games"), 0, "4 games read through, 4 of them in the store, 0 bad"),
        (("show", "games", "1"), 0, "observed   blstats, message"),
        (("merge", "games", "people", "--to", "both"), 0, "10 games"),
        (("verify", "both", "--quick"), 0, "10 of them in the store, 0 bad"),
        (("filter", "both", "--where", "source='nao'", "--to", "humans"), 0, "humans: 6 games"),
        (("split", "both", "--parts", "a=0.5,b=0.5", "--to", "parts"), 0, "games ("),
        (("stats", "both"), 0, "10 games"),
        (("list", "parts/a"), 0, "games"),
        (("label", "games", "--to", "labelled", "--workers", "1"), 0, "4 games labelled, 0 found labelled, 0 failed"),
        (("label", "games", "--to", "labelled", "--workers", "1"), 0, "0 games labelled, 4 found labelled, 0 failed"),
        (("stats", "labelled"), 0, "explore/frontier"),
        (("export", "games", "--to", "asciicast", "--out", "casts", "--option", "speed=20"), 0, "in 4 files"),
        (("export", "games", "--to", "parquet", "--out", "parquet"), 0, "0 failed"),
    ]
    for words, code, text in steps:
        done = run(place, "data", *words)
        assert (done.returncode, text in done.stdout) == (code, True), f"{words}\n{done.stdout}\n{done.stderr}"
    assert "6 | 6 | 3,457" in (place / "humans" / "CARD.md").read_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_help(place: Path, command: str) -> None:
    done = run(place, "data", command, "--help")
    assert done.returncode == 0
    assert f"usage: yendor data {command}" in done.stdout


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("transcode", "nowhere"), "no catalogue in nowhere"),
        (("transcode", "games", "--where", "scoer>1"), "'score'"),
        (("transcode", "games", "--level", "99"), "level = 99"),
        (("transcode", "games", "--workers", "0"), "--workers 0"),
        (("merge", "--to", "x"), "no datasets to merge"),
        (("merge", "games", "--to", "games"), "exists and is not empty"),
        (("split", "games", "--to", "x", "--parts", "a:1"), "--parts 'a:1'"),
        (("split", "games", "--to", "x", "--parts", "a=0.5"), "add up to 1"),
        (("export", "games", "--to", "parquet", "--out", "games"), "not an empty folder"),
        (("export", "games", "--to", "parquet", "--out", "x", "--option", "levl=1"), "Options and their defaults"),
        (("download", "nld-aa", "--to", "x", "--parts", "zz"), "no part 'zz'"),
        (("label", "games", "--to", "games"), "something else than a labelling"),
        (("label", "games", "--to", "x", "--agent", "bto"), "unknown agent 'bto'"),
        (("label", "games", "--to", "x", "--workers", "0"), "--workers 0"),
        (("label", "games", "--to", "x", "--where", "scoer>1"), "'score'"),
        (("transcoed", "games"), "'transcode'"),
    ],
)
def test_mistakes(place: Path, words: tuple[str, ...], text: str) -> None:
    done = run(place, "data", *words)
    assert done.returncode == 2
    assert text in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert not (place / "x").exists()
