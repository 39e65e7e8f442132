"""`yendor data`: import, list, show, count and verify recorded games."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from yendor.cli.options import console, parse
from yendor.core.errors import YendorError, did_you_mean

USAGE = """\
usage: yendor data import FOLDER --to DATASET     import NLE, NLD-AA, NAO or HiHack games
       yendor data download nld-aa --to FOLDER    fetch the NetHack Learning Dataset, whole or in parts
       yendor data transcode DATASET              store the games for fast reading
       yendor data list DATASET [--where SQL]     one line a game
       yendor data show DATASET GAMEID            one game in full
       yendor data stats DATASET [--where SQL]    counts, scores by role, strategies, keys
       yendor data label DATASET --to NEW         the bot's strategy for every step of anybody's games
       yendor data verify DATASET                 read every file and the store through
       yendor data merge DATASETS... --to NEW     one dataset of several; each game once
       yendor data filter DATASET --where SQL --to NEW
       yendor data split DATASET --parts train=0.9,valid=0.1 --to NEW
       yendor data text DATASET --to CHUNKS       chunks of text for language models
       yendor data tokeniser DATASETS... --to FOLDER   learn a vocabulary for them
       yendor data babyai --to CHUNKS             the same of BabyAI-Text, with BabyAI's bot
       yendor data export DATASET --to parquet|asciicast|minari|hf-folder --out FOLDER

A dataset is a folder with a catalogue; `yendor record` makes one too. --where takes an SQL condition on the
catalogue's columns, such as --where "role='Val' and score>5000". Each command has its own --help.
"""


@dataclass(frozen=True)
class ImportOptions:
    """Import games into a dataset. Files stay where they are, and are read there.

    Broken files are reported and skipped, files cut short are kept up to the cut. Exit code 1 when files were skipped.
    """

    folder: tyro.conf.Positional[Path]
    """The folder that holds the games."""
    to: Path
    """The dataset's folder; made when it is missing."""
    source: str = "auto"
    """auto, nle (NLE and NLD-AA), nao, hihack, or yendor."""
    workers: int = 2
    """Processes that read files."""


@dataclass(frozen=True)
class SelectOptions:
    """Select games of a dataset."""

    dataset: tyro.conf.Positional[Path]
    """The dataset's folder."""
    where: str = ""
    """SQL condition, such as role='Val' and score>5000."""
    limit: Annotated[int, tyro.conf.arg()] = 50
    """Most lines shown."""


@dataclass(frozen=True)
class ShowOptions:
    """Show one game in full."""

    dataset: tyro.conf.Positional[Path]
    """The dataset's folder."""
    gameid: tyro.conf.Positional[int]
    """As listed by `yendor data list`."""


def main(argv: list[str]) -> int:
    """Run one of the data commands."""
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if argv else 2
    from yendor.cli import data_label, data_store

    commands: dict[str, Callable[[list[str]], int]] = {
        "import": _import, "list": _list, "show": _show, "stats": _stats,
    }  # fmt: skip
    commands |= data_store.COMMANDS | data_label.COMMANDS
    commands |= {verb: _of_text(verb) for verb in ("text", "tokeniser", "babyai")}
    if argv[0] not in commands:
        raise YendorError(f"unknown command 'data {argv[0]}'", did_you_mean(argv[0], commands))
    return commands[argv[0]](argv[1:])


def _of_text(verb: str) -> Callable[[list[str]], int]:
    """Return a command that is imported when it is run: the text layer takes a tenth of a second."""

    def command(argv: list[str]) -> int:
        from yendor.cli.data_text import COMMANDS

        return COMMANDS[verb](argv)

    return command


def _import(argv: list[str]) -> int:
    options = parse(ImportOptions, argv, "yendor data import")
    from yendor.data.card import write_card
    from yendor.data.catalogue import Catalogue
    from yendor.data.importers import detect, import_folder
    from yendor.launch.progress import Progress

    layout = detect(options.folder) if options.source == "auto" else options.source
    catalogue = Catalogue(options.to, create=True)
    with Progress(f"importing {layout}", None, "games") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.advance()

        report = import_folder(options.folder, catalogue, layout, progress, options.workers)
    print(
        f"{options.to}: {report.imported} games imported ({report.whole} whole, {report.cut} cut off, "
        f"{report.frames:,} frames), {report.known} known before, {len(report.skipped)} files skipped"
    )
    for path, why in report.skipped:
        print(f"  skipped {path}: {why}")
    write_card(catalogue)
    return 1 if report.skipped else 0


