"""ttyrec files, versions 1 to 4: records read and written, tolerant of files that were cut short.

A record is a header `<iii` (seconds, microseconds, length; version 1) or `<iiiB` (the same and a channel;
versions 2 and later) and its bytes. Channels: 0 terminal output, 1 the key pressed, 2 the score (int32),
3 the strategy (int32, HiHack's version 4).
"""

import bz2
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from yendor.core.errors import YendorError

_HEADERS = {1: struct.Struct("<iii"), 2: struct.Struct("<iiiB"), 3: struct.Struct("<iiiB"), 4: struct.Struct("<iiiB")}
_LONGEST = 1 << 20
"""A record longer than this is taken for a damaged file: NetHack's are a few kilobytes."""
OUTPUT, KEY, SCORE, STRATEGY = range(4)


class Record(NamedTuple):
    """One record; `time` is in microseconds."""

    time: int
    channel: int
    data: bytes


def version_of(path: Path) -> int:
    """Tell the version from the file's name (`.ttyrec.bz2` is 1).

    Raises:
        YendorError: It is not a ttyrec's name.
    """
    for version, suffix in ((4, ".ttyrec4.bz2"), (3, ".ttyrec3.bz2"), (2, ".ttyrec2.bz2"), (1, ".ttyrec.bz2")):
        if path.name.endswith(suffix):
            return version
    raise YendorError(
        f"{path.name} is no ttyrec", "Names end in .ttyrec.bz2, .ttyrec2.bz2, .ttyrec3.bz2 or .ttyrec4.bz2."
    )


class Source:
    """Iterates over a file's records.

    Attributes:
        trouble: Afterwards, why it ended early; "" when it did not.
        streams: bz2 streams found one after the other; NLE's converter reads the first only.
    """

    def __init__(self, path: Path, version: int | None = None) -> None:
        self.path, self.version, self.trouble = path, version or version_of(path), ""
        self.streams = 0

    def __iter__(self) -> Iterator[Record]:
        header, buffer, at = _HEADERS[self.version], b"", 0
        for chunk in self._chunks():
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
        if at < len(buffer) and not self.trouble:
            self.trouble = "the last record is cut off"

    def _chunks(self) -> Iterator[bytes]:
        try:
            with open(self.path, "rb") as file:
                yield from self._decompress(file.read())
        except OSError as error:
            self.trouble = f"cannot be read: {error.strerror or error}"

    def _decompress(self, packed: bytes) -> Iterator[bytes]:
        if not packed:
            self.trouble = "empty file"
        while packed:
            unpacker = bz2.BZ2Decompressor()
            self.streams += 1
            try:
                yield unpacker.decompress(packed)
                while not unpacker.eof and not unpacker.needs_input:
                    yield unpacker.decompress(b"")
            except OSError:
                self.trouble = "not bz2, or damaged"
                return
            if not unpacker.eof:
                self.trouble = "the bz2 stream is cut off"
                return
            packed = unpacker.unused_data


@dataclass
class Survey:
    """What a file holds.

    Attributes:
        version: 1 to 4.
        frames: Keys pressed (versions 2 and later), or writes to the terminal (version 1).
        strategies: How often each strategy ordinal stands in channel 3, in frames.
        score: The last score that is not zero; None when no score was written.
        trouble: Why the file ends early, "" for a whole one.
        seconds: From the first to the last record.
        streams: bz2 streams one after the other.
    """

    version: int
    frames: int = 0
    strategies: Counter[int] = field(default_factory=Counter)
    score: int | None = None
    trouble: str = ""
    seconds: float = 0.0
    streams: int = 1


def survey(path: Path, version: int | None = None) -> Survey:
    """Read a file through and say what it holds; a broken file gives a survey of its whole part.

    What breaks a ttyrec's order ends the whole part too: a channel that the version has not, a record of the
    wrong length, a second score before a key (NLE's converter writes out of its bounds on those).
    """
    source = Source(path, version)
    found = Survey(source.version)
    first = last = 0
    scored = False
    for record in source:
        wrong = _disorder(record, source.version, scored)
        if wrong:
            source.trouble = wrong
            break
        scored = record.channel == SCORE or (scored and record.channel != KEY)
        first, last = first or record.time, record.time
        if record.channel == SCORE:
            # After the end the engine writes zeros; the score that counts is the last before them.
            found.score = int.from_bytes(record.data, "little", signed=True) or found.score or 0
        elif record.channel == STRATEGY:
            found.strategies[int.from_bytes(record.data, "little", signed=True)] += 1
        elif record.channel == KEY or (source.version == 1 and record.channel == OUTPUT):
            found.frames += 1
    found.trouble, found.seconds, found.streams = source.trouble, (last - first) / 1e6, source.streams
    return found


_LAST_CHANNEL = {1: OUTPUT, 2: KEY, 3: SCORE, 4: STRATEGY}
_LENGTHS = {KEY: 1, SCORE: 4, STRATEGY: 4}


def _disorder(record: Record, version: int, scored: bool) -> str:
    """Say what is wrong with a record, "" when nothing is."""
    if record.channel > _LAST_CHANNEL[version]:
        return f"a record of channel {record.channel}, which version {version} has not"
    if len(record.data) != _LENGTHS.get(record.channel, len(record.data)):
        return f"a record of channel {record.channel} with {len(record.data)} bytes"
    return "two scores and no key between" if scored and record.channel == SCORE else ""


def read_keys(path: Path) -> bytes:
    """Return the keys pressed, one byte a frame (versions 2 and later)."""
    return b"".join(record.data[:1] for record in Source(path) if record.channel == KEY)


def pack(records: Iterator[Record] | list[Record], version: int = 3) -> bytes:
    """Write records as an uncompressed ttyrec."""
    header = _HEADERS[version]
    parts = []
    for record in records:
        seconds, micro = divmod(record.time, 1_000_000)
        fields = (seconds, micro, len(record.data)) + ((record.channel,) if version > 1 else ())
        parts.append(header.pack(*fields) + record.data)
    return b"".join(parts)
