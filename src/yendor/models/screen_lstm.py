"""A compact network for the terminal screen: embeddings of what stands there, an LSTM, two levels of heads.

It reads only what a ttyrec holds (characters, colours, cursor, the previous key), so that it learns from
recorded games and plays from observations alike. Cells are looked up as (character, colour) ids; blank ones of
the map, three of four in the bot's games, cost nothing.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.models.frames import ACTIONS, Frames, Output, State
from yendor.models.heads import Heads
from yendor.models.recurrent import run_lstm, zero_state

_COLOURS = 16
_IDS = 128 * _COLOURS
_MAP_ROWS, _MAP_COLUMNS = (1, 22), 80
_BLOCK_ROWS, _BLOCK_COLUMNS = 3, 8
_BLANK = ord(" ")


@dataclass(frozen=True)
class ScreenLSTMConfig:
    """Sizes of the network."""

    strategies: tuple[str, ...] = ()
    """Names of the strategies; empty for a flat policy without a strategy head."""
    crop: int = 9
    """Side of the square around the cursor that is read cell by cell; odd."""
    cell: int = 16
    """Width of a cell's embedding in the crop."""
    text: int = 8
    """Width of a cell's embedding in the message and bottom lines, and in the coarse map."""
    features: int = 256
    """Width of what goes into the LSTM."""
    hidden: int = 256
    """Width of the LSTM."""
    decoder: tuple[int, ...] = ()
    """Widths of the layers between the LSTM and the keys."""
    schema_version: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if self.crop < 1 or self.crop % 2 == 0:
            raise YendorError(f"crop = {self.crop}", "It must be odd and positive.")


@register("model", "screen-lstm")
class ScreenLSTM(nn.Module):
    """Screen encoders, LSTM, strategy head and one action head for each strategy.

    The hierarchy is that of HiHack (Piterbarg et al. 2023, NetHack is Hard to Hack): a head chooses the
    strategy, and the strategy chooses which head chooses the key. The encoders are our own, small enough
    for a CPU: the crop's cells are concatenated, the map is averaged over blocks of 3 x 8 cells.
    """

    blocks: Tensor

    def __init__(self, config: ScreenLSTMConfig) -> None:
        super().__init__()
        self.config = config
        across = _MAP_COLUMNS // _BLOCK_COLUMNS
        row, column = torch.arange(_MAP_ROWS[1] - _MAP_ROWS[0]), torch.arange(_MAP_COLUMNS)
        block = (row[:, None] // _BLOCK_ROWS * across + column // _BLOCK_COLUMNS).flatten()
        self.register_buffer("blocks", block, persistent=False)
        self.areas = int(block[-1]) + 1
        self.cell = nn.Embedding(_IDS, config.cell)
        self.coarse = nn.Embedding(_IDS, config.text)
        self.letter = nn.Embedding(128, config.text)
        self.previous = nn.Embedding(ACTIONS + 1, 32)
        self.crop = nn.Sequential(nn.Linear(config.crop**2 * config.cell, 256), nn.ReLU())
        self.map = nn.Sequential(nn.Linear(self.areas * config.text, 128), nn.ReLU())
        self.message = nn.Sequential(nn.Linear(80 * config.text, 128), nn.ReLU())
        self.bottom = nn.Sequential(nn.Linear(160 * config.text, 128), nn.ReLU())
        self.fuse = nn.Sequential(nn.Linear(256 + 3 * 128 + 32 + 3, config.features), nn.ReLU())
        self.lstm = nn.LSTM(config.features, config.hidden)
        self.heads = Heads(config.hidden, len(config.strategies), config.decoder)

    def initial_state(self, batch: int) -> State:
        """Return the state before a game."""
        return zero_state(self.lstm, batch)

    def forward(self, frames: Frames, state: State) -> Output:
        """Run over an unroll."""
        encoded = self.encode(frames.flat()).view(*frames.is_first.shape, -1)
        return self.heads(*run_lstm(self.lstm, encoded, frames.is_first, (state[0], state[1])))

    def actions(self, core: Tensor, strategy: Tensor) -> Tensor:
        """Return [..., 121] logits of the keys under a strategy [...]."""
        return self.heads.actions(core, strategy)

    def encode(self, frames: Frames) -> Tensor:
        """Encode [N] frames to [N, features]."""
        chars, colors, cursor, previous, _ = frames
        letters, cursor = chars.clamp(max=127), cursor.long()
        parts = [
            self.crop(self.cell(self._cut(letters, colors, cursor)).flatten(1)),
            self.map(self._map(letters, colors)),
            self.message(self.letter(letters[:, 0].int()).flatten(1)),
            self.bottom(self.letter(letters[:, 22:24].flatten(1).int()).flatten(1)),
            self.previous(previous + 1),
            self._place(cursor),
        ]
        fused: Tensor = self.fuse(torch.cat(parts, dim=1))
        return fused

    def _cut(self, letters: Tensor, colors: Tensor, cursor: Tensor) -> Tensor:
        """Cut the square around the cursor; blank outside the screen. [N, crop * crop]."""
        half = self.config.crop // 2
        span = torch.arange(-half, half + 1, device=letters.device)
        rows = cursor[:, 0, None] + span
        columns = cursor[:, 1, None] + span
        inside = ((rows >= 0) & (rows < 24))[:, :, None] & ((columns >= 0) & (columns < 80))[:, None, :]
        at = (rows.clamp(0, 23)[:, :, None] * 80 + columns.clamp(0, 79)[:, None, :]).flatten(1)
        cut = _ids(letters.flatten(1).gather(1, at), colors.flatten(1).gather(1, at))
        return cut.masked_fill(~inside.flatten(1), _BLANK * _COLOURS)

    def _map(self, letters: Tensor, colors: Tensor) -> Tensor:
        """Average the map's embeddings over blocks, blank cells as zeros. [N, blocks * text].

        Nothing is lost by the zeros: what an embedding of the blank would add is in the next layer's bias.
        """
        cells, paint = (part[:, _MAP_ROWS[0] : _MAP_ROWS[1]].flatten() for part in (letters, colors))
        at = (cells != _BLANK).nonzero().squeeze(1)
        frame = at.div(len(self.blocks), rounding_mode="floor")
        block = frame * self.areas + self.blocks[at - frame * len(self.blocks)]
        shown = self.coarse(_ids(cells[at], paint[at]))
        sums = shown.new_zeros(len(letters) * self.areas, shown.shape[1]).index_add(0, block, shown)
        return sums.view(len(letters), -1) / (_BLOCK_ROWS * _BLOCK_COLUMNS)

    def _place(self, cursor: Tensor) -> Tensor:
        """Where the cursor is, and whether it is in the message line, where questions are asked."""
        row, column = cursor[:, 0].float(), cursor[:, 1].float()
        return torch.stack([row / 23, column / 79, (row == 0).float()], dim=1)


def _ids(letters: Tensor, colors: Tensor) -> Tensor:
    """Return the id of each (character, colour)."""
    return letters.int() * _COLOURS + (colors.int() & (_COLOURS - 1))
