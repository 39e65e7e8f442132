"""What is worked out over all squares of a map at once: compiled where that is at hand, else by the plain references.

Planes are [21, 79] (any one shape does), contiguous, of the type that is said. A set of codes is an integer with the
bits of the codes set, 0 to 63 (`codes`).
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yendor.nethack.actions import OFFSETS

_native: Any
try:
    from yendor import _native
except ImportError:  # the references are enough to play, only slower
    _native = None

Squares = list[tuple[int, int]]
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Distances = NDArray[np.int16]
Turns = NDArray[np.int32]
Glyphs = NDArray[np.int16]
Survey = tuple[Bytes, Bytes, Distances, int]
"""Where a step may end; where a diagonal one may begin and end; distances; how many squares are within reach."""


def codes(wanted: Iterable[int]) -> int:
    """Return a set of codes."""
    bits = 0
    for code in wanted:
        bits |= 1 << code
    return bits


def _among(plane: Bytes, wanted: int) -> Flags:
    table = np.array([code < 64 and bool(wanted >> code & 1) for code in range(256)])
    found: Flags = table[plane]
    return found


def where_reference(mask: Flags) -> Squares:
    """Return the squares of a mask, in reading order."""
    return [divmod(index, mask.shape[1]) for index in np.flatnonzero(mask).tolist()]


def find_reference(plane: Bytes, wanted: int) -> Squares:
    """Return the squares with a code of a set, in reading order."""
    return where_reference(_among(plane, wanted))


def within_reference(plane: Bytes, wanted: int, distances: Distances) -> list[tuple[int, int, int]]:
    """Return (distance, row, column) of the squares with a code of a set and a distance from 0 on, in reading order."""
    return [(int(distances[square]), *square) for square in find_reference(plane, wanted) if distances[square] >= 0]


def look_up_reference(table: Bytes, glyphs: Glyphs) -> Bytes:
    """Return each glyph's entry.

    Args:
        table: [glyphs] uint8.
        glyphs: int16.

    Raises:
        IndexError: A glyph lies outside the table.
    """
    found: Bytes = table[glyphs]
    return found


def cover_reference(shown: Bytes, terrain: Bytes, lasting: int, covering: int, doubtful: int, floor: int) -> None:
    """Take what is shown into the terrain.

    Args:
        shown: uint8 codes.
        terrain: uint8 codes; updated.
        lasting: Codes that replace the terrain's.
        covering: Codes that lie on something that can be walked on:
        doubtful: where the terrain has one of these,
        floor: it becomes this.
    """
    np.copyto(terrain, shown, where=_among(shown, lasting))
    terrain[_among(shown, covering) & _among(terrain, doubtful)] = floor


def mark_reference(mask: Flags, table: Flags, glyphs: Glyphs) -> None:
    """Add to a mask the squares whose glyphs have True in a table [glyphs] bool.

    Raises:
        IndexError: A glyph lies outside the table.
    """
    mask |= table[glyphs]


def notice_reference(glyphs: Glyphs, shown: Bytes, left: Glyphs, monster: int, item: int) -> Squares:
    """Bring up to date what squares with things left lying show, and return those where another thing lies now.

    Args:
        glyphs: int16.
        shown: uint8 codes.
        left: int16, what such squares showed: -1 for nothing yet, -2 where nothing was left; updated.
        monster: Code of who hides what lies there.
        item: Code of things.
    """
    seen = (left > -2) & (shown != monster)
    new = seen & (shown == item) & (left != glyphs) & (left != -1)
    left[seen] = glyphs[seen]
    left[new] = -2
    return where_reference(new)


def flood_reference(walkable: Bytes, diagonal: Bytes, start: tuple[int, int]) -> Distances:
    """Return the walking distance of every square from `start` (`skills.paths.distances`); -1 where there is no way."""
    rows, columns = walkable.shape
    out = np.full((rows, columns), -1, np.int16)
    out[start] = 0
    queue = deque([start])
    while queue:
        r, c = queue.popleft()
        for dr, dc in OFFSETS:
            y, x = r + dr, c + dc
            if not (0 <= y < rows and 0 <= x < columns) or out[y, x] >= 0 or not walkable[y, x]:
                continue
            if dr and dc and not (diagonal[r, c] and diagonal[y, x]):
                continue
            out[y, x] = out[r, c] + 1
            queue.append((y, x))
    return out


def survey_reference(
    terrain: Bytes, blocked: Turns, straight: Turns, shop: Flags, walkable: int, doors: int, turn: int, row: int,
    column: int, closed: Squares,
) -> Survey:  # fmt: skip
    """Return where a step may end, where a diagonal one may begin and end, and the hero's distances from all squares.

    Args:
        terrain: uint8 codes.
        blocked: Turn until which a square is not walkable.
        straight: Turn until which no diagonal step is tried there.
        shop: Squares of shops: closed to a hero who is in none.
        walkable: The codes of squares where a step may end.
        doors: The codes of squares without diagonal steps.
        turn: Now.
        row, column: The hero.
        closed: More squares that are not walkable.
    """
    steps = _among(terrain, walkable) & (blocked <= turn)
    if not shop[row, column]:
        steps &= ~shop
    for square in closed:
        steps[square] = False
    slants = ~_among(terrain, doors) & (straight <= turn)
    distances = flood_reference(steps.astype(np.uint8), slants.astype(np.uint8), (row, column))
    return steps.astype(np.uint8), slants.astype(np.uint8), distances, int(np.count_nonzero(distances >= 0))


def frontier_reference(
    terrain: Bytes, seen: Flags, visited: Flags, passed: Flags, shop: Flags, distances: Distances
) -> Flags:
    """Return the squares at a distance above 0, not visited, passed or in a shop, beside one neither known nor seen."""
    hidden = (terrain == 0) & ~seen
    wide = hidden.copy()
    wide[:, 1:] |= hidden[:, :-1]
    wide[:, :-1] |= hidden[:, 1:]
    around = wide.copy()
    around[1:] |= wide[:-1]
    around[:-1] |= wide[1:]
    edge: Flags = around & ~visited & ~passed & (distances > 0) & ~shop
    return edge


def nearest_reference(mask: Flags, distances: Distances) -> int:
    """Return the index of a mask's square with the least distance, the first of equal ones; -1 for an empty mask."""
    where = np.flatnonzero(mask)
    return int(where[np.argmin(distances.ravel()[where])]) if where.size else -1


