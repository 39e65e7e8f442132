"""Get away while it is still possible."""

from yendor.belief import terrain as t
from yendor.bot.state import State
from yendor.skills import commands
from yendor.skills.plan import Plan


def propose(state: State) -> Plan | None:
    """Take the stairs up when hit points are low and something hostile is near."""
    if state.hp_share > 0.5 or not state.hostiles(4):
        return None
    terrain = state.level.terrain
    here = terrain[state.square]
    if here == t.UP and state.hero.depth > 1:
        return commands.stairs(False, "flee/stairs", f"{state.hero.hp} hit points: up the stairs")
    return None
