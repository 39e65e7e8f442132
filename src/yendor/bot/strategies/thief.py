"""Kill nymphs from afar: they charm off a hero's armour, and four in five sleep until somebody comes (makemon.c).

Of 182 heroes of experience level 8 and more, 47 died in armour class 9 or worse; nymphs had most of what they lacked.
"""

from yendor.belief.creatures import Creature
from yendor.belief.level import Square
from yendor.bot import arms
from yendor.bot.combat.aim import in_a_shop, name_of, ray
from yendor.bot.combat.missiles import blast, is_missile, shoot
from yendor.bot.combat.threat import THIEVES, fears_thieves
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack.actions import OFFSETS
from yendor.nethack.bottomline import Condition
from yendor.skills.plan import Plan

_SIGHT = 12
_FAR, _NEAR = 7, 3
"""Squares from which missiles are thrown: a dagger flies eight or nine."""
_FEW = 3
"""Missiles with which it is worth the walk."""
_WALK = 20
_HEALTHY = 0.5
_UNSTEADY = Condition.BLIND | Condition.CONFUSED | Condition.STUNNED | Condition.HALLUCINATING


def propose(state: State) -> Plan | None:
    """Throw at a nymph in line; go where she is in line, and far away."""
    hero = state.hero
    if fears_thieves(hero) or hero.turn < state.belief.handless or hero.condition & _UNSTEADY or in_a_shop(state):
        return None
    foes = state.hostiles(_SIGHT)
    thieves = [c for c in foes if c.species in THIEVES]
    if not thieves or state.hp_share < _HEALTHY:
        return None
    if plan := blast(state, thieves):
        return plan
    if thieves[0].distance == 1:
        return None
    missiles = arms.missiles(i for i in state.belief.inventory if is_missile(i))
    if not missiles or any(c.distance <= _NEAR for c in foes if c.species not in THIEVES):
        return None
    if plan := shoot(state, thieves, within=_FAR + 1):
        return plan
    spot = _stand(state, thieves[0]) if missiles >= _FEW else None
    if spot is None or spot == state.square:
        return None
    return walk(state, spot, "stand", "fight/position", f"where the {name_of(thieves[0])} is in line")


def _stand(state: State, thief: Creature) -> Square | None:
    """Return the nearest square within reach from which she is in line, three to seven squares away."""
    spots = [
        (int(state.distances[r, c]), -step, r, c)
        for offset in OFFSETS
        for step, (r, c) in enumerate(ray(state, (thief.row, thief.column), offset, _FAR), start=1)
        if step >= _NEAR and 0 <= state.distances[r, c] <= _WALK and not state.doubted("stand", (r, c))
    ]
    return min(spots)[2:] if spots else None
