"""New datasets out of old ones: merged, filtered, split. The new one appears when it is whole.

Games in the store are copied from shard to shard as they are, compressed; of the others the ttyrecs stay where they
are, or are copied on request.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from yendor.core.errors import YendorError
from yendor.data.card import write_card
from yendor.data.catalogue import Catalogue, Game, GameFile
from yendor.data.shard import SUFFIX, Shard, ShardWriter, Stored, copy_game
from yendor.data.transcode import FOLDER

_SHARD_BYTES = 256e6


@dataclass
class Copied:
    """What was copied: games, frames, those of them in the store, and games that were there already."""

    games: int = 0
    frames: int = 0
    stored: int = 0
    known: int = 0


def merge(
    sources: Sequence[Path],
    to: Path,
    *,
    where: str = "",
    copy: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Copied:
    """Copy the selected games of some datasets into a new one; a game that two of them hold is taken once.

    Args:
        sources: The datasets.
        to: The new dataset's folder; it must not exist.
        where: SQL condition on each dataset's games.
        copy: Copy ttyrecs too; otherwise the new catalogue refers to them where they are.
        progress: Called with games done and games in all.

    Raises:
        YendorError: `to` exists, or nothing is selected.
    """
    chosen = [(catalogue, game) for catalogue in map(Catalogue, sources) for game in catalogue.games(where)]
    if not chosen:
        raise YendorError("no games selected" + (f" where {where}" if where else ""), "See `yendor data list`.")
    with _new_folder(to) as part:
        return _copy(chosen, part, copy, progress)


def split(
    source: Path,
    to: Path,
    parts: dict[str, float],
    *,
    where: str = "",
    seed: int = 0,
    copy: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Copied]:
    """Deal a dataset's games out to new ones, `to/<name>`, by shares that add up to 1.

    Which part a game goes to follows from its key and the seed alone: games added later do not move others.

    Raises:
        YendorError: Shares that do not add up to 1; `to` exists; nothing is selected.
    """
    if not parts or any(share <= 0 for share in parts.values()) or abs(sum(parts.values()) - 1) > 1e-6:
        raise YendorError(f"shares {parts}", "Give shares above 0 that add up to 1, such as train=0.9,valid=0.1.")
    for name in parts:
        if not name or "/" in name or name.startswith("."):
            raise YendorError(f"a part named {name!r}", "Give names that folders can have.")
    catalogue = Catalogue(source)
    games = catalogue.games(where)
    if not games:
        raise YendorError("no games selected" + (f" where {where}" if where else ""), "See `yendor data list`.")
    dealt: dict[str, list[tuple[Catalogue, Game]]] = {name: [] for name in parts}
    for game in games:
        dealt[_part_of(str(game.row["key"]), parts, seed)].append((catalogue, game))
    found, done = {}, 0
    with _new_folder(to) as part:
        for name, chosen in dealt.items():
            before = done
            report = None if progress is None else lambda n, _, before=before: progress(before + n, len(games))
            found[name] = _copy(chosen, part / name, copy, report)
            done += len(chosen)
    return found


def _part_of(key: str, parts: dict[str, float], seed: int) -> str:
    digest = hashlib.sha256(f"{seed} {key}".encode()).digest()
    place, reached = int.from_bytes(digest[:8], "big") / 2**64, 0.0
    for name, share in parts.items():
        reached += share
        if place < reached:
            return name
    return list(parts)[-1]


@contextmanager
def _new_folder(to: Path) -> Iterator[Path]:
    """Give a folder to write to, which gets its name at the end, or is removed."""
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise YendorError(f"{to} exists and is not empty", "Choose another folder.")
    part = to.with_name(to.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        if to.exists():
            to.rmdir()
        part.replace(to)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _copy(
    chosen: Sequence[tuple[Catalogue, Game]], to: Path, copy: bool, progress: Callable[[int, int], None] | None
) -> Copied:
    target, report, names = Catalogue(to, create=True), Copied(), set[str]()
    seen: set[tuple[object, ...]] = set()
    shards = _Shards(to / FOLDER)
    with target.many():
        for number, (catalogue, game) in enumerate(chosen, 1):
            if progress is not None:
                progress(number, len(chosen))
            place = catalogue.stored(game.gameid)
            identity = _identity(game, place[1] if place else None)
            if identity in seen:
                report.known += 1
                continue
            seen.add(identity)
            key = _free_name(str(game.row["key"]), catalogue, names)
            whole = place is not None and place[1].has_screens
            files = [] if whole else [_file(file, to, key, copy) for file in game.files]
            target.add({**{k: v for k, v in game.row.items() if k != "gameid"}, "key": key}, files)
            if place is not None:
                shards.add(*place, key)
            report.games, report.frames = report.games + 1, report.frames + game.row["frames"]
            report.stored += whole
    for path, games in shards.close():
        target.store(path, path.stat().st_size, games)
    write_card(target, to.name.removesuffix(".part"))
    target.close()
    return report


def _identity(game: Game, stored: Stored | None) -> tuple[object, ...]:
    """What makes two entries the same game: the frames' hash, the files' sums, or else the whole row."""
    if stored is not None and stored.hash:
        return ("frames", stored.hash, stored.emulation)
    sums = tuple(file.sha256 for file in game.files)
    return ("files", *sums) if sums and all(sums) else ("row", *sorted((k, str(v)) for k, v in game.row.items()))


def _free_name(key: str, catalogue: Catalogue, names: set[str]) -> str:
    """Keep a key, or name the dataset too when another game has that key."""
    name, number = key, 1
    while name in names:
        name = f"{key}@{catalogue.folder.resolve().name}" + (f".{number}" if number > 1 else "")
        number += 1
    names.add(name)
    return name


def _file(file: GameFile, to: Path, key: str, copy: bool) -> GameFile:
    if not copy:
        return file._replace(path=file.path.resolve(), labels=file.labels and file.labels.resolve())
    folder = to / "files" / hashlib.sha256(key.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    path = Path(shutil.copy2(file.path, folder))
    labels = path if file.labels == file.path else file.labels and Path(shutil.copy2(file.labels, folder))
    return file._replace(path=path, labels=labels)


class _Shards:
    """Writes copied games into shards, one for each set of dictionaries, a new one when it is full."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        self._writers: dict[tuple[bytes, ...], ShardWriter] = {}
        self._sources: dict[Path, Shard] = {}
        self._written: list[tuple[Path, list[Stored]]] = []

    def add(self, path: Path, game: Stored, key: str) -> None:
        if path not in self._sources:
            self._sources[path] = Shard(path)
        source = self._sources[path]
        dictionaries = tuple(source.dictionaries)
        writer = self._writers.get(dictionaries)
        if writer is None:
            writer = ShardWriter(self._folder / f"{self._count:06d}{SUFFIX}", dictionaries)
            self._writers[dictionaries] = writer
            self._count += 1
        copy_game(game._replace(key=key), source, writer, game.dictionary)
        if writer.size > _SHARD_BYTES:
            self._finish(self._writers.pop(dictionaries))

    def _finish(self, writer: ShardWriter) -> None:
        writer.close()
        self._written.append((writer.path, writer.games))

    def close(self) -> list[tuple[Path, list[Stored]]]:
        for writer in self._writers.values():
            self._finish(writer)
        return self._written
