"""Cockatrices: not to be struck with bare hands, nor to be near for those whom no prayer would save.

A third of their touches come with a hiss, and one in ten of those turns the hero to stone within five turns (mhitu.c),
which a prayer cures. The next prayer is a thousand turns away then, and they are half as fast as the hero: of nine
heroes of experience level 11 and 12 who were turned to stone, eight had prayed within the last sixty turns.
"""

import numpy as np

from yendor.belief.creatures import Creature
from yendor.bot import arms, gear
from yendor.bot.combat.aim import name_of
from yendor.bot.combat.missiles import blast, hurl, shoot
from yendor.bot.combat.threat import PETRIFYING
from yendor.bot.state import State
from yendor.bot.strategies.flee import by_stairs
from yendor.bot.word import can_write
from yendor.nethack.bottomline import Condition
from yendor.skills import commands
from yendor.skills.plan import Plan

_CURED = 0.9
"""Odds of a prayer with which stoning is risked."""
_STONE = 3
"""Squares within which a cockatrice is prepared for,"""
_SHY = 4
"""and within which it is got away from."""


def propose(state: State) -> Plan | None:
    """Take a weapon in hand; else throw from afar, leave, step away, or write."""
    stone = next((c for c in state.belief.hostiles(_SHY) if c.species in PETRIFYING), None)
    if stone is None or state.hero.turn < state.belief.handless:
        return None
    bare, doomed = gear.bare_handed(state.belief.inventory), state.belief.prayer_odds() < _CURED
    if not (bare or doomed):
        return None
    weapon = arms.anything_to_strike_with(gear.spare(state.belief.inventory)) if bare else None
    if weapon is not None and stone.distance <= _STONE and not state.belief.tries:
        return commands.wield(weapon.letter, f"take {weapon.name} in hand against the {name_of(stone)}")
    shot = shoot(state, [stone]) if stone.distance > 1 else None
    away = shot or blast(state, [stone]) or by_stairs(state, [stone]) or _away(state, stone)
    return away or (_at_bay(state, stone) if bare and weapon is None else None)


def _away(state: State, stone: Creature) -> Plan | None:
    """Step to where it is furthest."""
    row, column = state.square
    steps = [
        (max(abs(stone.row - r), abs(stone.column - c)), r - row, c - column)
        for r, c in np.argwhere(state.distances == 1).tolist()
    ]
    far, dr, dc = max(steps, default=(0, 0, 0))
    return commands.step((dr, dc), "flee/walk", f"out of the {name_of(stone)}'s way") if far > stone.distance else None


def _at_bay(state: State, stone: Creature) -> Plan | None:
    """Throw what there is at what bars the way out of a corner, or write: it keeps off an engraving that is legible.

    From a legible one nothing is thrown: that wipes it out (setmangry in mon.c).
    """
    if stone.distance > 1:
        return None
    if state.belief.hidden_on_elbereth():
        if not state.belief.legible and not state.hero.condition & Condition.BLIND:
            return commands.look("survive/elbereth", "read what was written")
        return commands.search(2, "wait/stone", f"let the {name_of(stone)} go")
    if thrown := hurl(state, [stone]):
        return thrown
    return commands.elbereth(f"write Elbereth against the {name_of(stone)}") if can_write(state) else None
