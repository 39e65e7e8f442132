"""A decoded terminal, screen by screen, as observations in NLE's own form."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yendor.core.agent import Observation
from yendor.nethack import actions as a
from yendor.nethack import glyphs as g
from yendor.nethack.bottomline import ROLES, Hero, Hunger, read_role, read_welcome
from yendor.nethack.monsters import index_of
from yendor.nethack.terminal.pack import Pack, is_listing, kind_of
from yendor.nethack.terminal.squares import COLUMNS, ROWS, Setting, Squares
from yendor.nethack.terminal.status import Status, read_status
from yendor.nethack.terminal.symbols import candidates
from yendor.nethack.terminal.whereabouts import Whereabouts

_LINES, _WIDTH = 24, 80
_MESSAGE = 256
_MORE = re.compile(r"--More--\s*$")
_MENU_END = re.compile(r"\((?:end|(\d+) of (\d+))\) *$")
_CHOICES = re.compile(r"\[[^\]]*\](?: \(.\))? ?$")
_LETTERED = re.compile(r"^(?:What do you want to|In what direction|Really |Do you want to |Are you sure).*\? ?$")
_TYPED = re.compile(
    r"^(?:# ?\w*|(?:What do you want to (?:write|engrave|burn|call|name)|What do you want to add|Call |Name |For what"
    r"|To what|Who are you|What monster|Where do you|What class|What command|How many|Set ).*)$"
)
_ENGRAVING = re.compile(r"^You (?:write|engrave|burn|melt|scrawl|graffiti|add to)\b.* with ")
_HERE = re.compile(r"You (?:see|feel) here (.+?)\.(?: |$)")
_NO_SUCH = "You don't have that object."
_COUNT = re.compile(r"^Count: \d*$")
_ENDS_POINTING = frozenset(a.index_of(key) for key in ".,;:") | {a.ESC}
_POINTING = ("for instructions", "pick a", "where do you want to travel", "move cursor to", "unknown direction")
_INVENTORY_KEY = a.index_of("i")


class TerminalReader:
    """Makes an observation of each screen of one game; create another for another game.

    What a screen does not tell stays as it was last told, and what was never told is empty. Nothing makes it fail: a
    screen that is half drawn, covered, or of another program gives an observation too.

    Args:
        settled: Each screen is one on which the game waits for a key, so that the cursor is on the hero when no
            question is open. Otherwise (a ttyrec of version 1 has a screen for each write) it must be on something
            that may be a hero, too.

    Attributes:
        screens: How many were read.
    """

    def __init__(self, settled: bool = True) -> None:
        self._settled = settled
        self._hero = Hero(*[0] * 27)._replace(hunger=int(Hunger.NOT_HUNGRY))
        self._squares, self._pack, self._whereabouts = Squares(), Pack(), Whereabouts()
        self._own, self._message = -1, ""
        self._square: tuple[int, int] | None = None
        self._map = np.full((ROWS, COLUMNS), 32, np.uint8)
        self._colours = np.zeros((ROWS, COLUMNS), np.int8)
        self._key, self._pointing = -1, False
        self._listing = self._whole = False
        self.screens = 0

    def press(self, action: int) -> None:
        """Learn which key (action index; -1 for none) was pressed on the last screen.

        `i` lists the whole pack, and a letter at `What do you want to eat?` takes something from it.
        """
        self._key = action
        if action >= 0:
            self._pack.use(self._message, chr(a.KEYS[action]))

    def read(self, chars: NDArray[Any], colours: NDArray[Any], cursor: NDArray[Any]) -> Observation:
        """Read the next screen.

        Args:
            chars: [24, 80] character codes; smaller screens are filled up, larger ones cut.
            colours: The same of colours: 0 to 15, and 16 more for reverse video.
            cursor: [2] its row and column.

        Returns:
            NLE's observation: `glyphs`, `chars`, `colors`, `specials`, `blstats`, `message`, `misc`, `inv_*`, `tty_*`.
        """
        screen, shades = _fit(chars, np.uint8, 32), _fit(colours, np.int8, 0)
        row, column = int(np.clip(cursor[0], 0, _LINES - 1)), int(np.clip(cursor[1], 0, _WIDTH - 1))
        lines = [bytes(line).decode("latin-1") for line in screen]
        self.screens += 1
        misc, top, covered = _asks(lines, row, column)
        status = read_status(lines[22], lines[23], self._hero)
        if covered:
            self._read_window(lines, row, column)
        elif top:
            self._message = top
            self._pack.hear(top)
        else:
            self._message = ""
        self._pointing = self._points(row, column)
        if status.shown and not covered:
            here = not any(misc) and not self._pointing and self._may_be_hero(screen, shades, row, column)
            self._read_map(screen, shades, row, column, status, here)
            self._see_thing(top)
        if self._own < 0:
            self._read_role(screen)
        return self._observation(screen, shades, (row, column), misc)

    def _points(self, row: int, column: int) -> bool:
        """Tell whether the cursor points at a square that a command asked for, instead of at the hero."""
        if any(word in self._message.lower() for word in _POINTING):
            return True
        away = self._square != (row - 1, column)
        return self._pointing and away and self._key >= 0 and self._key not in _ENDS_POINTING

    def _may_be_hero(self, screen: NDArray[np.uint8], shades: NDArray[np.int8], row: int, column: int) -> bool:
        if self._settled:
            return True
        found = candidates(int(screen[row, column]), int(shades[row, column]))
        return bool(g.IS_NORMAL_MONSTER[found].any())

    def _see_thing(self, message: str) -> None:
        """Remember what the hero stands on: when it steps off, the map shows only the thing's class and colour."""
        found = _HERE.search(message)
        if found and self._square is not None:
            self._squares.note(self._square, kind_of(found[1]).glyph)

    def _read_window(self, lines: list[str], row: int, column: int) -> None:
        end = _MENU_END.search(lines[row][: column + 1].rstrip())
        if end is None:
            text = " ".join(line.strip() for line in lines[: row + 1]) if row <= 2 else ""
            self._message = _MORE.sub("", text).strip()
            self._pack.hear(self._message)
            return
        self._message = ""
        window = [line[end.start() :].rstrip() for line in lines[:row]]
        page, pages = (int(end[1]), int(end[2])) if end[1] else (1, 1)
        if page == 1:
            self._listing, self._whole = is_listing(window), self._key == _INVENTORY_KEY
        if self._listing:
            self._pack.see(window, page, pages, self._whole)

    def _read_map(
        self, screen: NDArray[np.uint8], shades: NDArray[np.int8], row: int, column: int, status: Status, here: bool
    ) -> None:
        """Take in the map, the hero's numbers and its place."""
        chars, colours = screen[1 : ROWS + 1, :COLUMNS].copy(), shades[1 : ROWS + 1, :COLUMNS].copy()
        if chars[0, 0] != 32:  # a long message covers the first row: no level reaches its first column
            chars[0], colours[0] = self._map[0], self._colours[0]
        hero, before = status.hero, self._hero
        dungeon, level = self._whereabouts.see(status.place, hero.depth, chars)
        if here and 1 <= row <= ROWS and column < COLUMNS:
            self._square = (row - 1, column)
        y, x = self._square or (0, 0)
        if not status.timed and (y, x) != (before.y, before.x):
            hero = hero._replace(turn=before.turn + 1)  # option `time` is off: every step counts one
        self._hero = hero._replace(x=x, y=y, dungeon=dungeon, level=level)
        setting = Setting(self._square, self._own, hero.depth, hero.xl, self._message.lower(), (dungeon, level))
        self._squares.read(chars, colours, setting)
        self._map, self._colours = chars, colours

    def _read_role(self, screen: NDArray[np.uint8]) -> None:
        welcome = read_welcome(self._message)
        role = welcome[:3] if welcome else read_role({"tty_chars": screen})
        if role:
            self._own = index_of(ROLES[role].lower())
            if self._hero.turn <= 1:
                self._pack.start(role, welcome[4:7] if welcome else "")

    def _observation(
        self, screen: NDArray[np.uint8], shades: NDArray[np.int8], cursor: tuple[int, int], misc: tuple[int, int, int]
    ) -> Observation:
        message = np.zeros(_MESSAGE, np.uint8)
        raw = self._message.encode("latin-1", "replace")[: _MESSAGE - 1]
        message[: len(raw)] = np.frombuffer(raw, np.uint8)
        return {
            "glyphs": self._squares.glyphs.copy(), "chars": self._map, "colors": self._colours & 15,
            "specials": np.zeros((ROWS, COLUMNS), np.uint8), "blstats": np.array(self._hero, np.int64),
            "message": message, "misc": np.array(misc, np.int32), "tty_chars": screen, "tty_colors": shades,
            "tty_cursor": np.array(cursor, np.uint8), **self._pack.arrays(),
        }  # fmt: skip


