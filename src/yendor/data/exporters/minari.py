"""A Minari dataset: `OUT/<dataset_id>/data`, loaded with `MINARI_DATASETS_PATH=OUT`, by Minari's own writer (HDF5).

An episode has n actions and n+1 observations: the screens on which an agent pressed a key, and the one after the last.
Keys that no agent chose are no steps: their points go to the agent's action before them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from yendor.core.errors import YendorError
from yendor.data.batch import COLUMNS, ROWS, Batch
from yendor.data.exporters import Exporter, Options, library, pieces
from yendor.data.games import Games
from yendor.nethack.actions import KEYS

_FILE = "main_data.hdf5"
_SCREENS = {"tty_chars": "u1", "tty_colors": "i1"}

_PIECE = 8192
"""Steps written at once: a ttyrec is read from its beginning for each piece."""


@dataclass(frozen=True)
class MinariOptions(Options):
    """How the dataset is written."""

    dataset_id: str = "nethack-v0"
    """Its name, with its version: (namespace/)name-vN."""
    env: str = "NetHackChallenge-v0"
    """The environment that `recover_environment` makes; "" for none."""
    author: str = ""
    """Who made the dataset."""
    description: str = ""
    """What it is."""


class Plan(NamedTuple):
    """A game's steps: the frames observed (one more than there are steps), and each step's action and so on."""

    observed: NDArray[np.int64]
    actions: NDArray[np.int64]
    rewards: NDArray[np.float64]
    terminations: NDArray[np.bool_]
    truncations: NDArray[np.bool_]


class MinariExporter(Exporter):
    """Writes the dataset; see `Exporter`."""

    options: ClassVar[type[Options]] = MinariOptions
    needs = ("minari", "h5py", "PIL")  # Minari's storage imports the last one without requiring it

    def __init__(self, games: Games, out: Path, options: MinariOptions) -> None:
        self._games = games
        self._place = out / _checked(options.dataset_id)
        self._part = self._place.with_name(self._place.name + ".part")
        self._episodes = self._steps = 0
        self._storage = self._new_storage(options)
        self._buffer = library("minari.data_collector.episode_buffer").EpisodeBuffer

    def _new_storage(self, options: MinariOptions) -> Any:
        (self._part / "data").mkdir(parents=True)
        storage = library("minari.dataset.minari_storage").MinariStorage.new(
            self._part / "data", *_spaces(), _env_spec(options.env), "hdf5", jpeg_encoding=False
        )
        agents = sorted({str(self._games.row(gameid)["agent"] or "?") for gameid in self._games})
        known = {
            "dataset_id": options.dataset_id,
            "minari_version": library("minari").__version__,
            "algorithm_name": ", ".join(agents[:20]),
            "author": {options.author} if options.author else set(),
            "description": options.description or "Games of NetHack, as terminals show them.",
            "label_names": self._games.label_names,
        }
        storage.update_metadata({name: value for name, value in known.items() if value})
        return storage

    def add(self, gameid: int) -> int:
        """Write a game; see `Exporter`."""
        steps = plan(self._games, gameid)
        try:
            self._prepare()
            self._write(gameid, steps)
        except YendorError:
            self._take_back()
            raise
        row = {name: value for name, value in self._games.row(gameid).items() if value is not None}
        self._storage.update_episode_metadata([{**row, "total_steps": len(steps.actions)}], [self._episodes])
        self._episodes += 1
        self._steps += len(steps.actions)
        return len(steps.observed)

    def close(self) -> None:
        """Give the dataset its name."""
        self._part.replace(self._place)

    def _prepare(self) -> None:
        """Make the episode's screens as compressed columns, for Minari to append to: its own are not compressed."""
        with library("h5py").File(self._part / "data" / _FILE, "a", track_order=True) as file:
            group = file.create_group(f"episode_{self._episodes}").create_group("observations")
            for name, dtype in _SCREENS.items():
                group.create_dataset(
                    name, (0, ROWS, COLUMNS), dtype, maxshape=(None, ROWS, COLUMNS), chunks=(64, ROWS, COLUMNS),
                    compression="gzip", compression_opts=4,
                )  # fmt: skip

    def _take_back(self) -> None:
        with library("h5py").File(self._part / "data" / _FILE, "a", track_order=True) as file:
            file.pop(f"episode_{self._episodes}", None)
        self._storage.update_metadata({"total_steps": self._steps, "total_episodes": self._episodes})

    def _write(self, gameid: int, steps: Plan) -> None:
        count = len(steps.actions)
        for first in range(0, count, _PIECE):
            end = min(first + _PIECE, count)
            # The observation after the last action comes with the last piece.
            observed = steps.observed[first : end + (end == count)]
            batch = self._games[gameid, int(observed[0]) : int(observed[-1]) + 1]
            seed = self._games.row(gameid)["core"] if first == 0 else None
            seen = batch.map(lambda array, at=observed - observed[0]: array[at])
            self._storage.update_episodes([self._piece(seen, steps, first, end, seed)])

    def _piece(self, seen: Batch, steps: Plan, first: int, end: int, seed: int | None) -> Any:
        return self._buffer(
            id=self._episodes,
            seed=seed,
            observations={
                "tty_chars": seen.tty_chars,
                "tty_colors": seen.tty_colors,
                "tty_cursor": seen.tty_cursor.astype(np.uint8),
            },
            actions=steps.actions[first:end],
            rewards=steps.rewards[first:end],
            terminations=steps.terminations[first:end],
            truncations=steps.truncations[first:end],
            infos={
                "score": seen.scores,
                "timestamp": seen.timestamps,
                "keypress": seen.keypresses,
                "label": seen.labels,
            },
        )


