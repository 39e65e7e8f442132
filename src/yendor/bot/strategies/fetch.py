"""Go for things that lie about, look into heaps, and pick up what is wanted."""

import re

import numpy as np
from nle import nethack as nh
from numpy.typing import NDArray

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.bot import arms, gear
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.skills import commands
from yendor.skills.plan import Plan

_FAR = 40
_CLOSE = 10
"""Steps to what fell off that are walked first of all."""
_CHAINED = frozenset(nh.GLYPH_OBJ_OFF + arms.KINDS[name] for name in ("heavy iron ball", "iron chain"))
"""What follows the punished, as it looks on the map: wherever the two come to lie, there seems to be a new heap."""
_SINGLE = re.compile(r"You see here ((?:an?|the) [^.]+)\.")
"""What tells of a single thing: it is taken up without a question."""


def take(state: State) -> Plan | None:
    """Pick up here, once for each sight of the thing."""
    level, square, message = state.level, state.square, state.belief.message
    if "trice corpse" in message or ("You see here" in message and "gray stone" in message):
        level.leave(square, state.hero.turn)
        level.dropped.discard(square)
        return None
    if square in level.dropped:
        return commands.pick_up("pick up what was dropped here")
    glyph = level.things.get(square)
    wanted = glyph is not None and square not in level.left and bool(_table(state.belief)[glyph])
    if square in level.stones or _chained(state) or (wanted and _single_and_unwanted(state.belief)):
        level.leave(square, state.hero.turn)
        return None
    if level.shop[square]:
        return None
    if square in level.heaps:
        return _look_into_heap(message)
    return commands.pick_up("pick up what lies here") if wanted else None


def fetch(state: State) -> Plan | None:
    """Walk to the nearest thing that is wanted; not while a floating eye is led away from what was thrown at it."""
    level = state.level
    seen = t.find(level.shown, t.ITEM)
    if not seen or (level.lure is not None and state.hero.turn <= level.lure[1]):
        return None
    table, glyphs, punished = _table(state.belief), state.belief.glyphs, state.belief.punished
    heaps = {s for s in level.heaps if not (punished and int(glyphs[s]) in _CHAINED)}
    wanted = {s for s in seen if s not in level.left and table[glyphs[s]]} | heaps
    squares = {s for s in wanted if not level.shop[s] and s not in level.stones} | level.dropped
    for distance, square in sorted((int(state.distances[s]), s) for s in squares):
        plan = walk(state, square, "item", "items/pickup", "go to what lies there") if 0 < distance < _FAR else None
        if plan:
            return plan
    return None


def regain(state: State) -> Plan | None:
    """Go back for what fell off close by, before a meal or a rest."""
    lost = [(int(state.distances[square]), square) for square in state.level.dropped]
    for distance, square in sorted(lost):
        if 0 < distance <= _CLOSE and (plan := walk(state, square, "item", "items/pickup", "back to what fell off")):
            return plan
    return None


def _table(belief: Belief) -> NDArray[np.bool_]:
    """Return which glyphs [glyphs] are worth picking up."""
    key = ("table", belief.capacity, belief.hero.burden > 0)
    return belief.derive(key, lambda: gear.glyph_table(gear.sought(belief)))


def _look_into_heap(message: str) -> Plan:
    if "You finish eating" in message:  # a gray stone that is left over would be taken up without a question
        return commands.look("items/look", "see what is left")
    return commands.pick_up("see what lies here")


def _chained(state: State) -> bool:
    """Tell whether the hero's ball or chain lies on top here: a single thing is taken up without a question."""
    return state.belief.punished and state.level.things.get(state.square) in _CHAINED


def _single_and_unwanted(belief: Belief) -> bool:
    """Tell whether a single thing is left here, and is not what was seen from afar: autopickup has taken that."""
    found = _SINGLE.search(belief.message)
    if found is None or not ("corpse" in found[1] or gear.index_of_name(found[1]) >= 0):
        return False
    return not gear.wants(found[1], belief)
