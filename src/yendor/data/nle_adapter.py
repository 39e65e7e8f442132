"""NLE's `TtyrecDataset`, on this engine: existing training code moves over by one import.

    from yendor.data.nle_adapter import TtyrecDataset     # was: from nle.dataset import TtyrecDataset

It takes the same arguments and yields the same dicts of `[B, T, ...]` arrays, reused for every batch, with the same
games in the same rows: `done` stands on the first frame of the next game, padding is zeros with gameid 0. Frames are
drawn as NLE's converter draws them. Two things differ: the last frame of a file, which NLE drops when the compressed
stream ends on it, is delivered; and a `dbfilename` may be a dataset of Yendor's, whose games are then read from its
store where they are in it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nle.dataset
import numpy as np
from numpy.typing import NDArray

from yendor import _native
from yendor.core.errors import YendorError
from yendor.data.batch import ACTION_OF_KEY, COLUMNS, ROWS, Batch
from yendor.data.catalogue import FILE
from yendor.data.playback import Feeder, RecordFeeder
from yendor.data.selection import Selection

_Arrays = dict[str, NDArray[Any]]


class _Database:
    """Games of NLE's own database."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.gameids = list(inner._gameids)
        self.version = int(inner._ttyrec_version)

    def paths(self, gameid: int) -> list[str]:
        return list(self._inner.get_paths(gameid))

    def feeder(self, gameid: int) -> Feeder:
        root = Path(self._inner._rootpath)
        return RecordFeeder([root / path for path in self.paths(gameid)], gameid, emulation="nle", whole=False)

    def meta(self, gameid: int) -> Any:
        return self._inner.get_meta(gameid)

    def columns(self) -> list[str]:
        return list(self._inner.get_meta_columns())


class _Catalogue:
    """Games of a dataset of Yendor's."""

    def __init__(self, place: Path, where: str) -> None:
        self._selection = Selection(place, where, emulation="nle")
        self._games = {game.gameid: game for game in self._selection.games}
        self.gameids = sorted(self._games)
        self.version = max(game.row["version"] for game in self._games.values())

    def paths(self, gameid: int) -> list[str]:
        return [str(file.path) for file in self._games[gameid].files]

    def feeder(self, gameid: int) -> Feeder:
        return self._selection.feeder(self._games[gameid])

    def meta(self, gameid: int) -> Any:
        return self._games[gameid].row if gameid in self._games else None

    def columns(self) -> list[str]:
        return list(next(iter(self._games.values())).row)


