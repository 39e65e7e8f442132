"""Walking distances over a level, and the first step of a shortest path."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from yendor.belief.planes import Distances, flood_reference
from yendor.nethack.actions import OFFSETS

_native: Any
try:
    from yendor import _native
except ImportError:  # the reference below is enough to play, only slower
    _native = None


def distances(walkable: NDArray[np.uint8], diagonal: NDArray[np.uint8], start: tuple[int, int]) -> Distances:
    """Return the walking distance of every square from `start`; -1 where there is no way.

    Args:
        walkable: [21, 79] uint8, nonzero where a step may end. The start need not be walkable.
        diagonal: [21, 79] uint8, zero where no diagonal step starts or ends (doors).
        start: (row, column).
    """
    if _native is not None:
        flooded: Distances = _native.flood(walkable, diagonal, start[0], start[1])
        return flooded
    return flood_reference(walkable, diagonal, start)


def first_step(
    walkable: NDArray[np.uint8], diagonal: NDArray[np.uint8], start: tuple[int, int], goal: tuple[int, int]
) -> tuple[int, int] | None:
    """Return the offset of the first step of a shortest way from `start` to `goal`; None without a way.

    Among equal ways the straight steps come first, in a fixed order, so that anybody who knows the
    same map names the same step.
    """
    if _native is not None:
        found = _native.first_step(walkable, diagonal, *start, *goal)
        return OFFSETS[found] if found >= 0 else None
    return first_step_reference(walkable, diagonal, start, goal)


def first_step_reference(
    walkable: NDArray[np.uint8], diagonal: NDArray[np.uint8], start: tuple[int, int], goal: tuple[int, int]
) -> tuple[int, int] | None:
    """`first_step` in plain Python."""
    back = flood_reference(walkable, diagonal, goal)
    best, found = 32767, None
    r, c = start
    rows, columns = walkable.shape
    for dr, dc in OFFSETS:
        y, x = r + dr, c + dc
        if not (0 <= y < rows and 0 <= x < columns):
            continue
        d = int(back[y, x])
        if d < 0 or d >= best or (not walkable[y, x] and (y, x) != goal):
            continue
        if dr and dc and not (diagonal[r, c] and diagonal[y, x]):
            continue
        best, found = d, (dr, dc)
    return found
