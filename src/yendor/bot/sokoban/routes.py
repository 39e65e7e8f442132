"""Walking in Sokoban: round boulders and open traps, never squeezing between two boulders or walls."""

from collections import deque
from collections.abc import Iterator, Set
from functools import lru_cache

from yendor.nethack.actions import OFFSETS
from yendor.nethack.sokoban import Map, Position, Square

_NOBODY: frozenset[Square] = frozenset()


@lru_cache(maxsize=64)
def distances(level: Map, position: Position, start: Square, shut: frozenset[Square] = _NOBODY) -> dict[Square, int]:
    """Return the walking distance of every square within reach of `start`; not to be changed.

    Args:
        level: The map.
        position: Where boulders lie and traps are open: no step ends there.
        start: The hero's square on the drawing.
        shut: Squares that are taken by others.
    """
    passable = level.floor - position.boulders
    free = passable - position.traps - shut
    out = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for _, there in _steps(level, passable, free, here):
            if there not in out:
                out[there] = out[here] + 1
                queue.append(there)
    return out


def first_step(
    level: Map, position: Position, start: Square, goal: Square, shut: frozenset[Square] = _NOBODY
) -> Square | None:
    """Return the offset of the first step of a shortest way; None without a way. Straight steps come first."""
    # One may climb out of a pit, and off a boulder onto which one squeezed.
    position = Position(position.boulders - {start}, position.traps - {start})
    back = distances(level, position, goal, shut)
    if start not in back or start == goal:
        return None
    passable = level.floor - position.boulders
    steps = _steps(level, passable, passable - position.traps, start)
    ways = ((back[there], offset) for offset, there in steps if there in back)
    return min(ways, key=lambda way: way[0], default=(0, None))[1]


def _steps(level: Map, passable: Set[Square], free: Set[Square], here: Square) -> Iterator[tuple[Square, Square]]:
    """List the steps from a square as (offset, square): the rules of test_move in hack.c.

    Args:
        level: The map.
        passable: Squares without rock or boulder: a diagonal step needs one of the two that it passes between.
        free: Squares where a step may end.
        here: Where it begins.
    """
    r, c = here
    for dr, dc in OFFSETS:
        there = r + dr, c + dc
        if there not in free:
            continue
        if dr and dc:
            if here in level.doors or there in level.doors:
                continue
            if (r + dr, c) not in passable and (r, c + dc) not in passable:
                continue
        yield (dr, dc), there
