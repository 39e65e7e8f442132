"""The strategies in the order in which they are asked; the first that has a plan acts."""

from collections.abc import Callable

from yendor.bot.state import State
from yendor.bot.strategies import eat, engulfed, explore, fight, flee, items, rest, survive, trade, wait
from yendor.skills.plan import Plan

Strategy = Callable[[State], Plan | None]

STRATEGIES: tuple[tuple[str, Strategy], ...] = (
    ("survive", survive.propose),
    ("engulfed", engulfed.propose),
    ("flee", flee.propose),
    ("fight", fight.propose),
    ("wait", wait.propose),
    ("trade", trade.propose),
    ("eat", eat.propose),
    ("rest", rest.propose),
    ("items", items.propose),
    ("explore", explore.propose),
)
