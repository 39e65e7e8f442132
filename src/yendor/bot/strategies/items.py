"""Pick up food, armour, missiles and what autopickup takes; wear what is better than nothing."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from yendor.belief import terrain as t
from yendor.bot import gear
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack import items as it
from yendor.skills import commands
from yendor.skills.plan import Plan

_FAR = 40


def propose(state: State) -> Plan | None:
    """Wear, pick up here, or walk to the nearest wanted thing."""
    if state.hostiles(6):
        return None
    return _wear(state) or _take(state) or _fetch(state)


def _wear(state: State) -> Plan | None:
    item = gear.to_wear(state.belief.inventory, state.belief.role)
    if item is None or item.letter in state.belief.refused:
        return None
    return commands.wear(item.letter, f"put on {item.name}")


@lru_cache(maxsize=512)
def _tables(inventory: tuple[it.Item, ...], role: str) -> tuple[frozenset[int], NDArray[np.bool_]]:
    wanted = gear.wanted(inventory, role)
    return wanted, gear.glyph_table(wanted)


def _take(state: State) -> Plan | None:
    """Pick up here, once for each sight of the thing."""
    level, square = state.level, state.square
    glyph = level.things.get(square)
    if glyph is None or square in level.left or level.shop[square]:
        return None
    _, table = _tables(state.belief.inventory, state.belief.role)
    if not table[glyph]:
        return None
    return commands.pick_up("pick up what lies here")


def _fetch(state: State) -> Plan | None:
    level = state.level
    things = (level.shown == t.ITEM) & ~level.shop
    if not things.any():
        return None
    _, table = _tables(state.belief.inventory, state.belief.role)
    things &= table[state.belief.glyphs]
    for square in level.left:
        things[square] = False
    distances = state.distances
    found = np.argwhere(things & (distances > 0) & (distances < _FAR))
    for _, r, c in sorted((int(distances[r, c]), r, c) for r, c in found.tolist()):
        plan = walk(state, (r, c), "item", "items/pickup", "go to what lies there")
        if plan:
            return plan
    return None
