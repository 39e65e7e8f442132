"""A policy to give away: a folder that plays as its run does, with a card; and the one that comes with Yendor."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from yendor.agents.export_policy import CARD, export_policy
from yendor.agents.make import make_agent, make_batched_agent, plays_many
from yendor.agents.yendor_hbc import FOLDER
from yendor.core.errors import YendorError
from yendor.envs.make import make
from yendor.models.screen_lstm import ScreenLSTM, ScreenLSTMConfig
from yendor.runtime.checkpoint_torch import save_checkpoint

YENDOR = str(Path(sys.executable).parent / "yendor")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    config = ScreenLSTMConfig(strategies=("explore", "fight"), features=16, hidden=16)
    save_checkpoint(tmp_path / "run" / "checkpoints", 7, ScreenLSTM(config), "screen-lstm", config)
    return tmp_path / "run"


def keys(agent: Any, steps: int = 30) -> list[int]:
    env = make(seeds=(3, 4))
    observation, _ = env.reset()
    agent.reset(5)
    pressed = []
    for _ in range(steps):
        pressed.append(agent.act(observation).action)
        agent.observe(observation, pressed[-1])
        observation, *_ = env.step(pressed[-1])
    env.close()
    return pressed


def test_the_folder_plays_as_its_run_does(run: Path, tmp_path: Path) -> None:
    export_policy(run, tmp_path / "given")
    agent = make_agent(str(tmp_path / "given"))
    assert agent.name == "given"
    assert keys(agent) == keys(make_agent(str(run)))
    assert {p.name for p in (tmp_path / "given").iterdir()} == {"model.safetensors", "config.json", CARD}


def test_the_folder_keeps_its_temperature(run: Path, tmp_path: Path) -> None:
    export_policy(run, tmp_path / "sure", temperature=0)
    first, second = (make_agent(str(tmp_path / "sure")) for _ in range(2))
    env = make(seeds=(3, 4))
    observation, _ = env.reset()
    first.reset(1)
    second.reset(2)
    assert first.act(observation).action == second.act(observation).action, "nothing is drawn"
    env.close()


def test_the_card_quotes_the_results(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    words = [YENDOR, "eval", "--agent", str(run), "--seeds", "dev:2", "--max-steps", "20", "--out", str(out)]
    subprocess.run(words, check=True, capture_output=True)
    words = [YENDOR, "export", "policy", "--agent", str(run), "--to", str(tmp_path / "given"), "--results", str(out)]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert f"yendor play --agent {tmp_path / 'given'}" in told
    text = (tmp_path / "given" / CARD).read_text()
    mean = json.loads((out / "summary.json").read_text())["mean"]["value"]
    assert f"| nethack-challenge, results | 2 | 20 | {mean:,.1f} [" in text


def test_refusals_leave_nothing(run: Path, tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="exists"):
        export_policy(run, run)
    with pytest.raises(YendorError, match="no results in"):
        export_policy(run, tmp_path / "given", results=(tmp_path,))
    with pytest.raises(YendorError, match="no checkpoint"):
        export_policy(tmp_path, tmp_path / "given")
    with pytest.raises(YendorError, match="temperature"):
        export_policy(run, tmp_path / "given", temperature=-1)
    assert {p.name for p in tmp_path.iterdir()} == {"run"}


def test_the_policy_that_comes_with_yendor() -> None:
    assert (FOLDER / "model.safetensors").stat().st_size <= 20e6
    assert "| nethack-challenge, valid" in (FOLDER / CARD).read_text(), "its card says how it was judged"
    assert plays_many("yendor-hbc")
    agent = make_agent("yendor-hbc")
    assert agent.name == make_batched_agent("yendor-hbc").name == "yendor-hbc"
    pressed = keys(agent)
    assert len(set(pressed)) > 1


def test_a_folder_is_given_away_again_whatever_lies_around_it(run: Path, tmp_path: Path) -> None:
    around = tmp_path / "around"
    export_policy(run, around / "shelf" / "first")
    (around / "config.json").write_text('{"not": "of a run"}')
    export_policy(around / "shelf" / "first", tmp_path / "second")
    assert "last learned by" not in (tmp_path / "second" / CARD).read_text()
