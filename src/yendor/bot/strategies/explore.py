"""Explore: gold, frontiers, doors; search for what is hidden; take the stairs when ready."""

import numpy as np
from nle import nethack as nh
from numpy.typing import NDArray

from yendor.bot.state import DOWN, UP, State
from yendor.nethack import actions as a
from yendor.nethack import glyphs as g
from yendor.nethack.bottomline import Hunger
from yendor.skills.plans import Plan, counted, directed, press

_STRAIGHT = ((-1, 0), (0, 1), (1, 0), (0, -1))
_MAX_KICKS = 25


def gold(state: State) -> Plan | None:
    """Walk over gold: it is picked up by itself, and counts."""
    goals = _IS_GOLD[state.level.glyphs]
    if not goals.any():
        return None
    return state.walk_to_nearest(goals, "items/gold", "gold lies there")


_IS_GOLD = np.zeros(g.MAX_GLYPH + 1, bool)
_IS_GOLD[nh.GLYPH_OBJ_OFF + next(i for i in range(nh.NUM_OBJECTS) if nh.OBJ_NAME(nh.objclass(i)) == "gold piece")] = True


def frontier(state: State) -> Plan | None:
    """Walk to the nearest square from which something new may be seen."""
    return state.walk_to_nearest(frontiers(state), "explore/frontier", "the nearest unknown")


def frontiers(state: State) -> NDArray[np.bool_]:
    """Return the unvisited squares next to unseen ones."""
    level = state.level
    walkable = state.map.walkable.astype(bool)
    return walkable & ~level.visited & level.unknown_beside() & (level.terrain != -1)


def doors(state: State) -> Plan | None:
    """Open a closed door by walking into it; kick it when it is locked."""
    level = state.level
    closed = state.places(g.VCDOOR, g.HCDOOR) & (level.locked < 2) & (level.kicks < _MAX_KICKS)
    if not closed.any():
        return None
    beside = np.zeros_like(closed)
    for dy, dx in _STRAIGHT:
        beside |= _shift(closed, dy, dx)
    y, x = state.at
    if beside[y, x]:
        for dy, dx in _STRAIGHT:
            ny, nx = y + dy, x + dx
            if 0 <= ny < closed.shape[0] and 0 <= nx < closed.shape[1] and closed[ny, nx]:
                direction = a.DIRECTIONS[dy, dx]
                if level.locked[ny, nx]:
                    return directed(a.KICK, direction, "explore/kick", "the door is locked: kicking it", (ny, nx))
                return press(direction, "explore/door", "opening the door", (ny, nx))
    return state.walk_to_nearest(beside, "explore/door", "a closed door is there")


def _shift(mask: NDArray[np.bool_], dy: int, dx: int) -> NDArray[np.bool_]:
    out = np.zeros_like(mask)
    rows, columns = mask.shape
    out[max(dy, 0) : rows + min(dy, 0), max(dx, 0) : columns + min(dx, 0)] = mask[
        max(-dy, 0) : rows + min(-dy, 0), max(-dx, 0) : columns + min(-dx, 0)
    ]
    return out


def wanted_depth(state: State) -> int:
    """How deep a hero of this experience should be."""
    hero = state.hero
    by_level = (0, 1, 2, 2, 3, 4, 4, 5, 6, 8, 10, 12)
    depth = by_level[min(hero.xl, len(by_level) - 1)]
    if hero.hunger >= Hunger.WEAK:
        depth += 3
    return depth + hero.turn // 4000


def descend(state: State) -> Plan | None:
    """Take the stairs down when ready for what lies below."""
    if state.hero.depth >= wanted_depth(state):
        return None
    if state.health < 0.6:
        return None
    return take_stairs(state, "the next level")


def take_stairs(state: State, why: str) -> Plan | None:
    """Walk to the stairs down and take them."""
    if int(state.level.terrain[state.at]) in DOWN:
        return press(a.DOWN, "descend", f"down to {why}")
    return state.walk_to_nearest(state.places(*DOWN), "descend", f"to the stairs, for {why}")


def ascend(state: State) -> Plan | None:
    """Climb back when much too deep for this experience."""
    if state.hero.depth <= wanted_depth(state) + 2 or state.hero.depth == 1:
        return None
    if int(state.level.terrain[state.at]) in UP:
        return press(a.UP, "explore/ascend", "too deep for this hero")
    return state.walk_to_nearest(state.places(*UP), "explore/ascend", "too deep: to the stairs up")


def search(state: State) -> Plan | None:
    """Search for hidden doors and passages where they are likely."""
    spot = _search_spot(state)
    if spot is None:
        return None
    if spot == state.at:
        return counted(15, a.SEARCH, "explore/search", "something may be hidden here", spot)
    return state.walk(spot, "explore/search", "to a likely hiding place")


def _search_spot(state: State) -> tuple[int, int] | None:
    level, reach = state.level, state.reach
    walkable = state.map.walkable.astype(bool) & (reach >= 0)
    walkable[state.at] = True
    neighbours = level.walkable_neighbours()
    corridor = state.places(g.CORRIDOR, g.LIT_CORRIDOR, g.DOORLESS, g.VODOOR, g.HODOOR)
    dead_end = corridor & (neighbours <= 1)
    at_wall = (neighbours < 8) & state.places(g.ROOM, g.DARKROOM)
    candidates = walkable & (dead_end | at_wall | level.unknown_beside())
    if not candidates.any():
        return None
    cost = level.searched.astype(np.int32) * 2 + np.maximum(reach, 0) - dead_end * 60
    here = np.where(candidates, cost, np.iinfo(np.int32).max)
    # A search covers all neighbours, so stay where the last one was until it has had its turns.
    if candidates[state.at] and level.searched[state.at] % 15 and state.belief.keys[-1:] == [a.SEARCH]:
        return state.at
    best = int(np.argmin(here))
    return best // here.shape[1], best % here.shape[1]


def hunt(state: State) -> Plan | None:
    """Wait for monsters to come, next to the stairs."""
    if int(state.level.terrain[state.at]) in UP + DOWN:
        return counted(20, a.SEARCH, "wait/hunt", "waiting for something to fight, on the stairs")
    stairs = state.places(*UP, *DOWN)
    plan = state.walk_to_nearest(stairs, "wait/hunt", "to the stairs, to wait for something to fight")
    return plan


def hunt_or_search(state: State) -> Plan | None:
    """With nothing left to explore: find the way down, or wait for something to fight."""
    if state.hero.depth < wanted_depth(state) or not state.places(*DOWN).any():
        return search(state)
    return hunt(state)
