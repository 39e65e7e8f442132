"""Eat: fresh corpses that are safe, then what is in the pack."""

from yendor.bot.gear import is_food
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack import items as it
from yendor.nethack.bottomline import Hunger
from yendor.nethack.monsters import index_of, monster, safe_corpse
from yendor.nethack.objects import thing
from yendor.skills import commands
from yendor.skills.plan import Plan

_VENOMOUS = frozenset(
    index_of(name)
    for name in ("kobold", "large kobold", "kobold lord", "kobold shaman", "soldier ant", "giant beetle", "snake",
                 "homunculus", "spotted jelly", "ochre jelly")
)  # fmt: skip
_HARDY = ("bar", "hea")
"""Roles that resist poison from the first level on, as orcs do (attrib.c)."""
_NEVER = frozenset(index_of(name) for name in ("cockatrice", "chickatrice", "Medusa", "green slime", "human", "elf"))
_UNWISE = frozenset(
    index_of(name) for name in ("bat", "giant bat", "kitten", "housecat", "large cat", "little dog", "dog", "large dog")
)
"""Stunning for a while, or a friend's kind, whose eaters are noticed by all from then on."""
SAFE = 0.965
"""Odds of a prayer that is waited for with food in the pack."""
_TO_WEAKNESS = 100
"""Turns from hunger to weakness (eat.c: 150 and 50 points of nutrition)."""
_GAP = 300
"""Points of nutrition that bring most prayers from 0.92 to safety."""
_FAR = 9
_LICHEN = index_of("lichen")
_LICHEN_FEEDS = 200
_SHOT = 10
"""Turns for which nobody sits down to eat after somebody zapped."""
_AGE = 45
"""Turns after which a corpse may be rotten: 50 in eat.c, less the walk and the meal."""


def propose(state: State) -> Plan | None:
    """Eat when nothing hostile is near and there is room."""
    if state.hostiles(1) or state.hero.hunger == Hunger.SATIATED or state.hero.turn - state.belief.shot < _SHOT:
        return None
    if state.hostiles(5):
        return from_pack(state)
    return _corpse(state) or from_pack(state)


def _corpse(state: State) -> Plan | None:
    turn = state.hero.turn
    for square, (index, fell) in state.level.fresh.items():
        race = state.belief.race or "hum"
        hardy = race == "orc" or state.belief.role in _HARDY
        cannibal = race == "orc" or state.belief.role == "cav"
        if not (safe_corpse(index, race, hardy=hardy, cannibal=cannibal) or _tolerable(state, index)):
            continue
        away = state.distance(square)
        if turn + away - fell > _AGE or away > 20 or state.doubted("corpse", square):
            continue
        name = monster(index).name
        keep = index == _LICHEN and state.hero.hunger < Hunger.HUNGRY
        if keep and square in state.level.left:
            continue
        if keep and square == state.square:
            return commands.pick_up("keep the lichen corpse: it does not rot")
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
    """Eat what is carried, when hungry, unless a safe prayer will do: food is for the gaps between prayers.

    A prayer in weakness fills the hero as a ration does, and fails the less the longer the last one is ago; so what
    keeps is saved for the times when hunger comes too early, and no more of it eaten than that takes.
    """
    if state.hero.hunger < Hunger.HUNGRY or (state.hero.hunger == Hunger.HUNGRY and prayer_will_do(state)):
        return None
    foods = [item for item in state.belief.inventory if item.kind == it.FOOD and is_food(item.name)]
    if not foods:
        return _tin(state)
    food = min(foods, key=lambda item: _nutrition(item) if _nutrition(item) >= _GAP else 2000 - _nutrition(item))
    return commands.eat(food.letter, f"hungry: eat {food.name}")


def _tin(state: State) -> Plan | None:
    """Open a tin, with bare hands if need be: that takes up to fifty turns, and nobody knows what is in it."""
    if state.hostiles(_FAR) or state.hero.turn < state.belief.handless:
        return None
    tin = next((i for i in state.belief.inventory if i.kind == it.FOOD and i.name.startswith("tin")), None)
    return commands.eat(tin.letter, f"hungry: open {tin.name}") if tin else None


def prayer_will_do(state: State) -> bool:
    """Tell whether hunger can wait for weakness, and that for a prayer which is all but safe by then."""
    return state.belief.prayer_odds(ahead=_TO_WEAKNESS) >= SAFE


def _nutrition(item: it.Item) -> int:
    return thing(item.object_index).nutrition if item.object_index >= 0 else _LICHEN_FEEDS
