"""Explore the level, go down when ready, and patrol for prey where the hero waits until it is."""

import numpy as np
from numpy.typing import NDArray

from yendor.belief import planes
from yendor.belief import terrain as t
from yendor.belief.level import Square
from yendor.bot.aims import MINES, allowed, camp, course
from yendor.bot.sokoban.level import in_sokoban
from yendor.bot.stairs import calm, climb, descend, haunted, stairs
from yendor.bot.state import State
from yendor.bot.strategies.eat import has_food
from yendor.bot.strategies.search import RELUCTANT, SMALL, search
from yendor.bot.walking import nearest, walk
from yendor.nethack.bottomline import Hunger
from yendor.skills import commands
from yendor.skills.plan import Plan

_FORAGER = 5
"""Experience level with which hunger, too, is a reason to go down,"""
_FORAGE = 4
"""as far as this depth,"""
_HEARD = 0.85
"""with lower odds of a prayer than this: food from further down costs many times the lives of prayers that fail."""
_RESPITE = 250
"""Turns that a hungry hero lives on at least: bad Luck may have faded by then."""
_LEG = 20
"""Game turns of a leg of the patrol."""
_WALLED_IN = 3
"""Squares within reach, at most, of a hero who is walled in."""
_OUT = 3
"""Steps that lead out of it."""
_ROOMY = 30
"""Squares within reach that are worth a patrol."""
_SHIFT = 200
"""Game turns of searching, and of patrolling."""
_SEARCHED = 1200
"""Game turns after which the way on is left alone that is too well hidden."""
_INFESTED = 3000
"""Turns for which a level is left alone where a thief took something."""
_CAREFUL = 1500
"""Game turns on a level after which known traps do not stop us any more."""


def propose(state: State) -> Plan | None:
    """Frontier first; then down, wait, or search, by what is known and how strong the hero is."""
    if state.hero.dungeon == MINES:
        return climb(state, "leave the Gnomish Mines") or onward(state) or search(state)
    down = stairs(state, t.DOWN)
    plan = descend(state, down) if down is not None and doomed(state) and calm(state, down) else _out_of_depth(state)
    plan = plan or onward(state)
    if plan:
        return plan
    if down is not None:
        state.level.surveyed = True
        return (descend(state, down) if _ready(state) else _home(state)) or _wait(state)
    if state.hero.turn - state.level.first_turn > _SEARCHED:
        state.level.surveyed = True
    if not state.level.surveyed:
        return search(state)
    prey = state.reach >= _ROOMY and state.hero.turn // _SHIFT % 3
    return _home(state) or (patrol(state) if prey else search(state))


def _break_out(state: State) -> Plan | None:
    """Push a boulder away from a hero whom they wall in, or step on a trap that does, once nothing else was found.

    A scroll of earth lets eight boulders fall; a trap behind a door keeps the careful out of the rest of the level.
    """
    desperate = bool(state.level.searched[state.square] > RELUCTANT)
    if state.reach > (_ROOMY if desperate else _WALLED_IN):
        return None
    lost = desperate and not t.within(state.distances, state.level.terrain, t.UP, t.DOWN)
    bold = State(state.belief, push=True, traps=desperate, falls=lost)  # a hole leads back to stairs within reach
    goal = nearest(bold, (bold.distances > _OUT) & (state.distances < 0), "out")
    return walk(bold, goal, "out", "explore/frontier", "out of here, past a boulder or a trap") if goal else None


def _wait(state: State) -> Plan:
    """Patrol for prey; where little of the level is known, search by turns for what is hidden."""
    cut_off = state.reach < SMALL
    return search(state) if cut_off and state.hero.turn // _SHIFT % 2 else patrol(state)


def _out_of_depth(state: State) -> Plan | None:
    """Go back up at once from where the hero fell, or was driven: what is left to explore there is not worth it."""
    if state.hero.depth <= camp(state.belief) or allowed(state.belief, state.hero.depth) or _foraging(state):
        return None
    up = stairs(state, t.UP)
    return climb(state, "back up, out of what is too deep") if up is not None and calm(state, up) else None


