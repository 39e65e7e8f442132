"""Transcode a dataset's games into the store: once, in parallel, each block read back and compared frame by frame.

Games go into shards in the order of their keys; a shard is one job. A job that is killed leaves nothing under a
shard's name, and the next run does what is missing.
"""

import hashlib
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yendor import _native
from yendor.core.errors import YendorError
from yendor.data.batch import COLUMNS, ROWS
from yendor.data.catalogue import Catalogue, Game
from yendor.data.compressed import Chunks
from yendor.data.labels import game_labels
from yendor.data.playback import Emulation, size_of
from yendor.data.shard import (
    BLOCK_FRAMES,
    LEVEL,
    SCREEN,
    SUFFIX,
    Block,
    Section,
    Shard,
    ShardWriter,
    Stored,
    train_dictionary,
)  # fmt: skip
from yendor.data.ttyrec import version_of
from yendor.launch.jobs import run_jobs
from yendor.launch.progress import Progress

FOLDER = "store"
_SAMPLE_GAMES, _SAMPLE_BLOCKS = 24, 96
_LEAST_SHARD = 4e6
"""Bytes of ttyrecs below which a shard is not split among workers: each holds its dictionary."""


@dataclass(frozen=True)
class TranscodeConfig:
    """How games are stored."""

    emulation: Emulation = "fixed"
    """How terminals are drawn: fixed as real ones do, nle as NLE's converter does (they differ in human games)."""
    block_frames: int = BLOCK_FRAMES
    """Frames in a block: smaller blocks are reached faster and take more bytes."""
    level: int = LEVEL
    """zstd's, 1 to 22."""
    shard_megabytes: float = 64.0
    """Bytes of ttyrecs that go into one shard."""
    dictionary: bool = True
    """Train a zstd dictionary on a sample of the games, unless the dataset has one."""
    dictionary_from: str = ""
    """A dataset whose dictionary is taken instead: for a few games, too few to learn from."""

    def __post_init__(self) -> None:
        if self.emulation not in ("fixed", "nle"):
            raise YendorError(f"emulation = {self.emulation!r}", "Known: fixed, nle.")
        if not 1 <= self.block_frames <= 65536 or not 1 <= self.level <= 22 or self.shard_megabytes <= 0:
            raise YendorError(
                f"block_frames = {self.block_frames}, level = {self.level}, shard_megabytes = {self.shard_megabytes}",
                "Blocks have 1 to 65536 frames, levels are 1 to 22, and a shard has some bytes.",
            )


@dataclass
class Transcoded:
    """What a run did: games and frames stored now, games found stored, bytes read and written, and failures."""

    games: int = 0
    found: int = 0
    frames: int = 0
    bytes_read: int = 0
    bytes_written: int = 0
    corrected_cells: int = 0
    cut: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Job:
    games: tuple[Game, ...]
    shard: Path
    dictionary: bytes
    config: TranscodeConfig
    observations: tuple[tuple[int, Path, Stored], ...]


@dataclass
class _Done:
    stored: list[Stored] = field(default_factory=list)
    cut: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    size: int = 0


def transcode(
    catalogue: Catalogue,
    config: TranscodeConfig,
    *,
    where: str = "",
    again: bool = False,
    workers: int = 2,
    quiet: bool = False,
) -> Transcoded:
    """Store the selected games that the store lacks.

    Args:
        catalogue: The dataset's.
        config: How.
        where: SQL condition on the games; "" takes all.
        again: Those too that the store has; shards that no game is in any more are removed at the end.
        workers: Processes; 0 works in this one.
        quiet: No progress line.

    Raises:
        YendorError: Nothing is selected; the disk is full.
    """
    games = sorted(catalogue.games(where), key=lambda game: str(game.row["key"]))
    if not games:
        raise YendorError("no games selected" + (f" where {where}" if where else ""), "See `yendor data list`.")
    done = {} if again else catalogue.stored_games(screens=True)
    todo = [game for game in games if game.gameid not in done and game.files]
    report = Transcoded(found=len(games) - len(todo))
    folder = catalogue.folder / FOLDER
    for part in folder.glob("*.part"):  # what a killed run left
        part.unlink()
    if not todo:
        return report
    dictionary = _dictionary(folder, todo, config)
    jobs = _jobs(catalogue, todo, folder, dictionary, config, workers)
    frames = sum(game.row["frames"] for game in todo)
    with Progress("transcoding", frames, "frames", quiet=quiet) as bar:
        running: dict[Path, float] = {}

        def beat(job: _Job, numbers: dict[str, float]) -> None:
            bar.advance(int(numbers["frames"] - running.get(job.shard, 0.0)))
            running[job.shard] = numbers["frames"]
            bar.show(games=report.games, failed=len(report.failed))

        outcomes: Any = run_jobs(transcode_group, jobs, workers=workers, hang_s=1800.0, on_beat=beat)
        with closing(outcomes):
            for outcome in outcomes:
                expected = sum(game.row["frames"] for game in outcome.job.games)
                bar.advance(int(expected - running.pop(outcome.job.shard, 0.0)))
                _finish(outcome, catalogue, report)
    if again:
        for path in catalogue.forget_shards():
            if path.parent.resolve() == folder.resolve():
                path.unlink(missing_ok=True)
    return report


