"""Explore the level, search for what is hidden, and go down when ready."""

import numpy as np
from numpy.typing import NDArray

from yendor.belief import planes
from yendor.belief import terrain as t
from yendor.belief.level import Level, Square
from yendor.bot.aims import MINES, allowed, camp, course, digger, drill
from yendor.bot.combat.missiles import unblock
from yendor.bot.combat.threat import fears_thieves
from yendor.bot.sokoban.level import in_sokoban
from yendor.bot.state import State
from yendor.bot.strategies.eat import has_food
from yendor.bot.strategies.eyes import drive_off
from yendor.bot.walking import walk
from yendor.nethack.bottomline import Condition, Hunger
from yendor.skills import commands
from yendor.skills.plan import Plan

_RELUCTANT = 60
"""Searches on a square after which a hero who is walled in there steps on traps."""
_ENOUGH = 300
"""Searches of a square after which more do not make it less promising."""
_FADE = np.float64(0.86) ** np.arange(_ENOUGH + 1)
_SOLID, _CORRIDOR = planes.codes((t.WALL, t.UNKNOWN)), planes.codes((t.CORRIDOR,))
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
_SMALL = 220
"""Squares within reach below which much of a level must be hidden: most have 300 to 450."""
_ROOMY = 30
"""Squares within reach that are worth a patrol."""
_SHIFT = 200
"""Game turns of searching, and of patrolling."""
_SEARCHED = 1200
"""Game turns after which the way on is left alone that is too well hidden."""
_FORGET = 150
"""Turns after which those who chased the hero off a level are taken to have gone elsewhere."""
HAUNTED = 300
"""Turns after a theft in which the thief is taken to come again."""
_INFESTED = 3000
"""Turns for which a level is left alone where a thief took something."""
_BEATEN = 3
"""Thefts in a row after which whoever hunts thieves leaves their level, too: one was robbed of twelve helmets there."""
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
    desperate = bool(state.level.searched[state.square] > _RELUCTANT)
    if state.reach > (_ROOMY if desperate else _WALLED_IN):
        return None
    bold = State(state.belief, push=True, traps=desperate)
    goal = nearest(bold, (bold.distances > _OUT) & (state.distances < 0), "out")
    return walk(bold, goal, "out", "explore/frontier", "out of here, past a boulder or a trap") if goal else None


def _wait(state: State) -> Plan:
    """Patrol for prey; where little of the level is known, search by turns for what is hidden."""
    cut_off = state.reach < _SMALL
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


def nearest(state: State, mask: NDArray[np.bool_], kind: str) -> Square | None:
    """Return the nearest square of a mask that is not doubted; ties go to the first in reading order."""
    distances = state.distances
    first = planes.nearest(mask, distances)
    if first < 0:
        return None
    if not state.doubted(kind, divmod(first, t.COLUMNS)):
        return divmod(first, t.COLUMNS)
    where = np.flatnonzero(mask)
    for index in where[np.argsort(distances.ravel()[where], kind="stable")].tolist():
        square = divmod(index, t.COLUMNS)
        if not state.doubted(kind, square):
            return square
    return None


def stairs(state: State, code: int) -> Square | None:
    """Return the nearest stairs of a kind within reach, those that lead off the main dungeon left out."""
    found = [
        (distance, r, c)
        for distance, r, c in t.within(state.distances, state.level.terrain, code)
        if state.level.leads.get((r, c), state.belief.key)[0] in (0, state.hero.dungeon)
    ]
    return min(found)[1:] if found else None


def _ready(state: State) -> bool:
    hero = state.hero
    depth = hero.depth + 1
    strong = allowed(state.belief, depth) and _worth(state, depth)
    late = hero.turn - state.level.first_turn > course(state.belief).patience
    foraging = _foraging(state) and depth <= _FORAGE
    below = state.belief.levels.get((0, depth))
    if below is not None and haunted(state, below, _INFESTED):
        return False
    return (strong or late or foraging) and state.hp_share > 0.85


def _foraging(state: State) -> bool:
    """Tell whether hunger sends the hero down: it is too early to pray, and there is nothing to eat."""
    hero = state.hero
    hungry = hero.hunger >= Hunger.HUNGRY and not has_food(state) and state.belief.prayer_odds() < _HEARD
    return hungry and hero.xl >= _FORAGER


