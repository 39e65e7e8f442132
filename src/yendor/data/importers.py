"""Import recorded games of others: NLE and NLD-AA folders, NAO (alt.org) folders, HiHack's ttyrec4.

A file that cannot be used is reported, remembered in the catalogue and skipped; what can be read of a file
that was cut short is kept, and the game marked as not whole.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from yendor.core.errors import YendorError
from yendor.data.catalogue import Catalogue, GameFile, split_character
from yendor.data.compressed import sha256_of
from yendor.data.ttyrec import Survey, survey, version_of
from yendor.launch.jobs import run_jobs

SOURCES = ("yendor", "nle", "nao", "hihack")


@dataclass
class Report:
    """What an import did."""

    imported: int = 0
    known: int = 0
    whole: int = 0
    cut: int = 0
    frames: int = 0
    skipped: list[tuple[Path, str]] = field(default_factory=list)


def detect(folder: Path) -> str:
    """Tell the layout of a folder.

    Raises:
        YendorError: It is none that is known.
    """
    if not folder.is_dir():
        raise YendorError(f"{folder} is not a folder", "Give the folder that holds the games.")
    if (folder / "recording.json").exists() or any(folder.glob("games/*/game.json")):
        return "yendor"
    names = [path.name for path in folder.rglob("*") if path.is_file()]
    if any(re.search(r"\.ttyrec4(\.\w+)?$", name) for name in names):
        return "hihack"
    if any(re.search(r"\.ttyrec[23](\.\w+)?$", name) for name in names):
        return "nle"
    if any(re.search(r"\.ttyrec1?(\.\w+)?$", name) for name in names):
        return "nao"
    raise YendorError(
        f"no ttyrecs in {folder}", "Names end in .ttyrec, .ttyrec2, .ttyrec3 or .ttyrec4, and .bz2, .zst or .gz."
    )


def import_folder(
    folder: Path,
    catalogue: Catalogue,
    source: str = "auto",
    progress: Callable[[int, int], None] | None = None,
    workers: int = 0,
) -> Report:
    """Import all games of a folder; those imported before are left as they are.

    Args:
        folder: What to import.
        catalogue: Where to.
        source: One of `SOURCES`, or `auto`.
        progress: Called with games done and games in all.
        workers: Processes that read files; 0 reads in this one.

    Raises:
        YendorError: Unknown layout; the catalogue cannot be written.
    """
    layout = detect(folder) if source == "auto" else source
    readers: dict[str, Callable[[Path], Iterator[list[_Found]]]] = {
        "nle": _nle_games, "hihack": _nle_games, "nao": _nao_games, "yendor": _yendor_games,
    }  # fmt: skip
    if layout not in readers:
        raise YendorError(f"unknown source {source!r}", f"Known: auto, {', '.join(SOURCES)}.")
    games = list(readers[layout](folder))
    report, known = Report(), catalogue.keys()
    new: list[tuple[str, list[_Found]]] = []
    for parts in games:
        # A dataset's own games are known by their folder's name, others by where they lie.
        own = layout == "yendor" and parts[0].path.parent.parent.resolve() == catalogue.folder.resolve()
        key = parts[0].path.name if own else os.path.realpath(parts[0].path)
        if key not in known:
            new.append((key, parts))
    report.known = len(games) - len(new)
    surveys = _survey_all([parts for _, parts in new], workers) if layout != "yendor" else None
    with catalogue.many():
        for done, (key, parts) in enumerate(new, report.known + 1):
            if surveys is None:
                _import_recorded(parts[0], key, catalogue, report)
            else:
                _import_game(parts, next(surveys), key, layout, catalogue, report)
            if progress is not None:
                progress(done, len(games))
    return report


_Surveyed = list[tuple[Survey, str]]
"""Of each part of a game: what it holds, and its SHA-256."""
_TOGETHER = 32
"""Most games that a worker reads before it answers."""


def _survey_all(games: list[list["_Found"]], workers: int) -> Iterator[_Surveyed]:
    """Read games through, in their order, a few at a time in worker processes."""
    if not workers:
        for parts in games:
            yield _survey_parts(parts)
        return
    together = max(1, min(_TOGETHER, len(games) // (4 * workers)))
    groups = [games[i : i + together] for i in range(0, len(games), together)]
    ready: dict[int, list[_Surveyed]] = {}
    following = 0
    for outcome in run_jobs(survey_group, list(enumerate(groups)), workers=workers, hang_s=1800.0):
        number, group = outcome.job
        if outcome.result is None:  # one file of the group stops a worker: each is named, none stops the import
            why = f"could not be read: {outcome.failure} ({outcome.detail.strip().splitlines()[-1]})"
            ready[number] = [[(Survey(1, trouble=why), "") for _ in parts] for parts in group]
        else:
            ready[number] = outcome.result
        while following in ready:
            yield from ready.pop(following)
            following += 1


def survey_group(job: tuple[int, list[list["_Found"]]], beat: Callable[..., None]) -> list[_Surveyed]:
    """Read some games through; runs in a worker process."""
    found = []
    for done, parts in enumerate(job[1]):
        found.append(_survey_parts(parts))
        beat(games=done)
    return found


def _survey_parts(parts: list["_Found"]) -> _Surveyed:
    found = []
    for part in parts:
        trouble = part.trouble or _unnameable(part.path)
        one = survey(part.path) if not trouble else Survey(1, trouble=trouble)
        sum_ = sha256_of(part.path) if one.frames else ""
        found.append((replace(one, keys=b"", labels=np.zeros(0, np.int16)), sum_))
    return found


def _unnameable(path: Path) -> str:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8: rename it"
    return ""


@dataclass
class _Found:
    """A ttyrec found, with what a log says of its game."""

    path: Path
    log: dict[str, str]
    trouble: str = ""


def _import_recorded(found: _Found, key: str, catalogue: Catalogue, report: Report) -> None:
    from yendor.data.recorder import recorded_game, verify_game

    try:
        row, files = recorded_game(found.path)
    except YendorError as error:
        _skip(found.path, error.message, catalogue, report)
        return
    trouble = verify_game(files)
    if trouble:
        _skip(found.path, trouble, catalogue, report)
        return
    _add({**row, "key": key}, files, catalogue, report)


def _add(row: dict[str, Any], files: list[GameFile], catalogue: Catalogue, report: Report) -> None:
    catalogue.add(row, files)
    catalogue.forget_skipped(Path(row["key"]))
    report.imported += 1
    report.whole, report.cut = report.whole + bool(row["whole"]), report.cut + (not row["whole"])
    report.frames += row["frames"]


def _import_game(
    parts: list[_Found], found_parts: _Surveyed, key: str, layout: str, catalogue: Catalogue, report: Report
) -> None:
    files, surveys = [], []
    for part, (found, sum_) in zip(parts, found_parts, strict=True):
        if not found.frames:
            _skip(part.path, found.trouble or "no frames", catalogue, report)
            continue
        labels = part.path if found.version == 4 else None  # they are in the file itself
        files.append(
            GameFile(part.path, labels, found.frames, not found.trouble, sum_, found.rows, found.columns)
        )
        surveys.append(found)
    if not files:
        return
    row = _row(parts[0].log, key, layout, files, surveys)
    row["whole"] = row["whole"] and len(files) == len(parts)
    _add(row, files, catalogue, report)


def _skip(path: Path, trouble: str, catalogue: Catalogue, report: Report) -> None:
    path = Path(str(path).encode("utf-8", "backslashreplace").decode())
    catalogue.skip(path, trouble)
    report.skipped.append((path, trouble))


def _row(log: dict[str, str], key: str, layout: str, files: list[GameFile], surveys: list[Survey]) -> dict[str, Any]:
    names = ("role", "race", "gender0", "align0") if "gender0" in log else ("role", "race", "gender", "align")
    character = "-".join(log.get(name, "?").lower() for name in names) if log else ""
    troubles = "; ".join(s.trouble for s in surveys if s.trouble)
    points = _number(log.get("points"))
    last_score = next((s.score for s in reversed(surveys) if s.score is not None), None)
    return {
        "source": layout,
        "key": key,
        "agent": log.get("name", ""),
        "character": character,
        **split_character(character),
        "score": points if last_score is None else last_score,
        "points": points,
        "turns": _number(log.get("turns")),
        "depth": _number(log.get("maxlvl")),
        "death": log.get("death", "") + (f" while {log['while']}" if log.get("while") else ""),
        "ended": _ended(log.get("death", ""), layout),
        "frames": sum(file.frames for file in files),
        "steps": sum(file.frames for file in files),
        "whole": all(file.whole for file in files),
        "labelled": all(file.labels is not None for file in files),
        "version": surveys[0].version,
        "bytes": sum(file.path.stat().st_size for file in files),
        "trouble": troubles,
    }


def _ended(death: str, layout: str) -> str:
    """Tell how a game ended. NLE quits a game that it stops (a limit, or the env closed): that is no end of its own."""
    if death in ("quit", "escaped"):
        return "quit" if layout == "nao" else "stopped"
    return "" if not death else "ascended" if death == "ascended" else "death"


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,18}", text) else None


def read_log(path: Path) -> list[dict[str, str]]:
    """Read an xlogfile: one game a line, fields parted by tabs (colons in old ones); any byte is accepted."""
    games = []
    for line in path.read_bytes().decode("latin-1").split("\n"):  # nothing else ends a line
        line = line.rstrip("\r")
        separator = "\t" if "\t" in line else ":"
        fields = dict(part.split("=", 1) for part in line.split(separator) if "=" in part)
        if fields:
            games.append(fields)
    return games


def _nle_games(folder: Path) -> Iterator[list[_Found]]:
    """NLE's layout: `nle.<pid>.<episode>.ttyrec3.bz2` beside `nle.<pid>.xlogfile`, one line a finished episode."""
    for path in _candidates(folder):
        try:
            version_of(path)
        except YendorError as error:
            yield [_Found(path, {}, error.message)]
            continue
        found = re.match(r"(nle\.\d+)\.(\d+)\.", path.name)
        log: dict[str, str] = {}
        if found:
            logs = path.with_name(f"{found[1]}.xlogfile")
            log = _episode(read_log(logs) if logs.is_file() else [], path.name, int(found[2]))
        yield [_Found(path, log)]


