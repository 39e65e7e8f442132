"""CDGPT5 as it was published for terminals, in our own words: the peer of `imitation_speed.py`.

The form in which Dungeons and Data (Hambro et al. 2022, arXiv:2211.00539) and HiHack (Piterbarg et al. 2023,
arXiv:2305.19240) trained it, of which `yendor.models.cdgpt5` computes the same function:

- the message line goes one-hot, 80 columns of 256 characters as 20,480 numbers, through a dense layer;
- the crop around the cursor is drawn on the host, 3 x 108 x 108 bytes a frame, and every convolution runs over all of
  every picture, in PyTorch's usual memory format;
- the LSTM steps through time in a Python loop, its state multiplied before each step by whether the game goes on.

The one liberty: before a game's first key the one-hot of the previous key is zero, as in ours, so that outputs can be
compared; the released code has the index 0 there. `BottomLines` is ours: both do the same work there.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import elu, one_hot

from yendor.models.atlas import CELL, glyph_atlas
from yendor.models.cdgpt5 import CDGPT5
from yendor.models.frames import ACTIONS, Frames
from yendor.models.terminal_encoders import BottomLines

CELLS, BEFORE = 18, 9
"""Side of the crop, and how many cells of it lie before the cursor."""


class PublishedCDGPT5(nn.Module):
    """The flat network, 6,220,858 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.top = nn.Sequential(nn.Linear(256 * 80, 128), nn.ELU(), nn.Linear(128, 128), nn.ELU())
        self.bottom = BottomLines(128)
        self.convolutions = nn.Sequential(
            nn.Conv2d(3, 32, 8, 6), nn.ELU(), nn.Conv2d(32, 64, 4, 2), nn.ELU(),
            nn.Conv2d(64, 128, 3, 2), nn.ELU(), nn.Conv2d(128, 128, 3, 1), nn.ELU(),
        )  # fmt: skip
        self.screen = nn.Linear(128, 512)
        self.core = nn.LSTM(128 + 128 + 512 + ACTIONS, 512)
        self.policy = nn.Linear(512, ACTIONS)
        self.baseline = nn.Linear(512, 1)

    def forward(
        self, frames: Frames, crops: Tensor, state: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
        """Run over an unroll.

        Args:
            frames: [T, B, ...], of which the crop's cells are not read.
            crops: [T * B, 3, 108, 108] uint8, as `render_crops` draws them.
            state: Of the LSTM.

        Returns:
            Logits [T, B, 121], values [T, B], and the state.
        """
        flat, dtype = frames.flat(), self.screen.weight.dtype
        previous = one_hot(flat.previous.clamp(min=0), ACTIONS) * (flat.previous >= 0)[:, None]
        parts = [
            self.encode_message(flat.chars[:, 0]),
            self.bottom(flat.chars[:, 22:]),
            self.encode_crops(crops),
            previous.to(dtype),
        ]
        encoded = torch.cat(parts, dim=1).view(*frames.is_first.shape, -1)
        core, state = self.remember(encoded, frames.is_first, state)
        return *self.decide(core), state

    def encode_message(self, line: Tensor) -> Tensor:
        """Encode [N, 80] characters to [N, 128]."""
        return self.top(one_hot(line.long(), 256).flatten(1).to(self.screen.weight.dtype))

    def encode_crops(self, crops: Tensor) -> Tensor:
        """Encode [N, 3, 108, 108] uint8 to [N, 512]."""
        return elu(self.screen(self.convolutions(crops.to(self.screen.weight.dtype) / 255).flatten(1)))

    def remember(
        self, encoded: Tensor, is_first: Tensor, state: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Step the LSTM through [T, B, 889]."""
        outputs = []
        for step, notdone in zip(encoded.unbind(), (~is_first).to(state[0].dtype).unbind(), strict=True):
            keep = notdone.view(1, -1, 1)
            output, state = self.core(step.unsqueeze(0), (keep * state[0], keep * state[1]))
            outputs.append(output)
        return torch.cat(outputs), state

    def decide(self, core: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits [T, B, 121] and values [T, B]."""
        return self.policy(core), self.baseline(core).squeeze(-1)

    def take_weights(self, ours: CDGPT5) -> None:
        """Copy the weights of our form."""
        mine = dict(self.named_parameters())
        with torch.no_grad():
            for name, tensor in as_published({name: p.detach() for name, p in ours.named_parameters()}).items():
                mine.pop(name).copy_(tensor)
        assert not mine, f"not copied: {sorted(mine)}"


def as_published(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Name and lay out our parameters, or their gradients, as the published form does."""
    encoder = "trunk.encoder."
    found = {
        "top.0.weight": tensors[f"{encoder}top.table.weight"].T,
        "top.0.bias": tensors[f"{encoder}top.bias"],
        "screen.weight": tensors[f"{encoder}crop.last.weight"],
        "screen.bias": tensors[f"{encoder}crop.last.bias"],
    }
    moved = {f"{encoder}top.second.": "top.2.", f"{encoder}bottom.": "bottom.", "trunk.lstm.": "core."}
    moved |= {f"{encoder}crop.convolutions.{i}.": f"convolutions.{2 * i}." for i in range(4)}
    moved |= {"heads.policies.0.0.": "policy.", "heads.baseline.": "baseline."}
    for name, tensor in tensors.items():
        for old, new in moved.items():
            if name.startswith(old):
                found[new + name.removeprefix(old)] = tensor
    assert len(found) == len(tensors), "a parameter without a place"
    return found


_ROWS_OF_PIXELS = np.ascontiguousarray(glyph_atlas().reshape(-1, CELL, CELL, 3).transpose(3, 1, 0, 2))
_ROWS_OF_PIXELS = _ROWS_OF_PIXELS.view(f"V{CELL}")[..., 0]  # [3, 6, 4096], each a row of six pixels


def render_crops(
    chars: NDArray[np.uint8], colors: NDArray[np.int8], cursor: NDArray[np.integer], out: NDArray[np.uint8]
) -> None:
    """Draw the squares around the cursors on the host, as `yendor.models.atlas.render` would.

    The published code has a compiled loop for it. Here rows of six pixels are gathered as one number each, which takes
    a core about 20 us a frame, like that loop, and a fifth of what indexing the atlas by pixels takes.

    Args:
        chars: [N, 24, 80].
        colors: [N, 24, 80].
        cursor: [N, 2], row and column.
        out: [N, 3, 108, 108] contiguous, drawn into.
    """
    number, rows, columns = chars.shape
    ids = np.zeros((number, rows + CELLS, columns + CELLS), np.int16)
    ids[:, BEFORE : BEFORE + rows, BEFORE : BEFORE + columns] = chars.astype(np.int16) * 16 + (colors & 15)
    windows = np.lib.stride_tricks.sliding_window_view(ids, (CELLS, CELLS), axis=(1, 2))
    cut = np.ascontiguousarray(windows[np.arange(number), cursor[:, 0], cursor[:, 1]]).astype(np.intp)
    drawn = out.reshape(number, 3, CELLS, CELL, CELLS * CELL).view(_ROWS_OF_PIXELS.dtype)
    for channel in range(3):
        for row in range(CELL):
            drawn[:, channel, :, row] = _ROWS_OF_PIXELS[channel, row].take(cut)
