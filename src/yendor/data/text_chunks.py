"""Writes chunk datasets: whole or absent, with token statistics in the card.

The format is told in `yendor.data.text_chunks_reader`. `Writer` takes chunks in order and streams them to disk, so
that a dataset may be larger than the memory.
"""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from yendor import __version__
from yendor.core.config import write_text
from yendor.core.errors import YendorError
from yendor.data.text_chunks_reader import DESCRIPTION, TOKENISER, VERSION, Chunk
from yendor.data.text_encoding import Counts
from yendor.text.diff import ALGORITHM
from yendor.text.tokeniser import Tokeniser

STATISTICS_CONTEXT = 4096
"""The paper's context: the statistics say what fits."""


@dataclass(frozen=True)
class Description:
    """What a dataset is.

    Attributes:
        task: nethack or babyai.
        encoding: How histories are told (`yendor.text.history`).
        style: How observations are described (`yendor.text.describe`); "" for BabyAI-Text.
        instruction: What each chunk begins with; "" where each has its own.
        actions: The actions' names.
        horizon: Most steps of a chunk.
        settings: What else made it, for the card.
    """

    task: str
    encoding: str
    style: str
    instruction: str
    actions: Sequence[str]
    horizon: int
    settings: dict[str, Any]


class _Part:
    """Streams one part's arrays to disk."""

    def __init__(self, folder: Path, dtype: str) -> None:
        folder.mkdir(parents=True)
        self.folder, self.dtype = folder, dtype
        self._tokens: BinaryIO = open(folder / "tokens.raw", "wb")  # noqa: SIM115  (`close` closes it)
        self._marks: BinaryIO = open(folder / "marks.raw", "wb")  # noqa: SIM115
        self.offsets, self.sources = [0], list[tuple[int, int]]()

    def add(self, chunk: Chunk, source: tuple[int, int]) -> None:
        self._tokens.write(chunk.tokens.astype(self.dtype).tobytes())
        self._marks.write(chunk.marks.tobytes())
        self.offsets.append(self.offsets[-1] + len(chunk.marks))
        self.sources.append(source)

    def close(self) -> dict[str, int]:
        """Turn the streams into `.npy` files."""
        self._tokens.close()
        self._marks.close()
        for name, dtype in (("tokens", self.dtype), ("marks", "uint8")):
            raw, path = self.folder / f"{name}.raw", self.folder / f"{name}.npy"
            with open(path, "wb") as out, open(raw, "rb") as data:
                header = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": (self.offsets[-1],)}
                np.lib.format.write_array_header_1_0(out, header)
                shutil.copyfileobj(data, out, 1 << 20)
            raw.unlink()
        np.save(self.folder / "offsets.npy", np.array(self.offsets, np.int64))
        np.save(self.folder / "sources.npy", np.array(self.sources, np.int64).reshape(-1, 2))
        return {"chunks": len(self.sources), "tokens": self.offsets[-1]}


def check_target(to: Path) -> None:
    """Refuse a target that holds something.

    Raises:
        YendorError: It exists and is not empty.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise YendorError(f"{to} exists and is not empty", "Choose another --to.")


def write_chunks(
    to: Path,
    what: Description,
    tokeniser: Tokeniser,
    chunks: Iterable[tuple[str, tuple[int, int], Chunk]],
) -> dict[str, Any]:
    """Write a dataset, which appears under its name when it is whole.

    Args:
        to: Its folder; it must not hold anything.
        what: What it is.
        tokeniser: Whose tokens the chunks are made of.
        chunks: Part's name (`train` or `valid`), source and chunk, in the order to keep.

    Returns:
        The description, as `chunks.json` has it.

    Raises:
        YendorError: `to` is not empty; no chunk came; the disk is full.
    """
    check_target(to)
    part = to.with_name(to.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    dtype = "uint16" if tokeniser.vocabulary <= 1 << 16 else "uint32"
    try:
        parts = {name: _Part(part / name, dtype) for name in ("train", "valid")}
        counts = Counts.empty(STATISTICS_CONTEXT)
        for name, source, chunk in chunks:
            parts[name].add(chunk, source)
            counts.add(chunk)
        if not counts.chunks:
            raise YendorError("no chunks came out", "Give games with more steps, or a shorter --horizon.")
        found = {name: one.close() for name, one in parts.items()}
        if not found["valid"]["chunks"]:
            del found["valid"]
            shutil.rmtree(part / "valid")
        tokeniser.save(part / TOKENISER)
        description = _description(what, tokeniser, found, counts)
        write_text(part / DESCRIPTION, json.dumps(description, indent=1) + "\n")
        write_text(part / "CARD.md", card(description, to.name))
        if to.exists():
            to.rmdir()
        part.rename(to)
    except OSError as error:
        raise YendorError(f"cannot write {to}: {error}", "Free some space and run it again.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return description


def _description(
    what: Description, tokeniser: Tokeniser, parts: dict[str, dict[str, int]], counts: Counts
) -> dict[str, Any]:
    return {
        "version": VERSION,
        "task": what.task,
        "encoding": what.encoding,
        "style": what.style,
        "diff": ALGORITHM,
        "instruction": what.instruction,
        "actions": list(what.actions),
        "horizon": what.horizon,
        "vocabulary": tokeniser.vocabulary,
        "tokeniser": tokeniser.fingerprint,
        "parts": parts,
        "statistics": counts.summary(),
        "settings": what.settings,
        "yendor": __version__,
    }


def card(description: dict[str, Any], name: str) -> str:
    """Return a dataset's card, in Markdown."""
    statistics = description["statistics"]
    lines = [f"# {name}", "", f"Chunks of {description['task']} play as text, for language models.", ""]
    lines += [
        f"- history: {description['encoding']}, at most {description['horizon']} steps a chunk",
        f"- vocabulary: {description['vocabulary']:,} tokens (tokeniser {description['tokeniser']})",
    ]
    lines += [f"- {part}: {n['chunks']:,} chunks, {n['tokens']:,} tokens" for part, n in description["parts"].items()]
    lines += ["", "| tokens per | min | max | median | mean | sd |", "|---|---|---|---|---|---|"]
    for kind in ("chunk", "anchor", "update", "action"):
        spread = statistics[f"tokens_per_{kind}"]
        if spread:
            cells = (kind, *(f"{spread[column]:,}" for column in ("min", "max", "median", "mean", "sd")))
            lines.append(f"| {' | '.join(cells)} |")
    context = statistics["context"]
    lines += [
        "",
        f"Whole within {context:,} tokens: {statistics['chunks_within_context']:.1%} of the chunks, "
        f"{statistics['actions_within_context']:.1%} of the actions.",
        "",
        "Made with:",
        "",
        *(f"- {key}: {value}" for key, value in description["settings"].items()),
        "",
        f"Written by Yendor {description['yendor']}.",
    ]
    return "\n".join(lines) + "\n"
