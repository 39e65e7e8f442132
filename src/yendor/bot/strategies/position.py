"""Choose the ground for a fight against several: in a corridor or a doorway only one of them strikes at a time."""

import numpy as np
from numpy.typing import NDArray

from yendor.belief import terrain as t
from yendor.belief.belief import SLOW
from yendor.belief.creatures import Creature
from yendor.belief.level import Square
from yendor.bot.combat.missiles import archery, shoot
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack.actions import OFFSETS
from yendor.nethack.monsters import WERE
from yendor.skills import commands
from yendor.skills.plan import Plan

_REACH = 6
"""Squares within which enemies count."""
_SERIOUS = 0.3
"""Share of the hit points that the fight must cost in the open to be worth a walk."""
_STEPS = 5
"""Steps to better ground that are worth walking."""
_NARROW = 2
"""Squares from which one may be struck in a corridor or a doorway."""
_PATIENCE = 8
"""Turns for which those in view are let come."""


def propose(state: State) -> Plan | None:
    """Go where few can stand beside the hero, and let them come."""
    foes = [c for c in state.hostiles(_REACH) if c.species >= 0 and c.species not in SLOW]
    callers = any(c.species in WERE for c in foes)  # where two can stand, no more than two answer the call
    if len(foes) < 2 and not callers:
        return None
    if not callers and state.harm(foes) < _SERIOUS * state.hero.hp:
        return None
    room = exposure(*state.masks)
    near = state.hostiles(1)
    if room[state.square] <= _NARROW:
        if near or state.belief.waited >= _PATIENCE:
            return None
        armed = state.hero.turn >= state.belief.handless
        volley = (archery(state, foes) or shoot(state, foes)) if armed else None
        return volley or commands.search(1, "fight/wait", f"let the {len(foes)} come one by one")
    spot = _ground(state, room, foes, 2 if near else _STEPS)
    if spot is None:
        return None
    return walk(state, spot, "ground", "fight/position", f"where the {len(foes)} can come one by one only")


def _ground(state: State, room: NDArray[np.int64], foes: list[Creature], steps: int) -> Square | None:
    """Return the nearest narrow square that the hero reaches before any of them."""
    away = state.distances
    found = t.where((room <= _NARROW) & (away > 0) & (away <= steps))
    for distance, r, c in sorted((int(away[r, c]), r, c) for r, c in found):
        ahead = all(max(abs(f.row - r), abs(f.column - c)) >= distance for f in foes)
        if ahead and not state.doubted("ground", (r, c)):
            return r, c
    return None


def exposure(walkable: NDArray[np.uint8], diagonal: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count the squares from which each square may be struck.  [21, 79] int.

    Args:
        walkable: [21, 79] uint8, nonzero where somebody may stand.
        diagonal: [21, 79] uint8, zero where no diagonal step starts or ends (doors).
    """
    rows, columns = walkable.shape
    ground, free = np.pad(walkable > 0, 1), np.pad(diagonal > 0, 1)
    total = np.zeros((rows, columns), np.int64)
    for dr, dc in OFFSETS:
        span = slice(1 + dr, 1 + dr + rows), slice(1 + dc, 1 + dc + columns)
        total += ground[span] & (free[span] & (diagonal > 0) if dr and dc else True)
    return total
