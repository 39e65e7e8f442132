"""Fight what is hostile and near: throw, cast, strike, or walk up to it."""

import numpy as np

from yendor.belief import terrain as t
from yendor.belief.belief import SLOW
from yendor.belief.creatures import Creature
from yendor.bot import arms
from yendor.bot.aims import Aim
from yendor.bot.combat.aim import bursts_among_friends, name_of, offset_of, urgent
from yendor.bot.combat.missiles import archery, flash, is_missile, pelt, shoot, spell, volley, zap
from yendor.bot.combat.threat import (
    FLOATING_EYE,
    GRUDGE,
    SCORNS_ELBERETH,
    THIEVES,
    fears_thieves,
    leave_alone,
    strength,
)
from yendor.bot.state import State
from yendor.bot.walking import in_town, step_aside, walk
from yendor.nethack.bottomline import Condition
from yendor.nethack.monsters import index_of
from yendor.skills import commands
from yendor.skills.plan import Plan

_REACH = 7
_BOWSHOT = 14
"""Squares within which archers are run down,"""
_HEALTHY = 0.6
"""by a hero with this share of the hit points."""
_BLOW = 1
"""Turns after a loss of hit points in which who hallucinates strikes whoever is near."""
_NEW = 10
"""Turns for which it is new beside a hero: a floating eye needs twelve for a step, and stays."""
_BEARABLE = 0.6
"""Share of the hit points from which who is not steady spares the peaceful beside it."""
_DIGGERS = frozenset(index_of(name) for name in ("dwarf", "dwarf lord"))
_IN_VIEW = 6
_YOUNG = 3000
"""Turns after which alignment bears some hypocrisy."""
_TOO_MUCH = 0.6
"""Share of the hit points that a fight may cost on average to be looked for."""
_PATIENCE = 12
"""Turns for which enemies in view are let come to the stairs, our way out."""


def propose(state: State) -> Plan | None:
    """Cast, zap or shoot where that is best; else strike who is adjacent, shoot who is not, or walk up."""
    near = [c for c in state.hostiles(_reach(state)) if not bursts_among_friends(state, c)]
    if not near:
        return pelt(state) or _rob(state)
    if off := _off_the_word(state):
        return off
    hands = state.hero.turn >= state.belief.handless
    return (
        (_with_hands(state, near) if hands else None)
        or _strike_worst(state, near)
        or (shoot(state, near) if hands else None)
        or _let_come(state, near)
        or _approach(state, near)
    )


def _off_the_word(state: State) -> Plan | None:
    """Step off the engraving before striking, while young: that costs 5 points of alignment (mon.c).

    Heroes of five roles begin with none, and below none no prayer is heard. A thousand turns of kills make up for it.
    """
    if state.hero.turn >= _YOUNG or not state.belief.hidden_on_elbereth():
        return None
    if all(c.species in SCORNS_ELBERETH for c in state.hostiles(_IN_VIEW)):
        return None
    if state.hero.condition & Condition.BLIND:  # who bumps into somebody unseen has struck him, too
        return commands.search(1, "wait/blind", "wait on the engraving until the eyes see")
    anywhere = np.ones_like(state.level.furniture)
    return step_aside(state, anywhere, "fight/position", "off the engraving: to strike from it angers the gods")


def _reach(state: State) -> int:
    """Return within how many squares enemies are fought."""
    hunted = state.hero.turn - state.belief.arrow < GRUDGE and state.hp_share > _HEALTHY
    return _BOWSHOT if hunted else _REACH


def _with_hands(state: State, near: list[Creature]) -> Plan | None:
    """What is done before striking: spells, wands, and missiles of those who throw better than they strike."""
    return (
        spell(state, near)
        or zap(state, near)
        or flash(state, near)
        or archery(state, near)
        or volley(state, near)
        or _arm(state, near)
    )


def _arm(state: State, near: list[Creature]) -> Plan | None:
    """Take a weapon in hand, or up from where it fell, rather than strike with bare hands."""
    belief = state.belief
    if near[0].distance > 1 and any(map(is_missile, belief.inventory)):
        return None  # they are thrown first
    if belief.role == "mon" or arms.in_hand(belief.inventory) is not None or belief.tries:
        return None
    if weapon := state.better_weapon:
        return commands.wield(weapon.letter, f"take {weapon.name} in hand")
    return commands.pick_up("pick up what was dropped here") if state.square in state.level.dropped else None


