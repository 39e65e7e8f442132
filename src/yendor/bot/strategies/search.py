"""Search for what is hidden: doors, passages, stairs under things, and the way out of a closed shop."""

import numpy as np
from numpy.typing import NDArray

from yendor.belief import planes
from yendor.belief import terrain as t
from yendor.bot.aims import digger, drill
from yendor.bot.combat.missiles import unblock
from yendor.bot.state import State
from yendor.bot.strategies.eyes import drive_off
from yendor.bot.walking import nearest, walk
from yendor.skills import commands
from yendor.skills.plan import Plan

_VAULT, _GLANCE = 9, 5
"""Squares within reach, at most, of a hero in a vault, and searches on one of them before it digs."""
RELUCTANT = 60
"""Searches on a square after which a hero who is walled in there steps on traps, or digs."""
_ENOUGH = 300
"""Searches of a square after which more do not make it less promising."""
_FADE = np.float64(0.86) ** np.arange(_ENOUGH + 1)
_SOLID, _CORRIDOR = planes.codes((t.WALL, t.UNKNOWN)), planes.codes((t.CORRIDOR,))
SMALL = 220
"""Squares within reach below which much of a level must be hidden: most have 300 to 450."""


def search(state: State) -> Plan:
    """Search where that promises most; first clear the way of what must not be touched."""
    free = drive_off(state) or unblock(state) or _look_under(state) or _out_of_the_vault(state)
    if free:
        return free
    level = state.level
    if level.shop[state.square] and state.reach < SMALL:
        if out := _out_of_the_shop(state):
            return out
        level.open_shop()  # teleported into a closed one: the only way out is its door
    distances = state.distances
    value = search_value(state)
    value = np.where(distances >= 0, value / (distances + 8.0), 0.0)
    for (kind, goal), until in level.doubts.items():
        if kind == "search" and until > state.hero.turn:
            value[goal] = 0.0
    best = int(np.argmax(value))
    square = divmod(best, t.COLUMNS)
    if state.square == square or value.flat[best] <= 0:
        return commands.search(8, "explore/search", "search for what is hidden")
    plan = walk(state, square, "search", "explore/search", f"go and search at {square}")
    return plan or commands.search(8, "explore/search", "search for what is hidden")


def _through_the_floor(state: State, why: str) -> Plan | None:
    """Zap a hole, or dig one, whatever the hero has."""
    if wand := drill(state.belief):
        return commands.zap_down(wand.letter, why)
    tool = digger(state.belief)
    return commands.dig_down(tool.letter, why) if tool else None


def _out_of_the_vault(state: State) -> Plan | None:
    """Leave a closed vault through the floor: it has no door, and who can dig sends its guard away."""
    level, square = state.level, state.square
    if state.reach > _VAULT or level.searched[square] < _GLANCE or square in level.hard:
        return None
    walled_in = bool((level.terrain[state.distances >= 0] == t.FLOOR).all()) and not level.shop[t.box(*square)].any()
    return _through_the_floor(state, "out of a vault through the floor") if walled_in else None


def _out_of_the_shop(state: State) -> Plan | None:
    """Leave a closed shop through the floor: who owes nothing may (shk.c); a broken door angers its keeper.

    What lies where the hole is falls, too, and is then stolen; the row inside the door holds no goods.
    """
    level, dig = state.level, _through_the_floor(state, "out of a closed shop through the floor")
    if dig is None or level.searched[level.shop].max() < RELUCTANT or state.belief.debt:
        return None
    bare = level.shop & (level.shown != t.ITEM) & (level.terrain == t.FLOOR)
    for square in (*level.goods, *level.things):
        bare[square] = False
    if bare[state.square]:
        return dig
    goal = nearest(state, bare & (state.distances > 0), "bare")
    return walk(state, goal, "bare", "explore/travel", "to where a hole takes no goods along") if goal else None


def _look_under(state: State) -> Plan | None:
    """Step onto things not stepped on yet: they may cover stairs, and only who stands there is told."""
    covered = (state.level.shown == t.ITEM) & ~state.level.visited & ~state.level.shop & (state.distances > 0)
    goal = nearest(state, covered, "under")
    return walk(state, goal, "under", "explore/search", "see whether it covers stairs") if goal else None


def search_value(state: State) -> NDArray[np.float64]:
    """Return how much a search at each square may find.  [21, 79] float.

    A wall or rock square hides a door or passage with a prior that grows with the unknown area behind
    it; each search that found nothing leaves 6/7 of it.
    """
    level = state.level
    rooted = list(level.rooted)  # nobody searches well beside what must not be touched
    return planes.promise(level.terrain, level.searched, level.shop, rooted, _SOLID, _CORRIDOR, t.WALKABLES, _FADE)
