"""Recorded games as chunks of text: what `yendor data text` does.

Chunks are drawn as diff history's LangHack (Piterbarg et al. 2023, section 4.1.2): a game and a first step, uniformly
over all steps of all games, without replacement. A chunk never reaches over a game's end; a game shorter than the
horizon gives one short chunk. Games go to `train` or `valid` by their key alone, whole.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from yendor.core.config import write_text
from yendor.core.errors import YendorError
from yendor.core.labels import asked_action
from yendor.data.batch import Batch
from yendor.data.games import Games
from yendor.data.text_chunks import Description, check_target, write_chunks
from yendor.data.text_chunks_reader import ACTION, Chunk
from yendor.data.text_encoding import ChunkEncoder
from yendor.launch.jobs import Beat, run_jobs
from yendor.launch.progress import Progress
from yendor.nethack.actions import TWINS
from yendor.text.actions import ACTION_NAMES
from yendor.text.describe import Describer, StyleName
from yendor.text.history import NETHACK_INSTRUCTION, encoding, whole
from yendor.text.tokeniser import Tokeniser

CHANNELS = ("glyphs", "blstats", "inv_strs", "inv_letters")
"""Observations that must have been recorded; the terminal is there anyway."""
_PIECE = 4096


@dataclass(frozen=True)
class TextConfig:
    """What decides which chunks come out."""

    horizon: int = 64
    """Most steps of a chunk."""
    chunks: int = 10_000
    """Chunks to draw, over both parts; with --encoding none, each becomes a chunk a step."""
    encoding: str = "diff"
    """How a history is told: diff, diff-marked, fields, full, none."""
    style: StyleName = "clean"
    """How an observation is described: clean, compat, compat-main."""
    tokeniser: str = "nethack"
    """The one that is shipped, a folder of `yendor data tokeniser`, or one with a tokenizer.json such as GPT-2's."""
    single_actions: bool = True
    """A token for each action's name; off, names are told by the tokens of any text, as the paper has them."""
    tokens: int | None = None
    """Most tokens, over both parts: chunks are left out at random until they fit."""
    asked: bool = False
    """Of games recorded with --ask, learn the keys that the expert would have pressed; others are history alone."""
    valid: float = 0.05
    """Share of the games that is kept apart for measuring."""
    where: str = ""
    """SQL condition that selects games."""
    seed: int = 0
    """Decides which chunks are drawn."""

    def __post_init__(self) -> None:
        if self.horizon < 1 or self.chunks < 1 or not 0 <= self.valid < 1:
            raise YendorError(
                f"horizon = {self.horizon}, chunks = {self.chunks}, valid = {self.valid}",
                "Horizon and chunks are at least 1; valid is a share from 0 up to 1.",
            )
        encoding(self.encoding)


@dataclass(frozen=True)
class _Job:
    """One game's chunks, for a worker."""

    dataset: Path
    gameid: int
    starts: tuple[int, ...]
    config: TextConfig
    out: Path


def steps_of(games: Games, gameid: int) -> int:
    """Return how many recorded observations of a game have a key: all but the last, which came after the last key."""
    return max(0, games.observed(gameid)[1] - 1)


class Stretch(NamedTuple):
    """Some steps of a game: whole observations, actions' names, and whether an expert named another action."""

    observations: list[str]
    actions: list[str]
    doubted: list[bool]


def texts_of(
    games: Games, gameid: int, spans: Sequence[tuple[int, int]], describer: Describer
) -> Iterator[Stretch]:
    """Yield some stretches of a game, in one pass over it.

    Args:
        games: Where it is.
        gameid: Which it is.
        spans: First step and end of each stretch, in order of the first steps; they may overlap.
        describer: Who describes.

    Raises:
        YendorError: The observations were not recorded, or cannot be read.
    """
    offset, _ = games.observed(gameid)
    told: dict[int, tuple[str, str, bool]] = {}
    waiting, begin = list(spans), 0
    for batch in games.pieces(gameid, _PIECE):
        end = begin + len(batch.gameids)
        wanted = sorted({t for a, b in waiting for t in range(max(a + offset, begin), min(b + offset, end))})
        if wanted:
            told |= _told(games, gameid, begin, wanted, batch, describer)
        while waiting and waiting[0][1] + offset <= end:
            first, last = waiting.pop(0)
            steps = [told[t + offset] for t in range(first, last)]
            yield Stretch([s[0] for s in steps], [s[1] for s in steps], [s[2] for s in steps])
        oldest = waiting[0][0] + offset if waiting else end
        told = {t: step for t, step in told.items() if t >= oldest}
        if not waiting:
            return
        begin = end


