"""Sokoban's moves on bit sets: pushes, fills, and positions that are lost.

NetHack's Sokoban differs from the ordinary one: the goals are traps that swallow boulders, there are more boulders
than traps, and the traps lie in a row, so that they fill in a given order. Two observations make searches small:

* A fill is always safe. When one boulder can be pushed into a trap while all others stay, doing it at once loses
  nothing: it leaves one boulder and one trap less, and more room (a goal macro in the sense of Junghanns and
  Schaeffer, Artificial Intelligence 129, 2001).
* A position is lost only when fewer live boulders than open traps are left. A boulder is dead where no pushes, with
  all others away, bring it to a trap, or where it is frozen: blocked along both axes by walls and frozen boulders.

Squares are bits of one integer. The hero is assumed to walk straight only: that loses nothing but ways past open
traps, since a diagonal step needs one free square beside it.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from yendor.nethack.sokoban import STEPS, Map, Position, Square

Move = tuple[int, str]
"""A boulder's square (one bit) and the direction of a push by one square."""


class Node(NamedTuple):
    """A position: bit sets of the boulders, the open traps and the squares the hero reaches."""

    boulders: int
    traps: int
    reach: int

    @property
    def key(self) -> tuple[int, int, int]:
        """What tells positions apart."""
        return self.boulders, self.traps, self.reach & -self.reach


def bits(squares: int) -> Iterator[int]:
    """Go through the single bits of a set."""
    while squares:
        low = squares & -squares
        yield low
        squares ^= low


def shift(squares: int, by: int) -> int:
    """Move a set of squares."""
    return squares << by if by > 0 else squares >> -by


class Board:
    """A map as bit sets, with the moves on it."""

    def __init__(self, level: Map) -> None:
        self.width = max(map(len, level.rows)) + 2
        self.offsets = {d: dr * self.width + dc for d, (dr, dc) in STEPS.items()}
        floor = sum(self.bit((r, c)) for r, row in enumerate(level.rows) for c, what in enumerate(row) if what == ".")
        self.floor = self.flood(self.bit(level.down), floor)
        self._live: dict[int, int] = {}

    def bit(self, square: Square) -> int:
        """Return the bit of a square; a margin keeps shifts from wrapping round."""
        return 1 << ((square[0] + 1) * self.width + square[1] + 1)

    def square(self, bit: int) -> Square:
        """Return the square of a bit."""
        row, column = divmod(bit.bit_length() - 1, self.width)
        return row - 1, column - 1

    def node(self, position: Position, hero: Square) -> Node:
        """Return a position as bit sets. Boulders beyond a door are left out."""
        boulders = sum(map(self.bit, position.boulders)) & self.floor
        traps = sum(map(self.bit, position.traps))
        return Node(boulders, traps, self.flood(self.bit(hero), self.floor & ~boulders & ~traps))

    def flood(self, start: int, free: int) -> int:
        """Return all that is reached from `start` over free squares by straight steps."""
        reach = start
        while True:
            wider = reach << 1 | reach >> 1 | reach << self.width | reach >> self.width
            wider = reach | wider & free
            if wider == reach:
                return reach
            reach = wider

    def pushes(self, node: Node) -> Iterator[tuple[Move, Node]]:
        """List the pushes by one square that end on the floor, with what they lead to."""
        boulders, traps, reach = node
        for direction, by in self.offsets.items():
            for b in bits(boulders & shift(reach, by) & shift(self.floor & ~boulders & ~traps, -by)):
                moved = boulders ^ b | shift(b, by)
                yield (b, direction), Node(moved, traps, self.flood(b, self.floor & ~moved & ~traps))

    def fill(self, node: Node) -> list[Move] | None:
        """Return the shortest pushes of one boulder, all others in place, into a trap; None without any."""
        ways = (self.way(b, node, node.traps) for b in bits(self._near(node)))
        return min((way for way in ways if way), key=len, default=None)

    def filled(self, node: Node, way: list[Move]) -> Node:
        """Return the position after a fill."""
        last, direction = way[-1]
        boulders = node.boulders ^ way[0][0]
        traps = node.traps & ~shift(last, self.offsets[direction])
        return Node(boulders, traps, self.flood(last, self.floor & ~boulders & ~traps))

    def way(self, boulder: int, node: Node, goals: int) -> list[Move] | None:
        """Return the shortest pushes of one boulder, all others in place, to a goal; None without any."""
        free = self.floor & ~(node.boulders ^ boulder)
        start = boulder, node.reach
        back: dict[tuple[int, int], tuple[tuple[int, int], Move] | None] = {start: None}
        queue = deque([start])
        while queue:
            state = queue.popleft()
            at, reach = state
            for direction, by in self.offsets.items():
                goal = shift(at, by)
                if not (shift(at, -by) & reach and goal & free):
                    continue
                if goal & goals:
                    return [*_trace(back, state), (at, direction)]
                if goal & node.traps:
                    continue
                after = goal, self.flood(at, free & ~goal & ~node.traps)
                if after not in back:
                    back[after] = state, (at, direction)
                    queue.append(after)
        return None

    def lost(self, node: Node) -> bool:
        """Tell whether too few boulders are left to fill the traps."""
        live = node.boulders & self._live_squares(node.traps)
        return sum(not self._frozen(b, node.boulders) for b in bits(live)) < node.traps.bit_count()

    def _live_squares(self, traps: int) -> int:
        """Return the squares from which a boulder that is alone can be pushed into a trap."""
        if traps not in self._live:
            live = new = traps
            while new:
                new = self._pulled(new, traps) & self.floor & ~live
                live |= new
            self._live[traps] = live
        return self._live[traps]

    def _near(self, node: Node) -> int:
        """Return the boulders that may have a way into a trap: whatever the hero can reach."""
        zone = new = node.traps
        found = 0
        while new:
            pulled = self._pulled(new, node.traps)
            found |= pulled & node.boulders
            new = pulled & self.floor & ~node.boulders & ~zone
            zone |= new
        return found

    def _pulled(self, squares: int, traps: int) -> int:
        """Return from where a boulder is pushed onto one of the squares, the hero standing on the floor."""
        out = 0
        for by in self.offsets.values():
            out |= shift(squares, -by) & shift(self.floor & ~traps, by)
        return out

    def _frozen(self, boulder: int, boulders: int, fixed: int = 0) -> bool:
        """Tell whether a boulder can never be moved again; those in `fixed` count as walls."""
        for by in (1, self.width):
            sides = boulder << by, boulder >> by
            if not all(side & self.floor for side in sides) or any(side & fixed for side in sides):
                continue
            if not any(side & boulders and self._frozen(side, boulders, fixed | boulder) for side in sides):
                return False
        return True


def _trace(back: dict[tuple[int, int], tuple[tuple[int, int], Move] | None], state: tuple[int, int]) -> list[Move]:
    made: list[Move] = []
    while (step := back[state]) is not None:
        state, move = step
        made.append(move)
    return made[::-1]
