"""The terminal viewer: what is drawn is what was there."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyte

from yendor.envs.make import make
from yendor.viewer.screen import screen_text

YENDOR = str(Path(sys.executable).parent / "yendor")


def test_text_is_the_screen() -> None:
    observation, _ = make(seeds=(1, 2)).reset()
    text = screen_text(observation["tty_chars"], observation["tty_colors"], observation["tty_cursor"])
    lines = [bytes(row).decode("latin-1") for row in np.maximum(observation["tty_chars"], 32)]
    assert text.plain == "".join(f"{line}\n" for line in lines)
    at = int(observation["tty_cursor"][0]) * 81 + int(observation["tty_cursor"][1])
    assert any(span.style == "reverse" and span.start == at for span in text.spans)


def in_terminal(*words: str, seconds: float = 20.0, keys: bytes = b"", cwd: Path | None = None) -> list[str]:
    """Run a command in a terminal of 30 x 100 and return all lines that were ever shown."""
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
    process = subprocess.Popen([YENDOR, *words], stdin=child, stdout=child, stderr=child, env=environment, cwd=cwd)
    os.close(child)
    screen = pyte.Screen(100, 30)
    stream = pyte.ByteStream(screen)
    shown: dict[str, None] = {}
    deadline = time.monotonic() + seconds
    sent = 0
    while time.monotonic() < deadline:
        try:
            data = os.read(parent, 65536)
        except OSError:
            break
        if not data:
            break
        stream.feed(data)
        shown.update(dict.fromkeys(line.rstrip() for line in screen.display))
        if sent < len(keys) and any("Dlvl:" in line for line in screen.display):
            os.write(parent, keys[sent : sent + 1])
            sent += 1
            time.sleep(0.05)
    process.wait(10)
    os.close(parent)
    return list(shown)


def test_the_bots_game_is_shown_with_its_reasons() -> None:
    lines = in_terminal("play", "--agent", "bot", "--seeds", "1000:2000", "--max-steps", "40", "--speed", "0")
    assert any("Dlvl:1" in line for line in lines)
    assert any("explore/" in line for line in lines)
    assert any("max_steps after 40 steps" in line for line in lines)


def test_a_game_is_shown_key_by_key() -> None:
    words = ("play", "--agent", "bot", "--seeds", "1007:2007", "--max-steps", "60", "--until", "step-20", "--by-key")
    lines = in_terminal(*words, keys=b"   q")
    assert any("step 23" in line for line in lines)
    assert any("prayer 0%" in line for line in lines)
    assert not any("step 24" in line for line in lines)
    assert "left" in lines


def test_a_person_plays_and_the_game_is_kept(tmp_path: Path) -> None:
    words = ("play", "--agent", "human", "--seeds", "1000:2000", "--max-steps", "6", "--record-to", "mine")
    lines = in_terminal(*words, keys=b"hjklsss", cwd=tmp_path)
    assert any("kept in mine/games/1000-2000" in line for line in lines)
    run = subprocess.run([YENDOR, "data", "show", "mine", "1"], cwd=tmp_path, capture_output=True, text=True)
    assert "human" in run.stdout
    replay = next((tmp_path / "mine").glob("games/*/*.ttyrec3.bz2"))
    run = subprocess.run([YENDOR, "play", "--replay", str(replay)], capture_output=True, text=True)
    pressed = [line.split()[1] for line in run.stdout.splitlines() if len(line.split()) > 1]
    assert "CompassDirection.W" in pressed
    assert "Command.SEARCH" in pressed


def test_a_person_needs_a_terminal(tmp_path: Path) -> None:
    run = subprocess.run(
        [YENDOR, "play", "--agent", "human"], cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert run.returncode == 2
    assert "needs a terminal" in run.stderr
