"""The inverse model: which key was pressed between two frames; no policy, it sees what the key did.

`BigInverseOnlyModel` of Dungeons and Data (Hambro et al. 2022, arXiv:2211.00539), which names the keys of human games
that were recorded without them. Each frame is encoded alone, then the two together make the key:

    message 128 (4 layers) | crop 512                          ->  640 for each frame
    frame before | frame   ->  1280-128-128-121

3,193,689 parameters in the published form (`bottom=false`, `move=false`). Two things are added by default, which the
screen around the cursor cannot tell: the bottom lines (turns and hitpoints part a wait from a key that did nothing),
and how far the cursor went (in a dark room all squares look alike).

The pair of a frame is it and the one before, so that a state, the last frame's encoding, is carried from unroll to
unroll as a recurrent network's is: no pair is lost between unrolls. The gradient does not reach back into it.
The previous key is no input: the answer would be read off it.
"""

import itertools
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from yendor.core.registry import register
from yendor.models.crop import Crop
from yendor.models.frames import ACTIONS, Frames, Output, State
from yendor.models.terminal_encoders import BottomLines, TopLine

_REACH = 3
"""Cells that the cursor goes are told apart up to this many in each direction."""
_MOVE = 2 * (2 * _REACH + 1)


@dataclass(frozen=True)
class InverseConfig:
    """Sizes of the network."""

    channels: tuple[int, ...] = (32, 64, 128, 128)
    """Channels of the crop's four convolutions."""
    screen: int = 512
    """Width of the encoded crop."""
    line: int = 128
    """Width of the encoded message line, and of the encoded bottom lines."""
    hidden: tuple[int, ...] = (128, 128)
    """Widths of the layers between the two frames and the keys."""
    bottom: bool = True
    """Read the bottom lines too; false in the published form."""
    move: bool = True
    """Read how far the cursor went too; false in the published form."""
    schema_version: ClassVar[int] = 1

    @property
    def width(self) -> int:
        """Width of an encoded frame."""
        return self.line * (1 + self.bottom) + self.screen


class FrameEncoder(nn.Module):
    """Message line in four layers, crop, and the bottom lines where they are wanted: [N] frames -> [N, width]."""

    def __init__(self, config: InverseConfig) -> None:
        super().__init__()
        line = config.line
        self.top = TopLine(line)
        self.deeper = nn.Sequential(nn.Linear(line, line), nn.ELU(), nn.Linear(line, line), nn.ELU())
        self.crop = Crop(config.channels, config.screen)
        self.bottom = BottomLines(line) if config.bottom else None

    def forward(self, frames: Frames) -> Tensor:
        """Encode [N] frames."""
        chars = frames.chars
        parts = [self.deeper(self.top(chars[:, 0])), self.crop(chars, frames.colors, frames.cursor)]
        if self.bottom is not None:
            parts.append(self.bottom(chars[:, 22:]))
        return torch.cat(parts, dim=1)


@register("model", "inverse")
class Inverse(nn.Module):
    """Says of each frame which key was pressed *before* it; what it says of a game's first frame means nothing."""

    inverse: ClassVar[bool] = True
    """It names keys that were pressed, and cannot play."""

    def __init__(self, config: InverseConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = FrameEncoder(config)
        widths = (2 * config.width + _MOVE * config.move, *config.hidden, ACTIONS)
        layers = [part for wide, narrow in itertools.pairwise(widths) for part in (nn.Linear(wide, narrow), nn.ELU())]
        self.head = nn.Sequential(*layers[:-1])

    def initial_state(self, batch: int) -> State:
        """Return the state before a game: an encoding and a cursor, [1, B, ...] each."""
        weight = next(self.parameters())
        return weight.new_zeros(1, batch, self.config.width), weight.new_zeros(1, batch, 2)

    def forward(self, frames: Frames, state: State) -> Output:
        """Run over an unroll; `core` is each frame beside the one before."""
        encoded = self.encoder(frames.flat()).view(*frames.is_first.shape, -1)
        cursor = frames.cursor.to(state[1].dtype)
        begins = frames.is_first[..., None]
        before = torch.cat([state[0], encoded[:-1]]).masked_fill(begins, 0)
        parts = [before, encoded]
        if self.config.move:
            parts.append(_move(cursor - torch.cat([state[1], cursor[:-1]])).masked_fill(begins, 0))
        core = torch.cat(parts, dim=-1)
        none = core.new_zeros(*core.shape[:2], 0)
        return Output(none, core, core.new_zeros(core.shape[:2]), (encoded[-1:], cursor[-1:]))

    def actions(self, core: Tensor, strategy: Tensor) -> Tensor:
        """Return [..., 121] logits of the key before each frame; there are no strategies."""
        logits: Tensor = self.head(core)
        return logits


def _move(cells: Tensor) -> Tensor:
    """One-hot rows and columns, [T, B, 2] -> [T, B, 14]."""
    places = cells.round().long().clamp(-_REACH, _REACH) + _REACH
    return one_hot(places, 2 * _REACH + 1).flatten(-2).to(cells.dtype)