def _checked(dataset_id: str) -> str:
    try:
        library("minari.dataset.minari_dataset").parse_dataset_id(dataset_id)
    except (ValueError, TypeError) as error:
        raise YendorError(f"dataset_id = {dataset_id!r}", "Write (namespace/)name-vN, such as nethack-v0.") from error
    return dataset_id


def _spaces() -> tuple[Any, Any]:
    """Return the spaces of observations and actions, as NLE has them."""
    spaces = library("gymnasium.spaces")
    screen = (ROWS, COLUMNS)
    observations = {
        "tty_chars": spaces.Box(0, 255, screen, np.uint8),
        "tty_colors": spaces.Box(0, 31, screen, np.int8),
        "tty_cursor": spaces.Box(0, 255, (2,), np.uint8),
    }
    return spaces.Dict(observations), spaces.Discrete(len(KEYS))


def _env_spec(name: str) -> Any:
    if not name:
        return None
    gymnasium = library("gymnasium")
    library("nle")  # enters its environments
    try:
        return gymnasium.spec(name)
    except gymnasium.error.Error as error:
        raise YendorError(f"env = {name!r}: {error}", "Name one of NLE's, such as NetHackChallenge-v0.") from error


def plan(games: Games, gameid: int) -> Plan:
    """Find a game's steps; it is read through for that.

    Raises:
        YendorError: It cannot be read, or no agent acts in it.
    """
    names = ("mask", "actions", "rewards", "terminated")
    parts = [[getattr(batch, name) for name in names] for _, batch in pieces(games, gameid)]
    mask, actions, rewards, terminated = (np.concatenate(column) for column in zip(*parts, strict=True))
    chosen = np.flatnonzero(mask)
    # A game that was cut may lack the screen after its last key: what that key did is not known.
    steps = chosen[chosen < len(mask) - 1]
    if not len(steps):
        raise YendorError(f"game {gameid} has no action of an agent", "Its recording has no keys, or no agent's.")
    observed = np.append(steps, chosen[-1] if len(chosen) > len(steps) else steps[-1] + 1)
    points = np.cumsum(rewards, dtype=np.int64)[observed]
    points[-1] = rewards.sum(dtype=np.int64)
    ended = np.zeros(len(steps), np.bool_)
    ended[-1] = True
    died = ended & bool(terminated[-1])
    return Plan(observed, actions[steps].astype(np.int64), np.diff(points).astype(np.float64), died, ended & ~died)
