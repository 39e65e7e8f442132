"""How far a map's solution has got, read off the boulders; and the next push, on the solution or back to it.

Nothing is remembered: the positions along the solution are compared with what is seen, so that a fight, a fall or a
game resumed in the middle changes nothing.
"""

from collections import deque
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from yendor.bot.sokoban.board import Board, Move, Node
from yendor.bot.sokoban.routes import distances
from yendor.bot.sokoban.sight import Mask, Sight, mask, squares
from yendor.nethack.sokoban import Map, Position, Square, after, beside, maps, single_pushes

_NODES = 1500
"""Positions to look at when the boulders lie as they never do on the solution."""
MIMICS = 3
"""Mimics that may pose as boulders at once: the top level has two from the start (sokoban.des), others come."""


class Script(NamedTuple):
    """A solution spelled out.

    Attributes:
        pushes: N pushes by one square: the boulder's square and the direction.
        boulders: [N + 1, rows, columns] bool: where they lie before each push, and at the end.
        traps: [N + 1, rows, columns] bool: those still open.
        ways: [N, rows, columns] bool: the squares that the hero and the boulder enter with each push.
    """

    pushes: tuple[tuple[Square, str], ...]
    boulders: Mask
    traps: Mask
    ways: Mask


class Task(NamedTuple):
    """What to do next.

    Attributes:
        position: Where the boulders are believed to lie.
        boulder: The boulder to push; None when no push is known.
        direction: Where to push it.
        mimics: What looks like a boulder and is none on the solution.
        hindering: Those of them whose square the solution will use.
    """

    position: Position
    boulder: Square | None = None
    direction: str = ""
    mimics: frozenset[Square] = frozenset()
    hindering: frozenset[Square] = frozenset()

    @property
    def stand(self) -> Square | None:
        """The square to push from."""
        return beside(self.boulder, self.direction, -1) if self.boulder else None


class Apart(NamedTuple):
    """How what is seen differs from the solution.

    Attributes:
        steps: Numbers of pushes made after which it differs least.
        wrong: In how many squares it differs then.
        missing: [N + 1, rows, columns] bool: boulders that ought to be there and are not.
        extra: [N + 1, rows, columns] bool: boulders that ought not to be there.
        traps: [N + 1, rows, columns] bool: traps that ought to be closed and are open, or the other way round.
    """

    steps: list[int]
    wrong: int
    missing: Mask
    extra: Mask
    traps: Mask

    @staticmethod
    def of(sight: Sight, told: Script) -> "Apart":
        """Compare; where a creature hides the square, any boulder may be.

        A thing on top says that there is none, unless it is a boulder seen in hallucination; the hero
        stands on one after squeezing onto it, which is more likely than a boulder under a monster.
        """
        absent = told.boulders & ~sight.boulders
        covered = sight.taken | sight.things
        missing, extra = absent & ~covered, sight.boulders & ~told.boulders
        traps = (told.traps ^ sight.traps) & ~covered & ~sight.boulders
        wrong = (missing | extra | traps).sum((1, 2))
        blame = wrong * 10_000 + (absent & sight.things).sum((1, 2)) * 100 + (absent & sight.taken).sum((1, 2)) * 2
        blame -= (absent & mask(sight.map, frozenset({sight.hero}))).sum((1, 2))
        steps = np.flatnonzero(blame == blame.min()).tolist()
        return Apart(steps, int(wrong[steps[0]]), missing, extra, traps)


@cache
def script(name: str) -> Script:
    """Return the solution of a map."""
    level = next(level for level in maps() if level.name == name)
    positions = [level.start]
    pushes = tuple(single_pushes(level.solution))
    for square, direction in pushes:
        positions.append(after(positions[-1], square, direction))
    return Script(
        pushes,
        np.stack([mask(level, position.boulders) for position in positions]),
        np.stack([mask(level, position.traps) for position in positions]),
        np.stack([mask(level, frozenset({beside(s, d, -1), s, beside(s, d)})) for s, d in pushes]),
    )


