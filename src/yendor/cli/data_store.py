"""`yendor data transcode`, `verify`, `merge`, `filter`, `split`, `export`, `download`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import tyro

from yendor.cli.options import parse
from yendor.core.errors import YendorError


@dataclass(frozen=True)
class TranscodeOptions:
    """Store games for fast reading: compressed blocks of columns, each read back and compared, in DATASET/store.

    Run the same command again to resume, or after games were added. The ttyrecs are left as they are. Exit code 1
    when a game could not be stored.
    """

    dataset: tyro.conf.Positional[Path]
    """The dataset's folder."""
    where: str = ""
    """SQL condition on the games."""
    emulation: Literal["fixed", "nle"] = "fixed"
    """How terminals are drawn: fixed as real ones do, nle as NLE's converter does (they differ in human games)."""
    block_frames: int = 1024
    """Frames in a block: smaller ones are reached faster and take more bytes."""
    level: int = 12
    """zstd's level, 1 to 22."""
    shard_megabytes: float = 64.0
    """Bytes of ttyrecs that go into one shard."""
    dictionary: bool = True
    """Train a zstd dictionary on the games, unless the dataset has one already."""
    dictionary_from: str = ""
    """A dataset whose dictionary is taken instead: for a few games, too few to learn from."""
    again: bool = False
    """Store games anew that the store has already, with other settings or after damage."""
    workers: int = 2
    """Processes."""


@dataclass(frozen=True)
class VerifyOptions:
    """Read every file and the store through: checksums, order of records, labels, the frames' hashes."""

    dataset: tyro.conf.Positional[Path]
    """The dataset's folder."""
    where: str = ""
    """SQL condition on the games."""
    quick: bool = False
    """Check the store's sums only; do not draw its frames."""


@dataclass(frozen=True)
class MergeOptions:
    """Make one dataset of several; a game that two of them hold is taken once.

    Games in the store are copied; the ttyrecs of others stay where they are, unless --copy.
    """

    datasets: tyro.conf.Positional[tuple[Path, ...]]
    """Their folders."""
    to: Path
    """The new dataset's folder."""
    where: str = ""
    """SQL condition on the games."""
    copy: bool = False
    """Copy ttyrecs too."""


@dataclass(frozen=True)
class FilterOptions:
    """Make a dataset of the games that a condition selects."""

    dataset: tyro.conf.Positional[Path]
    """The dataset's folder."""
    where: str
    """SQL condition on the games, such as role='Val' and score>5000."""
    to: Path
    """The new dataset's folder."""
    copy: bool = False
    """Copy ttyrecs too; games in the store are copied anyway."""


@dataclass(frozen=True)
class SplitOptions:
    """Deal a dataset's games out to new datasets, by a hash of each game's key: games added later move no others."""

    dataset: tyro.conf.Positional[Path]
    """The dataset's folder."""
    to: Path
    """The folder that will hold one dataset for each part."""
    parts: str = "train=0.9,valid=0.1"
    """Names and shares, which add up to 1."""
    where: str = ""
    """SQL condition on the games."""
    seed: int = 0
    """Another seed gives another split."""
    copy: bool = False
    """Copy ttyrecs too; games in the store are copied anyway."""


@dataclass(frozen=True)
class ExportOptions:
    """Write games in a format that other tools open. Exit code 1 when a game could not be read."""

    dataset: tyro.conf.Positional[Path]
    """The dataset's folder."""
    to: Literal["parquet", "asciicast", "minari", "hf-folder"]
    """parquet (one row a frame), asciicast (asciinema), minari, or hf-folder (Hugging Face datasets)."""
    out: Path
    """The folder to write."""
    where: str = ""
    """SQL condition on the games."""
    option: tuple[str, ...] = ()
    """Settings of the format, such as --option speed=12 keys=yes; an unknown one lists them all."""


@dataclass(frozen=True)
class DownloadOptions:
    """Fetch the NetHack Learning Dataset. What is there is kept, what was begun is gone on with.

    Its publishers give no checksums: without --checksums, lengths and the zips' own sums are checked.
    """

    name: tyro.conf.Positional[Literal["nld-aa", "nld-aa-taster", "nld-nao"]]
    """nld-aa: AutoAscend's games, 16 parts; nld-nao: games of people, 41 parts; nld-aa-taster: a small piece."""
    to: Path
    """The folder."""
    parts: str = ""
    """Some parts only, such as aa,ab or 1-3."""
    unpack: bool = False
    """Unpack the zips too."""
    checksums: Path | None = None
    """A list in sha256sum's format."""
    mirror: str = ""
    """Another server's address, instead of the publishers'."""


def _bar(title: str, unit: str) -> tuple[Any, Callable[[int, int], None]]:
    """Return a progress line, and what to call with things done and things in all."""
    from yendor.launch.progress import Progress

    bar = Progress(title, None, unit)

    def report(done: int, total: int) -> None:
        bar.total = total
        bar.advance(done - bar.done)

    return bar, report


