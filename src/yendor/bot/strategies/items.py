"""Pick up food, armour, missiles and what autopickup takes; wear what is better than nothing."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from yendor.belief import terrain as t
from yendor.bot import gear
from yendor.bot.sokoban.level import in_sokoban
from yendor.bot.state import State
from yendor.bot.strategies.survive import can_write
from yendor.bot.walking import walk
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition, Hunger
from yendor.skills import commands
from yendor.skills.plan import Plan

_FAR = 40
_AGAIN = 300
"""Turns after which a thing that could not be put on is tried again: something may have come in between."""
_HARDY = 20
"""Hit points with which the worst of the unknown scrolls is survived."""
_HOME = 4
"""Depth to which unknown things are tried."""
_GOOD_SCROLLS = ("scroll of enchant armor", "scrolls of enchant armor", "scroll of enchant weapon",
                 "scrolls of enchant weapon", "scroll of remove curse", "scrolls of remove curse")  # fmt: skip


def propose(state: State) -> Plan | None:
    """Wear, pick up here, or walk to the nearest wanted thing."""
    if state.hostiles(6) or state.hero.turn < state.belief.handless:
        return None
    return _wear(state) or _read(state) or _try_wand(state) or _take(state) or _fetch(state)


def _wear(state: State) -> Plan | None:
    lately = {key for key, turn in state.belief.refused.items() if state.hero.turn - turn < _AGAIN}
    item = gear.to_wear(state.belief.inventory, state.belief.role, lately)
    if item is None:
        return None
    return commands.wear(item.letter, f"put on {item.name}")


def _read(state: State) -> Plan | None:
    """Read scrolls that nobody knows, and those that mend armour, at leisure: most help, few harm."""
    if not _at_leisure(state) or state.hero.condition & Condition.CONFUSED:
        return None
    for item in state.belief.inventory:
        unknown = (item.name.startswith("scroll") and " labeled " in item.name) or item.name.startswith("unlabeled")
        tried = (item.letter, item.name) in state.belief.tried or "unpaid" in item.state
        if item.kind == it.SCROLL and (unknown or item.name in _GOOD_SCROLLS) and not tried:
            return commands.read(item.letter, f"read {item.name}")
    return None


def _try_wand(state: State) -> Plan | None:
    """Write with an unknown wand: the engraving tells most of the useful kinds (engrave.c)."""
    if not _at_leisure(state) or not can_write(state):
        return None
    for item in state.belief.inventory:
        known = item.name.startswith("wand of ") or (item.letter, item.name) in state.belief.tried
        if item.kind == it.WAND and not known and "unpaid" not in item.state:
            return commands.engrave(item.letter, f"write with the {item.name}, to see what it is")
    return None


def _at_leisure(state: State) -> bool:
    hero = state.hero
    calm = not state.hostiles() and state.hp_share > 0.8 and hero.hp > _HARDY and not hero.condition & Condition.BLIND
    if in_sokoban(state) or state.level.shop[state.square]:
        return False  # a scroll of earth would wall the hero in
    return calm and hero.depth <= _HOME and hero.hunger < Hunger.WEAK


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
