"""A second reader of the store, written from docs/08-formats.md with nothing of Yendor's but the reference terminal."""

import hashlib
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard

from yendor.core.seeds import seed_list
from yendor.data.catalogue import Catalogue
from yendor.data.games import Games
from yendor.data.recorder import record
from yendor.data.terminal import ReferenceTerminal
from yendor.data.transcode import TranscodeConfig, transcode


def read_shard(path: Path) -> tuple[dict[str, Any], list[bytes], bytes]:
    data = path.read_bytes()
    assert data[:8] == b"YSHARD\0\1"
    (count,) = struct.unpack_from("<I", data, 8)
    at, dictionaries = 12, []
    for _ in range(count):
        (size,) = struct.unpack_from("<I", data, at)
        dictionaries.append(zstandard.ZstdDecompressor().decompress(data[at + 4 : at + 4 + size]))
        at += 4 + size
    offset, size, crc, magic = struct.unpack("<QII8s", data[-24:])
    assert magic == b"YSHARDEN"
    index = data[offset : offset + size]
    assert zlib.crc32(index) == crc
    return json.loads(zstandard.ZstdDecompressor().decompress(index)), dictionaries, data


def planes(data: bytes, size: int) -> list[int]:
    count = len(data) // size
    return [sum(data[plane * count + i] << 8 * plane for plane in range(size)) for i in range(count)]


def running(values: list[int], start: int) -> list[int]:
    out = []
    for value in values:
        start += (value >> 1) ^ -(value & 1)
        out.append(start)
    return out


def read_block(data: bytes) -> dict[str, Any]:
    n, keyframe, text, flags, time, points, _ = struct.unpack_from("<IIIIqiI", data)
    sizes = {"keyframe": keyframe, "lengths": 4 * n, "times": 8 * n, "scores": 4 * n}
    sizes |= {"labels": 2 * n if flags & 1 else 0, "keys": n, "text": text}
    at, parts = 32, {}
    for name, size in sizes.items():
        parts[name] = data[at : at + size]
        at += size
    assert at == len(data)
    return {
        **parts, "points": points, "lengths": planes(parts["lengths"], 4),
        "times": running(planes(parts["times"], 8), time),
        "scores": running(planes(parts["scores"], 4), 0), "labels": [v - 1 for v in planes(parts["labels"], 2)],
    }  # fmt: skip


class FrameHash:
    def __init__(self) -> None:
        self.value = 0

    def word(self, word: int) -> None:
        self.value = ((self.value ^ (word & (2**64 - 1))) * 0x9E3779B97F4A7C15) % 2**64
        self.value ^= self.value >> 32

    def cells(self, data: bytes) -> None:
        whole = len(data) // 8 * 8
        for (word,) in struct.iter_unpack("<Q", data[:whole]):
            self.word(word)
        rest = len(data) - whole
        for byte in data[whole:]:
            rest = rest << 8 | byte
        self.word(rest)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("formats") / "games"
    record("bot", seed_list("dev:12"), out, max_steps=150, observations=("blstats",), workers=0, quiet=True)
    transcode(Catalogue(out), TranscodeConfig(block_frames=1024), workers=0, quiet=True)
    return out


def test_a_reader_written_from_the_page_sees_the_same_frames(dataset: Path) -> None:
    games = Games(dataset)
    by_key = {games.row(gameid)["key"]: gameid for gameid in games}
    (path,) = (dataset / "store").glob("*.yshard")
    index, dictionaries, data = read_shard(path)
    assert index["format"] == 1
    assert dictionaries, "these games are enough to train a dictionary"
    compared = 0
    for game in index["games"][:3]:
        unpack = zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(dictionaries[game["dictionary"]]))
        batch = games[by_key[game["key"]]]
        terminal = ReferenceTerminal(game["rows"], game["columns"], game["emulation"] == "nle", game["version"])
        for first, frames, sections in game["blocks"]:
            offset, size, crc = sections["screen"]
            assert zlib.crc32(data[offset : offset + size]) == crc
            block, at, frame_hash = read_block(unpack.decompress(data[offset : offset + size])), 0, FrameHash()
            for i, length in enumerate(block["lengths"]):
                terminal.write(block["text"][at : at + length])
                at += length
                chars, colours, row, column = terminal.screen()
                frame, key, label = first + i, block["keys"][i], block["labels"][i]
                assert batch.tty_chars[frame].tobytes() == chars
                assert batch.tty_colors[frame].tobytes() == colours
                assert batch.tty_cursor[frame].tolist() == [row, column]
                assert batch.keypresses[frame] == key
                assert (batch.timestamps[frame], batch.scores[frame]) == (block["times"][i], block["scores"][i])
                frame_hash.cells(chars)
                frame_hash.cells(colours)
                for word in (row << 32 | column, block["times"][i]):
                    frame_hash.word(word)
                frame_hash.word(key << 48 | (label & 0xFFFF) << 32 | block["scores"][i] & 0xFFFFFFFF)
                compared += 1
            assert hashlib.sha256(struct.pack("<Q", frame_hash.value)).hexdigest()[:16] == game["hash"]
            assert frames == len(block["lengths"])
    assert compared > 400


def test_observations_as_the_page_says(dataset: Path) -> None:
    games = Games(dataset)
    (path,) = (dataset / "store").glob("*.yshard")
    index, _, data = read_shard(path)
    game = index["games"][0]
    dtype, shape = game["channels"]["blstats"]
    offset, size, _ = game["blocks"][0][2]["blstats"]
    section = zstandard.ZstdDecompressor().decompress(data[offset : offset + size])
    first, rows = struct.unpack_from("<II", section)
    width = np.dtype(dtype).itemsize * shape[0]
    before, seen = bytes(width), []
    for row in range(rows):
        changed = section[8 + row * width : 8 + (row + 1) * width]
        before = bytes(a ^ b for a, b in zip(before, changed, strict=True))
        seen.append(np.frombuffer(before, dtype))
    gameid = next(g for g in games if games.row(g)["key"] == game["key"])
    kept = games.observations(gameid, ["blstats"])["blstats"]
    assert np.array_equal(kept[first : first + rows], np.stack(seen))


def test_keyframes_as_the_page_says(tmp_path: Path) -> None:
    record("walker", seed_list("dev:1"), tmp_path, max_steps=150, workers=0, quiet=True)
    transcode(Catalogue(tmp_path), TranscodeConfig(block_frames=50, dictionary=False), workers=0, quiet=True)
    batch = Games(tmp_path)[1]
    (path,) = (tmp_path / "store").glob("*.yshard")
    index, dictionaries, data = read_shard(path)
    assert not dictionaries
    for first, _, sections in index["games"][0]["blocks"]:
        offset, size, _ = sections["screen"]
        keyframe = read_block(zstandard.ZstdDecompressor().decompress(data[offset : offset + size]))["keyframe"]
        if not first:
            assert keyframe == b""
            continue
        fields = struct.unpack_from("<32i17Q", keyframe)
        assert fields[:7] == (1, 0, 0, 24, 80, *batch.tty_cursor[first - 1].tolist())
        cells = keyframe[32 * 4 + 17 * 8 + 80 :]
        assert cells == batch.tty_chars[first - 1].tobytes() + batch.tty_colors[first - 1].tobytes()
