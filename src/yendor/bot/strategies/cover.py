"""Get out of the line of wands and bows: who waits where lightning, or an arrow from the dark, struck is struck again.

Rays and missiles fly straight along rows, columns and diagonals (zap.c), and monsters zap and shoot only at who stands
in such a line (mthrowu.c): a square that few straight lines lead to is safe from most.
"""

from yendor.belief import terrain as t
from yendor.belief.level import Square
from yendor.bot.combat.aim import ray
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack.actions import OFFSETS
from yendor.nethack.bottomline import Condition
from yendor.skills import commands
from yendor.skills.plan import Plan

_LATELY = 12
"""Turns for which somebody who zapped is taken to zap again,"""
_VOLLEY, _HURT = 6, 0.65
"""and who shot arrows to shoot again, at a hero with less than this share of the hit points."""
_STEPS = 7
"""Steps to cover that are worth it."""
_RAY = 13
"""Squares that a ray flies at most (dobuzz in zap.c), bounces left out."""
_GAIN = 6
"""Squares less from which one may be struck that are worth the walk."""
_LOST = Condition.STUNNED | Condition.CONFUSED


def propose(state: State) -> Plan | None:
    """Walk to the nearest square with few straight lines to it, and wait there for who zapped to come, or to go."""
    hero, belief = state.hero, state.belief
    arrows = hero.turn - belief.arrow < _VOLLEY and state.hp_share < _HURT
    bolts = hero.turn - belief.shot < _LATELY and not belief.hidden_on_elbereth()
    if not (bolts or arrows) or state.hostiles(1) or hero.condition & _LOST or belief.swallowed:
        return None
    if any(c.species >= 0 for c in state.hostiles(9)) and not hero.condition & Condition.BLIND:
        return None  # who is seen is fought, or fled from
    spot = _cover(state)
    if spot != state.square and (plan := walk(state, spot, "cover", "flee/walk", "out of the line of fire")):
        return plan
    return commands.search(2, "flee/wait", "wait under cover until nobody shoots any more")


def _cover(state: State) -> Square:
    """Return the least exposed square near by; the hero's own when none is much better."""
    here = exposure(state, state.square)
    away = state.distances
    spots = [
        (exposure(state, (r, c)) + int(away[r, c]), r, c)
        for r, c in t.where((away > 0) & (away <= _STEPS))
        if not state.doubted("cover", (r, c))
    ]
    best = min(spots, default=(here, *state.square))
    return best[1:] if best[0] <= here - _GAIN else state.square


def exposure(state: State, square: Square) -> int:
    """Count the squares from which a ray reaches a square."""
    return sum(1 for offset in OFFSETS for _ in ray(state, square, offset, _RAY))