def _home(state: State) -> Plan | None:
    """Go back to where visitors cost little."""
    return climb(state, "wait where who comes is weaker") if state.hero.depth > camp(state.belief) else None


def onward(state: State) -> Plan | None:
    """Go for the frontier; with none left, push boulders, and after a long while cross known traps."""
    plan = _frontier(state)
    if plan:
        return plan
    if in_sokoban(state):
        return None  # there boulders are pushed by the solution, or not at all
    plan = _break_out(state)
    if plan:
        return plan
    terrain = state.level.terrain
    traps = state.hero.turn - state.level.first_turn > _CAREFUL and t.has(terrain, t.TRAP)
    if not traps and not t.has(terrain, t.BOULDER):
        return None
    return _frontier(State(state.belief, push=True, traps=traps))


def _frontier(state: State) -> Plan | None:
    goal = nearest(state, edge(state), "frontier")
    if goal is None:
        return None
    return walk(state, goal, "frontier", "explore/frontier", f"explore towards {goal}")


def edge(state: State) -> NDArray[np.bool_]:
    """Return the frontier: squares within reach, not visited, beside what is neither known nor felt."""
    level = state.level
    return planes.frontier(level.terrain, level.seen, level.visited, level.passed, level.shop, state.distances)


def _ready(state: State) -> bool:
    hero = state.hero
    depth = hero.depth + 1
    strong = allowed(state.belief, depth) and _worth(state, depth)
    foraging = _foraging(state) and depth <= _FORAGE
    below = state.belief.levels.get((0, depth))
    if below is not None and haunted(state, below, _INFESTED):
        return False
    return (strong or foraging) and state.hp_share > 0.85


def _foraging(state: State) -> bool:
    """Tell whether hunger sends the hero down: it is too early to pray, and there is nothing to eat."""
    hero = state.hero
    hungry = hero.hunger >= Hunger.HUNGRY and not has_food(state) and state.belief.prayer_odds() < _HEARD
    return hungry and hero.xl >= _FORAGER


def _worth(state: State, depth: int) -> bool:
    """Tell whether there is something to do from this depth on down: a level to wait on, or one not yet explored."""
    if depth <= camp(state.belief):
        return True
    depths = [d for d in range(depth, len(course(state.belief).gate)) if allowed(state.belief, d)]
    levels = [state.belief.levels.get((0, d)) for d in depths]
    return any(level is None or not level.surveyed for level in levels)


def doomed(state: State) -> bool:
    """Tell whether hunger will end the game unless something to eat turns up: it lies further down, like points."""
    hungry = state.hero.hunger >= Hunger.HUNGRY and state.belief.prayer_odds(ahead=_RESPITE) < 0.5
    return hungry and not has_food(state)


def patrol(state: State) -> Plan:
    """Walk from door to door for prey: those who are born out of sight often do not find the hero.

    The clock alone says which door is next, so that whoever sees the same map names the same step.
    """
    doors = _landmarks(state)
    leg, spent = divmod(state.hero.turn, _LEG)
    goal = doors[leg % len(doors)] if doors else state.square
    if state.square != goal:
        plan = walk(state, goal, "patrol", "wait/patrol", "patrol for prey: to the next door")
        if plan:
            return plan
    return commands.search(min(_LEG - spent, 10), "wait/patrol", f"wait for prey until stronger than {state.hero.xl}")


def idle(state: State) -> Plan:
    """Wait for prey where the way on is known, and search where it is not."""
    return patrol(state) if stairs(state, t.DOWN) is not None else search(state)


def _landmarks(state: State) -> list[Square]:
    """List the doors and stairs within reach, from left to right."""
    marks = t.within(state.distances, state.level.terrain, t.DOORWAY, t.OPEN_DOOR, t.UP, t.DOWN)
    shop = state.level.shop
    if shop.any():
        marks = [mark for mark in marks if not shop[t.box(*mark[1:])].any()]
    return [(r, c) for c, r in sorted((c, r) for _, r, c in marks)]
