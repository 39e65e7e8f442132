"""Walk to Sokoban, and out again: its stairs lead up from the level below the Oracle's, beside those of the level.

`dungeon.def` puts the Oracle on one of the levels 5 to 9 and the branch one below. Who came by the stairs knows which
stairs lead back; whoever fell tries one after the other.
"""

import numpy as np

from yendor.belief import terrain as t
from yendor.belief.level import Level, Square
from yendor.bot.aims import MINES, SOKOBAN, Aim, digger, overdue
from yendor.bot.sokoban.level import in_sokoban
from yendor.bot.stairs import HAUNTED, calm, climb, descend, haunted, stairs
from yendor.bot.state import State
from yendor.bot.strategies import dive, explore, sokoban
from yendor.bot.strategies.search import search
from yendor.bot.walking import walk
from yendor.nethack import glyphs as g
from yendor.nethack.bottomline import Condition
from yendor.nethack.monsters import NUMBER, index_of, monster
from yendor.skills import commands
from yendor.skills.plan import Plan

_LEVELS = range(6, 11)
"""Levels from which the stairs to Sokoban may lead up (dungeon.def)."""
_FIT = 0.7
"""Share of the hit points with which a new level is entered."""
_PEACE = 6
"""Squares within which nothing hostile stands where the hero rests."""
_DIG = 4
"""Level from which holes are dug: those above are known, and their stairs near."""
_NEAR = 12
"""Steps to stairs down that are quicker than digging."""
_SEARCH = 8
"""Turns of one search for hidden ways."""
_ENOUGH = 200
"""Turns of searching after which a level is taken to have no stairs to Sokoban,"""
_SURELY = 1600
"""and those after which even the level below the Oracle is, or one with stairs to which no way was found."""
_HOPELESS = 25
"""Times that nothing is to be done in Sokoban after which the hero leaves it."""
_CENTAURS = 2
"""Statues of centaurs in sight that only the Oracle has."""
_ORACLE = index_of("Oracle")
_CENTAUR = g.IS_STATUE & np.isin(g.MONSTER_OF, [i for i in range(NUMBER) if "centaur" in monster(i).name])
_IDLE, _SEARCHED = ("nothing to do", (0, 0)), ("branch", (0, 0))


def leave(state: State) -> Plan | None:
    """Walk down and out of Sokoban when it is done with. To be asked before things are fetched, or they would be."""
    if not in_sokoban(state):
        return None
    belief = state.belief
    if belief.set_out is None:
        belief.set_out = state.hero.turn
    belief.forgone |= overdue(belief)
    if not belief.forgone:
        return None
    pushing = State(state.belief, push=True, traps=True, falls=True)
    plan = _descend(state, stairs(state, t.DOWN)) or _descend(pushing, stairs(pushing, t.DOWN))
    return plan or commands.search(10, "sokoban/wait", "no way out: wait for one")


def propose(state: State) -> Plan | None:
    """Go to the stairs to Sokoban and up them; there, see when it is done, or cannot be."""
    if in_sokoban(state):
        return _judge(state)
    if state.aim is not Aim.SOKOBAN:
        return None
    hero, belief = state.hero, state.belief
    if belief.set_out is None:
        belief.set_out = hero.turn
    _note_oracle(state)
    goal = _goal(state)
    belief.forgone = goal is None or explore.doomed(state)  # what is left of the game is better spent on the dive
    if goal is None or belief.forgone or hero.dungeon not in (0, MINES):
        return None
    if hero.dungeon == MINES:
        return climb(state, "leave the Gnomish Mines, for Sokoban") or _look_round(state)
    if hero.level < goal:
        return _down(state) or explore.onward(state) or _over(state) or search(state)
    if hero.level > goal:
        return climb(state, f"to level {goal}, for Sokoban") or _look_round(state)
    return _up(state) or _look_round(state)


def _judge(state: State) -> Plan | None:
    """Give Sokoban up when there is nothing left to do; until that is sure, wait."""
    given_up = state.level.given_up
    given_up[_IDLE] = given_up.get(_IDLE, 0) + 1
    state.belief.forgone = given_up[_IDLE] > _HOPELESS or sokoban.finished(state)
    return leave(state) or commands.search(4, "sokoban/wait", "nothing to do: wait for the way to be free")


