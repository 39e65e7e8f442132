"""The encoders of CDGPT5 as Dungeons and Data and HiHack used them: message line, bottom lines, rendered crop.

Equal in function to the published form, not in work. The message line's one-hot layer is a sum of embeddings. The
crop of glyph pictures is never shipped: it is drawn where the network runs, from (character, colour) ids, and on a CPU
the first convolution runs once for each distinct block of 2 x 2 cells in the batch, of which there are a hundred times
fewer than places.
"""

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import elu, one_hot

from yendor.models.atlas import CELL, glyph_atlas
from yendor.models.frames import ACTIONS, Frames

_COLOURS, _PIXEL = 16, 1 / 255


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


class Crop(nn.Module):
    """A square of cells around the cursor as glyph pictures of 6 x 6 pixels, convolutions, one layer.

    A square of 18 reaches from 9 cells before the cursor to 8 behind it; what lies outside the terminal is black.

    Args:
        channels: Of each convolution.
        width: Of the encoded crop.
        cells: Side of the square.
        kernels: Of each convolution, in pixels.
        strides: Of each convolution.
    """

    glyphs: Tensor

    def __init__(
        self,
        channels: tuple[int, ...],
        width: int,
        cells: int = 18,
        kernels: tuple[int, ...] = (8, 4, 3, 3),
        strides: tuple[int, ...] = (6, 2, 2, 1),
    ) -> None:
        super().__init__()
        self.cells = cells
        self.convolutions = nn.ModuleList(
            nn.Conv2d(wide, narrow, kernel, stride)
            for (wide, narrow), kernel, stride in zip(itertools.pairwise((3, *channels)), kernels, strides, strict=True)
        ).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.whole_cells = strides[0] == CELL and kernels[0] <= 2 * CELL
        side = cells * CELL
        for kernel, stride in zip(kernels, strides, strict=True):
            side = (side - kernel) // stride + 1
        self.last = nn.Linear(channels[-1] * side**2, width)
        glyphs = torch.from_numpy(glyph_atlas().copy()).flatten(0, 1).permute(0, 3, 1, 2).contiguous()
        self.register_buffer("glyphs", glyphs, persistent=False)

    def forward(self, chars: Tensor, colors: Tensor, cursor: Tensor) -> Tensor:
        """Encode N terminals, [N, 24, 80] each, to [N, width]."""
        ids = cut(chars, colors, cursor, self.cells)
        distinct = self.whole_cells and not ids.is_cuda
        picture = self.convolve_distinct(ids) if distinct else self.convolve(ids)
        for convolution in self.convolutions[1:]:
            picture = elu(convolution(picture))
        return elu(self.last(picture.flatten(1)))

    def convolve(self, ids: Tensor) -> Tensor:
        """Draw all pictures and run the first convolution over them. [N, cells, cells] -> [N, C, ...]."""
        drawn = self.glyphs[ids].permute(0, 3, 1, 4, 2, 5).reshape(len(ids), 3, *(2 * [self.cells * CELL]))
        return elu(self.convolutions[0](drawn.to(self.convolutions[0].weight.dtype) * _PIXEL))

    def convolve_distinct(self, ids: Tensor) -> Tensor:
        """As `convolve`: each place of the kernel lies in a block of 2 x 2 cells; compute it once for equal blocks."""
        blocks = torch.stack([ids[:, :-1, :-1], ids[:, :-1, 1:], ids[:, 1:, :-1], ids[:, 1:, 1:]], dim=-1)
        powers = (256 * _COLOURS) ** torch.arange(4, device=ids.device)
        distinct, which = torch.unique((blocks * powers).sum(-1), return_inverse=True)
        cells = (distinct[:, None] // powers % (256 * _COLOURS)).view(-1, 2, 2)
        drawn = self.glyphs[cells].permute(0, 3, 1, 4, 2, 5).reshape(-1, 3, 2 * CELL, 2 * CELL)
        first = self.convolutions[0]
        kernel = first.kernel_size[0]
        drawn = drawn[:, :, :kernel, :kernel].flatten(1).to(first.weight.dtype) * _PIXEL
        answers = elu(nn.functional.linear(drawn, first.weight.flatten(1), first.bias))
        return nn.functional.embedding(which, answers).permute(0, 3, 1, 2)


def cut(chars: Tensor, colors: Tensor, cursor: Tensor, cells: int) -> Tensor:
    """Cut a square of ids (character * 16 + colour) around each cursor; 0, a black cell, outside the terminal.

    Args:
        chars: [N, 24, 80] uint8.
        colors: [N, 24, 80] int8.
        cursor: [N, 2], row and column.
        cells: Side; the cursor lands at cell `cells // 2` of each axis.

    Returns:
        [N, cells, cells] int64.
    """
    span = torch.arange(cells, device=chars.device) - cells // 2
    rows, columns = cursor[:, :1].long() + span, cursor[:, 1:].long() + span
    inside = ((rows >= 0) & (rows < 24))[:, :, None] & ((columns >= 0) & (columns < 80))[:, None, :]
    at = (rows.clamp(0, 23) * 80)[:, :, None] + columns.clamp(0, 79)[:, None, :]
    letters = chars.flatten(1).gather(1, at.flatten(1)).long()
    paints = colors.flatten(1).gather(1, at.flatten(1)).long() & (_COLOURS - 1)
    return (letters * _COLOURS + paints).view_as(at) * inside
