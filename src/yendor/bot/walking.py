"""Walk to a square: one step at a time, through doors, without pacing to and fro."""

import numpy as np
from numpy.typing import NDArray

from yendor.belief import planes
from yendor.belief import terrain as t
from yendor.belief.creatures import Creature
from yendor.belief.level import Square
from yendor.belief.shops import SHOPKEEPER
from yendor.bot.aims import MINES
from yendor.bot.state import State
from yendor.nethack.actions import MOVE
from yendor.skills import commands
from yendor.skills.plan import Plan

_PACING = 5
"""Visits to one square among the last steps that mean we run to and fro."""
_KICKS = 25
_DOOR = 400
"""Zorkmids that a shop's door costs."""
_LOCKED_IN = 400
"""Searches on a square after which a shop's door is kicked, too: a scroll may have brought the hero into it."""


def in_town(state: State) -> bool:
    """Tell whether this is a level of the Mines with doors: the watch of Minetown arrests who breaks one, or robs."""
    terrain = state.level.terrain
    return state.hero.dungeon == MINES and (t.has(terrain, t.CLOSED_DOOR) or t.has(terrain, t.OPEN_DOOR))


def walk(state: State, goal: Square, kind: str, label: str, why: str) -> Plan | None:
    """Return the plan of the next step towards `goal`; None when there is no way or no point.

    Args:
        state: What is known.
        goal: (row, column).
        kind: The kind of goal, for doubts.
        label: Path in the strategy tree.
        why: For a person.
    """
    level = state.level
    if state.doubted(kind, goal):
        return None
    if state.belief.trail.count(state.square) >= _PACING:
        times = level.given_up.get((kind, goal), 0) + 1
        level.given_up[kind, goal] = times
        level.doubt(kind, goal, state.hero.turn + 80 * 2 ** min(times, 5))
        state.belief.trail.clear()
        return None
    step = state.step_to(goal)
    if step is None:
        return None
    target = (state.hero.y + step[0], state.hero.x + step[1])
    if target == goal and any((c.row, c.column) == target and state.spared(c) for c in state.belief.creatures):
        return None
    if level.terrain[state.square] == t.TRAP and any((c.row, c.column) == target for c in _pets(state)):
        return commands.search(1, label, "let the pet go first: to change places would put it into the trap")
    if level.terrain[target] == t.CLOSED_DOOR and target in level.locked:
        locked_in = int(level.searched[t.box(*state.square)].max()) > _LOCKED_IN
        if in_town(state) or (level.shop[t.box(*target)].any() and not locked_in):
            level.blocked[target], level.failures[target] = state.hero.turn + 500, 9
            return None
        if level.kicks.get(target, 0) >= _KICKS:
            level.kicks[target] = 0
            level.blocked[target] = state.hero.turn + 500
            level.failures[target] = 9
        if _keeper_is_away(state, target):
            return commands.search(1, "explore/kick", "let the keeper come: only beside him is a door paid for")
        return commands.kick(step, "explore/kick", "kick the locked door open", (kind, goal))
    if level.terrain[target] == t.CLOSED_DOOR and state.belief.fumbles and 0 in step:
        return commands.open_door(step, label, why, (kind, goal))
    plan = commands.step(step, label, why, (kind, goal))
    lies = level.shown[target] == t.ITEM and (level.shop[target] or _passed_by(state, target, kind, goal))
    return plan._replace(keys=(MOVE, *plan.keys)) if lies else plan  # else it is picked up: wares unpaid, or once more


def _passed_by(state: State, target: Square, kind: str, goal: Square) -> bool:
    """Tell whether what lies on a square was looked at and left, or dropped, and is not what the hero goes for."""
    return target in state.level.left and (kind, goal) != ("item", target)


def _keeper_is_away(state: State, door: Square) -> bool:
    """Tell whether a shop's door could be paid for, but its keeper would sooner be angry (shk.c): he is not beside."""
    if state.hero.gold < _DOOR or not state.level.shop[t.box(*door)].any():
        return False
    beside = any(c.species == SHOPKEEPER and c.distance == 1 for c in state.belief.creatures)
    return not beside and int(state.level.searched[state.square]) < 2 * _LOCKED_IN


def _pets(state: State) -> list[Creature]:
    """List the pets beside the hero: who loses one in a trap by changing places has an angry god (hack.c)."""
    return [c for c in state.belief.creatures if c.kind == "pet" and c.distance == 1]


def step_aside(state: State, fits: NDArray[np.bool_], label: str, why: str) -> Plan | None:
    """Step to the free square beside the hero, of those that fit [21, 79], that the fewest enemies can strike."""
    taken = {(c.row, c.column) for c in state.belief.creatures}
    row, column = state.square
    free = [
        (sum(max(abs(c.row - y), abs(c.column - x)) == 1 for c in state.hostiles(3)), y - row, x - column)
        for y, x in np.argwhere((state.distances == 1) & fits).tolist()
        if (y, x) not in taken
    ]
    return commands.step(min(free)[1:], label, why) if free else None


def nearest(state: State, mask: NDArray[np.bool_], kind: str) -> Square | None:
    """Return the nearest square of a mask that is not doubted; ties go to the first in reading order."""
    distances = state.distances
    first = planes.nearest(mask, distances)
    if first < 0:
        return None
    if not state.doubted(kind, divmod(first, t.COLUMNS)):
        return divmod(first, t.COLUMNS)
    where = np.flatnonzero(mask)
    for index in where[np.argsort(distances.ravel()[where], kind="stable")].tolist():
        square = divmod(index, t.COLUMNS)
        if not state.doubted(kind, square):
            return square
    return None
