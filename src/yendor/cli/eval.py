"""`yendor eval`: judge an agent on fixed games."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from yendor.cli.options import console, parse, wait_asleep
from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list


@dataclass(frozen=True)
class EvalOptions:
    """Judge an agent on fixed games under a protocol; one line a game in OUT/results.jsonl.

    Run the same command again to resume: finished games are kept.
    """

    agent: str
    """A name (`yendor list agents`), a bot's folder, a run or checkpoint folder, or module:Class."""
    out: Path
    """Folder for results.jsonl, summary.json and replays/."""
    seeds: str = "valid:64"
    """dev:N, valid:N, withheld:N, valid:A-B, or CORE:DISP:N (core=CORE+k, disp=DISP+k)."""
    protocol: str = "nethack-challenge"
    """See `yendor list protocols`."""
    max_steps: int | None = None
    """Step limit of a game; the Challenge's is 1,000,000."""
    character: str = "@"
    """role-race-gender-alignment, or @ for a random one."""
    workers: int = 2
    """Processes that play; in a batch, processes that step the games, and threads of the network in between.
    0 plays in this process, without a watchdog."""
    batch: int | None = None
    """Games at once with one network, which answers them all together. Runs and checkpoints play 128 so, three to
    six times as fast as alone; 1 gives each game a process and a network of its own. Other agents play 1."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where a batch's network runs; auto takes a GPU where there is one."""
    hang_seconds: float = 600.0
    """Seconds without a step after which a game is ended and counted as hung."""
    keep: Annotated[Literal["best-worst", "all", "none"], tyro.conf.arg()] = "best-worst"
    """Recordings to keep."""


def main(argv: list[str]) -> int:
    """Run the evaluation and print its table."""
    options = parse(EvalOptions, argv, "yendor eval")
    if options.workers < 0:
        raise YendorError(f"--workers {options.workers}", "At least 0.")
    if options.batch is not None and options.batch < 1:
        raise YendorError(f"--batch {options.batch}", "At least 1.")
    wait_asleep()
    from yendor.evaluation.runner import evaluate

    rules: dict[str, Any] = {"character": options.character}
    if options.max_steps is not None:
        rules["max_steps"] = options.max_steps
    summary = evaluate(
        options.agent, seed_list(options.seeds), options.out, options.protocol, rules,
        options.workers, options.hang_seconds, options.keep,
        batch=options.batch, device=options.device, threads=min(max(options.workers, 1), os.cpu_count() or 1),
    )  # fmt: skip
    print_summary(summary)
    return 0


def print_summary(summary: dict[str, Any]) -> None:
    """Print one agent's summary as tables."""
    from rich.table import Table

    table = Table(title=f"{summary['agent']} · {summary['games']} games · {summary['protocol']}")
    for name in (
        "ascensions",
        "median score [95 %]",
        "mean score [95 %]",
        "depth",
        "turns",
        "XL",
        "clock",
        "steps/CPU s",
    ):
        table.add_column(name, justify="right")
    pace = summary["steps_per_cpu_second"]
    table.add_row(
        str(summary["ascensions"]),
        *(f"{s['value']:,.0f} [{s['low']:,.0f} - {s['high']:,.0f}]" for s in (summary["median"], summary["mean"])),
        f"{summary['depth']:g}", f"{summary['turns']:,.0f}", f"{summary['xl']:g}", f"{summary['clock_share']:.0%}",
        f"{pace:,.0f}" if pace else "-",
    )  # fmt: skip
    out = console()
    out.print(table)
    ends = ", ".join(f"{count} {name}" for name, count in summary["ends"].items())
    deaths = ", ".join(f"{count} {name}" for name, count in list(summary["deaths"].items())[:6])
    out.print(f"ends: {ends}\nmost frequent: {deaths}")
