"""`yendor eval`: judge an agent on fixed games."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from yendor.agents.llm_options import LLMOptions, agent_title
from yendor.cli.options import console, counts_text, parse, with_llm
from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list


@dataclass(frozen=True)
class EvalOptions:
    """Judge an agent on fixed games under a protocol; one line a game in OUT/results.jsonl.

    Run the same command again to resume: finished games are kept. The options from --endpoint on are those of
    --agent llm: a language model behind an OpenAI-compatible service, whose key is read from YENDOR_API_KEY.
    """

    agent: str
    """A name (`yendor list agents`), a bot's folder, a run or checkpoint folder, or module:Class."""
    out: Path
    """Folder for results.jsonl, summary.json and replays/."""
    seeds: str = "valid:64"
    """dev:N, valid:N, withheld:N, valid:A-B, or CORE:DISP:N (core=CORE+k, disp=DISP+k)."""
    protocol: str = "nethack-challenge"
    """See `yendor list protocols`. babyai-text takes a run of `yendor train lm`, and 256 instances whatever --seeds."""
    num_dists: int | None = None
    """Distractors of babyai-text; without, as many as in the games that the player learned from."""
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
    llm: Annotated[LLMOptions, tyro.conf.arg(name="")] = field(default_factory=LLMOptions)
    """Settings of --agent llm; budgets are those of one game."""


def main(argv: list[str]) -> int:
    """Run the evaluation and print its table."""
    options = parse(EvalOptions, argv, "yendor eval")
    if options.workers < 0:
        raise YendorError(f"--workers {options.workers}", "At least 0.")
    if options.batch is not None and options.batch < 1:
        raise YendorError(f"--batch {options.batch}", "At least 1.")
    if options.protocol == "babyai-text":
        return _babyai(options)
    from yendor.evaluation.runner import evaluate

    agent, hang_s = with_llm(options.agent, options.llm), options.hang_seconds
    if options.agent == "llm":  # waiting for a service is no hang
        hang_s = max(hang_s, 60 + options.llm.patience())
    rules: dict[str, Any] = {"character": options.character}
    if options.max_steps is not None:
        rules["max_steps"] = options.max_steps
    summary = evaluate(
        agent, seed_list(options.seeds), options.out, options.protocol, rules,
        options.workers, hang_s, options.keep,
        batch=options.batch, device=options.device, threads=min(max(options.workers, 1), os.cpu_count() or 1),
    )  # fmt: skip
    print_summary(summary)
    return 0


def _babyai(options: EvalOptions) -> int:
    from rich.table import Table

    from yendor.evaluation.babyai import evaluate_babyai

    summary = evaluate_babyai(Path(options.agent), options.out, num_dists=options.num_dists, device=options.device)
    mean = summary["mean"]
    table = Table(title=f"{summary['agent']} · {summary['games']} games · babyai-text")
    for column in ("task", "games", "mean reward", "solved"):
        table.add_column(column, justify="left" if column == "task" else "right")
    for kind, of in summary["kinds"].items():
        table.add_row(kind, str(of["games"]), f"{of['mean']:.3f}", f"{of['solved']:.0%}")
    told = f"{mean['value']:.3f} [{mean['low']:.3f} - {mean['high']:.3f}]"
    table.add_row("all", str(summary["games"]), told, f"{summary['solved']['value']:.0%}")
    console().print(table)
    return 0


def print_summary(summary: dict[str, Any]) -> None:
    """Print one agent's summary as tables."""
    from rich.table import Table

    table = Table(title=f"{agent_title(summary['agent'])} · {summary['games']} games · {summary['protocol']}")
    for name in (
        "ascensions",
        "median score [95 %]",
        "mean score [95 %]",
        "progression [95 %]",
        "depth",
        "turns",
        "XL",
        "clock",
        "steps/CPU s",
    ):
        table.add_column(name, justify="right")
    pace, progression = summary["steps_per_cpu_second"], summary["progression"]
    table.add_row(
        str(summary["ascensions"]),
        *(f"{s['value']:,.0f} [{s['low']:,.0f} - {s['high']:,.0f}]" for s in (summary["median"], summary["mean"])),
        f"{progression['value']:.2f} % [{progression['low']:.2f} - {progression['high']:.2f}]",
        f"{summary['depth']:g}", f"{summary['turns']:,.0f}", f"{summary['xl']:g}", f"{summary['clock_share']:.0%}",
        f"{pace:,.0f}" if pace else "-",
    )  # fmt: skip
    out = console()
    out.print(table)
    ends = ", ".join(f"{count} {name}" for name, count in summary["ends"].items())
    deaths = ", ".join(f"{count} {name}" for name, count in list(summary["deaths"].items())[:6])
    out.print(f"ends: {ends}\nmost frequent: {deaths}")
    if counts := counts_text(summary.get("agent_counts", {})):
        print(f"the agent: {counts}")
    for words, count in list(summary.get("crashes", {}).items())[:3]:
        print(f"crashed in {count} games: {words}")
