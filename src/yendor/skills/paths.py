"""Walking: distances over a level, and the first step of a shortest path."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yendor import _native
from yendor.nethack.actions import DIRECTIONS

Distances = NDArray[np.int16]


class Map(NamedTuple):
    """Where steps may end, and where diagonal ones may start and end; [21, 79] uint8."""

    walkable: NDArray[np.uint8]
    diagonal: NDArray[np.uint8]


def distances(level_map: Map, start: tuple[int, int]) -> Distances:
    """Return walking distances [21, 79] from a square; -1 where unreachable."""
    return _native.flood(level_map.walkable, level_map.diagonal, *start)


def may_step(level_map: Map, a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Tell whether doors allow the single step from a to b."""
    straight = a[0] == b[0] or a[1] == b[1]
    return straight or bool(level_map.diagonal[a] and level_map.diagonal[b])


def first_step(level_map: Map, from_hero: Distances, hero: tuple[int, int], goal: tuple[int, int]) -> int | None:
    """Return the direction (action index) of the first step of a shortest path; None when there is none.

    Args:
        from_hero: `distances` from the hero.
    """
    if from_hero[goal] <= 0:
        return None
    at = goal
    while from_hero[at] > 1:
        at = _one_closer(level_map, from_hero, at)
    return DIRECTIONS[at[0] - hero[0], at[1] - hero[1]]


_STRAIGHT_FIRST = tuple(sorted(DIRECTIONS, key=lambda d: (abs(d[0]) + abs(d[1]), DIRECTIONS[d])))


def _one_closer(level_map: Map, from_hero: Distances, at: tuple[int, int]) -> tuple[int, int]:
    wanted = from_hero[at] - 1
    rows, columns = from_hero.shape
    for dy, dx in _STRAIGHT_FIRST:
        y, x = at[0] + dy, at[1] + dx
        if 0 <= y < rows and 0 <= x < columns and from_hero[y, x] == wanted and may_step(level_map, at, (y, x)):
            return y, x
    raise ValueError(f"distances without a way at {at}")


def nearest(goals: NDArray[np.bool_], from_hero: Distances) -> tuple[int, int] | None:
    """Return the nearest reachable goal (ties: first in reading order); None when none is reachable."""
    candidates = np.flatnonzero(goals & (from_hero >= 0))
    if not candidates.size:
        return None
    best = candidates[np.argmin(from_hero.ravel()[candidates])]
    return int(best) // from_hero.shape[1], int(best) % from_hero.shape[1]
