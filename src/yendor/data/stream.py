"""A stream of `[T, B]` batches from a dataset: B rows, each playing one game after the other.

Rows carry on where the last batch ended, so that a recurrent state can be carried too; `is_first` marks
the first frame of each game, `terminated` or `truncated` its last. The order is seeded, and
`state_dict` continues it exactly.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from yendor.core.errors import YendorError
from yendor.core.labels import HIHACK_STRATEGIES, hihack_strategy
from yendor.core.seeds import Seeds, is_withheld
from yendor.data.catalogue import Catalogue, Game
from yendor.data.frames import Frames, FrameSource, empty_frames, game_labels
from yendor.nethack.actions import has_key, index_of

ACTION_OF_KEY = np.array([index_of(key) if has_key(key) else -1 for key in range(256)], np.int16)
"""[256]: the action of a recorded key byte; -1 for one that no action presses."""

_REAL_ENDS = ("death", "ascended", "quit", "task")
_DECISIVE = ("batch_size", "unroll", "seed", "shuffle", "loop", "projection")
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
    loop: bool = True
    """Start again at the end; otherwise rows are padded when the games run out."""
    projection: Literal["path", "hihack"] = "hihack"
    """Labels as full paths, or projected on HiHack's 13 strategies."""

    def __post_init__(self) -> None:
        if self.batch_size < 1 or self.unroll < 1:
            raise YendorError(f"batch_size = {self.batch_size}, unroll = {self.unroll}", "Both are at least 1.")


@dataclass
class Batch:
    """`[T, B, ...]` arrays; fresh for every batch.

    Attributes:
        tty_chars: [T, B, 24, 80] uint8.
        tty_colors: [T, B, 24, 80] int8.
        tty_cursor: [T, B, 2] int16, row and column.
        keypresses: [T, B] uint8, the key pressed on this screen.
        actions: [T, B] int16, its action index; -1 for none.
        scores: [T, B] int32, the score at this screen.
        labels: [T, B] int16, index into the stream's `label_names`; -1 for none.
        is_first: [T, B] bool, the first frame of a game.
        terminated: [T, B] bool, the last frame of a game that came to its own end.
        truncated: [T, B] bool, the last frame of a game that was cut: a limit, or a file cut off.
        mask: [T, B] bool, False for padding and for keys that no agent chose (those NLE pressed).
        gameids: [T, B] int64, 0 for padding.
        timestamps: [T, B] int64, microseconds.
    """

    tty_chars: NDArray[np.uint8]
    tty_colors: NDArray[np.int8]
    tty_cursor: NDArray[np.int16]
    keypresses: NDArray[np.uint8]
    actions: NDArray[np.int16]
    scores: NDArray[np.int32]
    labels: NDArray[np.int16]
    is_first: NDArray[np.bool_]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    mask: NDArray[np.bool_]
    gameids: NDArray[np.int64]
    timestamps: NDArray[np.int64]


class _Row:
    """One row: the game it is at, and how far."""

    def __init__(self) -> None:
        self.game: Game | None = None
        self.source: FrameSource | None = None
        self.labels: NDArray[np.int16] | None = None
        self.frame = 0

    def open(self, game: Game, labels: NDArray[np.int16] | None, frame: int = 0) -> None:
        self.game, self.labels, self.frame = game, labels, frame
        limits = [file.frames for file in game.files]
        self.source = FrameSource([file.path for file in game.files], game.gameid, limits)
        self.source.skip(frame)


