"""What is known of one level: terrain under things, what was searched, walked, tried."""

import numpy as np
from nle import nethack as nh
from numpy.typing import NDArray

from yendor.nethack import glyphs as g

ROWS, COLUMNS = 21, 79
_NEIGHBOURS = tuple((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx)


class Level:
    """The memory of one level; arrays are [21, 79].

    Attributes:
        glyphs: The last map seen.
        terrain: Last map symbol seen on a square (NetHack's `defsyms` order), -1 where only things
            or monsters were seen, or nothing.
        visited: The hero stood here, or is taken to have stood here.
        searched: How many turns were spent searching next to this square.
        blocked: How often a step onto this square failed.
        locked: Doors found locked (1), or not to be opened at all (2).
    """

    def __init__(self, turn: int) -> None:
        self.arrived = turn
        self.glyphs = np.full((ROWS, COLUMNS), nh.GLYPH_CMAP_OFF, np.int16)
        self.terrain = np.full((ROWS, COLUMNS), -1, np.int16)
        self.visited = np.zeros((ROWS, COLUMNS), bool)
        self.searched = np.zeros((ROWS, COLUMNS), np.int16)
        self.blocked = np.zeros((ROWS, COLUMNS), np.int16)
        self.locked = np.zeros((ROWS, COLUMNS), np.int8)
        self.kicks = np.zeros((ROWS, COLUMNS), np.int16)
        self.version = 0
        """Grows when anything that paths depend on has changed."""
        self._masks: tuple[int, NDArray[np.uint8], NDArray[np.uint8]] | None = None

    def see(self, glyphs: NDArray[np.int16], hero: tuple[int, int]) -> None:
        """Take in a map."""
        if self.visited[hero] == 0:
            self.visited[hero] = True
            self.version += 1
        changed = glyphs != self.glyphs
        if not changed.any():
            return
        self.version += 1
        self.glyphs = glyphs.copy()
        symbols = glyphs - nh.GLYPH_CMAP_OFF
        seen = changed & g.IS_CMAP[glyphs] & (symbols > 0)
        self.terrain[seen] = symbols[seen]
        gone = changed & (symbols == 0)
        self.terrain[gone & (self.terrain == g.DARKROOM)] = -1

    def masks(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return (walkable, diagonal) for path-finding: boulders, traps and failed squares excluded."""
        if self._masks is not None and self._masks[0] == self.version:
            return self._masks[1], self._masks[2]
        terrain, glyphs = self.terrain, self.glyphs
        walkable = _WALKABLE[terrain] | ((terrain < 0) & ~g.IS_STONE[glyphs] & ~g.IS_WARNING[glyphs])
        walkable &= ~g.IS_BOULDER[glyphs] & (self.blocked < 3)
        out = walkable.astype(np.uint8), (~_OPEN_DOOR[terrain]).astype(np.uint8)
        self._masks = (self.version, *out)
        return out

    def unknown_beside(self) -> NDArray[np.bool_]:
        """Return where at least one of the eight neighbours was never seen."""
        unknown = np.zeros((ROWS + 2, COLUMNS + 2), bool)
        unknown[1:-1, 1:-1] = (self.terrain < 0) & g.IS_STONE[self.glyphs]
        unknown[1:-1, 1] = False  # column 0 is never part of a map
        out = np.zeros((ROWS, COLUMNS), bool)
        for dy, dx in _NEIGHBOURS:
            out |= unknown[1 + dy : 1 + dy + ROWS, 1 + dx : 1 + dx + COLUMNS]
        return out

    def walkable_neighbours(self) -> NDArray[np.int8]:
        """Return how many of the eight neighbours can be walked on."""
        walkable = np.zeros((ROWS + 2, COLUMNS + 2), np.int8)
        walkable[1:-1, 1:-1] = self.masks()[0]
        out = np.zeros((ROWS, COLUMNS), np.int8)
        for dy, dx in _NEIGHBOURS:
            out += walkable[1 + dy : 1 + dy + ROWS, 1 + dx : 1 + dx + COLUMNS]
        return out

    def adopt(self) -> None:
        """Guess, on entering a game in the middle, where the player has been: where a passage goes on."""
        walkable = self.masks()[0].astype(bool)
        passage = walkable & (_CORRIDOR[self.terrain] | _DOOR[self.terrain])
        self.visited |= passage & (self.walkable_neighbours() >= 2)
        self.visited |= walkable & ~self.unknown_beside()
        self.version += 1


def _table(*symbols: int) -> NDArray[np.bool_]:
    """One entry for each map symbol, and a last one, false, for -1."""
    table = np.zeros(nh.MAXPCHARS + 2, bool)
    table[list(symbols)] = True
    return table


_WALKABLE = _table(
    g.DOORLESS, g.VODOOR, g.HODOOR, g.ROOM, g.DARKROOM, g.CORRIDOR, g.LIT_CORRIDOR, g.UPSTAIR, g.DOWNSTAIR,
    g.UPLADDER, g.DOWNLADDER, g.ALTAR, g.GRAVE, g.THRONE, g.SINK, g.FOUNTAIN, g.ICE, g.VODBRIDGE, g.HODBRIDGE,
)  # fmt: skip
_DOOR = _table(g.DOORLESS, g.VODOOR, g.HODOOR)
_OPEN_DOOR = _table(g.VODOOR, g.HODOOR)
"""Only these forbid diagonal steps: empty and broken doorways do not (hack.c, `test_move`)."""
_CORRIDOR = _table(g.CORRIDOR, g.LIT_CORRIDOR)
