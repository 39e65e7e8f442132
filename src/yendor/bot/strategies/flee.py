"""Get away while it is still possible: up the stairs, where only those who stand beside the hero can follow."""

from yendor.belief import terrain as t
from yendor.belief.level import Square
from yendor.bot.aims import drill
from yendor.bot.combat.threat import cost
from yendor.bot.gear import might
from yendor.bot.state import State
from yendor.bot.strategies.explore import stairs
from yendor.bot.walking import walk
from yendor.nethack.monsters import monster
from yendor.skills import commands
from yendor.skills.plan import Plan

_HURT = 0.55
_DIRE = 0.35
_NEAR = 8
"""Steps to the stairs that are still worth walking with enemies about."""


def propose(state: State) -> Plan | None:
    """Take the stairs up, or walk to them, when hit points are low and something hostile is near."""
    enemies = state.hostiles(6)
    wand = drill(state.belief)
    if wand and state.hp_share < _DIRE and state.hostiles(1) and state.level.terrain[state.square] == t.FLOOR:
        return commands.zap_down(wand.letter, f"{state.hero.hp} hit points: down through the floor")
    if not enemies or state.hero.depth == 1 or (state.hp_share > _HURT and not _hopeless(state)):
        return None
    up = stairs(state, t.UP)
    if up is None or state.belief.hidden_on_elbereth():
        return None
    if state.square == up:
        return commands.stairs(False, "flee/stairs", f"{state.hero.hp} hit points: up the stairs")
    steps = int(state.distances[up])
    if steps > _NEAR or not _free(state, up, steps):
        return None
    return walk(state, up, "flee", "flee/walk", f"{state.hero.hp} hit points: to the stairs up")


def _free(state: State, up: Square, steps: int) -> bool:
    """Tell whether the hero is at the stairs before anybody, and nobody faster strikes at its back all the way."""
    for c in state.hostiles(6):
        if max(abs(c.row - up[0]), abs(c.column - up[1])) < steps:
            return False
        if c.distance == 1 and steps > 1 and c.species >= 0 and monster(c.species).speed > 12:
            return False
    return True


def _hopeless(state: State) -> bool:
    """Tell whether the fight would cost more hit points than there are."""
    foes = [c.species for c in state.hostiles(4)]
    return cost(foes, state.hero, might(state.belief)) > 1.2 * state.hero.hp
