"""asciicast (version 2): `<gameid>.cast`, one a game, which asciinema and its web player play.

Screens are drawn as differences from the one before: only the cells that changed.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, TextIO

import numpy as np
from numpy.typing import NDArray

from yendor.core.errors import YendorError
from yendor.data.batch import COLUMNS, ROWS, Batch
from yendor.data.exporters import Exporter, Options, naming, pieces
from yendor.data.games import Games

Markers = Literal["none", "levels", "labels", "both"]

_BRIDGE = 6
_SPACE, _DEFAULT = ord(" "), 7
# Controls cannot be drawn; what is above ASCII are characters of the IBM PC, as players' terminals show them.
_SHOWN = {code: " " if code == 0 else "?" if code < 32 or code == 127 else chr(code) for code in range(128)}
_SHOWN |= {code: bytes([code]).decode("cp437") for code in range(128, 256)}
_PLACE = re.compile(rb"Dlvl:\d+|Home \d+|Fort Ludios|End Game|Astral Plane")


@dataclass(frozen=True)
class CastOptions(Options):
    """How casts are made."""

    idle_limit: float = 2.0
    """Longest pause, in seconds."""
    speed: float = 0.0
    """Frames a second; 0 for the recorded times. Bots' games take no time at all."""
    keys: bool = False
    """Write the keys as input events."""
    markers: Markers = "none"
    """Mark changes of the dungeon's level, of the label, or both."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.idle_limit <= 0 or self.speed < 0:
            raise YendorError(
                f"idle_limit = {self.idle_limit}, speed = {self.speed}", "A limit is above 0, a speed not below it."
            )
        if self.markers not in ("none", "levels", "labels", "both"):
            raise YendorError(f"markers = {self.markers!r}", "Known: none, levels, labels, both.")


class CastExporter(Exporter):
    """Writes casts; see `Exporter`."""

    options: ClassVar[type[Options]] = CastOptions

    def __init__(self, games: Games, out: Path, options: CastOptions) -> None:
        self._games, self._out, self._options = games, out, options

    def add(self, gameid: int) -> int:
        """Write a game; see `Exporter`."""
        frames = 0
        with naming(self._out / f"{gameid}.cast") as part, part.open("w", encoding="ascii") as file:
            cast = _Cast(file, self._options, self._games, gameid)
            for first, batch in pieces(self._games, gameid):
                cast.write(batch)
                frames = first + len(batch.gameids)
        return frames

    def close(self) -> None:
        """Do nothing: each game has its own file."""


class _Cast:
    """Writes one game's events, piece after piece."""

    def __init__(self, file: TextIO, options: CastOptions, games: Games, gameid: int) -> None:
        self._file, self._options, self._row = file, options, games.row(gameid)
        self._timer = _Timer(options, self._row["version"] > 1)
        self._pen, self._marker = _Pen(), _Marker(options.markers, games.label_names)
        self._begun, self._key = False, 0

    def write(self, batch: Batch) -> None:
        if not self._begun:
            print(json.dumps(_header(self._row, batch)), file=self._file)
            self._begun = True
        for t, (time, drawn) in enumerate(zip(self._timer.times(batch), self._pen.draw(batch), strict=True)):
            # A key comes just before the screen that it led to.
            if self._key and self._options.keys:
                self._event(time, "i", _typed(self._key))
            if drawn:
                self._event(time, "o", drawn)
            for text in self._marker.changes(batch, t):
                self._event(time, "m", text)
            self._key = int(batch.keypresses[t])

    def _event(self, time: float, code: str, data: str) -> None:
        print(json.dumps([round(time, 6), code, data]), file=self._file)


def _header(row: dict[str, Any], batch: Batch) -> dict[str, Any]:
    score = None if row["score"] is None else f"{row['score']} points"
    title = ", ".join(str(part) for part in (row["character"], score, row["agent"]) if part) or f"game {row['gameid']}"
    return {
        "version": 2, "width": COLUMNS, "height": ROWS, "timestamp": int(batch.timestamps[0]) // 1_000_000,
        "title": title, "env": {"TERM": "xterm-256color"},
    }  # fmt: skip


def _typed(key: int) -> str:
    """Return what a terminal sends for a key: ESC before a letter whose high bit is set (Meta)."""
    return chr(key) if key < 128 else "\x1b" + chr(key - 128)


