"""Rest until hit points allow the next fight."""

from yendor.belief import terrain as t
from yendor.bot.aims import MINES, camp
from yendor.bot.stairs import calm, climb, stairs
from yendor.bot.state import State
from yendor.bot.strategies import survive
from yendor.bot.walking import walk
from yendor.bot.word import can_write
from yendor.nethack.bottomline import Hunger
from yendor.skills import commands
from yendor.skills.plan import Plan

_HURT = 0.6
"""Share of the hit points below which the rest is long enough to write first,"""
_GROWN = 20
"""by a hero with more hit points than this at best: a small one has rested as soon."""
_RETREAT = {2: 0.8, 3: 0.6, 4: 0.6, 5: 0.6, 6: 0.6}
"""Share of the hit points, by depth, below which the hero rests on the first level: a rest of 300 turns brings four
visitors, and only the first level's cost less than it heals meanwhile."""
_FEEBLE, _STEPS = 0.35, 5
"""Share of the hit points with which more steps than this to the stairs are a risk: better to write where one is."""
_AT_HOME = 0.5
"""The same on a level where prey is waited for."""
_SHOT = 20
"""Turns for which a hero who was shot at does not rest there."""
_SOON = 100
"""Turns since the hero was hurt for which an engraving is not left for a better place."""
_WAY = 12
"""Steps to the stairs up that are worth walking for a safer rest."""


def propose(state: State) -> Plan | None:
    """Search in place while hit points are low and nothing hostile is seen, on the stairs or on an engraving."""
    hero = state.hero
    if state.belief.beast and state.level.dropped and hero.hunger < Hunger.WEAK and not state.hostiles(1):
        return _guard(state)
    if state.hp_share >= 0.92 or hero.hunger >= Hunger.WEAK or state.hostiles(9):
        return None
    if hero.turn - state.belief.shot < _SHOT:
        return None
    why = f"rest: {hero.hp} of {hero.max_hp} hit points"
    if state.belief.hidden_on_elbereth() and hero.turn - state.belief.hurt < _SOON:
        return commands.search(20, "wait/heal", why)  # whoever hurt the hero may come back before it is elsewhere
    up = stairs(state, t.UP) if hero.depth > 1 else None
    enough = _RETREAT.get(hero.depth, 0.0) if hero.depth > camp(state.belief) else _AT_HOME
    far = up is not None and state.hp_share < _FEEBLE and int(state.distances[up]) > _STEPS
    homeward = hero.dungeon in (0, MINES) and state.hp_share < enough and not far
    if up is not None and homeward and not state.belief.punished and calm(state, up):
        plan = climb(state, f"{why} further up, where who comes is weaker")
        if plan:
            return plan
    feeble = state.hp_share < _FEEBLE and can_write(state)
    if up is not None and 0 < state.distances[up] <= _WAY and not feeble:
        plan = walk(state, up, "rest", "wait/heal", "rest on the stairs, a way out")
        if plan:
            return plan
    if state.square != up and state.hp_share < _HURT and can_write(state) and hero.max_hp > _GROWN:
        if not state.belief.hidden_on_elbereth():
            return commands.elbereth("write Elbereth before resting")
        if state.belief.read_turn < 0:
            return commands.look("survive/elbereth", "read what was written")
    return commands.search(20, "wait/heal", why)


def quarantine(state: State) -> Plan | None:
    """Wait for the cure of lycanthropy on an engraving: beasts respect it, and man and beast are safe on it."""
    if not survive.quarantined(state) or state.hostiles(9):
        return None
    if not state.belief.hidden_on_elbereth() and can_write(state):
        return commands.elbereth("write Elbereth, to wait on until lycanthropy can be prayed away")
    if state.belief.hidden_on_elbereth() and state.belief.read_turn < 0:
        return commands.look("survive/elbereth", "read what was written")
    return commands.search(10, "wait/heal", "wait until lycanthropy can be prayed away")


def _guard(state: State) -> Plan:
    """Stay with the armour that fell off until the hero has hands again to put it on."""
    nearest = min(state.level.dropped, key=state.distance)
    plan = walk(state, nearest, "guard", "wait/heal", "back to what was dropped") if nearest != state.square else None
    return plan or commands.search(10, "wait/heal", "guard what was dropped until there are hands again")
