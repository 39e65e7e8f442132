"""Sokoban's eight maps, their rules, and a solution of each.

The table is `tables/sokoban.json`: maps from NetHack's `sokoban.des` by `tools/make_sokoban.py`, solutions by
`tools/solve_sokoban.py`. Squares are (row, column) on the map's own drawing; the game places the drawing somewhere on
the level.

The rules (hack.c, moverock and test_move): boulders are pushed straight, never diagonally; nobody squeezes diagonally
between two squares that are each a boulder or rock; a boulder pushed into a pit or hole fills it and is gone.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import NamedTuple

Square = tuple[int, int]
STEPS: dict[str, Square] = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
"""Offsets of the four directions of a push."""


class Push(NamedTuple):
    """A boulder's square, the direction it is pushed in, and how many squares far."""

    square: Square
    direction: str
    times: int


class Position(NamedTuple):
    """Where the boulders lie and which traps are open."""

    boulders: frozenset[Square]
    traps: frozenset[Square]


@dataclass(frozen=True, eq=False)
class Map:
    """One of the eight maps.

    Attributes:
        name: NetHack's name: `soko4-1` is a variant of the entry level, `soko1-1` one of the top level.
        rows: The drawing; ` ` is rock, `.` floor, `+` a door, anything else wall.
        start: Boulders and traps at the beginning.
        up: Stairs up; None on the top level.
        down: Stairs down, where the hero arrives.
        doors: Closed or locked doors.
        prizes: Closets, one of which holds the prize; on the top level only.
        solution: Pushes that fill all traps.
    """

    name: str
    rows: tuple[str, ...]
    start: Position
    up: Square | None
    down: Square
    doors: frozenset[Square]
    prizes: tuple[Square, ...]
    solution: tuple[Push, ...]

    @cached_property
    def floor(self) -> frozenset[Square]:
        """All squares that are neither wall nor rock, doors included."""
        return frozenset((r, c) for r, row in enumerate(self.rows) for c, what in enumerate(row) if what in ".+")


@cache
def maps() -> tuple[Map, ...]:
    """Return the eight maps, the entry level's variants first."""
    table = json.loads((files("yendor.nethack") / "tables" / "sokoban.json").read_text())
    return tuple(
        Map(
            name=row["name"],
            rows=tuple(row["rows"]),
            start=Position(_squares(row["boulders"]), _squares(row["traps"])),
            up=(row["up"][0], row["up"][1]) if row["up"] else None,
            down=(row["down"][0], row["down"][1]),
            doors=_squares(row["doors"]),
            prizes=tuple(sorted(_squares(row["prizes"]))),
            solution=tuple(Push((r, c), direction, times) for r, c, direction, times in row["solution"]),
        )
        for row in table["maps"]
    )


def _squares(pairs: list[list[int]]) -> frozenset[Square]:
    return frozenset((r, c) for r, c in pairs)


def beside(square: Square, direction: str, steps: int = 1) -> Square:
    """Return the square some steps away in a direction."""
    dr, dc = STEPS[direction]
    return square[0] + steps * dr, square[1] + steps * dc


def single_pushes(pushes: tuple[Push, ...]) -> Iterator[tuple[Square, str]]:
    """Spell a list of pushes out, one square each: the boulder's square and the direction."""
    for push in pushes:
        for step in range(push.times):
            yield beside(push.square, push.direction, step), push.direction


def after(position: Position, square: Square, direction: str) -> Position:
    """Return the position after a boulder was pushed by one square: onto floor, or into a trap that it fills."""
    goal = beside(square, direction)
    boulders = position.boulders - {square}
    if goal in position.traps:
        return Position(boulders, position.traps - {goal})
    return Position(boulders | {goal}, position.traps)