def calm(state: State, way: Square, turns: int = _FORGET) -> bool:
    """Tell whether nobody waits where stairs lead: no enemies stood about when the hero left there."""
    step = -1 if state.level.terrain[way] == t.UP else 1
    beyond = state.belief.levels.get(state.level.leads.get(way, (state.hero.dungeon, state.hero.level + step)))
    return beyond is None or (state.hero.turn - beyond.peril > turns and not haunted(state, beyond, HAUNTED))


def haunted(state: State, level: Level, turns: int) -> bool:
    """Tell whether a shopkeeper was angry there lately, or a thief at work whom the hero had better leave alone."""
    stronger = fears_thieves(state.hero) or level.thefts >= _BEATEN
    return (stronger and state.hero.turn - level.robbed < turns) or state.hero.turn - level.wrath < turns


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


def descend(state: State, down: Square) -> Plan | None:
    """Go to the stairs down, and down them."""
    if state.square == down:
        if state.hero.condition & Condition.LEVITATING:
            return commands.search(10, "wait/levitating", "wait until the feet touch the ground")
        return commands.stairs(True, "explore/descend", f"go down to depth {state.hero.depth + 1}")
    return walk(state, down, "down", "explore/descend", "walk to the stairs down")


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


def climb(state: State, why: str) -> Plan | None:
    """Go to the stairs up, and up them."""
    up = stairs(state, t.UP)
    if up is None:
        return None
    if state.square == up:
        return commands.stairs(False, "explore/travel", why)
    return walk(state, up, "up", "explore/travel", why)


def search(state: State) -> Plan:
    """Search where that promises most; first clear the way of what must not be touched."""
    free = drive_off(state) or unblock(state) or _look_under(state)
    if free:
        return free
    level = state.level
    if level.shop[state.square] and state.reach < _SMALL:
        if out := _out_of_the_shop(state):
            return out
        level.open_shop()  # teleported into a closed one: the only way out is its door
    distances = state.distances
    value = search_value(state)
    value = np.where(distances >= 0, value / (distances + 8.0), 0.0)
    for (kind, goal), until in level.doubts.items():
        if kind == "search" and until > state.hero.turn:
            value[goal] = 0.0
    best = int(np.argmax(value))
    square = divmod(best, t.COLUMNS)
    if state.square == square or value.flat[best] <= 0:
        return commands.search(8, "explore/search", "search for what is hidden")
    plan = walk(state, square, "search", "explore/search", f"go and search at {square}")
    return plan or commands.search(8, "explore/search", "search for what is hidden")


def _out_of_the_shop(state: State) -> Plan | None:
    """Leave a closed shop through the floor: who owes nothing may (shk.c); a broken door angers its keeper.

    What lies where the hole is falls, too, and is then stolen; the row inside the door holds no goods.
    """
    level, why = state.level, "out of a closed shop through the floor"
    if wand := drill(state.belief):
        dig = commands.zap_down(wand.letter, why)
    elif tool := digger(state.belief):
        dig = commands.dig_down(tool.letter, why)
    else:
        return None
    if level.searched[level.shop].max() < _RELUCTANT or state.belief.debt:
        return None
    bare = level.shop & (level.shown != t.ITEM) & (level.terrain == t.FLOOR)
    for square in (*level.goods, *level.things):
        bare[square] = False
    if bare[state.square]:
        return dig
    goal = nearest(state, bare & (state.distances > 0), "bare")
    return walk(state, goal, "bare", "explore/travel", "to where a hole takes no goods along") if goal else None


def _look_under(state: State) -> Plan | None:
    """Step onto things not stepped on yet: they may cover stairs, and only who stands there is told."""
    covered = (state.level.shown == t.ITEM) & ~state.level.visited & ~state.level.shop & (state.distances > 0)
    goal = nearest(state, covered, "under")
    return walk(state, goal, "under", "explore/search", "see whether it covers stairs") if goal else None


def search_value(state: State) -> NDArray[np.float64]:
    """Return how much a search at each square may find.  [21, 79] float.

    A wall or rock square hides a door or passage with a prior that grows with the unknown area behind
    it; each search that found nothing leaves 6/7 of it.
    """
    level = state.level
    rooted = list(level.rooted)  # nobody searches well beside what must not be touched
    return planes.promise(level.terrain, level.searched, level.shop, rooted, _SOLID, _CORRIDOR, t.WALKABLES, _FADE)


def box_sum(values: NDArray[np.float64], radius: int) -> NDArray[np.float64]:
    """Return the sum over the box of this radius around each square.  [21, 79] float."""
    return planes.box_sum(values, radius)
