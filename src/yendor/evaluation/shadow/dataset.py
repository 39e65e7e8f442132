"""Label a whole dataset: the same games once more, with a watcher's label on every key.

The new dataset refers to the ttyrecs where they are, so that streams and learners take it like any other. A game's
labels are written to a folder of their own, which gets its name when they are whole; what is there is kept, so that
the same command goes on where it was stopped.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yendor import __version__
from yendor.agents.make import make_agent
from yendor.core.config import write_json
from yendor.core.errors import YendorError
from yendor.data.card import write_card
from yendor.data.catalogue import Catalogue, Game, GameFile, read_json
from yendor.data.games import Games
from yendor.data.labels import write_labels
from yendor.evaluation.bench.version import source_hash
from yendor.evaluation.shadow.agreement import Agreement
from yendor.evaluation.shadow.stored import watch_stored
from yendor.evaluation.shadow.watcher import Watcher
from yendor.launch.jobs import run_jobs
from yendor.launch.progress import Progress

SETTINGS, FOLDER, RESULT = "labelling.json", "labels", "result.json"
_HANG_S = 600.0


@dataclass(frozen=True)
class Job:
    """One game to label: from which dataset, which, by whom, into which folder."""

    dataset: Path
    gameid: int
    agent: str
    folder: Path


@dataclass
class Report:
    """What labelling a dataset did.

    Attributes:
        games: Games labelled now.
        found: Games labelled before.
        frames: Frames that have a label, of all games.
        failed_frames: Frames on which the watcher failed.
        full: Games watched with recorded observations; the others from their terminal.
        agreement: With the labels and keys that the games came with.
        failed: Games that could not be labelled, with the reasons.
    """

    games: int = 0
    found: int = 0
    frames: int = 0
    failed_frames: int = 0
    full: int = 0
    agreement: Agreement = field(default_factory=Agreement)
    failed: list[tuple[str, str]] = field(default_factory=list)


def label_dataset(
    dataset: Path, to: Path, *, agent: str = "bot", where: str = "", workers: int = 2, quiet: bool = False
) -> Report:
    """Label the selected games, and catalogue them as a new dataset.

    Args:
        dataset: The dataset's folder.
        to: The new dataset's folder, or that of a labelling which was stopped.
        agent: Who labels, as for `--agent`; it must give labels.
        where: SQL condition on the games.
        workers: Processes.
        quiet: No progress line.

    Raises:
        YendorError: Nothing is selected, or a withheld game is; `to` holds something else, or labels of another
            dataset, agent or version of the source; an unknown agent.
    """
    make_agent(agent)  # a mistake shows here, not in every worker
    Games(dataset, where, "path")  # refuses withheld games
    _check(dataset, to, agent)
    report = Report()
    with closing(Catalogue(dataset)) as source, closing(Catalogue(to, create=True)) as target:
        chosen = [game for game in source.games(where) if game.row["frames"] > 0]
        with_files = [game for game in chosen if game.files]
        for game in chosen:
            if not game.files:
                report.failed.append((str(game.row["key"]), "it is in the store only, without a ttyrec to refer to"))
        todo, known = [], target.keys()
        for game in with_files:
            if _result(to, game) is None:
                todo.append(game)
            else:
                _enter(target, known, to, game, report)
                report.found += 1
        total, before = (sum(int(game.row["frames"]) for game in some) for some in (with_files, todo))
        with Progress("labelling", total, "frames", done=total - before, quiet=quiet) as bar:
            for game, why in _label_all(dataset, to, agent, todo, workers, bar):
                if why:
                    report.failed.append((str(game.row["key"]), why))
                else:
                    _enter(target, known, to, game, report)
                    report.games += 1
                bar.show(games=report.games + report.found, failed_frames=report.failed_frames)
        write_card(target)
    return report


def _label_all(
    dataset: Path, to: Path, agent: str, todo: list[Game], workers: int, bar: Progress
) -> Iterator[tuple[Game, str]]:
    """Label games in parallel; yield each with "" or why it failed."""
    by_id, told = {game.gameid: game for game in todo}, dict[int, int]()

    def beat(job: Job, numbers: dict[str, float]) -> None:
        steps = int(numbers.get("steps", 0))
        bar.advance(steps - told.get(job.gameid, 0))
        told[job.gameid] = steps

    jobs = [Job(dataset.resolve(), game.gameid, agent, _folder(to, game)) for game in todo]
    outcomes: Any = run_jobs(label_game, jobs, workers=workers, hang_s=_HANG_S, on_beat=beat)
    with closing(outcomes):  # closed at once when an outcome raises, so that no worker writes on
        for outcome in outcomes:
            game = by_id[outcome.job.gameid]
            bar.advance(int(game.row["frames"]) - told.pop(game.gameid, 0))
            last = outcome.detail.strip().splitlines()[-1:] if outcome.result is None else []
            yield game, f"{outcome.failure}: {' '.join(last)}" if outcome.result is None else ""


def label_game(job: Job, beat: Any) -> dict[str, Any]:
    """Label one game; runs in a worker process.

    Returns:
        The content of `result.json`.

    Raises:
        YendorError: The game is damaged, or has other frames than the catalogue says.
    """
    games = Games(job.dataset, f"gameid = {job.gameid}", "path")
    with closing(Catalogue(job.dataset)) as catalogue:
        game = catalogue.games(f"gameid = {job.gameid}")[0]
    found = watch_stored(games, job.gameid, Watcher(make_agent(job.agent)), beat=beat)
    part = job.folder.with_name(f".{job.folder.name}.{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        first = 0
        for number, file in enumerate(game.files):
            labels = found.labels[first : first + file.frames]
            if len(labels) < file.frames:
                raise YendorError(f"{file.path} has {len(labels)} of {file.frames} frames", "Run `yendor data verify`.")
            write_labels(part / f"{number}.ylab", labels)
            first += file.frames
        result = {
            "key": game.row["key"], "frames": sum(label is not None for label in found.labels[:first]),
            "full": found.full, "failed": found.failed, "trouble": found.trouble,
            "agreement": found.agreement.to_json(),
        }  # fmt: skip
        (part / RESULT).write_text(json.dumps(result) + "\n")
        shutil.rmtree(job.folder, ignore_errors=True)
        part.replace(job.folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return result


def _folder(to: Path, game: Game) -> Path:
    return to.resolve() / FOLDER / f"{game.gameid:07d}"


def _result(to: Path, game: Game) -> dict[str, Any] | None:
    """Return what was written of a game before; None when it was not, or of another game."""
    path = _folder(to, game) / RESULT
    if not path.exists():
        return None
    result = read_json(path)
    return result if result.get("key") == game.row["key"] else None


def _enter(target: Catalogue, known: set[str], to: Path, game: Game, report: Report) -> None:
    """Catalogue a labelled game unless its key is known, and count it."""
    result = _result(to, game)
    if result is None:
        raise YendorError(f"the labels of game {game.gameid} are gone from {to}", "Run the same command again.")
    files: list[GameFile] = []
    for number, file in enumerate(game.files):
        files.append(file._replace(path=file.path.resolve(), labels=_folder(to, game) / f"{number}.ylab"))
    if result["key"] not in known:
        row = {name: value for name, value in game.row.items() if name != "gameid"}
        target.add({**row, "labelled": True}, files)
    report.frames += int(result["frames"])
    report.failed_frames += int(result["failed"])
    report.full += bool(result["full"])
    report.agreement.merge(Agreement.from_json(result["agreement"]))


def _check(dataset: Path, to: Path, agent: str) -> None:
    """Refuse a folder of something else, and labels of other settings; otherwise note the settings."""
    # Two versions of the bot, or of what reads a terminal, do not label one dataset.
    settings = {"dataset": str(dataset.resolve()), "agent": agent, "source": source_hash()}
    path = to / SETTINGS
    if path.exists():
        before = read_json(path)
        for name, value in settings.items():
            if before.get(name) != value:
                raise YendorError(
                    f"{to} holds labels with {name} = {before.get(name)!r}, now it is {value!r}", "Choose another --to."
                )
    elif to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise YendorError(f"{to} exists and holds something else than a labelling", "Choose another --to.")
    else:
        to.mkdir(parents=True, exist_ok=True)
        write_json(path, {**settings, "yendor": __version__})
