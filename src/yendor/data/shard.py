"""Shards, the store's files: many games as blocks of columns, each compressed by itself. docs/08-formats.md.

    magic `YSHARD\\0\\1` (the last byte is the format's version)
    uint32 count of dictionaries; for each: uint32 size, and the dictionary as a zstd frame
    sections, one after the other: zstd frames with checksums
    the index: JSON as a zstd frame
    uint64 offset of the index, uint32 its size, uint32 its CRC-32, magic `YSHARDEN`

All numbers are little-endian. A shard is written under another name, and named when it is whole.
"""

import json
import os
import struct
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

from yendor import __version__
from yendor.core.errors import YendorError

FORMAT = 1
SUFFIX = ".yshard"
SCREEN = "screen"
"""The channel of a game's terminal, keys, scores, times and labels; others hold observations."""
BLOCK_FRAMES = 1024
LEVEL = 12
_MAGIC, _END = b"YSHARD\0" + bytes([FORMAT]), b"YSHARDEN"
_TRAILER = struct.Struct("<QII8s")
_LARGEST = 1 << 30
"""A section that claims to unpack to more bytes is taken for damaged."""


class Section(NamedTuple):
    """Where a compressed piece lies in its shard, and its CRC-32."""

    offset: int
    size: int
    crc: int


class Block(NamedTuple):
    """Consecutive frames of a game: `sections` by channel."""

    first: int
    frames: int
    sections: dict[str, Section]


class Stored(NamedTuple):
    """A game in a shard.

    Attributes:
        key: As in the catalogue.
        row: The catalogue's row, without the id.
        dictionary: Which of the shard's dictionaries its screens are compressed with; -1 for none.
        emulation: `fixed` or `nle`: what its keyframes were drawn by.
        version: Of the ttyrec that it came from.
        rows: Of the terminal.
        columns: The same.
        frames: The screen after the last key included, where the recording has it.
        labels: Names that the label column's numbers stand for.
        corrected_cells: Cells of all frames that NLE's converter would show otherwise.
        hash: SHA-256 of its blocks' frame hashes, 16 hex digits; "" without screens.
        channels: Of observations: dtype and shape of one frame, by name.
        blocks: In order.
    """

    key: str
    row: dict[str, Any]
    dictionary: int
    emulation: str
    version: int
    rows: int
    columns: int
    frames: int
    labels: tuple[str, ...]
    corrected_cells: int
    hash: str
    channels: dict[str, tuple[str, tuple[int, ...]]]
    blocks: tuple[Block, ...]

    @property
    def has_screens(self) -> bool:
        """Tell whether its screens are there, not its observations only."""
        return any(SCREEN in block.sections for block in self.blocks)


class ShardWriter:
    """Writes a shard; `close` gives it its name.

    Args:
        path: Its final name.
        dictionaries: zstd dictionaries that its sections may be compressed with.
        level: zstd's, 1 to 22.
    """

    def __init__(self, path: Path, dictionaries: Sequence[bytes] = (), level: int = LEVEL) -> None:
        self.path, self._part = path, path.with_name(path.name + ".part")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(self._part, "wb")  # noqa: SIM115 - open until `close`
        self._plain = zstandard.ZstdCompressor(level=min(level, 9), write_checksum=True)
        self.dictionaries = list(dictionaries)
        self._decompressors = [
            zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(d)) for d in dictionaries
        ] + [zstandard.ZstdDecompressor()]
        self._compressors = [_compressor(level, dictionary) for dictionary in dictionaries]
        self.games: list[Stored] = []
        self._file.write(_MAGIC + struct.pack("<I", len(dictionaries)))
        for dictionary in dictionaries:
            packed = self._plain.compress(dictionary)
            self._file.write(struct.pack("<I", len(packed)) + packed)

    @property
    def size(self) -> int:
        """Return the bytes written so far."""
        return self._file.tell()

    def compress(self, data: bytes, dictionary: int = -1) -> bytes:
        """Compress a section."""
        return (self._plain if dictionary < 0 else self._compressors[dictionary]).compress(data)

    def decompress(self, packed: bytes, dictionary: int = -1) -> bytes:
        """Read back what `compress` returned."""
        return self._decompressors[dictionary].decompress(packed)

    def append(self, packed: bytes) -> Section:
        """Write a compressed section."""
        section = Section(self._file.tell(), len(packed), zlib.crc32(packed))
        self._file.write(packed)
        return section

    def add(self, game: Stored) -> None:
        """Enter a game whose sections are written."""
        self.games.append(game)

    def close(self) -> None:
        """Write the index and give the shard its name."""
        index = {"format": FORMAT, "writer": f"yendor {__version__}", "games": [_entry(game) for game in self.games]}
        packed, offset = self._plain.compress(json.dumps(index).encode()), self._file.tell()
        self._file.write(packed + _TRAILER.pack(offset, len(packed), zlib.crc32(packed), _END))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self.path)

    def abandon(self) -> None:
        """Remove what was written."""
        self._file.close()
        self._part.unlink(missing_ok=True)


def _compressor(level: int, dictionary: bytes) -> zstandard.ZstdCompressor:
    # Told how much is coming, zstd takes tables of that size: without that each block costs ten times the work.
    params = zstandard.ZstdCompressionParameters.from_level(
        level, source_size=1 << 19, dict_size=len(dictionary), write_checksum=True
    )
    return zstandard.ZstdCompressor(compression_params=params, dict_data=zstandard.ZstdCompressionDict(dictionary))