def _told(
    games: Games, gameid: int, begin: int, wanted: list[int], batch: Batch, describer: Describer
) -> dict[int, tuple[str, str, bool]]:
    """Describe the wanted frames of a piece that begins at frame `begin`."""
    seen = games.observations((gameid, slice(wanted[0], wanted[-1] + 1)), CHANNELS)
    rows, frames = np.array(wanted) - wanted[0], np.array(wanted) - begin
    if (batch.actions[frames] < 0).any() or not batch.mask[frames].all():
        raise YendorError(f"game {gameid} has steps without a key of the agent's", "Run `yendor data verify`.")
    texts = describer.describe_rows(
        seen["glyphs"][rows], seen["blstats"][rows], batch.tty_chars[frames], seen["inv_strs"][rows],
        seen["inv_letters"][rows], batch.tty_cursor[frames].astype(np.uint8),
    )  # fmt: skip
    answers = [*map(asked_action, games.label_names), -1]
    told = {}
    for t, text, action, label in zip(wanted, texts, batch.actions[frames], batch.labels[frames], strict=True):
        answer = answers[label]
        told[t] = (whole(text), ACTION_NAMES[action], answer >= 0 and TWINS.get(answer, answer) != action)
    return told


def make_chunks(
    dataset: Path, to: Path, config: TextConfig, *, workers: int = 2, quiet: bool = False
) -> dict[str, Any]:
    """Make a chunk dataset of recorded games; an interrupted run goes on where it was.

    Args:
        dataset: Games recorded with full observations (`yendor record --observations default`).
        to: The new dataset's folder.
        config: Which chunks.
        workers: Processes; 0 works in this one. The result is the same.
        quiet: Show no progress.

    Returns:
        Its description.

    Raises:
        YendorError: No games, no observations in them, fewer steps than chunks; `to` is not empty.
    """
    check_target(to)
    tokeniser = _tokeniser(config)
    parts = to.with_name(to.name + ".games")
    jobs = [job for job in _draw(dataset, config, parts) if job.starts]
    _resume(parts, dataset, config, tokeniser)
    missing = [job for job in jobs if not job.out.exists()]
    with Progress("describing", len(jobs), "games", done=len(jobs) - len(missing), quiet=quiet) as bar:
        outcomes: Any = run_jobs(_describe, missing, workers=workers, hang_s=600.0)
        with closing(outcomes):
            for outcome in outcomes:
                if outcome.failure:
                    raise YendorError(
                        f"game {outcome.job.gameid} could not be described: "
                        f"{outcome.detail.strip().splitlines()[-1] if outcome.detail else outcome.failure}",
                        f"Leave it out with --where 'gameid != {outcome.job.gameid}', or run `yendor data verify`.",
                    )
                bar.advance()
    what = Description(
        "nethack", config.encoding, config.style, NETHACK_INSTRUCTION, ACTION_NAMES, config.horizon,
        asdict(config) | {"dataset": dataset.name},
    )  # fmt: skip
    found = write_chunks(to, what, tokeniser, _collect(jobs, config))
    shutil.rmtree(parts, ignore_errors=True)
    return found


def _tokeniser(config: TextConfig) -> Tokeniser:
    return Tokeniser.load(config.tokeniser, ACTION_NAMES if config.single_actions else ())


def _resume(parts: Path, dataset: Path, config: TextConfig, tokeniser: Tokeniser) -> None:
    """Keep what an interrupted run with the same settings has done; remove what another left."""
    mark = parts / "settings.json"
    now = json.dumps(asdict(config) | {"dataset": str(dataset.resolve()), "tokens_of": tokeniser.fingerprint})
    if not mark.exists() or mark.read_text() != now:
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir(parents=True)
        write_text(mark, now)


def _draw(dataset: Path, config: TextConfig, parts: Path) -> list[_Job]:
    """Draw the chunks' first steps."""
    games = Games(dataset, config.where, "path")
    ids = list(games)
    blind = [gameid for gameid in ids if not set(CHANNELS) <= set(games.channels(gameid))]
    if blind:
        raise YendorError(
            f"{len(blind)} of {len(ids)} games were recorded without {', '.join(CHANNELS)}; the first is {blind[0]}",
            "Record with `yendor record --observations default`.",
        )
    if config.asked and all(asked_action(name) < 0 for name in games.label_names):
        raise YendorError(
            f"--asked, and nobody was asked in the games of {dataset}",
            "Record with `yendor record --ask bot`, or leave --asked away.",
        )
    counts = [steps_of(games, gameid) for gameid in ids]
    # Of a game shorter than the horizon, the one chunk that there is.
    room = np.array([max(1, count - config.horizon + 1) if count else 0 for count in counts], np.int64)
    ends, total = np.cumsum(room), int(room.sum())
    if config.chunks > total:
        raise YendorError(
            f"{config.chunks:,} chunks from {total:,} steps to begin at",
            "Record more games, or ask for fewer --chunks.",
        )
    drawn = np.sort(np.random.default_rng(config.seed).choice(total, config.chunks, replace=False))
    game_of = np.searchsorted(ends, drawn, side="right")
    jobs = []
    for number, gameid in enumerate(ids):
        starts = drawn[game_of == number] - (ends[number] - room[number])
        key = hashlib.sha256(str(games.row(gameid)["key"]).encode()).hexdigest()[:16]
        jobs.append(_Job(dataset, gameid, tuple(map(int, starts)), config, parts / f"{key}.npz"))
    return jobs


