"""Full observations per step: what NLE gave the agent, recorded beside the terminal, without loss.

A channel's section holds rows of consecutive frames: uint32 first row within the block, uint32 number of rows, then
the rows' bytes, each but the first XORed with the row before: what does not change becomes zeros, which zstd packs to
almost nothing.
"""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yendor.core.errors import YendorError, did_you_mean
from yendor.data.shard import BLOCK_FRAMES, Block, Section, ShardWriter, Stored

DEFAULT = (
    "glyphs", "blstats", "message", "inv_glyphs", "inv_strs", "inv_letters", "inv_oclasses", "chars", "colors",
    "specials", "misc",
)  # fmt: skip
"""What `--observations default` keeps: all that agents are given, but the terminal, which is recorded anyway."""
ALL = (*DEFAULT, "internal", "screen_descriptions")
"""And what they are not given: `internal` tells more than a player knows, descriptions are 132 kB a step."""
_HEADER = struct.Struct("<II")


def channel_names(spec: str) -> tuple[str, ...]:
    """Read `default`, `all`, or names parted by commas; "" is none.

    Raises:
        YendorError: An unknown name.
    """
    if spec in ("", "none"):
        return ()
    if spec in ("default", "all"):
        return DEFAULT if spec == "default" else ALL
    names = tuple(dict.fromkeys(name.strip() for name in spec.split(",") if name.strip()))
    for name in names:
        if name not in ALL:
            raise YendorError(f"--observations: unknown {name!r}", did_you_mean(name, ALL))
    return names


def encode_rows(rows: NDArray[Any], offset: int) -> bytes:
    """Write `[N, ...]` rows as a section's content."""
    flat = np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), -1)
    changed = flat.copy()
    changed[1:] ^= flat[:-1]
    return _HEADER.pack(offset, len(rows)) + changed.tobytes()


def decode_rows(data: bytes, dtype: str, shape: tuple[int, ...]) -> tuple[int, NDArray[Any]]:
    """Read a section back: the first row within the block, and the rows.

    Raises:
        YendorError: The content has another length than its header says.
    """
    offset, count = _HEADER.unpack_from(data)
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    if len(data) != _HEADER.size + count * size:
        raise YendorError(f"an observation's section has {len(data)} bytes for {count} rows of {size}")
    changed = np.frombuffer(data, np.uint8, offset=_HEADER.size).reshape(count, size)
    flat = np.bitwise_xor.accumulate(changed, axis=0)
    return offset, flat.view(dtype).reshape(count, *shape)


class ObservationWriter:
    """Writes a game's observations while it is played, a block at a time.

    Args:
        path: The shard to write.
        names: Observation keys.
        first: The frame that the first observation belongs to.
    """

    def __init__(self, path: Path, names: Sequence[str], first: int) -> None:
        self._names, self._frame = names, first
        self._writer = ShardWriter(path)
        self._rows: dict[str, list[NDArray[Any]]] = {name: [] for name in names}
        self._channels: dict[str, tuple[str, tuple[int, ...]]] = {}
        self._blocks: list[Block] = []
        self._begin = first

    def add(self, observation: Mapping[str, NDArray[Any]]) -> None:
        """Keep one step's observation."""
        for name in self._names:
            value = observation[name]
            self._channels.setdefault(name, (value.dtype.str, value.shape))
            self._rows[name].append(value.copy())
        self._frame += 1
        if self._frame % BLOCK_FRAMES == 0:
            self._flush()

    def _flush(self) -> None:
        if self._begin == self._frame:
            return
        start = self._begin // BLOCK_FRAMES * BLOCK_FRAMES
        sections: dict[str, Section] = {}
        for name, rows in self._rows.items():
            data = encode_rows(np.stack(rows), self._begin - start)
            sections[name] = self._writer.append(self._writer.compress(data))
            rows.clear()
        self._blocks.append(Block(start, self._frame - start, sections))
        self._begin = self._frame

    def close(self, key: str) -> None:
        """Write what is left, and name the shard."""
        self._flush()
        game = Stored(key, {}, -1, "fixed", 3, 24, 80, self._frame, (), 0, "", self._channels, tuple(self._blocks))
        self._writer.add(game)
        self._writer.close()