def _finish(outcome: Any, catalogue: Catalogue, report: Transcoded) -> None:
    job, done = outcome.job, outcome.result
    if done is None:
        if "No space left" in outcome.detail:
            raise YendorError(
                f"the disk of {job.shard.parent} is full", "Free some space and run the same command again."
            )
        why = f"{outcome.failure}: {outcome.detail.strip().splitlines()[-1]}"
        report.failed += [(str(game.row["key"]), why) for game in job.games]
        return
    if done.stored:
        catalogue.store(job.shard, done.size, done.stored)
    report.games += len(done.stored)
    report.frames += sum(game.frames for game in done.stored)
    report.corrected_cells += sum(game.corrected_cells for game in done.stored)
    report.bytes_read += sum(game.row["bytes"] for game in job.games)
    report.bytes_written += done.size
    report.cut += done.cut
    report.failed += done.failed


def _dictionary(folder: Path, games: Sequence[Game], config: TranscodeConfig) -> bytes:
    """Return the dictionary of the dataset's first shard, or train one on a sample spread over the games."""
    if not config.dictionary:
        return b""
    if config.dictionary_from:
        folder = Path(config.dictionary_from) / FOLDER
        if not any(folder.glob(f"*{SUFFIX}")):
            raise YendorError(f"--dictionary-from {config.dictionary_from} has no store", "Transcode it first.")
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            dictionaries = Shard(path).dictionaries
        except YendorError:
            continue  # its games are being stored anew, or verifying names it
        return dictionaries[0] if dictionaries else b""
    chosen = games[:: max(1, len(games) // _SAMPLE_GAMES)]
    each = max(_SAMPLE_BLOCKS // _SAMPLE_GAMES, _SAMPLE_BLOCKS // len(chosen))
    samples = (data for game in chosen for data in _sample_blocks(game, config, each))
    return train_dictionary(samples)


def _sample_blocks(game: Game, config: TranscodeConfig, count: int) -> list[bytes]:
    packer = _packer(game, config)
    blocks: list[bytes] = []
    for chunk in Chunks(game.files[0].path):
        packer.feed(chunk)
        blocks += [data for _, _, _, data in packer.take()]
        if len(blocks) >= 4 * count:
            break
    else:
        packer.finish(False)
        blocks += [data for _, _, _, data in packer.take()]
    return blocks[:: max(1, len(blocks) // count)]


def _jobs(
    catalogue: Catalogue, games: Sequence[Game], folder: Path, dictionary: bytes, config: TranscodeConfig, workers: int
) -> list[_Job]:
    groups: list[list[Game]] = [[]]
    size = 0.0
    # Every worker shall have something to do, also with less than a shard's worth of games for each.
    share = sum(game.row["bytes"] for game in games) / max(workers, 1)
    most = min(config.shard_megabytes * 1e6, max(share, _LEAST_SHARD))
    for game in games:
        if groups[-1] and size + game.row["bytes"] > most:
            groups.append([])
            size = 0.0
        groups[-1].append(game)
        size += game.row["bytes"]
    first = 1 + max((int(path.stem) for path in folder.glob(f"*{SUFFIX}") if path.stem.isdigit()), default=-1)
    jobs = []
    for number, group in enumerate(groups, first):
        places = [(game.gameid, catalogue.stored(game.gameid)) for game in group]
        seen = tuple((gameid, *place) for gameid, place in places if place and place[1].channels)
        jobs.append(_Job(tuple(group), folder / f"{number:06d}{SUFFIX}", dictionary, config, seen))
    return jobs


def transcode_group(job: _Job, beat: Callable[..., None]) -> _Done:
    """Write one shard; runs in a worker process."""
    writer = ShardWriter(job.shard, [job.dictionary] if job.dictionary else [], job.config.level)
    done, frames = _Done(), 0
    observations = {gameid: (path, game) for gameid, path, game in job.observations}
    try:
        for game in job.games:
            try:
                stored, trouble = store_game(game, writer, job.config, observations.get(game.gameid))
            except YendorError as error:
                done.failed.append((str(game.row["key"]), error.message))
                continue
            frames += stored.frames
            done.stored.append(stored)
            if trouble:
                done.cut.append((stored.key, trouble))
            beat(frames=frames)
        if not done.stored:
            writer.abandon()
            return done
        writer.close()
    except BaseException:
        writer.abandon()
        raise
    done.size = job.shard.stat().st_size
    return done


def _terminal(game: Game, config: TranscodeConfig) -> tuple[int, int, bool, int]:
    """Return what a game is drawn on: rows, columns, as NLE does or not, and the ttyrec's version."""
    nle = config.emulation == "nle"
    rows, columns = (ROWS, COLUMNS) if nle else size_of(game)
    return rows, columns, nle, version_of(game.files[0].path)


def _packer(game: Game, config: TranscodeConfig) -> _native.Packer:
    return _native.Packer(*_terminal(game, config), config.block_frames)


def _digest(hashes: Sequence[int]) -> str:
    """Return the hash of a game from those of its blocks."""
    return hashlib.sha256(struct.pack(f"<{len(hashes)}Q", *hashes)).hexdigest()[:16]


def store_game(
    game: Game, writer: ShardWriter, config: TranscodeConfig, observed: tuple[Path, Stored] | None = None
) -> tuple[Stored, str]:
    """Write one game into a shard, and read each block back; return its place, and why it ends early ("": it does not).

    Raises:
        YendorError: A file is missing, nothing can be decoded, or what was written is not what was read.
    """
    names, labels = game_labels(game)
    packer = _packer(game, config)
    if labels is not None:
        packer.set_labels(labels)
    observations = _Observations(*observed, config) if observed else None
    blocks: list[Block] = []
    hashes: list[int] = []
    troubles = [game.row["trouble"]]
    terminal = _terminal(game, config)
    rows, columns, _, version = terminal
    for packed in _packed(game, packer, troubles):
        blocks.append(_write(packed, terminal, writer, observations))
        hashes.append(packed[2])
    decoded = packer.keys if version > 1 else packer.frames
    if decoded < game.row["frames"]:
        troubles.append(f"{decoded} frames of {game.row['frames']} catalogued")
    if observations and observations.left:
        troubles.append(f"{observations.left} blocks of observations have no screens")
    trouble = "; ".join(dict.fromkeys(t for t in troubles if t))
    if not blocks:
        raise YendorError(f"nothing can be decoded: {trouble or 'no frames'}")
    row = {name: value for name, value in game.row.items() if name != "gameid"}
    stored = Stored(
        str(game.row["key"]), row, 0 if writer.dictionaries else -1, config.emulation, version, rows, columns,
        packer.frames, names, packer.differing_cells, _digest(hashes),
        observations.channels if observations else {}, tuple(blocks),
    )  # fmt: skip
    writer.add(stored)
    return stored, trouble


def _packed(game: Game, packer: _native.Packer, troubles: list[str]) -> Iterator[tuple[int, int, int, bytes]]:
    before = len(troubles)
    for number, file in enumerate(game.files):
        if not file.path.exists():
            raise YendorError(f"{file.path} is missing")
        if number:
            packer.next_file()
        chunks = Chunks(file.path)
        for chunk in chunks:
            packer.feed(chunk)
            yield from packer.take()
            if packer.trouble:
                break
        troubles += [t for t in (chunks.trouble, packer.trouble) if t]
    packer.finish(len(troubles) == before)
    troubles.append(packer.trouble)
    yield from packer.take()


def _write(
    packed: tuple[int, int, int, bytes],
    terminal: tuple[int, int, bool, int],
    writer: ShardWriter,
    observations: "_Observations | None",
) -> Block:
    first, frames, frame_hash, data = packed
    dictionary = 0 if writer.dictionaries else -1
    compressed = writer.compress(data, dictionary)
    back = writer.decompress(compressed, dictionary)
    if back != data or _native.hash_block(back, *terminal) != frame_hash:
        raise YendorError(f"frames {first} to {first + frames - 1} are not read back as they were written")
    sections = {SCREEN: writer.append(compressed)}
    if observations:
        sections |= observations.copy(first, writer)
    return Block(first, frames, sections)


class _Observations:
    """A game's recorded observations, whose blocks are copied beside the screens'."""

    def __init__(self, path: Path, game: Stored, config: TranscodeConfig) -> None:
        self._shard, self._blocks, self.channels = Shard(path), {b.first: b for b in game.blocks}, game.channels
        sizes = {block.frames for block in game.blocks[:-1]}
        if sizes - {config.block_frames}:
            raise YendorError(
                f"its observations are in blocks of {max(sizes)} frames", f"Transcode with --block-frames {max(sizes)}."
            )

    @property
    def left(self) -> int:
        """Return how many of its blocks have found no screens."""
        return len(self._blocks)

    def copy(self, first: int, writer: ShardWriter) -> dict[str, Section]:
        block = self._blocks.pop(first, None)
        if block is None:
            return {}
        return {name: writer.append(self._shard.packed(s)) for name, s in block.sections.items() if name != SCREEN}


def verify_stored(path: Path, game: Stored, deep: bool = True) -> str:
    """Read a stored game through; return "" or what is wrong.

    Args:
        path: Its shard.
        game: Its place there.
        deep: Draw every frame and compare with the hash made when it was stored; otherwise only checksums.
    """
    try:
        shard = Shard(path)
        hashes = []
        for block in game.blocks:
            for name, section in block.sections.items():
                data = shard.read(section, game.dictionary if name == SCREEN else -1)
                if name == SCREEN and deep:
                    nle = game.emulation == "nle"
                    hashes.append(_native.hash_block(data, game.rows, game.columns, nle, game.version))
    except (YendorError, ValueError) as error:
        return str(error)
    if deep and hashes and _digest(hashes) != game.hash:
        return "its frames are not those that were stored"
    return ""