def next_task(sight: Sight, real: frozenset[Square] = frozenset()) -> Task:
    """Return the next push.

    Args:
        sight: What is seen.
        real: Squares of boulders that are known to be no mimics.
    """
    told = script(sight.map.name)
    apart = Apart.of(sight, told)
    return _on_script(sight, told, apart, real) or _off_script(sight, told, apart)


def _on_script(sight: Sight, told: Script, apart: Apart, real: frozenset[Square]) -> Task | None:
    """Return the next push of the solution; None when the boulders lie otherwise, or the push is out of reach.

    Boulders too many are taken for mimics, or for boulders on top of a pit in which somebody sits. Where it is not
    clear which of them it is, the earliest reading is tried first: it lets the hero strike what is in the way. A
    position may come twice, with the hero elsewhere: the last one whose push is within reach is meant.
    """
    readings: dict[frozenset[Square], list[Task]] = {}
    for step in apart.steps:
        mimics = squares(apart.extra[step])
        if apart.missing[step].any() or apart.traps[step].any() or mimics & real or len(mimics) > MIMICS:
            continue
        position = Position(squares(told.boulders[step]) | mimics, squares(told.traps[step]))
        if step == len(told.pushes):
            return Task(position, mimics=mimics)
        used = np.asarray(told.ways[step:].any(0))
        hindering = frozenset(square for square in mimics if used[square])
        readings.setdefault(mimics, []).append(Task(position, *told.pushes[step], mimics, hindering))
    for tasks in readings.values():
        reach = distances(sight.map, tasks[0].position, sight.hero)
        for task in reversed(tasks):
            if task.stand in reach:
                return task
    return next((tasks[-1] for mimics, tasks in readings.items() if mimics), None)


def _off_script(sight: Sight, told: Script, apart: Apart) -> Task:
    """Put the one boulder back that lies otherwise, or look for the next fill from here."""
    step = apart.steps[-1]
    more, less = squares(apart.extra[step]), squares(apart.missing[step])
    hidden = told.boulders[step] & (sight.taken | sight.things)
    traps = squares(sight.traps | told.traps[step] & (sight.taken | sight.things))
    position = Position(squares(sight.boulders | hidden), traps)
    if len(more) == len(less) == 1 and not apart.traps[step].any():
        move = _put_back(sight.map, position, sight.hero, next(iter(more)), next(iter(less)))
        if move:
            return Task(position, *move)
    return Task(position, *_search(sight.map, position, _corner(sight, position)))


def _corner(sight: Sight, position: Position) -> Square:
    """Return one square that stands for all that the hero reaches, so that walking does not repeat a search."""
    return min(distances(sight.map, position, sight.hero))


@cache
def _board(name: str) -> Board:
    return Board(next(level for level in maps() if level.name == name))


def _square_of(level: Map, move: Move) -> tuple[Square, str]:
    return _board(level.name).square(move[0]), move[1]


@lru_cache(maxsize=256)
def _put_back(level: Map, position: Position, hero: Square, boulder: Square, goal: Square) -> tuple[Square, str] | None:
    """Return the first push that brings one boulder back to where the solution has it."""
    board = _board(level.name)
    way = board.way(board.bit(boulder), board.node(position, hero), board.bit(goal))
    return _square_of(level, way[0]) if way else None


@lru_cache(maxsize=256)
def _search(level: Map, position: Position, hero: Square) -> tuple[Square, str] | tuple[None, str]:
    """Return the first of the fewest pushes after which a trap can be filled, with boulders left for the others."""
    board = _board(level.name)
    start = board.node(position, hero)
    if board.lost(start):
        return None, ""
    if way := board.fill(start):
        return _square_of(level, way[0])
    queue: deque[tuple[Node, Move | None]] = deque([(start, None)])
    seen = {start.key}
    while queue and len(seen) < _NODES:
        node, first = queue.popleft()
        for move, pushed in board.pushes(node):
            if pushed.key in seen or board.lost(pushed):
                continue
            seen.add(pushed.key)
            if board.fill(pushed):
                return _square_of(level, first or move)
            queue.append((pushed, first or move))
    return None, ""
