"""BALROG's progression: the published table, the best of depth and experience, and old result files."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from yendor.cli.eval import print_summary
from yendor.core.config import write_json
from yendor.core.seeds import Seeds
from yendor.envs.make import make
from yendor.evaluation.game import Play
from yendor.evaluation.progression import progression, progression_of
from yendor.evaluation.protocols.nethack_challenge.analysis import summarise
from yendor.evaluation.results import read_results
from yendor.evaluation.runner import evaluate
from yendor.reports.collect import collect


@pytest.mark.parametrize(
    ("depth", "xl", "value"),
    [
        (1, 1, 0.0), (2, 1, 0.0154), (5, 1, 0.0265), (10, 1, 0.1256), (50, 1, 0.8068), (1, 2, 0.0185), (1, 8, 0.0745),
        (1, 10, 0.1791), (1, 14, 0.4940), (5, 8, 0.0745), (10, 8, 0.1256), (53, 1, 0.8068), (-5, 1, 0.0),
    ],
)  # fmt: skip
def test_published_values(depth: int, xl: int, value: float) -> None:
    assert progression(depth, xl) == pytest.approx(value, abs=5e-5)


def test_the_table_is_whole_and_rises() -> None:
    folder = files("yendor.evaluation") / "tables"
    table = json.loads((folder / "balrog_progression.json").read_text())
    assert len(table["depth"]) + len(table["experience_level"]) + len(table["others"]) == 87
    for values in (table["depth"], table["experience_level"]):
        assert values == sorted(values)
    assert "BALROG Team" in (folder / "LICENSE.balrog").read_text()


def line(**facts: object) -> dict[str, object]:
    base = {"score": 5, "steps": 10, "turns": 5, "depth": 2, "xl": 1, "clock_steps": 4, "ended": "death", "core": 1}
    return {**base, "disp": 1, "character": "val-hum-fem-neu", "death": "killed by a newt", "cpu_seconds": 0.1, **facts}


def test_a_drained_hero_keeps_what_was_reached_and_a_winner_has_all() -> None:
    assert progression_of(line(xl=3, max_xl=8)) == progression(2, 8)
    assert progression_of(line(ended="ascended")) == 1.0
    assert progression_of(line(xl=8)) == progression(2, 8)


def test_the_summary_has_its_mean_in_per_cent_with_an_interval() -> None:
    found = summarise([line(depth=d, max_xl=1) for d in (1, 2, 10, 50)])["progression"]
    assert found["value"] == pytest.approx(100 * (0 + 0.01539 + 0.12559 + 0.80680) / 4, abs=0.01)
    assert 0 <= found["low"] < found["value"] < found["high"] <= 80.7


def test_old_results_still_load_and_print(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    played = evaluate("walker", [Seeds(1, 1), Seeds(2, 2)], tmp_path, rules={"max_steps": 30}, workers=0, quiet=True)
    new = read_results(tmp_path)
    assert all(game["progression"] == progression_of(game) for game in new)
    old = [{k: v for k, v in game.items() if k not in ("progression", "max_xl")} for game in new]
    (tmp_path / "results.jsonl").write_text("".join(json.dumps(game) + "\n" for game in old))
    again = evaluate("walker", [Seeds(1, 1), Seeds(2, 2)], tmp_path, rules={"max_steps": 30}, workers=0, quiet=True)
    assert again["progression"] == played["progression"]
    print_summary(again)
    assert "progression [95 %]" in capsys.readouterr().out
    write_json(tmp_path / "summary.json", {k: v for k, v in again.items() if k != "progression"})
    assert collect([tmp_path])[0][0].summary["progression"] == played["progression"]


def test_a_game_remembers_the_highest_level() -> None:
    seeds = Seeds(1003, 2003)
    env = make(seeds=seeds, max_steps=50)
    play = Play(env, seeds)
    raised = play.hero._replace(xl=7)
    numbers = play.observation["blstats"].copy()
    step = env.step

    def drained(action: int) -> object:
        observation, *rest = step(action)
        numbers[:] = observation["blstats"]
        numbers[18] = raised.xl if play.steps == 0 else 2
        return ({**observation, "blstats": numbers}, *rest)

    env.step = drained  # type: ignore[method-assign, assignment]
    for _ in range(3):
        play.press(18)
    told = play.line(0.0)
    env.close()
    assert (told["xl"], told["max_xl"], told["progression"]) == (2, 7, progression(told["depth"], 7))
