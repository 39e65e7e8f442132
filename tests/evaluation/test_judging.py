"""Judging: right statistics, one line a game, resume after a kill, no mixing."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds, seed_list
from yendor.evaluation.protocols.nethack_challenge.analysis import cause, rank_key, summarise
from yendor.evaluation.results import read_results
from yendor.evaluation.runner import evaluate
from yendor.evaluation.statistics import bootstrap


def test_bootstrap_agrees_with_the_normal_interval_for_many_values() -> None:
    values = np.random.default_rng(0).normal(10, 3, 4000)
    found = bootstrap(list(values))
    half = 1.96 * values.std(ddof=1) / math.sqrt(len(values))
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.15 * half)
    assert found.high == pytest.approx(values.mean() + half, abs=0.15 * half)


def test_bootstrap_agrees_with_scipy() -> None:
    from scipy.stats import bootstrap as reference

    values = list(np.random.default_rng(1).exponential(100, 64))
    for statistic in (np.mean, np.median):
        ours = bootstrap(values, statistic)
        theirs = reference((values,), statistic, method="percentile", rng=0).confidence_interval
        assert ours.low == pytest.approx(theirs.low, rel=0.05)
        assert ours.high == pytest.approx(theirs.high, rel=0.05)


def test_bootstrap_of_one_and_none() -> None:
    assert bootstrap([7.0]).value == 7.0
    assert math.isnan(bootstrap([7.0]).low)
    with pytest.raises(ValueError, match="no values"):
        bootstrap([])


def line(score: float, ended: str = "death", **more: object) -> dict[str, object]:
    base = {"score": score, "steps": 10, "turns": 5, "depth": 2, "xl": 3, "clock_steps": 4, "ended": ended}
    return {**base, "character": "val-hum-fem-neu", "death": "killed by a newt", "cpu_seconds": 0.1, **more}


def test_rank_is_ascensions_then_median_then_mean() -> None:
    ascended = summarise([line(10, "ascended"), line(0)])
    median = summarise([line(100), line(100), line(100)])
    mean = summarise([line(0), line(99), line(10**6)])
    ranked = sorted([mean, ascended, median], key=rank_key, reverse=True)
    assert ranked == [ascended, median, mean]


@pytest.mark.parametrize(
    ("game", "group"),
    [
        (line(1), "killed by a newt"),
        (line(1, death="killed by a newt, while praying"), "killed by a newt"),
        (line(1, death_while="fainted from lack of food"), "hunger (fainted or starved)"),
        (line(1, death="starved"), "hunger (fainted or starved)"),
        (line(1, "max_steps", death="quit"), "step limit reached"),
        (line(1, "crash", death=""), "crash"),
    ],
)
def test_causes(game: dict[str, object], group: str) -> None:
    assert cause(game) == group


def test_games_are_fixed_whoever_plays_them(tmp_path: Path) -> None:
    one = evaluate("walker", seed_list("dev:4"), tmp_path / "a", rules={"max_steps": 200}, workers=2, quiet=True)
    two = evaluate("walker", seed_list("dev:4"), tmp_path / "b", rules={"max_steps": 200}, workers=1, quiet=True)
    assert one["mean"] == two["mean"]

    def games(folder: Path) -> list[tuple[object, ...]]:
        keys = ("core", "disp", "character", "score", "steps", "turns", "depth", "xl", "death", "ended")
        return sorted(tuple(game[key] for key in keys) for game in read_results(folder))

    assert games(tmp_path / "a") == games(tmp_path / "b")
    assert games(tmp_path / "a")[0][2] == "sam-hum-fem-law"


def test_best_and_worst_replays_are_kept(tmp_path: Path) -> None:
    evaluate("walker", seed_list("dev:5"), tmp_path / "a", rules={"max_steps": 300}, workers=2, quiet=True)
    ranked = sorted(read_results(tmp_path / "a"), key=lambda game: game["score"])
    kept = {p.name for p in (tmp_path / "a" / "replays").iterdir()}
    assert kept == {f"{game['core']}-{game['disp']}" for game in (ranked[0], ranked[-1])}


def test_results_of_other_settings_are_not_mixed(tmp_path: Path) -> None:
    evaluate("walker", [Seeds(1, 1)], tmp_path / "a", rules={"max_steps": 20}, workers=0, quiet=True)
    with pytest.raises(YendorError, match="agent = 'walker', now it is 'random'"):
        evaluate("random", [Seeds(1, 1)], tmp_path / "a", rules={"max_steps": 20}, workers=0, quiet=True)
    with pytest.raises(YendorError, match="rules"):
        evaluate("walker", [Seeds(1, 1)], tmp_path / "a", rules={"max_steps": 30}, workers=0, quiet=True)


def test_a_failing_agent_keeps_its_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "faulty.py").write_text(
        "from yendor.core.agent import Decision\n"
        "class Faulty:\n"
        "    name = 'faulty'\n"
        "    def reset(self, seed): self.left = 30\n"
        "    def act(self, observation):\n"
        "        if not self.left: raise KeyError('lost')\n"
        "        return Decision(self.left % 8)\n"
        "    def observe(self, observation, action): self.left -= 1\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    summary = evaluate("faulty:Faulty", seed_list("dev:2"), tmp_path / "out", workers=0, quiet=True)
    assert summary["ends"] == {"crash": 2}
    assert all(g["steps"] == 30 and "lost" in g["crash"] for g in read_results(tmp_path / "out"))


def test_killed_and_resumed_each_game_has_one_line(tmp_path: Path) -> None:
    out = tmp_path / "o"
    command = [str(Path(sys.executable).parent / "yendor"), "eval", "--agent", "walker", "--seeds", "1000:2000:10"]
    command += ["--max-steps", "2500", "--out", str(out)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    results = out / "results.jsonl"
    while not results.exists() or results.read_bytes().count(b"\n") < 2:
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with open(results, "a") as file:
        file.write('{"core": 1009, "di')  # as a kill in the middle of a write leaves it
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert sorted(game["core"] for game in read_results(out)) == list(range(1000, 1010))
    assert json.loads((out / "summary.json").read_text())["games"] == 10


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text('{"core": 1}\nnonsense\n{"core": 2}\n')
    with pytest.raises(YendorError, match=r"line 2: not a result"):
        read_results(tmp_path)
