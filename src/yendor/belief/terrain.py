"""What a square is, as one small code per glyph: what lasts, and what only stands or lies on it."""

import numpy as np
from numpy.typing import NDArray

from yendor.belief import planes
from yendor.nethack import glyphs as g

UNKNOWN, FLOOR, CORRIDOR, DOORWAY, OPEN_DOOR, CLOSED_DOOR, UP, DOWN, WALL, TRAP, OBSTACLE, ROCK = range(12)
BOULDER = 12
PASSING = 32
"""Codes from here on say nothing lasting about the square."""
ITEM, MONSTER, EFFECT, SWALLOWED = 32, 33, 34, 35

ROWS, COLUMNS = 21, 79


def _codes() -> NDArray[np.uint8]:
    code = np.full(g.MAX_GLYPH + 1, EFFECT, np.uint8)
    code[g.IS_CMAP] = OBSTACLE
    for table, value in (
        (g.IS_STONE, UNKNOWN),
        (g.IS_WALKABLE_CMAP, FLOOR),
        (g.IS_CORRIDOR, CORRIDOR),
        (g.IS_DOORWAY, DOORWAY),
        (g.IS_OPEN_DOOR, OPEN_DOOR),
        (g.IS_CLOSED_DOOR, CLOSED_DOOR),
        (g.IS_UP, UP),
        (g.IS_DOWN, DOWN),
        (g.IS_WALL, WALL),
        (g.IS_TRAP, TRAP),
        (g.IS_ITEM, ITEM),
        (g.IS_BOULDER, BOULDER),
        (g.IS_MONSTER, MONSTER),
        (g.IS_WARNING, MONSTER),
        (g.IS_SWALLOW, SWALLOWED),
        (g.cmap(*range(65, 87)), EFFECT),
    ):
        code[table] = value
    return code


CODE_OF = _codes()
"""[glyphs] uint8: the code of each glyph."""

WALKABLE = np.zeros(64, np.uint8)
WALKABLE[[FLOOR, CORRIDOR, DOORWAY, OPEN_DOOR, CLOSED_DOOR, UP, DOWN]] = 1
"""[codes] uint8: 1 where a step may end. Closed doors count: walking into one opens it."""
WALKABLES = planes.codes(np.flatnonzero(WALKABLE).tolist())
"""The same as a set of codes."""


def box(row: int, column: int, radius: int = 1) -> tuple[slice, slice]:
    """Return the slices of the squares within `radius` of a square."""
    return (
        slice(max(row - radius, 0), row + radius + 1),
        slice(max(column - radius, 0), column + radius + 1),
    )


def grow(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the squares that are in the mask or next to it, diagonally too. [21, 79] bool."""
    wide = mask.copy()
    wide[:, 1:] |= mask[:, :-1]
    wide[:, :-1] |= mask[:, 1:]
    out = wide.copy()
    out[1:] |= wide[:-1]
    out[:-1] |= wide[1:]
    return out


where = planes.where


def find(plane: NDArray[np.uint8], *wanted: int) -> list[tuple[int, int]]:
    """Return the squares of a plane of codes that have one of these, in reading order."""
    return planes.find(plane, planes.codes(wanted))


def within(distances: NDArray[np.int16], plane: NDArray[np.uint8], *wanted: int) -> list[tuple[int, int, int]]:
    """Return (distance, row, column) of the squares within reach that have one of these codes, in reading order."""
    return planes.within(plane, planes.codes(wanted), distances)


def has(plane: NDArray[np.uint8], code: int) -> bool:
    """Tell whether a plane of codes has this one anywhere."""
    return plane.tobytes().find(code) >= 0
