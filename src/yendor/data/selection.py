"""Games chosen by SQL, with what streams, windows and slices share: their order, labels, and where frames come from."""

import hashlib
import os
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from yendor.core.errors import YendorError
from yendor.core.labels import HIHACK_STRATEGIES, hihack_strategy
from yendor.core.seeds import Seeds, is_withheld
from yendor.data.catalogue import Catalogue, Game
from yendor.data.labels import game_labels
from yendor.data.playback import BlockFeeder, Emulation, Feeder, RecordFeeder, go_to, size_of
from yendor.data.shard import Shard, Stored

Projection = Literal["path", "hihack"]
"""Labels as full paths, or projected on HiHack's 13 strategies."""
Source = Literal["auto", "store", "ttyrec"]
"""Where frames are read from; auto takes the store where it has the game."""

_REAL_ENDS = ("death", "ascended", "quit", "task")


class Selection:
    """The chosen games of a dataset.

    Args:
        place: The dataset's folder or catalogue.
        where: SQL condition; "" takes all.
        projection: How labels are given.
        source: Where frames are read from.
        emulation: How terminals are drawn.

    Raises:
        YendorError: Nothing is selected, a withheld game is, or the store lacks a game that it shall give.
    """

    def __init__(
        self,
        place: Path,
        where: str = "",
        projection: Projection = "hihack",
        source: Source = "auto",
        emulation: Emulation = "fixed",
    ) -> None:
        self.dataset, self.where, self.projection = Path(place), where, projection
        self.source, self.emulation = source, emulation
        catalogue = Catalogue(self.dataset)
        # By key, not by id: ids follow the order in which workers happened to finish.
        selected = sorted(catalogue.games(where), key=lambda game: str(game.row["key"]))
        self.games = [game for game in selected if game.row["frames"] > 0]
        self._in_store = set(catalogue.stored_games())
        otherwise = {} if source == "ttyrec" else catalogue.drawn_otherwise(emulation)
        catalogue.close()
        self._check(otherwise)
        self._process = -1
        self._catalogue: Catalogue | None = None
        self._shards: dict[Path, Shard] = {}
        self._places: dict[int, tuple[Path, Stored] | None] = {}
        self.label_names = list(HIHACK_STRATEGIES) if projection == "hihack" else self._collect_names()

    def _check(self, otherwise: dict[int, int]) -> None:
        if not self.games:
            chosen = f" where {self.where}" if self.where else ""
            raise YendorError(f"no games selected from {self.dataset}{chosen}", "See `yendor data list`.")
        missing = [game for game in self.games if game.gameid not in self._in_store]
        if self.source == "store" and missing:
            raise YendorError(
                f"{len(missing)} of {len(self.games)} games are not in the store", "Run `yendor data transcode` first."
            )
        cells = sum(otherwise.get(game.gameid, 0) for game in self.games)
        if cells:
            stored = "nle" if self.emulation == "fixed" else "fixed"
            raise YendorError(
                f"some games were stored with emulation {stored!r}, and {cells:,} of their cells look otherwise with "
                f"{self.emulation!r}",
                f"Read them with {stored!r}, or store them anew: yendor data transcode --again --emulation "
                f"{self.emulation}.",
            )
        for game in self.games:
            core = game.row["core"]
            if core is not None and is_withheld(Seeds(core, game.row["disp"] or 0)):
                raise YendorError(
                    f"game {game.gameid} is withheld (core={core})", "Withheld games are for judging only."
                )

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_process": -1, "_catalogue": None, "_shards": {}}

    def _open(self) -> Catalogue:
        # A connection must not cross a fork.
        if self._catalogue is None or self._process != os.getpid():
            self._catalogue, self._process = Catalogue(self.dataset), os.getpid()
            self._shards = {}
        return self._catalogue

    def place(self, game: Game) -> tuple[Shard, Stored] | None:
        """Return a game's shard and its place there, be it screens or only observations; None when it has none."""
        if game.gameid not in self._in_store:
            return None
        connection = self._open()
        if game.gameid not in self._places:
            self._places[game.gameid] = connection.stored(game.gameid)
        found = self._places[game.gameid]
        if found is None:
            return None
        path, stored = found
        if path not in self._shards:
            self._shards[path] = Shard(path)
        return self._shards[path], stored

    def stored(self, game: Game) -> tuple[Shard, Stored] | None:
        """Return a game's shard and its place there; None when the store lacks its screens."""
        found = None if self.source == "ttyrec" else self.place(game)
        return found if found is not None and found[1].has_screens else None

    def feeder(self, game: Game, start: int = 0) -> Feeder:
        """Open a game at a frame.

        Raises:
            YendorError: Its files are missing.
        """
        found = self.stored(game)
        labelled = bool(game.row["labelled"])
        if found is not None:
            shard, stored = found
            return BlockFeeder(
                shard, stored, game.gameid, start=start, label_map=self.label_map(stored.labels), labelled=labelled
            )
        if self.source == "store" or not game.files:
            raise YendorError(f"game {game.gameid} is not in the store", "Run `yendor data transcode` first.")
        names, labels = game_labels(game)
        feeder = RecordFeeder(
            [file.path for file in game.files], game.gameid, labels=labels, label_map=self.label_map(names),
            labelled=labelled, emulation=self.emulation, size=size_of(game),
            whole=all(file.whole for file in game.files),
        )  # fmt: skip
        go_to(feeder, start)
        return feeder

    def label_map(self, names: tuple[str, ...]) -> NDArray[np.int16]:
        """Return what becomes of a game's label indices."""
        if self.projection == "hihack":
            return np.array([hihack_strategy(name) for name in names], np.int16)
        place = {name: i for i, name in enumerate(self.label_names)}
        return np.array([place[name] for name in names], np.int16)

    def _collect_names(self) -> list[str]:
        found: set[str] = set()
        for game in self.games:
            try:
                stored = self.stored(game)
                found.update(stored[1].labels if stored else game_labels(game)[0])
            except YendorError:
                continue  # whoever reads the game will say what is wrong with it
        return sorted(found)

    def ended_by_itself(self, game: Game, trouble: str) -> bool:
        """Tell whether a game's last frame ends the game, not only the recording."""
        return not trouble and bool(game.row["whole"]) and game.row["ended"] in _REAL_ENDS

    @property
    def frames(self) -> int:
        """Return how many keys were pressed in all games (in version 1: how many frames there are)."""
        return sum(game.row["frames"] for game in self.games)

    def fingerprint(self) -> str:
        """Digest the selection: the games' keys and lengths, in order."""
        text = "\n".join(f"{game.row['key']} {game.row['frames']}" for game in self.games)
        return f"{len(self.games)} games {hashlib.sha256(text.encode()).hexdigest()[:16]}"
