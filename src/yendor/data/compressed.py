"""Compressed files as chunks of bytes: plain, gzip, zstd, and bzip2 block by block.

NLE's loader asks each bzip2 stream for a few kilobytes at a time, so that its decoder's megabytes are cold at each
visit and stay in memory for each open game. Here a visit decodes one whole block, found by its mark in the file,
and keeps nothing but the block's bytes.
"""

import bz2
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from yendor import _native

_CHUNK = 1 << 20
_BZIP, _ZSTD, _GZIP = b"BZh", b"\x28\xb5\x2f\xfd", b"\x1f\x8b"
_SIP = 64


class Chunks:
    """Iterates over a file's content in chunks of about a megabyte.

    Args:
        path: The file.
        streams: bzip2 streams to read, one after the other; None reads all. NLE reads the first only.

    Attributes:
        trouble: Afterwards, why it ended early; "" when it did not.
        streams: bzip2 streams found; 1 for other files.
    """

    def __init__(self, path: Path, streams: int | None = None) -> None:
        self.path, self.trouble, self.streams = path, "", 1
        self._wanted = streams

    def __iter__(self) -> Iterator[bytes]:
        try:
            with open(self.path, "rb") as file:
                start = file.read(4)
            if not start:
                self.trouble = "empty file"
            elif start.startswith(_BZIP):
                yield from self._bzip()
            elif start.startswith(_ZSTD):
                yield from self._zstd()
            elif start.startswith(_GZIP):
                yield from self._gzip()
            elif self.path.suffix in (".bz2", ".zst", ".gz"):
                self.trouble = f"not {self.path.suffix[1:]}, or damaged"
            else:
                yield from self._plain()
        except OSError as error:
            self.trouble = f"cannot be read: {error.strerror or error}"

    def _plain(self) -> Iterator[bytes]:
        with open(self.path, "rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def _bzip(self) -> Iterator[bytes]:
        damaged, whole, self.streams, blocks = _native.bzip_blocks(self.path.read_bytes())
        for begin, end, level, complete, stream in blocks:
            if self._wanted is not None and stream >= self._wanted:
                return
            chunk = self._block(begin, end, level) if complete else None
            if chunk is not None:
                yield chunk
                continue
            # Its end is not where the next mark is: where else could it be? The block's own sum tells.
            found = (self._block(begin, other, level) for other in _native.bzip_ends(self.path.read_bytes(), begin))
            yield next((chunk for chunk in found if chunk is not None), b"")
            damaged = damaged or complete
            break
        if damaged:
            self.trouble = "not bz2, or damaged"
        elif not whole:
            self.trouble = "the bz2 stream is cut off"

    def _block(self, begin: int, end: int, level: int) -> bytes | None:
        with open(self.path, "rb") as file:
            file.seek(begin // 8)
            part = file.read(-(-end // 8) - begin // 8)
        try:
            return bz2.decompress(_native.bzip_block(part, begin % 8, end - begin // 8 * 8, level))
        except (OSError, ValueError):
            return None

    def _zstd(self) -> Iterator[bytes]:
        # One call may bring much: the decoder gets small sips.
        data = memoryview(self.path.read_bytes())
        begin, at, given, ready = 0, 0, 0, bytearray()
        unpacker = zstandard.ZstdDecompressor().decompressobj()
        while at < len(data):
            try:
                chunk = unpacker.decompress(data[at : at + _SIP])
            except zstandard.ZstdError:
                self.trouble = "not zst, or damaged"
                yield bytes(ready) + _frame_until_error(data[begin : at + _SIP], given)
                return
            ready += chunk
            given, at = given + len(chunk), at + _SIP
            if unpacker.eof:
                begin = at = min(at, len(data)) - len(unpacker.unused_data)
                given, unpacker = 0, zstandard.ZstdDecompressor().decompressobj()
            if len(ready) >= _CHUNK // 4:
                yield bytes(ready)
                ready.clear()
        yield bytes(ready)
        if begin < len(data):
            self.trouble = "the zst stream is cut off"

    def _gzip(self) -> Iterator[bytes]:
        data = self.path.read_bytes()
        while data and not self.trouble:
            unpacker = zlib.decompressobj(wbits=31)
            while not unpacker.eof:
                before = unpacker.copy()
                try:
                    chunk = unpacker.decompress(data, _CHUNK // 4)
                except zlib.error:
                    yield bytes(_until_error(before, data))
                    self.trouble = "not gz, or damaged"
                    return
                if not chunk and not unpacker.unconsumed_tail and not unpacker.eof:
                    self.trouble = "the gz stream is cut off"
                    return
                yield chunk
                data = unpacker.unconsumed_tail
            data = unpacker.unused_data.lstrip(b"\0")


def _frame_until_error(frame: memoryview, given: int) -> bytes:
    """Decode a damaged zstd frame byte by byte; return what comes behind the first `given` bytes."""
    unpacker, found = zstandard.ZstdDecompressor().decompressobj(), bytearray()
    try:
        for at in range(len(frame)):
            found += unpacker.decompress(frame[at : at + 1])
    except zstandard.ZstdError:
        pass
    return bytes(found[given:])


def _until_error(unpacker: Any, data: bytes) -> bytearray:
    """Decode byte by byte what the call that failed has lost."""
    found = bytearray()
    try:
        while byte := unpacker.decompress(data, 1):
            found += byte
            data = unpacker.unconsumed_tail
    except zlib.error:
        pass
    return found


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
