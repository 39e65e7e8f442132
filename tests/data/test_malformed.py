"""Malformed input, from import to the store: no crash, no hang, all that lies before the damage, and the reason.

Each file comes twice: damaged when it is imported, and damaged after it was imported whole. Good games lie before and
behind it. Every check runs in a process of its own, so that a crash in compiled code fails one test only.
"""

import bz2
import contextlib
import faulthandler
import gzip
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import struct
import sys
import traceback
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard

from yendor import _native
from yendor.cli.main import main as command_line
from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list
from yendor.data.batch import ACTION_OF_KEY, Batch
from yendor.data.catalogue import Catalogue
from yendor.data.compressed import Chunks
from yendor.data.games import Games
from yendor.data.importers import import_folder
from yendor.data.labels import read_labels, write_labels
from yendor.data.playback import FrameSource, terminal_size
from yendor.data.recorder import record
from yendor.data.shard import SCREEN, Section, Shard, Stored
from yendor.data.stream import Stream, StreamConfig
from yendor.data.transcode import TranscodeConfig, transcode
from yendor.data.ttyrec import KEY, OUTPUT, SCORE, STRATEGY, Record, pack, survey, version_of
from yendor.data.windows import WindowConfig, Windows

GUARD_S = 60
MEMORY = 8 << 30
STORE = TranscodeConfig(dictionary=False, block_frames=16, level=1)
NAMES = ("tty_chars", "tty_colors", "tty_cursor", "timestamps", "keypresses", "scores")
HEADER = 13


@pytest.fixture(scope="module", autouse=True)
def all_is_loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Do once what each process would do for itself: import what the commands import, make games up."""
    block_sizes()
    folder = tmp_path_factory.mktemp("warm")
    (folder / "nle.1.0.ttyrec3.bz2").write_bytes(bz2.compress(raw()))
    assert command("data", "import", folder, "--to", folder / "data")[0] == 0
    assert command("data", "verify", folder / "data")[0] == 0
    transcode(Catalogue(folder / "data"), STORE, workers=0, quiet=True)


def alone(check: Callable[[], None], guard_s: int = GUARD_S) -> None:
    """Run a check in a process of its own, with bounds on time and memory."""
    sys.stdout.flush()
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(read_end)
            faulthandler.disable()
            signal.signal(signal.SIGALRM, signal.SIG_DFL)  # it ends the process also while compiled code runs
            signal.alarm(guard_s)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            check()
            code = 0
        except BaseException:
            with os.fdopen(write_end, "w") as pipe:
                pipe.write(traceback.format_exc())
        finally:
            os._exit(code)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        pytest.fail(f"hangs: over {guard_s} s" if number == signal.SIGALRM else f"crashes: signal {number}")
    if status:
        pytest.fail(text, pytrace=False)


# ---- games


@lru_cache
def game(version: int = 3, keys: int = 40, seed: int = 0, size: int = 60) -> tuple[Record, ...]:
    """Make a game up: each screen some text at some place, now and then a score, a key; no line reaches the margin."""
    rng = random.Random(f"{version} {keys} {seed}")
    symbols = "".join(chr(code) for code in range(33, 127))
    out = []
    for i in range(keys):
        at = f"\x1b[{rng.randint(1, 20)};{rng.randint(1, 9)}H\x1b[3{rng.randint(0, 7)}m"
        text = "\r\n".join("".join(rng.choices(symbols, k=min(60, size - j))) for j in range(0, size, 60))
        out.append(Record(i * 1_000_000 + 7, OUTPUT, (at + text).encode()))
        if version > 2 and i % 3 == 1:
            out.append(Record(i * 1_000_000 + 8, SCORE, struct.pack("<i", i)))
        if version > 1:
            out.append(Record(i * 1_000_000 + 9, KEY, rng.choice("hjklyubn").encode()))
        if version == 4:
            out.append(Record(i * 1_000_000 + 10, STRATEGY, struct.pack("<i", i % 13 - 1)))
    out.append(Record(keys * 1_000_000, OUTPUT, b"\x1b[24;1HThe end."))
    return tuple(out)


@lru_cache
def raw(version: int = 3, keys: int = 40, seed: int = 0, size: int = 60) -> bytes:
    """Return a made-up game's bytes."""
    return pack(list(game(version, keys, seed, size)), version)


def whole_records(data: bytes, version: int) -> tuple[bytes, int]:
    """Return the part of these bytes that is whole records, and how many frames it has."""
    header = 12 if version == 1 else 13
    at = frames = 0
    while at + header <= len(data):
        (length,) = struct.unpack_from("<i", data, at + 8)
        end = at + header + length
        if not 0 <= length <= 1 << 20 or end > len(data):
            break
        frames += version == 1 or data[at + 12] == KEY
        at = end
    return data[:at], frames


def frames_of(data: bytes, version: int, last_screen: bool, folder: Path) -> list[bytes]:
    """Play a sound game; return each frame's arrays as bytes."""
    kept, keys = whole_records(data, version)
    path = folder / f"expected.ttyrec{version}"
    path.write_bytes(kept)
    into = Batch.blank(keys + 2)
    count = FrameSource.of_files([path]).read(into) if kept else 0
    assert count in (keys, keys + 1)
    return [frame(into, i) for i in range(count if last_screen else keys)]


def frame(batch: Batch, at: Any) -> bytes:
    return b"".join(getattr(batch, name)[at].tobytes() for name in NAMES)


def play(dataset: Path, source: str, where: str = "") -> tuple[dict[int, list[bytes]], dict[int, str]]:
    """Stream a dataset; return the frames of each game, and the troubles, which are warned of too."""
    config = StreamConfig(2, 17, where, loop=False, source=source)  # type: ignore[arg-type]
    found: dict[int, list[bytes]] = {}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        stream = Stream(dataset, config)
        for batch in stream:
            for t, b in zip(*np.nonzero(batch.gameids), strict=True):
                found.setdefault(int(batch.gameids[t, b]), []).append(frame(batch, (t, b)))
    texts = [str(warning.message) for warning in warned if warning.category is RuntimeWarning]
    assert len(texts) == len(stream.troubles)
    assert all(any(f"game {gameid} " in text for text in texts) for gameid in stream.troubles)
    return found, stream.troubles


def windows(dataset: Path) -> tuple[list[bytes], dict[int, str]]:
    """Draw all windows; return their frames, sorted, and the troubles, which are warned of too."""
    found = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        drawn = Windows(dataset, WindowConfig(4, 16, loop=False))
        for batch in drawn:
            found += [frame(batch, (t, b)) for t, b in zip(*np.nonzero(batch.gameids), strict=True)]
    assert len([w for w in warned if w.category is RuntimeWarning]) == len(drawn.troubles)
    return sorted(found), drawn.troubles


def command(*words: object) -> tuple[int, str]:
    """Run a command, in this process only; return its exit code and all that it prints."""
    words = (*words, "--workers", 0) if words[:2] == ("data", "import") else words
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = command_line([str(word) for word in words])
    return code, out.getvalue()


# ---- malformed files


@dataclass(frozen=True)
class Case:
    """A file.

    Attributes:
        name: Of the case.
        make: Makes the file's content.
        kept: Makes the bytes of the ttyrec that lie before the damage.
        trouble: What is said of it; "" when it is sound, only odd.
        suffix: Of the file's name.
        cells: The frames' content is compared too, not only their number.
        least: What follows the damage may give frames too.
    """

    name: str
    make: Callable[[], bytes]
    kept: Callable[[], bytes]
    trouble: str = ""
    suffix: str = "ttyrec3.bz2"
    cells: bool = True
    least: bool = False

    @property
    def version(self) -> int:
        return version_of(Path(f"x.{self.suffix}"))


def nothing() -> bytes:
    return b""


def head(version: int = 3) -> bytes:
    """Return the records up to a key in the middle."""
    records = game(version)
    at = 25 if version == 1 else [i for i, r in enumerate(records) if r.channel == KEY][25] + 1
    return pack(list(records[: at + (version == 4)]), version)


def tail(version: int = 3) -> bytes:
    return raw(version)[len(head(version)) :]


def in_the_middle(
    name: str, damage: bytes, trouble: str, version: int = 3, *, cells: bool = True, kept: bytes | None = None
) -> Case:
    """Put bytes between two records; without `trouble` they are records too."""
    before = head(version) + (damage if not trouble else b"") + (kept or b"")
    return Case(
        f"{name}, version {version}",
        lambda: bz2.compress(head(version) + damage + tail(version)),
        lambda: before + (b"" if trouble else tail(version)),
        trouble,
        f"ttyrec{version}.bz2",
        cells,
    )


def rec(channel: int, data: bytes, length: int | None = None) -> bytes:
    return struct.pack("<iiiB", 30, 0, len(data) if length is None else length, channel) + data


