"""What is seen of a Sokoban level: which of the maps it is, where it lies, and where the boulders are now."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from yendor.belief import terrain as t
from yendor.belief.level import Level, Square
from yendor.nethack.sokoban import Map, maps

Mask = NDArray[np.bool_]
_ALIKE = 0.97
"""Share of the drawing's walls that must be seen as such: a creature may stand in one."""


@dataclass(frozen=True)
class Sight:
    """A level that is one of the maps.

    Attributes:
        map: Which one.
        origin: Where the drawing's upper left corner lies on the level: (row, column).
        hero: The hero's square on the drawing.
        boulders: [rows, columns] bool, what looks like a boulder now.
        taken: [rows, columns] bool, squares where a creature, or the mark of one, hides what is there.
        things: [rows, columns] bool, squares where a thing lies on top.
        traps: [rows, columns] bool, traps that are open as far as is known.
    """

    map: Map
    origin: Square
    hero: Square
    boulders: Mask
    taken: Mask
    things: Mask
    traps: Mask

    def on_level(self, square: Square) -> Square:
        """Turn a square of the drawing into one of the level."""
        return square[0] + self.origin[0], square[1] + self.origin[1]

    def on_map(self, square: Square) -> Square:
        """Turn a square of the level into one of the drawing."""
        return square[0] - self.origin[0], square[1] - self.origin[1]


def squares(mask: Mask) -> frozenset[Square]:
    """Return the squares of a mask."""
    return frozenset((r, c) for r, c in np.argwhere(mask).tolist())


def mask(level: Map, wanted: frozenset[Square]) -> Mask:
    """Return the mask of some squares of a map, those off the drawing left out: [rows, columns] bool."""
    out = np.zeros((len(level.rows), len(level.rows[0])), bool)
    for row, column in wanted:
        if 0 <= row < out.shape[0] and 0 <= column < out.shape[1]:
            out[row, column] = True
    return out


@cache
def _drawn() -> tuple[tuple[Map, Mask, Mask], ...]:
    """Return each map with its walls and its floor, doors included."""
    out = []
    for level in maps():
        signs = np.array([list(row) for row in level.rows])
        out.append((level, (signs == "-") | (signs == "|"), (signs == ".") | (signs == "+")))
    return tuple(out)


def look(level: Level, hero: Square) -> Sight | None:
    """Recognise the level; None when it is none of the maps.

    The game shows all of a Sokoban level on arrival, so that the walls' bounding box says which map it is.
    """
    terrain = level.terrain
    seen = terrain == t.WALL
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not rows.size:
        return None
    top, left = int(rows[0]), int(columns[0])
    for drawn, walls, floor in _drawn():
        r, c = np.flatnonzero(walls.any(1)), np.flatnonzero(walls.any(0))
        if (rows[-1] - top, columns[-1] - left) != (r[-1] - r[0], c[-1] - c[0]):
            continue
        origin = top - int(r[0]), left - int(c[0])
        if origin[1] < 0 or origin[1] + walls.shape[1] > t.COLUMNS or origin[0] + walls.shape[0] > t.ROWS:
            continue
        here = np.s_[origin[0] : origin[0] + walls.shape[0], origin[1] : origin[1] + walls.shape[1]]
        if (seen[here] & walls).sum() < _ALIKE * walls.sum() or (seen[here] & floor).any():
            continue
        shown = level.shown[here]
        return Sight(
            map=drawn,
            origin=origin,
            hero=(hero[0] - origin[0], hero[1] - origin[1]),
            boulders=(shown == t.BOULDER) & floor,
            taken=((shown == t.MONSTER) | (shown == t.EFFECT)) & floor,
            things=(shown == t.ITEM) & floor,
            traps=(terrain[here] == t.TRAP) & mask(drawn, drawn.start.traps),
        )
    return None