class TtyrecDataset:
    """Iterates over minibatches of games, as NLE's class of this name does.

    Args:
        dataset_name: Its name in NLE's database; not used with a dataset of Yendor's.
        batch_size: Rows.
        seq_length: Frames of a row in a batch.
        rows: Of the screens delivered.
        cols: The same.
        dbfilename: NLE's database, or a dataset of Yendor's (its folder or catalogue).
        threadpool: Taken for compatibility; one thread is faster than NLE's loader on many.
        gameids: Only these games, in this order.
        shuffle: Shuffle the games with numpy's global generator, as NLE does.
        loop_forever: Begin again instead of padding.
        subselect_sql: NLE: a query for gameids; with a dataset of Yendor's, an SQL condition.
        subselect_sql_args: Its arguments; NLE's database only.

    Raises:
        YendorError: Nothing is selected, or fewer games than rows without `loop_forever`.
    """

    def __init__(
        self,
        dataset_name: str,
        batch_size: int = 128,
        seq_length: int = 32,
        rows: int = ROWS,
        cols: int = COLUMNS,
        dbfilename: str | Path = nle.dataset.db.DB,
        threadpool: Any = None,
        gameids: Sequence[int] | None = None,
        shuffle: bool = True,
        loop_forever: bool = False,
        subselect_sql: str | None = None,
        subselect_sql_args: tuple[Any, ...] | None = None,
    ) -> None:
        self.batch_size, self.seq_length, self.rows, self.cols = batch_size, seq_length, rows, cols
        self.shuffle, self.loop_forever = shuffle, loop_forever
        place = Path(dbfilename)
        self._games: _Database | _Catalogue
        if place.name == FILE or (place / FILE).exists():
            self._games = _Catalogue(place, subselect_sql or "")
        else:
            try:
                inner = nle.dataset.TtyrecDataset(
                    dataset_name, dbfilename=str(dbfilename), subselect_sql=subselect_sql,
                    subselect_sql_args=subselect_sql_args,
                )  # fmt: skip
            except (sqlite3.Error, TypeError, AssertionError) as error:
                raise YendorError(
                    f"cannot read dataset {dataset_name!r} of {dbfilename}: {error}", "Is it NLE's database?"
                ) from error
            self._games = _Database(inner)
        self._gameids = list(gameids) if gameids is not None else self._games.gameids

    def get_paths(self, gameid: int) -> list[str]:
        """Return a game's files."""
        return self._games.paths(gameid)

    def get_meta(self, gameid: int) -> Any:
        """Return what is known of a game; None for an unknown one."""
        return self._games.meta(gameid)

    def get_meta_columns(self) -> list[str]:
        """Return the names of what is known of games."""
        return self._games.columns()

    def __iter__(self) -> Iterator[_Arrays]:
        gameids = list(self._gameids)
        if self.shuffle:
            np.random.shuffle(gameids)
        if not gameids or (len(gameids) < self.batch_size and not self.loop_forever):
            raise YendorError(
                f"{len(gameids)} games for {self.batch_size} rows", "Use a smaller batch_size, or loop_forever=True."
            )
        rows = [gameids[row :: self.batch_size] or gameids for row in range(self.batch_size)]
        return self._generate(rows, self.seq_length, self.loop_forever)

    def get_ttyrecs(self, gameids: Sequence[int], chunk_size: int | None = None) -> list[_Arrays]:
        """Return whole games side by side, in chunks; fresh arrays."""
        batches = self._generate([[gameid] for gameid in gameids], chunk_size or self.seq_length, False)
        return [{name: array.copy() for name, array in batch.items()} for batch in batches]

    def get_ttyrec(self, gameid: int, chunk_size: int | None = None) -> list[_Arrays]:
        """Return one whole game, in chunks."""
        return self.get_ttyrecs([gameid], chunk_size)

    def _generate(self, rows: list[list[int]], length: int, loop: bool) -> Iterator[_Arrays]:
        batch = Batch.blank(len(rows), length, rows=self.rows, columns=self.cols)
        targets = batch.targets(time_first=False)
        gameids, done = np.zeros((len(rows), length), np.int32), np.zeros((len(rows), length), np.uint8)
        arrays: _Arrays = {
            "tty_chars": batch.tty_chars, "tty_colors": batch.tty_colors, "tty_cursor": batch.tty_cursor,
            "timestamps": batch.timestamps, "done": done, "gameids": gameids,
        }  # fmt: skip
        if self._games.version >= 2:
            arrays["keypresses"] = batch.keypresses
        if self._games.version >= 3:
            arrays["scores"] = batch.scores
        players = [_Player(self._games, ids, loop) for ids in rows]
        begun = np.zeros(len(rows), bool)
        while True:
            at = _fill(players, targets, length)
            if not at.any():
                return
            for row in np.flatnonzero(at < length):
                batch.pad((row, slice(int(at[row]), None)))
            gameids[:] = batch.gameids
            done[:] = batch.is_first
            done[~begun, 0] = 0  # NLE marks no row's first game
            begun[:] = True
            yield arrays


class _Player:
    """A row: its games, one after the other."""

    def __init__(self, games: _Database | _Catalogue, gameids: list[int], loop: bool) -> None:
        self._games, self._gameids, self._loop, self._next = games, gameids, loop, 0
        self._feeder: Feeder | None = None
        self.reader = _native.Reader(ROWS, COLUMNS, True, 3, ACTION_OF_KEY)

    def tend(self) -> bool:
        """Make the row's next frame ready; False when its games are over."""
        barren = 0
        while self.reader.status != _native.Status.ready:
            if self._feeder is not None and self.reader.status == _native.Status.hungry:
                self._feeder.more()
                continue
            barren = barren + 1 if not self.reader.frame else 0
            if (self._next >= len(self._gameids) and not self._loop) or barren > len(self._gameids):
                return False
            self._feeder = self._games.feeder(self._gameids[self._next % len(self._gameids)])
            self.reader = self._feeder.reader
            self._next += 1
        return True


def _fill(players: list[_Player], targets: _native.Targets, length: int) -> NDArray[np.int64]:
    at = np.zeros(len(players), np.int64)
    waiting = [b for b, player in enumerate(players) if player.reader.status != _native.Status.ready]
    readers = [player.reader for player in players]
    over: set[int] = set()
    while True:
        for b in waiting:
            if not players[b].tend():
                over.add(b)
            readers[b] = players[b].reader
        waiting = [b for b in _native.fill(readers, at, targets) if b not in over and at[b] < length]
        if not waiting:
            return at
