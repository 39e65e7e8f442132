"""A step of learning: the same however it is parted, precise where it must be, and with the state carried."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from yendor.agents.policy_torch import BatchedPolicy
from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list
from yendor.data.recorder import record
from yendor.learners.budget import Pace
from yendor.learners.cloning_config import TrainConfig, model_config
from yendor.learners.cloning_loop import Cloning, train
from yendor.learners.profile import profile

TINY = ("channels=4,4,8,8", "screen=16", "line=8")
NETWORKS: dict[str, tuple[str, ...]] = {
    "screen-lstm": ("features=32", "hidden=32"),
    "cdgpt5": (*TINY, "hidden=24", "decoder=16"),
    "cdgpt5-original": ("channels=4,4,8", "screen=16", "line=8", "hidden=24"),
    "transformer": (*TINY, "layers=1", "attention_heads=4", "feedforward=32", "context=12", "decoder=16"),
    "transformer-lstm": (*TINY, "hidden=24", "layers=1", "attention_heads=4", "feedforward=32", "frozen=false"),
    "cleaved": (*TINY, "hidden=24"),
    "scaled-net": ("hidden=24", "cell=4", "stages=4,8", "line=8", "bottom=8", "screen=16"),
}
BASE: dict[str, Any] = {"batch_size": 4, "unroll": 8, "threads": 1, "tensorboard": False, "held_out": 0.0}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("steps") / "games"
    record("bot", seed_list("dev:8"), out, max_steps=200, workers=2, quiet=True)
    return out


def settings(dataset: Path, run: Path, **more: Any) -> TrainConfig:
    chosen = {"learner": "hbc", "model": "cdgpt5", "steps": 3, **BASE, **more}
    return TrainConfig(dataset, run, **{"sizes": NETWORKS.get(chosen["model"], ()), **chosen})


def losses(run: Path) -> list[float]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [line["loss"] for line in lines if "loss" in line]


@pytest.mark.parametrize("model", NETWORKS)
def test_every_network_learns(dataset: Path, tmp_path: Path, model: str) -> None:
    train(settings(dataset, tmp_path / "run", model=model, steps=40, learning_rate=3e-3, warmup=1))
    first, *_, last = losses(tmp_path / "run")
    assert last < 0.8 * first


def test_one_unroll_is_learned_by_heart(dataset: Path, tmp_path: Path) -> None:
    loop = Cloning(settings(dataset, tmp_path / "run", learner="bc", learning_rate=5e-3, warmup=1, unroll=16))
    unroll = loop.rows[0].next()
    state = loop.rows[0].state
    for _ in range(400):
        loop.rows[0].state = state
        loop.optimiser.zero_grad()
        found = loop.compute(loop.rows, [unroll])
        loop.optimiser.step()
        if found["action_accuracy"] > 0.99:
            return
    pytest.fail(f"accuracy {found['action_accuracy']} after 400 steps on one unroll")


@pytest.mark.parametrize("model", ["cdgpt5", "transformer", "transformer-lstm", "scaled-net"])
def test_the_state_is_carried_between_unrolls(dataset: Path, tmp_path: Path, model: str) -> None:
    """Two unrolls of 8 cost what one of 16 does; where the state is lost between them, they do not."""

    def cost(unroll: int, carry: bool) -> list[float]:
        run = tmp_path / f"{unroll}-{carry}"
        loop = Cloning(settings(dataset, run, learner="bc", model=model, unroll=unroll, threads=1))
        loop.network.eval()  # no statistics of the batch at hand
        found = []
        for _ in range(48 // unroll):
            if not carry:
                loop.rows[0].state = loop.network.initial_state(4)
            numbers = loop.compute(loop.rows, [loop.rows[0].next()])
            found.append(numbers["loss"] * numbers["frames"])
        return found

    whole = cost(16, carry=True)
    halves = cost(8, carry=True)
    assert [one + two for one, two in zip(halves[::2], halves[1::2], strict=True)] == pytest.approx(whole, 1e-5)
    lost = cost(8, carry=False)
    assert lost[0] == halves[0]
    assert all(abs(one - two) > 1e-5 for one, two in zip(lost[1:], halves[1:], strict=True))


def test_parts_and_processes_give_the_same_losses(dataset: Path, tmp_path: Path) -> None:
    """One process with two parts, and two processes with one each."""
    words = ["hbc", "--data", str(dataset), "--model", "cdgpt5", "--sizes", *NETWORKS["cdgpt5"], "--steps", "25"]
    words += ["--batch-size", "4", "--unroll", "8", "--threads", "1", "--held-out", "0", "--no-tensorboard"]
    words += ["--parts", "2", "--balance-keys", "0.5", "--checkpoint-every", "20"]
    module = ["-m", "yendor.cli.main", "train", *words, "--run"]
    subprocess.run([sys.executable, *module, str(tmp_path / "one")], check=True, capture_output=True)
    two = [sys.executable, *module, str(tmp_path / "two"), "--processes", "2"]
    done = subprocess.run(two, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), rel=1e-4)
    weights = [load_file(tmp_path / run / "checkpoints" / "25" / "model.safetensors") for run in ("one", "two")]
    assert all(torch.allclose(weights[0][name], weights[1][name], atol=1e-4) for name in weights[0])
    # A user's mistake is one, however many processes make it.
    done = subprocess.run(two, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert "exists" in done.stderr
    assert "Traceback" not in done.stderr
    # And a run of two processes goes on in one.
    subprocess.run(
        [sys.executable, *module, str(tmp_path / "two"), "--resume", "--steps", "30"], check=True, capture_output=True
    )
    assert (tmp_path / "two" / "checkpoints" / "30").exists()


def test_parts_must_be_shared_out(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(YendorError, match="batch_size = 4, parts = 3"):
        settings(dataset, tmp_path, parts=3)
    monkeypatch.setitem(os.environ, "WORLD_SIZE", "2")
    with pytest.raises(YendorError, match="1 parts for 2 processes"):
        train(settings(dataset, tmp_path / "run"))


@pytest.mark.parametrize("more", [
    {"precision": "bf16"}, {"legacy": True}, {"value_weight": 0.01, "smoothing": 0.1, "balance_strategies": 0.5},
    {"workers": 1},
])  # fmt: skip
def test_settings_that_change_a_step(dataset: Path, tmp_path: Path, more: dict[str, Any]) -> None:
    train(settings(dataset, tmp_path / "plain", steps=25))
    train(settings(dataset, tmp_path / "other", steps=25, **more))
    plain, other = losses(tmp_path / "plain"), losses(tmp_path / "other")
    assert other[-1] < other[0]
    if more == {"workers": 1}:
        assert other == pytest.approx(plain), "who reads does not change what is read"
    else:
        assert other != plain
    if "precision" in more:
        assert other[0] == pytest.approx(plain[0], rel=0.02)


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
def test_compiled_it_learns_the_same(dataset: Path, tmp_path: Path) -> None:
    for compiled in (False, True):
        train(settings(dataset, tmp_path / f"{compiled}", model="screen-lstm", steps=25, compile=compiled))
    plain, other = losses(tmp_path / "False"), losses(tmp_path / "True")
    assert other == pytest.approx(plain, rel=1e-3)
    assert BatchedPolicy(tmp_path / "True").name.startswith("screen-lstm"), "its weights bear their usual names"


def test_legacy_takes_a_transformers_memory(tmp_path: Path) -> None:
    for legacy in (False, True):
        config = TrainConfig(tmp_path, tmp_path, "bc", steps=1, model="transformer", legacy=legacy)
        assert model_config(config, ()).memory is not legacy


def test_legacy_leaves_out_one_sample_however_the_batch_is_parted(dataset: Path, tmp_path: Path) -> None:
    frames = {}
    for legacy, parts in ((False, 2), (True, 2)):
        loop = Cloning(settings(dataset, tmp_path / f"{legacy}", learner="bc", legacy=legacy, parts=parts))
        found = [loop.compute(loop.rows, [rows.next() for rows in loop.rows])["frames"] for _ in range(3)]
        frames[legacy] = found
    assert [whole - one for whole, one in zip(frames[False], frames[True], strict=True)] == [1, 1, 1]


def test_resume_of_a_transformer_is_exact(dataset: Path, tmp_path: Path) -> None:
    both = {"model": "transformer", "checkpoint_every": 5, "balance_keys": 0.5}
    train(settings(dataset, tmp_path / "whole", steps=10, **both))
    train(settings(dataset, tmp_path / "broken", steps=5, **both))
    train(settings(dataset, tmp_path / "broken", steps=10, resume=True, **both))
    one, two = (load_file(tmp_path / run / "checkpoints" / "10" / "model.safetensors") for run in ("whole", "broken"))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_transformer_over_a_learned_trunk(dataset: Path, tmp_path: Path) -> None:
    over = NETWORKS["transformer-lstm"][:-1]
    with pytest.raises(YendorError, match="frozen trunk"):
        train(settings(dataset, tmp_path / "none", model="transformer-lstm", sizes=over))
    trunk = tmp_path / "trunk"
    train(settings(dataset, trunk, learner="bc", sizes=(*TINY, "hidden=24", "previous=128")))
    train(settings(dataset, tmp_path / "over", model="transformer-lstm", sizes=over, start_from=trunk))
    before = load_file(trunk / "checkpoints" / "3" / "model.safetensors")
    after = load_file(tmp_path / "over" / "checkpoints" / "3" / "model.safetensors")
    names = [name for name in after if name.startswith("trunk.")]
    assert names
    assert all(torch.equal(before[name], after[name]) for name in names)


def test_mistakes_in_sizes(dataset: Path, tmp_path: Path) -> None:
    for sizes, message in (
        (("hiden=3",), "unknown setting '--sizes of cdgpt5.hiden'"),
        (("hidden",), "--sizes hidden"),
        (("hidden=much",), "is not of type int"),
    ):
        with pytest.raises(YendorError, match=message):
            train(settings(dataset, tmp_path / "run", sizes=sizes))
    with pytest.raises(YendorError, match="unknown model 'cdgtp5'"):
        train(settings(dataset, tmp_path / "run", model="cdgtp5", sizes=()))
    other = tmp_path / "other"
    train(settings(dataset, other, steps=1))
    with pytest.raises(YendorError, match="another network"):
        train(settings(dataset, tmp_path / "run", sizes=(*TINY, "hidden=16"), start_from=other))
    assert not (tmp_path / "run").exists()


def test_a_loss_that_is_no_number_and_no_memory(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(YendorError, match="the loss is nan"):
        train(settings(dataset, tmp_path / "nan", strategy_weight=float("nan")))

    def full(*_: object) -> None:
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes")

    monkeypatch.setattr("yendor.learners.cloning_step.CloningStep.__call__", full)
    with pytest.raises(YendorError, match="no memory left at step 0") as found:
        train(settings(dataset, tmp_path / "full"))
    assert "--parts (now 1)" in found.value.hint


def test_a_profile_says_where_the_time_goes(dataset: Path, tmp_path: Path) -> None:
    text = profile(settings(dataset, tmp_path / "run", steps=None, profile=True))
    assert "frames a second" in text
    assert "backward" in text
    assert not (tmp_path / "run").exists()


def test_a_run_of_version_one_is_read() -> None:
    from yendor.core.config import from_plain

    old = {"schema_version": 1, "data": "d", "run": "r", "steps": 3, "hidden": 32, "crop": 7}
    assert from_plain(TrainConfig, old).sizes == ("features=32", "hidden=32", "crop=7")


def test_pace_counts_waiting() -> None:
    pace = Pace("frames")
    pace.count(100, 0.5)
    pace.count(100, 0.0)
    assert pace.numbers()["waiting_ms"] == pytest.approx(250)
