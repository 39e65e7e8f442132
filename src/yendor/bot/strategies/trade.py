"""Shops and vaults: nobody leaves with what is not paid for, and guards want to be followed."""

from yendor.belief import terrain as t
from yendor.belief.shops import SHOPKEEPER
from yendor.bot.state import State
from yendor.bot.strategies import explore
from yendor.bot.walking import nearest, walk
from yendor.nethack import items as it
from yendor.nethack.actions import MOVE, OFFSETS, PAY
from yendor.nethack.monsters import index_of
from yendor.skills import commands
from yendor.skills.plan import Plan

_GUARD = index_of("guard")
_AMENDS = 1000
"""Zorkmids that soothe a shopkeeper who was not robbed, but struck, or whose door was broken (shk.c)."""
_ESCORT = 40
"""Turns for which a guard who spoke is taken to wait for the hero."""


def propose(state: State) -> Plan | None:
    """Put back what a shopkeeper wants paid, and pay for the rest; follow a vault's guard out, without the gold."""
    return _put_back(state) or _pay(state) or _follow(state)


def _put_back(state: State) -> Plan | None:
    unpaid = next((item for item in state.belief.inventory if "unpaid" in item.state), None)
    if unpaid is None:
        return None
    return commands.drop(unpaid.letter, "items/put_back", f"put back {unpaid.name}: it is not paid for")


def _pay(state: State) -> Plan | None:
    """Pay what is owed before leaving, which would be theft; and an angry keeper, as soon as he is beside the hero."""
    belief = state.belief
    keepers = [c for c in belief.creatures if c.species == SHOPKEEPER]
    angry = any(c.kind == "hostile" and c.distance == 1 for c in keepers)
    due = belief.debt and (angry or bool(state.level.shop[state.square]) or any(c.distance == 1 for c in keepers))
    if not (due or (angry and state.hero.gold >= _AMENDS)) or state.hero.gold == 0 or belief.tries.get(PAY, 0) > 1:
        return None
    return commands.pay("pay the shopkeeper")


def _follow(state: State) -> Plan | None:
    """Drop the gold, and go where the guard goes; where he is out of sight, where nobody has been: he has dug there."""
    belief = state.belief
    guard = next((c for c in belief.creatures if c.species == _GUARD), None)
    led = guard.kind == "peaceful" if guard is not None else escorted(state)
    if not led:
        return None
    gold = next((item for item in belief.inventory if item.kind == it.COIN), None)
    if gold is not None:
        return commands.drop(gold.letter, "follow_guard/gold", "the guard wants the gold back")
    if state.hostiles(1):
        return None
    plan = None
    if guard is not None and guard.distance > 1:
        plan = walk(state, (guard.row, guard.column), "guard", "follow_guard/walk", "follow the guard out of the vault")
    elif guard is None and (way := explore.onward(state) or _along(state)):
        plan = way._replace(label="follow_guard/walk", explanation="out of the vault, after the guard")
    if plan and plan.keys[0] < len(OFFSETS):  # past the vault's gold without picking it up, which he takes for theft
        return plan._replace(keys=(MOVE, *plan.keys))
    return plan or commands.search(1, "follow_guard/wait", "wait for the guard to go on")


def _along(state: State) -> Plan | None:
    """Walk on in the corridor that the guard dug, which looks explored where the hero once passed behind the rock."""
    ahead = (state.level.terrain == t.CORRIDOR) & ~state.level.visited & (state.distances > 0)
    goal = nearest(state, ahead, "guard")
    return walk(state, goal, "guard", "follow_guard/walk", "after the guard") if goal else None


def escorted(state: State) -> bool:
    """Tell whether a guard leads the hero out of a vault."""
    return state.hero.turn - state.belief.escorted < _ESCORT
