"""Compressed files as chunks of bytes: plain, gzip, zstd, and bzip2 block by block.

NLE's loader asks each bzip2 stream for a few kilobytes at a time, so that its decoder's megabytes are cold at each
visit and stay in memory for each open game. Here a visit decodes one whole block, found by its mark in the file,
and keeps nothing but the block's bytes.
"""

import bz2
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

import zstandard

from yendor import _native

_CHUNK = 1 << 20
_BZIP, _ZSTD, _GZIP = b"BZh", b"\x28\xb5\x2f\xfd", b"\x1f\x8b"
SUFFIXES = (".bz2", ".zst", ".gz", "")
"""Endings of compressed files' names; the content decides how a file is read."""


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
        _, whole, self.streams, blocks = _native.bzip_blocks(self.path.read_bytes())
        for begin, end, level, complete, stream in blocks:
            if self._wanted is not None and stream >= self._wanted:
                return
            if not complete:
                break
            with open(self.path, "rb") as file:
                file.seek(begin // 8)
                part = file.read(end // 8 - begin // 8 + 1)
            try:
                chunk = bz2.decompress(_native.bzip_block(part, begin % 8, end - begin // 8 * 8, level))
            except (OSError, ValueError):
                self.trouble = "not bz2, or damaged"
                return
            yield chunk
        if not whole:
            self.trouble = "the bz2 stream is cut off"

    def _zstd(self) -> Iterator[bytes]:
        unpacker: zstandard.ZstdDecompressionObj | None = None
        with open(self.path, "rb") as file:
            data = b""
            while True:
                data = data or file.read(_CHUNK // 8)
                if not data:
                    break
                unpacker = unpacker or zstandard.ZstdDecompressor().decompressobj()
                try:
                    chunk = unpacker.decompress(data)
                except zstandard.ZstdError:
                    self.trouble = "not zst, or damaged"
                    return
                data = unpacker.unused_data if unpacker.eof else b""
                unpacker = None if unpacker.eof else unpacker
                if chunk:
                    yield chunk
        if unpacker is not None:
            self.trouble = "the zst stream is cut off"

    def _gzip(self) -> Iterator[bytes]:
        try:
            with gzip.open(self.path) as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        except EOFError:
            self.trouble = "the gz stream is cut off"
        except (gzip.BadGzipFile, zlib.error):
            self.trouble = "not gz, or damaged"


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
