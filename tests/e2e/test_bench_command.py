"""The bench as it is typed: measure, resume, compare, keep a position, look at an end; and mistakes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

YENDOR = str(Path(sys.executable).parent / "yendor")


def run(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([YENDOR, *words], cwd=place, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bench")
    peers = [{"core": 1000 + k, "disp": 2000 + k, "score": 10.0 * k, "death": "killed by a newt"} for k in range(4)]
    (place / "peers.jsonl").write_text("".join(json.dumps(peer) + "\n" for peer in peers))
    return place


def test_from_a_measurement_to_a_position(place: Path) -> None:
    measure = ("bench", "bot", "--games", "2", "--max-steps", "80", "--workers", "1")
    position = ("bench", "position", "--seeds", "1007:2007", "--step", "40", "--out", "keep/one.json")
    steps: list[tuple[tuple[str, ...], int, str]] = [
        (measure, 0, "2 games played, 0 found, 0 failed"),
        ((*measure, "--against", "peers.jsonl"), 0, "2 common games"),
        (("bench", "versions"), 0, "median"),
        (position, 0, "nothing is written"),
        ((*position, "--expect", "label=*", "--expect", "key!=Command.PRAY", "--why", "W"), 0, "as expected"),
        (("bench", "check", "keep"), 0, "right    one: W"),
        ((*position, "--expect", "label=nothing", "--force"), 0, "not yet: label=nothing"),
        (("bench", "check", "keep/one.json"), 1, "expected label=nothing"),
    ]
    for words, code, text in steps:
        done = run(place, *words)
        assert (done.returncode, text in done.stdout) == (code, True), f"{words}\n{done.stdout}\n{done.stderr}"
    name = next((place / "runs" / "bench").iterdir()).name
    done = run(place, "bench", "show", name[:4], "--against", name)
    assert done.returncode == 0, done.stderr
    assert "alike in 2" in done.stdout
    for words in ((), ("--places",)):
        done = run(place, "bench", "hazards", name, "--least", "1", *words)
        assert done.returncode == 0, done.stderr
        assert ("Doom 1, XL 1" if words else "all turns") in done.stdout
    done = run(place, "bench", "hazards", name, "--roles", "xyz")
    assert done.returncode == 2
    assert "Roles there: " in done.stderr
    done = run(place, "bench", "ends", name, "--decisions", "3", "--level", "1-3")
    assert done.returncode == 0, done.stderr
    assert "2 games" in done.stdout
    assert "max_steps (alive)" in done.stdout
    for words, text in (
        (("--kind", "fally"), "Did you mean 'folly'"),
        (("--level", "x"), "such as 9, or two"),
        (("--killer", "("), "A regular expression"),
    ):
        done = run(place, "bench", "ends", name, *words)
        assert (done.returncode, text in done.stderr) == (2, True), done.stderr


def test_the_end_of_a_game(place: Path) -> None:
    words = ("play", "--agent", "bot", "--seeds", "1007:2007", "--max-steps", "150", "--until", "death-20", "--plain")
    done = run(place, *words)
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stdout.splitlines() if "  hp " in line]
    assert 5 <= len(told) < 60
    assert "Dlvl:1" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("max_steps after 150 steps")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("bench", "bott"), "'bot'"),
        (("bench", "bot", "--list", "withheld"), "yendor eval"),
        (("bench", "bot", "--games", "0"), "--games is at least 1"),
        (("bench", "bot", "--workers", "0"), "--workers 0"),
        (("bench", "bot", "--against", "nowhere"), "no folder, file or measured version"),
        (("bench", "versions", "--out", "nowhere"), "nothing has been measured"),
        (("bench", "position", "--seeds", "dev:3", "--step", "1", "--out", "x.json"), "3 games"),
        (("bench", "position", "--seeds", "1:1", "--step", "1", "--out", "x.json", "--expect", "y"), "label=PATTERN"),
        (("bench", "check", "nowhere.json"), "cannot read nowhere.json"),
        (("play", "--until", "soon"), "death-100"),
        (("play", "--until", "death-10", "--agent", "human"), "play by themselves"),
        (("play", "--by-key"), "needs a terminal"),
    ],
)
def test_mistakes(place: Path, words: tuple[str, ...], text: str) -> None:
    done = run(place, *words)
    assert done.returncode == 2
    assert text in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
