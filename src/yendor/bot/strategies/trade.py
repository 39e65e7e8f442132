"""Shops and vaults: nobody leaves with what is not paid for, and guards want to be followed."""

from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack import items as it
from yendor.nethack.actions import MOVE, OFFSETS
from yendor.nethack.monsters import index_of
from yendor.skills import commands
from yendor.skills.plan import Plan

_GUARD = index_of("guard")


def propose(state: State) -> Plan | None:
    """Put back what a shopkeeper wants paid; follow a vault's guard out, without the gold."""
    return _put_back(state) or _follow(state)


def _put_back(state: State) -> Plan | None:
    unpaid = next((item for item in state.belief.inventory if "unpaid" in item.state), None)
    if unpaid is None:
        return None
    return commands.drop(unpaid.letter, "items/put_back", f"put back {unpaid.name}: it is not paid for")


def _follow(state: State) -> Plan | None:
    guard = next((c for c in state.belief.creatures if c.species == _GUARD and c.kind == "peaceful"), None)
    if guard is None:
        return None
    gold = next((item for item in state.belief.inventory if item.kind == it.COIN), None)
    if gold is not None:
        return commands.drop(gold.letter, "follow_guard/gold", "the guard wants the gold back")
    if guard.distance > 1:
        plan = walk(state, (guard.row, guard.column), "guard", "follow_guard/walk", "follow the guard out of the vault")
        if plan:  # past the vault's gold without picking it up, which he takes for theft
            return plan._replace(keys=(MOVE, *plan.keys)) if plan.keys[0] < len(OFFSETS) else plan
    return commands.search(1, "follow_guard/wait", "wait for the guard to go on")