def out1(data: bytes, length: int | None = None) -> bytes:
    return struct.pack("<iii", 30, 0, len(data) if length is None else length) + data


SCREENS = {
    "REP with a huge count": b"a\x1b[100000000000b",
    "REP that does not fit in 64 bits": b"a\x1b[" + b"9" * 30 + b"b",
    "many REPs": b"x" + b"\x1b[9999b" * 2000,
    "NUL bytes": b"a\0b\0" * 200 + b"\x1b[\0" + b"\x1b\0(\0",
    "UTF-8": "\u00e9\u250c\u2500\u2510 \U0001f409 \u202e".encode() * 20,
    "all bytes": bytes(range(256)) * 20,
    "random bytes": random.Random(1).randbytes(20_000),
    "wild sequences": b"\x1b[999;999H\x1b[-5A\x1b[;;;;;m\x1b[?1049h\x1b[>c\x1b[4:3m\x1b[38;5mx\x1b[38;2;1my\x1b[5;3r",
    "sequences of each letter": b"".join(b"\x1b[%d;%d%c" % (n, n, c) for n in (0, 3, 9999) for c in range(64, 127)),
    "parameters of 200 digits": b"\x1b[" + b"7" * 200 + b";" + b"8" * 200 + b"H" + b"\x1b[" + b"9" * 200 + b"P",
    "10,000 parameters": b"\x1b[" + b"1;" * 10_000 + b"m" + b"\x1b[" + b";" * 10_000 + b"H",
    "an endless OSC string": b"\x1b]0;" + b"title " * 10_000,
    "an endless DCS string": b"\x1bP" + b"q#1" * 10_000,
    "an unfinished sequence": b"\x1b[1;2",
    "scroll regions": b"\x1b[24;1r\x1b[5;5r\x1b[3;9r\x1b[99L\x1b[99M\x1b[99S\x1b[99T\x1bM\x1bD" * 50,
}


@lru_cache
def blocks() -> bytes:
    """Return a file of several bzip2 blocks."""
    return bz2.compress(raw(keys=320, size=1200), 1)


@lru_cache
def block_places() -> tuple[tuple[int, int], ...]:
    """Return the bits at which the blocks begin and end."""
    return tuple((begin, end) for begin, end, *_ in _native.bzip_blocks(blocks())[3])


@lru_cache
def block_sizes() -> tuple[int, ...]:
    """Return how many bytes each block unpacks to, by another decoder: it gives a block out when it has read it."""
    decoder = bz2.BZ2Decompressor()
    data = blocks()
    given = [len(decoder.decompress(data[i : i + 1])) for i in range(len(data))]
    return tuple(sum(run) for some, run in groupby(given, bool) if some)


def before_block(number: int) -> bytes:
    assert len(block_sizes()) == len(block_places()) > 4
    return raw(keys=320, size=1200)[: sum(block_sizes()[:number])]


