"""Learning: right losses, carried state, exact resume after a kill, clear refusals."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list
from yendor.data.catalogue import Catalogue
from yendor.data.recorder import record
from yendor.learners.cloning_loop import TrainConfig, train

YENDOR = str(Path(sys.executable).parent / "yendor")
SIZES = ("features=32", "hidden=32")
SMALL: dict[str, Any] = {"sizes": SIZES, "batch_size": 4, "unroll": 8, "threads": 1, "tensorboard": False}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("learn") / "games"
    record("bot", seed_list("dev:4"), out, max_steps=300, workers=2, quiet=True)
    return out


@pytest.mark.parametrize("learner", ["bc", "hbc"])
def test_it_learns(dataset: Path, tmp_path: Path, learner: str) -> None:
    config = TrainConfig(dataset, tmp_path / "run", learner, steps=150, held_out=0.0, learning_rate=3e-3, **SMALL)
    train(config)
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if "loss" in line]
    assert losses[0] > math.log(121) * 0.9
    assert losses[-1] < 0.6 * losses[0]
    names = {p.name for p in (tmp_path / "run").iterdir()}
    assert {"config.json", "provenance.json", "metrics.jsonl", "log.txt", "checkpoints"} <= names


def command(dataset: Path, run: Path, *more: str) -> list[str]:
    words = [YENDOR, "train", "hbc", "--data", str(dataset), "--run", str(run), "--steps", "60", "--sizes", *SIZES]
    words += ["--batch-size", "4", "--unroll", "8", "--threads", "1", "--checkpoint-every", "10", "--held-out", "0"]
    return [*words, "--no-tensorboard", *more]


def weights(run: Path) -> dict[str, torch.Tensor]:
    return load_file(run / "checkpoints" / "60" / "model.safetensors")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_stopped_and_resumed_ends_with_the_weights_of_an_unbroken_run(
    dataset: Path, tmp_path: Path, how: signal.Signals
) -> None:
    subprocess.run(command(dataset, tmp_path / "whole"), check=True, capture_output=True)
    broken = tmp_path / "broken"
    process = subprocess.Popen(command(dataset, broken), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while not (broken / "checkpoints" / "20").exists():
        assert process.poll() is None, "it ended before it could be stopped"
        time.sleep(0.002)
    process.send_signal(how)
    code = process.wait()
    if how is signal.SIGINT and code == 0:
        pytest.skip("the run had finished when the signal came")
    assert code == (130 if how is signal.SIGINT else -9)
    done = max(int(p.name) for p in (broken / "checkpoints").glob("*") if p.name.isdigit())
    assert 20 <= done < 60
    subprocess.run(command(dataset, broken, "--resume"), check=True, capture_output=True)
    one, two = weights(tmp_path / "whole"), weights(broken)
    assert all(torch.equal(one[name], two[name]) for name in one)
    steps = [json.loads(line)["step"] for line in (broken / "metrics.jsonl").read_text().splitlines()]
    assert steps == sorted(set(steps)), "a step was written twice"


def test_refusals(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="no budget"):
        TrainConfig(dataset, tmp_path / "x")
    with pytest.raises(YendorError, match="no catalogue"):
        train(TrainConfig(tmp_path / "nowhere", tmp_path / "x", steps=1))
    train(TrainConfig(dataset, tmp_path / "run", steps=1, held_out=0.0, **SMALL))
    with pytest.raises(YendorError, match="exists"):
        train(TrainConfig(dataset, tmp_path / "run", steps=1, held_out=0.0, **SMALL))
    other = {**SMALL, "sizes": ("features=32", "hidden=16")}
    with pytest.raises(YendorError, match=r"sizes = \['features=32', 'hidden=32'\], now it is"):
        train(TrainConfig(dataset, tmp_path / "run", resume=True, steps=2, held_out=0.0, **other))
    assert not (tmp_path / "x").exists()


def test_hbc_refuses_games_without_labels(dataset: Path, tmp_path: Path) -> None:
    catalogue = Catalogue(dataset)
    catalogue._connection.execute("UPDATE games SET labelled = 0 WHERE gameid = 1")
    catalogue._connection.commit()
    try:
        with pytest.raises(YendorError, match="1 of 4 games have no strategy labels"):
            train(TrainConfig(dataset, tmp_path / "x", steps=1, held_out=0.0, **SMALL))
    finally:
        catalogue._connection.execute("UPDATE games SET labelled = 1")
        catalogue._connection.commit()


def test_unknown_settings_in_a_file_are_refused(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(f'data = "{dataset}"\nrun = "x"\nsteps = 1\nlearning_rat = 1.0\n')
    run = subprocess.run([YENDOR, "train", "hbc", "--config", str(tmp_path / "c.toml")], capture_output=True, text=True)
    assert run.returncode == 2
    assert "Did you mean 'learning_rate'" in run.stderr


def test_a_full_disk_keeps_the_checkpoint_of_before(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(TrainConfig(dataset, tmp_path / "run", steps=2, held_out=0.0, **SMALL))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("yendor.runtime.checkpoint_torch._sync", full)
    with pytest.raises(YendorError, match="cannot save checkpoint"):
        train(TrainConfig(dataset, tmp_path / "run", resume=True, steps=4, held_out=0.0, **SMALL))
    assert [p.name for p in (tmp_path / "run" / "checkpoints").iterdir()] == ["2"]
    assert os.path.getsize(tmp_path / "run" / "checkpoints" / "2" / "model.safetensors") > 0
