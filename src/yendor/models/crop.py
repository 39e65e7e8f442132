"""A crop of the terminal as glyph pictures under convolutions, drawn where the network runs, or not at all.

What is shipped are (character, colour) ids. On a CPU nothing is drawn: the first two convolutions are computed once for
cells that are equal, of which a batch of games has many: of the first one's places 1 in 100 differs, of the second's 1
in 4 (`python benchmarks/imitation_speed.py`).
"""

import itertools
import random
from functools import reduce
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import elu, embedding_bag, linear, pad

from yendor.models.atlas import CELL, glyph_atlas

_COLOURS, _PIXEL = 16, 1 / 255
_IDS = 256 * _COLOURS
_FEW = 4
"""So few frames are drawn on a CPU too: it is faster than to look for equal cells."""
_DICE = random.Random(0)
_HASH = [[2 * _DICE.randrange(-(2**62), 2**62) + 1 for _ in range(16)] for _ in range(2)]  # odd, of 64 bits



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
        once = self.whole_cells and ids.device.type == "cpu" and len(ids) > _FEW
        picture = self.convolve_patches(ids) if once else elu(self.convolutions[1](self.convolve(ids)))
        for convolution in self.convolutions[2:]:
            if picture.shape[2:] == convolution.kernel_size:  # one place: a dense layer, which is faster
                rows, weight = picture.permute(0, 2, 3, 1).flatten(1), convolution.weight.permute(0, 2, 3, 1).flatten(1)
                picture = elu(linear(rows, weight, convolution.bias))[:, :, None, None]
            else:
                picture = elu(convolution(picture))
        return elu(self.last(picture.flatten(1)))

    def convolve(self, ids: Tensor) -> Tensor:
        """Draw all pictures and run the first convolution over them. [N, cells, cells] -> [N, C, ...]."""
        drawn = self.glyphs[ids].permute(0, 3, 1, 4, 2, 5).reshape(len(ids), 3, *(2 * [self.cells * CELL]))
        return elu(self.convolutions[0](drawn.to(self.convolutions[0].weight.dtype) * _PIXEL))

    def convolve_distinct(self, ids: Tensor) -> Tensor:
        """As `convolve`: each place of the kernel lies in a block of 2 x 2 cells; compute it once for equal blocks."""
        answers, which = self._blocks(ids)
        return nn.functional.embedding(which, answers).permute(0, 3, 1, 2)

    def convolve_patches(self, ids: Tensor) -> Tensor:
        """As the first two convolutions, each place of the second computed once for equal patches of 5 x 5 cells.

        Such a place is a sum over its 16 blocks of 2 x 2 cells; what each distinct block adds at each of the kernel's
        places is a row of a table. Patches are told apart by a hash of 64 bits.
        """
        second = self.convolutions[1]
        side, stride = second.kernel_size[0], second.stride[0]
        distinct, which = torch.unique(_hash_squares(ids, side + 1, stride), return_inverse=True)
        some = which.new_empty(len(distinct)).scatter_(0, which.flatten(), torch.arange(which.numel()))
        squares = ids.unfold(1, side + 1, stride).unfold(2, side + 1, stride).flatten(0, 2)[some]
        answers, blocks = self._blocks(squares)
        if len(answers) > len(squares):  # screens of text: the table would cost more than it saves
            return elu(second(self.convolve_distinct(ids)))
        table = answers @ second.weight.permute(1, 2, 3, 0).flatten(1)
        patches = elu(_sum_rows(table, blocks.flatten(1), side**2) + second.bias)
        return _SumRows.apply(patches, which.view(-1, 1)).view(*which.shape, -1).permute(0, 3, 1, 2)

    def _blocks(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Run the first convolution for each distinct block of 2 x 2 cells.

        Args:
            ids: [..., height, width].

        Returns:
            [blocks, C], and which of them is at each place, [..., height - 1, width - 1].
        """
        first = self.convolutions[0]
        pairs = ids[..., :-1] * _IDS + ids[..., 1:]
        blocks, which = torch.unique(pairs[..., :-1, :] * _IDS**2 + pairs[..., 1:, :], return_inverse=True)
        powers = _IDS ** torch.arange(3, -1, -1)
        cells, corners = torch.unique(blocks[:, None] // powers % _IDS, return_inverse=True)
        drawn = self.glyphs[cells].flatten(1).to(first.weight.dtype) * _PIXEL
        beyond = 2 * CELL - first.kernel_size[0]
        kernel = pad(first.weight, (0, beyond, 0, beyond)).view(-1, 3, 2, CELL, 2, CELL)
        table = drawn @ kernel.permute(1, 3, 5, 2, 4, 0).flatten(3).flatten(0, 2)
        return elu(_sum_rows(table, corners, 4) + first.bias), which


class _SumRows(torch.autograd.Function):
    """Sums of rows of a table: [rows, width], [N, k] int64 -> [N, width].

    It is `embedding_bag`; but the gradient is one too, the sum over the places where a row was taken, and on a CPU that
    is several times faster than PyTorch's.
    """

    @staticmethod
    def forward(ctx: Any, table: Tensor, rows: Tensor) -> Tensor:
        ctx.save_for_backward(rows)
        ctx.size = len(table)
        return embedding_bag(rows, table, mode="sum")

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (rows,) = ctx.saved_tensors
        counts = rows.flatten().bincount(minlength=ctx.size)
        takers = rows.flatten().argsort() // rows.shape[1]
        return embedding_bag(takers, gradient.contiguous(), counts.cumsum(0) - counts, mode="sum"), None


def _sum_rows(table: Tensor, which: Tensor, places: int) -> Tensor:
    """Sum, over the places of a kernel, what is there adds: [D, places * C], [N, places] -> [N, C]."""
    rows = which * places + torch.arange(places)
    summed: Tensor = _SumRows.apply(table.view(len(table) * places, -1), rows)
    return summed


def _hash_squares(ids: Tensor, side: int, stride: int) -> Tensor:
    """Hash the squares of cells: products with odd numbers, modulo 2**64. [N, H, W] -> [N, rows, columns]."""
    end = ids.shape[1] - side + 1
    rows = reduce(torch.add, (ids[:, :, i : end + i : stride] * _HASH[0][i] for i in range(side)))
    return reduce(torch.add, (rows[:, i : end + i : stride] * _HASH[1][i] for i in range(side)))


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
