"""Watch frames in the terminal, with strategy and reason under the screen."""

import time
from collections.abc import Iterable
from typing import Any, NamedTuple

from numpy.typing import NDArray
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from yendor.viewer.screen import screen_text


class Shown(NamedTuple):
    """One frame to show, and the key pressed on it."""

    tty_chars: NDArray[Any]
    tty_colors: NDArray[Any]
    tty_cursor: NDArray[Any]
    step: int
    key: str = ""
    label: str = ""
    explanation: str = ""


def watch(frames: Iterable[Shown], speed: float = 20.0) -> None:
    """Show frames as they come.

    Args:
        frames: From a live game or a recording.
        speed: Frames a second; 0 does not wait.
    """
    console = Console()
    if not console.is_terminal:
        for frame in frames:  # a pipe gets the story, one line a key
            print(f"{frame.step:>6}  {frame.key:<24} {frame.label:<20} {frame.explanation}")
        return
    with Live(console=console, screen=True, auto_refresh=False) as live:
        for frame in frames:
            live.update(_page(frame), refresh=True)
            if speed > 0:
                time.sleep(1 / speed)


def _page(frame: Shown) -> Group:
    screen = screen_text(frame.tty_chars, frame.tty_colors, frame.tty_cursor)
    story = Text.assemble(
        (f"step {frame.step}  ", "bright_black"), (f"{frame.key}  ", "bold"),
        (f"{frame.label}  ", "cyan"), (frame.explanation, "italic"),
    )  # fmt: skip
    return Group(screen, story, Text("Ctrl-C leaves", "bright_black"))
