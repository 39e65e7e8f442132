"""The strategies in the order in which they are asked; the first that has a plan acts."""

from collections.abc import Callable

from yendor.bot.state import State
from yendor.bot.strategies import (
    cover,
    dip,
    dive,
    eat,
    engulfed,
    errand,
    explore,
    eyes,
    fast,
    fight,
    flee,
    hide,
    items,
    lure,
    part,
    pilgrimage,
    position,
    rest,
    sokoban,
    stone,
    survive,
    thief,
    trade,
    wait,
)
from yendor.skills.plan import Plan

Strategy = Callable[[State], Plan | None]

STRATEGIES: tuple[tuple[str, Strategy], ...] = (
    ("survive", survive.propose),
    ("engulfed", engulfed.propose),
    ("trade", trade.propose),
    ("dive", dive.propose),
    ("stone", stone.propose),
    ("flee", flee.propose),
    ("hide", hide.propose),
    ("cover", cover.propose),
    ("fast", fast.propose),
    ("thief", thief.propose),
    ("position", position.propose),
    ("fight", fight.propose),
    ("wait", wait.propose),
    ("dress", items.dress),
    ("eat", eat.propose),
    ("rest", rest.propose),
    ("hold", sokoban.hold),
    ("leave", pilgrimage.leave),
    ("items", items.propose),
    ("quarantine", rest.quarantine),
    ("dip", dip.propose),
    ("part", part.propose),
    ("eyes", eyes.propose),
    ("lure", lure.propose),
    ("sokoban", sokoban.propose),
    ("pilgrimage", pilgrimage.propose),
    ("errand", errand.propose),
    ("explore", explore.propose),
)
