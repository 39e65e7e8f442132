"""A causal transformer over a game's last frames, with a memory that makes training and acting the same.

Each frame attends to itself and the `context - 1` frames before it in the same game, wherever unrolls are cut:
keys and values of earlier unrolls are carried on as state, as in Transformer-XL (Dai et al. 2019,
https://arxiv.org/abs/1901.02860). Positions are rotary (Su et al. 2021, https://arxiv.org/abs/2104.09864), so that
only distances count.

Deviation from the HiHack networks that are built of this: they see the unroll before and this one with sinusoidal
positions counted from where the unrolls are cut, in training, and fewer frames in acting. Layers, widths and
parameters are theirs.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from yendor.models.frames import State

_BASE = 10_000.0


class _Sight(NamedTuple):
    """Who may look at whom, and where they stand.

    Attributes:
        mask: [B, 1, T, M + T] bool, True where a frame may attend.
        turns: [M + T, head] complex rotations as cosine and sine halves.
        age: [1, B] int64, frames of the current game that the next memory holds.
    """

    mask: Tensor
    turns: tuple[Tensor, Tensor]
    age: Tensor


class SlidingTransformer(nn.Module):
    """Layers of causal attention within a sliding context.

    Args:
        width: Width of a frame's features, d.
        layers: How many.
        heads: Attention heads; d / heads must be even.
        feedforward: Width between the two linear layers.
        context: Frames that a frame sees, itself included.
        norm_first: Norm before attention (pre-norm) or after (post-norm).
        gelu: GELU instead of ReLU.
        carried: Keep keys and values from one call to the next. Without, a frame sees its own call's alone: in play,
            where a call is one frame, itself.
    """

    def __init__(
        self, width: int, layers: int, heads: int, feedforward: int, context: int, norm_first: bool, gelu: bool,
        carried: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.width, self.head, self.before = width, width // heads, context - 1
        self.memory = self.before if carried else 0
        self.layers = nn.ModuleList(_Layer(width, heads, feedforward, norm_first, gelu) for _ in range(layers))

    def initial_state(self, batch: int) -> State:
        """Return an empty memory: keys and values [layers, B, M, d], and their age [1, B]."""
        weight = next(self.parameters())
        shape = (len(self.layers), batch, self.memory, self.width)
        age = torch.zeros(1, batch, dtype=torch.int64, device=weight.device)
        return weight.new_zeros(shape), weight.new_zeros(shape), age

    def forward(self, inputs: Tensor, is_first: Tensor, state: State) -> tuple[Tensor, State]:
        """Run over an unroll.

        Args:
            inputs: [T, B, d].
            is_first: [T, B] bool; nothing before such a frame is seen from it or later.
            state: As returned for the unroll before.

        Returns:
            Outputs [T, B, d], and the state to carry on.
        """
        sight = self._look(is_first, state[2], inputs)
        frames = inputs.transpose(0, 1)
        keys, values = [], []
        for layer, key, value in zip(self.layers, state[0], state[1], strict=True):
            frames, key, value = layer(frames, key, value, sight)
            keys.append(key[:, key.shape[1] - self.memory :])
            values.append(value[:, value.shape[1] - self.memory :])
        return frames.transpose(0, 1), (torch.stack(keys), torch.stack(values), sight.age)

    def _look(self, is_first: Tensor, age: Tensor, inputs: Tensor) -> _Sight:
        """Say which of the M + T keys each of the T frames sees."""
        length, memory = len(is_first), self.memory
        at = torch.arange(memory + length, device=is_first.device)
        here = at[memory:, None]
        began = torch.where(is_first, here, memory - age).cummax(dim=0).values.T[:, :, None]
        seen = (at <= here) & (at >= here - self.before)
        mask = (seen[None] & (at >= began))[:, None]
        left = (memory + length - began[:, -1, 0]).clamp(max=memory)
        half = self.head // 2
        speed = _BASE ** (-torch.arange(half, device=inputs.device, dtype=torch.float32) / half)
        angle = at[:, None] * speed
        return _Sight(mask, (angle.cos().to(inputs.dtype), angle.sin().to(inputs.dtype)), left[None])


class _Layer(nn.Module):
    """One layer: attention over memory and unroll, then two linear layers, each with a residual and a norm."""

    def __init__(self, width: int, heads: int, feedforward: int, norm_first: bool, gelu: bool) -> None:
        super().__init__()
        self.heads, self.head, self.norm_first = heads, width // heads, norm_first
        self.project = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.attention_norm = nn.LayerNorm(width)
        self.feedforward = nn.Sequential(
            nn.Linear(width, feedforward), nn.GELU() if gelu else nn.ReLU(), nn.Linear(feedforward, width)
        )
        self.feedforward_norm = nn.LayerNorm(width)

    def forward(self, frames: Tensor, key: Tensor, value: Tensor, sight: _Sight) -> tuple[Tensor, Tensor, Tensor]:
        """Return the frames [B, T, d], and keys and values [B, M + T, d] of memory and unroll."""
        query, new_key, new_value = self.project(self._before(frames, self.attention_norm)).chunk(3, dim=-1)
        key, value = torch.cat([key, new_key], dim=1), torch.cat([value, new_value], dim=1)
        cosine, sine = sight.turns
        start = key.shape[1] - query.shape[1]
        attended = scaled_dot_product_attention(
            _rotate(self._part(query), cosine[start:], sine[start:]),
            _rotate(self._part(key), cosine, sine),
            self._part(value),
            attn_mask=sight.mask,
        )
        frames = frames + self.join(attended.transpose(1, 2).flatten(2))
        frames = self._after(frames, self.attention_norm)
        frames = frames + self.feedforward(self._before(frames, self.feedforward_norm))
        return self._after(frames, self.feedforward_norm), key, value

    def _before(self, frames: Tensor, norm: nn.Module) -> Tensor:
        return norm(frames) if self.norm_first else frames

    def _after(self, frames: Tensor, norm: nn.Module) -> Tensor:
        return frames if self.norm_first else norm(frames)

    def _part(self, frames: Tensor) -> Tensor:
        """Part the width into heads: [B, heads, frames, head]."""
        return frames.unflatten(-1, (self.heads, self.head)).transpose(1, 2)


def _rotate(vectors: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Turn pairs of features by angles that grow with the position. [B, heads, frames, head]."""
    one, two = vectors.chunk(2, dim=-1)
    return torch.cat([one * cosine - two * sine, one * sine + two * cosine], dim=-1)
