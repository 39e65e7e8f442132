"""A stream of `[T, B]` batches from a dataset: B rows, each playing one game after the other.

Rows carry on where the last batch ended, so that a recurrent state can be carried too; `is_first` marks
the first frame of each game, `terminated` or `truncated` its last. The order is seeded, and
`state_dict` continues it exactly. Ttyrecs and the store give the same batches.
"""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from yendor import _native
from yendor.core.errors import YendorError
from yendor.data.batch import ACTION_OF_KEY, COLUMNS, ROWS, Batch, BatchPool
from yendor.data.catalogue import Game
from yendor.data.playback import Emulation, Feeder
from yendor.data.selection import Projection, Selection, Source

__all__ = ["ACTION_OF_KEY", "Batch", "Stream", "StreamConfig"]

_DECISIVE = ("batch_size", "unroll", "seed", "shuffle", "longest_first", "loop", "projection", "shard", "shards")
"""The settings that a resumed stream must share, beside the selection."""


@dataclass(frozen=True)
class StreamConfig:
    """How a dataset is streamed."""

    batch_size: int = 32
    """Rows, B."""
    unroll: int = 32
    """Frames of a row in a batch, T."""
    where: str = ""
    """SQL condition that selects games, such as role='Val' and score>5000."""
    seed: int = 0
    """Fixes the order of the games."""
    shuffle: bool = True
    """New order in each epoch; otherwise the order of the catalogue."""
    longest_first: bool = False
    """Long games first, so that rows end together: the least padding at the end of an epoch."""
    loop: bool = True
    """Start again at the end; otherwise rows are padded when the games run out."""
    projection: Projection = "hihack"
    """Labels as full paths, or projected on HiHack's 13 strategies."""
    source: Source = "auto"
    """auto, store or ttyrec: where frames are read from."""
    emulation: Emulation = "fixed"
    """How terminals are drawn: fixed as real ones do, nle as NLE's converter does."""
    buffers: Literal["fresh", "ring"] = "fresh"
    """fresh: a batch stays as it is; ring: the next batch overwrites it, as NLE's loader does."""
    shard: int = 0
    """Which share of the games this stream reads, of `shards`."""
    shards: int = 1
    """Shares of an epoch: each game is in exactly one."""

    def __post_init__(self) -> None:
        if self.batch_size < 1 or self.unroll < 1:
            raise YendorError(f"batch_size = {self.batch_size}, unroll = {self.unroll}", "Both are at least 1.")
        if not 0 <= self.shard < self.shards:
            raise YendorError(f"shard = {self.shard} of shards = {self.shards}", "0 <= shard < shards.")


class _Row:
    """One row: the game it is at, and what feeds it."""

    def __init__(self) -> None:
        self.game: Game | None = None
        self.feeder: Feeder | None = None
        self.reader = _native.Reader(ROWS, COLUMNS, False, 3, ACTION_OF_KEY)

    def open(self, game: Game, feeder: Feeder) -> None:
        self.game, self.feeder, self.reader = game, feeder, feeder.reader

    def close(self) -> None:
        self.game = self.feeder = None


