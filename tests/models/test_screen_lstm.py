"""A policy at the keyboard: slots, checkpoints, draws; and the LSTM that is reset where a game begins."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from yendor.agents.policy_torch import BatchedPolicy, PolicyAgent
from yendor.core.errors import YendorError
from yendor.envs.make import make
from yendor.models.recurrent import run_lstm, zero_state
from yendor.models.screen_lstm import ScreenLSTM, ScreenLSTMConfig
from yendor.runtime.checkpoint_torch import load_model, save_checkpoint

CONFIG = ScreenLSTMConfig(("explore", "fight", "flee"), features=32, hidden=24)


@pytest.fixture
def model() -> ScreenLSTM:
    torch.manual_seed(1)
    return ScreenLSTM(CONFIG).eval()


def frames(count: int) -> tuple[list[dict[str, np.ndarray]], list[int]]:
    env = make(seeds=(8, 9))
    observation, _ = env.reset()
    draw = np.random.default_rng(3)
    seen, actions = [], []
    for _ in range(count):
        seen.append({k: observation[k].copy() for k in ("tty_chars", "tty_colors", "tty_cursor")})
        actions.append(int(draw.integers(0, 8)))
        observation, *_ = env.step(actions[-1])
    return seen, actions


def test_lstm_resets_where_a_game_begins() -> None:
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(4, 6)
    inputs = torch.randn(9, 3, 4)
    is_first = torch.zeros(9, 3, dtype=torch.bool)
    is_first[0, 0] = is_first[4, 1] = is_first[5, 1] = is_first[8, 2] = True
    carried = (torch.randn(1, 3, 6), torch.randn(1, 3, 6))
    outputs, last = run_lstm(lstm, inputs, is_first, carried)
    for row in range(3):
        state = (carried[0][:, row : row + 1].contiguous(), carried[1][:, row : row + 1].contiguous())
        for t in range(9):
            if is_first[t, row]:
                state = zero_state(lstm, 1)
            step, state = lstm(inputs[t : t + 1, row : row + 1].contiguous(), state)
            assert torch.allclose(outputs[t, row], step[0, 0], atol=1e-6)
        assert torch.allclose(last[0][:, row], state[0][:, 0], atol=1e-6)


def test_the_map_is_the_mean_of_what_stands_in_each_block(model: ScreenLSTM) -> None:
    observations, _ = frames(12)
    chars, colors = (torch.from_numpy(np.stack([o[k] for o in observations])) for k in ("tty_chars", "tty_colors"))
    found = model._map(chars, colors).view(12, 7, 10, -1)
    for frame, row, column in ((0, 3, 4), (5, 2, 5), (11, 6, 9)):
        mean = torch.zeros(found.shape[-1])
        for y in range(1 + 3 * row, 4 + 3 * row):
            for x in range(8 * column, 8 * column + 8):
                if (letter := int(chars[frame, y, x])) != ord(" "):
                    mean += model.coarse.weight[letter * 16 + int(colors[frame, y, x]) % 16].detach() / 24
        assert torch.allclose(found[frame, row, column], mean, atol=1e-6)
    assert found.abs().sum() > 0


def test_slots_do_not_touch_each_other(model: ScreenLSTM, tmp_path: Path) -> None:
    observations, actions = frames(12)
    save_checkpoint(tmp_path / "c", 1, model, "screen-lstm", CONFIG)
    alone, both = BatchedPolicy(tmp_path / "c" / "1"), BatchedPolicy(tmp_path / "c" / "1")
    alone.reset_slot(0, 5)
    both.reset_slot(0, 5)
    for i, (observation, action) in enumerate(zip(observations, actions, strict=True)):
        if i % 4 == 0:
            both.reset_slot(1, i)
        one = alone.act_batch([0], [observation])[0]
        two = both.act_batch([1, 0], [observations[-1 - i], observation])[1]
        assert (one.action, one.label) == (two.action, two.label)
        alone.observe_batch([0], [observation], [action])
        both.observe_batch([1, 0], [observations[-1 - i], observation], [action, action])


def test_a_checkpoint_of_another_shape_is_refused(model: ScreenLSTM, tmp_path: Path) -> None:
    folder = save_checkpoint(tmp_path / "c", 1, model, "screen-lstm", CONFIG)
    load_model(folder)
    description = json.loads((folder / "config.json").read_text())
    description["config"]["hidden"] = 48
    (folder / "config.json").write_text(json.dumps(description))
    with pytest.raises(YendorError, match=r"another network: heads"):
        load_model(folder)
    (folder / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(YendorError, match="cannot read"):
        load_model(folder)
    with pytest.raises(YendorError, match="no checkpoint"):
        load_model(tmp_path)


def test_no_pickle_in_a_checkpoint(model: ScreenLSTM, tmp_path: Path) -> None:
    folder = save_checkpoint(tmp_path / "c", 1, model, "screen-lstm", CONFIG, torch.optim.AdamW(model.parameters()))
    assert {p.suffix for p in folder.rglob("*") if p.is_file()} == {".safetensors", ".json"}


def test_greedy_and_drawn(model: ScreenLSTM, tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "c", 1, model, "screen-lstm", CONFIG)
    observation = frames(1)[0][0]
    greedy = PolicyAgent(tmp_path / "c" / "1", temperature=0)
    assert greedy.act(observation).label in CONFIG.strategies
    drawn = set()
    for seed in range(30):
        agent = PolicyAgent(tmp_path / "c" / "1")
        agent.reset(seed)
        drawn.add(agent.act(observation).action)
    assert len(drawn) > 5