class Stream:
    """Iterates over batches of a dataset.

    Args:
        place: The dataset's folder or catalogue.
        config: How.

    Raises:
        YendorError: Nothing is selected, a withheld game is, or files are missing.
    """

    def __init__(self, place: Path, config: StreamConfig | None = None) -> None:
        self.config = config or StreamConfig()
        catalogue = Catalogue(Path(place))
        # By key, not by id: ids follow the order in which workers happened to finish.
        selected = sorted(catalogue.games(self.config.where), key=lambda game: str(game.row["key"]))
        self.games = [game for game in selected if game.row["frames"] > 0]
        catalogue.close()
        if not self.games:
            raise YendorError(
                f"no games selected from {place}" + (f" where {self.config.where}" if self.config.where else ""),
                "See `yendor data list`.",
            )
        for game in self.games:
            core = game.row["core"]
            if core is not None and is_withheld(Seeds(core, game.row["disp"] or 0)):
                raise YendorError(
                    f"game {game.gameid} is withheld (core={core})", "Withheld games are for judging only."
                )
        self._tables: dict[int, tuple[NDArray[np.int16], NDArray[np.int16]] | None] = {}
        self.label_names = self._collect_names()
        self._rows = [_Row() for _ in range(self.config.batch_size)]
        self._epoch, self._next = 0, 0
        self._order = self._make_order()

    @property
    def frames(self) -> int:
        """Return how many frames an epoch has."""
        return sum(game.row["frames"] for game in self.games)

    def _collect_names(self) -> list[str]:
        if self.config.projection == "hihack":
            return list(HIHACK_STRATEGIES)
        return sorted({name for game in self.games for name in game_labels(game)[0]})

    def _labels_of(self, game: Game) -> NDArray[np.int16] | None:
        names, indices = game_labels(game)
        if indices is None:
            return None
        if self.config.projection == "hihack":
            table = [hihack_strategy(name) for name in names]
        else:
            table = [self.label_names.index(name) for name in names]
        return np.array([*table, -1], np.int16)[indices]

    def _make_order(self) -> NDArray[np.int64]:
        count = len(self.games)
        if not self.config.shuffle:
            return np.arange(count)
        return np.random.default_rng([self.config.seed, self._epoch]).permutation(count)

    def _take(self) -> Game | None:
        if self._next >= len(self._order):
            if not self.config.loop:
                return None
            self._epoch, self._next = self._epoch + 1, 0
            self._order = self._make_order()
        self._next += 1
        return self.games[int(self._order[self._next - 1])]

    def __iter__(self) -> Iterator[Batch]:
        while True:
            batch = self._read()
            if not batch.gameids.any():
                return
            yield batch

    def _read(self) -> Batch:
        length, count = self.config.unroll, self.config.batch_size
        rows = [_empty_row(length) for _ in range(count)]
        for row, (frames, extra) in zip(self._rows, rows, strict=True):
            self._fill(row, frames, extra)
        frame_arrays = [np.stack(parts, axis=1) for parts in zip(*(frames for frames, _ in rows), strict=True)]
        chars, colors, cursor, times, keys, scores = frame_arrays
        extras = {name: np.stack([extra[name] for _, extra in rows], axis=1) for name in rows[0][1]}
        actions = ACTION_OF_KEY[keys]
        actions[extras["gameids"] == 0] = -1
        extras["mask"] &= actions >= 0
        return Batch(chars, colors, cursor, keypresses=keys, actions=actions, scores=scores, timestamps=times, **extras)

    def _fill(self, row: _Row, frames: Frames, extra: dict[str, NDArray[Any]]) -> None:
        at, length = 0, self.config.unroll
        barren = 0
        while at < length:
            if row.game is None:
                game = self._take()
                if game is None:
                    return
                row.open(game, self._labels_of(game))
            assert row.game is not None
            assert row.source is not None
            got = row.source.read(frames.span(at))
            barren = 0 if got else barren + 1
            if barren > len(self.games):
                raise YendorError("no game of the selection can be decoded", "Run `yendor data verify`.")
            span = slice(at, at + got)
            extra["gameids"][span] = row.game.gameid
            extra["mask"][span] = True
            if got and row.frame == 0:
                extra["is_first"][at] = True
            if row.labels is not None:
                part = row.labels[row.frame : row.frame + got]
                extra["labels"][at : at + len(part)] = part
                # A key without a label in a labelled game was pressed by NLE, not by the agent.
                extra["mask"][at : at + len(part)] = part >= 0
            at, row.frame = at + got, row.frame + got
            if row.source.ended:
                if got:
                    # More frames missing than NLE's converter always drops: the game was not seen to its end.
                    seen = row.source.missing <= len(row.game.files)
                    real = seen and row.game.row["whole"] and row.game.row["ended"] in _REAL_ENDS
                    extra["terminated" if real else "truncated"][at - 1] = True
                row.game = None

    def state_dict(self) -> dict[str, Any]:
        """Return where the stream is, JSON-ready."""
        place = {id(game): i for i, game in enumerate(self.games)}
        return {
            "version": 1,
            "epoch": self._epoch,
            "next": self._next,
            "games": self._fingerprint(),
            "config": {name: getattr(self.config, name) for name in _DECISIVE},
            "rows": [[place[id(row.game)], row.frame] if row.game else None for row in self._rows],
        }

    def _fingerprint(self) -> str:
        """Digest the selection: the games' keys and lengths, in order."""
        text = "\n".join(f"{game.row['key']} {game.row['frames']}" for game in self.games)
        return f"{len(self.games)} games {hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go to where a stream of the same dataset and config was.

        Raises:
            YendorError: The selection or the config has changed since.
        """
        if state["games"] != self._fingerprint():
            raise YendorError(
                f"the dataset has changed: {self._fingerprint()} now, {state['games']} then",
                "Resume with the dataset and --where of before.",
            )
        for name, before in state["config"].items():
            now = getattr(self.config, name)
            if now != before:
                raise YendorError(f"the stream had {name} = {before!r}, now it is {now!r}", "Resume with the first.")
        self._epoch, self._next = state["epoch"], state["next"]
        self._order = self._make_order()
        for row, place in zip(self._rows, state["rows"], strict=True):
            row.game = None
            if place is not None:
                game = self.games[place[0]]
                row.open(game, self._labels_of(game), place[1])


def _empty_row(length: int) -> tuple[Frames, dict[str, NDArray[Any]]]:
    extra: dict[str, NDArray[Any]] = {
        name: np.zeros(length, bool) for name in ("is_first", "terminated", "truncated", "mask")
    }
    extra["gameids"] = np.zeros(length, np.int64)
    extra["labels"] = np.full(length, -1, np.int16)
    return empty_frames(length), extra