def _candidates(folder: Path) -> list[Path]:
    """Return what is a ttyrec or looks like one; what cannot be read of these is reported, not passed over."""
    return sorted(
        path
        for path in folder.rglob("*")
        if re.search(r"\.ttyrec|\.bz2$", path.name) and (path.is_file() or path.is_symlink())
    )


def _episode(lines: list[dict[str, str]], name: str, episode: int) -> dict[str, str]:
    """Find an episode's line: by the file it names, or, in logs of old engines that name none, by its number."""
    if any("ttyrecname" in line for line in lines):
        stem = name.split(".ttyrec")[0]
        return next((line for line in lines if line.get("ttyrecname", "").split(".ttyrec")[0] == stem), {})
    return lines[episode] if episode < len(lines) else {}


def _yendor_games(folder: Path) -> Iterator[list[_Found]]:
    for path in sorted((folder / "games").glob("*/")):
        yield [_Found(path, {})]


_BEFORE_S = 300
"""A ttyrec may begin up to five minutes before its game's start in the log."""


def _nao_games(folder: Path) -> Iterator[list[_Found]]:
    """NAO's layout: `<player>/<time>.ttyrec.bz2`, and xlogfiles of all players beside the folders.

    A file belongs to the player's game during which it was begun (Hambro et al. 2022 match by the same
    rule). Files without a game are imported as games of their own, without a log line.
    """
    logs: dict[str, list[dict[str, str]]] = {}
    for path in sorted(folder.glob("xlogfile*")):
        for line in read_log(path):
            logs.setdefault(line.get("name", "").lower(), []).append(line)
    black = folder / "blacklist.txt"
    banned = {line.strip() for line in black.read_text("latin-1").splitlines()} if black.exists() else set()
    grouped: dict[tuple[str, str], list[_Found]] = {}
    for path in sorted(_candidates(folder), key=lambda path: (_began(path) or 0.0, path)):
        if str(path.relative_to(folder)) in banned:
            yield [_Found(path, {}, "named in blacklist.txt")]
            continue
        if not re.search(r"\.ttyrec(\.bz2|\.zst|\.gz)?$", path.name):
            yield [_Found(path, {}, f"{path.name} is no ttyrec of version 1")]
            continue
        player = path.parent.name.lower()
        game = _game_at(logs.get(player, []), _began(path))
        name = game["starttime"] if game else path.name
        grouped.setdefault((player, name), []).append(_Found(path, game or {}))
    yield from grouped.values()


def _began(path: Path) -> float | None:
    found = re.match(r"(\d{4}-\d\d-\d\d)\.(\d\d)[_:](\d\d)[_:](\d\d)", path.name)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}:{found[3]}:{found[4]}").replace(tzinfo=UTC).timestamp()
    except ValueError:  # an impossible date
        return None


def _game_at(games: list[dict[str, str]], began: float | None) -> dict[str, str] | None:
    if began is None:
        return None
    for game in games:
        start, end = _number(game.get("starttime")), _number(game.get("endtime"))
        if start is not None and end is not None and start - _BEFORE_S <= began <= end:
            return game
    return None
