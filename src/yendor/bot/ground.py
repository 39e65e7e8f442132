"""Ground on which few can strike at a time: corridors and doorways."""

import numpy as np
from numpy.typing import NDArray

from yendor.belief import terrain as t
from yendor.belief.creatures import Creature
from yendor.belief.level import Square
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.bot.word import can_write, writable
from yendor.nethack.actions import OFFSETS
from yendor.skills.plan import Plan

NARROW = 2
"""Squares from which one may be struck in a corridor or a doorway."""
STEPS = 5
"""Steps to narrow ground that are worth walking with enemies on their way,"""
_WALK = 15
"""and with nobody about."""


def refuge(state: State, foes: list[Creature], steps: int = STEPS) -> Square | None:
    """Return the nearest narrow square that the hero reaches before any of them; None without one."""
    away = state.distances
    found = t.where((exposure(*state.masks) <= NARROW) & (away > 0) & (away <= steps))
    for distance, r, c in sorted((int(away[r, c]), r, c) for r, c in found):
        ahead = all(max(abs(f.row - r), abs(f.column - c)) >= distance for f in foes)
        if ahead and not state.doubted("ground", (r, c)):
            return r, c
    return None


def withdraw(state: State, label: str, why: str) -> Plan | None:
    """Walk to narrow ground to write and rest on: in the open a crowd gathers on all sides of the word."""
    if state.fronts <= NARROW and can_write(state):
        return None
    away = state.distances
    spots = t.where((exposure(*state.masks) <= NARROW) & (away > 0) & (away <= _WALK) & writable(state))
    for _, r, c in sorted((int(away[r, c]), r, c) for r, c in spots):
        if plan := walk(state, (r, c), "withdraw", label, why):
            return plan
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
