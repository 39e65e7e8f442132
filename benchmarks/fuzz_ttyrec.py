"""The data engine's compiled code under AddressSanitizer and UBSan, fed with malformed and random bytes.

    python benchmarks/fuzz_ttyrec.py [--seconds 300] [--seed 0] [--quick] [--module FILE]
    python benchmarks/fuzz_ttyrec.py --only TARGET --batch NUMBER [--seed 0]

Builds the module with sanitizers in a temporary folder (or takes the one that --module names, built so before), loads
it by its path in a child process, and hands it inputs in batches, each drawn from the seed, the target's name and the
batch's number. A crash, a sanitizer's report, another exception than ValueError and TypeError, and an input that takes
more than 2 s are failures; the second command plays a batch again, and prints each input before it is handed over. A
target that ends the child ten times is left out from then on.

Checked on the way: a terminal that is written to in pieces is the same as in one piece; a reader gives the same frames
whatever chunks its bytes come in, and as many as a scan counts; packed blocks, played, give the records' frames, and
their hashes.

Needs Linux, CMake, Ninja or make, GCC or Clang with sanitizers, and nanobind in this Python.
"""

import argparse
import bz2
import importlib.util
import json
import os
import random
import re
import selectors
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
BATCH = 400
SLOW_S = 2.0
SILENT_S = 60.0
MOST_CRASHES = 10
TARGET, QUICK_TARGET = 1_000_000, 50_000
NO_LABELS = np.zeros(0, np.int16)
NO_ACTIONS = np.full(256, -1, np.int16)
NUMBERS = (
    b"", b"0", b"1", b"2", b"3", b"5", b"7", b"8", b"12", b"22", b"23", b"24", b"25", b"31", b"38;5", b"48;2", b"79",
    b"80", b"81", b"97", b"255", b"300", b"9999", b"10000", b"65536", b"2147483647", b"2147483648", b"4294967296",
    b"18446744073709551615", b"18446744073709551616", b"9" * 40,
)  # fmt: skip
INTEGERS = (
    0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 23, 24, 25, 79, 80, 81, 127, 128, 255, 256, 999, 1000, 1001, 32767, 32768,
    65535, 65536, 65537, 1 << 20, (1 << 20) + 1, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, (1 << 63) - 1, 1 << 63,
    (1 << 64) - 1, 1 << 64,
)  # fmt: skip

Attempt = tuple[bytes, Callable[[], str]]
"""An input, and what hands it over and returns "" or what is wrong with the outcome."""


