"""Rest until hit points allow the next fight."""

from yendor.bot.state import State
from yendor.nethack.bottomline import Hunger
from yendor.skills import commands
from yendor.skills.plan import Plan


def propose(state: State) -> Plan | None:
    """Search in place while hit points are low and nothing hostile is seen."""
    hero = state.hero
    if state.hp_share >= 0.92 or hero.hunger >= Hunger.WEAK or state.hostiles(9):
        return None
    return commands.search(20, "wait/heal", f"rest: {hero.hp} of {hero.max_hp} hit points")
