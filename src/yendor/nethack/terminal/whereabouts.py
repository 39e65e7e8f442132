"""Which dungeon a screen is of: a terminal tells the depth only, so the way there and the map's look must tell."""

import numpy as np
from numpy.typing import NDArray

from yendor.nethack.terminal.status import END, LUDIOS

DOOM, GEHENNOM, MINES, QUEST, SOKOBAN, FORT, TOWER, PLANES = range(8)
"""NLE's numbers of the dungeons."""
_MINES_BELOW = range(3, 14)
_SOKOBAN_AT = range(2, 10)
_CROWD = 2
"""Gnomes in sight that make a level the Mines."""
_BOULDERS = 7
"""Boulders in sight that make a level Sokoban."""
_FIRST_LOOK = 60
"""Screens of a level within which its look may still change its dungeon."""
_CELLS = 40
"""Squares that two screens must share before they are taken for one level."""
_SOKOBAN_LEVELS = 4


class Whereabouts:
    """Follows the hero from level to level.

    A level is known again by its map. A new one belongs to the dungeon that the hero comes from, until gnomes make it
    the Mines or boulders Sokoban.
    """

    def __init__(self) -> None:
        self.dungeon, self.depth = DOOM, 0
        self._maps: dict[tuple[int, int], NDArray[np.uint8]] = {}
        self._looks = 0
        self._entry: dict[int, int] = {}

    @property
    def key(self) -> tuple[int, int]:
        """(dungeon, level within it), as in `blstats`."""
        first = self._entry.get(self.dungeon, 1)
        if self.dungeon == SOKOBAN:
            return self.dungeon, max(self.depth - first + _SOKOBAN_LEVELS, 1)
        return self.dungeon, max(self.depth - first + 1, 1)

    def see(self, place: str, depth: int, chars: NDArray[np.uint8]) -> tuple[int, int]:
        """Take in a map [21, 79] that nothing covers, and return its (dungeon, level).

        Args:
            place: As in `status.Status`.
            depth: Its depth, or its number in the Quest.
            chars: Its characters.
        """
        if place in ("quest", LUDIOS, END):
            self.dungeon = {"quest": QUEST, LUDIOS: FORT, END: PLANES}[place]
            self._entry[self.dungeon] = 1
            self.depth, self._looks = depth, 0
            return self.key
        if depth != self.depth or self.dungeon in (QUEST, FORT, PLANES):
            self._arrive(depth, chars)
        self._looks += 1
        if self._looks <= _FIRST_LOOK and self.dungeon == DOOM:
            self._recognise(chars)
        self._maps[self.dungeon, depth] = chars.copy()
        return self.key

    def _arrive(self, depth: int, chars: NDArray[np.uint8]) -> None:
        origin = self.dungeon if self.dungeon not in (QUEST, FORT, PLANES) else DOOM
        self.depth, self._looks = depth, 0
        known = [(d, at) for d, at in self._maps if at == depth]
        alike = max(known, key=lambda key: _likeness(self._maps[key], chars), default=None)
        if alike is not None and _likeness(self._maps[alike], chars) > 0.7:
            self.dungeon, self._looks = alike[0], _FIRST_LOOK
        elif origin in (MINES, SOKOBAN) and not self._within(origin, depth):
            self.dungeon = DOOM
        else:
            self.dungeon = origin

    def _within(self, dungeon: int, depth: int) -> bool:
        first = self._entry.get(dungeon, 1)
        return first <= depth < first + 8 if dungeon == MINES else first - _SOKOBAN_LEVELS < depth <= first

    def _recognise(self, chars: NDArray[np.uint8]) -> None:
        if self.depth in _MINES_BELOW and np.count_nonzero(chars == ord("G")) >= _CROWD:
            self.dungeon = MINES
            self._entry.setdefault(MINES, min(self.depth, 5))
        elif self.depth in _SOKOBAN_AT:
            boulders = max(np.count_nonzero(chars == ord(look)) for look in "0`8")
            if boulders >= _BOULDERS:
                self.dungeon = SOKOBAN
                self._entry.setdefault(SOKOBAN, self.depth)


def _likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return the share of squares drawn on both maps that are drawn alike; 0 where there are too few."""
    both = (one != 32) & (other != 32)
    shared = int(np.count_nonzero(both))
    return float(np.count_nonzero((one == other) & both) / shared) if shared >= _CELLS else 0.0