def flip(data: bytes, bit: int) -> bytes:
    flipped = bytearray(data)
    flipped[bit // 8] ^= 0x80 >> bit % 8
    return bytes(flipped)


def trailer_bit() -> int:
    """Return where the end mark of the file begins."""
    return block_places()[-1][1]


def zst(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def all_of_it() -> bytes:
    return raw(keys=320, size=1200)


def records_cases() -> Iterator[Case]:
    for version in (3, 4):
        yield in_the_middle("many scores without a key", rec(SCORE, b"\1\0\0\0") * 9000, "two scores", version)
    for size in (0, 1, 3, 5, 400):
        yield in_the_middle(f"a score of {size} bytes", rec(SCORE, b"\1" * size), f"with {size} bytes")
    for size in (0, 2):
        yield in_the_middle(f"a key of {size} bytes", rec(KEY, b"j" * size), f"with {size} bytes")
        yield in_the_middle(f"a key of {size} bytes", rec(KEY, b"j" * size), f"with {size} bytes", 4)
    for version in (1, 3, 4):
        for name, length in (("-1", -1), ("the least", -(1 << 31)), ("2 GB", (1 << 31) - 1), ("1 MB + 1", 1048577)):
            damage = out1(b"", length) if version == 1 else rec(OUTPUT, b"", length)
            yield in_the_middle(f"a length of {name}", damage, "a record of", version)
        damage = (out1 if version == 1 else partial(rec, OUTPUT))(b"q" * 1048577)
        yield in_the_middle("a longer record than any, with its bytes", damage, "a record of", version)
        damage = (out1 if version == 1 else partial(rec, OUTPUT))(b"q" * 1048576)
        yield in_the_middle("the longest record", damage, "", version, cells=version != 1)
        damage = (out1 if version == 1 else partial(rec, OUTPUT))(b"") * 50
        yield in_the_middle("records of no length", damage, "", version)
        for name, screen in SCREENS.items():
            damage = (out1 if version == 1 else partial(rec, OUTPUT))(screen)
            if version != 4:
                yield in_the_middle(name, damage, "", version)
    for channel in (4, 9, 255):
        yield in_the_middle(f"channel {channel}", rec(channel, b"\0" * 4), f"channel {channel}")
    for name, damage, trouble in (("length of -1", rec(OUTPUT, b"", -1), "a record of"),
                                  ("channel 9", rec(9, b"x"), "channel 9")):  # fmt: skip
        yield in_the_middle(f"a {name} right behind a key", rec(KEY, b"j") + damage, trouble, 4, kept=rec(KEY, b"j"))
    yield in_the_middle("a strategy of 3 bytes", rec(STRATEGY, b"abc"), "with 3 bytes", 4)
    yield in_the_middle("a strategy that is none", rec(STRATEGY, b"\xff\xff\xff\x7f"), "", 4)
    yield in_the_middle("times that run backwards", rec(OUTPUT, b"x") + struct.pack("<iiiB", -9, -9, 0, 0), "")
    yield in_the_middle("a score of -1", rec(SCORE, b"\xff" * 4), "")
    for version in (1, 3, 4):
        header = 12 if version == 1 else 13
        last = pack(list(game(version)[-1:]), version)
        for name, cut in (("one byte", 1), ("half its body", 6), ("its body", len(last) - header), ("half its header",
                          len(last) - 6), ("all but one byte", len(last) - 1)):  # fmt: skip
            yield Case(
                f"the last record lacks {name}, version {version}",
                lambda v=version, cut=cut: bz2.compress(raw(v)[:-cut]),  # type: ignore[misc]
                lambda v=version, cut=cut: raw(v)[:-cut],  # type: ignore[misc]
                "the last record is cut off",
                f"ttyrec{version}.bz2",
            )
    swapped = b"".join(struct.pack(">iiiB", r.time // 1_000_000, 7, len(r.data), r.channel) + r.data for r in game())
    yield Case("big-endian", lambda: bz2.compress(swapped), nothing, "a record of")
    yield Case("no key at all", lambda: bz2.compress(rec(OUTPUT, b"x") * 50), nothing, "no frames")
    yield Case("scores only", lambda: bz2.compress(rec(SCORE, b"\1\0\0\0")), nothing, "no frames")
    yield Case("nothing but zeros", lambda: bz2.compress(bytes(100_000)), nothing, "cut off|no frames")
    # Read as another version, a file may hold a frame or so before the order breaks.
    yield Case("version 4 named 3", lambda: bz2.compress(raw(4)), lambda: first(4), "channel 3")
    yield Case("version 1 named 3", lambda: bz2.compress(raw(1)), nothing, "channel 27")
    yield Case("version 3 named 4", lambda: bz2.compress(raw(3)), lambda: raw(3), "", "ttyrec4.bz2")
    yield Case("version 3 named 2", lambda: bz2.compress(raw(3)), lambda: first(3), "channel 2", "ttyrec2.bz2")
    yield Case("version 3 named 1", lambda: bz2.compress(raw(3)), lambda: raw(3), "a record of", "ttyrec.bz2",
               cells=False)  # fmt: skip


def first(version: int) -> bytes:
    """Return a game's records up to the first key."""
    records = game(version)
    return pack(list(records[: 1 + next(i for i, r in enumerate(records) if r.channel == KEY)]), version)


def compressed_cases() -> Iterator[Case]:
    sound = raw(keys=320, size=1200)
    places = block_places()
    middle = (places[2][0] + places[2][1]) // 2
    yield Case("bz2 cut off in the first block", lambda: blocks()[:9000], nothing, "cut off")
    yield Case("bz2 cut off in the third block", lambda: blocks()[: middle // 8], lambda: before_block(2), "cut off")
    yield Case("bz2 cut off in the header", lambda: blocks()[:3], nothing, "bz2")
    yield Case("bz2 cut off behind the header", lambda: blocks()[:4], nothing, "cut off|no frames")
    yield Case("bz2 cut off behind the last block", lambda: blocks()[: trailer_bit() // 8 + 1], all_of_it, "cut off")
    yield Case("bz2 cut off in the end mark", lambda: blocks()[:-6], all_of_it, "cut off")
    yield Case("bz2 cut off in the end's sum", lambda: blocks()[:-2], all_of_it, "cut off")
    for name, bit in (
        ("mark", places[2][0] + 20), ("sum", places[2][0] + 60), ("origin", places[2][0] + 90),
        ("tables", places[2][0] + 400), ("middle", middle), ("end", places[2][1] - 30),
    ):  # fmt: skip
        yield Case(f"a bit of the third bz2 block is flipped, {name}", partial(flip, blocks(), bit),
                   lambda: before_block(2), "damaged")  # fmt: skip
    yield Case("the first bz2 block's mark is damaged", lambda: flip(blocks(), 40), nothing, "bz2")
    yield Case("the last bz2 block is damaged", lambda: flip(blocks(), places[-1][1] - 99),
               lambda: before_block(len(places) - 1), "damaged")  # fmt: skip
    yield Case("a bz2 end mark is damaged", lambda: flip(blocks(), trailer_bit() + 9), all_of_it, "damaged|cut off")
    yield Case("a wrong bz2 end sum", lambda: flip(blocks(), trailer_bit() + 60), all_of_it, "damaged|sum")
    yield Case("a bz2 level that is none", lambda: b"BZh0" + blocks()[4:], nothing, "bz2")
    yield Case("a bz2 level that is too small", lambda: b"BZh1" + bz2.compress(sound, 9)[4:], nothing, "damaged")
    yield Case("a whole block of a bz2 file is missing", without_a_block, lambda: before_block(2),
               "damaged|a record of")  # fmt: skip
    half = whole_records(sound[: len(sound) // 2], 3)[0]
    yield Case("empty", nothing, nothing, "empty file")
    yield Case("empty inside bz2", lambda: bz2.compress(b""), nothing, "no frames|empty")
    yield Case("not bz2", lambda: b"this is no bz2 at all, " * 99, nothing, "not bz2")
    yield Case("random bytes named bz2", lambda: random.Random(2).randbytes(5000), nothing, "not bz2")
    yield Case("random bytes behind a bz2 head", lambda: b"BZh9" + random.Random(3).randbytes(5000), nothing,
               "bz2")  # fmt: skip
    yield Case("a ttyrec that is not compressed, named bz2", raw, nothing, "not bz2")
    yield Case("plain text", lambda: b"You see here a lichen corpse.\n" * 99, nothing, "a record of", "ttyrec3")
    yield Case("one byte", lambda: b"B", nothing, "cut off", "ttyrec3")
    yield Case("compressed twice", lambda: bz2.compress(bz2.compress(sound)), nothing, "a record of|channel|cut off")
    yield Case("plain", raw, raw, "", "ttyrec3")
    yield Case("plain, cut off", lambda: raw()[:1500], lambda: raw()[:1500], "the last record is cut off", "ttyrec3")
    yield Case("bz2 in bits", lambda: b"".join(bz2.compress(sound[i : i + 999]) for i in range(0, len(sound), 999)),
               lambda: sound)  # fmt: skip
    yield Case("bz2 with empty streams", lambda: bz2.compress(b"") + bz2.compress(sound) + bz2.compress(b"") * 3,
               lambda: sound)  # fmt: skip
    yield Case("the second bz2 stream is damaged",
               lambda: bz2.compress(half) + flip(bz2.compress(sound[len(half) :]), 9000), lambda: half,
               "damaged")  # fmt: skip
    yield Case("the mark of the second bz2 stream's only block is damaged",
               lambda: bz2.compress(half) + flip(bz2.compress(sound[len(half) :]), 40), lambda: half,
               "damaged")  # fmt: skip
    yield Case("the head of the second bz2 stream is damaged",
               lambda: bz2.compress(half) + b"bzh9" + bz2.compress(sound[len(half) :])[4:], lambda: half,
               "bz2")  # fmt: skip
    yield Case("garbage behind bz2", lambda: bz2.compress(raw()) + b"garbage" * 9, raw, "bz2")
    yield Case("zeros behind bz2", lambda: bz2.compress(raw()) + bytes(512), raw, "bz2")
    yield Case("bz2 named plain", lambda: bz2.compress(raw()), raw, "", "ttyrec3")
    yield Case("bz2 named gz", lambda: bz2.compress(raw()), raw, "", "ttyrec3.gz")
    packed_gz, packed_zst = gzip.compress(sound, 1), zst(sound)
    yield Case("gz", lambda: packed_gz, lambda: sound, "", "ttyrec3.gz")
    yield Case("gz in two members", lambda: gzip.compress(half) + gzip.compress(sound[len(half) :]), lambda: sound,
               "", "ttyrec3.gz")  # fmt: skip
    yield Case("gz with a wrong sum", lambda: flip(packed_gz, 8 * len(packed_gz) - 40), lambda: sound, "gz",
               "ttyrec3.gz")  # fmt: skip
    yield Case("gz of which the sum is missing", lambda: packed_gz[:-8], lambda: sound, "cut off", "ttyrec3.gz")
    yield Case("gz cut off", lambda: gz_part(packed_gz), lambda: gunzip(gz_part(packed_gz)), "cut off", "ttyrec3.gz")
    yield Case("gz of which the last third is damaged", lambda: gz_part(packed_gz) + b"\xff" * 999,
               lambda: gunzip(gz_part(packed_gz)), "damaged|cut off|a record of", "ttyrec3.gz", least=True)  # fmt: skip
    yield Case("gz with garbage behind it", lambda: packed_gz + b"garbage", lambda: sound, "gz", "ttyrec3.gz")
    yield Case("not gz", lambda: b"\x1f\x8b" + b"garbage" * 99, nothing, "not gz", "ttyrec3.gz")
    yield Case("zst", lambda: packed_zst, lambda: sound, "", "ttyrec3.zst")
    yield Case("zst in two frames", lambda: zst(half) + zst(sound[len(half) :]), lambda: sound, "", "ttyrec3.zst")
    cut = len(packed_zst) * 2 // 3
    yield Case("zst cut off", lambda: packed_zst[:cut], lambda: unzst(packed_zst[:cut]), "cut off", "ttyrec3.zst")
    for name, made in (("a short", raw(keys=2000)), ("a long", sound)):
        yield Case(f"the second block of {name} zst is damaged", partial(break_zst, zst(made), 1),
                   partial(bytes, made[: 1 << 17]), "damaged", "ttyrec3.zst")  # fmt: skip
    yield Case("the third block of a zst is damaged", lambda: break_zst(packed_zst, 2), lambda: sound[: 2 << 17],
               "damaged", "ttyrec3.zst")  # fmt: skip
    yield Case("the second zst frame is damaged", lambda: zst(raw()) + zst(raw())[:4] + b"\xff" * 99, raw, "damaged",
               "ttyrec3.zst")  # fmt: skip
    yield Case("zst with a wrong sum", lambda: flip(packed_zst, 8 * len(packed_zst) - 9), lambda: sound, "zst",
               "ttyrec3.zst")  # fmt: skip
    yield Case("zst with garbage behind it", lambda: packed_zst + b"garbage", lambda: sound, "zst", "ttyrec3.zst")
    yield Case("not zst", lambda: b"\x28\xb5\x2f\xfd" + b"garbage" * 99, nothing, "zst", "ttyrec3.zst")


def gz_part(packed: bytes) -> bytes:
    return packed[: len(packed) * 2 // 3]


def gunzip(part: bytes) -> bytes:
    """Unpack what a cut off gz file holds."""
    return zlib.decompressobj(31).decompress(part)


def unzst(part: bytes) -> bytes:
    """Unpack what a cut off zst file holds."""
    return zstandard.ZstdDecompressor().decompressobj().decompress(part)


def break_zst(packed: bytes, number: int) -> bytes:
    """Give a block, of 128 kB, a type that no block has."""
    at = zstandard.frame_header_size(packed)
    for _ in range(number):
        at += 3 + (int.from_bytes(packed[at : at + 3], "little") >> 3)
    return packed[:at] + bytes([packed[at] | 6]) + packed[at + 1 :]


def without_a_block() -> bytes:
    """Cut the third block out, bit by bit."""
    bits = "".join(f"{byte:08b}" for byte in blocks())
    begin, end = block_places()[2]
    bits = bits[:begin] + bits[end:]
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


CASES = [*records_cases(), *compressed_cases()]
LATER = [case for case in CASES if case.trouble and "no frames" not in case.trouble]


def parameters(cases: list[Case]) -> list[Any]:
    assert len({case.name for case in cases}) == len(cases)
    return [pytest.param(case, id=case.name) for case in cases]


class Place:
    """A folder of three games, the second of them the case's."""

    def __init__(self, folder: Path, case: Case) -> None:
        self.case, self.folder, self.data = case, folder, folder / "data"
        (folder / "in").mkdir()
        for number in (1, 3):
            (folder / "in" / f"nle.{number}.0.ttyrec3.bz2").write_bytes(bz2.compress(raw(seed=number)))
        self.bad = folder / "in" / f"nle.2.0.{case.suffix}"
        kept = case.kept()
        self.frames = whole_records(kept, case.version)[1]
        whole = not case.trouble
        self.expected = frames_of(kept, case.version, whole, folder)
        self.good = {n: frames_of(raw(seed=n), 3, True, folder) for n in (1, 3)}
        self.same_size = True

    def ids(self) -> dict[str, int]:
        rows = Catalogue(self.data).rows()
        return {Path(row["key"]).name.split(".")[1]: row["gameid"] for row in rows}

    def check_frames(self, found: dict[int, list[bytes]]) -> None:
        """All of the good games, and of the bad one what lies before the damage."""
        ids = self.ids()
        for number in (1, 3):
            assert found[ids[str(number)]] == self.good[number]
        assert set(found) <= set(ids.values())
        bad = found.get(ids.get("2", 0), [])
        if self.case.least:
            assert len(bad) >= len(self.expected)
        else:
            assert len(bad) == len(self.expected)
        if self.case.cells and self.same_size:
            assert bad[: len(self.expected)] == self.expected


def check_import(folder: Path, case: Case) -> None:
    place = Place(folder, case)
    place.bad.write_bytes(case.make())
    report = import_folder(folder / "in", Catalogue(place.data, create=True), "nle")
    catalogue = Catalogue(place.data)
    code, text = command("data", "import", folder / "in", "--to", folder / "again", "--source", "nle")
    if not place.frames:
        assert [path for path, _ in report.skipped] == [place.bad]
        matches(case.trouble, report.skipped[0][1])
        assert [why for _, why in catalogue.skipped()] == [report.skipped[0][1]]
        assert code == 1
        assert f"skipped {place.bad}: {report.skipped[0][1]}" in text
    else:
        assert (report.imported, report.whole, report.cut) == (3, 2 + (not case.trouble), bool(case.trouble))
        row = next(row for row in catalogue.rows() if Path(row["key"]) == place.bad)
        matches(case.trouble, row["trouble"])
        assert row["frames"] == place.frames or case.least
        assert code == 0
        assert f"{bool(case.trouble):d} cut off" in text
    assert command("data", "verify", place.data)[0] == 0
    played, troubles = play(place.data, "ttyrec")
    place.check_frames(played)
    assert troubles == {}  # the catalogue says it
    done = transcode(catalogue, STORE, workers=0, quiet=True)
    assert done.failed == []
    assert [key for key, _ in done.cut] == ([str(place.bad)] if place.frames and case.trouble else [])
    for _, why in done.cut:
        matches(case.trouble, why)
    assert command("data", "verify", place.data)[0] == 0
    assert play(place.data, "store")[0] == played


def matches(pattern: str, text: str) -> None:
    assert bool(text) == bool(pattern), f"{text!r} instead of {pattern!r}"
    assert re.search(pattern, text), f"{text!r} does not say {pattern!r}"


@pytest.mark.parametrize("case", parameters(CASES))
def test_a_file_that_comes_damaged(tmp_path: Path, case: Case) -> None:
    alone(lambda: check_import(tmp_path, case))


def compress_as(suffix: str, data: bytes) -> bytes:
    packers = {"bz2": bz2.compress, "gz": gzip.compress, "zst": zst}
    return packers[suffix.split(".")[1]](data) if "." in suffix else data


def check_later(folder: Path, case: Case) -> None:
    place = Place(folder, case)
    place.bad.write_bytes(compress_as(case.suffix, raw(case.version, 44)))
    catalogue = Catalogue(place.data, create=True)
    assert import_folder(folder / "in", catalogue, "nle").whole == 3
    assert command("data", "verify", place.data)[0] == 0
    before = terminal_size([place.bad])
    place.bad.write_bytes(case.make())
    place.same_size = terminal_size([place.bad]) == before
    gameid = place.ids()["2"]
    code, text = command("data", "verify", place.data)
    assert code == 1
    assert f"game {gameid}: {place.bad.name}" in text
    played, troubles = play(place.data, "ttyrec")
    place.check_frames(played)
    assert list(troubles) == [gameid] * bool(case.trouble)
    for why in troubles.values():
        matches(case.trouble, why)
    done = transcode(catalogue, STORE, workers=0, quiet=True)
    told = dict(done.cut if place.frames else done.failed)
    assert list(told) == [str(place.bad)] * bool(case.trouble)
    for why in told.values():
        matches(f"{case.trouble}|the last record is cut off|no frames", why)
    stored = catalogue.stored_games()
    assert set(stored) == set(place.ids().values()) - ({gameid} if not place.frames else set())
    assert command("data", "verify", place.data, "--where", f"gameid <> {gameid}")[0] == 0
    assert play(place.data, "store", f"gameid IN ({','.join(map(str, stored))})")[0] == played


@pytest.mark.parametrize("case", parameters(LATER))
def test_a_file_that_is_damaged_after_it_was_imported(tmp_path: Path, case: Case) -> None:
    alone(lambda: check_later(tmp_path, case))


@pytest.mark.parametrize("left", [40, 20, 0])
def test_a_file_that_was_replaced_by_a_shorter_one(tmp_path: Path, left: int) -> None:
    def check() -> None:
        place = Place(tmp_path, Case("shorter", raw, raw, "44"))
        place.bad.write_bytes(bz2.compress(raw(keys=44)))
        catalogue = Catalogue(place.data, create=True)
        import_folder(tmp_path / "in", catalogue, "nle")
        place.bad.write_bytes(bz2.compress(raw(keys=left)))
        gameid = place.ids()["2"]
        assert command("data", "verify", place.data)[0] == 1
        played, troubles = play(place.data, "ttyrec")
        assert len(played[gameid]) <= left + 1
        assert list(troubles) == [gameid]
        done = transcode(catalogue, STORE, workers=0, quiet=True)
        assert [key for key, _ in done.cut + done.failed] == [str(place.bad)]

    alone(check)


@pytest.mark.parametrize("name", ["not bz2", "empty", "a bit of the third bz2 block is flipped, middle"])
def test_transcoding_tells_what_is_wrong_with_a_compressed_file(tmp_path: Path, name: str) -> None:
    case = next(case for case in CASES if case.name == name)

    def check() -> None:
        place = Place(tmp_path, case)
        place.bad.write_bytes(bz2.compress(raw()))
        catalogue = Catalogue(place.data, create=True)
        import_folder(tmp_path / "in", catalogue, "nle")
        place.bad.write_bytes(case.make())
        done = transcode(catalogue, STORE, workers=0, quiet=True)
        matches(case.trouble, dict(done.cut + done.failed)[str(place.bad)])

    alone(check)


def test_a_small_file_does_not_fill_the_memory(tmp_path: Path) -> None:
    def check() -> None:
        path = tmp_path / "x.ttyrec3.zst"
        path.write_bytes(zst(raw() + bytes(300 << 20)))
        assert path.stat().st_size < 100_000
        assert max(len(chunk) for chunk in Chunks(path)) <= 32 << 20

    alone(check)


def test_a_small_file_does_not_take_minutes(tmp_path: Path) -> None:
    content = bz2.compress(out1(b"\x1b[300;300Hx" + b"\x1b[999999b" * 20_000))
    assert len(content) < 500

    def check() -> None:
        path = tmp_path / "x.ttyrec.bz2"
        path.write_bytes(content)
        assert FrameSource.of_files([path]).skip(9) == 1

    alone(check, 3)


def test_headers_of_version_1_are_no_text(tmp_path: Path) -> None:
    at = 0x60616263 * 1_000_000 + 0x00074142  # a time whose bytes are letters
    records = [Record(at, OUTPUT, b"\x1b[5;1H" + b"x" * 78), Record(at, OUTPUT, b"\r\nnext")]
    (tmp_path / "x.ttyrec").write_bytes(pack(records, 1))
    assert terminal_size([tmp_path / "x.ttyrec"]) == (24, 80)


def test_output_without_end_takes_no_memory_without_end(tmp_path: Path) -> None:
    packer = bz2.BZ2Compressor()
    record_ = pack([Record(1, OUTPUT, b"a" * (1 << 20))])
    content = packer.compress(pack([Record(1, OUTPUT, b"x"), Record(1, KEY, b"j")]))
    content += b"".join(packer.compress(record_) for _ in range(60)) + packer.flush()

    def check() -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "nle.1.0.ttyrec3.bz2").write_bytes(content)
        catalogue = Catalogue(tmp_path / "d", create=True)
        import_folder(tmp_path / "in", catalogue)
        done = transcode(catalogue, STORE, workers=0, quiet=True)
        assert [why for _, why in done.cut] == ["more than 16 MB of output without a key"]
        assert done.frames == 1

    alone(check)


def test_what_lies_behind_the_damage_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.ttyrec3"
    path.write_bytes(pack([Record(1, KEY, b"j")]) + struct.pack("<iiiB", 1, 0, -1, 0))
    os.truncate(path, 8 << 30)

    def check() -> None:
        assert survey(path).frames == 1
        assert "-1 bytes" in survey(path).trouble

    alone(check, 3)


# ---- odd arguments


def frames_arrays() -> list[Any]:
    batch = Batch.blank(4, 1)
    return [
        batch.tty_chars, batch.tty_colors, batch.tty_cursor, batch.timestamps, batch.keypresses, batch.scores,
        batch.rewards, batch.actions, batch.labels, batch.gameids, batch.is_first, batch.mask,
    ]  # fmt: skip


def fill_without_a_reader() -> None:
    _native.fill([None], np.zeros(1, np.int64), _native.Targets(*frames_arrays(), True))  # type: ignore[list-item]


def fill_from_positions_of_another_kind() -> None:
    positions: Any = np.zeros(1, np.int32)
    reader = _native.Reader(24, 80, False, 3, ACTION_OF_KEY)
    _native.fill([reader], positions, _native.Targets(*frames_arrays(), True))


def targets_with_gaps() -> None:
    arrays = frames_arrays()
    arrays[0] = np.zeros((4, 2, 24, 80), np.uint8)[:, ::2]
    _native.Targets(*arrays, True)


def targets_of_another_kind() -> None:
    arrays = frames_arrays()
    arrays[8] = arrays[8].astype(np.float32)
    _native.Targets(*arrays, True)


def a_block_before_the_beginning() -> None:
    _native.bzip_block(b"x" * 100, (1 << 64) - 10, 100, 9)


COPIED = "the array is copied, what is written goes to the copy, and nobody is told"


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(fill_without_a_reader),
        pytest.param(fill_from_positions_of_another_kind),
        pytest.param(targets_with_gaps),
        pytest.param(targets_of_another_kind),
        pytest.param(a_block_before_the_beginning),
    ],
)
def test_odd_arguments_are_refused(call: Callable[[], None]) -> None:
    def check() -> None:
        with pytest.raises((TypeError, ValueError)):
            call()

    alone(check)


# ---- malformed folders and logs


def good_folder(folder: Path) -> Path:
    """Make a folder of two good games."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in (1, 3):
        (folder / f"nle.{number}.0.ttyrec3.bz2").write_bytes(bz2.compress(raw(seed=number)))
    return folder


def check_good(folder: Path, data: Path) -> None:
    """All frames of the two good games are there."""
    found, _ = play(data, "ttyrec")
    for row in Catalogue(data).rows():
        number = Path(row["key"]).name.split(".")[1]
        if row["key"].startswith(str(folder)) and number in "13":
            assert found.pop(row["gameid"]) == frames_of(raw(seed=int(number)), 3, True, data)


def make_folder(path: Path) -> None:
    good_folder(path)


def make_dangling_link(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere.bz2")


def make_circular_link(path: Path) -> None:
    path.symlink_to(path)


def make_unreadable(path: Path) -> None:
    path.write_bytes(bz2.compress(raw()))
    path.chmod(0)


UNREADABLE = pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")


@pytest.mark.parametrize(
    ("make", "trouble"),
    [
        pytest.param(make_dangling_link, "cannot be read"),
        pytest.param(make_circular_link, "cannot be read"),
        pytest.param(make_unreadable, "cannot be read", marks=UNREADABLE),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, make: Callable[[Path], None], trouble: str) -> None:
    folder = good_folder(tmp_path / "in")
    bad = folder / "nle.2.0.ttyrec3.bz2"
    make(bad)

    def check() -> None:
        code, text = command("data", "import", folder, "--to", tmp_path / "d")
        check_good(folder, tmp_path / "d")
        assert code == 1
        matches(rf"skipped {re.escape(str(bad))}: .*{trouble}", text)

    alone(check)


def test_a_folder_named_like_a_file_is_searched(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "in")
    good_folder(folder / "nle.2.0.ttyrec3.bz2")

    def check() -> None:
        assert command("data", "import", folder, "--to", tmp_path / "d")[0] == 0
        assert len(Catalogue(tmp_path / "d").rows("whole")) == 4
        check_good(folder, tmp_path / "d")

    alone(check)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "in")
    os.mkfifo(folder / "nle.2.0.ttyrec3.bz2")

    def check() -> None:
        command("data", "import", folder, "--to", tmp_path / "d")
        check_good(folder, tmp_path / "d")

    alone(check)


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "in")
    (folder / os.fsdecode(b"nle.2.0.\xff.ttyrec3.bz2")).write_bytes(bz2.compress(raw()))

    def check() -> None:
        code, _ = command("data", "import", folder, "--to", tmp_path / "d")
        check_good(folder, tmp_path / "d")
        catalogue = Catalogue(tmp_path / "d")
        assert len(catalogue.rows()) + len(catalogue.skipped()) == 3
        assert code == bool(catalogue.skipped())

    alone(check)


def nao_folder(folder: Path, files: dict[str, bytes], log: str = "") -> Path:
    (folder / "Someone").mkdir(parents=True)
    for name, content in files.items():
        (folder / "Someone" / name).write_bytes(content)
    (folder / "xlogfile.full.txt").write_text(log)
    return folder


@pytest.mark.parametrize("name", ["2009-13-01.00_00_00", "2009-02-30.00_00_00", "2009-01-01.25_00_00"])
def test_a_name_with_an_impossible_date(tmp_path: Path, name: str) -> None:
    sound = bz2.compress(raw(1))
    folder = nao_folder(tmp_path / "in", {f"{name}.ttyrec.bz2": sound, "2009-01-01.00_00_00.ttyrec.bz2": sound})

    def check() -> None:
        code, _ = command("data", "import", folder, "--to", tmp_path / "d")
        assert (code, len(Catalogue(tmp_path / "d").rows("whole"))) == (0, 2)

    alone(check)


PARTS = {
    "records": (out1(b"", -1), b""),
    "bz2": (b"", bytes(1)),
}


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("records"),
        "bz2",
    ],
)  # fmt: skip
def test_a_game_of_three_parts_of_which_one_is_damaged(tmp_path: Path, damage: str) -> None:
    inside, behind = PARTS[damage]
    files = {f"2009-01-01.0{i}_00_00.ttyrec.bz2": bz2.compress(raw(1, seed=i)) for i in range(3)}
    files["2009-01-01.01_00_00.ttyrec.bz2"] = bz2.compress(head(1) + inside + tail(1)) + behind
    start = 1230768000
    log = f"name=Someone\tstarttime={start}\tendtime={start + 9000}\tdeath=quit\tpoints=5\n"
    folder = nao_folder(tmp_path / "in", files, log)

    def check() -> None:
        assert command("data", "import", folder, "--to", tmp_path / "d", "--source", "nao")[0] == 0
        catalogue = Catalogue(tmp_path / "d")
        (row,) = catalogue.rows()
        assert row["trouble"]
        transcode(catalogue, STORE, workers=0, quiet=True)
        from_files, from_store = (play(tmp_path / "d", source)[0][1] for source in ("ttyrec", "store"))
        assert len(from_files) == len(from_store) == row["frames"]
        assert from_files == from_store

    alone(check)


LINE = b"name=A\trole=%s\tpoints=12\tdeath=killed by a newt\n"
ROLES = {"missing": ("", ""), "empty": ("", ""), "no fields": ("", ""), "binary": ("", "")}
LOGS: dict[str, bytes | None] = {
    "missing": None,
    "empty": b"",
    "no fields": b"this is no log\n\n\nat all\n",
    "binary": random.Random(5).randbytes(3000).replace(b"=", b"_"),
    "a byte that is not ASCII": LINE.replace(b"newt", b"n\xffwt") % b"Val" + LINE % b"Wiz",
    "CRLF": (LINE % b"Val" + LINE % b"Wiz").replace(b"\n", b"\r\n"),
    "no end of line": LINE % b"Val" + (LINE % b"Wiz")[:-1],
    "colons": (LINE % b"Val" + LINE % b"Wiz").replace(b"\t", b":"),
    "a huge line": LINE.replace(b"newt", b"newt" * 1_000_000) % b"Val" + LINE % b"Wiz",
    "10,000 fields": LINE.replace(b"\n", b"\ta=b" * 10_000 + b"\n") % b"Val" + LINE % b"Wiz",
    "NUL bytes": LINE.replace(b"newt", b"n\0wt") % b"Val" + LINE % b"Wiz",
    "points that are no number": LINE.replace(b"12", b"many") % b"Val" + LINE % b"Wiz",
    "points of 18 digits": LINE.replace(b"12", b"1" * 18) % b"Val" + LINE % b"Wiz",
    "points of 30 digits": LINE.replace(b"12", b"1" * 30) % b"Val" + LINE % b"Wiz",
    "points of 5,000 digits": LINE.replace(b"12", b"1" * 5_000) % b"Val" + LINE % b"Wiz",
    "UTF-8 that holds byte 85": LINE.replace(b"newt", "\u00c5ngstr\u00f6m called=x".encode()) % b"Val" + LINE % b"Wiz",
    "a vertical tab": LINE.replace(b"newt", b"newt\x0bcalled=x") % b"Val" + LINE % b"Wiz",
}
@pytest.mark.parametrize("name", LOGS)
def test_a_malformed_log(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    for episode in (0, 1):
        (tmp_path / "in" / f"nle.1.{episode}.ttyrec3.bz2").write_bytes(bz2.compress(raw(seed=episode)))
    content = LOGS[name]
    if content is not None:
        (tmp_path / "in" / "nle.1.xlogfile").write_bytes(content)

    def check() -> None:
        code, _ = command("data", "import", tmp_path / "in", "--to", tmp_path / "d")
        rows = Catalogue(tmp_path / "d").rows()
        assert (code, [row["whole"] for row in rows]) == (0, [1, 1])
        assert tuple(row["role"] for row in rows) == ROLES.get(name, ("Val", "Wiz"))
        assert [len(frames) for frames in play(tmp_path / "d", "ttyrec")[0].values()] == [41, 41]

    alone(check)


def test_a_log_that_cannot_be_read(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "in")
    (folder / "nle.1.xlogfile").mkdir()

    def check() -> None:
        command("data", "import", folder, "--to", tmp_path / "d")
        check_good(folder, tmp_path / "d")
        assert len(Catalogue(tmp_path / "d").rows()) == 2

    alone(check)


# ---- labels


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("recorded") / "games"
    record("walker", seed_list("dev:3"), out, max_steps=20, workers=0, quiet=True)
    return out


def crafted_labels(header: object, count: int, index: int = 0) -> bytes:
    text = json.dumps(header).encode()
    body = struct.pack("<4sBI", b"YLAB", 1, len(text)) + text + zlib.compress(np.full(count, index, "<i2").tobytes())
    return body + struct.pack("<I", zlib.crc32(body))


def labels_of_size(change: int, path: Path) -> bytes:
    write_labels(path, ["explore"] * (len(read_labels(path).indices) + change))
    return path.read_bytes()


def relabelled(header: Callable[[int], object], index: int, path: Path) -> bytes:
    count = len(read_labels(path).indices)
    return crafted_labels(header(count), count, index)


DAMAGED_LABELS: dict[str, Callable[[Path], bytes]] = {
    "empty": lambda path: b"",
    "cut off": lambda path: path.read_bytes()[:-9],
    "a flipped bit": lambda path: flip(path.read_bytes(), 8 * len(path.read_bytes()) - 80),
    "a wrong sum": lambda path: flip(path.read_bytes(), 8 * len(path.read_bytes()) - 1),
    "another file": lambda path: raw(),
    "a newer version": lambda path: b"YLAB\x09" + path.read_bytes()[5:],
    "short": partial(labels_of_size, -5),
    "of a longer game": partial(labels_of_size, 5),
    "a header without frames": partial(relabelled, lambda n: {"labels": ["a"]}, 0),
    "a header that is a list": partial(relabelled, lambda n: ["a", n], 0),
    "a header without labels": partial(relabelled, lambda n: {"frames": n}, 0),
    "names that are numbers": partial(relabelled, lambda n: {"frames": n, "labels": [1, 2]}, 0),
    "indices beyond the names": partial(relabelled, lambda n: {"frames": n, "labels": ["a"]}, 7),
    "indices below -1": partial(relabelled, lambda n: {"frames": n, "labels": ["a", "b", "c"]}, -3),
}
@pytest.mark.parametrize("name", DAMAGED_LABELS)
def test_labels_that_come_damaged(recorded: Path, tmp_path: Path, name: str) -> None:
    data = tmp_path / "games"
    shutil.copytree(recorded, data)
    (data / "catalogue.sqlite").unlink()
    games = sorted((data / "games").iterdir())
    path = games[1] / "labels.ylab"
    path.write_bytes(DAMAGED_LABELS[name](path))

    def check() -> None:
        code, text = command("data", "import", data, "--to", data)
        assert code == 1
        assert f"skipped {games[1]}: " in text
        assert "labels" in text
        assert [row["key"] for row in Catalogue(data).rows()] == [games[0].name, games[2].name]
        assert command("data", "verify", data)[0] == 0
        assert len(play(data, "ttyrec")[0]) == 2

    alone(check)


@pytest.mark.parametrize("name", DAMAGED_LABELS)
def test_labels_that_are_damaged_later(recorded: Path, tmp_path: Path, name: str) -> None:
    data = tmp_path / "games"
    shutil.copytree(recorded, data)
    game_ = Catalogue(data).games()[1]
    path = data / "games" / game_.row["key"] / "labels.ylab"
    path.write_bytes(DAMAGED_LABELS[name](path))

    def check() -> None:
        code, text = command("data", "verify", data)
        assert (code, text.count("  game ")) == (1, 1)
        assert f"game {game_.gameid}: " in text
        found, troubles = play(data, "ttyrec")
        assert (len(found), list(troubles)) == (2, [game_.gameid])
        assert "labels" in troubles[game_.gameid]
        done = transcode(Catalogue(data), STORE, workers=0, quiet=True)
        assert ([key for key, _ in done.failed], done.games) == ([game_.row["key"]], 2)
        assert len(play(data, "store", f"gameid <> {game_.gameid}")[0]) == 2

    alone(check)


# ---- the catalogue and the store


def test_a_missing_file_is_named_and_the_rest_can_be_had(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "in")
    bad = folder / "nle.2.0.ttyrec3.bz2"
    bad.write_bytes(bz2.compress(raw()))
    import_folder(folder, Catalogue(tmp_path / "d", create=True))
    bad.unlink()

    def check() -> None:
        catalogue = Catalogue(tmp_path / "d")
        gameid = next(row["gameid"] for row in catalogue.rows() if row["key"] == str(bad))
        code, text = command("data", "verify", tmp_path / "d")
        assert code == 1
        assert f"game {gameid}: {bad.name} is missing" in text
        check_good(folder, tmp_path / "d")
        assert play(tmp_path / "d", "ttyrec")[1] == {gameid: f"{bad} is in the catalogue but not on the disk"}
        done = transcode(catalogue, STORE, workers=0, quiet=True)
        assert (done.games, done.failed) == (2, [(str(bad), f"{bad} is missing")])
        assert len(play(tmp_path / "d", "store", f"gameid <> {gameid}")[0]) == 2

    alone(check)


BLOCK = 64
KEYS = 200


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a dataset of three games in the store, four blocks each, with a dictionary."""
    folder = tmp_path_factory.mktemp("store")
    (folder / "in").mkdir()
    for number in range(3):
        data = bz2.compress(raw(keys=KEYS, seed=number, size=1500))
        (folder / "in" / f"nle.{number}.0.ttyrec3.bz2").write_bytes(data)
    catalogue = Catalogue(folder / "d", create=True)
    import_folder(folder / "in", catalogue)
    done = transcode(catalogue, TranscodeConfig(block_frames=BLOCK, level=1), workers=0, quiet=True)
    assert (done.games, done.failed) == (3, [])
    found = catalogue.stored(2)
    assert found is not None
    assert len(Shard(found[0]).dictionaries) == 1
    assert [block.frames for block in found[1].blocks] == [BLOCK, BLOCK, BLOCK, KEYS + 1 - 3 * BLOCK]
    return folder / "d"


class Store:
    """A copy of the dataset, whose second game is damaged."""

    gameid = 2

    def __init__(self, store: Path, folder: Path) -> None:
        self.sound, self.data = store, folder / "d"
        shutil.copytree(store, self.data)
        found = Catalogue(self.data).stored(self.gameid)
        assert found is not None
        self.path: Path = found[0]
        self.stored: Stored = found[1]

    def section(self, number: int) -> Section:
        return self.stored.blocks[number].sections[SCREEN]

    def content(self, number: int) -> bytes:
        return Shard(self.path).read(self.section(number), self.stored.dictionary)

    def change(self, at: int, data: bytes) -> None:
        with open(self.path, "r+b") as file:
            file.seek(at)
            file.write(data)

    def flip(self, at: int) -> None:
        self.change(at, bytes([self.path.read_bytes()[at] ^ 0x10]))

    def point(self, number: int, offset: int, size: int, crc: int = 0) -> None:
        """Let the catalogue say that a block lies elsewhere."""
        with sqlite3.connect(self.data / "catalogue.sqlite") as connection:
            connection.execute(
                "UPDATE blocks SET offset = ?, size = ?, crc = ? WHERE gameid = ? AND block = ?",
                (offset, size, crc, self.gameid, number),
            )
        connection.close()

    def replace(self, number: int, content: bytes) -> None:
        """Put another content in the place of a block's; its sums are right."""
        packed = zst(content)
        at = self.path.stat().st_size
        self.change(at, packed)
        self.point(number, at, len(packed), zlib.crc32(packed))

    def check(self, number: int) -> None:
        """The frames before block `number`, all of the other games', and the reason."""
        code, text = command("data", "verify", self.data)
        assert code == 1
        assert f"  game {self.gameid}: in the store: " in text
        assert text.count("  game ") == 1
        sound, _ = play(self.sound, "store")
        found, troubles = play(self.data, "store")
        assert list(troubles) == [self.gameid]
        kept = found.pop(self.gameid, [])
        assert kept == sound[self.gameid][: number * BLOCK]
        assert found == {gameid: frames for gameid, frames in sound.items() if gameid != self.gameid}
        games = Games(self.data, source="store")
        if number:
            piece = games[self.gameid, number * BLOCK - 9 : number * BLOCK]
            assert [frame(piece, i) for i in range(9)] == sound[self.gameid][number * BLOCK - 9 : number * BLOCK]
        for at in (0, 5):
            with pytest.raises(YendorError):
                games[self.gameid, number * BLOCK + at : number * BLOCK + at + 3]
        drawn, troubles = windows(self.data)
        assert list(troubles) == [self.gameid]
        del sound[self.gameid][number * BLOCK : (number + 1) * BLOCK]
        assert drawn == sorted(one for frames in sound.values() for one in frames)
        sound, _ = play(self.sound, "store")
        from_files, troubles = play(self.data, "ttyrec")
        assert (from_files, troubles) == (sound, {})


def header(content: bytes, **changes: int) -> bytes:
    """Change fields of a block's header."""
    names = ("frames", "keyframe", "text", "flags", "time", "points", "reserved")
    fields = dict(zip(names, struct.unpack_from("<IIIIqiI", content), strict=True))
    assert set(changes) <= set(names)
    changed = {name: changes.get(name, value) for name, value in fields.items()}
    return struct.pack("<IIIIqiI", *changed.values()) + content[32:]


def keyframe_size(content: bytes) -> int:
    return int(struct.unpack_from("<I", content, 4)[0])


def lengths(content: bytes, change: Callable[[np.ndarray], np.ndarray]) -> bytes:
    """Change the numbers that say how much text stands before each frame."""
    count, keyframe = struct.unpack_from("<II", content)
    at = 32 + keyframe
    planes = np.frombuffer(content, np.uint8, 4 * count, at).reshape(4, count)
    values = change(np.ascontiguousarray(planes.T).view("<u4")[:, 0].astype(np.int64)).astype("<u4")
    changed = np.ascontiguousarray(np.ascontiguousarray(values).view(np.uint8).reshape(count, 4).T).tobytes()
    return content[:at] + changed + content[at + 4 * count :]


def first_length(value: int, numbers: np.ndarray) -> np.ndarray:
    changed = numbers.copy()
    changed[0] = value
    return changed


CONTENTS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda c: b"",
    "one byte": lambda c: b"\1",
    "half a header": lambda c: c[:16],
    "a header only": lambda c: c[:32],
    "cut off": lambda c: c[:-1],
    "too long": lambda c: c + b"x",
    "noise": lambda c: random.Random(4).randbytes(len(c)),
    "ones": lambda c: b"\xff" * len(c),
    "zeros behind the header": lambda c: c[:32] + bytes(len(c) - 32),
    "one frame more": lambda c: header(c, frames=BLOCK + 1),
    "2 to the 32 frames": lambda c: header(c, frames=0xFFFFFFFF),
    "a million frames": lambda c: header(c, frames=1 << 20),
    "a longer keyframe": lambda c: header(c, keyframe=keyframe_size(c) + 1),
    "a huge keyframe": lambda c: header(c, keyframe=0xFFFFFFFF),
    "more text": lambda c: header(c, text=0xFFFFFFFF),
    "unknown flags": lambda c: header(c, flags=8),
    "labels that are not there": lambda c: header(c, flags=1),
    "the first length too long": lambda c: lengths(c, partial(first_length, 0xFFFFFF00)),
    "each length too long": lambda c: lengths(c, lambda n: n + 1_000_000),
    "each length 0": lambda c: lengths(c, lambda n: n * 0),
    "lengths of 2 to the 32 together": lambda c: lengths(c, lambda n: n * 0 + (1 << 32) // BLOCK),
    "keyframe for text": lambda c: header(c, keyframe=keyframe_size(c) ^ 1, text=struct.unpack_from("<I", c, 8)[0] - 1),
}
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("name", CONTENTS)
def test_a_block_of_the_store_whose_content_lies(store: Path, tmp_path: Path, name: str, number: int) -> None:
    def check() -> None:
        copy = Store(store, tmp_path)
        copy.replace(number, CONTENTS[name](copy.content(number)))
        copy.check(number)

    alone(check)


FIELDS = (
    "version", "mode", "wrap", "rows", "columns", "row", "column", "saved_row", "saved_column", "foreground", "bold",
    "reverse", "dec", "saved_foreground", "saved_bold", "saved_reverse", "saved_dec", "pending", "charset0", "charset1",
    "shift", "saved_charset0", "saved_charset1", "saved_shift", "default_dec", "top", "bottom", "step", "ignored",
    "private", "seen", "last",
)  # fmt: skip
"""The numbers at the beginning of a keyframe."""
IMPOSSIBLE = [
    ("version", 2), ("mode", 1), ("wrap", 1), ("wrap", 77), ("rows", 5000), ("rows", 0), ("rows", -24), ("rows", 25),
    ("columns", 5000), ("columns", -1), ("columns", 79), ("row", 24), ("row", -1), ("row", 1 << 30), ("column", 80),
    ("column", -1), ("saved_row", 24), ("saved_column", 1000), ("foreground", 99), ("foreground", -2), ("bold", 2),
    ("saved_foreground", 1 << 30), ("charset1", 5), ("shift", 9), ("shift", -1), ("saved_shift", 2), ("top", -1),
    ("top", 24), ("bottom", 24), ("bottom", -5), ("step", 99), ("step", -1), ("seen", 99), ("seen", -1), ("last", 256),
]  # fmt: skip


def change_keyframe(keyframe: bytes, name: str, value: int) -> bytes:
    changed = bytearray(keyframe)
    struct.pack_into("<i", changed, 4 * FIELDS.index(name), value)
    return bytes(changed)


def test_impossible_keyframes_are_refused() -> None:
    def check() -> None:
        terminal = _native.Terminal(24, 80, False, 3)
        terminal.write(b"\x1b[5;5Hhere\x1b[3")
        saved, shown = terminal.save(), terminal.screen()
        assert struct.unpack_from("<7i", saved) == (1, 0, 0, 24, 80, 4, 8)
        for name, value in IMPOSSIBLE:
            with pytest.raises(ValueError, match="keyframe"):
                terminal.load(change_keyframe(saved, name, value))
            assert terminal.screen() == shown

    alone(check)


@pytest.mark.parametrize(
    ("name", "value"), [("rows", 5000), ("columns", -1), ("row", 24), ("column", 1 << 30), ("mode", 1), ("step", 99)]
)
def test_an_impossible_keyframe_in_the_store(store: Path, tmp_path: Path, name: str, value: int) -> None:
    def check() -> None:
        copy = Store(store, tmp_path)
        content = copy.content(1)
        end = 32 + keyframe_size(content)
        copy.replace(1, content[:32] + change_keyframe(content[32:end], name, value) + content[end:])
        copy.check(1)

    alone(check)


def test_saved_terminals_are_loaded_whole_only() -> None:
    def check() -> None:
        terminal = _native.Terminal(24, 80, False, 3)
        terminal.write(b"\x1b[5;5Hhere\x1b[3")
        saved, shown = terminal.save(), terminal.screen()
        for cut in (0, 1, 127, 128, 199, 200, 279, len(saved) - 1):
            with pytest.raises(ValueError, match="keyframe"):
                terminal.load(saved[:cut])
        with pytest.raises(ValueError, match="keyframe"):
            terminal.load(saved + b"\0")
        for rows, columns, nle, version in ((24, 80, True, 3), (24, 80, False, 1), (24, 80, True, 1)):
            with pytest.raises(ValueError, match="keyframe"):
                _native.Terminal(rows, columns, nle, version).load(saved)
        assert terminal.screen() == shown

    alone(check)


PLACES = {
    "behind the end": (1 << 40, 900), "over the end": (None, 1 << 40), "of no size": (None, 0),
    "of one byte": (None, 1), "before the beginning": (-5, 900), "of negative size": (None, -1),
    "of a size that no file has": (None, (1 << 63) - 1), "in the shard's head": (0, 900),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_a_block_whose_place_is_wrong(store: Path, tmp_path: Path, name: str) -> None:
    def check() -> None:
        copy = Store(store, tmp_path)
        offset, size = PLACES[name]
        assert size is not None
        copy.point(1, copy.section(1).offset if offset is None else offset, size)
        copy.check(1)

    alone(check)


def test_a_block_that_is_another(store: Path, tmp_path: Path) -> None:
    def check() -> None:
        copy = Store(store, tmp_path)
        copy.point(1, *copy.section(3))
        copy.check(1)

    alone(check)


SECTIONS: dict[str, Callable[[Store], None]] = {
    "a flipped bit": lambda copy: copy.flip(copy.section(1).offset + copy.section(1).size // 2),
    "a flipped bit in the head": lambda copy: copy.flip(copy.section(1).offset + 2),
    "a flipped bit in the sum": lambda copy: copy.flip(copy.section(1).offset + copy.section(1).size - 1),
    "zeros": lambda copy: copy.change(copy.section(1).offset, bytes(copy.section(1).size)),
    "half of it zeros": lambda copy: copy.change(copy.section(1).offset + 999, bytes(copy.section(1).size - 999)),
}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_damaged_section(store: Path, tmp_path: Path, name: str) -> None:
    def check() -> None:
        copy = Store(store, tmp_path)
        SECTIONS[name](copy)
        copy.check(1)

    alone(check)


def test_a_shard_that_is_cut_off_in_a_section(store: Path, tmp_path: Path) -> None:
    def check() -> None:
        copy = Store(store, tmp_path)
        section = copy.section(1)
        os.truncate(copy.path, section.offset + section.size // 2)
        code, text = command("data", "verify", copy.data)
        assert (code, text.count("in the store: ")) == (1, 2)  # the third game lies behind
        sound, _ = play(copy.sound, "store")
        found, troubles = play(copy.data, "store")
        assert sorted(troubles) == [2, 3]
        assert found == {1: sound[1], 2: sound[2][:BLOCK]}
        assert play(copy.data, "ttyrec")[0] == sound

    alone(check)


def write_index(copy: Store, index: Any) -> None:
    """Write another index, whose sums are right."""
    data = copy.path.read_bytes()
    offset, _, _, magic = struct.unpack("<QII8s", data[-24:])
    packed = zst(index if isinstance(index, bytes) else json.dumps(index).encode())
    trailer = struct.pack("<QII8s", offset, len(packed), zlib.crc32(packed), magic)
    copy.path.write_bytes(data[:offset] + packed + trailer)


def read_index(copy: Store) -> Any:
    data = copy.path.read_bytes()
    offset, size, _, _ = struct.unpack("<QII8s", data[-24:])
    return json.loads(zstandard.ZstdDecompressor().decompress(data[offset : offset + size]))


def change_game(copy: Store, name: str, value: Any) -> None:
    index = read_index(copy)
    index["games"][1][name] = value
    write_index(copy, index)


INDICES: dict[str, Callable[[Store], None]] = {
    "cut off in the trailer": lambda copy: os.truncate(copy.path, copy.path.stat().st_size - 5),
    "cut off before the trailer": lambda copy: os.truncate(copy.path, copy.path.stat().st_size - 24),
    "cut off in the index": lambda copy: os.truncate(copy.path, copy.path.stat().st_size - 60),
    "garbage behind": lambda copy: copy.change(copy.path.stat().st_size, b"garbage"),
    "a flipped bit": lambda copy: copy.flip(copy.path.stat().st_size - 60),
    "a wrong sum": lambda copy: copy.flip(copy.path.stat().st_size - 10),
    "it lies outside": lambda copy: copy.change(copy.path.stat().st_size - 24, b"\xff" * 7),
    "a huge size": lambda copy: copy.change(copy.path.stat().st_size - 16, b"\xff" * 4),
    "no JSON": lambda copy: write_index(copy, b"{'games"),
    "not UTF-8": lambda copy: write_index(copy, b'{"games": "\xff"}'),
    "a list": lambda copy: write_index(copy, [1, 2]),
    "no games": lambda copy: write_index(copy, {"format": 1}),
    "games that are a number": lambda copy: write_index(copy, {"format": 1, "games": 7}),
    "a game that is a number": lambda copy: write_index(copy, {"format": 1, "games": [7]}),
    "a game without fields": lambda copy: write_index(copy, {"format": 1, "games": [{}]}),
    "channels that are a list": lambda copy: change_game(copy, "channels", []),
    "blocks that are a number": lambda copy: change_game(copy, "blocks", 7),
    "blocks of two fields": lambda copy: change_game(copy, "blocks", [[0, 64]]),
    "sections that are a list": lambda copy: change_game(copy, "blocks", [[0, 64, [1, 2, 3]]]),
    "sections of words": lambda copy: change_game(copy, "blocks", [[0, 64, {"screen": ["a", "b", "c"]}]]),
    "rows that are words": lambda copy: change_game(copy, "rows", "many"),
    "a field too many": lambda copy: change_game(copy, "unheard", 1),
}
@pytest.mark.parametrize("name", INDICES)
def test_a_shards_index_that_is_damaged(store: Path, tmp_path: Path, name: str) -> None:
    def check() -> None:
        copy = Store(store, tmp_path)
        INDICES[name](copy)
        with pytest.raises(YendorError, match="damaged or no shard"):
            Shard(copy.path).games()
        assert play(copy.data, "store") == play(copy.sound, "store")  # the catalogue knows the places too

    alone(check)


def test_verifying_reads_the_index_too(store: Path, tmp_path: Path) -> None:
    def check() -> None:
        copy = Store(store, tmp_path)
        os.truncate(copy.path, copy.path.stat().st_size - 60)
        assert command("data", "verify", copy.data)[0] == 1

    alone(check)


def make_shard_a_folder(copy: Store) -> None:
    copy.path.unlink()
    copy.path.mkdir()


HEADS: dict[str, tuple[Callable[[Store], None], str]] = {
    "missing": (lambda copy: copy.path.unlink(), "cannot read shard"),
    "a folder": (make_shard_a_folder, "cannot read shard"),
    "empty": (lambda copy: os.truncate(copy.path, 0), "damaged or no shard"),
    "five bytes": (lambda copy: os.truncate(copy.path, 5), "damaged or no shard"),
    "another magic": (lambda copy: copy.change(0, b"ZSHARD"), "damaged or no shard"),
    "a newer format": (lambda copy: copy.change(7, b"\2"), "format 2"),
    "cut off in the dictionary": (lambda copy: os.truncate(copy.path, 99), "damaged or no shard"),
    "a flipped bit in the dictionary": (lambda copy: copy.flip(5000), "dictionary"),
    "no dictionary": (lambda copy: copy.change(8, bytes(4)), "damaged"),
    "2 to the 32 dictionaries": (lambda copy: copy.change(8, b"\xff" * 4), "damaged"),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_shard_whose_head_is_damaged(store: Path, tmp_path: Path, name: str) -> None:
    def check() -> None:
        copy = Store(store, tmp_path)
        damage, message = HEADS[name]
        damage(copy)
        code, text = command("data", "verify", copy.data)
        assert (code, text.count("in the store: ")) == (1, 3)
        matches(message, text)
        try:
            found, troubles = play(copy.data, "store")
        except YendorError as error:
            matches(message + "|no game of the selection can be decoded", str(error))
        else:
            assert (found, sorted(troubles)) == ({}, [1, 2, 3])
        assert play(copy.data, "ttyrec") == play(copy.sound, "ttyrec")

    alone(check)


def test_a_dictionary_that_claims_4_gigabytes(store: Path, tmp_path: Path) -> None:
    def check() -> None:
        copy = Store(store, tmp_path)
        copy.change(12, b"\xff" * 4)
        assert play(copy.data, "store") == play(copy.sound, "store")  # it is the last, and ends where it ends

    alone(check)


@pytest.mark.parametrize("name", ["missing", "another magic", "a flipped bit in the dictionary"])
def test_a_damaged_shard_is_made_anew(store: Path, tmp_path: Path, name: str) -> None:
    def check() -> None:
        copy = Store(store, tmp_path)
        HEADS[name][0](copy)
        config = TranscodeConfig(block_frames=BLOCK, level=1)
        done = transcode(Catalogue(copy.data), config, workers=0, quiet=True, again=True)
        assert (done.games, done.failed) == (3, [])
        assert command("data", "verify", copy.data)[0] == 0
        assert play(copy.data, "store") == play(copy.sound, "store")

    alone(check)