def _rob(state: State) -> Plan | None:
    """Take a peaceful dwarf's pick-axe: it costs a point of alignment, and the dwarf (BotHack's way)."""
    if state.aim is not Aim.PICK or state.hp_share < 0.7 or in_town(state):
        return None
    for c in state.belief.creatures:
        if c.kind != "peaceful" or c.species not in _DIGGERS or c.distance > _REACH:
            continue
        if c.distance == 1:
            return commands.rob(offset_of(state, c), f"rob the {name_of(c)} of its pick-axe")
        plan = walk(state, (c.row, c.column), "rob", "fight/rob", f"go and rob the {name_of(c)}")
        if plan:
            return plan
    return None


def _strike_worst(state: State, near: list[Creature]) -> Plan | None:
    """Strike the most dangerous one beside the hero; the unseen come last."""
    adjacent = [c for c in near if c.distance == 1 and (c.species >= 0 or _felt(state, c))]
    if not adjacent or _astray(state):
        return None
    since = state.belief.arrivals  # who hallucinates strikes who came last: a floating eye has stood there for long
    worst = max(
        adjacent,
        key=lambda c: (c.species >= 0, urgent(state, c), strength(c.species), since.get((c.row, c.column), 0)),
    )
    offset = offset_of(state, worst)
    if worst.species < 0:
        return commands.force_fight(offset, "fight/melee", "strike at the unseen thing")
    return commands.step(offset, "fight/melee", f"strike the {name_of(worst)}")


def _astray(state: State) -> bool:
    """Tell whether a blow may go where it was not meant, and a floating eye or somebody peaceful stands there."""
    if not state.hero.condition & (Condition.STUNNED | Condition.CONFUSED):
        return False
    beside = [c for c in state.belief.creatures if c.distance == 1]
    spare = state.hp_share >= _BEARABLE and any(c.kind == "peaceful" for c in beside)
    return spare or any(c.species == FLOATING_EYE for c in beside)


def _felt(state: State, c: Creature) -> bool:
    """Tell whether an unseen thing is worth a blow: it is no mold that stood there before, and has just struck."""
    rooted = state.level.rooted.get((c.row, c.column), -1)
    if in_town(state) or leave_alone(rooted, state.hero.hp):
        return False
    if state.hero.condition & Condition.HALLUCINATING:  # what does not bite may be a floating eye, or a friend
        return state.hero.turn - state.belief.hurt <= _BLOW and _came_to_bite(state, c)
    return state.hero.turn - state.belief.struck < GRUDGE


def _came_to_bite(state: State, c: Creature) -> bool:
    """Tell whether what may be anything is new beside the hero, or the hero in need; whoever bit may be dead."""
    message = state.belief.message
    if state.level.shop[state.square] or "You kill" in message or "You destroy" in message:
        return False
    stood = state.hero.turn - state.belief.arrivals.get((c.row, c.column), state.hero.turn)
    return stood <= _NEW or state.hp_share < _BEARABLE


def _let_come(state: State, near: list[Creature]) -> Plan | None:
    """Hurt, wait for them rather than walk up: each turn heals a little, and the first blow is ours."""
    coming = next((c for c in near if c.species not in SLOW), None)
    if coming is None:
        return None
    on_stairs = state.level.terrain[state.square] == t.UP and state.hero.depth > 1
    if not on_stairs and (state.hp_share >= 0.6 or coming.distance > 3):
        return None
    if (on_stairs and state.belief.waited > _PATIENCE) or state.hero.turn - state.belief.shot < GRUDGE:
        return None
    return commands.search(1, "fight/wait", f"let the {name_of(coming)} come")


def _approach(state: State, near: list[Creature]) -> Plan | None:
    if state.hero.condition & Condition.BLIND or _astray(state):
        return None  # the touch of a corpse unseen may petrify
    for c in sorted(near, key=lambda c: not urgent(state, c)):
        if state.harm([c]) > _TOO_MUCH * state.hero.hp:
            continue
        square = (c.row, c.column)
        if c.species in THIEVES and fears_thieves(state.hero) and not state.fierce(c):
            continue  # most of them sleep until somebody comes
        if c.species < 0 or state.doubted("approach", square) or state.distance(square) > _reach(state) + 2:
            continue
        plan = walk(state, square, "approach", "fight/melee", f"go for the {name_of(c)}")
        if plan:
            return plan
    return None