class _Timer:
    """Tells when each screen of a game appears, piece after piece.

    Where keys were recorded, a frame's time is its key's, and the screen came with the key before.
    """

    def __init__(self, options: CastOptions, keyed: bool) -> None:
        self._options, self._keyed = options, keyed
        self._frames, self._now = 0, 0.0
        self._shown: int | None = None
        self._last: int | None = None

    def times(self, batch: Batch) -> list[float]:
        stamps = batch.timestamps
        count = len(stamps)
        if self._options.speed:
            numbers = np.arange(self._frames, self._frames + count)
            self._frames += count
            return [float(number) / self._options.speed for number in numbers]
        if self._keyed:
            before = stamps[0] if self._last is None else self._last
            stamps = np.concatenate([[before], stamps[:-1]])
            self._last = int(batch.timestamps[-1])
        gaps = np.diff(stamps, prepend=stamps[0] if self._shown is None else self._shown) / 1e6
        times = self._now + np.cumsum(np.clip(gaps, 0.0, self._options.idle_limit))
        self._now, self._shown = float(times[-1]), int(stamps[-1])
        return [float(time) for time in times]


class _Marker:
    """Notices changes of level and label."""

    def __init__(self, markers: Markers, names: list[str]) -> None:
        self._levels, self._labels = (markers in (kind, "both") for kind in ("levels", "labels"))
        self._names, self._place, self._label = names, "", -1

    def changes(self, batch: Batch, t: int) -> Iterator[str]:
        if self._levels and (found := _PLACE.search(batch.tty_chars[t, ROWS - 2 :].tobytes())):
            place = found[0].decode()
            if place != self._place:
                self._place = place
                yield place
        label = int(batch.labels[t])
        if self._labels and label >= 0 and label != self._label:
            self._label = label
            yield self._names[label] or "(no name)"


class _Pen:
    """Draws frames on a terminal, knowing what is on it."""

    def __init__(self) -> None:
        self._chars: NDArray[np.uint8] = np.full((1, ROWS, COLUMNS), _SPACE, np.uint8)
        self._colors: NDArray[np.int8] = np.full((1, ROWS, COLUMNS), _DEFAULT, np.int8)
        self._color = -1
        self._cursor = (-1, -1)

    def draw(self, batch: Batch) -> Iterator[str]:
        """Yield what turns each frame into the next; "" where nothing changes."""
        chars, colors = batch.tty_chars, batch.tty_colors & 31
        chars = np.where(chars == 0, np.uint8(_SPACE), chars)
        colors = np.where((chars == _SPACE) & (colors < 16), np.int8(_DEFAULT), colors)  # nobody sees a blank's colour
        before, shade = np.concatenate([self._chars, chars[:-1]]), np.concatenate([self._colors, colors[:-1]])
        frame, row, column = np.nonzero(_bridged((chars != before) | (colors != shade)))
        color = colors[frame, row, column]
        text = chars[frame, row, column].tobytes().decode("latin-1").translate(_SHOWN)
        runs = _runs(frame, row, column, color)
        at = np.searchsorted(frame[runs[:-1]], np.arange(len(chars) + 1))
        self._chars, self._colors = chars[-1:], colors[-1:]
        for t, (y, x) in enumerate(batch.tty_cursor.tolist()):
            cells = [
                (int(row[start]), int(column[start]), int(color[start]), text[start:end])
                for start, end in zip(runs[at[t] : at[t + 1]], runs[at[t] + 1 : at[t + 1] + 1], strict=True)
            ]
            yield self._strokes(cells, (y, x))

    def _strokes(self, cells: list[tuple[int, int, int, str]], cursor: tuple[int, int]) -> str:
        out = ["\x1b[m\x1b[2J"] if self._color < 0 else []
        self._color = _DEFAULT if self._color < 0 else self._color
        here = (-1, -1)
        for y, x, color, text in cells:
            if (y, x) != here:
                out.append(f"\x1b[{y + 1};{x + 1}H")
            if color != self._color:
                out.append(_sgr(color))
                self._color = color
            out.append(text)
            here = (y, x + len(text))
        if out or cursor != self._cursor:
            out.append(f"\x1b[{cursor[0] + 1};{cursor[1] + 1}H")
            self._cursor = cursor
        return "".join(out)


def _bridged(changed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Add the few cells between others that changed: to draw them takes less than to go past them."""
    for width in range(_BRIDGE, 0, -1):
        changed[..., 1:-width] |= changed[..., : -width - 1] & changed[..., width + 1 :]
    return changed


def _runs(*of: NDArray[Any]) -> NDArray[np.intp]:
    """Return where runs of neighbouring cells of one frame, row and colour begin, and the end of the last."""
    frame, row, column, color = of
    if not len(frame):
        return np.zeros(1, np.intp)
    breaks = (np.diff(frame) != 0) | (np.diff(row) != 0) | (np.diff(column) != 1) | (np.diff(color) != 0)
    return np.concatenate([[0], np.flatnonzero(breaks) + 1, [len(frame)]])


def _sgr(color: int) -> str:
    """Return the sequence for one of NLE's colours: 0 to 7, 8 more for bright ones, 16 more for reversed ones."""
    shade = color & 15
    codes = ["7"] if color & 16 else []
    if shade != _DEFAULT:
        codes.append(str(30 + shade if shade < 8 else 82 + shade))
    return f"\x1b[{';'.join(['0', *codes])}m" if codes else "\x1b[m"
