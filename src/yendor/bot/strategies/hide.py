"""Write Elbereth when a fight goes badly, and rest on it."""

from yendor.belief.creatures import Creature
from yendor.bot.combat.threat import SCORNS_ELBERETH
from yendor.bot.state import State
from yendor.bot.strategies import items
from yendor.bot.strategies.eat import from_pack
from yendor.bot.strategies.survive import quarantined
from yendor.bot.word import SHOT, write
from yendor.nethack.bottomline import Condition
from yendor.nethack.monsters import monster
from yendor.skills import commands
from yendor.skills.plan import Plan

_RESTED = 0.9
"""Share of the hit points with which the engraving is left again."""
_WATCH = 1
"""Turns of rest between two looks at the engraving."""
_HURT = 0.45
_WORTH = 0.8
"""Share of the hit points above which a rest gains too little."""
_MARGIN = 1.3
"""How many times the hit points that the fight will take on average the hero wants to have."""


def propose(state: State) -> Plan | None:
    """Write Elbereth when the fight goes badly, read whether it came out right, and rest on it.

    In NetHack 3.6.7 a monster that fears the word does not strike whoever stands on it, and scaring does not wear it
    out (monmove.c), nor do blows; dust wears off under the feet (allmain.c), and striking from it erases it.
    """
    hidden = state.belief.hidden_on_elbereth()
    if hidden and state.hero.condition & Condition.BLIND and state.hero.turn - state.belief.hurt <= _WATCH:
        hidden = False  # whoever is struck on it stands on scrawl, and the blind cannot read it
    scorned = any(c.species in SCORNS_ELBERETH for c in state.hostiles(1))
    if state.hero.turn - state.belief.shot < SHOT and all(_shoots(state, c) for c in state.hostiles(1)):
        return None
    if hidden and (state.hp_share < _RESTED or quarantined(state)) and state.hostiles(8) and not scorned:
        if not state.belief.legible and not state.hero.condition & Condition.BLIND:
            return commands.look("survive/elbereth", "read what was written")
        rest = commands.search(_WATCH, "survive/elbereth", "rest on the engraving")
        return from_pack(state) or (items.put_on(state) if state.belief.legible else None) or rest
    near = state.hostiles(1) or _too_many(state) or _strong_for_the_hurt(state)
    if hidden or not near or not _losing(state) or any(c.species in SCORNS_ELBERETH for c in near):
        return None
    return write(state, f"{state.hero.hp} of {state.hero.max_hp} hit points: the fight goes badly")


def _shoots(state: State, c: Creature) -> bool:
    """Tell whether this one may be who zapped."""
    return c.species < 0 or state.belief.shooter in ("", monster(c.species).name)


def _too_many(state: State) -> list[Creature]:
    """Return those who are two steps away when together they would take all the hit points there are."""
    coming = state.hostiles(3)
    lost = len(coming) > 1 and state.harm(coming) > state.hero.hp
    return [c for c in coming if c.distance <= 2] if lost else []


def _strong_for_the_hurt(state: State) -> list[Creature]:
    """Return those who come for a hero who is hurt, when the fight would take half of what is left."""
    coming = state.hostiles(4) if state.hp_share < _HURT else []
    return coming if state.harm(coming) > _HURT * state.hero.hp else []


def _losing(state: State) -> bool:
    harm = state.harm(state.hostiles(2))
    if state.hp_share >= _WORTH:
        return state.hero.hp < harm or bool(_too_many(state))
    return state.hp_share < _HURT or state.hero.hp < _MARGIN * harm