class Stream:
    """Iterates over batches of a dataset.

    Args:
        place: The dataset's folder or catalogue.
        config: How.

    Attributes:
        troubles: Games that could not be read to their end, with the reason.

    Raises:
        YendorError: Nothing is selected, a withheld game is, or files are missing.
    """

    def __init__(self, place: Path, config: StreamConfig | None = None) -> None:
        self.config = config or StreamConfig()
        c = self.config
        self.selection = Selection(Path(place), c.where, c.projection, c.source, c.emulation)
        self.games, self.label_names = self.selection.games, self.selection.label_names
        self.troubles: dict[int, str] = {}
        self._rows = [_Row() for _ in range(c.batch_size)]
        self._pool = BatchPool(c.unroll, c.batch_size)
        self._ring = self._pool.take() if c.buffers == "ring" else None
        self._epoch = self._next = self._barren = 0
        self._order = self._make_order()

    @property
    def frames(self) -> int:
        """Return how many keys an epoch has (in version 1: how many frames), over all shards."""
        return self.selection.frames

    def _make_order(self) -> NDArray[np.int64]:
        count = len(self.games)
        order = np.arange(count)
        if self.config.shuffle:
            order = np.random.default_rng([self.config.seed, self._epoch]).permutation(count)
        if self.config.longest_first:
            lengths = np.array([game.row["frames"] for game in self.games])
            order = order[np.argsort(-lengths[order], kind="stable")]
        return order[self.config.shard :: self.config.shards]

    def _take(self) -> Game | None:
        while self._next >= len(self._order):
            if not self.config.loop:
                return None
            self._epoch, self._next = self._epoch + 1, 0
            self._order = self._make_order()
            if not len(self._order):
                raise YendorError(f"{len(self.games)} games for {self.config.shards} shards", "Use fewer workers.")
        self._next += 1
        return self.games[int(self._order[self._next - 1])]

    def __iter__(self) -> Iterator[Batch]:
        while True:
            batch = self._read()
            if batch is None:
                return
            yield batch

    def _read(self) -> Batch | None:
        batch, targets = self._ring or self._pool.take()
        batch.terminated[:] = batch.truncated[:] = False
        at = np.zeros(self.config.batch_size, np.int64)
        readers = [row.reader for row in self._rows]
        waiting: Iterable[int] = [b for b, row in enumerate(self._rows) if row.game is None]
        exhausted: set[int] = set()
        while True:
            for b in waiting:
                if b not in exhausted and not self._tend(b, int(at[b]), batch):
                    exhausted.add(b)
                readers[b] = self._rows[b].reader
            waiting = [b for b in _native.fill(readers, at, targets) if self._wants(b, at, exhausted)]
            if not waiting:
                break
        for row in np.flatnonzero(at < self.config.unroll):
            batch.pad((slice(int(at[row]), None), row))
        return batch if at.any() else None

    def _wants(self, b: int, at: NDArray[np.int64], exhausted: set[int]) -> bool:
        return b not in exhausted and (self._rows[b].game is not None or bool(at[b] < self.config.unroll))

    def _tend(self, b: int, at: int, batch: Batch) -> bool:
        """Bring a row to its next frame, or to the end of its game when the batch is full; False: nothing is left."""
        row = self._rows[b]
        while True:
            if row.game is None:
                if at == self.config.unroll:
                    return True
                game = self._take()
                if game is None:
                    return False
                try:
                    row.open(game, self.selection.feeder(game))
                except YendorError as error:
                    self._report(game, 0, error.message)
                    continue
            assert row.game is not None
            assert row.feeder is not None
            status = row.reader.status
            if status == _native.Status.ready:
                return True
            if status == _native.Status.hungry:
                row.feeder.more()
                continue
            self._end_game(row, b, at, batch)

    def _end_game(self, row: _Row, b: int, at: int, batch: Batch) -> None:
        game, feeder = row.game, row.feeder
        assert game is not None
        assert feeder is not None
        trouble = feeder.trouble or row.reader.trouble
        if not trouble and row.reader.frame < game.row["frames"]:
            trouble = f"{row.reader.frame} frames, {game.row['frames']} catalogued"
        if row.reader.frame and at:
            real = self.selection.ended_by_itself(game, trouble)
            (batch.terminated if real else batch.truncated)[at - 1, b] = True
        if row.reader.frame:
            self._barren = 0
        row.close()
        if trouble and game.row["whole"]:
            self._report(game, feeder.reader.frame, trouble)
        elif not feeder.reader.frame:
            self._report(game, 0, trouble or "it has no frames")

    def _report(self, game: Game, frame: int, trouble: str) -> None:
        """Remember a game that is not read to its end; refuse to go round games that all have nothing."""
        if game.gameid not in self.troubles:
            self.troubles[game.gameid] = trouble
            warnings.warn(f"game {game.gameid} ends early at frame {frame}: {trouble}", RuntimeWarning, stacklevel=2)
        self._barren += not frame
        if self._barren > len(self.games):
            raise YendorError("no game of the selection can be decoded", "Run `yendor data verify`.")

    def state_dict(self) -> dict[str, Any]:
        """Return where the stream is, JSON-ready."""
        place = {id(game): i for i, game in enumerate(self.games)}
        return {
            "version": 2,
            "epoch": self._epoch,
            "next": self._next,
            "games": self.selection.fingerprint(),
            "config": {name: getattr(self.config, name) for name in _DECISIVE},
            "rows": [[place[id(row.game)], row.reader.frame] if row.game else None for row in self._rows],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go to where a stream of the same dataset and config was.

        Raises:
            YendorError: The selection or the config has changed since.
        """
        if state["version"] != 2:
            raise YendorError(
                f"the stream's state has version {state['version']}, this Yendor's has 2", "Begin the epoch again."
            )
        if state["games"] != self.selection.fingerprint():
            raise YendorError(
                f"the dataset has changed: {self.selection.fingerprint()} now, {state['games']} then",
                "Resume with the dataset and --where of before.",
            )
        for name, before in state["config"].items():
            now = getattr(self.config, name)
            if now != before:
                raise YendorError(f"the stream had {name} = {before!r}, now it is {now!r}", "Resume with the first.")
        self._epoch, self._next = state["epoch"], state["next"]
        self._order = self._make_order()
        for row, place in zip(self._rows, state["rows"], strict=True):
            row.close()
            if place is not None:
                game = self.games[place[0]]
                row.open(game, self.selection.feeder(game, place[1]))
