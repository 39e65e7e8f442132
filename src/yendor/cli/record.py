"""`yendor record`: let an agent play many games and keep them."""

import sys
from dataclasses import dataclass
from pathlib import Path

from yendor.cli.options import parse
from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list


@dataclass(frozen=True)
class RecordOptions:
    """Let an agent play games in parallel and keep them: ttyrec3, xlogfile, strategy labels, catalogue.

    Run the same command again to resume; give more seeds to add games.
    """

    agent: str
    """A name (`yendor list agents`), a bot's folder, a run or checkpoint folder, or module:Class."""
    out: Path
    """The dataset's folder."""
    seeds: str = "dev:100"
    """dev:N, valid:N, dev:A-B, or CORE:DISP:N. Withheld games are refused."""
    character: str = "@"
    """role-race-gender-alignment, or @ for a random one."""
    max_steps: int | None = None
    """Step limit of a game."""
    observations: str = ""
    """Keep what NLE observes at each step too: default, all, or names such as glyphs,blstats,message."""
    ask: str = ""
    """An expert to ask at each step, such as bot: its strategy and key become the labels (`yendor train --asked`)."""
    ask_share: float = 0.0
    """Chance that the expert leads a stretch of steps: that its keys are pressed, not the agent's."""
    ask_stretch: int = 50
    """Steps of a stretch; 1 draws at each step."""
    workers: int = 2
    """Processes that play."""
    hang_seconds: float = 300.0
    """Seconds without a step after which a game is ended and counted as failed."""


def main(argv: list[str]) -> int:
    """Record; exit code 1 when games failed."""
    options = parse(RecordOptions, argv, "yendor record")
    if options.workers < 1:
        raise YendorError(f"--workers {options.workers}", "At least 1.")
    if not 0 <= options.ask_share <= 1 or (options.ask_share and not options.ask):
        raise YendorError(f"--ask-share {options.ask_share}", "A chance from 0 to 1, of the expert that --ask names.")
    if options.ask_stretch < 1:
        raise YendorError(f"--ask-stretch {options.ask_stretch}", "At least 1.")
    from yendor.data.observations import channel_names
    from yendor.data.recorder import record

    summary = record(
        options.agent, seed_list(options.seeds), options.out, character=options.character,
        max_steps=options.max_steps, observations=channel_names(options.observations),
        ask=options.ask, ask_share=options.ask_share, ask_stretch=options.ask_stretch,
        workers=options.workers, hang_s=options.hang_seconds,
    )  # fmt: skip
    print(
        f"{options.out}: {summary.recorded} games recorded ({summary.steps:,} steps), "
        f"{summary.found} found finished, {len(summary.failed)} failed, of {summary.asked}"
    )
    for name, why in summary.failed:
        print(f"  {name}: {why}", file=sys.stderr)
    return 1 if summary.failed else 0
