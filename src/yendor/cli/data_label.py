"""`yendor data label`: the strategy of every step of other players' games."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tyro

from yendor.cli.options import console, parse
from yendor.core.errors import YendorError

if TYPE_CHECKING:
    from yendor.evaluation.shadow.agreement import Agreement


@dataclass(frozen=True)
class LabelOptions:
    """Let the bot watch stored games of anybody, and label every step with the strategy it would follow there.

    It is asked before it is shown the key. Games recorded with observations are watched with them, all others from
    their terminal alone (docs/03-data.md says what cannot be known from one). Makes a new dataset of the same games
    with these labels; the ttyrecs stay where they are. Run the same command again to resume. Where the games came with
    labels of their own, a table says how far they agree. Exit code 1 when a game could not be labelled.
    """

    dataset: tyro.conf.Positional[Path]
    """The dataset's folder."""
    to: Path
    """The new dataset's folder."""
    where: str = ""
    """SQL condition on the games, such as source='nao'."""
    agent: str = "bot"
    """Who labels: a name (`yendor list agents`), a checkpoint folder, or module:Class; it must give labels."""
    workers: int = 2
    """Processes."""


def _label(argv: list[str]) -> int:
    options = parse(LabelOptions, argv, "yendor data label")
    if options.workers < 1:
        raise YendorError(f"--workers {options.workers}", "At least 1.")
    from yendor.evaluation.shadow.dataset import label_dataset

    done = label_dataset(options.dataset, options.to, agent=options.agent, where=options.where, workers=options.workers)
    games = done.games + done.found
    print(
        f"{options.to}: {done.games} games labelled, {done.found} found labelled, {len(done.failed)} failed; "
        f"{done.frames:,} labels, {done.failed_frames} steps without one for a failure; "
        f"{done.full} games with observations, {games - done.full} from the terminal alone"
    )
    if done.agreement.steps:
        console().print(_table(done.agreement))
        name, share = done.agreement.commonest
        print(
            f"the same strategy on {done.agreement.share:.1%} of {done.agreement.steps:,} steps "
            f"(always saying {name!r}: {share:.1%}); kappa {done.agreement.kappa:.3f}"
        )
    if done.agreement.keys:
        print(f"the same key on {done.agreement.named / done.agreement.keys:.1%} of {done.agreement.keys:,} steps")
    for key, why in done.failed:
        print(f"  failed: {key}: {why}")
    return 1 if done.failed else 0


def _table(agreement: "Agreement") -> Any:
    from rich.table import Table

    table = Table(title="strategies: the games' own labels and these")
    names = ("strategy", "own", "these", "both", "recall", "precision", "F1", "lift")
    for name in names:
        table.add_column(name, justify="left" if name == "strategy" else "right")
    for row in agreement.rows():
        shares = ["-" if row[key] is None else f"{row[key]:.1%}" for key in ("recall", "precision", "f1")]
        lift = "-" if row["lift"] is None else f"{row['lift']:.1f}"
        counts = [f"{row[key]:,}" for key in ("theirs", "ours", "both")]
        table.add_row(row["strategy"], *counts, *shares, lift)
    return table


COMMANDS: dict[str, Callable[[list[str]], int]] = {"label": _label}
