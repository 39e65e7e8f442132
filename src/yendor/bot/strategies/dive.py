"""Go down as far as the hero gets: each level counts, those below the twentieth a thousand points each.

NetHack's score gives 50 points a level and 1,000 for each below the twentieth (botl.c), up to 10,000. With
something to dig with, a level takes some twenty turns (dig.c), less than most of its inhabitants need to come.
"""

import numpy as np

from yendor.belief import terrain as t
from yendor.belief.creatures import Creature
from yendor.belief.level import Square
from yendor.bot import gear
from yendor.bot.aims import Aim, digger
from yendor.bot.combat.threat import SCORNS_ELBERETH, blows, strength
from yendor.bot.stairs import descend, stairs
from yendor.bot.state import State
from yendor.bot.strategies import eat, items
from yendor.bot.strategies.flee import through
from yendor.bot.walking import nearest, walk
from yendor.bot.word import can_write
from yendor.nethack.bottomline import Condition, Hunger
from yendor.nethack.items import Item
from yendor.skills import commands
from yendor.skills.plan import Plan

_NEAR = 12
"""Stairs down within so many steps are quicker than digging."""
_REACH = 5
"""Enemies within so many squares are a reason to write first."""
_FIT = 0.6
"""Share of the hit points with which stairs are taken to the next level."""
_FRESH_HP = 0.85
_FRESH_ENOUGH = 0.4
"""Share of the hit points with which the dive begins, and with which it does when hunger allows no rest."""
_DEEP, _DIRE = 4, 8
"""Depths from which the floor is written on before it is dug through: with enemies about, and always."""
_CHEAP = 0.3
"""Share of the hit points for which those beside the hero are fought rather than dug away from."""
_LONG, _TRIFLE = 10, 0.1
"""Turns in which those beside the hero must take this share of the hit points to be a reason to stop digging."""
_FRESH = 6
"""Turns after which the engraving is read again."""
_HARD = 12
"""Squares that cannot be dug through after which the level is given up."""


def propose(state: State) -> Plan | None:
    """Take near stairs, dig, or go where one can dig."""
    if state.aim is not Aim.DIVE or state.hero.dungeon != 0 or state.hero.condition & Condition.LEVITATING:
        return None
    near = state.hostiles(1)
    fresh = _FRESH_HP if state.hero.hunger < Hunger.WEAK else _FRESH_ENOUGH
    if state.hero.depth <= _DEEP and (near or state.hp_share < fresh):
        return None
    hidden = state.belief.hidden_on_elbereth() and not any(c.species in SCORNS_ELBERETH for c in near)
    if near and not hidden and _better_fought(state, near):
        return None
    if state.hero.hunger >= Hunger.HUNGRY and (meal := eat.propose(state)):
        return meal
    if not state.hostiles(_REACH) and (plan := items.put_on(state)):
        return plan
    tool, down = digger(state.belief), stairs(state, t.DOWN)
    if state.square == down and state.hp_share < _FIT and not state.hostiles(6):
        return commands.search(5, "wait/heal", "rest before the next level")
    close = down is not None and state.distances[down] <= (3 if near else _NEAR)
    if down is not None and (tool is None or close) and not through(state, down, near):
        return descend(state, down)
    if tool is None:
        return None
    return dig(state, tool) or (_shelter(state) if state.hero.depth >= _DIRE else None)


def dig(state: State, tool: Item) -> Plan | None:
    """Dig through the floor, or go where one can; None on a level that nobody digs through."""
    if len(state.level.hard) >= _HARD:
        return None
    shield = gear.encumbering_shield(state.belief.inventory, tool)
    if shield is not None:
        return commands.take_off(shield.letter, f"take off {shield.name}: {tool.name} takes two hands")
    if _soft(state, state.square):
        why = f"dig down with {tool.name}, to depth {state.hero.depth + 1}"
        return _shelter(state) or commands.dig_down(tool.letter, why)
    goal = _nearest_soft(state)
    if goal is None or through(state, goal, state.hostiles(1)):
        return None
    return walk(state, goal, "dig", "explore/dig", "go where the floor can be dug through")


def _shelter(state: State) -> Plan | None:
    """Write Elbereth before digging, and see to it that it stands: most of those down there cannot strike then.

    The first pit, a quarter of the work, wipes out what was written (dig.c). So without enemies about that comes first.
    """
    belief = state.belief
    foes = [c for c in state.hostiles(_REACH) if c.species not in SCORNS_ELBERETH]
    if state.hero.depth < _DEEP or not (foes or (state.hero.depth >= _DIRE and belief.in_pit())):
        return None
    if not belief.hidden_on_elbereth():
        return commands.elbereth("write Elbereth before digging") if can_write(state) else None
    struck = state.hero.hp < belief.read_hp
    if state.hero.condition & Condition.BLIND:
        anew = struck and any(c.distance == 1 for c in foes) and can_write(state)
        return commands.elbereth("write Elbereth anew, unseen") if anew else None
    stale = state.hero.turn - belief.read_turn >= _FRESH and bool(foes)
    if belief.read_turn >= 0 and (belief.legible or not (struck or stale)):
        return None
    return commands.look("survive/elbereth", "read what was written")


def _better_fought(state: State, near: list[Creature]) -> bool:
    """Tell whether those beside the hero die soon, or before the hero does where no engraving keeps them off.

    Who hardly hurts, a ghost say, may take more blows than the hero has strength for.
    """
    if _LONG * sum(blows(c.species, state.hero.ac) for c in near) < _TRIFLE * state.hero.hp:
        return False
    if all(_weak(state, c) for c in near):
        return True
    scorned = any(c.species in SCORNS_ELBERETH for c in near)
    harm = state.harm(near)
    return harm < state.hero.hp * (1.0 if scorned else _CHEAP)


def _weak(state: State, c: Creature) -> bool:
    """Tell whether killing it is quicker than hiding from it."""
    return c.species >= 0 and strength(c.species) * 2 <= state.hero.xl and state.hp_share > 0.4


def _soft(state: State, square: Square) -> bool:
    level = state.level
    ground = level.terrain[square]
    wet = bool(state.belief.wet[t.box(*square)].any())
    return ground in (t.FLOOR, t.CORRIDOR) and square not in level.hard and not wet and not level.shop[square]


def _nearest_soft(state: State) -> Square | None:
    terrain = state.level.terrain
    mask = ((terrain == t.FLOOR) | (terrain == t.CORRIDOR)) & (state.distances > 0) & ~t.grow(state.belief.wet)
    mask &= ~state.level.shop
    for square in state.level.hard:
        mask[square] = False
    return nearest(state, np.asarray(mask), "dig")
