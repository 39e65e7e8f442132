"""Leave the pet behind on another level: it eats a quarter of the corpses, and takes one visitor in seven.

Over 60 games of 21,000 turns heroes below experience level 8 ate 3.75 corpses and made 14.1 kills in 1,000 turns on the
first level where no pet was about, and 2.92 and 12.3 beside one. A pet that stands beside the hero takes the stairs
with it, and stays where the hero takes them alone (dog.c, keepdogs).
"""

from yendor.belief import terrain as t
from yendor.bot.aims import Aim, camp
from yendor.bot.stairs import calm, stairs
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack.bottomline import Hunger
from yendor.skills import commands
from yendor.skills.plan import Plan

_GROWN = 2
"""Experience level from which the hero does better alone."""
_FIT = 0.8
"""Share of the hit points with which a pet is taken down."""
_NEAR = 6
"""Squares within which a pet follows."""
_EVERY, _SET_OUT, _FOR = 500, 100, 200
"""Game turns after which it is tried again, in which the hero sets out, and for which it is tried at most: the clock
alone says when."""


def propose(state: State) -> Plan | None:
    """Take the pet down the stairs from the level where the hero waits for prey, and come back without it."""
    hero = state.hero
    since = hero.turn % _EVERY
    if hero.dungeon != 0 or state.aim is not Aim.GROW or hero.xl < _GROWN or since >= _FOR:
        return None
    nearest = min((c.distance for c in state.belief.creatures if c.kind == "pet"), default=_NEAR + 1)
    if hero.depth == camp(state.belief) + 1 and state.level.terrain[state.square] == t.UP and nearest == 1:
        return commands.search(1, "wait/pet", "wait until the pet goes off, to leave it here")
    if hero.depth != camp(state.belief) or nearest > _NEAR or state.hostiles(_NEAR) or since >= _SET_OUT:
        return None
    down = stairs(state, t.DOWN)
    if down is None or state.hp_share < _FIT or hero.hunger >= Hunger.WEAK or not calm(state, down):
        return None
    if state.square != down:
        return walk(state, down, "part", "explore/travel", "take the pet down, to leave it there")
    if nearest > 1:
        return commands.search(1, "wait/pet", "wait for the pet, to take it down")
    return commands.stairs(True, "explore/descend", "take the pet down, to leave it there")
