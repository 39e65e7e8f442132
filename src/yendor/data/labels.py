"""`labels.ylab`: the strategy of every recorded key, beside a game's ttyrec.

Layout, little-endian: magic `YLAB`; version (uint8, now 1); length of the header (uint32); the header, JSON:
`{"labels": [path, ...], "frames": N}`; zlib-compressed int16 [N], an index into `labels` for each key of the
ttyrec in order, -1 for a key that no agent chose; CRC-32 of all bytes before it (uint32).
"""

import json
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yendor.core.errors import YendorError
from yendor.core.labels import HIHACK_STRATEGIES
from yendor.data.catalogue import Game

VERSION = 1
_MAGIC = b"YLAB"
_FRONT = struct.Struct("<4sBI")


class Labels(NamedTuple):
    """Labels of one game: `names`, and [frames] int16 indices into them (-1: none)."""

    names: tuple[str, ...]
    indices: NDArray[np.int16]


def write_labels(path: Path, labels: Sequence[str | None]) -> None:
    """Write one label path for each recorded key; None for a key that no agent chose."""
    names = sorted({label for label in labels if label is not None})
    number = {name: i for i, name in enumerate(names)}
    indices = np.array([-1 if label is None else number[label] for label in labels], "<i2")
    header = json.dumps({"labels": names, "frames": len(labels)}).encode()
    body = _FRONT.pack(_MAGIC, VERSION, len(header)) + header + zlib.compress(indices.tobytes(), 9)
    path.write_bytes(body + struct.pack("<I", zlib.crc32(body)))


def read_labels(path: Path) -> Labels:
    """Read a labels file.

    Raises:
        YendorError: Not such a file, of a newer version, or damaged.
    """
    try:
        data = path.read_bytes()
        magic, version, length = _FRONT.unpack_from(data)
        if magic != _MAGIC:
            raise YendorError(f"{path} is no labels file", "It begins with YLAB.")
        if version > VERSION:
            raise YendorError(f"{path} has version {version}; this Yendor reads up to {VERSION}", "Update Yendor.")
        if zlib.crc32(data[:-4]) != struct.unpack("<I", data[-4:])[0]:
            raise YendorError(f"{path} is damaged: its checksum does not fit", "Record or import the game again.")
        header = json.loads(data[_FRONT.size : _FRONT.size + length])
        indices = np.frombuffer(zlib.decompress(data[_FRONT.size + length : -4]), "<i2")
    except (OSError, struct.error, ValueError, zlib.error) as error:
        raise YendorError(f"cannot read labels {path}: {error}", "Record or import the game again.") from error
    names = header.get("labels") if isinstance(header, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise YendorError(f"{path} is damaged: its header names no labels", "Record or import the game again.")
    if len(indices) != header.get("frames") or (len(indices) and not -1 <= indices.min() <= indices.max() < len(names)):
        raise YendorError(
            f"{path} is damaged: {len(indices)} labels from {indices.min(initial=-1)} to {indices.max(initial=-1)}, "
            f"{header.get('frames')} of {len(names)} names announced",
            "Record or import the game again.",
        )
    return Labels(tuple(names), indices)


RECORDED = (HIHACK_STRATEGIES[-1], *HIHACK_STRATEGIES[:-1])
"""Names of the labels that version 4 records with each key: HiHack's ordinals, from -1 on."""


def game_labels(game: Game) -> tuple[tuple[str, ...], NDArray[np.int16] | None]:
    """Return a game's label names, and its frames' indices into them.

    The indices are None when the game has no labels (the names are empty then), or when its ttyrecs hold them.
    """
    if not game.files or any(file.labels is None for file in game.files):
        return (), None
    if all(file.labels == file.path for file in game.files):
        return RECORDED, None
    parts = [read_labels(file.labels) for file in game.files if file.labels is not None]
    for file, part in zip(game.files, parts, strict=True):
        if len(part.indices) != file.frames:
            raise YendorError(
                f"{file.labels} has {len(part.indices)} labels for {file.frames} frames", "Run `yendor data verify`."
            )
    names = tuple(sorted({name for part in parts for name in part.names}))
    indices = []
    for part in parts:
        table = np.array([names.index(name) for name in part.names] + [-1], np.int16)
        indices.append(table[part.indices])
    return names, np.concatenate(indices)
