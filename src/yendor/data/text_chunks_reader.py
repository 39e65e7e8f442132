"""Reads chunk datasets: recorded play as rows of tokens, with marks that say what is learned from.

    chunks.json    what it is: task, encoding, instruction, actions, vocabulary, the tokeniser's fingerprint, parts
    tokeniser/     the tokeniser's own folder
    train/ valid/  tokens.npy [N] uint16 or uint32, marks.npy [N] uint8, offsets.npy [chunks + 1] int64,
                   sources.npy [chunks, 2] int64: game number, first step

The arrays are mapped from disk, so that a dataset may be larger than the memory.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from yendor.core.errors import YendorError, did_you_mean

VERSION = 1
DESCRIPTION, TOKENISER = "chunks.json", "tokeniser"
PROMPT, ACTION, OBSERVATION, LEFT_OUT = 0, 1, 2, 3
"""What a token is as a target: of the instruction and the anchor, of an action, of an observation, of an action that is
not to be learned."""
_KINDS: dict[str, type | tuple[type, ...]] = {
    "task": str, "encoding": str, "instruction": str, "actions": list, "horizon": int, "vocabulary": int,
    "tokeniser": str, "parts": dict,
}  # fmt: skip
_MAKE = "Make one with `yendor data text`."


class Chunk(NamedTuple):
    """One chunk: its tokens and their marks, both [n]."""

    tokens: NDArray[Any]
    marks: NDArray[np.uint8]


class Part:
    """One part of a dataset, `train` or `valid`.

    Args:
        folder: Its folder.
        chunks: How many chunks the description promises.
        tokens: And how many tokens.

    Raises:
        YendorError: Files are missing, damaged, or not what is promised.
    """

    def __init__(self, folder: Path, chunks: int, tokens: int) -> None:
        self.folder = folder
        self.tokens = _mapped(folder / "tokens.npy", ("uint16", "uint32"))
        self.marks = _mapped(folder / "marks.npy", ("uint8",))
        self.offsets = np.asarray(_mapped(folder / "offsets.npy", ("int64",)))
        self.sources = _mapped(folder / "sources.npy", ("int64",))
        shapes = {"tokens": (tokens,), "marks": (tokens,), "offsets": (chunks + 1,), "sources": (chunks, 2)}
        for name, shape in shapes.items():
            found = getattr(self, name).shape
            if found != shape:
                raise _damaged(folder / f"{name}.npy", f"it has shape {list(found)}, {DESCRIPTION} says {list(shape)}")
        steps = np.diff(self.offsets)
        if self.offsets[0] != 0 or self.offsets[-1] != tokens or (steps < 1).any():
            raise _damaged(folder / "offsets.npy", f"the chunks do not part the {tokens} tokens")

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def chunk(self, number: int) -> Chunk:
        """Return a chunk."""
        span = slice(int(self.offsets[number]), int(self.offsets[number + 1]))
        return Chunk(self.tokens[span], self.marks[span])

    def lengths(self) -> NDArray[np.int64]:
        """Return each chunk's tokens, [chunks]."""
        return np.diff(self.offsets)


class Chunks:
    """An opened dataset.

    Args:
        folder: Where it is.

    Attributes:
        description: What `chunks.json` says.
        vocabulary: Tokens that there are.
        fingerprint: Of the tokeniser.

    Raises:
        YendorError: No dataset, one of a newer version, or a damaged one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.description = _description(folder)
        self.vocabulary: int = self.description["vocabulary"]
        self.fingerprint: str = self.description["tokeniser"]
        if not self.tokeniser.is_dir() or not any(self.tokeniser.iterdir()):
            raise _damaged(self.tokeniser, "the tokeniser is missing")

    @property
    def tokeniser(self) -> Path:
        """Return the tokeniser's folder."""
        return self.folder / TOKENISER

    def part(self, name: str) -> Part:
        """Open a part.

        Raises:
            YendorError: There is none of this name, or it is damaged.
        """
        parts = self.description["parts"]
        if name not in parts:
            raise YendorError(f"{self.folder} has no part {name!r}", did_you_mean(name, parts))
        promised = parts[name]
        try:
            chunks, tokens = int(promised["chunks"]), int(promised["tokens"])
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(self.folder / DESCRIPTION, f"parts.{name} = {promised!r}") from error
        return Part(self.folder / name, chunks, tokens)

    def play(self) -> dict[str, Any]:
        """Return what a player of a network learned here must know."""
        names = ("task", "encoding", "instruction", "actions", "horizon", "style", "tokeniser")
        told = {**self.description.get("settings", {}), **self.description}
        return {name: told[name] for name in (*names, "num_dists") if name in told}


def _description(folder: Path) -> dict[str, Any]:
    """Read and check `chunks.json`."""
    path = folder / DESCRIPTION
    if not path.exists():
        if (folder / "catalogue.sqlite").exists():
            raise YendorError(f"{folder} holds recorded games, not chunks of text", f"{_MAKE[:-1]} from it.")
        raise YendorError(f"no chunk dataset in {folder}: there is no {DESCRIPTION}", _MAKE)
    try:
        description = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(description, dict) or not isinstance(description.get("version"), int):
        raise _damaged(path, "it has no version")
    if description["version"] > VERSION:
        raise YendorError(
            f"{folder} is a chunk dataset of version {description['version']}; this Yendor reads up to {VERSION}",
            "Update Yendor.",
        )
    for name, kind in _KINDS.items():
        if not isinstance(description.get(name), kind):
            raise _damaged(path, f"{name} = {description.get(name)!r}")
    return description


def _mapped(path: Path, kinds: tuple[str, ...]) -> NDArray[Any]:
    """Map an array from disk."""
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(path, getattr(error, "strerror", None) or str(error)) from error
    if array.dtype.name not in kinds:
        raise _damaged(path, f"it holds {array.dtype.name}, not {' or '.join(kinds)}")
    return array


def _damaged(path: Path, what: str) -> YendorError:
    return YendorError(f"the chunk dataset is damaged: {path}: {what}", f"Make it again. {_MAKE}")
