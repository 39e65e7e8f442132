"""Fetch something to dig with: find the Gnomish Mines, and there a dwarf that carries a pick-axe."""

from yendor.belief import terrain as t
from yendor.belief.level import Square
from yendor.bot.aims import MINES, Aim, branch_level
from yendor.bot.stairs import climb, descend, stairs
from yendor.bot.state import State
from yendor.bot.strategies import explore
from yendor.nethack.bottomline import Hunger
from yendor.skills import commands
from yendor.skills.plan import Plan

_FIT = 0.7
"""Share of the hit points with which a new level is entered."""


def propose(state: State) -> Plan | None:
    """Look for a dwarf with a pick-axe in the Mines; before that, for the stairs to the Mines."""
    if state.aim is not Aim.PICK:
        return None
    hero, level = state.hero, state.level
    if hero.dungeon == MINES:
        return explore.onward(state) or _further(state) or explore.patrol(state)
    branch = branch_level(state.belief)
    if branch is not None and hero.level != branch:
        down = stairs(state, t.DOWN) if hero.level < branch else None
        way = descend(state, down) if down else climb(state, "back to the stairs to the Mines")
        return way or explore.onward(state) or explore.idle(state)
    if branch is not None and _unfit(state):
        return commands.search(10, "wait/heal", "rest before the Mines")
    down = next((square for square, key in level.leads.items() if key[0] == MINES), None)
    if down is not None:  # None in another branch, on a level of the same number
        return descend(state, down) or explore.onward(state) or explore.idle(state)
    if hero.level > 1 and not level.surveyed:
        plan = explore.onward(state)
        if plan:
            return plan
        level.surveyed = True
    untried = _untried(state)
    if untried:
        return descend(state, untried)
    return _further(state) or explore.onward(state) or explore.idle(state)


def _unfit(state: State) -> bool:
    """Tell whether a rest comes first; who starves has no time for one."""
    return state.hp_share < _FIT and state.hero.hunger < Hunger.WEAK


def _further(state: State) -> Plan | None:
    if _unfit(state):
        return None
    down = stairs(state, t.DOWN)
    if down is not None:
        return descend(state, down)
    pushing = State(state.belief, push=True, traps=True, falls=True)
    down = stairs(pushing, t.DOWN)
    return descend(pushing, down) if down is not None else None


def _untried(state: State) -> Square | None:
    """Return stairs down that nobody has taken, on a level where the others are known."""
    found = [(r, c) for r, c in t.find(state.level.terrain, t.DOWN) if state.distances[r, c] >= 0]
    new = [square for square in found if square not in state.level.leads]
    return new[0] if new and len(found) > 1 else None
