"""Export games into formats that others read: Parquet, asciicast, Minari, a folder for the Hugging Face hub.

Each format is a module with an `Exporter`. A file gets its name when it is whole, and a game that cannot be read is
left out and reported.
"""

import importlib
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from yendor.core.errors import YendorError, did_you_mean
from yendor.data.batch import Batch
from yendor.data.games import Games
from yendor.data.playback import Emulation

PIECE = 1024
"""Frames read at once, 4 MB."""


class Format(NamedTuple):
    """A format: what it is good for, and `module:Class` of its exporter."""

    about: str
    exporter: str


EXPORTERS: dict[str, Format] = {
    "parquet": Format("one row a frame, for DuckDB, Polars, pandas, Spark", "parquet:ParquetExporter"),
    "asciicast": Format("one .cast a game, for asciinema and its web player", "asciicast:CastExporter"),
    "minari": Format("a Minari dataset, for offline reinforcement learning", "minari:MinariExporter"),
    "hf-folder": Format("a folder for the Hugging Face hub, with a dataset card", "hf_folder:HubExporter"),
}


@dataclass(frozen=True)
class Options:
    """What all formats can be told."""

    emulation: Emulation = "fixed"
    """How terminals are drawn: fixed as real ones do, nle as NLE's converter does."""

    def __post_init__(self) -> None:
        if self.emulation not in ("fixed", "nle"):
            raise YendorError(f"emulation = {self.emulation!r}", "Known: fixed, nle.")


@dataclass
class Exported:
    """What an export wrote: games, their frames, files and bytes; and games that failed: key and reason."""

    games: int = 0
    frames: int = 0
    files: int = 0
    bytes: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


class Exporter(ABC):
    """Writes games in one format. What is unfinished is under a name that ends in `.part`.

    Args:
        games: Where they come from; labels are full paths.
        out: An empty folder.
        options: Of the class `options`.
    """

    options: ClassVar[type[Options]]
    needs: ClassVar[tuple[str, ...]] = ()
    """Optional libraries."""

    @abstractmethod
    def __init__(self, games: Games, out: Path, options: Any) -> None: ...

    @abstractmethod
    def add(self, gameid: int) -> int:
        """Write a game; return how many of its frames.

        Raises:
            YendorError: It cannot be read or has nothing for this format; then nothing of it stays.
        """

    @abstractmethod
    def close(self) -> None:
        """Write what stands for all games, and name what is not named yet."""


def export(
    place: Path,
    to: str,
    out: Path,
    where: str = "",
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> Exported:
    """Export the chosen games of a dataset.

    Args:
        place: The dataset's folder or catalogue.
        to: One of `EXPORTERS`.
        out: The folder to write; missing or empty.
        where: SQL condition; "" takes all.
        progress: Called with games done and games in all.
        **options: Fields of the exporter's options.

    Raises:
        YendorError: An unknown format or option, a library is missing, `out` holds something, nothing is selected,
            no game could be exported, or the disk is full.
    """
    out = out.resolve()  # Minari goes to another folder for a while
    kind = exporter_of(to)
    settings = _settings(kind, to, options)
    for name in kind.needs:
        library(name)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise YendorError(f"{out} exists and is not an empty folder", "Give another --out, or remove it.")
    games = Games(place, where, "path", emulation=settings.emulation)
    report, made = Exported(), not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        _run(kind(games, out, settings), games, report, progress)
    except OSError as error:
        raise YendorError(f"cannot write {out}: {error}", "Is the disk full? Remove it and try again.") from error
    finally:
        _clean(out, made)
    found = [path for path in out.rglob("*") if path.is_file()]
    report.files, report.bytes = len(found), sum(path.stat().st_size for path in found)
    return report


def _run(writer: Exporter, games: Games, report: Exported, progress: Callable[[int, int], None] | None) -> None:
    for done, gameid in enumerate(games, 1):
        try:
            report.frames += writer.add(gameid)
            report.games += 1
        except YendorError as error:
            report.failed.append((str(games.row(gameid)["key"]), error.message))
        if progress is not None:
            progress(done, len(games))
    if not report.games:
        raise _nothing(report.failed)
    writer.close()


def _nothing(failed: Sequence[tuple[str, str]]) -> YendorError:
    key, why = failed[0]
    return YendorError(f"none of {len(failed)} games can be exported; game {key}: {why}", "Try `yendor data verify`.")


def _clean(out: Path, made: bool) -> None:
    """Remove what was not finished, empty folders, and `out` itself when it was made for nothing."""
    for part in list(out.rglob("*.part")):
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)
    for folder in [*sorted(out.rglob("*"), reverse=True), *([out] if made and out.exists() else [])]:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def exporter_of(to: str) -> type[Exporter]:
    """Return the exporter of a format.

    Raises:
        YendorError: There is no such format.
    """
    if to not in EXPORTERS:
        raise YendorError(f"unknown format '{to}'", did_you_mean(to, EXPORTERS))
    module, _, name = EXPORTERS[to].exporter.partition(":")
    found: type[Exporter] = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    return found


