"""Choose the ground for a fight against several: in a corridor or a doorway only one of them strikes at a time."""

from yendor.bot.combat.missiles import shoot
from yendor.bot.ground import NARROW, STEPS, refuge
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack.monsters import WERE
from yendor.skills import commands
from yendor.skills.plan import Plan

_REACH = 6
"""Squares within which enemies count."""
_SERIOUS = 0.3
"""Share of the hit points that the fight must cost in the open to be worth a walk."""
_PATIENCE = 8
"""Turns for which those in view are let come."""


def propose(state: State) -> Plan | None:
    """Go where few can stand beside the hero, and let them come."""
    foes = [c for c in state.hostiles(_REACH) if c.species >= 0]
    callers = any(c.species in WERE for c in foes)  # where two can stand, no more than two answer the call
    if len(foes) < 2 and not callers:
        return None
    if not callers and state.harm(foes) < _SERIOUS * state.hero.hp:
        return None
    near = state.hostiles(1)
    if state.fronts <= NARROW:
        if near or state.belief.waited >= _PATIENCE:
            return None
        armed = state.hero.turn >= state.belief.handless
        volley = shoot(state, foes) if armed else None
        return volley or commands.search(1, "fight/wait", f"let the {len(foes)} come one by one")
    spot = refuge(state, foes, 2 if near else STEPS)
    if spot is None:
        return None
    return walk(state, spot, "ground", "fight/position", f"where the {len(foes)} can come one by one only")
