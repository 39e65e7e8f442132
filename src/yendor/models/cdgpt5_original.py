"""CDGPT5 as it played in the NetHack Challenge of 2021: crop, numbers, message, GRU.

By Kanervisto and Schucher (https://github.com/Miffyli/nle-sample-factory-baseline).

    12 x 12 cells around the hero, 3 x 72 x 72: 8s4 to 32, 4s2 to 64, 3s2 to 128 -> 1152 -> 512
    26 numbers, each times a constant, within +-5: 128-128, and the numbers themselves
    message, 256 bytes / 255: 128-128
    794 -> GRU 512 -> keys

2,840,146 parameters with the 113 keys of its time, 2,844,250 with 121.

Deviations: it reads terminals alone, as all networks here do, so that recorded games teach it: numbers and message come
from the bottom lines and the message line (`terminal_numbers`), the crop is centred on the cursor. In play the released
one is centred one row above the hero.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from yendor.core.registry import register
from yendor.models.crop import Crop
from yendor.models.frames import Frames, Output, State
from yendor.models.heads import Heads
from yendor.models.recurrent import reset_pieces
from yendor.models.terminal_numbers import COUNT, read_numbers

_SCALES = {
    0: 1 / 79, 1: 1 / 21, **dict.fromkeys(range(3, 9), 0.1), 10: 0.1, 11: 0.1, 13: 1e-3, 14: 0.1, 15: 0.1, 16: 0.1,
    18: 0.1, 19: 1e-2, 20: 1e-3, 21: 1.0, 22: 0.1,
}  # fmt: skip
_MESSAGE = 256


@dataclass(frozen=True)
class CDGPT5OriginalConfig:
    """Sizes of the network; the defaults are the published ones."""

    strategies: tuple[str, ...] = ()
    """Names of the strategies; empty for a flat policy without a strategy head."""
    channels: tuple[int, ...] = (32, 64, 128)
    """Channels of the crop's three convolutions."""
    screen: int = 512
    """Width of the encoded crop."""
    line: int = 128
    """Width of the encoded numbers, and of the encoded message."""
    hidden: int = 512
    """Width of the GRU."""
    decoder: tuple[int, ...] = ()
    """Widths of the layers between the GRU and the keys."""
    schema_version: ClassVar[int] = 1


@register("model", "cdgpt5-original")
class CDGPT5Original(nn.Module):
    """Crop, numbers and message, GRU, heads."""

    scales: Tensor

    def __init__(self, config: CDGPT5OriginalConfig) -> None:
        super().__init__()
        self.config = config
        self.crop = Crop(config.channels, config.screen, 12, (8, 4, 3), (4, 2, 2))
        self.numbers = _two_layers(COUNT, config.line)
        self.message = _two_layers(_MESSAGE, config.line)
        self.gru = nn.GRU(config.screen + 2 * config.line + COUNT, config.hidden)
        self.heads = Heads(config.hidden, len(config.strategies), config.decoder)
        self.register_buffer("scales", torch.tensor([_SCALES.get(i, 0.0) for i in range(COUNT)]), persistent=False)

    def initial_state(self, batch: int) -> State:
        """Return the state before a game."""
        return (self.scales.new_zeros(1, batch, self.config.hidden),)

    def forward(self, frames: Frames, state: State) -> Output:
        """Run over an unroll."""
        encoded = self.encode(frames.flat()).view(*frames.is_first.shape, -1)
        (memory,), outputs = state, []
        for piece, keep in reset_pieces(encoded, frames.is_first):
            output, memory = self.gru(piece, memory * keep)
            outputs.append(output)
        return self.heads(torch.cat(outputs), (memory,))

    def encode(self, frames: Frames) -> Tensor:
        """Encode [N] frames to [N, 794]."""
        raw = read_numbers(frames.chars[:, 22:].cpu().numpy(), frames.cursor.cpu().numpy())
        numbers = (torch.from_numpy(raw).to(self.scales) * self.scales).clamp(-5, 5)
        text = frames.chars[:, 0].to(numbers.dtype) / 255
        text = nn.functional.pad(text, (0, _MESSAGE - text.shape[1]))
        crop = self.crop(frames.chars, frames.colors, frames.cursor)
        return torch.cat([crop, self.numbers(numbers), numbers, self.message(text)], dim=1)

    def actions(self, core: Tensor, strategy: Tensor) -> Tensor:
        """Return [..., 121] logits of the keys under a strategy [...]."""
        return self.heads.actions(core, strategy)


def _two_layers(wide: int, narrow: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(wide, narrow), nn.ELU(), nn.Linear(narrow, narrow), nn.ELU())