class Food:
    """Random pieces that a batch's inputs are made of."""

    def __init__(self, native: Any, rng: random.Random) -> None:
        self.native, self.rng = native, rng
        self.tokens = [self._token() for _ in range(120)]
        self.version = rng.randint(1, 4)
        self.nle = rng.random() < 0.5
        self.rows, self.columns = self._size()
        self.records = [self._record() for _ in range(60)]
        self.arrays = Arrays(native, rng.choice((1, 2, 16)), self.rows + rng.choice((0, 0, 0, -1, 1, 7)),
                             self.columns + rng.choice((0, 0, 0, -1, 1, 9)))  # fmt: skip

    def _size(self) -> tuple[int, int]:
        rng = self.rng
        kind = rng.random()
        if kind < 0.5:
            return rng.randint(2, 10), rng.randint(2, 20)
        if kind < 0.95:
            return 24, 80
        return rng.randint(2, 60), rng.randint(2, 132)

    def _token(self) -> bytes:
        rng = self.rng
        kind = rng.random()
        if kind < 0.2:
            return bytes(rng.choices(range(32, 127), k=rng.randint(1, 30)))
        if kind < 0.3:
            return bytes([rng.randrange(32)])
        if kind < 0.4:
            return rng.randbytes(rng.randint(1, 12))
        if kind < 0.5:
            return b"\x1b" + bytes([rng.randrange(256)])
        if kind < 0.55:
            return b"\x1b" + rng.choice((b"(", b")", b"*", b"+", b"#", b"%")) + bytes([rng.choice(b"0BAUK8 \x1b\0")])
        if kind < 0.6:
            return b"\x1b" + rng.choice((b"]", b"P", b"X", b"^", b"_")) + rng.randbytes(rng.randint(0, 9)) + rng.choice(
                (b"\x07", b"\x1b\\", b"", b"\x18", b"\x1b")
            )
        parts = b";".join(rng.choices(NUMBERS, k=rng.choice((0, 1, 1, 1, 2, 2, 3, 4, 9, 20))))
        final = bytes([rng.randint(0x40, 0x7E) if rng.random() < 0.9 else rng.randrange(256)])
        return b"\x1b[" + rng.choice((b"", b"", b"", b"", b"?", b">", b" ", b"\x08")) + parts + final

    def text(self, most: int = 12) -> bytes:
        return b"".join(self.rng.choices(self.tokens, k=self.rng.randint(0, most)))

    def _record(self) -> bytes:
        rng = self.rng
        kind = rng.random()
        channel, data = 0, self.text(6)
        if self.version > 1 and kind < 0.35:
            channel, data = 1, rng.randbytes(1)
        elif self.version > 2 and kind < 0.45:
            channel, data = 2, struct.pack("<i", rng.choice((0, 1, 5, -1, 2_000_000_000, rng.randrange(1 << 20))))
        elif self.version > 3 and kind < 0.6:
            channel, data = 3, struct.pack("<i", rng.choice((-1, 0, 3, 11, 12, 40_000, -2)))
        length = len(data)
        if kind > 0.97:
            channel, data = rng.randrange(256), rng.randbytes(rng.randint(0, 9))
            length = rng.choice((-1, 0, len(data), 1 << 20, (1 << 20) + 1, (1 << 31) - 1))
        seconds = rng.choice((0, 1, 1_600_000_000, -1, (1 << 31) - 1, -(1 << 31), rng.randrange(1 << 30)))
        header = struct.pack("<iii", seconds, rng.choice((0, 7, 999_999, -5, (1 << 31) - 1)), length)
        return header + (bytes([channel]) if self.version > 1 else b"") + data

    def game(self) -> bytes:
        """Return some records, damaged or not."""
        data = b"".join(self.rng.choices(self.records, k=self.rng.randint(1, 14)))
        return self.damage(data) if self.rng.random() < 0.5 else data

    def damage(self, data: bytes) -> bytes:
        """Change, cut out, double, insert or cut off a few bytes."""
        rng, out = self.rng, bytearray(data)
        for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
            at, kind = rng.randrange(len(out) + 1), rng.random()
            if kind < 0.3 and at < len(out):
                out[at] ^= 1 << rng.randrange(8)
            elif kind < 0.45 and at < len(out):
                out[at] = rng.randrange(256)
            elif kind < 0.6:
                number = rng.choice(INTEGERS) & 0xFFFFFFFF
                out[at : at + 4] = struct.pack("<I", number)
            elif kind < 0.7:
                del out[at : at + rng.randint(1, 9)]
            elif kind < 0.8:
                out[at:at] = out[at : at + rng.randint(1, 40)]
            elif kind < 0.9:
                out[at:at] = rng.randbytes(rng.randint(1, 9))
            else:
                del out[at:]
        return bytes(out)

    def chunks(self, data: bytes) -> list[bytes]:
        """Cut bytes at random places."""
        rng, kind = self.rng, self.rng.random()
        if kind < 0.1:
            return [data[i : i + 1] for i in range(len(data))]
        cuts = sorted(rng.randrange(len(data) + 1) for _ in range(rng.choice((0, 1, 1, 2, 3, 9))))
        return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]

    def labels(self) -> np.ndarray:
        count = self.rng.choice((0, 0, 1, 5, 40))
        return np.array(self.rng.choices((-1, 0, 1, 12, 32767, -32768), k=count), np.int16)

    def blocks(self, count: int) -> list[bytes]:
        """Return sound blocks."""
        found: list[bytes] = []
        for _ in range(20 * count):
            packer = self.native.Packer(self.rows, self.columns, self.nle, self.version, self.rng.randint(1, 9))
            if self.rng.random() < 0.5:
                packer.set_labels(self.labels())
            packer.feed(b"".join(self.rng.choices(self.records, k=20)))
            packer.finish(True)
            found += [block for _, _, _, block in packer.take()]
            if len(found) >= count:
                break
        return found or [b""]


class Arrays:
    """The arrays of a batch of one row, which `fill` writes to."""

    def __init__(self, native: Any, steps: int, rows: int, columns: int) -> None:
        shape = (steps, 1)
        self.steps, self.at = steps, np.zeros(1, np.int64)
        self.all = [
            np.zeros((*shape, max(rows, 0), max(columns, 0)), np.uint8),
            np.zeros((*shape, max(rows, 0), max(columns, 0)), np.int8), np.zeros((*shape, 2), np.int16),
            *(np.zeros(shape, dtype) for dtype in (
                np.int64, np.uint8, np.int32, np.int32, np.int16, np.int16, np.int64, np.bool_, np.bool_)),
        ]  # fmt: skip
        self.native, self.targets = native, native.Targets(*self.all, True)

    def drain(self, reader: Any, into: list[bytes]) -> None:
        """Take all frames that are ready."""
        ready = self.native.Status.ready
        while reader.status == ready:
            self.at[0] = 0
            self.native.fill([reader], self.at, self.targets)
            into += [array[i].tobytes() for i in range(int(self.at[0])) for array in self.all]


def play(food: Food, chunks: list[bytes], whole: bool, labels: np.ndarray) -> tuple[list[bytes], int, str]:
    """Read records; return the frames, their number and the trouble."""
    reader = food.native.Reader(food.rows, food.columns, food.nle, food.version, NO_ACTIONS)
    reader.open_records(7, food.version, False, labels, NO_LABELS)
    frames: list[bytes] = []
    for chunk in chunks:
        reader.feed(chunk)
        food.arrays.drain(reader, frames)
    reader.finish(whole)
    food.arrays.drain(reader, frames)
    return frames, reader.frame, reader.trouble


