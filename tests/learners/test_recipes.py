"""Recipes: each is a whole config for `yendor train`, and its network has the size that the paper's has."""

import re
from pathlib import Path
from typing import Any

import pytest
import torch

from yendor.cli.options import parse
from yendor.core.errors import YendorError
from yendor.core.labels import HIHACK_STRATEGIES
from yendor.core.registry import find
from yendor.learners.cloning_config import TrainConfig, model_config
from yendor.learners.lm import LMConfig
from yendor.models.gpt import GPTConfig

FOLDER = Path(__file__).resolve().parent.parent.parent / "recipes"
RECIPES = sorted(FOLDER.glob("*/*.toml"))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_recipe_is_a_config_of_the_network_it_speaks_of(recipe: Path) -> None:
    text = recipe.read_text()
    found = re.search(r"yendor train (\w+) --config (\S+)", text)
    assert found is not None
    assert FOLDER.parent / found[2] == recipe
    words = ["--learner", found[1], "--config", str(recipe), "--data", "d", "--run", "r"]
    language = found[1] == "lm"
    config: Any = parse(LMConfig if language else TrainConfig, words, "yendor train")
    assert config.data == Path("d")
    assert (config.epochs if language else config.steps) is not None
    strategies = HIHACK_STRATEGIES if found[1] == "hbc" else ()
    # A language model's vocabulary is its data's: GPT-2's, and five tokens of ours.
    sizes = GPTConfig(50_262, config.context, 12, 12, 768) if language else model_config(config, strategies)
    with torch.device("meta"):
        count = sum(p.numel() for p in find("model", "gpt" if language else config.model)(sizes).parameters())
    said = re.search(r"(\d+\.\d+) M\b", text)
    assert said is not None, "the recipe says how large the network is"
    assert count / 1e6 == pytest.approx(float(said[1]), rel=0.005)


def test_what_a_recipe_leaves_open_must_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(TrainConfig, ["--config", str(FOLDER / "hihack" / "bc-lstm.toml"), "--run", "r"], "yendor train")
    assert "--data" in capsys.readouterr().err
    (tmp_path / "bad.toml").write_text("modell = 'cdgpt5'\n")
    with pytest.raises(YendorError, match="unknown setting 'modell'"):
        parse(TrainConfig, ["--config", str(tmp_path / "bad.toml")], "yendor train")
