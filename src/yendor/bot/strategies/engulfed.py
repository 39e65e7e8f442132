"""Swallowed: hit the walls until they let go."""

from yendor.bot.state import State
from yendor.skills import commands
from yendor.skills.plan import Plan


def propose(state: State) -> Plan | None:
    """Attack in any direction."""
    if not state.belief.swallowed:
        return None
    return commands.step((-1, 0), "fight/engulfed", "fight the way out of the engulfer")
