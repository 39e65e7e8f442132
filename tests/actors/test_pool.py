"""Many games at once: the same games as alone, and what fails costs the game it fails in and nothing else."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

from yendor.actors.pool import play_many
from yendor.agents.policy_torch import BatchedPolicy, PolicyAgent
from yendor.core.agent import Decision, Observation
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds, seed_list
from yendor.envs.make import make
from yendor.evaluation.game import play_game
from yendor.evaluation.judge import Job, JudgedGame
from yendor.evaluation.results import read_results
from yendor.evaluation.runner import evaluate
from yendor.models.screen_lstm import ScreenLSTM, ScreenLSTMConfig
from yendor.runtime.checkpoint_torch import save_checkpoint

YENDOR = str(Path(sys.executable).parent / "yendor")
SEEDS = seed_list("dev:7")
RULES = {"max_steps": 60}
_UNLIKE = ("seconds", "cpu_seconds", "detail")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small hierarchical network, untrained but with decided tastes."""
    torch.manual_seed(2)
    config = ScreenLSTMConfig(strategies=("explore", "fight"), features=16, hidden=16, text=4, cell=4)
    network = ScreenLSTM(config)
    with torch.no_grad():
        for head in network.heads.policies:
            head[0].weight *= 8
    folder = tmp_path_factory.mktemp("pool") / "run"
    save_checkpoint(folder / "checkpoints", 1, network, "screen-lstm", config)
    return folder


