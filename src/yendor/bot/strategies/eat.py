"""Eat: fresh corpses that are safe, then what is in the pack."""

from yendor.bot.gear import LICHENS, is_food, lichens, load
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack import items as it
from yendor.nethack.bottomline import Hunger
from yendor.nethack.monsters import WERE, index_of, monster, own_kind, safe_corpse
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
_NEVER = frozenset(
    index_of(name) for name in ("cockatrice", "chickatrice", "Medusa", "green slime", "human", "elf", "yellow mold")
)
_UNWISE = frozenset(index_of(name) for name in ("bat", "giant bat"))
"""Stunning for a while."""
_FRIENDS = frozenset(
    index_of(name) for name in ("kitten", "housecat", "large cat", "little dog", "dog", "large dog")
)
"""Whose eaters wake all who see them from then on: on the first levels nearly all are awake anyway."""
_IMMUNIZING = frozenset(index_of(name) for name in ("killer bee", "soldier ant", "giant beetle", "scorpion"))
"""Poisonous kinds that make one eater in three or four immune to poison (mondata.c)."""
_BEASTS = ("d", "r")
"""Symbols of the kinds that lycanthropes must not eat, as they are of them: it costs Luck (eat.c)."""
_HEALTHY = 24
"""Hit points with which poison is borne once, to fill an empty stomach."""
_HEARD, _LIKELY = 0.9, 0.955
"""Odds of a prayer below which the weak, and the hungry, eat what nearly anybody would leave."""
_BEARS_IT, _STRONG = 30, 12
"""Hit points and strength with which such a meal is borne: it takes up to 15 and 4, four times in five."""
_SURE, _STOCKS = 0.976, ((2400, 0.995), (1200, 0.988))
"""Odds of a prayer that whoever has food waits for, 1,200 turns after the last one; with so many points of nutrition in
the pack 1,900 and 1,600. A hundred turns are worth 1.6 points up to 1,200, and 0.3 from there to 1,900: no food is kept
for later gaps while the odds are lower, and beyond, little is eaten, unless the pack is full of it."""
_TO_WEAKNESS = 100
"""Turns from hunger to weakness (eat.c: 150 and 50 points of nutrition)."""
_GAP = 300
"""Points of nutrition that bring most prayers from 0.92 to safety."""
_FAR, _CLOSE = 9, 5
"""Squares within which nobody hostile may be when a tin is opened, and nobody who is seen when a corpse is eaten."""
_HURT, _SOON = 0.6, 30
"""Share of the hit points below which nobody leaves an engraving to eat, and turns since the last wound."""
_BREATH = 12
"""Turns since the last wound before a hero with no more hit points sits down to eat."""
_LICHEN = index_of("lichen")
_LICHEN_FEEDS = 200
_SHOT = 10
"""Turns for which nobody sits down to eat after somebody zapped."""
_AGE = 45
"""Turns after which a corpse may be rotten: 50 in eat.c, less the walk and the meal."""


def propose(state: State) -> Plan | None:
    """Eat when nothing hostile is near and there is room."""
    if state.hostiles(1) or state.hero.turn - state.belief.shot < _SHOT:
        return None
    if any(c.species >= 0 for c in state.hostiles(_CLOSE)):
        return from_pack(state)
    return (None if _shaken(state) else _corpse(state)) or from_pack(state)


def _corpse(state: State) -> Plan | None:
    turn = state.hero.turn
    for square, (index, fell) in state.level.fresh.items():
        race = state.belief.race or "hum"
        hardy = race == "orc" or state.belief.role in _HARDY or state.belief.immune
        cannibal = race == "orc" or state.belief.role == "cav"
        if state.belief.lycanthrope and monster(index).symbol in _BEASTS:
            continue
        if not (safe_corpse(index, race, hardy=hardy, cannibal=cannibal) or _tolerable(state, index, hardy=hardy)):
            continue
        if not state.belief.stomach.holds(monster(index).nutrition):
            continue
        away = state.distance(square)
        if away > 0 and _recovering(state):
            continue
        if turn + away - fell > _AGE or state.doubted("corpse", square) or state.level.shop[square]:
            continue  # too old or too far; in a shop, its owner wants to be paid
        name = monster(index).name
        keep = index == _LICHEN and state.hero.hunger < Hunger.HUNGRY and lichens(state.belief.inventory) < LICHENS
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


