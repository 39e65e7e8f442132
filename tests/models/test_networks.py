"""Every network: its published size, the same logits in training and in acting, and whose game is whose."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import one_hot

from yendor.agents.policy_torch import BatchedPolicy
from yendor.core.errors import YendorError
from yendor.core.registry import find, names
from yendor.envs.make import make
from yendor.models.cdgpt5 import CDGPT5, CDGPT5Config
from yendor.models.cdgpt5_original import CDGPT5Original, CDGPT5OriginalConfig
from yendor.models.cleaved import Cleaved, CleavedConfig
from yendor.models.crop import Crop, cut
from yendor.models.frames import Frames
from yendor.models.scaled_net import ScaledNet, ScaledNetConfig
from yendor.models.terminal_encoders import BottomLines, TopLine
from yendor.models.terminal_numbers import read_numbers
from yendor.models.transformer import FlatTransformer, TransformerConfig
from yendor.models.transformer_lstm import TransformerLSTM, TransformerLSTMConfig
from yendor.runtime.checkpoint_torch import save_checkpoint

THREE = ("explore", "fight", "flee")
TINY = {"channels": (4, 4, 8, 8), "screen": 16, "line": 8}
SIZES: dict[str, dict[str, Any]] = {
    "screen-lstm": {"features": 32, "hidden": 24},
    "cdgpt5": {**TINY, "hidden": 24, "decoder": (16,)},
    "cdgpt5-original": {"channels": (4, 4, 8), "screen": 16, "line": 8, "hidden": 24},
    "transformer": {**TINY, "layers": 2, "attention_heads": 4, "feedforward": 32, "context": 9, "decoder": (16,)},
    "transformer-lstm": {**TINY, "hidden": 24, "layers": 2, "attention_heads": 4, "feedforward": 32, "context": 9},
    "cleaved": {**TINY, "hidden": 24},
    "scaled-net": {"hidden": 24, "cell": 4, "stages": (4, 8), "line": 8, "bottom": 8, "screen": 16},
}
TWENTY = tuple("abcdefghijklmnopqrst")
PUBLISHED = [
    (CDGPT5, CDGPT5Config(), 6_220_858, 6.22e6),
    (CDGPT5, CDGPT5Config(previous=128), 6_235_194, 6.24e6),
    (CDGPT5, CDGPT5Config(previous=128, decoder=(1024, 1024)), 7_872_058, 7.87e6),
    (CDGPT5, CDGPT5Config(strategies=tuple("abcdefghijklm"), decoder=(256,)), 8_276_979, 8.28e6),
    (FlatTransformer, TransformerConfig(), 26_052_154, 26.1e6),
    (TransformerLSTM, TransformerLSTMConfig(), 50_764_666, 50.8e6),
    (TransformerLSTM, TransformerLSTMConfig(strategies=TWENTY, decoder=(256,)), 58_458_377, 58.5e6),
    (ScaledNet, ScaledNetConfig(), 32_931_352, 33e6),
    # The published one has 113 keys: 8 * (512 + 1) parameters fewer.
    (CDGPT5Original, CDGPT5OriginalConfig(), 2_844_250, 2_840_146 + 8 * 513),
    (Cleaved, CleavedConfig(strategies=tuple("abcdefghijklm")), 14_435_251, 2 * 6_158_272 + 6_669 + 2_111_525 + 513),
]  # fmt: skip


def build(name: str, strategies: tuple[str, ...] = THREE) -> Any:
    torch.manual_seed(1)
    network = find("model", name)
    config = network.__init__.__annotations__["config"]
    return network(config(strategies=strategies, **SIZES[name])).eval()


@pytest.fixture(scope="module")
def game() -> tuple[list[dict[str, Any]], list[int]]:
    """40 frames of a real game, with menus and prompts among them."""
    env = make(seeds=(8, 9))
    observation, _ = env.reset()
    draw = np.random.default_rng(3)
    seen, actions = [], []
    for _ in range(40):
        seen.append({k: observation[k].copy() for k in ("tty_chars", "tty_colors", "tty_cursor")})
        actions.append(int(draw.integers(0, 100)))
        observation, *_ = env.step(actions[-1])
    env.close()
    return seen, actions


def frames_of(game: tuple[list[dict[str, Any]], list[int]], first: tuple[int, ...] = (0,)) -> Frames:
    """The game as one row, which begins anew at the frames `first`."""
    observations, actions = game
    screens = [torch.from_numpy(np.stack([o[k] for o in observations]))[:, None] for k in observations[0]]
    is_first = torch.zeros(len(actions), 1, dtype=torch.bool)
    is_first[list(first)] = True
    previous = torch.tensor([-1, *actions[:-1]])[:, None].masked_fill(is_first, -1)
    return Frames(screens[0], screens[1], screens[2], previous, is_first)


def test_all_networks_are_tried() -> None:
    assert set(SIZES) == set(names("model")) - {"inverse", "gpt"}  # these have tests of their own


@pytest.mark.parametrize(("network", "config", "exact", "published"), PUBLISHED)
def test_published_sizes(network: Any, config: Any, exact: int, published: float) -> None:
    with torch.device("meta"):
        count = sum(p.numel() for p in network(config).parameters())
    assert count == exact
    assert count == pytest.approx(published, rel=0.005)


@pytest.mark.parametrize("name", SIZES)
def test_cut_anywhere_and_played_the_logits_are_those_of_training(name: str, game: Any, tmp_path: Path) -> None:
    network, frames = build(name), frames_of(game)
    whole = network(frames, network.initial_state(1))
    for length in (7, 13):
        cores, plans, state = [], [], network.initial_state(1)
        for start in range(0, 40, length):
            out = network(frames.span(start, start + length), state)
            cores.append(out.core)
            plans.append(out.strategy)
            state = out.state
        assert torch.allclose(torch.cat(cores), whole.core, atol=1e-5)
        assert torch.allclose(torch.cat(plans), whole.strategy, atol=1e-5)

    save_checkpoint(tmp_path / "run" / "checkpoints", 5, network, name, network.config)
    policy = BatchedPolicy(tmp_path / "run")
    seen: list[Any] = []
    policy._network.register_forward_hook(lambda module, inputs, output: seen.append(output))
    policy.reset_slot(3, 0)
    for observation, action in zip(*game, strict=True):
        policy.act_batch([3], [observation])
        policy.observe_batch([3], [observation], [action])
    # The policy fills its batch up with rows of nobody's.
    core, plan = (torch.cat([getattr(o, name)[:, :1] for o in seen]) for name in ("core", "strategy"))
    assert torch.allclose(core, whole.core, atol=1e-4)
    assert torch.allclose(plan, whole.strategy, atol=1e-4)
    keys = network.actions(whole.core, whole.strategy.argmax(-1))
    played = policy._network.actions(core, whole.strategy.argmax(-1))
    assert torch.allclose(keys, played, atol=1e-4)


def test_a_transformer_without_memory_sees_its_own_call_alone(game: Any) -> None:
    network, frames = FlatTransformer(TransformerConfig(**SIZES["transformer"], memory=False)).eval(), frames_of(game)
    state = network.initial_state(1)
    first, second = (network(frames.span(at, at + 20), state).core for at in (0, 20))
    carried = network(frames.span(20), network(frames.span(0, 20), state).state).core
    assert torch.allclose(carried, second, atol=1e-6)
    alone = torch.cat([network(frames.span(at, at + 1), state).core for at in range(20)])
    assert torch.allclose(alone[0], first[0], atol=1e-5)
    assert not torch.allclose(alone[1:], first[1:], atol=1e-3), "in a longer call it sees the frames before"


@pytest.mark.parametrize("name", SIZES)
def test_a_new_game_knows_nothing_of_the_one_before(name: str, game: Any) -> None:
    network, frames = build(name), frames_of(game, (0, 17))
    whole = network(frames, network.initial_state(1))
    alone = network(frames.span(17), network.initial_state(1))
    assert torch.allclose(whole.core[17:], alone.core, atol=1e-5)
    carried = network(frames.span(17)._replace(is_first=torch.zeros(23, 1, dtype=torch.bool)), whole.state)
    assert not torch.allclose(carried.core, alone.core, atol=1e-3), "without a mark the state is carried"


@pytest.mark.parametrize("name", SIZES)
def test_rows_do_not_touch_each_other(name: str, game: Any) -> None:
    network = build(name)
    one, two = frames_of(game), frames_of(game, (0, 5, 21))
    two = two._replace(chars=two.chars.flip(0))
    both = Frames(*(torch.cat(pair, dim=1) for pair in zip(one, two, strict=True)))
    together = network(both, network.initial_state(2))
    for row, alone in enumerate((one, two)):
        assert torch.allclose(together.core[:, row : row + 1], network(alone, network.initial_state(1)).core, atol=1e-5)


@pytest.mark.parametrize("name", sorted(set(SIZES) - {"cleaved"}))
def test_a_flat_policy_has_one_head(name: str, game: Any) -> None:
    network = build(name, ())
    out = network(frames_of(game), network.initial_state(1))
    assert out.strategy.shape == (40, 1, 0)
    keys = network.actions(out.core, torch.zeros(40, 1, dtype=torch.int64))
    assert keys.shape == (40, 1, 121)


@pytest.mark.parametrize("name", SIZES)
def test_each_frame_asks_the_head_of_its_strategy(name: str, game: Any) -> None:
    network = build(name)
    core = network(frames_of(game), network.initial_state(1)).core
    drawn = torch.randint(0, 3, (40, 1), generator=torch.Generator().manual_seed(0))
    mixed = network.actions(core, drawn)
    for plan in range(3):
        pure = network.actions(core, torch.full((40, 1), plan))
        assert torch.allclose(mixed[drawn == plan], pure[drawn == plan], atol=1e-6)


def test_the_message_line_is_the_one_hot_layer() -> None:
    torch.manual_seed(0)
    ours = TopLine(16)
    dense = nn.Linear(20480, 16)
    dense.weight.data, dense.bias.data = ours.table.weight.detach().T.clone(), ours.bias.detach().clone()
    lines = torch.randint(0, 256, (30, 80), dtype=torch.uint8)
    published = nn.functional.elu(ours.second(nn.functional.elu(dense(one_hot(lines.long(), 256).flatten(1).float()))))
    assert torch.allclose(ours(lines), published, atol=1e-5)
    push = torch.randn(30, 16)
    (ours(lines) * push).sum().backward()
    (published * push).sum().backward()
    assert ours.table.weight.grad is not None
    assert dense.weight.grad is not None
    assert torch.allclose(ours.table.weight.grad.T, dense.weight.grad, atol=1e-5)


@pytest.mark.parametrize("where", ["a game", "noise"])
def test_what_is_computed_once_for_equal_cells_is_the_convolution_over_the_drawn_picture(game: Any, where: str) -> None:
    torch.manual_seed(0)
    crop = Crop((4, 4, 8, 8), 16)
    frames = frames_of(game).flat()
    ids = cut(frames.chars, frames.colors, frames.cursor, 18)
    if where == "noise":  # more distinct blocks than patches
        ids = torch.randint(0, 4096, (6, 18, 18))
    one, two = crop.convolutions[0], crop.convolutions[1]
    ways = {
        "drawn": lambda: nn.functional.elu(two(crop.convolve(ids))),
        "blocks": lambda: nn.functional.elu(two(crop.convolve_distinct(ids))),
        "patches": lambda: crop.convolve_patches(ids),
    }
    found = {}
    for name, way in ways.items():
        crop.zero_grad()
        out = way()
        (out * torch.linspace(-1, 1, out.numel()).view_as(out)).sum().backward()
        found[name] = [out.detach(), *(p.grad.clone() for layer in (one, two) for p in layer.parameters())]
    for name in ("blocks", "patches"):
        for ours, drawn in zip(found[name], found["drawn"], strict=True):
            assert torch.allclose(ours, drawn, rtol=1e-4, atol=1e-4 * float(drawn.abs().max())), name


def test_the_square_around_the_cursor() -> None:
    chars = torch.arange(24 * 80).remainder(200).add(32).to(torch.uint8).view(1, 24, 80)
    colors = torch.full((1, 24, 80), 7 + 16, dtype=torch.int8)  # in reverse video
    ids = cut(chars, colors, torch.tensor([[2, 78]]), 18)[0]
    assert ids[9, 9] == int(chars[0, 2, 78]) * 16 + 7
    assert (ids[:7] == 0).all()  # above the terminal
    assert (ids[:, 11:] == 0).all()  # right of it
    assert (ids[7:, :11] > 0).all()


def test_the_digits_of_the_bottom_lines() -> None:
    seen: list[torch.Tensor] = []
    lines = BottomLines(8)
    lines.convolutions.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    text = b"HP:-9./0".ljust(160)
    lines(torch.tensor(list(text), dtype=torch.uint8).view(1, 2, 80))
    letters, digits = seen[0][0]
    assert letters[0] == pytest.approx((ord("H") - 32) / 96)
    assert digits[:8].tolist() == pytest.approx([0, 0, 0, -0.2, 1.0, -0.1, 0.0, 0.1])


def test_numbers_are_those_of_the_engine() -> None:
    env = make(seeds=(8, 9))
    observation, _ = env.reset()
    draw = np.random.default_rng(0)
    unseen = [17, 23, 24, 25]  # the monster's level, dungeon, level, condition
    for _ in range(300):
        observation, _, done, cut_off, _ = env.step(int(draw.integers(0, 8)))
        if done or cut_off:
            break
        found = read_numbers(observation["tty_chars"][None, 22:], observation["tty_cursor"][None])[0]
        expected = observation["blstats"][:26].copy()
        expected[unseen] = 0
        if tuple(observation["tty_cursor"]) != (expected[1] + 1, expected[0]):
            continue  # a question is asked in the message line
        assert found.tolist() == expected.tolist()
    env.close()


def test_strength_above_eighteen() -> None:
    lines = b"Agent the Gallant  St:18/50 Dx:8 Co:12 In:7 Wi:16 Ch:18 Lawful".ljust(80)
    lines += b"Dlvl:3 $:12 HP:5(16) Pw:3(3) AC:-3 Xp:2/25 T:370 Weak Burdened".ljust(80)
    numbers = read_numbers(np.frombuffer(lines, np.uint8).reshape(1, 2, 80), np.array([[5, 9]]))[0]
    assert numbers[:6].tolist() == [9, 4, 68, 20, 8, 12]
    assert numbers[[10, 12, 13, 16, 18, 19, 20, 21, 22]].tolist() == [5, 3, 12, -3, 2, 25, 370, 3, 1]


def test_a_frozen_trunk_is_brought_along() -> None:
    lstm, both = build("cdgpt5"), build("transformer-lstm")
    assert not any(p.requires_grad for p in both.trunk.parameters())
    with pytest.raises(YendorError, match="transformer-lstm wants"):
        both.start_from(lstm.state_dict())  # the previous key is 121 wide in one, 128 in the other
    config = CDGPT5Config(previous=128, hidden=24, **TINY)
    fitting = CDGPT5(config)
    both.start_from(fitting.state_dict())
    theirs = fitting.trunk.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in both.trunk.state_dict().items())


def test_heads_that_do_not_share_the_width_are_refused() -> None:
    with pytest.raises(YendorError, match="cannot share a width of 896"):
        TransformerConfig(attention_heads=15)
    with pytest.raises(YendorError, match="needs strategies"):
        CleavedConfig()