def lines(games: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = [{key: value for key, value in game.items() if key not in _UNLIKE} for game in games]
    return sorted(kept, key=lambda game: game["core"])


def judge(agent: str | Path, out: Path, **settings: Any) -> list[dict[str, Any]]:
    evaluate(str(agent), SEEDS, out, rules=RULES, quiet=True, **settings)
    return lines(read_results(out))


@pytest.fixture(scope="module")
def alone(run: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The results of the games, each played by itself."""
    return judge(run, tmp_path_factory.mktemp("alone"), batch=1)


@pytest.mark.parametrize(("batch", "workers"), [(2, 1), (3, 2), (8, 2), (None, 0)])
def test_the_same_games_as_alone(
    run: Path, alone: list[dict[str, Any]], tmp_path: Path, batch: int | None, workers: int
) -> None:
    assert judge(run, tmp_path, batch=batch, workers=workers) == alone
    assert len({game["score"] for game in alone} | {game["turns"] for game in alone}) > 3
    best_and_worst = sorted(read_results(tmp_path), key=lambda game: game["score"])
    kept = {f"{game['core']}-{game['disp']}" for game in (best_and_worst[0], best_and_worst[-1])}
    assert {folder.name for folder in (tmp_path / "replays").iterdir()} == kept
    assert all(list(folder.glob("*.ttyrec3.bz2")) for folder in (tmp_path / "replays").iterdir())
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["games"] == len(SEEDS)
    assert summary["steps_per_cpu_second"] > 0


def jobs(out: Path) -> list[Job]:
    return [Job("", "nethack-challenge", RULES, seeds, out / f"{seeds.core}") for seeds in SEEDS]


@pytest.mark.parametrize("slots", [1, 3, 8])
def test_the_likeliest_keys_are_the_same_as_alone(run: Path, tmp_path: Path, slots: int) -> None:
    pooled = {}
    policy = BatchedPolicy(run, temperature=0)
    for outcome in play_many(JudgedGame, jobs(tmp_path), policy, lambda job: job.seeds.core, slots=slots, workers=1):
        pooled[outcome.job.seeds] = outcome.result
    assert pooled.keys() == set(SEEDS)
    for seeds, result in pooled.items():
        env = make(seeds=seeds, **RULES)
        line = play_game(env, PolicyAgent(run, temperature=0), seeds)
        env.close()
        del line["welcome"]
        assert lines([line]) == lines([{key: result[key] for key in line}])


def test_an_engine_that_fails_costs_its_game(
    run: Path, alone: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yendor.evaluation.runner.JudgedGame", import_module("tests.actors.frail").Frail)
    found = judge(run, tmp_path, batch=4, workers=2, hang_s=3.0)
    assert {game["core"]: game["ended"] for game in found[1:4]} == {1001: "died", 1002: "hung", 1003: "raised"}
    assert [game["steps"] for game in found[1:4]] == [0, 0, 0]
    assert [found[0], *found[4:]] == [alone[0], *alone[4:]]
    told = {game["core"]: game["detail"] for game in read_results(tmp_path) if "detail" in game}
    assert "SIGSEGV" in told[1001]
    assert "no sign of life for 3 s" in told[1002]
    assert "no space left" in told[1003]


class Walker:
    """A batched agent without a network; it fails where it is told to."""

    name = "walkers"
    fails: tuple[int, ...] = ()
    kills: range = range(0)

    def __init__(self) -> None:
        self._seeds: dict[int, int] = {}
        self._steps: dict[int, int] = {}
        self._asked = 0

    def reset_slot(self, slot: int, seed: int) -> None:
        self._seeds[slot], self._steps[slot] = seed, 0

    def act_batch(self, slots: Sequence[int], observations: Sequence[Observation]) -> list[Decision]:
        self._asked += 1
        if self._asked in self.kills:
            for worker in multiprocessing.active_children():
                worker.kill()
        for slot in slots:
            if self._seeds[slot] in self.fails and self._steps[slot] == 10:
                raise KeyError("lost")
        return [Decision((self._seeds[s] + self._steps[s] // 3) % 8) for s in slots]

    def observe_batch(self, slots: Sequence[int], observations: Sequence[Observation], actions: Sequence[int]) -> None:
        for slot in slots:
            self._steps[slot] += 1


WALKER = f"{__name__}:Walker"


def test_an_agent_that_fails_ends_the_game_it_fails_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = judge(WALKER, tmp_path / "whole", batch=4)
    assert judge(WALKER, tmp_path / "one", batch=1, workers=0) == whole
    monkeypatch.setattr(Walker, "fails", (1001, 1005))
    found = judge(WALKER, tmp_path / "failing", batch=4)
    for at, (game, sound) in enumerate(zip(found, whole, strict=True)):
        if at in (1, 5):
            assert (game["ended"], game["steps"], game["crash"]) == ("crash", 10, "KeyError: 'lost'")
        else:
            assert game == sound


def test_workers_killed_from_outside_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = judge(WALKER, tmp_path / "whole", batch=4)
    monkeypatch.setattr(Walker, "kills", range(30, 32))
    assert judge(WALKER, tmp_path / "killed", batch=4) == whole
    monkeypatch.setattr(Walker, "kills", range(30, 37))
    found = judge(WALKER, tmp_path / "often", batch=4)
    assert [game["ended"] for game in found[:4]] == ["died"] * 4
    assert found[4:] == whole[4:]


def command(run: Path, out: Path) -> list[str]:
    words = [YENDOR, "eval", "--agent", str(run), "--seeds", "1000:2000:12", "--batch", "4", "--workers", "2"]
    return [*words, "--max-steps", "500", "--out", str(out)]


def hear() -> None:
    """Listen to Ctrl-C: what a shell began in the background is deaf to it, and so are its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_stopped_and_resumed_each_game_has_one_line(run: Path, tmp_path: Path, how: signal.Signals) -> None:
    out = tmp_path / "o"
    results = out / "results.jsonl"
    process = subprocess.Popen(
        command(run, out), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True, text=True,
        preexec_fn=hear,
    )  # fmt: skip
    while not results.exists() or results.read_bytes().count(b"\n") < 2:
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, how)
    said = process.communicate()[1]
    assert process.returncode == (130 if how is signal.SIGINT else -9), said
    assert "Traceback" not in said
    before = results.read_text().splitlines()[:2]
    with open(results, "a") as file:
        file.write('{"core": 1011, "di')  # as a kill in the middle of a write leaves it
    again = subprocess.run(command(run, out), capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert sorted(game["core"] for game in read_results(out)) == list(range(1000, 1012))
    assert results.read_text().splitlines()[:2] == before


@pytest.mark.parametrize(
    ("agent", "batch", "said"),
    [
        ("walker", 8, "'walker' plays one game at a time"),
        ("bto", None, "Did you mean 'bot'"),
        ("collections:OrderedDict", 2, "plays one game at a time"),
    ],
)
def test_refusals(tmp_path: Path, agent: str, batch: int | None, said: str) -> None:
    with pytest.raises(YendorError) as caught:
        evaluate(agent, [Seeds(1, 1)], tmp_path / "o", batch=batch, quiet=True)
    assert said in str(caught.value)
    assert not (tmp_path / "o").exists()


def test_no_games() -> None:
    assert list(play_many(JudgedGame, [], Walker(), lambda job: 0)) == []
