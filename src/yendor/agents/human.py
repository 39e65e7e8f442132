"""You, at the keyboard: each key press is one step."""

import os
import select
import sys

from yendor.core.agent import Decision, Observation
from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.nethack import actions as a

_ARROWS = {b"A": 0, b"C": 1, b"B": 2, b"D": 3}


@register("agent", "human")
class HumanAgent:
    """Reads NetHack's own keys from the terminal: letters as they are, Alt for the `#` commands.

    Arrow keys walk. Ctrl-C leaves the game.
    """

    name = "human"

    def __init__(self) -> None:
        self._next: int | None = None

    def reset(self, seed: int) -> None:
        """Nothing is remembered; the seed is not used."""
        self._next = None

    def act(self, observation: Observation) -> Decision:
        """Wait for a key."""
        if self._next is None:
            self._next = read_action()
        return Decision(self._next, "", "your key")

    def observe(self, observation: Observation, action: int) -> None:
        """Go on to the next key."""
        self._next = None


def read_action() -> int:
    """Wait for a key press that is one of the 121 actions.

    Raises:
        YendorError: Standard input is not a terminal.
        KeyboardInterrupt: Ctrl-C.
    """
    if not sys.stdin.isatty():
        raise YendorError("--agent human needs a terminal, and standard input is none", "Start it in a terminal.")
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor, termios.TCSANOW)  # the default would throw away keys typed ahead
        while True:
            action = action_of(_one_key(descriptor))
            if action is not None:
                return action
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)


_ESCAPE_S = 0.03
"""How long the rest of an arrow's or Alt's sequence may take; a lone ESC is the ESC key."""


def _one_key(descriptor: int) -> bytes:
    """Read one key press: a byte, or the sequence that an arrow key or Alt sends."""
    pressed = os.read(descriptor, 1)
    while pressed.startswith(b"\x1b") and len(pressed) < 3 and pressed[1:2] in (b"", b"["):
        if not select.select([descriptor], [], [], _ESCAPE_S)[0]:
            break
        pressed += os.read(descriptor, 1)
    return pressed


def action_of(pressed: bytes) -> int | None:
    """Return the action of a key press as a terminal sends it; None for a key NetHack does not have."""
    if pressed == b"\x03":
        raise KeyboardInterrupt
    if pressed.startswith(b"\x1b[") and pressed[2:3] in _ARROWS:
        return _ARROWS[pressed[2:3]]
    if len(pressed) == 2 and pressed[0] == 0x1B:  # Alt sends ESC first
        key = pressed[1] | 0x80
    elif len(pressed) == 1:
        key = 13 if pressed == b"\n" else pressed[0]
    else:
        return None
    return a.index_of(key) if a.has_key(key) else None