# ---- targets: each makes one input after the other


def fuzz_terminal(food: Food) -> Iterator[Attempt]:
    while True:
        rng, data = food.rng, food.text(20)
        rows, columns = food._size() if rng.random() < 0.99 else (300, 300)
        nle, version, pieces = rng.random() < 0.5, rng.randint(1, 4), food.chunks(data)

        def call(size: tuple[Any, ...] = (rows, columns, nle, version), data: bytes = data,
                 pieces: list[bytes] = pieces) -> str:  # fmt: skip
            one, other = food.native.Terminal(*size), food.native.Terminal(*size)
            one.write(data)
            for piece in pieces:
                other.write(piece)
            one.screen()
            return "" if one.save() == other.save() else "a terminal differs when it is written to in pieces"

        yield repr((rows, columns, nle, version, pieces)).encode(), call


def fuzz_keyframe(food: Food) -> Iterator[Attempt]:
    rng, saved = food.rng, []
    for _ in range(8):
        terminal = food.native.Terminal(food.rows, food.columns, food.nle, food.version)
        terminal.write(food.text(30))
        saved.append(terminal.save())
    while True:
        keyframe = bytearray(rng.choice(saved))
        for _ in range(rng.choice((0, 1, 1, 2))):
            struct.pack_into("<i", keyframe, 4 * rng.randrange(32), rng.choice((*INTEGERS[:20], -1, -2, 1 << 30)))
        if rng.random() < 0.3:
            struct.pack_into("<Q", keyframe, 128 + 8 * rng.randrange(9), rng.choice(INTEGERS[:-1]))
        kept = bytes(keyframe) if rng.random() < 0.6 else food.damage(bytes(keyframe))
        after = food.text()

        def call(kept: bytes = kept, after: bytes = after) -> str:
            terminal = food.native.Terminal(food.rows, food.columns, food.nle, food.version)
            terminal.load(kept)
            terminal.write(after)
            terminal.screen()
            return "" if len(terminal.save()) == len(kept) else "a keyframe changes its size"

        yield repr((food.rows, food.columns, food.nle, food.version, kept, after)).encode(), call


def fuzz_reader(food: Food) -> Iterator[Attempt]:
    while True:
        data, whole, labels = food.game(), food.rng.random() < 0.5, food.labels()
        one, other = food.chunks(data), food.chunks(data)

        def call(one: list[bytes] = one, other: list[bytes] = other, whole: bool = whole,
                 labels: np.ndarray = labels) -> str:  # fmt: skip
            first, second = play(food, one, whole, labels), play(food, other, whole, labels)
            if first != second:
                return "a reader's frames depend on how its bytes are cut"
            scan = food.native.Scan(food.version)
            for chunk in one:
                scan.feed(chunk)
            scan.finish()
            more = first[1] - scan.frames
            return "" if more in ((0, 1) if whole else (0,)) else f"a reader gives {more:+d} frames"

        yield repr((food.rows, food.columns, food.nle, food.version, one, other, whole, labels)).encode(), call


def fuzz_packer(food: Food) -> Iterator[Attempt]:
    while True:
        rng = food.rng
        data, whole, labels, size = food.game(), rng.random() < 0.5, food.labels(), rng.choice((1, 2, 3, 7, 65536))
        chunks = food.chunks(data)

        def call(data: bytes = data, chunks: list[bytes] = chunks, whole: bool = whole, labels: np.ndarray = labels,
                 size: int = size) -> str:  # fmt: skip
            terminal = (food.rows, food.columns, food.nle, food.version)
            packer = food.native.Packer(*terminal, size)
            if len(labels):
                packer.set_labels(labels)
            blocks = []
            for chunk in chunks:
                packer.feed(chunk)
                blocks += packer.take()
            packer.finish(whole)
            blocks += packer.take()
            reader = food.native.Reader(*terminal, NO_ACTIONS)
            reader.open_blocks(7, False, NO_LABELS, 0)
            frames: list[bytes] = []
            for _, count, digest, block in blocks:
                reader.feed(block)
                food.arrays.drain(reader, frames)
                if food.native.hash_block(block, *terminal) != digest:
                    return "a block's hash is another when it is read back"
                if len(food.native.block_columns(block)[0]) != count:
                    return "a block's columns have another length"
            reader.finish(False)
            expected, number, _ = play(food, [data], whole, labels)
            if packer.frames != number or sum(block[1] for block in blocks) != number:
                return "a packer counts other frames than a reader"
            return "" if frames == expected else "blocks give other frames than the records"

        yield repr((food.rows, food.columns, food.nle, food.version, chunks, whole, labels, size)).encode(), call


def fuzz_scan(food: Food) -> Iterator[Attempt]:
    while True:
        data = food.game() if food.rng.random() < 0.7 else food.rng.randbytes(food.rng.randint(0, 99))
        version, chunks = food.rng.choice((food.version, food.rng.randint(1, 4))), food.chunks(data)

        def call(data: bytes = data, version: int = version, chunks: list[bytes] = chunks) -> str:
            found = []
            for parts in ([data], chunks):
                scan = food.native.Scan(version)
                for part in parts:
                    scan.feed(part)
                scan.finish()
                found.append((scan.frames, scan.microseconds, scan.score, scan.keys, scan.strategies, scan.trouble))
            return "" if found[0] == found[1] else "a scan depends on how its bytes are cut"

        yield repr((version, chunks)).encode(), call


