"""DAgger: who plays, who is asked, what is learned, and a run that is stopped between."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from yendor.agents.asked import Asked
from yendor.agents.contract import check_agent
from yendor.agents.make import make_agent
from yendor.cli.main import main as yendor
from yendor.core.errors import YendorError
from yendor.core.labels import HIHACK_STRATEGIES, asked_action, asked_label, hihack_strategy
from yendor.core.seeds import seed_list
from yendor.data.catalogue import Catalogue
from yendor.data.labels import game_labels
from yendor.data.recorder import record
from yendor.data.stream import Stream, StreamConfig
from yendor.envs.make import make
from yendor.learners.cloning_config import TrainConfig
from yendor.learners.cloning_loop import train
from yendor.learners.dagger import DAggerConfig, dagger
from yendor.learners.unrolls import Asked as AskedLabels
from yendor.learners.unrolls import to_unroll

SMALL: dict[str, Any] = {
    "sizes": ("features=32", "hidden=32"), "batch_size": 4, "unroll": 8, "threads": 1, "tensorboard": False,
    "steps": 20, "held_out": 0.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dagger") / "games"
    record("bot", seed_list("dev:4"), out, max_steps=150, workers=2, quiet=True)
    return out


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("asked") / "games"
    record("walker", seed_list("dev:50-53"), out, max_steps=150, ask="bot", workers=2, quiet=True)
    return out


def test_labels_hold_the_experts_key() -> None:
    assert asked_label("fight/melee", 57) == "fight/melee/key_57"
    assert asked_action("fight/melee/key_57") == 57
    assert asked_action("fight/melee") == -1
    assert asked_action(asked_label("", 3)) == 3
    assert hihack_strategy("fight/melee/key_57") == HIHACK_STRATEGIES.index("fight")


def test_the_pair_is_an_agent_and_the_share_decides_who_presses() -> None:
    check_agent(lambda: Asked(make_agent("walker"), make_agent("bot"), 0.5), steps=60)


def test_who_leads_is_drawn_for_stretches() -> None:
    pair = Asked(make_agent("walker"), make_agent("bot"), 0.5, stretch=10)
    env = make(seeds=(3, 4))
    observation, _ = env.reset()
    pair.reset(1)
    agreed = []
    for _ in range(100):
        decision = pair.act(observation)
        agreed.append(asked_action(decision.label) == decision.action)
        pair.observe(observation, decision.action)
        observation, *_ = env.step(decision.action)
    env.close()
    led = [all(agreed[i : i + 10]) for i in range(0, 100, 10)]
    assert 2 <= sum(led) <= 8, "some stretches are the expert's, whole"


def test_the_expert_who_presses_all_keys_plays_its_own_game(tmp_path: Path) -> None:
    how: dict[str, Any] = {"max_steps": 120, "workers": 0, "quiet": True}
    record("bot", seed_list("dev:60-61"), tmp_path / "own", **how)
    record("walker", seed_list("dev:60-61"), tmp_path / "led", ask="bot", ask_share=1.0, **how)
    one, two = (next(iter(Stream(tmp_path / n, StreamConfig(1, 100, loop=False)))) for n in ("own", "led"))
    assert np.array_equal(one.keypresses, two.keypresses)
    assert np.array_equal(one.labels, two.labels)


def test_answers_are_learned_and_pressed_keys_are_seen(asked: Path) -> None:
    stream = Stream(asked, StreamConfig(3, 60, projection="path"))
    batch = next(iter(stream))
    tensors = {name: torch.from_numpy(array) for name, array in batch.arrays().items()}
    device = torch.device("cpu")
    unroll = AskedLabels(stream.label_names, device)(to_unroll(tensors, torch.full((3,), -1), device))
    told = {game.gameid: game_labels(game) for game in Catalogue(asked).games()}
    for row in range(3):
        names, indices = told[int(batch.gameids[0, row])]
        for t in range(60):
            if indices[t] >= 0:
                path = names[indices[t]]
                assert unroll.action[t, row] == asked_action(path)
                assert unroll.label[t, row] == hihack_strategy(path)
    pressed = torch.from_numpy(batch.actions.astype(np.int64))
    assert torch.equal(unroll.frames.previous[1:], pressed[:-1])
    counted = unroll.mask & (pressed >= 0)
    assert (unroll.action != pressed)[counted].float().mean() > 0.3, "the bot would not have walked like this"


def test_rounds_of_playing_and_learning(games: Path, tmp_path: Path) -> None:
    train(TrainConfig(games, tmp_path / "bc", "hbc", **SMALL))
    words = [
        "train",
        "dagger",
        "--data",
        str(games),
        "--run",
        str(tmp_path / "run"),
        "--start-from",
        str(tmp_path / "bc"),
    ]
    words += ["--rounds", "2", "--games", "2", "--game-steps", "60", "--players", "1", "--steps", "20"]
    words += ["--sizes", *SMALL["sizes"], "--batch-size", "4", "--unroll", "8", "--threads", "1", "--no-tensorboard"]
    assert yendor(words) == 0
    rounds = [json.loads((tmp_path / "run" / "rounds" / f"0{i}" / "round.json").read_text()) for i in (1, 2)]
    assert [r["games"] for r in rounds] == [2, 2]
    grown = [len(Catalogue(tmp_path / "run" / "rounds" / f"0{i}" / "data").games()) for i in (1, 2)]
    assert grown == [6, 8], "each round learns from all games so far"
    # A round more: what is done stays, and the run is an agent.
    before = (tmp_path / "run" / "rounds" / "02" / "round.json").stat().st_mtime_ns
    assert yendor([*words, "--resume", "--rounds", "3"]) == 0
    assert (tmp_path / "run" / "rounds" / "02" / "round.json").stat().st_mtime_ns == before
    check_agent(lambda: make_agent(str(tmp_path / "run")), steps=20)


def test_a_round_that_was_stopped_goes_on(games: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train(TrainConfig(games, tmp_path / "bc", "bc", **SMALL))
    settings = {**SMALL, "imitates": "bc", "rounds": 1, "games": 2, "game_steps": 60, "players": 1}
    config = DAggerConfig(games, tmp_path / "run", start_from=tmp_path / "bc", **settings)

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("yendor.learners.dagger.train", stop)
        with pytest.raises(KeyboardInterrupt):
            dagger(config)
    nobody = DAggerConfig(games, tmp_path / "run", resume=True, **settings)
    with pytest.raises(YendorError, match="nobody is named to play"):
        dagger(nobody)
    again = DAggerConfig(games, tmp_path / "run", start_from=tmp_path / "bc", resume=True, **settings)
    assert dagger(again)["games"] == 2


def test_refusals(games: Path, tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="no policy to begin with"):
        DAggerConfig(games, tmp_path / "run", steps=1)
    with pytest.raises(YendorError, match="expert_share = 2"):
        DAggerConfig(games, tmp_path / "run", steps=1, start_from=games, expert_share=2)
    with pytest.raises(YendorError, match="unknown agent 'bott'"):
        record("walker", seed_list("dev:1"), tmp_path / "x", ask="bott", workers=0, quiet=True)
    assert yendor(["record", "--agent", "walker", "--out", str(tmp_path / "x"), "--ask-share", "0.5"]) == 2
