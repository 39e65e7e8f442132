"""Eat: what was just killed and is safe, and what is carried when hungry."""

from yendor.bot.state import State
from yendor.nethack import actions as a
from yendor.nethack.bottomline import Hunger
from yendor.nethack.items import FOOD, Item
from yendor.nethack.monsters import monster, safe_corpse
from yendor.nethack.prompts import Kind
from yendor.skills.plans import Plan, Step, with_item

_NEVER = ("tin", "egg", "corpse", "tripe", "glob", "lizard", "kelp", "clove of garlic", "sprig")


def corpse(state: State) -> Plan | None:
    """Eat a corpse whose death was seen, while it is fresh."""
    hero, belief = state.hero, state.belief
    if hero.hunger == Hunger.SATIATED or state.near_hostiles:
        return None
    race = belief.character[4:7] if belief.character else "hum"
    best: tuple[int, tuple[int, int], int] | None = None
    for kill in belief.kills:
        if kill.place != belief.place or not safe_corpse(kill.index, race):
            continue
        distance = 0 if (kill.y, kill.x) == state.at else int(state.reach[kill.y, kill.x])
        if 0 <= distance <= 12 and (best is None or distance < best[0]):
            best = (distance, (kill.y, kill.x), kill.index)
    if best is None:
        return None
    name = monster(best[2]).name
    if best[0] > 0:
        return state.walk(best[1], "eat/ground", f"a fresh {name} corpse lies there")
    steps = (Step(a.EAT), Step(a.index_of("y"), Kind.YES_NO))
    return Plan(steps, "eat/ground", f"eating the {name}", state.at, yes=(f"{name} corpse",))


def carried(state: State) -> Plan | None:
    """Eat from the inventory when hungry; the least filling first."""
    if state.hero.hunger < Hunger.HUNGRY or state.near_hostiles:
        return None
    item = food(state)
    if item is None:
        return None
    return with_item(a.EAT, item.letter, "eat/inventory", f"hungry: eating {item.name}")


def food(state: State) -> Item | None:
    """Return the item to eat next; None when nothing safe is carried."""
    for item in state.belief.inventory:
        if item.kind == FOOD and not any(word in item.name for word in _NEVER):
            return item
    return None
