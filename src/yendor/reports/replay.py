"""A recorded game as an asciicast, cut to a length that a page can carry."""

import json
from pathlib import Path

import numpy as np

from yendor.core.errors import YendorError
from yendor.data.batch import Batch
from yendor.data.playback import FrameSource
from yendor.data.ttyrec import KEY, OUTPUT, Source, survey

_SECONDS_A_KEY = 0.12


def asciicast(path: Path, first: int = 300, last: int = 1200) -> tuple[str, str]:
    """Turn a ttyrec3 into an asciicast (version 2), one key every 0.12 s.

    Args:
        path: The recording.
        first: Keys kept from the beginning.
        last: Keys kept from the end.

    Returns:
        The cast, and a note that says what was cut.

    Raises:
        YendorError: The recording holds nothing.
    """
    keys = survey(path).frames
    if not keys:
        raise YendorError(f"{path} holds no game")
    cut = (first, keys - last) if keys > first + last else (keys, keys)
    events = [json.dumps({"version": 2, "width": 80, "height": 24})]
    time, key = 0.0, 0
    for record in Source(path):
        shown = key < cut[0] or key >= cut[1]
        if record.channel == OUTPUT and shown:
            events.append(json.dumps([round(time, 3), "o", record.data.decode("latin-1")]))
        elif record.channel == KEY:
            key += 1
            time += _SECONDS_A_KEY if shown else 0.0
            if key == cut[1] and cut[0] < cut[1]:
                events.append(json.dumps([round(time, 3), "o", _screen_after(path, key)]))
    note = f"{keys:,} keys" if cut[0] >= cut[1] else f"{keys:,} keys; the first {first} and the last {last:,} are shown"
    return "\n".join(events), note


def _screen_after(path: Path, keys: int) -> str:
    """Draw the screen on which key number `keys` was pressed (from 1), to go on from."""
    source = FrameSource.of_files([path])
    source.skip(keys - 1)
    frame = Batch.blank(1)
    source.read(frame)
    return draw(frame)


def draw(frame: Batch) -> str:
    """Draw the first of some frames with escape sequences."""
    chars, colors = frame.tty_chars[0], frame.tty_colors[0]
    out = ["\x1b[0m\x1b[2J"]
    for row in np.flatnonzero((chars != ord(" ")).any(axis=1)):
        out.append(f"\x1b[{row + 1};1H")
        colour = None
        for char, now in zip(chars[row], colors[row], strict=True):
            if now != colour:
                out.append(f"\x1b[{1 if now & 8 else 0};{30 + (int(now) & 7)}m")
                colour = now
            out.append(chr(char or 32))
    y, x = (int(v) + 1 for v in frame.tty_cursor[0])
    return "".join([*out, f"\x1b[0m\x1b[{y};{x}H"])
