"""The word that most monsters fear: whether and where a hero can write it."""

import numpy as np
from numpy.typing import NDArray

from yendor.belief import terrain as t
from yendor.bot import arms
from yendor.bot.state import State
from yendor.bot.walking import step_aside
from yendor.nethack.actions import ENGRAVE
from yendor.nethack.bottomline import Condition
from yendor.skills import commands
from yendor.skills.plan import Plan

SHOT = 20
"""Turns for which an engraving is no shelter after somebody zapped or breathed at the hero."""
_CROWD = 6
"""Squares within which enemies are counted who make a charge of fire worth its while."""
_ENOUGH = 2
"""Times a turn that writing is tried: without a free hand it takes no time, and comes to nothing."""
SCRAWL = Condition.LEVITATING | Condition.CONFUSED | Condition.STUNNED | Condition.HALLUCINATING
"""Who hallucinates gets every other letter wrong (engrave.c), so that the word hardly ever comes out."""


def can_write(state: State) -> bool:
    """Tell whether the hero can write on the floor here."""
    level, square = state.level, state.square
    return _able(state) and not level.furniture[square] and level.terrain[square] not in (t.UP, t.DOWN)


def write(state: State, why: str) -> Plan | None:
    """Write Elbereth here, or step off what nobody can write on."""
    return commands.elbereth(why, _pen(state)) if can_write(state) else _step_off(state)


def _pen(state: State) -> str:
    """Return what to write with: fire among several enemies, for what is burned is never misspelt and does not wear."""
    wands = [] if len(state.hostiles(_CROWD)) < 2 else [i for i in state.belief.inventory if i.name == "wand of fire"]
    return next((i.letter for i in wands if not state.belief.spent(i) and "unpaid" not in i.state), "-")


def _able(state: State) -> bool:
    hero = state.hero
    reeling = hero.condition & SCRAWL
    free = not reeling and not arms.bound(state.belief.inventory)
    return free and hero.turn >= state.belief.handless and state.belief.tries.get(ENGRAVE, 0) < _ENOUGH


def _writable(state: State) -> NDArray[np.bool_]:
    """Return where [21, 79] one can write: neither on furniture nor on stairs."""
    terrain = state.level.terrain
    return ~state.level.furniture & (terrain != t.UP) & (terrain != t.DOWN)


def _step_off(state: State) -> Plan | None:
    """Leave stairs or an altar, where nobody can write, for the free square beside it that the fewest can strike."""
    fits = _writable(state)
    if not _able(state) or fits[state.square] or state.belief.caught:
        return None
    return step_aside(state, fits, "survive/elbereth", "to a square where one can write")
