"""The encoders of CDGPT5 as Dungeons and Data and HiHack used them: message line, bottom lines, rendered crop.

Equal in function to the published form, not in work: the message line's one-hot layer is a sum of embeddings, and the
crop (`crop`) is never shipped as pictures.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import elu, one_hot

from yendor.models.crop import Crop
from yendor.models.frames import ACTIONS, Frames


@dataclass(frozen=True)
class TerminalSizes:
    """Sizes of the encoders; the defaults are the published ones."""

    channels: tuple[int, ...] = (32, 64, 128, 128)
    """Channels of the crop's four convolutions."""
    screen: int = 512
    """Width of the encoded crop."""
    line: int = 128
    """Width of the encoded message line, and of the encoded bottom lines."""
    previous: int = ACTIONS
    """Width of the previous key's one-hot; 121, or 128 as in HiHack's flat networks; 0 leaves it out."""

    @property
    def width(self) -> int:
        """Width of the encoded frame."""
        return 2 * self.line + self.screen + self.previous


class TerminalEncoder(nn.Module):
    """Message line, bottom lines, crop around the cursor and previous key: [N, width] (889 as published).

    Deviation: before a game's first key the one-hot is zero; the released code says "north" there, and carries the
    last key of one game into the next.
    """

    def __init__(self, sizes: TerminalSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.top = TopLine(sizes.line)
        self.bottom = BottomLines(sizes.line)
        self.crop = Crop(sizes.channels, sizes.screen)

    def forward(self, frames: Frames) -> Tensor:
        """Encode [N] frames."""
        chars = frames.chars
        parts = [self.top(chars[:, 0]), self.bottom(chars[:, 22:]), self.crop(chars, frames.colors, frames.cursor)]
        if self.sizes.previous:
            key = one_hot(frames.previous + 1, self.sizes.previous + 1)[:, 1:]
            parts.append(key.to(parts[0].dtype))
        return torch.cat(parts, dim=1)


class TopLine(nn.Module):
    """The message line: 80 columns of 256 characters one-hot, two layers. [N, 80] uint8 -> [N, width].

    The first layer's weight is kept as the table of an embedding, [20480, width]: its rows for the 80 characters are
    summed, instead of a product with 20,480 numbers of which 80 are one.
    """

    offsets: Tensor

    def __init__(self, width: int, columns: int = 80) -> None:
        super().__init__()
        dense = nn.Linear(256 * columns, width)  # for its initial values
        self.table = nn.EmbeddingBag.from_pretrained(dense.weight.detach().T.contiguous(), freeze=False, mode="sum")
        self.bias = nn.Parameter(dense.bias.detach())
        self.second = nn.Linear(width, width)
        self.register_buffer("offsets", 256 * torch.arange(columns), persistent=False)

    def forward(self, line: Tensor) -> Tensor:
        """Encode N lines."""
        return elu(self.second(elu(self.table(line.long() + self.offsets) + self.bias)))


class BottomLines(nn.Module):
    """The two bottom lines as one row of 160: a channel of characters and one of digits. -> [N, width]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(nn.Conv1d(2, 32, 8, 4), nn.ELU(), nn.Conv1d(32, 64, 4, 1), nn.ELU())
        self.layers = nn.Sequential(nn.Linear(64 * 36, width), nn.ELU(), nn.Linear(width, width), nn.ELU())

    def forward(self, lines: Tensor) -> Tensor:
        """Encode [N, 2, 80] uint8."""
        letters = lines.flatten(1).float()
        digits = (letters - 47) / 10 * ((letters > 44) & (letters < 58))
        both = torch.stack([(letters - 32) / 96, digits], dim=1)
        return self.layers(self.convolutions(both).flatten(1))
