"""Great trouble: pray, drink what heals, hide on an engraving."""

from yendor.belief import terrain as t
from yendor.bot.combat.threat import SCORNS_ELBERETH, damage, low_hp
from yendor.bot.state import State
from yendor.bot.strategies.eat import from_pack, has_food
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition, Hunger
from yendor.skills import commands
from yendor.skills.plan import Plan

_DEADLY = Condition.STONE | Condition.SLIME | Condition.STRANGLED | Condition.FOOD_POISONED | Condition.ILL


def propose(state: State) -> Plan | None:
    """Pray when a god would help; otherwise use what is at hand."""
    hero, belief = state.hero, state.belief
    odds = belief.prayer_odds()
    if hero.condition & _DEADLY and odds > 0:
        return commands.pray("a deadly affliction")
    if belief.lycanthrope and odds > 0.9:
        return commands.pray("lycanthropy")
    if _starving(state, odds):
        return commands.pray("weak from hunger")
    healing = _heal(state)
    if healing:
        return healing
    if low_hp(hero) and odds > 0.85:
        return commands.pray(f"{hero.hp} of {hero.max_hp} hit points")
    return _hide(state) or _last_hope(state, odds) or _drink(state)


def _heal(state: State) -> Plan | None:
    """A healer knows the spell of healing, and it costs little."""
    hero = state.hero
    if state.belief.role != "hea" or hero.energy < 5 or state.hp_share > 0.5 or hero.hunger >= Hunger.WEAK:
        return None
    return commands.heal("a", f"{hero.hp} of {hero.max_hp} hit points: cast healing")


def _last_hope(state: State, odds: float) -> Plan | None:
    """Pray against the odds when the next blow may kill."""
    if not low_hp(state.hero) or odds < 0.3 or not state.hostiles(2):
        return None
    return commands.pray(f"{state.hero.hp} hit points: nothing else is left")


def _drink(state: State) -> Plan | None:
    if not low_hp(state.hero) or not state.hostiles(6):
        return None
    potion = _potion(state)
    if potion is None:
        return None
    return commands.quaff(potion.letter, f"{state.hero.hp} hit points and no prayer left: {potion.name}")


def _starving(state: State, odds: float) -> bool:
    """Weakness is great trouble: pray as soon as it is safe; with food in the pack there is no hurry."""
    hunger = state.hero.hunger
    if hunger < Hunger.WEAK:
        return False
    if hunger >= Hunger.FAINTING:
        return odds > 0.75
    return odds > (0.94 if has_food(state) else 0.9)


def _potion(state: State) -> it.Item | None:
    potions = [item for item in state.belief.inventory if item.kind == it.POTION]
    known = [item for item in potions if "healing" in item.name]
    unknown = [p for p in potions if p.name.endswith((" potion", " potions")) and "water" not in p.name]
    return next(iter(known or unknown), None)


def _hide(state: State) -> Plan | None:
    """Write Elbereth when the fight goes badly, and stay on it until it is safe to leave."""
    hero = state.hero
    if state.belief.hidden_on_elbereth() and state.hp_share < 0.75 and state.hostiles(8):
        return from_pack(state) or commands.search(1, "survive/elbereth", "wait on the engraving")
    near = state.hostiles(1)
    if not near or state.hp_share >= 0.5 or hero.hp > 6 * sum(damage(c.species) for c in state.hostiles(2)):
        return None
    if any(c.species in SCORNS_ELBERETH or c.species < 0 for c in near) or state.belief.idle > 2:
        return None
    if hero.condition & (Condition.BLIND | Condition.LEVITATING | Condition.CONFUSED):
        return None
    if state.level.terrain[state.square] in (t.UP, t.DOWN):
        return None
    return commands.elbereth(f"{hero.hp} of {hero.max_hp} hit points: the fight goes badly")
