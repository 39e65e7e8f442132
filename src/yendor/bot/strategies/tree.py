"""The order of the strategies: the first that proposes a plan is followed."""

from collections.abc import Callable

from yendor.bot.state import State
from yendor.bot.strategies import eat, explore, fight, survive
from yendor.skills.plans import Plan, counted, press
from yendor.nethack import actions as a

Strategy = Callable[[State], Plan | None]

PRIORITIES: tuple[Strategy, ...] = (
    fight.engulfed,
    survive.pray,
    survive.flee_by_stairs,
    survive.quaff,
    fight.shoot,
    fight.melee,
    survive.wait_out,
    fight.approach,
    eat.corpse,
    eat.carried,
    survive.rest,
    explore.ascend,
    explore.gold,
    explore.frontier,
    explore.doors,
    explore.descend,
    explore.hunt_or_search,
)


def decide(state: State) -> Plan:
    """Return what to do now."""
    if state.belief.idle > 12:
        return unstick(state)
    for strategy in PRIORITIES:
        plan = strategy(state)
        if plan is not None:
            return plan
    return counted(10, a.SEARCH, "wait/nothing", "nothing better to do")


def unstick(state: State) -> Plan:
    """Break a deadlock: keys that took no time for long are given up for others."""
    idle = state.belief.idle
    if idle % 4 == 1:
        return press(a.ESC, "error", "nothing happens: leaving whatever is open")
    if idle % 4 == 3:
        return press(a.SEARCH, "error", "nothing happens: letting time pass")
    return press((idle // 4 + state.hero.turn) % 8, "error", "nothing happens: trying another way")
