"""Watch frames in the terminal, with strategy and reason under the screen; or read them as lines."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from yendor.core.errors import YendorError
from yendor.nethack.bottomline import Hero
from yendor.viewer.screen import screen_text


class Shown(NamedTuple):
    """One frame to show, and the key pressed on it.

    Attributes:
        tty_chars, tty_colors, tty_cursor: NLE's terminal.
        step: Keys pressed before.
        key: Name of the key.
        label, explanation: The player's strategy and reason.
        hero: The bottom line; None where only the terminal was kept.
        message: The game's last message.
        belief: What the player believes, in a line.
    """

    tty_chars: NDArray[Any]
    tty_colors: NDArray[Any]
    tty_cursor: NDArray[Any]
    step: int
    key: str = ""
    label: str = ""
    explanation: str = ""
    hero: Hero | None = None
    message: str = ""
    belief: str = ""


def watch(
    frames: Iterable[Shown], speed: float = 20.0, *, plain: bool = False, by_key: bool = False, map_every: int = 20
) -> None:
    """Show frames as they come.

    Args:
        frames: From a live game or a recording.
        speed: Frames a second; 0 does not wait.
        plain: Print lines instead, as when the output is no terminal.
        by_key: Wait for a key press before each frame is left; `q` leaves the game.
        map_every: Turns between two maps among the lines; 0 prints none.

    Raises:
        YendorError: `by_key` without a terminal.
    """
    console = Console()
    if by_key and not (console.is_terminal and sys.stdin.isatty() and not plain):
        raise YendorError("--by-key needs a terminal to show the game on", "Leave it out, or start it in a terminal.")
    if plain or not console.is_terminal:
        for line in lines(frames, map_every):
            print(line)
        return
    with Live(console=console, screen=True, auto_refresh=False) as live:
        for frame in frames:
            live.update(_page(frame, by_key), refresh=True)
            if by_key and _pressed() in "qQ\x03":
                return
            if speed > 0 and not by_key:
                time.sleep(1 / speed)


def lines(frames: Iterable[Shown], map_every: int = 20) -> Iterator[str]:
    """Tell frames as text, one line a key; the map and the belief come now and then, when the map has changed.

    Args:
        frames: What to tell.
        map_every: Turns between two maps at least, unless the level changes; 0 for none.
    """
    drawn: Hero | None = None
    for frame in frames:
        hero = frame.hero
        if hero is None:  # a recording: only the terminal was kept
            yield f"{frame.step:>6}  {frame.key:<24} {frame.label:<20} {frame.explanation}".rstrip()
            continue
        if map_every and _is_due(drawn, hero, map_every):
            drawn = hero
            yield from _map(frame)
        story = f"{frame.label}: {frame.explanation}" if frame.label else frame.explanation
        said = f" | {frame.message}" if frame.message else ""
        health = f"{hero.hp}/{hero.max_hp}"
        yield f"{frame.step:>6}  {frame.key:<24} T{hero.turn:<6} hp {health:<8} {story}{said}"


def _is_due(drawn: Hero | None, now: Hero, map_every: int) -> bool:
    if drawn is None or (drawn.dungeon, drawn.level) != (now.dungeon, now.level):
        return True
    return now.turn - drawn.turn >= map_every


def _map(frame: Shown) -> Iterator[str]:
    """Draw the terminal without its blank lines, and say what the player believes."""
    rows = [bytes(row).decode("latin-1").rstrip() for row in np.maximum(frame.tty_chars, 32)]
    yield ""
    yield from (f"    {row}" for row in rows if row)
    if frame.belief:
        yield f"    ({frame.belief})"
    yield ""


def _page(frame: Shown, by_key: bool) -> Group:
    screen = screen_text(frame.tty_chars, frame.tty_colors, frame.tty_cursor)
    story = Text.assemble(
        (f"step {frame.step}  ", "bright_black"), (f"{frame.key}  ", "bold"),
        (f"{frame.label}  ", "cyan"), (frame.explanation, "italic"),
    )  # fmt: skip
    told = [Text(frame.belief, "bright_black", no_wrap=True, overflow="ellipsis")] if frame.belief else []
    leave = "any key goes on, q leaves" if by_key else "Ctrl-C leaves"
    return Group(screen, story, *told, Text(leave, "bright_black"))


def _pressed() -> str:
    """Wait for a key press on standard input."""
    import os
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSANOW)
        return os.read(descriptor, 1).decode("latin-1") or "q"
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