def _transcode(argv: list[str]) -> int:
    options = parse(TranscodeOptions, argv, "yendor data transcode")
    if options.workers < 1:
        raise YendorError(f"--workers {options.workers}", "At least 1.")
    from yendor.data.card import write_card
    from yendor.data.catalogue import Catalogue
    from yendor.data.transcode import TranscodeConfig, transcode

    config = TranscodeConfig(
        options.emulation, options.block_frames, options.level, options.shard_megabytes, options.dictionary,
        options.dictionary_from,
    )  # fmt: skip
    catalogue = Catalogue(options.dataset)
    done = transcode(catalogue, config, where=options.where, again=options.again, workers=options.workers)
    share = f", {done.bytes_written / done.bytes_read:.2f} of the ttyrecs' bytes" if done.bytes_read else ""
    print(
        f"{options.dataset}: {done.games} games stored ({done.frames:,} frames, {done.bytes_written:,} bytes{share}), "
        f"{done.found} found stored, {len(done.cut)} cut short, {len(done.failed)} failed"
    )
    if done.corrected_cells:
        print(f"{done.corrected_cells:,} cells look otherwise in NLE's converter (`yendor data show`: of which game)")
    for title, games in (("cut short", done.cut), ("failed", done.failed)):
        for key, why in games:
            print(f"  {title}: {key}: {why}")
    write_card(catalogue)
    return 1 if done.failed else 0


def _verify(argv: list[str]) -> int:
    options = parse(VerifyOptions, argv, "yendor data verify")
    from yendor.data.catalogue import Catalogue
    from yendor.data.recorder import verify_game
    from yendor.data.shard import Shard
    from yendor.data.transcode import verify_stored
    from yendor.launch.progress import Progress

    catalogue = Catalogue(options.dataset)
    games = catalogue.games(options.where)
    bad, shards, stored = [], list[str](), 0
    with Progress("verifying", sum(game.row["frames"] for game in games), "frames") as bar:
        for game in games:
            trouble = verify_game(game.files)
            place = catalogue.stored(game.gameid)
            if place is not None:
                stored += 1
                in_store = verify_stored(*place, deep=not options.quick)
                trouble = "; ".join(t for t in (trouble, in_store and f"in the store: {in_store}") if t)
            elif not game.files:
                trouble = "neither files nor a place in the store"
            if trouble:
                bad.append((game.gameid, trouble))
            bar.advance(game.row["frames"])
    for path in sorted({path for path, _ in catalogue.stored_games().values()}):
        try:
            Shard(path).games()
        except YendorError as error:
            shards.append(error.message)
    print(f"{len(games)} games read through, {stored} of them in the store, {len(bad)} bad")
    for gameid, trouble in bad:
        print(f"  game {gameid}: {trouble}")
    for why in shards:
        print(f"  {why}")
    return 1 if bad or shards else 0


def _merge(argv: list[str]) -> int:
    options = parse(MergeOptions, argv, "yendor data merge")
    if not options.datasets:
        raise YendorError("no datasets to merge", "yendor data merge ONE TWO --to NEW")
    return _merge_into(options.datasets, options.to, options.where, options.copy, "merging")


def _filter(argv: list[str]) -> int:
    options = parse(FilterOptions, argv, "yendor data filter")
    return _merge_into((options.dataset,), options.to, options.where, options.copy, "filtering")


def _merge_into(sources: tuple[Path, ...], to: Path, where: str, copy: bool, title: str) -> int:
    from yendor.data.datasets import merge

    bar, report = _bar(title, "games")
    with bar:
        done = merge(sources, to, where=where, copy=copy, progress=report)
    print(
        f"{to}: {done.games} games ({done.frames:,} frames), {done.stored} of them in the store, "
        f"{done.known} that were there already"
    )
    return 0


def _split(argv: list[str]) -> int:
    options = parse(SplitOptions, argv, "yendor data split")
    from yendor.data.datasets import split

    try:
        parts = {name.strip(): float(share) for name, share in (p.split("=") for p in options.parts.split(","))}
    except ValueError as error:
        raise YendorError(f"--parts {options.parts!r}", "Such as train=0.9,valid=0.1.") from error
    bar, report = _bar("splitting", "games")
    with bar:
        done = split(
            options.dataset, options.to, parts, where=options.where, seed=options.seed, copy=options.copy,
            progress=report,
        )  # fmt: skip
    for name, copied in done.items():
        print(f"{options.to / name}: {copied.games} games ({copied.frames:,} frames)")
    return 0


def _export(argv: list[str]) -> int:
    options = parse(ExportOptions, argv, "yendor data export")
    from yendor.data.exporters import export, read_options

    settings = read_options(options.to, options.option)
    bar, report = _bar(f"exporting {options.to}", "games")
    with bar:
        done = export(options.dataset, options.to, options.out, where=options.where, progress=report, **settings)
    print(
        f"{options.out}: {done.games} games ({done.frames:,} frames) in {done.files} files of {done.bytes:,} bytes, "
        f"{len(done.failed)} failed"
    )
    for key, why in done.failed:
        print(f"  failed: {key}: {why}")
    return 1 if done.failed else 0


def _download(argv: list[str]) -> int:
    options = parse(DownloadOptions, argv, "yendor data download")
    from yendor.data.download import Report, download, parts_of
    from yendor.launch.progress import Progress

    total = Report()
    for part in parts_of(options.name, options.parts, options.mirror):
        with Progress(part.name, None, "bytes") as bar:

            def report(done: int, size: int | None, bar: Progress = bar) -> None:
                bar.total = size
                bar.advance(done - bar.done)

            one = download(
                [part], options.to, checksums=options.checksums, unpack=options.unpack, progress=report
            )
        for mine, its in ((total.fetched, one.fetched), (total.kept, one.kept)):
            mine += its
        total.failed += one.failed
        total.bytes += one.bytes
    print(
        f"{options.to}: {len(total.fetched)} parts fetched ({total.bytes:,} bytes), {len(total.kept)} kept, "
        f"{len(total.failed)} failed"
    )
    for name, why in total.failed:
        print(f"  failed: {name}: {why}")
    return 1 if total.failed else 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "transcode": _transcode,
    "verify": _verify,
    "merge": _merge,
    "filter": _filter,
    "split": _split,
    "export": _export,
    "download": _download,
}