def _asks(lines: list[str], row: int, column: int) -> tuple[tuple[int, int, int], str, bool]:
    """Tell what the screen waits for.

    Returns:
        NLE's `misc` (a question of one key, a line of text, a key to go on), the text at the top, and whether a window
        covers the map.
    """
    before = lines[row][: column + 1].rstrip()
    if row > 0 and _MENU_END.search(before):
        return (0, 0, 1), "", True
    if row > 1 and _MORE.search(before):
        return (0, 0, 1), "", True
    # A long message goes on in the second line, from the first column on, which no level reaches.
    top = " ".join(line.strip() for line in lines[: 1 + (lines[1][0] != " ")])
    if _MORE.search(before):
        text = _MORE.sub("", top).strip()
        # NLE counts the question that this interrupts: for the text to engrave, or for another thing.
        return (int(text.startswith(_NO_SUCH)), int(bool(_ENGRAVING.search(text))), 1), text, False
    if _COUNT.search(top):
        return (0, 0, 0), "", False
    if row > 1 or column == 0:
        return (0, 0, 0), top, False
    asked = f"{lines[0].strip()} {before.strip()}" if row == 1 else top
    if _CHOICES.search(asked) or (_LETTERED.search(asked) and not _TYPED.search(asked)):
        return (1, 0, 0), asked, False
    return (0, int(bool(_TYPED.search(asked))), 0), asked, False


def _fit(cells: NDArray[Any], dtype: Any, blank: int) -> NDArray[Any]:
    """Return cells as [24, 80], filled up or cut."""
    if cells.shape == (_LINES, _WIDTH) and cells.dtype == dtype:
        return cells.copy()
    out = np.full((_LINES, _WIDTH), blank, dtype)
    rows, columns = min(cells.shape[0], _LINES), min(cells.shape[1], _WIDTH)
    out[:rows, :columns] = cells[:rows, :columns]
    return out
