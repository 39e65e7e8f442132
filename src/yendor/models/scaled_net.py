"""ScaledNet: the network of the scaling studies (Tuyls et al. 2023, arXiv:2307.09423; Wolczyk et al. 2024, 2402.02868).

Cells are learned embeddings of character and colour instead of glyph pictures; a small ResNet reads the map, a few
convolutions the cells around the cursor.

    message line 20480-64-64; bottom lines as CDGPT5's, 128
    map 21 x 80 x 32: two stages (3 x 3 to 16, then 32 channels; max-pool 3 by 2; two residual blocks) -> 2432 -> 512
    crop 9 x 9 x 32: five 3 x 3 convolutions 16-16-16-16-8 -> 648; previous key 121
    1473 -> 1738 -> 1738 -> LSTM 1738 -> 121

32,931,352 parameters at the width 1738 of the 30-million form. Deviations: the crop is centred on the cursor (the
released one reaches from 5 cells before it to 3 behind, and is empty when the cursor is in the message line); the first
previous key is none.
"""

import itertools
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from yendor.core.registry import register
from yendor.models.crop import cut
from yendor.models.frames import ACTIONS, Frames, Output, State
from yendor.models.heads import Heads
from yendor.models.recurrent import run_lstm, zero_state
from yendor.models.terminal_encoders import BottomLines, TopLine

_MAP = slice(1, 22)


@dataclass(frozen=True)
class ScaledNetConfig:
    """Sizes of the network; the defaults are those of the 30-million form."""

    strategies: tuple[str, ...] = ()
    """Names of the strategies; empty for a flat policy without a strategy head."""
    hidden: int = 1738
    """Width of the two layers before the LSTM, and of the LSTM."""
    cell: int = 16
    """Width of a character's embedding, and of a colour's."""
    stages: tuple[int, ...] = (16, 32)
    """Channels of the map's stages; each halves its sides. Two or three."""
    line: int = 64
    """Width of the encoded message line."""
    bottom: int = 128
    """Width of the encoded bottom lines."""
    screen: int = 512
    """Width of the encoded map."""
    crop: tuple[int, ...] = (16, 16, 16, 16, 8)
    """Channels of the crop's convolutions."""
    decoder: tuple[int, ...] = ()
    """Widths of the layers between the LSTM and the keys."""
    schema_version: ClassVar[int] = 1


@register("model", "scaled-net")
class ScaledNet(nn.Module):
    """Embeddings, ResNet, crop, lines, two layers, LSTM, heads."""

    side = 9

    def __init__(self, config: ScaledNetConfig) -> None:
        super().__init__()
        self.config = config
        self.letter, self.paint = nn.Embedding(256, config.cell), nn.Embedding(128, config.cell)
        self.top, self.bottom = TopLine(config.line), BottomLines(config.bottom)
        widths = (2 * config.cell, *config.stages)
        self.map = nn.Sequential(*(_stage(wide, narrow) for wide, narrow in itertools.pairwise(widths)))
        rows, columns = 21, 80
        for _ in config.stages:
            rows, columns = (rows - 1) // 2, (columns - 1) // 2
        self.screen = nn.Sequential(nn.Linear(rows * columns * config.stages[-1], config.screen), nn.ELU())
        steps = itertools.pairwise((2 * config.cell, *config.crop))
        self.crop = nn.Sequential(*(_step(wide, narrow) for wide, narrow in steps))
        width = config.line + config.bottom + config.screen + ACTIONS + config.crop[-1] * self.side**2
        self.fuse = nn.Sequential(
            nn.Linear(width, config.hidden), nn.ReLU(), nn.Linear(config.hidden, config.hidden), nn.ReLU()
        )
        self.lstm = nn.LSTM(config.hidden, config.hidden)
        self.heads = Heads(config.hidden, len(config.strategies), config.decoder)

    def initial_state(self, batch: int) -> State:
        """Return the state before a game."""
        return zero_state(self.lstm, batch)

    def forward(self, frames: Frames, state: State) -> Output:
        """Run over an unroll."""
        encoded = self.encode(frames.flat()).view(*frames.is_first.shape, -1)
        return self.heads(*run_lstm(self.lstm, encoded, frames.is_first, (state[0], state[1])))

    def encode(self, frames: Frames) -> Tensor:
        """Encode [N] frames to [N, hidden]."""
        chars, colors = frames.chars, frames.colors
        ids = cut(chars, colors, frames.cursor, self.side)
        parts = [
            self.top(chars[:, 0]),
            self.bottom(chars[:, 22:]),
            self.screen(self.map(self._embed(chars[:, _MAP], colors[:, _MAP])).flatten(1)),
            one_hot(frames.previous + 1, ACTIONS + 1)[:, 1:].float(),
            self.crop(self._embed(ids // 16, ids % 16)).flatten(1),
        ]
        fused: Tensor = self.fuse(torch.cat(parts, dim=1))
        return fused

    def actions(self, core: Tensor, strategy: Tensor) -> Tensor:
        """Return [..., 121] logits of the keys under a strategy [...]."""
        return self.heads.actions(core, strategy)

    def _embed(self, chars: Tensor, colors: Tensor) -> Tensor:
        """Look cells up: [N, H, W] each, to [N, 2 cell, H, W]."""
        both = torch.cat([self.letter(chars.int()), self.paint(colors.int() & 127)], dim=-1)
        return both.permute(0, 3, 1, 2)


class _Residual(nn.Module):
    """Two normed 3 x 3 convolutions beside what comes in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.steps = nn.Sequential(_step(width, width), _step(width, width))

    def forward(self, picture: Tensor) -> Tensor:
        steps: Tensor = self.steps(picture)
        return picture + steps


def _step(wide: int, narrow: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(wide, narrow, 3, padding=1), nn.BatchNorm2d(narrow), nn.ELU())


def _stage(wide: int, narrow: int) -> nn.Sequential:
    convolution = nn.Conv2d(wide, narrow, 3, padding=1)
    return nn.Sequential(convolution, nn.MaxPool2d(3, 2), _Residual(narrow), _Residual(narrow))
