"""Whether the hero is in Sokoban, whether the level is solved, and what would break its boulders."""

from yendor.belief import terrain as t
from yendor.belief.level import Square
from yendor.bot.aims import SOKOBAN
from yendor.bot.sokoban.progress import next_task
from yendor.bot.sokoban.sight import look
from yendor.bot.state import State

_BOLT = 13
"""Squares that a bolt flies at most."""


def in_sokoban(state: State) -> bool:
    """Tell whether the hero is in Sokoban."""
    return state.hero.dungeon == SOKOBAN


def solved(state: State) -> bool:
    """Tell whether this is a level of Sokoban with all its traps filled."""
    sight = look(state.level, state.square) if in_sokoban(state) else None
    return sight is not None and not next_task(sight).position.traps


def breaks_boulders(state: State, offset: Square) -> bool:
    """Tell whether force bolt or a wand of striking in a direction would break a boulder of an unsolved level.

    Each costs luck, and there are few to spare. The bolt flies 13 squares at most (bhit in zap.c).
    """
    if not in_sokoban(state) or solved(state):
        return False
    row, column = state.square
    for _ in range(_BOLT):
        row, column = row + offset[0], column + offset[1]
        if not (0 <= row < t.ROWS and 0 <= column < t.COLUMNS) or state.level.terrain[row, column] == t.WALL:
            return False
        if state.level.shown[row, column] == t.BOULDER:
            return True
    return False
