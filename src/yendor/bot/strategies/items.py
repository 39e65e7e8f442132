"""Pick up what autopickup takes by walking over it: gold, scrolls, potions, wands."""

import numpy as np

from yendor.belief import terrain as t
from yendor.bot.state import State
from yendor.nethack import glyphs as g
from yendor.nethack import items as it
from yendor.skills import commands
from yendor.skills.plan import Plan


def _wanted() -> np.ndarray:
    from nle import nethack as nh

    table = np.zeros(g.MAX_GLYPH + 1, bool)
    for index in range(nh.NUM_OBJECTS):
        if ord(nh.objclass(index).oc_class) in (it.COIN, it.SCROLL, it.POTION, it.WAND):
            table[nh.GLYPH_OBJ_OFF + index] = True
    return table


WANTED = _wanted()


def propose(state: State) -> Plan | None:
    """Walk to the nearest wanted thing."""
    level = state.level
    things = (level.shown == t.ITEM) & ~level.visited & ~level.shop
    things &= WANTED[state.belief.glyphs]
    if not things.any():
        return None
    found = np.argwhere(things & (state.distances > 0))
    options = sorted((int(state.distances[r, c]), r, c) for r, c in found.tolist())
    for _, r, c in options:
        if state.doubted("item", (r, c)):
            continue
        step = state.step_to((r, c))
        if step:
            return commands.step(step, "items/pickup", "walk over what lies there", ("item", (r, c)))
    return None
