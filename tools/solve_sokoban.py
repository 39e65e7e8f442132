"""Solve Sokoban's eight maps and write the solutions into src/yendor/nethack/tables/sokoban.json.

    python tools/solve_sokoban.py            # all maps: a minute or two on one core
    python tools/solve_sokoban.py soko1-2    # one of them

A best-first search by f = (preparing pushes) + 3 * (open traps). Each position is first closed under the fills that
need no other boulder moved, which are always safe (see `yendor.bot.sokoban.board`), so that the search is only over
the few pushes that make the next fill possible. No map needs hints.
"""

import heapq
import json
import sys
import time
from pathlib import Path

from make_sokoban import TABLE, dump

from yendor.bot.sokoban.board import Board, Move, Node, shift
from yendor.nethack.sokoban import maps

TRAP_COST = 3
"""Pushes that one open trap is worth: more is greedier."""


def close(board: Board, node: Node) -> tuple[list[Move], Node]:
    """Make all fills that need no other boulder moved."""
    made: list[Move] = []
    while node.traps and (way := board.fill(node)):
        made += way
        node = board.filled(node, way)
    return made, node


def solve(board: Board, start: Node, seconds: float = 600.0) -> list[Move] | None:
    """Return pushes by one square each that fill all traps; None when none were found in time."""
    made, node = close(board, start)
    best = {node.key: 0}
    back: dict[tuple[int, int, int], tuple[tuple[int, int, int] | None, list[Move]]] = {node.key: (None, made)}
    heap = [(TRAP_COST * node.traps.bit_count(), 0, 0, node)]
    end = time.monotonic() + seconds
    order = 0
    while heap and time.monotonic() < end:
        _, _, spent, node = heapq.heappop(heap)
        if spent > best[node.key]:
            continue
        if not node.traps:
            at: tuple[int, int, int] | None = node.key
            moves: list[Move] = []
            while at is not None:
                at, made = back[at]
                moves = made + moves
            return moves
        for move, pushed in board.pushes(node):
            if best.get(pushed.key, spent + 2) <= spent + 1:
                continue
            best[pushed.key] = spent + 1
            if board.lost(pushed):
                continue
            made, after = close(board, pushed)
            if made and best.get(after.key, spent + 2) <= spent + 1:
                continue
            best[after.key] = spent + 1
            back[after.key] = node.key, [move, *made]
            order -= 1  # of equals, the latest first
            heapq.heappush(heap, (spent + 1 + TRAP_COST * after.traps.bit_count(), order, spent + 1, after))
    return None


def spell(board: Board, moves: list[Move]) -> list[list[int | str]]:
    """Write moves as [row, column, direction, count], pushes of one boulder in one direction joined."""
    pushes: list[list[int | str]] = []
    expected = None
    for bit, direction in moves:
        if expected == (bit, direction):
            pushes[-1][3] = int(pushes[-1][3]) + 1
        else:
            pushes.append([*board.square(bit), direction, 1])
        expected = (shift(bit, board.offsets[direction]), direction)
    return pushes


def main(names: list[str]) -> None:
    """Solve, and write the table."""
    table = json.loads(Path(TABLE).read_text())
    for level, row in zip(maps(), table["maps"], strict=True):
        if names and level.name not in names:
            continue
        began = time.monotonic()
        board = Board(level)
        moves = solve(board, board.node(level.start, level.down))
        row["solution"] = spell(board, moves) if moves else []
        print(f"{level.name}: {len(moves or [])} pushes in {time.monotonic() - began:.1f} s", flush=True)
    Path(TABLE).write_text(dump(table["maps"]))


if __name__ == "__main__":
    main(sys.argv[1:])
