"""ttyrec files, versions 1 to 4, record by record: the plain reference beside the compiled decoder.

A record is a header `<iii` (seconds, microseconds, length; version 1) or `<iiiB` (the same and a channel;
versions 2 and later) and its bytes. Channels: 0 terminal output, 1 the key pressed, 2 the score (int32),
3 the strategy (int32, HiHack's version 4).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yendor import _native
from yendor.core.errors import YendorError
from yendor.data.compressed import Chunks

_HEADERS = {1: struct.Struct("<iii"), 2: struct.Struct("<iiiB"), 3: struct.Struct("<iiiB"), 4: struct.Struct("<iiiB")}
_LONGEST = 1 << 20
"""A record longer than this is taken for a damaged file: NetHack's are a few kilobytes."""
OUTPUT, KEY, SCORE, STRATEGY = range(4)


class Record(NamedTuple):
    """One record; `time` is in microseconds."""

    time: int
    channel: int
    data: bytes


_NAME = re.compile(r"\.ttyrec([1-4]?)(\.bz2|\.zst|\.gz)?$")


def version_of(path: Path) -> int:
    """Tell the version from the file's name (`.ttyrec.bz2` is 1).

    Raises:
        YendorError: It is not a ttyrec's name.
    """
    found = _NAME.search(path.name)
    if found is None:
        raise YendorError(
            f"{path.name} is no ttyrec",
            "Names end in .ttyrec, .ttyrec2, .ttyrec3 or .ttyrec4, and .bz2, .zst or .gz when they are compressed.",
        )
    return int(found[1] or 1)


class Source:
    """Iterates over a file's records.

    Attributes:
        trouble: Afterwards, why it ended early; "" when it did not.
        streams: bz2 streams found one after the other; NLE's converter reads the first only.
    """

    def __init__(self, path: Path, version: int | None = None) -> None:
        self.path, self.version, self.trouble = path, version or version_of(path), ""
        self.streams = 1

    def __iter__(self) -> Iterator[Record]:
        header, buffer, at = _HEADERS[self.version], b"", 0
        chunks = Chunks(self.path)
        for chunk in chunks:
            buffer, at = buffer[at:] + chunk, 0
            while at + header.size <= len(buffer):
                seconds, micro, length, *channel = header.unpack_from(buffer, at)
                if not 0 <= length <= _LONGEST:
                    self.trouble = f"a record of {length} bytes"
                    return
                end = at + header.size + length
                if end > len(buffer):
                    break
                yield Record(
                    seconds * 1_000_000 + micro, channel[0] if channel else OUTPUT, buffer[at + header.size : end]
                )
                at = end
        self.trouble, self.streams = chunks.trouble, chunks.streams
        if at < len(buffer) and not self.trouble:
            self.trouble = "the last record is cut off"


@dataclass
class Survey:
    """What a file holds.

    Attributes:
        version: 1 to 4.
        frames: Keys pressed (versions 2 and later), or writes to the terminal (version 1).
        keys: The keys, one byte each.
        labels: Of each key, an index into `labels.RECORDED`; -1 for none (version 4; elsewhere all are).
        score: The last score that is not zero; None when no score was written.
        trouble: Why the file ends early, "" for a whole one.
        seconds: From the first to the last record.
        streams: bz2 streams one after the other; NLE's converter reads the first only.
        rows: Of the terminal that was recorded: 24, or more in version 1 as far as its output tells.
        columns: The same, 80 or more.
    """

    version: int
    frames: int = 0
    keys: bytes = b""
    labels: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    score: int | None = None
    trouble: str = ""
    seconds: float = 0.0
    streams: int = 1
    rows: int = 24
    columns: int = 80


def survey(path: Path, version: int | None = None) -> Survey:
    """Read a file through and say what it holds; a broken file gives a survey of its whole part.

    What breaks a ttyrec's order ends the whole part too: a channel that the version has not, a record of the
    wrong length, a second score before a key (NLE's converter writes out of its bounds on those).
    """
    version = version or version_of(path)
    scan, chunks = _native.Scan(version), Chunks(path)
    for chunk in chunks:
        scan.feed(chunk)
        if scan.trouble:
            break
    scan.finish()
    labels = np.frombuffer(scan.strategies, np.int16)
    # A stream that is cut off cuts its last record off as well; the first reason is the better one.
    trouble = chunks.trouble or scan.trouble
    seconds = scan.microseconds / 1e6
    return Survey(
        version, scan.frames, scan.keys, labels, scan.score, trouble, seconds, chunks.streams, scan.rows, scan.columns,
    )  # fmt: skip


def pack(records: Iterator[Record] | list[Record], version: int = 3) -> bytes:
    """Write records as an uncompressed ttyrec."""
    header = _HEADERS[version]
    parts = []
    for record in records:
        seconds, micro = divmod(record.time, 1_000_000)
        fields = (seconds, micro, len(record.data)) + ((record.channel,) if version > 1 else ())
        parts.append(header.pack(*fields) + record.data)
    return b"".join(parts)
