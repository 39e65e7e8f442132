"""The BabyAI-Text protocol: held-out instances, the paper's stop after wrong words, results on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from yendor.cli.main import main
from yendor.core.errors import YendorError
from yendor.envs.babyai_text import HELD_OUT, BabyAIText, demonstrate
from yendor.evaluation.babyai import evaluate_babyai
from yendor.evaluation.protocols.babyai_text.analysis import summarise
from yendor.evaluation.protocols.babyai_text.protocol import BabyAITextProtocol, play_babyai


@dataclass
class Said:
    action: str | None


class Scripted:
    """Plays by heart what the bot would do, or says nonsense."""

    def __init__(self, num_dists: int, nonsense: bool = False, wrong_first: int = 0) -> None:
        self.nonsense, self.num_dists, self.wrong_first = nonsense, num_dists, wrong_first
        self.plans: dict[int, list[str]] = {}
        self.texts: dict[int, list[str]] = {}

    def reset(self, slot: int, instruction: str, seed: int) -> None:
        game = demonstrate(BabyAIText(num_dists=self.num_dists), seed)
        assert game.instruction == instruction
        self.plans[slot], self.texts[slot] = list(game.actions), list(game.texts)
        self.wrong = dict.fromkeys(self.plans, self.wrong_first)

    def act(self, slots: Sequence[int], texts: Sequence[str]) -> list[Said]:
        said = []
        for slot, text in zip(slots, texts, strict=True):
            if self.nonsense or self.wrong[slot] > 0:
                self.wrong[slot] -= 1
                said.append(Said(None))
                continue
            assert text == self.texts[slot].pop(0)
            said.append(Said(self.plans[slot].pop(0)))
        return said

    def observe(self, slot: int, action: str | None, text: str | None = None) -> None:
        pass


@pytest.mark.parametrize("num_dists", [0, 8])
def test_the_bots_own_actions_solve_every_instance(num_dists: int) -> None:
    rules = BabyAITextProtocol(num_dists, games=12)
    lines = play_babyai(Scripted(num_dists), rules)
    assert [line["seed"] for line in lines] == [HELD_OUT.start + k for k in range(12)]
    assert all(line["solved"] and line["reward"] > 0 for line in lines)
    summary = summarise("scripted", rules, lines)
    assert summary["solved"]["value"] == 1.0
    assert summary["mean"]["low"] <= summary["mean"]["value"] <= summary["mean"]["high"] < 1.0
    assert sum(of["games"] for of in summary["kinds"].values()) == 12


def test_three_wrong_words_in_a_row_end_a_game_without_reward() -> None:
    lines = play_babyai(Scripted(0, nonsense=True), BabyAITextProtocol(0, games=3))
    assert [(line["end"], line["reward"], line["steps"], line["wrong_words"]) for line in lines] == [
        ("wrong_words", 0.0, 3, 3)
    ] * 3


def test_two_wrong_words_cost_two_steps_each_game() -> None:
    calm = play_babyai(Scripted(0), BabyAITextProtocol(0, games=4))
    lines = play_babyai(Scripted(0, wrong_first=2), BabyAITextProtocol(0, games=4))
    for line, other in zip(lines, calm, strict=True):
        assert line["solved"]
        assert line["steps"] == other["steps"] + 2
        assert line["wrong_words"] == 2
        assert line["reward"] < other["reward"]


def test_bad_rules_are_refused() -> None:
    with pytest.raises(YendorError, match="games = 0"):
        BabyAITextProtocol(games=0)


def test_a_run_is_judged_with_the_distractors_it_learned_from(tmp_path: Path) -> None:
    chunks, run = str(tmp_path / "chunks"), tmp_path / "run"
    words = ["--to", chunks, "--games", "20", "--chunks", "20", "--num-dists", "2", "--valid", "0.3", "--workers", "0"]
    assert main(["data", "babyai", *words]) == 0
    words = ["--data", chunks, "--run", str(run), "--steps", "1", "--batch-size", "2", "--device", "cpu"]
    assert main(["train", "lm", *words, "--sizes", "layers=1", "heads=1", "width=8", "--no-tensorboard"]) == 0
    told = evaluate_babyai(run, tmp_path / "own", games=2, device="cpu", quiet=True)
    assert told["rules"] == {"num_dists": 2, "games": 2, "wrong_words": 3}
    assert evaluate_babyai(run, tmp_path / "other", num_dists=8, games=2, quiet=True)["rules"]["num_dists"] == 8
    with pytest.raises(YendorError, match="has results"):
        evaluate_babyai(run, tmp_path / "own", games=2)
