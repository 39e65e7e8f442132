"""Swallowed: zap, drink or pray in need, and hit the walls until they let go."""

from nle import nethack as nh

from yendor.bot.combat.missiles import feels, wands
from yendor.bot.combat.threat import low_hp
from yendor.bot.state import State
from yendor.bot.strategies.survive import FAINT_HOPE
from yendor.nethack import items as it
from yendor.nethack.glyphs import IS_SWALLOW
from yendor.nethack.monsters import Monster, monster
from yendor.skills import commands
from yendor.skills.plan import Plan

_UP = (-1, 0)
"""Any direction leads to a wall."""
_WANDS = ("digging", "sleep", "cold", "fire", "lightning", "magic missile", "striking")
"""Wands that free the hero, or harm whoever swallowed it; none of them misses there (zap.c)."""
_HURT, _BAD = 0.7, 0.33
"""Shares of the hit points below which a wand is zapped, and a potion drunk that is known to heal."""
_JUST = 1
"""Turns since a wound for which the engulfer is taken to be awake, and a wand to be of use."""


def propose(state: State) -> Plan | None:
    """Use what helps in need; else attack in any direction."""
    if not state.belief.swallowed:
        return None
    way_out = None if state.belief.beast else _zap(state) or _drink(state) or _pray(state)
    return way_out or commands.step(_UP, "fight/engulfed", "fight the way out of the engulfer")


def _zap(state: State) -> Plan | None:
    """Zap the best wand that the engulfer feels, while it wounds the hurt, or anybody whom it digests."""
    hero, belief, engulfer = state.hero, state.belief, _engulfer(state)
    if hero.turn < belief.handless or belief.zap_turn >= hero.turn or hero.turn - belief.hurt > _JUST:
        return None
    if state.hp_share >= _HURT and not any(attack.damage == "dgst" for attack in engulfer.attacks):
        return None
    whirls = engulfer.symbol == "v" or engulfer.name == "air elemental"  # no hole can be dug in those
    usable = (i for i in wands(state, _WANDS) if feels(engulfer.index, i) and not (whirls and "digging" in i.name))
    wand = next(usable, None)
    return commands.zap(wand.letter, _UP, f"zap the {wand.name} inside the {engulfer.name}") if wand else None


def _engulfer(state: State) -> Monster:
    """Return the kind whose inside is shown."""
    shown = state.belief.glyphs[IS_SWALLOW[state.belief.glyphs]]
    return monster((int(shown[0]) - nh.GLYPH_SWALLOW_OFF) // 8)


def _drink(state: State) -> Plan | None:
    potions = (i for i in state.belief.inventory if i.kind == it.POTION and "healing" in i.name)
    potion = next(potions, None) if state.hp_share < _BAD else None
    return commands.quaff(potion.letter, f"swallowed, with {state.hero.hp} hit points") if potion else None


def _pray(state: State) -> Plan | None:
    if not low_hp(state.hero) or state.belief.prayer_odds() <= FAINT_HOPE:
        return None
    return commands.pray(f"swallowed, with {state.hero.hp} hit points")