def fuzz_extent(food: Food) -> Iterator[Attempt]:
    while True:
        data = food.game() if food.rng.random() < 0.5 else food.text(30)
        if food.rng.random() < 0.002:
            data += food.rng.choice((b"\x1b[9999C", b"\x1b[9999D", b"wide", b"\x1b[1;" + b"9;" * 9)) * 250_000
        chunks = food.chunks(data) if len(data) < 1 << 16 else [data[:99], data[99:]]

        def call(data: bytes = data, chunks: list[bytes] = chunks) -> str:
            one, other = food.native.Extent(), food.native.Extent()
            one.feed(data)
            for chunk in chunks:
                other.feed(chunk)
            if (one.rows, one.columns) != (other.rows, other.columns):
                return "an extent depends on how its bytes are cut"
            return "" if 24 <= one.rows <= 300 and 80 <= one.columns <= 300 else "an extent that no terminal has"

        yield repr(chunks).encode(), call


def fuzz_bzip(food: Food) -> Iterator[Attempt]:
    rng, files = food.rng, []
    for _ in range(6):
        content = food.game() * rng.choice((0, 1, 9))
        files.append(bz2.compress(content, rng.randint(1, 9)) + rng.choice((b"", b"", b"junk", bz2.compress(b"x", 1))))
    marks = (0x314159265359, 0x177245385090)
    while True:
        kind = rng.random()
        if kind < 0.5:
            data = food.damage(rng.choice(files))
        else:  # marks at any bit, with anything between them
            bits, length = int.from_bytes(b"BZh" + bytes([rng.choice(b"199905")]), "big"), 32
            for _ in range(rng.randint(0, 6)):
                gap = rng.choice((0, 1, 7, 8, 31, 32, 33, 40, 80, 200))
                bits, length = bits << gap | rng.getrandbits(gap + 1) >> 1, length + gap
                bits, length = bits << 48 | marks[rng.random() < 0.3], length + 48
                if rng.random() < 0.2:
                    bits, length = bits << 64 | 0x425A6839 << rng.choice((0, 3)), length + 64
            data = (bits << -length % 8).to_bytes((length + 7) // 8, "big")
            data = data[: rng.randrange(len(data) + 1)] if rng.random() < 0.3 else data
        odd = (rng.randrange(9 * len(data) + 9), rng.randrange(9 * len(data) + 9), rng.randint(-1, 10))

        def call(data: bytes = data, odd: tuple[int, int, int] = odd) -> str:
            _, _, streams, blocks = food.native.bzip_blocks(data)
            before = 0
            for begin, end, level, complete, stream in blocks:
                if not (before <= begin < end <= 8 * len(data) and 1 <= level <= 9 and 0 <= stream < streams):
                    return "a block that lies outside its file, or over another"
                before = end
                if complete and end - begin >= 80:
                    part = data[begin // 8 : end // 8 + 1]
                    food.native.bzip_block(part, begin % 8, end - begin // 8 * 8, level)
            if blocks and not data.startswith(b"BZh"):
                return "blocks in a file that is no bzip2"
            food.native.bzip_block(data, *odd)
            return ""

        yield repr((data, odd)).encode(), call


def damaged_block(food: Food, blocks: list[bytes]) -> bytes:
    """Return a block some of whose fields lie."""
    rng, block = food.rng, bytearray(food.rng.choice(blocks))
    if len(block) < 32:
        return bytes(block)
    count, keyframe = struct.unpack_from("<II", block)
    kind = rng.random()
    if kind < 0.15:
        struct.pack_into("<I", block, 4 * rng.randrange(8), rng.choice(INTEGERS) & 0xFFFFFFFF)
    elif kind < 0.3:  # two fields together, so that the length is right
        one, other = rng.sample((4, 8), 2)
        step = rng.randint(1, 99)
        for at, change in ((one, step), (other, -step)):
            struct.pack_into("<I", block, at, (struct.unpack_from("<I", block, at)[0] + change) & 0xFFFFFFFF)
    elif kind < 0.6 and 32 + keyframe + 4 * count <= len(block):  # the lengths, or two of them against each other
        for change in rng.choice(((1,), (255,), (1, -1), (9, -9), (128,))):
            at = 32 + keyframe + rng.randrange(4 * count)
            block[at] = (block[at] + change) & 0xFF
    elif kind < 0.75 and keyframe >= 128:
        struct.pack_into("<i", block, 32 + 4 * rng.randrange(32), rng.choice((*INTEGERS[:20], -1, -2, 1 << 30)))
    else:
        return food.damage(bytes(block))
    return bytes(block)


def fuzz_block(food: Food) -> Iterator[Attempt]:
    blocks = food.blocks(12)
    while True:
        block = damaged_block(food, blocks)

        def call(block: bytes = block) -> str:
            try:
                keys, times, scores, labels, lengths, text = food.native.block_columns(block)
            except ValueError:
                keys = None
            if keys is not None:
                sizes = (8 * len(keys), 4 * len(keys), 2 * len(keys), 4 * len(keys))
                if (len(times), len(scores), len(labels), len(lengths)) != sizes:
                    return "columns of different lengths"
                if int(np.frombuffer(lengths, np.uint32).astype(np.int64).sum()) != len(text):
                    return "text of another length than its frames'"
            digest = food.native.hash_block(block, food.rows, food.columns, food.nle, food.version)
            return "" if keys is not None else f"a block without columns has the hash {digest:x}"

        yield repr((food.rows, food.columns, food.nle, food.version, block)).encode(), call


def fuzz_blocks(food: Food) -> Iterator[Attempt]:
    """A game of blocks, as the store's reader plays it: at the first that is refused it stops."""
    sound = food.blocks(12)
    while True:
        rng = food.rng
        some = rng.choices(sound, k=rng.randint(1, 3))
        given = [damaged_block(food, sound) if rng.random() < 0.6 else block for block in some]
        first, skip = rng.choice((0, 0, 5, 1 << 40)), rng.choice((0, 0, 1, 3, 99))

        def call(given: list[bytes] = given, first: int = first, skip: int = skip) -> str:
            reader = food.native.Reader(food.rows, food.columns, food.nle, food.version, NO_ACTIONS)
            reader.open_blocks(7, True, NO_LABELS, first)
            frames: list[bytes] = []
            refused = False
            for block in given:
                try:
                    reader.feed(block)
                except ValueError:
                    refused = True
                    break
                reader.skip(skip)
                food.arrays.drain(reader, frames)
            before = len(frames)
            reader.finish(not refused)
            food.arrays.drain(reader, frames)
            return "" if len(frames) == before else "frames of a block that was refused"

        yield repr((food.rows, food.columns, food.nle, food.version, given, first, skip)).encode(), call


ORDERS = (
    "feed", "feed", "feed", "finish", "next_file", "open_records", "open_blocks", "skip", "screen", "drain", "take",
    "set_labels",
)  # fmt: skip


def fuzz_orders(food: Food) -> Iterator[Attempt]:
    """Methods in an order that nobody calls them in."""
    sound = food.blocks(4)
    while True:
        rng = food.rng
        steps: list[tuple[Any, ...]] = []
        for _ in range(rng.randint(2, 12)):
            name = rng.choice(ORDERS)
            if name == "feed":
                steps.append((name, rng.choice((food.game(), rng.choice(sound), damaged_block(food, sound), b""))))
            elif name == "finish":
                steps.append((name, rng.random() < 0.5))
            elif name == "open_records":
                steps.append((name, -5, rng.randint(0, 5), True, food.labels(), food.labels()))
            elif name == "open_blocks":
                steps.append((name, 1 << 62, False, food.labels(), rng.choice((-1, 0, 1 << 62))))
            elif name == "skip":
                steps.append((name, rng.choice((-1, 0, 1, 5, 1 << 62))))
            elif name == "set_labels":
                steps.append((name, food.labels()))
            else:
                steps.append((name,))
        packs = rng.random() < 0.4

        def call(steps: list[tuple[Any, ...]] = steps, packs: bool = packs) -> str:
            size = (food.rows, food.columns, food.nle, food.version)
            one = food.native.Packer(*size, 3) if packs else food.native.Reader(*size, NO_ACTIONS)
            for name, *values in steps:
                if name == "drain" and not packs:
                    food.arrays.drain(one, [])
                elif hasattr(one, name):
                    try:
                        getattr(one, name)(*values)
                    except ValueError:
                        continue
            return ""

        yield repr((food.rows, food.columns, food.nle, food.version, packs, steps)).encode(), call


NEVER_ZERO = (0, 7, 9)
"""Arrays in which no frame is all zeros: characters, actions (-1), ids."""


def fuzz_arrays(food: Food) -> Iterator[Attempt]:
    """Arrays of odd shapes, kinds and places."""
    kinds = [
        np.uint8, np.int8, np.int16, np.int64, np.uint8, np.int32, np.int32, np.int16, np.int16, np.int64, np.bool_,
        np.bool_,
    ]  # fmt: skip
    records = b"".join(food.records)
    while True:
        rng = food.rng
        steps, width, time_first = rng.choice((0, 1, 2, 5)), rng.choice((0, 1, 2, 3)), rng.random() < 0.5
        rows, columns = rng.choice((0, 1, 2, 24, 25, 60)), rng.choice((0, 1, 2, 79, 80, 81, 200))
        lead = (steps, width) if time_first else (width, steps)
        tails = [(rows, columns), (rows, columns), (2,), *[()] * 9]
        shapes = [(*lead, *tail) for tail in tails]
        dtypes, bends = list(kinds), [""] * 12
        if rng.random() < 0.5:
            place, kind = rng.randrange(12), rng.random()
            if kind < 0.4:
                shape = list(shapes[place])
                shape[rng.randrange(len(shape))] = rng.choice((0, 1, 2, 3, 80, 1000))
                shapes[place] = tuple(shape)
            elif kind < 0.6:
                shapes[place] = rng.choice(((), (1,), (*shapes[place], 1), shapes[place][:-1]))
            elif kind < 0.8:
                dtypes[place] = rng.choice((np.float32, np.int64, np.uint16, np.complex64, np.bool_))
            else:
                bends[place] = rng.choice(("strided", "reversed", "read-only", "list", "none"))
        places = (0, 0, 0, 1, steps, -1, steps + 1, 1 << 62)
        positions = rng.choices(places, k=rng.choice((width, width, 0, 9)))
        count = rng.choice((width, width, width, width + 1, 0))

        def call(shapes: list[tuple[int, ...]] = shapes, dtypes: list[Any] = dtypes, bends: list[str] = bends,
                 positions: list[int] = positions, count: int = count,
                 time_first: bool = time_first) -> str:  # fmt: skip
            arrays: list[Any] = []
            for shape, dtype, bend in zip(shapes, dtypes, bends, strict=True):
                array: Any = np.zeros(shape, dtype)
                if bend == "strided":
                    array = np.zeros((*shape, 2), dtype)[..., 0]
                elif bend == "reversed" and array.ndim:
                    array = array[::-1]
                elif bend == "read-only":
                    array.flags.writeable = False
                elif bend == "list":
                    array = array.tolist()
                elif bend == "none":
                    array = None
                arrays.append(array)
            targets = food.native.Targets(*arrays, time_first)
            readers = []
            for _ in range(count):
                reader = food.native.Reader(food.rows, food.columns, food.nle, food.version, NO_ACTIONS)
                reader.open_records(7, food.version, False, NO_LABELS, NO_LABELS)
                reader.feed(records)
                readers.append(reader)
            at = np.array(positions, np.int64)
            food.native.fill(readers, at, targets)
            wrote = [arrays[i] for i in NEVER_ZERO if any(reader.frame for reader in readers)]
            return "" if all(array.any() for array in wrote if array.size) else "what is filled does not arrive"

        yield repr((shapes, dtypes, bends, positions, count, time_first, food.version)).encode(), call


def fuzz_arguments(food: Food) -> Iterator[Attempt]:
    """Arguments out of any range."""
    native, rng = food.native, food.rng
    numbers = [*INTEGERS, *(-n for n in INTEGERS)]
    arrays = Arrays(native, 2, 24, 80)
    data = food.game()
    while True:
        which, n = rng.randrange(9), [rng.choice(numbers) for _ in range(6)]
        flag, keys = rng.random() < 0.5, rng.choice((0, 1, 255, 256, 257))

        def call(which: int = which, n: list[int] = n, flag: bool = flag, keys: int = keys) -> str:
            if which == 0:
                native.Terminal(n[0], n[1], flag, n[2] % 7 - 1)
            elif which == 1:
                native.Terminal(n[0] % 1002, n[1] % 1002, flag, n[2])
            elif which == 2:
                native.Reader(n[0] % 99, n[1] % 99, flag, n[2] % 6, np.zeros(keys, rng.choice((np.int16, np.float64))))
            elif which == 3:
                native.Packer(24, 80, flag, n[2] % 6, n[3])
            elif which == 4:
                native.bzip_block(data, n[0], n[1], n[2] % 12)
            elif which == 5:
                native.hash_block(data, n[0], n[1], flag, n[2] % 6)
            elif which == 6:
                native.Scan(n[0])
            elif which == 7:
                reader = native.Reader(24, 80, flag, 3, NO_ACTIONS)
                reader.open_records(n[0], 3, flag, NO_LABELS, NO_LABELS)
                reader.feed(data)
                reader.skip(n[1])
                reader.open_blocks(n[2], flag, NO_LABELS, n[3])
            else:
                rows = rng.choice(([None], [None, None], [3], [b"x"], "x", None, [native], [native.Reader]))
                native.fill(rows, np.zeros(len(rows) if rows else 0, np.int64), arrays.targets)
            return ""

        yield repr((which, n, flag, keys)).encode(), call


TARGETS: dict[str, Callable[[Food], Iterator[Attempt]]] = {
    "terminal": fuzz_terminal,
    "keyframe": fuzz_keyframe,
    "reader": fuzz_reader,
    "packer": fuzz_packer,
    "scan": fuzz_scan,
    "extent": fuzz_extent,
    "bzip": fuzz_bzip,
    "block": fuzz_block,
    "blocks": fuzz_blocks,
    "orders": fuzz_orders,
    "arrays": fuzz_arrays,
    "arguments": fuzz_arguments,
}
ROUND = {"terminal": 3, "keyframe": 2, "bzip": 3, "block": 2, "blocks": 2, "scan": 2, "arguments": 2}
"""Batches of a target in a round; 1 of the others."""
COMPARED = {"terminal", "reader", "packer", "scan", "extent"}


# ---- the child: hands batches over


def load(path: Path) -> ModuleType:
    """Load the compiled module by its path."""
    spec = importlib.util.spec_from_file_location("_native", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Seen:
    """Tells which inputs are new: a bit for each hash, so that a few new ones are taken for old, and none twice."""

    def __init__(self) -> None:
        self._bits = bytearray(1 << 25)

    def add(self, key: bytes) -> bool:
        at = hash(key) & ((1 << 28) - 1)
        known = self._bits[at >> 3] >> (at & 7) & 1
        self._bits[at >> 3] |= 1 << (at & 7)
        return not known


def run_batch(native: Any, target: str, seed: int, number: int, seen: Seen, show: bool) -> dict[str, Any]:
    """Hand over one batch; return what became of it."""
    rng = random.Random(f"{seed} {target} {number}")
    made = TARGETS[target](Food(native, rng))
    report: dict[str, Any] = {"inputs": 0, "refused": 0, "compared": 0, "worst": 0.0, "wrong": []}
    for index in range(BATCH):
        key, call = next(made)
        if show:
            print(f"{index}: {key.decode()}", flush=True)
        began = time.perf_counter()
        try:
            wrong = call()
            report["compared"] += target in COMPARED
        except (ValueError, TypeError):
            wrong = ""
            report["refused"] += 1
        except Exception as error:
            wrong = f"raises {type(error).__name__}: {error}"
        spent = time.perf_counter() - began
        if spent > SLOW_S:
            wrong = wrong or f"takes over {SLOW_S} s"
        report["worst"] = max(report["worst"], spent)
        report["inputs"] += seen.add(target.encode() + key)
        if wrong:
            report["wrong"].append((index, wrong))
            if show:
                print(f"   {wrong}")
    return report


def serve(path: Path, seed: int) -> None:
    """Hand over the batches that are named on standard input."""
    native, seen = load(path), Seen()
    for line in sys.stdin:
        target, number = line.split()
        print(json.dumps(run_batch(native, target, seed, int(number), seen, False)), flush=True)


# ---- the parent: builds, and watches the child


def build(folder: Path) -> Path:
    """Build the module with sanitizers; return its path."""
    nanobind = subprocess.run([sys.executable, "-m", "nanobind", "--cmake_dir"], capture_output=True, text=True)
    if nanobind.returncode:
        sys.exit("nanobind is not installed in this Python: pip install nanobind")
    flags = "-fsanitize=undefined -fno-sanitize=vptr -fno-omit-frame-pointer"
    commands = (
        ["cmake", "-S", str(ROOT), "-B", str(folder), "-DYENDOR_SANITIZE=ON", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
         f"-DCMAKE_CXX_FLAGS={flags}", f"-DPython_EXECUTABLE={sys.executable}",
         f"-Dnanobind_DIR={nanobind.stdout.strip()}"],
        ["cmake", "--build", str(folder), "--parallel", "2"],
    )  # fmt: skip
    for command in commands:
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"{' '.join(command)}\n{run.stdout[-3000:]}{run.stderr[-3000:]}")
    return next(folder.glob("_native*.so"))


def environment(module: Path) -> dict[str, str]:
    """Return the child's environment: the sanitizers' libraries come first."""
    libraries = subprocess.run(["ldd", str(module)], capture_output=True, text=True, check=True).stdout
    preload = [found[1] for name in ("asan", r"stdc\+\+") if (found := re.search(rf"=> (\S*{name}\S*)", libraries))]
    return {
        **os.environ,
        "LD_PRELOAD": " ".join(preload),
        "ASAN_OPTIONS": "detect_leaks=0:quarantine_size_mb=32:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=0",
        "PYTHONMALLOC": "malloc",  # so that the end of each bytes object is seen
    }


class Child:
    """One process with the module."""

    def __init__(self, module: Path, seed: int, folder: Path) -> None:
        self._log = folder / "errors.txt"
        self._errors = open(self._log, "w")  # noqa: SIM115 - open as long as the child
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--serve", "--module", str(module), "--seed", str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, env=environment(module),
        )  # fmt: skip
        self._selector = selectors.DefaultSelector()
        assert self._process.stdout is not None
        self._selector.register(self._process.stdout, selectors.EVENT_READ)
        self._read = 0

    def run(self, target: str, number: int) -> dict[str, Any] | None:
        """Let it hand over a batch; None when it ends, or is silent for too long and is ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{target} {number}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline() if self._selector.select(SILENT_S) else ""
        return json.loads(line) if line else None

    def reports(self) -> list[str]:
        """Return what the sanitizers have said since the last call."""
        text = self._log.read_text(errors="replace")
        new, self._read = text[self._read :], len(text)
        found = re.findall(r"(\S+): runtime error: (.*)|SUMMARY: (.*)", new)
        # The numbers in a message are the input's, not the fault's.
        plain = [(Path(place).name, re.sub(r"-?[0-9]+", "N", what), summary) for place, what, summary in found]
        return [f"{place}: {what}" if what else summary for place, what, summary in plain]

    def stop(self) -> str:
        """End it; say how it ended."""
        code = self._process.poll()
        self._process.kill()
        self._process.communicate()
        self._errors.close()
        return "hangs" if code is None else f"ends with {code}"


def fuzz(module: Path, seed: int, seconds: float, folder: Path) -> dict[str, Any]:
    """Hand batches over until the time is up, or there is nothing left to hand over."""
    totals: dict[str, Any] = {"inputs": 0, "refused": 0, "worst": 0.0, "compared": {}, "each": {}}
    failures: dict[str, tuple[str, int]] = {}
    crashes = dict.fromkeys(TARGETS, 0)
    child, turn, began, told = Child(module, seed, folder), 0, time.monotonic(), 0.0
    while time.monotonic() - began < seconds:
        targets = [target for target in TARGETS if crashes[target] < MOST_CRASHES]
        if not targets:
            break
        for target, number in [(t, turn * ROUND.get(t, 1) + i) for t in targets for i in range(ROUND.get(t, 1))]:
            report = child.run(target, number)
            said = child.reports()
            if report is None:
                how = child.stop()
                said = said or [how]
                crashes[target] += 1
                child = Child(module, seed, folder)
            else:
                totals["inputs"] += report["inputs"]
                totals["refused"] += report["refused"]
                totals["worst"] = max(totals["worst"], report["worst"])
                totals["each"][target] = totals["each"].get(target, 0) + report["inputs"]
                totals["compared"][target] = totals["compared"].get(target, 0) + report["compared"]
                said += [wrong for _, wrong in report["wrong"]]
            for one in said:
                where, count = failures.get(f"{target}: {one}", (f"--only {target} --batch {number} --seed {seed}", 0))
                if not count:
                    print(f"FAILURE {target}: {one}\n    python benchmarks/fuzz_ttyrec.py {where}", flush=True)
                failures[f"{target}: {one}"] = (where, count + 1)
        turn += 1
        if time.monotonic() - told > 30:
            told = time.monotonic()
            print(f"{told - began:5.0f} s: {totals['inputs']:,} inputs, {len(failures)} failures", flush=True)
    child.stop()
    totals |= {"failures": failures, "seconds": time.monotonic() - began, "left_out": [
        target for target in TARGETS if crashes[target] >= MOST_CRASHES]}  # fmt: skip
    return totals


def claim(name: str, value: float, target: float, holds: bool) -> str:
    """Make one line of the result."""
    return json.dumps({"claim": name, "value": value, "peer": None, "ratio": None, "target": target, "holds": holds})


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300.0, help="how long inputs are handed over")
    parser.add_argument("--seed", type=int, default=0, help="fixes the inputs")
    parser.add_argument("--quick", action="store_true", help="15 seconds")
    parser.add_argument("--module", type=Path, help="a module built with sanitizers before")
    parser.add_argument("--only", choices=sorted(TARGETS), help="play one batch of this target again")
    parser.add_argument("--batch", type=int, default=0, help="its number")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--show", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.module, options.seed)
        return 0
    if options.show:
        run_batch(load(options.module), options.only, options.seed, options.batch, Seen(), True)
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        module = options.module or build(folder)
        if options.only:
            words = ["--show", "--module", str(module), "--only", options.only, "--batch", str(options.batch)]
            command = [sys.executable, __file__, *words, "--seed", str(options.seed)]
            return subprocess.run(command, env=environment(module)).returncode
        totals = fuzz(module, options.seed, 15.0 if options.quick else options.seconds, folder)
    failures, compared = totals["failures"], totals["compared"]
    print(f"{totals['inputs']:,} inputs in {totals['seconds']:.0f} s, {totals['refused']:,} of them refused:")
    print("   ", ", ".join(f"{target} {count:,}" for target, count in totals["each"].items()))
    for name, (where, count) in failures.items():
        print(f"FAILURE {name} ({count} times)\n    python benchmarks/fuzz_ttyrec.py {where}")
    if totals["left_out"]:
        print(f"left out after {MOST_CRASHES} crashes: {', '.join(totals['left_out'])}")
    least = QUICK_TARGET if options.quick else TARGET
    chunked = sum(compared.get(target, 0) for target in ("terminal", "reader", "scan", "extent"))
    cut = sum(count for name, (_, count) in failures.items() if "cut" in name or "pieces" in name)
    packed = sum(count for name, (_, count) in failures.items() if name.startswith("packer: ") and "block" in name)
    print(claim("distinct malformed and random inputs, none with a failure", totals["inputs"], least,
                not failures and totals["inputs"] >= least))  # fmt: skip
    print(claim("failures, each counted once", len(failures), 0, not failures))
    print(claim("longest time of one input under sanitizers, s", round(totals["worst"], 3), SLOW_S,
                totals["worst"] <= SLOW_S))  # fmt: skip
    print(claim("inputs cut in two ways, with equal outcome", chunked - cut, chunked, not cut))
    print(claim("games whose packed blocks give the records' frames and hashes", compared.get("packer", 0) - packed,
                compared.get("packer", 0), not packed))  # fmt: skip
    return 0 if not failures and totals["inputs"] >= least else 1


if __name__ == "__main__":
    sys.exit(main())
