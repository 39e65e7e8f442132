"""The scaling study: counted compute, power laws with intervals, a study that is stopped and goes on."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yendor.cli.main import main as yendor
from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list
from yendor.data.recorder import record
from yendor.learners.cloning_config import TrainConfig
from yendor.learners.scaling import ScalingConfig, cost, read_points, scaled_sizes
from yendor.reports.scaling import PowerLaw, fit, frontier


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scaling") / "games"
    record("bot", seed_list("dev:8"), out, max_steps=150, workers=2, quiet=True)
    return out


def test_the_operations_of_a_frame_are_those_of_the_papers_layers(dataset: Path, tmp_path: Path) -> None:
    """By hand, for CDGPT5: multiplications and additions of a forward pass; a backward pass costs twice that."""
    flops, parameters = cost(TrainConfig(dataset, tmp_path, "bc", steps=1, model="cdgpt5", batch_size=2, unroll=4))
    crop = 17**2 * 192 * 32 + 7**2 * 512 * 64 + 9 * 576 * 128 + 1152 * 128 + 128 * 512
    lines = 128 * 128 + 39 * 16 * 32 + 36 * 128 * 64 + 2304 * 128 + 128 * 128
    recurrent = 4 * 512 * (889 + 512)
    forward = 2 * (crop + lines + recurrent + 512 * 121)
    # No gradient flows into the pictures and the lines: their first layers cost two passes, not three.
    first = 2 * (17**2 * 192 * 32 + 39 * 16 * 32)
    assert flops == pytest.approx(3 * forward - first, rel=0.02)
    assert parameters == 6_220_858


def test_a_power_law_is_found_again() -> None:
    draw = np.random.default_rng(0)
    points: list[dict[str, Any]] = [
        {"flops": c, "loss": 3.0 * c**-0.1 * float(np.exp(draw.normal(0, 0.01)))} for c in np.logspace(10, 16, 12)
    ]
    law = fit(points, "loss")
    assert law is not None
    assert law.low < -0.1 < law.high
    assert law.high - law.low < 0.01
    assert law(1e13) == pytest.approx(3.0 * 1e13**-0.1, rel=0.02)
    assert fit(points[:2], "loss") is None
    assert isinstance(law, PowerLaw)


def test_the_frontier_keeps_what_no_cheaper_point_reaches() -> None:
    points: list[dict[str, Any]] = [
        {"flops": f, "loss": v, "score": {"value": s}} for f, v, s in ((1, 5, 10), (2, 6, 30), (3, 4, 20), (4, 4, 40))
    ]
    assert [p["flops"] for p in frontier(points, "loss", "low")] == [1, 3]
    assert [p["flops"] for p in frontier(points, "score", "high")] == [1, 2, 4]


def test_a_study_goes_on_and_is_drawn(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["study", "scaling", "--data", str(dataset), "--out", str(tmp_path / "study")]
    words += ["--scales", "0.0625", "0.125", "--max-steps", "30"]
    words += ["--batch-size", "4", "--unroll", "8", "--threads", "1", "--held-out", "0.5", "--games", "1"]
    words += ["--frames", "64"]
    assert yendor(words) == 0
    before = read_points(tmp_path / "study")
    assert yendor([*words, "320", "640"]) == 0
    points = read_points(tmp_path / "study")
    assert points[:2] == before, "what was measured is kept"
    assert [(p["scale"], p["frames"]) for p in points[2:]] == [(s, f) for s in (0.0625, 0.125) for f in (320, 640)]
    assert all(p["flops"] > 0 and p["loss"] > 0 and "value" in p["score"] for p in points)
    # Later budgets go on from earlier ones: the loss falls along a run.
    assert points[3]["loss"] < before[0]["loss"]
    assert (tmp_path / "study" / "scaling.png").stat().st_size > 10_000
    assert "points on the frontier" in capsys.readouterr().out
    assert yendor([*words, "--learning-rate", "0.1"]) == 2
    assert "learning_rate = 0.001, now it is 0.1" in capsys.readouterr().err


def test_refusals(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="frames ="):
        ScalingConfig(dataset, tmp_path, frames=(2000, 1000))
    with pytest.raises(YendorError, match="no study of 'transformer'"):
        scaled_sizes("transformer", 0.5)
    assert scaled_sizes("cdgpt5", 0.5) == ("channels=16,32,64,64", "screen=256", "line=64", "hidden=256")
    assert yendor(["study", "scalling"]) == 2
    assert json.dumps(read_points(tmp_path)) == "[]"