def _note_oracle(state: State) -> None:
    """Recognise the Oracle's level: by her, or by the centaurs around her."""
    belief, hero = state.belief, state.hero
    if belief.oracle is not None or hero.dungeon != 0 or hero.level + 1 not in _LEVELS:
        return
    shown = state.level.shown == t.ITEM
    statues = int(np.count_nonzero(_CENTAUR[belief.glyphs[shown]]))
    if statues >= _CENTAURS or any(c.species == _ORACLE for c in belief.creatures):
        belief.oracle = hero.level


def _goal(state: State) -> int | None:
    """Return the level of the main dungeon to go to; None where nothing is left to try."""
    belief = state.belief
    known = [(number, belief.levels.get((0, number))) for number in _LEVELS]
    for number, level in known:
        if level is not None and any(key[0] == SOKOBAN for key in level.leads.values()):
            return number
    if belief.oracle is not None:
        known = [(number, level) for number, level in known if number == belief.oracle + 1]
    return next((number for number, level in known if level is None or not _barren(level)), None)


def _barren(level: Level) -> bool:
    """Tell whether the level was looked through, and has no stairs up that nobody took."""
    times = level.given_up.get(_SEARCHED, 0)
    return level.surveyed and times > 0 and (times > _SURELY or not _untried(level))


def _untried(level: Level) -> list[Square]:
    """List the stairs up of which nobody knows where they lead; the one that is known, or lost, leads to the next."""
    return [square for square in t.find(level.terrain, t.UP) if square not in level.leads]


def _down(state: State) -> Plan | None:
    """Take the stairs, or dig, rested."""
    if state.hp_share < _FIT and not state.hostiles(_PEACE):
        return commands.search(10, "wait/heal", "rest before the next level on the way to Sokoban")
    tool, down = digger(state.belief), stairs(state, t.DOWN)
    holes = tool is not None and state.hero.level >= _DIG and not state.hero.condition & Condition.LEVITATING
    if tool is not None and holes and (down is None or state.distances[down] > _NEAR):
        plan = dive.dig(state, tool)
        if plan:
            return plan
    if down is not None and not _quiet(state, down):
        return commands.search(10, "wait/heal", "wait until they have gone who are beside the stairs below")
    return _descend(state, down)


def _descend(state: State, down: Square | None) -> Plan | None:
    """Go to the stairs down, and down them; the paces that made them doubtful may have been those of a fight."""
    if down is None:
        return None
    return descend(state, down) or walk(state, down, "pilgrim", "explore/descend", "walk to the stairs down")


def _quiet(state: State, down: Square) -> bool:
    """Tell whether nobody waits where stairs lead: neither enemies nor a thief, from whom we would be back at once."""
    below = state.belief.levels.get(state.level.leads.get(down, (0, state.hero.level + 1)))
    robbed = below is not None and haunted(state, below, HAUNTED + 1)
    return bool(state.hostiles(_PEACE)) or (not robbed and calm(state, down))


def _up(state: State) -> Plan | None:
    """Take the stairs up that lead to Sokoban, or may; look for them first."""
    level = state.level
    branch = [square for square, key in level.leads.items() if key[0] == SOKOBAN]
    for square in branch or _untried(level):
        if state.square == square and state.hp_share < _FIT and not state.hostiles(_PEACE):
            return commands.search(10, "wait/heal", "rest before Sokoban")
        if state.square == square:
            return commands.stairs(False, "explore/travel", "up these stairs: they may lead to Sokoban")
        plan = walk(state, square, "branch", "explore/travel", "walk to stairs up that may lead to Sokoban")
        if plan:
            return plan
    plan = explore.onward(state)
    if plan or branch:
        return plan
    plan = search(state)
    times = level.given_up[_SEARCHED] = level.given_up.get(_SEARCHED, 0) + (1 if plan.goal else _SEARCH)
    level.surveyed = times > (_ENOUGH if state.belief.oracle is None else _SURELY)
    return plan


def _look_round(state: State) -> Plan:
    """Explore, then search."""
    return explore.onward(state) or search(state)


def _over(state: State) -> Plan | None:
    """Go down over boulders and traps."""
    pushing = State(state.belief, push=True, traps=True, falls=True)
    return _descend(pushing, stairs(pushing, t.DOWN))