@cache
def _tools(config: TextConfig) -> tuple[ChunkEncoder, Describer]:
    return ChunkEncoder(_tokeniser(config), encoding(config.encoding), NETHACK_INSTRUCTION), Describer(config.style)


def _describe(job: _Job, beat: Beat) -> int:
    """Make one game's chunks; what a worker does. Only the parent of the same run reads the file."""
    games = Games(job.dataset, f"gameid = {job.gameid}", "path")
    encoder, describer = _tools(job.config)
    horizon, count = job.config.horizon, steps_of(games, job.gameid)
    stretches = list(_stretches(job.starts, horizon))
    spans = [(starts[0], min(starts[-1] + horizon, count)) for starts in stretches]
    found: list[tuple[int, list[Chunk]]] = []
    for starts, stretch in zip(stretches, texts_of(games, job.gameid, spans, describer), strict=True):
        left_out = stretch.doubted if job.config.asked else ()
        steps = encoder.steps(stretch.observations, stretch.actions, left_out)
        found += [(start, encoder.chunks(steps, start - starts[0], horizon)) for start in starts]
        beat(steps=starts[-1])
    _keep(found, job.out)
    return len(found)


def _keep(found: list[tuple[int, list[Chunk]]], path: Path) -> None:
    flat = [chunk for _, chunks in found for chunk in chunks]
    part = path.with_suffix(".part")
    with open(part, "wb") as file:
        np.savez(
            file,
            starts=np.array([start for start, chunks in found for _ in chunks], np.int64),
            sizes=np.array([len(chunk.marks) for chunk in flat], np.int64),
            tokens=np.concatenate([chunk.tokens for chunk in flat]),
            marks=np.concatenate([chunk.marks for chunk in flat]),
        )
    part.rename(path)


def _stretches(starts: Sequence[int], horizon: int) -> Iterator[list[int]]:
    """Part sorted first steps into runs whose steps overlap, or nearly; none is longer than a few thousand steps."""
    run: list[int] = []
    for start in starts:
        if run and (start > run[-1] + 2 * horizon or start - run[0] > _PIECE):
            yield run
            run = []
        run.append(start)
    if run:
        yield run


def _collect(jobs: list[_Job], config: TextConfig) -> Iterator[tuple[str, tuple[int, int], Chunk]]:
    """Yield the chunks in the order of games and steps, as many as the budget of tokens allows."""
    keep = _kept(jobs, config)
    number = 0
    for job in jobs:
        name = "valid" if int(job.out.stem, 16) / 16**16 < config.valid else "train"
        for start, chunks in _load(job):
            if keep is None or number in keep:
                for i, chunk in enumerate(chunks):
                    if (chunk.marks == ACTION).any():
                        yield name, (job.gameid, start + i), chunk
            number += 1


def _load(job: _Job) -> Iterator[tuple[int, list[Chunk]]]:
    """Yield a game's first steps, each with its chunks: one, or one a step."""
    with np.load(job.out, allow_pickle=False) as found:
        starts, tokens, marks = found["starts"], found["tokens"], found["marks"]
        ends = np.cumsum(found["sizes"])
    chunks = [Chunk(t, m) for t, m in zip(np.split(tokens, ends[:-1]), np.split(marks, ends[:-1]), strict=True)]
    edges = [0, *(np.flatnonzero(np.diff(starts)) + 1).tolist(), len(starts)]
    for begin, end in pairwise(edges):
        yield int(starts[begin]), chunks[begin:end]


def _kept(jobs: list[_Job], config: TextConfig) -> set[int] | None:
    """Return the numbers of the chunks that fit the budget, drawn at random; None for all."""
    if config.tokens is None:
        return None
    sizes = np.array([sum(len(c.marks) for c in chunks) for job in jobs for _, chunks in _load(job)], np.int64)
    order = np.random.default_rng([config.seed, 1]).permutation(len(sizes))
    fitting = order[np.cumsum(sizes[order]) <= config.tokens]
    if not len(fitting):
        raise YendorError(f"no chunk fits {config.tokens:,} tokens", "Raise --tokens, or lower --horizon.")
    return set(fitting.tolist())