def _settings(kind: type[Exporter], to: str, options: dict[str, Any]) -> Options:
    known = [item.name for item in fields(kind.options)]
    for name in options:
        if name not in known:
            raise YendorError(f"unknown option '{name}' of {to}", did_you_mean(name, known))
    return kind.options(**options)


def read_options(to: str, words: Sequence[str]) -> dict[str, Any]:
    """Read `name=value` words as options of a format.

    Raises:
        YendorError: A word without `=`, an unknown option, or a value of another type.
    """
    kind = exporter_of(to)
    options: dict[str, Any] = {}
    types: dict[str, Any] = {item.name: type(item.default) for item in fields(kind.options)}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in types:
            known = ", ".join(f"{item.name}={item.default}" for item in fields(kind.options))
            raise YendorError(f"--option {word!r} of {to}", f"Options and their defaults: {known}.")
        try:
            yes = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
            options[name] = yes[value.lower()] if types[name] is bool else types[name](value)
        except (ValueError, KeyError) as error:
            raise YendorError(f"--option {word!r}: no {types[name].__name__}", f"Such as {name}=1.") from error
    return options


def library(name: str) -> Any:
    """Import a library that only exports need; all of them come through here.

    Raises:
        YendorError: It is not installed, or it cannot be imported.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise YendorError(
            f"this export needs {name.partition('.')[0]}: {error}", 'Install it with `pip install "yendor[export]"`.'
        ) from error


def length(games: Games, gameid: int) -> int:
    """Return how many frames a game has.

    Raises:
        YendorError: They are fewer than the catalogue says.
    """
    try:
        found = games.length(gameid)
    except OSError as error:
        raise YendorError(f"game {gameid} cannot be read: {error}", "Run `yendor data verify`.") from error
    expected = games.row(gameid)["frames"]
    if found < expected:
        raise YendorError(f"game {gameid} is damaged: {found:,} of {expected:,} frames", "Run `yendor data verify`.")
    return found


def pieces(games: Games, gameid: int) -> Iterator[tuple[int, Batch]]:
    """Yield a game piece by piece: the number of the first frame, and at most `PIECE` frames.

    Raises:
        YendorError: It cannot be read to its end.
    """
    total, first = length(games, gameid), 0
    try:
        for batch in games.pieces(gameid, PIECE):
            yield first, batch
            first += len(batch.gameids)
    except OSError as error:
        raise YendorError(f"game {gameid} cannot be read: {error}", "Run `yendor data verify`.") from error
    if first < total:
        raise YendorError(f"game {gameid} ends at frame {first}, not {total}", "Run `yendor data verify`.")


@contextmanager
def naming(path: Path) -> Iterator[Path]:
    """Give the name to write under; what was written becomes `path` in the end, and is removed after an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
