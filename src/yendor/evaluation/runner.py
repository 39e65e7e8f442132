"""Judge an agent: play the fixed games in parallel, resume, keep the best and the worst as replays."""

import dataclasses
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yendor.actors.pool import play_many
from yendor.core.config import write_json
from yendor.core.errors import YendorError
from yendor.core.registry import find
from yendor.core.seeds import Seeds
from yendor.evaluation import results
from yendor.evaluation.judge import Job, JudgedGame, agents, judge
from yendor.evaluation.protocols.nethack_challenge.analysis import summarise
from yendor.launch.jobs import Outcome, run_jobs
from yendor.launch.progress import Progress

BATCH = 128
"""Games at once, for agents that can and where nothing else is said."""


def evaluate(
    agent: str,
    seeds: Sequence[Seeds],
    out: Path,
    protocol: str = "nethack-challenge",
    rules: dict[str, Any] | None = None,
    workers: int = 2,
    hang_s: float = 600.0,
    keep: str = "best-worst",
    quiet: bool = False,
    batch: int | None = None,
    device: str = "auto",
    threads: int = 1,
) -> dict[str, Any]:
    """Play the games that `out` lacks and return the summary of all.

    Args:
        agent: As for `--agent`.
        seeds: The games.
        out: Folder for `results.jsonl`, `summary.json` and `replays/`.
        protocol: Registered name.
        rules: The protocol's settings that differ from its defaults.
        workers: Processes that play; where the agent plays many games at once, processes that step them.
        hang_s: Seconds without a step after which a game is ended and counted as `hung`.
        keep: Recordings to keep: `best-worst`, `all` or `none`.
        quiet: Show no progress.
        batch: Games that the agent plays at once; 1 gives each game a process and an agent of its own. None is
            `BATCH` for an agent that plays many, 1 for others.
        device: Where a network runs that plays many games at once: `auto`, `cpu` or `cuda`.
        threads: CPU threads of such a network.

    Raises:
        YendorError: `out` holds results of another agent or protocol; the agent does not exist, or cannot play so many.
    """
    settings = _settings(agent, protocol, rules or {})
    if batch is None:
        batch = BATCH if agents().plays_many(agent) else 1
    player = agents().make_agent(agent) if batch == 1 else agents().make_batched_agent(agent, device, threads)
    _prepare(out, settings)
    done = {(line["core"], line["disp"]) for line in results.read_results(out)}
    jobs = [
        Job(agent, protocol, rules or {}, s, out / "replays" / f"{s.core}-{s.disp}") for s in seeds if s not in done
    ]
    with Progress(f"judging {player.name}", len(seeds), "games", done=len(seeds) - len(jobs), quiet=quiet) as bar:
        meter = _Meter(bar)
        watched: dict[str, Any] = {"workers": workers, "hang_s": hang_s, "on_beat": meter.beat}
        if batch == 1:
            outcomes = run_jobs(judge, jobs, **watched)
        else:
            outcomes = play_many(JudgedGame, jobs, player, lambda job: job.seeds.core, slots=batch, **watched)
        for outcome in outcomes:
            line = outcome.result if outcome.failure is None else _failed(outcome)
            assert line is not None
            results.append(out, line)
            meter.finish(outcome.job, line)
    wanted = set(seeds)
    lines = [line for line in results.read_results(out) if (line["core"], line["disp"]) in wanted]
    _keep_replays(out, results.read_results(out), keep)
    summary = {**settings, **summarise(lines)}
    write_json(out / "summary.json", summary)
    return summary


def _failed(outcome: Outcome[Job, dict[str, Any]]) -> dict[str, Any]:
    """A game whose worker hung or died still counts, with the least a game can score."""
    seeds = outcome.job.seeds
    blank = {"score": 0, "steps": 0, "turns": 0, "depth": 1, "xl": 1, "clock_steps": 0, "seconds": 0.0}
    note = {"ended": outcome.failure, "death": "", "character": "", "detail": outcome.detail.strip()[-500:]}
    return {"core": seeds.core, "disp": seeds.disp, **blank, **note}


def _settings(agent: str, protocol: str, rules: dict[str, Any]) -> dict[str, Any]:
    env = find("protocol", protocol)(**rules).make_env(Seeds(1, 1), None)
    rule_book = dataclasses.asdict(env.protocol)
    env.close()
    return {"version": results.VERSION, "agent": agent, "protocol": protocol, "rules": rule_book}


def _prepare(out: Path, settings: dict[str, Any]) -> None:
    """Create the folder, or check that it holds results of the same settings."""
    path = out / "settings.json"
    if path.exists():
        before = json.loads(path.read_text())
        for key, value in settings.items():
            if before.get(key) != value:
                raise YendorError(
                    f"{out} holds results with {key} = {before.get(key)!r}, now it is {value!r}",
                    "Choose another --out: results of different settings are not mixed.",
                )
        results.repair(out)
        return
    if out.exists() and any(out.iterdir()):
        raise YendorError(f"{out} exists and holds something else", "Choose another --out.")
    write_json(path, settings)
    (out / "results.jsonl").touch()


def _keep_replays(out: Path, lines: Sequence[dict[str, Any]], keep: str) -> None:
    if keep == "all" or not lines:
        return
    ranked = sorted(lines, key=lambda line: line["score"])
    kept = {f"{line['core']}-{line['disp']}" for line in (ranked[0], ranked[-1])} if keep == "best-worst" else set()
    for folder in (out / "replays").glob("*"):
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


class _Meter:
    """Sums up the steps of running and finished games for the progress line."""

    def __init__(self, bar: Progress) -> None:
        self.bar, self.running, self.finished, self.scores = bar, {}, 0.0, []  # type: ignore[var-annotated]

    def beat(self, job: Job, numbers: dict[str, float]) -> None:
        self.running[job.seeds] = numbers.get("steps", 0.0)
        self._show()

    def finish(self, job: Job, line: dict[str, Any]) -> None:
        self.running.pop(job.seeds, None)
        self.finished += line["steps"]
        self.scores.append(line["score"])
        self.bar.advance()
        self._show()

    def _show(self) -> None:
        import statistics
        import time

        steps = self.finished + sum(self.running.values())
        spent = max(time.monotonic() - self.bar.started, 1e-9)
        median = statistics.median(self.scores) if self.scores else 0
        self.bar.show(steps_per_s=steps / spent, median_score=float(median))
