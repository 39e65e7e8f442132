"""Stairs: which there are, whether somebody waits where they lead, and the way down and up."""

from yendor.belief import terrain as t
from yendor.belief.level import Level, Square
from yendor.bot.combat.threat import fears_thieves
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack.bottomline import Condition
from yendor.skills import commands
from yendor.skills.plan import Plan

_FORGET = 150
"""Turns after which those who chased the hero off a level are taken to have gone elsewhere."""
HAUNTED = 300
"""Turns after a theft in which the thief is taken to come again."""
_BEATEN = 3
"""Thefts in a row after which whoever hunts thieves leaves their level, too: one was robbed of twelve helmets there."""
_STRESSED = 2
"""Burden from which nobody climbs stairs (doup in do.c)."""


def stairs(state: State, code: int) -> Square | None:
    """Return the nearest stairs of a kind within reach, those that lead off the main dungeon left out."""
    found = [
        (distance, r, c)
        for distance, r, c in t.within(state.distances, state.level.terrain, code)
        if state.level.leads.get((r, c), state.belief.key)[0] in (0, state.hero.dungeon)
    ]
    return min(found)[1:] if found else None


def climb(state: State, why: str) -> Plan | None:
    """Go to the stairs up, and up them."""
    up = stairs(state, t.UP)
    if up is None or laden(state):
        return None
    if state.square == up:
        return commands.stairs(False, "explore/travel", why)
    return walk(state, up, "up", "explore/travel", why)


def descend(state: State, down: Square) -> Plan | None:
    """Go to the stairs down, and down them."""
    if state.square == down:
        if state.hero.condition & Condition.LEVITATING:
            return commands.search(10, "wait/levitating", "wait until the feet touch the ground")
        return commands.stairs(True, "explore/descend", f"go down to depth {state.hero.depth + 1}")
    return walk(state, down, "down", "explore/descend", "walk to the stairs down")


def laden(state: State) -> bool:
    """Tell whether the hero carries too much to climb."""
    return state.hero.burden >= _STRESSED


def calm(state: State, way: Square, turns: int = _FORGET) -> bool:
    """Tell whether nobody waits where stairs lead: no enemies stood about when the hero left there."""
    step = -1 if state.level.terrain[way] == t.UP else 1
    beyond = state.belief.levels.get(state.level.leads.get(way, (state.hero.dungeon, state.hero.level + step)))
    return beyond is None or (state.hero.turn - beyond.peril > turns and not haunted(state, beyond, HAUNTED))


def haunted(state: State, level: Level, turns: int) -> bool:
    """Tell whether a shopkeeper was angry there lately, or a thief at work whom the hero had better leave alone."""
    stronger = fears_thieves(state.hero) or level.thefts >= _BEATEN
    return (stronger and state.hero.turn - level.robbed < turns) or state.hero.turn - level.wrath < turns
