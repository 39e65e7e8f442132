"""Eat: fresh corpses that are safe, then what is in the pack."""

from yendor.bot.gear import is_food
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack import items as it
from yendor.nethack.bottomline import Hunger
from yendor.nethack.monsters import index_of, monster, safe_corpse
from yendor.skills import commands
from yendor.skills.plan import Plan

_VENOMOUS = frozenset(
    index_of(name)
    for name in ("kobold", "large kobold", "kobold lord", "kobold shaman", "soldier ant", "giant beetle", "snake",
                 "homunculus", "spotted jelly", "ochre jelly")
)  # fmt: skip
_NEVER = frozenset(index_of(name) for name in ("cockatrice", "chickatrice", "Medusa", "green slime", "human", "elf"))
_UNWISE = frozenset(
    index_of(name) for name in ("bat", "giant bat", "kitten", "housecat", "large cat", "little dog", "dog", "large dog")
)
"""Stunning for a while, or a friend's kind, whose eaters are noticed by all from then on."""
_AGE = 45
"""Turns after which a corpse may be rotten: 50 in eat.c, less the walk and the meal."""


def propose(state: State) -> Plan | None:
    """Eat when nothing hostile is near and there is room."""
    if state.hostiles(1) or state.hero.hunger == Hunger.SATIATED:
        return None
    if state.hostiles(5):
        return from_pack(state)
    return _corpse(state) or from_pack(state)


def _corpse(state: State) -> Plan | None:
    turn = state.hero.turn
    for square, (index, fell) in state.level.fresh.items():
        if not (safe_corpse(index, state.belief.race or "hum") or _tolerable(state, index)):
            continue
        away = state.distance(square)
        if turn + away - fell > _AGE or away > 20 or state.doubted("corpse", square):
            continue
        name = monster(index).name
        if square == state.square:
            return commands.eat_ground(f"{name} corpse", f"eat the fresh {name} corpse")
        plan = walk(state, square, "corpse", "eat/ground", f"go to the fresh {name} corpse")
        if plan:
            return plan
    return None


def _tolerable(state: State, index: int) -> bool:
    """Poison and acid cost some hit points; hunger costs the game."""
    hunger = state.hero.hunger
    if hunger >= Hunger.WEAK and state.belief.prayer_odds() < 0.9 and index not in _NEVER:
        return True
    if index in _UNWISE and hunger >= Hunger.WEAK:
        return True
    return index in _VENOMOUS and hunger >= Hunger.HUNGRY and state.hero.hp > 24


def has_food(state: State) -> bool:
    """Tell whether something to eat is carried."""
    return any(item.kind == it.FOOD and is_food(item.name) for item in state.belief.inventory)


def from_pack(state: State) -> Plan | None:
    """Eat what is carried, when hungry."""
    if state.hero.hunger < Hunger.HUNGRY:
        return None
    foods = [item for item in state.belief.inventory if item.kind == it.FOOD and is_food(item.name)]
    if not foods:
        return None
    return commands.eat(foods[0].letter, f"hungry: eat {foods[0].name}")