def _entry(game: Stored) -> dict[str, Any]:
    blocks = [[b.first, b.frames, {name: list(section) for name, section in b.sections.items()}] for b in game.blocks]
    return {**game._asdict(), "blocks": blocks}


class Shard:
    """Reads a shard.

    Raises:
        YendorError: Missing, no shard, of a newer format, or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with open(path, "rb"):  # a folder is refused
                self._file = os.open(path, os.O_RDONLY)
            self._size = os.fstat(self._file).st_size
        except OSError as error:
            raise YendorError(
                f"cannot read shard {path}: {error.strerror}", "Store its games anew: yendor data transcode --again."
            ) from error
        head = os.pread(self._file, len(_MAGIC) + 4, 0)
        if len(head) < len(_MAGIC) + 4 or head[:7] != _MAGIC[:7]:
            raise self._damaged("it does not begin as one")
        if head[7] > FORMAT:
            raise YendorError(f"{path} has format {head[7]}; this Yendor reads up to {FORMAT}", "Update Yendor.")
        (count,) = struct.unpack_from("<I", head, len(_MAGIC))
        self.dictionaries: list[bytes] = []
        at = len(head)
        for _ in range(min(count, 1000)):
            (size,) = self._unpack("<I", at)
            self.dictionaries.append(self._decompress(self._plain(), os.pread(self._file, size, at + 4), "dictionary"))
            at += 4 + size
        self._decompressors = [
            zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(d)) for d in self.dictionaries
        ]
        self._decompressors.append(self._plain())

    @staticmethod
    def _plain() -> zstandard.ZstdDecompressor:
        return zstandard.ZstdDecompressor()

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            os.close(self._file)

    def _damaged(self, what: str) -> YendorError:
        return YendorError(
            f"{self.path} is damaged or no shard: {what}", "Store its games anew: yendor data transcode --again."
        )

    def _unpack(self, form: str, at: int) -> tuple[int, ...]:
        data = os.pread(self._file, struct.calcsize(form), at)
        if len(data) < struct.calcsize(form):
            raise self._damaged("it is cut short")
        return struct.unpack(form, data)

    def _decompress(self, unpacker: zstandard.ZstdDecompressor, packed: bytes, what: str) -> bytes:
        try:
            if not 0 <= zstandard.frame_content_size(packed) <= _LARGEST:
                raise self._damaged(f"{what} has no plausible size")
            return unpacker.decompress(packed)
        except zstandard.ZstdError as error:
            raise self._damaged(f"{what}: {error}") from error

    def packed(self, section: Section) -> bytes:
        """Return a section's compressed bytes, as they are.

        Raises:
            YendorError: They are not those that were written.
        """
        if not 0 < section.size <= self._size - section.offset <= self._size:
            raise self._damaged(f"it has no section of {section.size} bytes at {section.offset}")
        data = os.pread(self._file, section.size, section.offset)
        if zlib.crc32(data) != section.crc:
            raise self._damaged(f"the section at {section.offset} has another checksum")
        return data

    def read(self, section: Section, dictionary: int = -1) -> bytes:
        """Return a section's content.

        Raises:
            YendorError: It is damaged.
        """
        packed = self.packed(section)
        return self._decompress(self._decompressors[dictionary], packed, f"the section at {section.offset}")

    def games(self) -> list[Stored]:
        """Read the index.

        Raises:
            YendorError: It is damaged or missing.
        """
        end = self._size - _TRAILER.size
        if end < len(_MAGIC):
            raise self._damaged("it is cut short")
        offset, size, crc, magic = _TRAILER.unpack(os.pread(self._file, _TRAILER.size, end))
        packed = os.pread(self._file, size, offset) if magic == _END and offset + size == end else b""
        if not packed or zlib.crc32(packed) != crc:
            raise self._damaged("its index is missing or damaged")
        try:
            return [_stored(game) for game in json.loads(self._decompress(self._plain(), packed, "index"))["games"]]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._damaged(f"its index: {error!r}") from error


def _stored(game: dict[str, Any]) -> Stored:
    blocks = tuple(
        Block(int(first), int(frames), {name: Section(*map(int, section)) for name, section in sections.items()})
        for first, frames, sections in game["blocks"]
    )
    for name in ("dictionary", "version", "rows", "columns", "frames", "corrected_cells"):
        game[name] = int(game[name])
    channels = {name: (dtype, tuple(shape)) for name, (dtype, shape) in game["channels"].items()}
    return Stored(**{**game, "labels": tuple(game["labels"]), "channels": channels, "blocks": blocks})


def copy_game(game: Stored, shard: Shard, writer: ShardWriter, dictionary: int) -> Stored:
    """Copy a game's sections as they are into another shard, which has its dictionary as number `dictionary`."""
    blocks = tuple(
        block._replace(sections={name: writer.append(shard.packed(s)) for name, s in block.sections.items()})
        for block in game.blocks
    )
    copied = game._replace(blocks=blocks, dictionary=dictionary if game.dictionary >= 0 else -1)
    writer.add(copied)
    return copied


def train_dictionary(samples: Iterable[bytes], size: int = 112_640) -> bytes:
    """Train a zstd dictionary on blocks; b"" when they are too few to learn from."""
    piece = 16_384
    pieces: list[bytes | bytearray | memoryview] = [
        block[at : at + piece] for block in samples for at in range(0, min(len(block), 25 * piece), piece)
    ]
    try:
        return bytes(zstandard.train_dictionary(size, pieces).as_bytes())
    except zstandard.ZstdError:
        return b""