def _list(argv: list[str]) -> int:
    options = parse(SelectOptions, argv, "yendor data list")
    from rich.table import Table

    from yendor.data.catalogue import Catalogue

    rows = Catalogue(options.dataset).rows(options.where)
    names = ("gameid", "source", "agent", "character", "score", "turns", "depth", "xl", "frames", "whole", "death")
    table = Table(title=f"{len(rows)} games")
    for name in names:
        table.add_column(name, justify="left" if name in ("source", "agent", "character", "death") else "right")
    for row in rows[: options.limit]:
        cells = {**row, "whole": "yes" if row["whole"] else "no", "death": row["death"] or row["ended"]}
        table.add_row(*("" if cells[name] is None else str(cells[name]) for name in names))
    console().print(table)
    if len(rows) > options.limit:
        print(f"{len(rows) - options.limit} more: --limit {len(rows)}")
    return 0


def _show(argv: list[str]) -> int:
    options = parse(ShowOptions, argv, "yendor data show")
    from yendor.data.catalogue import Catalogue

    catalogue = Catalogue(options.dataset)
    games = catalogue.games(f"gameid = {options.gameid}")
    if not games:
        raise YendorError(f"no game {options.gameid} in {options.dataset}", "See `yendor data list`.")
    for name, value in games[0].row.items():
        if value not in (None, ""):
            print(f"{name:<10} {value}")
    for file in games[0].files:
        print(f"file       {file.path} ({file.frames:,} frames{'' if file.whole else ', cut off'})")
        if file.labels:
            print(f"labels     {file.labels}")
    place = catalogue.stored(options.gameid)
    if place is not None:
        path, stored = place
        size = sum(section.size for block in stored.blocks for section in block.sections.values())
        print(f"store      {path} ({stored.frames:,} frames in {len(stored.blocks)} blocks, {size:,} bytes)")
        if stored.corrected_cells:
            print(f"corrected  {stored.corrected_cells:,} cells that NLE's converter shows otherwise")
        if stored.channels:
            print(f"observed   {', '.join(stored.channels)}")
    return 0


def _stats(argv: list[str]) -> int:
    options = parse(SelectOptions, argv, "yendor data stats")

    from yendor.data.catalogue import Catalogue
    from yendor.data.summaries import dataset_summary, score_table, write_key_counts
    from yendor.launch.progress import Progress

    catalogue = Catalogue(options.dataset)
    with Progress("counting", None, "games") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.advance()

        summary = dataset_summary(catalogue, options.where, progress)
    out = console()
    out.print(
        f"{summary['games']} games ({summary['whole']} whole, {summary['games'] - summary['whole']} cut off), "
        f"{summary['frames']:,} frames, {summary['bytes'] / 1e6:.1f} MB, "
        f"{len(catalogue.skipped())} files skipped at import"
    )
    out.print(_roles(score_table(catalogue.rows(options.where))))
    for title, key in (("strategies (HiHack's)", "strategies"), ("labels", "labels"), ("keys", "keys")):
        if summary[key]:
            out.print(_shares(title, summary[key]))
    if summary["keys"]:
        print(f"key counts: {write_key_counts(options.dataset, summary['keys'])}")
    return 0


def _roles(rows: list[dict[str, Any]]) -> Any:
    from rich.table import Table

    table = Table(title="scores")
    for name in ("role", "games", "frames", "mean", "25 %", "median", "75 %", "best"):
        table.add_column(name, justify="left" if name == "role" else "right")
    for row in rows:
        numbers = [row[key] for key in ("mean", "low", "median", "high", "best")]
        cells = ["-" if value is None else f"{value:,.0f}" for value in numbers]
        table.add_row(row["role"], str(row["games"]), f"{row['frames']:,}", *cells)
    return table


def _shares(title: str, counts: dict[str, int], most: int = 20) -> Any:
    from rich.table import Table

    total = sum(counts.values())
    table = Table(title=title)
    table.add_column("name")
    table.add_column("frames", justify="right")
    table.add_column("share", justify="right")
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    for name, count in ranked[:most]:
        table.add_row(name or "(none)", f"{count:,}", f"{count / total:.1%}")
    if len(ranked) > most:
        rest = sum(count for _, count in ranked[most:])
        table.add_row(f"{len(ranked) - most} others", f"{rest:,}", f"{rest / total:.1%}")
    return table
