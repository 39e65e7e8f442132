"""Dip a long sword into a fountain: the lawful get Excalibur one time in six (fountain.c)."""

from yendor.belief import terrain as t
from yendor.bot import arms
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition, Hunger
from yendor.skills import commands
from yendor.skills.plan import Plan

_LAWFUL = 1
_XL = 5
"""Experience level that the game asks for; the snakes, the nymph and the demon of a fountain are met with it."""
_FIT = 0.85
_DIPS = 30
"""Dips after which something keeps us from dipping."""
_CALM = 8


def propose(state: State) -> Plan | None:
    """Walk to a fountain of this level, and dip the sword until it is Excalibur or the fountain is dry."""
    hero, level = state.hero, state.level
    if hero.dungeon != 0 or hero.alignment != _LAWFUL or hero.xl < _XL or not level.fountains.any():
        return None
    if state.hp_share < _FIT or state.hostiles(_CALM) or hero.hunger >= Hunger.WEAK:
        return None
    if hero.condition & (Condition.LEVITATING | Condition.BLIND | Condition.CONFUSED | Condition.STUNNED):
        return None
    sword = state.belief.derive("dipped", lambda: _sword(state.belief.inventory, state.belief.role))
    if sword is None:
        return None
    near = sorted((int(state.distances[s]), s) for s in t.where(level.fountains) if state.distances[s] >= 0)
    for distance, square in near:
        if level.dips.get(square, 0) >= _DIPS or level.shop[square]:
            continue
        if distance == 0:
            return commands.dip(sword.letter, f"dip {sword.name} into the fountain, for Excalibur")
        plan = walk(state, square, "fountain", "items/dip", "walk to the fountain, for Excalibur")
        if plan:
            return plan
    return None


def _sword(inventory: tuple[it.Item, ...], role: str) -> it.Item | None:
    """Return a long sword of a hero who can learn to use it, and has no Excalibur yet."""
    if not arms.swordsman(role) or any(arms.EXCALIBUR in item.name for item in inventory):
        return None
    swords = (i for i in inventory if i.name.endswith("long sword") and i.count == 1 and "unpaid" not in i.state)
    return next(swords, None)