def box_sum_reference(values: NDArray[np.float64], radius: int) -> NDArray[np.float64]:
    """Return the sum over the box of this radius around each square, float64."""
    size = 2 * radius + 1
    total = np.pad(values, radius + 1).cumsum(0).cumsum(1)
    rows, columns = values.shape
    out: NDArray[np.float64] = (
        total[size : size + rows, size : size + columns]
        - total[:rows, size : size + columns]
        - total[size : size + rows, :columns]
        + total[:rows, :columns]
    )
    return out


def promise_reference(
    terrain: Bytes, searched: NDArray[np.int16], shop: Flags, rooted: Squares, solid: int, corridors: int,
    walkable: int, fade: NDArray[np.float64],
) -> NDArray[np.float64]:  # fmt: skip
    """Return how much a search at each square may find, float64.

    Args:
        terrain: uint8 codes; 0 is unknown.
        searched: How often each square was searched.
        shop: Squares of shops, where nothing is hidden.
        rooted: Squares around which (to two steps) nothing unknown counts.
        solid: The codes behind which a door or passage may be hidden, the likelier the more is unknown around.
        corridors: The codes of squares where the end of a way promises more.
        walkable: The codes of squares where a step may end.
        fade: [searches] float64, what so many searches that found nothing leave of the promise; the last for more.
    """
    unknown = np.zeros(terrain.shape)
    unknown[1:-1, 1:-1] = terrain[1:-1, 1:-1] == 0
    for row, column in rooted:
        unknown[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3] = 0.0
    mass = box_sum_reference(box_sum_reference(unknown, 2), 3)
    faded = fade[np.minimum(searched, len(fade) - 1)]
    prior = np.where(_among(terrain, solid) & ~shop, (mass / 900.0) ** 2 * faded, 0.0)
    around = box_sum_reference(prior, 1)
    ends = _among(terrain, corridors) & (box_sum_reference(_among(terrain, walkable).astype(np.float64), 1) <= 2)
    around[ends] += 3.0 * faded[ends]
    return around


where: Callable[[Flags], Squares] = _native.where if _native else where_reference
find: Callable[[Bytes, int], Squares] = _native.find if _native else find_reference
within: Callable[[Bytes, int, Distances], list[tuple[int, int, int]]] = (
    _native.within if _native else within_reference
)
look_up: Callable[[Bytes, Glyphs], Bytes] = _native.look_up if _native else look_up_reference
cover: Callable[[Bytes, Bytes, int, int, int, int], None] = _native.cover if _native else cover_reference
mark: Callable[[Flags, Flags, Glyphs], None] = _native.mark if _native else mark_reference
notice: Callable[[Glyphs, Bytes, Glyphs, int, int], Squares] = _native.notice if _native else notice_reference
survey: Callable[[Bytes, Turns, Turns, Flags, int, int, int, int, int, Squares], Survey] = (
    _native.survey if _native else survey_reference
)
frontier: Callable[[Bytes, Flags, Flags, Flags, Flags, Distances], Flags] = (
    _native.frontier if _native else frontier_reference
)
nearest: Callable[[Flags, Distances], int] = _native.nearest if _native else nearest_reference
box_sum: Callable[[NDArray[np.float64], int], NDArray[np.float64]] = _native.box_sum if _native else box_sum_reference
promise: Callable[
    [Bytes, NDArray[np.int16], Flags, Squares, int, int, int, NDArray[np.float64]], NDArray[np.float64]
] = _native.promise if _native else promise_reference