def _recovering(state: State) -> bool:
    """Tell whether the hero rests on an engraving from a fight that may not be over: outside they wait."""
    hurt = state.hp_share < _HURT and state.hero.turn - state.belief.hurt < _SOON
    return hurt and state.belief.hidden_on_elbereth()


def _shaken(state: State) -> bool:
    """Tell whether a hero who is not weak had better get its breath back before a meal: one in 37 makes unconscious.

    One corpse in seven is rotten however fresh it is (eat.c), and more of those who just struck may be about.
    """
    lately = state.hero.turn - state.belief.hurt < _BREATH
    return lately and state.hp_share < _HURT and state.hero.hunger < Hunger.WEAK


def _tolerable(state: State, index: int, *, hardy: bool) -> bool:
    """Poison and acid cost some hit points, and hunger the game; what is poisonous may make immune, too."""
    hero, hunger, belief = state.hero, state.hero.hunger, state.belief
    if index in _NEVER or index in WERE or own_kind(index, belief.race or "hum"):
        return False
    healthy = hero.hp > _HEALTHY
    if hunger >= Hunger.WEAK and (index in _UNWISE or belief.prayer_odds() < _HEARD):
        return True
    if hunger >= Hunger.HUNGRY and healthy and belief.prayer_odds(ahead=_TO_WEAKNESS) < _LIKELY:
        return True
    if index in _IMMUNIZING and not hardy and hero.hp > _BEARS_IT and hero.strength >= _STRONG:
        return True
    return hunger >= Hunger.HUNGRY and (index in _FRIENDS or (index in _VENOMOUS and healthy))


def has_food(state: State) -> bool:
    """Tell whether something to eat is carried."""
    return bool(_foods(state))


def _foods(state: State) -> list[it.Item]:
    """List what is carried to be eaten; a lizard, which stops petrification, only when it is all that is left.

    It feeds a fifth of what a lichen does, and never rots.
    """
    foods = [item for item in state.belief.inventory if item.kind == it.FOOD and is_food(item.name)]
    others = [item for item in foods if "lizard" not in item.name]
    return foods if not others and state.hero.hunger >= Hunger.FAINTING else others


def from_pack(state: State) -> Plan | None:
    """Eat what is carried, when hungry, unless a safe prayer will do: food is for the gaps between prayers.

    A prayer in weakness fills the hero as a ration does, and fails the less the longer the last one is ago; so what
    keeps is saved for the times when hunger comes too early, and no more of it eaten than that takes.
    """
    if state.hero.hunger < Hunger.HUNGRY or (state.hero.hunger == Hunger.HUNGRY and prayer_will_do(state)):
        return None
    foods = _foods(state)
    if not foods:
        return _tin(state)
    if state.hero.burden:
        food = max(foods, key=lambda item: load(item) / (item.count * max(_nutrition(item), 1)))  # off with the weight
    else:
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
    return state.belief.prayer_odds(ahead=_TO_WEAKNESS) >= sure(state)


def sure(state: State) -> float:
    """Return the odds from which a hero with food rather prays than eats."""
    stock = state.belief.derive("stock", lambda: _stock(state))
    return next((odds for enough, odds in _STOCKS if stock >= enough), _SURE)


def _stock(state: State) -> int:
    return sum(i.count * _nutrition(i) for i in _foods(state))


def _nutrition(item: it.Item) -> int:
    return thing(item.object_index).nutrition if item.object_index >= 0 else _LICHEN_FEEDS
