"""Measure the bot on fixed games: results are kept per version of its source, and only missing games are played."""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from yendor.core.errors import YendorError, did_you_mean
from yendor.core.seeds import Seeds, refuse_withheld, seed_list
from yendor.evaluation import results
from yendor.evaluation.bench.game import FORMAT, play
from yendor.evaluation.bench.version import source_hash, source_version
from yendor.launch.jobs import run_jobs
from yendor.launch.lock import hold
from yendor.launch.progress import Progress

Line = dict[str, Any]
LISTS: tuple[str, ...] = ("dev", "valid")
"""The lists a bot may be measured and tuned on."""


@dataclass(frozen=True)
class Job:
    """One game to play, by the source that was there when the measurement began."""

    seeds: Seeds
    max_steps: int | None
    source: str


@dataclass
class Measured:
    """What a measurement has: the result lines asked for, in the order of their seeds, and what went wrong.

    Attributes:
        version: The bot's, also the name of the folder.
        folder: Where its `results.jsonl` is.
        lines: One a game.
        found: How many of them were there before.
        failed: (game, why) of those whose worker died or hung; the next run plays them again.
    """

    version: str
    folder: Path
    lines: list[Line]
    found: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


class Version(NamedTuple):
    """A version that was measured, for a list of them."""

    name: str
    games: int
    median: float
    mean: float
    changed: float
    """When its results were last added to, in seconds since 1970."""


def bench_seeds(name: str, first: int, games: int) -> list[Seeds]:
    """Return `games` games of a list from the `first`-th on (0 is the list's beginning).

    Raises:
        YendorError: The list is unknown or withheld; the numbers are none.
    """
    if name == "withheld":
        raise YendorError("--list withheld", "Withheld games are for `yendor eval` only. Use dev or valid.")
    if name not in LISTS:
        raise YendorError(f"unknown list {name!r}", did_you_mean(name, LISTS))
    if games < 1 or first < 0:
        raise YendorError(f"{games} games from number {first}", "--games is at least 1, --first at least 0.")
    return seed_list(f"{name}:{first}-{first + games}")


def bench(
    seeds: Sequence[Seeds],
    out: Path,
    max_steps: int | None = None,
    workers: int = 2,
    hang_s: float = 240.0,
    quiet: bool = False,
) -> Measured:
    """Play the games that `out/<version>/results.jsonl` lacks.

    Args:
        seeds: The games; withheld ones are refused.
        out: The folder of all versions.
        max_steps: Limit of a game's steps; games of another limit count as others.
        workers: Processes that play; 0 plays in this one.
        hang_s: Seconds without a sign of life after which a game is given up.
        quiet: No progress line.

    Raises:
        YendorError: Withheld games; another measurement writes to the folder; the source was changed meanwhile.
    """
    refuse_withheld(seeds, "measuring a bot that is being tuned")
    version = source_version()
    folder = out / version
    with hold(folder, "measurement"):
        results.repair(folder)
        (folder / "results.jsonl").touch()
        done = {_key(line): line for line in read_lines(folder)}
        todo = [Job(s, max_steps, source_hash()) for s in dict.fromkeys(seeds) if (*s, max_steps) not in done]
        measured = Measured(version, folder, [], found=len(set(seeds)) - len(todo))
        scores = [done[*s, max_steps]["score"] for s in dict.fromkeys(seeds) if (*s, max_steps) in done]
        with Progress(f"bot {version}", len(set(seeds)), "games", done=measured.found, quiet=quiet) as bar:
            _play_all(todo, measured, scores, bar, workers, hang_s)
    done = {_key(line): line for line in read_lines(folder)}
    measured.lines = [done[*s, max_steps] for s in dict.fromkeys(seeds) if (*s, max_steps) in done]
    return measured


def _play_all(
    todo: list[Job], measured: Measured, scores: list[float], bar: Progress, workers: int, hang_s: float
) -> None:
    running: dict[Seeds, float] = {}
    finished = 0

    def show() -> None:
        steps = (finished + sum(running.values())) / max(time.monotonic() - bar.started, 1e-9)
        bar.show(steps_per_s=steps, median_score=float(statistics.median(scores)) if scores else 0.0)

    def beat(job: Job, numbers: dict[str, float]) -> None:
        running[job.seeds] = numbers.get("steps", 0.0)
        show()

    outcomes: Any = run_jobs(play_job, todo, workers=workers, hang_s=hang_s, on_beat=beat)
    with closing(outcomes):
        for outcome in outcomes:
            running.pop(outcome.job.seeds, None)
            bar.advance()
            if outcome.result is None:
                if SourceChanged.__name__ in outcome.detail:
                    raise YendorError(
                        "the bot's source was changed while it was measured",
                        "Run the same command again: what is finished is kept under the version that played it.",
                    )
                why = f"{outcome.failure}: {(outcome.detail.strip().splitlines() or [''])[-1]}"
                measured.failed.append((f"{outcome.job.seeds.core}:{outcome.job.seeds.disp}", why))
                continue
            results.append(measured.folder, outcome.result)
            scores.append(outcome.result["score"])
            finished += outcome.result["steps"]
            show()


class SourceChanged(Exception):
    """A worker has loaded another source than the measurement began with."""


def play_job(job: Job, beat: Callable[..., None]) -> Line:
    """Play one game; runs in a worker process."""
    if job.source != source_hash():
        raise SourceChanged(f"{job.source} before, {source_hash()} now")
    return play(job.seeds, job.max_steps, beat)


def read_lines(folder: Path) -> list[Line]:
    """Read a version's result lines in the order of their seeds.

    Raises:
        YendorError: There are none, or they are broken, or a newer Yendor wrote them.
    """
    lines = results.read_results(folder)
    newer = next((line for line in lines if line.get("format", 0) > FORMAT), None)
    if newer is not None:
        raise YendorError(f"{folder} holds results of format {newer['format']}", "Update Yendor to read them.")
    return sorted(lines, key=lambda line: (line["core"], line["disp"]))


def whole_games(lines: list[Line]) -> list[Line]:
    """Return the games without a limit of steps of their own; where there are none, all."""
    return [line for line in lines if line["max_steps"] is None] or lines


def versions(out: Path) -> list[Version]:
    """List what has been measured, oldest first, by `whole_games`.

    Raises:
        YendorError: `out` holds no measurement.
    """
    found = []
    for path in out.glob("*/results.jsonl"):
        lines = read_lines(path.parent)
        if lines:
            scores = [float(line["score"]) for line in whole_games(lines)]
            middle, mean = statistics.median(scores), statistics.fmean(scores)
            found.append(Version(path.parent.name, len(scores), middle, mean, path.stat().st_mtime))
    if not found:
        raise YendorError(f"nothing has been measured in {out}", "Make some: yendor bench bot --games 16")
    return sorted(found, key=lambda version: version.changed)


def _key(line: Line) -> tuple[int, int, int | None]:
    return line["core"], line["disp"], line["max_steps"]
