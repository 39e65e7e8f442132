"""The inverse model: its published size, what it may see, and pairs of frames that belong together."""

from typing import Any

import pytest
import torch

from yendor.models.frames import Frames
from yendor.models.inverse import Inverse, InverseConfig

TINY: dict[str, Any] = {"channels": (4, 4, 8, 8), "screen": 16, "line": 8, "hidden": (16,)}


def build(**more: Any) -> Inverse:
    torch.manual_seed(1)
    return Inverse(InverseConfig(**{**TINY, **more})).eval()


def unroll(steps: int = 14, rows: int = 2, first: tuple[int, ...] = (0,)) -> Frames:
    draw = torch.Generator().manual_seed(2)

    def random(high: int, *shape: int) -> torch.Tensor:
        return torch.randint(0, high, (steps, rows, *shape), generator=draw)

    is_first = torch.zeros(steps, rows, dtype=torch.bool)
    is_first[list(first)] = True
    chars, colors = random(3, 24, 80).add(45).to(torch.uint8), random(2, 24, 80).to(torch.int8)
    cursor = torch.stack([random(24), random(80)], dim=-1).to(torch.int16)
    return Frames(chars, colors, cursor, random(121), is_first)


def logits(network: Inverse, frames: Frames) -> torch.Tensor:
    core = network(frames, network.initial_state(frames.is_first.shape[1])).core
    return network.actions(core, torch.zeros_like(frames.previous))


@pytest.mark.parametrize(("more", "count"), [
    ({"bottom": False, "move": False}, 3_193_689),  # the published form
    ({}, 3_548_601),
])  # fmt: skip
def test_published_size(more: dict[str, Any], count: int) -> None:
    with torch.device("meta"):
        network = Inverse(InverseConfig(**more))
    assert sum(p.numel() for p in network.parameters()) == count


def test_the_previous_key_is_not_seen() -> None:
    network, frames = build(), unroll()
    said = logits(network, frames)
    assert torch.equal(said, logits(network, frames._replace(previous=frames.previous.flip(0))))
    assert not torch.equal(said, logits(network, frames._replace(chars=frames.chars.flip(0))))


@pytest.mark.parametrize("more", [{}, {"bottom": False, "move": False}])
def test_each_frame_is_paired_with_the_one_before(more: dict[str, Any]) -> None:
    network, frames = build(**more), unroll(first=(0, 7))
    said = logits(network, frames)
    changed = frames._replace(chars=frames.chars.clone(), cursor=frames.cursor.clone())
    changed.chars[9], changed.cursor[9] = 46, 3
    differs = (said - logits(network, changed)).abs().amax(dim=(1, 2)) > 1e-6
    assert differs.nonzero().flatten().tolist() == [9, 10]
    changed.chars[6], changed.cursor[6] = 46, 3
    differs = (said - logits(network, changed)).abs().amax(dim=(1, 2)) > 1e-6
    assert differs.nonzero().flatten().tolist() == [6, 9, 10], "the game that begins at 7 knows nothing of 6"


def test_cut_anywhere_it_says_the_same() -> None:
    network, frames = build(), unroll(first=(0, 7))
    whole, state, parts = network(frames, network.initial_state(2)), network.initial_state(2), []
    for start in range(0, 14, 6):
        out = network(frames.span(start, start + 6), state)
        parts.append(out.core)
        state = out.state
    assert torch.allclose(torch.cat(parts), whole.core, atol=1e-5)
    assert all(torch.allclose(one, two, atol=1e-5) for one, two in zip(state, whole.state, strict=True))


def test_where_the_cursor_went() -> None:
    network, frames = build(), unroll(3, 1)
    places = torch.tensor([[[5, 5]], [[4, 6]], [[4, 70]]], dtype=torch.int16)
    core = network(frames._replace(cursor=places), network.initial_state(1)).core
    rows, columns = core[:, 0, -14:-7], core[:, 0, -7:]
    assert rows[1:].argmax(-1).tolist() == [2, 3], "one up, then none"
    assert columns[1:].argmax(-1).tolist() == [4, 6], "one right, then far right"
    assert (core[0, 0, -14:] == 0).all(), "a game's first frame comes from nowhere"
