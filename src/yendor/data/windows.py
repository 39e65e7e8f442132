"""Random windows of the store: every frame once an epoch, in an order that mixes games and times.

Blocks are shuffled; some at a time are drawn from their keyframes, their windows shuffled among each other. So
windows are near random, and drawing costs no more than reading in order.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yendor.core.errors import YendorError
from yendor.data.batch import Batch
from yendor.data.catalogue import Game
from yendor.data.playback import Emulation, read_into
from yendor.data.selection import Projection, Selection
from yendor.data.shard import Stored

_DECISIVE = ("batch_size", "length", "seed", "mix", "loop", "projection", "shard", "shards")


@dataclass(frozen=True)
class WindowConfig:
    """How windows are drawn."""

    batch_size: int = 32
    """Windows in a batch, B."""
    length: int = 32
    """Frames of a window, T; the last window of a block may be shorter, and is padded."""
    where: str = ""
    """SQL condition that selects games."""
    seed: int = 0
    """Fixes the order."""
    mix: int = 16
    """Blocks whose windows are mixed; each takes about 4 MB of memory."""
    loop: bool = True
    """Begin again at the end."""
    projection: Projection = "hihack"
    """Labels as full paths, or projected on HiHack's 13 strategies."""
    emulation: Emulation = "fixed"
    """How terminals are drawn."""
    shard: int = 0
    """Which share of the blocks is read, of `shards`."""
    shards: int = 1
    """Shares of an epoch: each block is in exactly one."""

    def __post_init__(self) -> None:
        if self.batch_size < 1 or self.length < 1 or self.mix < 1:
            raise YendorError(
                f"batch_size = {self.batch_size}, length = {self.length}, mix = {self.mix}", "All are at least 1."
            )
        if not 0 <= self.shard < self.shards:
            raise YendorError(f"shard = {self.shard} of shards = {self.shards}", "0 <= shard < shards.")


class Windows:
    """Iterates over `[T, B]` batches of windows; each column is a window of its own.

    Args:
        place: The dataset's folder or catalogue; its games must be in the store.
        config: How.

    Attributes:
        troubles: Games of which a block could not be read, with the reason; its windows are padding.

    Raises:
        YendorError: Nothing is selected, or the store lacks a selected game.
    """

    def __init__(self, place: Path, config: WindowConfig | None = None) -> None:
        self.config = config or WindowConfig()
        c = self.config
        self._selection = Selection(place, c.where, c.projection, "store", c.emulation)
        self.label_names = self._selection.label_names
        self._stored: list[tuple[Game, Stored]] = []
        for game in self._selection.games:
            found = self._selection.stored(game)
            if found is None:
                raise YendorError(f"game {game.gameid} has no screens in the store", "Run `yendor data transcode`.")
            self._stored.append((game, found[1]))
        self._blocks = np.array(
            [(g, b) for g, (_, stored) in enumerate(self._stored) for b in range(len(stored.blocks))], np.int64
        )
        self._epoch = self._done = 0
        self.troubles: dict[int, str] = {}

    def __len__(self) -> int:
        """Return the batches of an epoch."""
        return sum(-(-windows // self.config.batch_size) for windows in self._group_sizes(self._order()))

    def _order(self) -> NDArray[np.int64]:
        order = np.random.default_rng([self.config.seed, self._epoch]).permutation(len(self._blocks))
        return order[self.config.shard :: self.config.shards]

    def _groups(self, order: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        return [order[i : i + self.config.mix] for i in range(0, len(order), self.config.mix)]

    def _frames(self, number: int) -> int:
        g, b = self._blocks[number]
        return self._stored[g][1].blocks[b].frames

    def _group_sizes(self, order: NDArray[np.int64]) -> list[int]:
        return [sum(-(-self._frames(n) // self.config.length) for n in group) for group in self._groups(order)]

    def __iter__(self) -> Iterator[Batch]:
        while True:
            before = 0
            for number, group in enumerate(self._groups(self._order())):
                windows = sum(-(-self._frames(n) // self.config.length) for n in group)
                batches = -(-windows // self.config.batch_size)
                if before + batches > self._done:
                    yield from self._draw_group(number, group, self._done - before)
                before += batches
            self._epoch, self._done = self._epoch + 1, 0
            if not self.config.loop:
                return

    def _draw_group(self, number: int, group: NDArray[np.int64], skip: int) -> Iterator[Batch]:
        """Draw some blocks, and deal their windows out."""
        length, width = self.config.length, self.config.batch_size
        spans = [self._frames(n) for n in group]
        windows = np.concatenate([[i * 1_000_000 + at for at in range(0, s, length)] for i, s in enumerate(spans)])
        windows = np.random.default_rng([self.config.seed, self._epoch, number]).permutation(windows.astype(np.int64))
        drawn = [self._draw(n) for n in group]
        for start in range(skip * width, len(windows), width):
            batch = Batch.blank(length, width)
            arrays = batch.arrays()
            for column, window in enumerate(windows[start : start + width]):
                block, at = drawn[int(window) // 1_000_000].arrays(), int(window) % 1_000_000
                for name, array in arrays.items():
                    piece = block[name][at : at + length]
                    array[: len(piece), column] = piece
            self._done += 1
            yield batch

    def _draw(self, number: int) -> Batch:
        g, b = self._blocks[number]
        game, stored = self._stored[g]
        block = stored.blocks[b]
        batch = Batch.blank(block.frames)
        feeder = self._selection.feeder(game, block.first)
        count = read_into(feeder, batch)
        if count < block.frames:
            self.troubles[game.gameid] = f"block {b}: {feeder.trouble or 'fewer frames than catalogued'}"
            warnings.warn(
                f"game {game.gameid} is left out from frame {block.first + count} on, for "
                f"{block.frames - count} frames: {self.troubles[game.gameid]}", RuntimeWarning, stacklevel=2,
            )  # fmt: skip
            return batch.span(0, count)
        if b == len(stored.blocks) - 1:
            real = self._selection.ended_by_itself(game, "")
            (batch.terminated if real else batch.truncated)[-1] = True
        return batch

    def state_dict(self) -> dict[str, Any]:
        """Return where the windows are, JSON-ready."""
        return {
            "version": 1,
            "epoch": self._epoch,
            "done": self._done,
            "games": self._selection.fingerprint(),
            "config": {name: getattr(self.config, name) for name in _DECISIVE},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go to where windows of the same dataset and config were.

        Raises:
            YendorError: The selection or the config has changed since.
        """
        mine = self.state_dict()
        for name in ("version", "games", "config"):
            if state[name] != mine[name]:
                raise YendorError(
                    f"the windows had {name} = {state[name]!r}, now it is {mine[name]!r}", "Resume with the first."
                )
        self._epoch, self._done = state["epoch"], state["done"]
