"""Any piece of any game: `games[gameid]`, `games[gameid, 100:132]`; with observations where they were recorded."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yendor.core.errors import YendorError
from yendor.data.batch import Batch
from yendor.data.catalogue import Game
from yendor.data.observations import decode_rows
from yendor.data.playback import Emulation, Feeder, go_to, read_into
from yendor.data.selection import Projection, Selection, Source


class Games:
    """The chosen games of a dataset, by id.

    From the store a piece is reached through its block's keyframe; from ttyrecs the game is read from its beginning.

    Args:
        place: The dataset's folder or catalogue.
        where: SQL condition; "" takes all.
        projection: How labels are given.
        source: Where frames are read from.
        emulation: How terminals are drawn.

    Raises:
        YendorError: Nothing is selected, or a withheld game is.
    """

    def __init__(
        self,
        place: Path,
        where: str = "",
        projection: Projection = "hihack",
        source: Source = "auto",
        emulation: Emulation = "fixed",
    ) -> None:
        self._selection = Selection(place, where, projection, source, emulation)
        self._games = {game.gameid: game for game in self._selection.games}
        self._lengths: dict[int, int] = {}
        self.label_names = self._selection.label_names

    def __len__(self) -> int:
        return len(self._games)

    def __iter__(self) -> Iterator[int]:
        return iter(self._games)

    def row(self, gameid: int) -> dict[str, Any]:
        """Return what the catalogue says of a game.

        Raises:
            YendorError: It is not among the chosen.
        """
        return self._game(gameid).row

    def _game(self, gameid: int) -> Game:
        if gameid not in self._games:
            raise YendorError(f"no game {gameid} among the {len(self)} chosen", "See `yendor data list`.")
        return self._games[gameid]

    def length(self, gameid: int) -> int:
        """Return how many frames a game has, the screen after the last key included."""
        if gameid not in self._lengths:
            game = self._game(gameid)
            found = self._selection.stored(game)
            if found is not None:
                self._lengths[gameid] = found[1].frames
            else:
                feeder = self._selection.feeder(game)
                go_to(feeder, 1 << 60)
                self._lengths[gameid] = feeder.reader.frame
        return self._lengths[gameid]

    def _bounds(self, key: int | tuple[int, slice]) -> tuple[Game, int, int]:
        gameid, part = key if isinstance(key, tuple) else (key, slice(None))
        game = self._game(int(gameid))
        if not isinstance(part, slice) or part.step not in (None, 1):
            raise YendorError(f"games[{gameid}, {part!r}]", "Use games[gameid] or games[gameid, first:end].")
        start, stop, _ = part.indices(self.length(game.gameid))
        return game, start, max(start, stop)

    def __getitem__(self, key: int | tuple[int, slice]) -> Batch:
        """Return frames of one game as `[N, ...]` arrays; slices are cut at the game's end, as lists' are.

        Raises:
            YendorError: An unknown game; a block or file that is damaged.
        """
        game, start, stop = self._bounds(key)
        batch = Batch.blank(stop - start)
        if stop == start:
            return batch
        self._fill(game, self._selection.feeder(game, start), batch, last=stop == self.length(game.gameid))
        return batch

    def pieces(self, gameid: int, size: int = 1024) -> Iterator[Batch]:
        """Yield a game's frames in order, so many at a time, each read once.

        Raises:
            YendorError: An unknown game; a block or file that is damaged, after the frames before it.
        """
        game, total = self._game(gameid), self.length(gameid)
        feeder = self._selection.feeder(game)
        for start in range(0, total, size):
            batch = Batch.blank(min(size, total - start))
            self._fill(game, feeder, batch, last=start + size >= total)
            yield batch

    def _fill(self, game: Game, feeder: Feeder, batch: Batch, last: bool) -> None:
        if read_into(feeder, batch) < len(batch.gameids):
            raise YendorError(
                f"game {game.gameid} ends at frame {feeder.reader.frame}: {feeder.trouble or feeder.reader.trouble}",
                "Run `yendor data verify`.",
            )
        if last:
            real = self._selection.ended_by_itself(game, feeder.trouble or feeder.reader.trouble)
            (batch.terminated if real else batch.truncated)[-1] = True

    def channels(self, gameid: int) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Return the dtype and shape of each observation that was recorded of a game."""
        found = self._selection.place(self._game(gameid))
        return dict(found[1].channels) if found else {}

    def observed(self, gameid: int) -> tuple[int, int]:
        """Return the first frame with recorded observations, and how many frames have them; (0, 0) for none."""
        found, known = self._selection.place(self._game(gameid)), self.channels(gameid)
        if found is None or not known:
            return 0, 0
        name = min(known, key=lambda n: int(np.prod(known[n][1])))
        blocks = [block for block in found[1].blocks if name in block.sections]
        if not blocks:
            return 0, 0
        ends = []
        for block in (blocks[0], blocks[-1]):
            offset, rows = decode_rows(found[0].read(block.sections[name]), *known[name])
            ends.append((block.first + offset, block.first + offset + len(rows)))
        return ends[0][0], ends[1][1] - ends[0][0]

    def observations(self, key: int | tuple[int, slice], names: Sequence[str] = ()) -> dict[str, NDArray[Any]]:
        """Return recorded observations of one game's frames, `[N, ...]`; all that there are without `names`.

        Frames of keys that NLE pressed by itself have none: theirs are zeros, and `mask` is False.

        Raises:
            YendorError: They were not recorded.
        """
        game, start, stop = self._bounds(key)
        known = self.channels(game.gameid)
        missing = [name for name in names if name not in known]
        found = self._selection.place(game)
        if missing or not known or found is None:
            what = ", ".join(missing) or "observations"
            raise YendorError(
                f"game {game.gameid} has no {what}" + (f"; it has {', '.join(known)}" if known else ""),
                "Record with `yendor record --observations`.",
            )
        shard, stored = found
        arrays = {n: np.zeros((stop - start, *known[n][1]), known[n][0]) for n in (names or known)}
        for block in stored.blocks:
            if block.first >= stop or block.first + block.frames <= start:
                continue
            for name, array in arrays.items():
                if name in block.sections:
                    offset, rows = decode_rows(shard.read(block.sections[name]), *known[name])
                    _copy_rows(array, rows, block.first + offset - start)
        return arrays


def _copy_rows(into: NDArray[Any], rows: NDArray[Any], at: int) -> None:
    first, last = max(at, 0), min(at + len(rows), len(into))
    if first < last:
        into[first:last] = rows[first - at : last - at]
