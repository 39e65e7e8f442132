"""Great trouble: pray, purify, cast or drink what heals, leave a lost fight."""

import numpy as np

from yendor.belief import terrain as t
from yendor.bot import arms
from yendor.bot.combat.missiles import zap
from yendor.bot.combat.threat import SCORNS_ELBERETH, blows, low_hp
from yendor.bot.gear import load
from yendor.bot.pack import unknown_potion
from yendor.bot.sokoban.level import in_sokoban
from yendor.bot.state import State, towards
from yendor.bot.strategies.eat import has_food, sure
from yendor.bot.strategies.fast import ALONE, SAFE, bearable, besieged, fasting, hopeful, respite
from yendor.bot.strategies.wait import remedy
from yendor.bot.word import SHOT, can_write
from yendor.nethack import items as it
from yendor.nethack.actions import CAST, THROW
from yendor.nethack.bottomline import Condition, Hunger
from yendor.nethack.monsters import WERE, index_of
from yendor.skills import commands
from yendor.skills.plan import Plan

_HEALED = 5.0
"""Hit points that a spell of healing gives in a turn; more blows than that and it does not help."""
_CLUMSY = 2
"""Spells that fail in a row, for which armour is to blame, after which no more are cast."""
_MAD = 300
"""Turns for which a starving pet lives on, and bites (dogmove.c)."""
_PET_NEAR = 4
_BITTEN = 0.6
"""Share of the hit points below which a hero strikes a pet that bites."""
_FODDER = ("tripe", "food ration", "cram", "lembas", "pancake", "cream pie", "candy", "fortune cookie", "K-ration",
           "C-ration", "corpse")  # fmt: skip
_GREENS = ("apple", "carrot", "pear", "melon", "lettuce", "orange", "banana", "kelp", "lembas", "cram")
"""What horses eat; they starve beside meat (dogfood in dog.c)."""
_HORSES = frozenset(index_of(name) for name in ("pony", "horse", "warhorse"))
_HURT = 0.45
_BAD = 0.33
"""Share of the hit points below which a potion that is known to heal is drunk in a lost fight."""
_CURE = 0.88
"""Odds with which lycanthropy is prayed away: the beast drops armour and weapon every 80 turns or so."""
_BURN = 12
"""Hit points that holy water takes at most from the chaotic (2d6, potion.c)."""
_CRUSHED, _COLLAPSED = 4, 5
"""Burden with which nobody eats (eat.c), and with which nobody takes a step or strikes a blow, either (hack.c)."""
_FEVER = 600
"""Turns for which a cure is waited for on an engraving: half of those who went on as before died."""
_PACK = 8
"""Squares within which a were creature is about,"""
_HUNT = 30
"""and turns since it struck last."""
_ENTOMBED = 400
"""Searches after which nothing hidden is taken to be beside a square."""
FAINT_HOPE = 0.5
"""Odds of a prayer below which none is said in a fight: of 86 such in 705 games 26 were heard, and who is not heard
stands still for three turns and has a god against him."""
_DOUBTFUL = 0.65
"""Odds of a prayer below which the word is written first, where it can be:"""
_SLIGHT = 0.4
"""Share of the hit points left that a fight may cost on average to be fought out all the same."""
_OUTLIVED = 0.6
"""share of the hit points that the blows of a turn may take on average for that."""
_FADED, _LAST_CHANCE = 600, 250
"""Turns after which a displeased god is asked again by who would starve otherwise, weak and fainting: a point of Luck
fades in 600."""
_STARVED, _BESET = 0.75, 0.5
"""Odds with which those who faint pray, and with which they do beside enemies: the next faint may be the last."""
_BESIEGED = 0.92
"""Odds with which they do rather than faint on an engraving among enemies: four of 52 died there."""
_HARMLESS = 0.2
"""Share of the hit points that a fight may cost before the weak write and faint."""
_LAST_TURNS = 40
"""Turns of the fifty before fainting that other prayers wait for: some corpse may fall meanwhile."""
_DEADLY = Condition.STONE | Condition.SLIME | Condition.STRANGLED | Condition.FOOD_POISONED | Condition.ILL


def propose(state: State) -> Plan | None:
    """Pray when a god would help; otherwise use what is at hand."""
    hero, belief = state.hero, state.belief
    odds = belief.prayer_odds()
    if hero.condition & _DEADLY and (cure := remedy(state)):
        return cure
    if hero.condition & _DEADLY and odds > 0:
        return commands.pray("a deadly affliction")
    if belief.lycanthrope and not _were_about(state):
        if cure := _cure(state):
            return cure
        if odds > _CURE and not (belief.beast and low_hp(hero)) and not _weak_soon(state):
            return commands.pray("lycanthropy")
    if _starving(state, odds):
        return commands.pray("weak from hunger")
    if odds > _CURE and _in_rock(state):
        return commands.pray("shut in by rock on all sides")
    if odds > _CURE and arms.bound(belief.inventory):
        return commands.pray("a cursed weapon on both hands")  # great trouble, too (pray.c)
    if belief.beast:
        return _unload(state)  # its death gives the hero its own shape back, and its hit points
    healing = _heal(state) or _feed(state)
    if healing:
        return healing
    if low_hp(hero) and odds > 0.85:
        return commands.pray(f"{hero.hp} of {hero.max_hp} hit points")
    if _sheltered(state):
        return commands.look("survive/elbereth", "read what was written") if belief.read_turn < 0 else None
    return _escape(state) or _last_hope(state, odds) or _drink(state)


def _unload(state: State) -> Plan | None:
    """Drop the heaviest things of a small beast that its pack crushes: it cannot eat, or can do nothing at all."""
    hero, belief = state.hero, state.belief
    starving = hero.hunger >= Hunger.WEAK and has_food(state)
    if hero.burden < (_CRUSHED if starving else _COLLAPSED) or state.level.shop[state.square]:
        return None
    heavy = max((i for i in belief.inventory if not i.in_use and i.kind != it.FOOD), key=load, default=None)
    if heavy is None:
        return None
    return commands.drop(heavy.letter, "survive/drop", f"crushed by the pack: drop {heavy.name}")


def _cure(state: State) -> Plan | None:
    """Eat or drink what purifies; a hero in an animal's shape has no hands to do it with."""
    if state.hero.turn < state.belief.handless:
        return None
    burns = state.hero.alignment < 0 and state.hero.hp <= _BURN
    for item in state.belief.inventory:
        if "wolfsbane" in item.name:
            return commands.eat(item.letter, "eat wolfsbane, against lycanthropy")
        if "holy water" in item.name and "unholy" not in item.name and not burns:
            return commands.quaff(item.letter, "drink holy water, against lycanthropy")
    return None


def _weak_soon(state: State) -> bool:
    """Tell whether hunger will be great trouble within a hundred turns, with nothing to eat.

    A god takes hunger away first, and in every second prayer lycanthropy, too (pray.c); one who has taken lycanthropy
    away lets the hero starve.
    """
    return state.hero.hunger == Hunger.HUNGRY and not has_food(state)


def quarantined(state: State) -> bool:
    """Tell whether the hero may turn into a beast any turn, and will be cured within some hundred turns."""
    belief = state.belief
    return belief.lycanthrope and belief.prayer_odds(ahead=_FEVER) > _CURE


def _were_about(state: State) -> bool:
    """Tell whether a were creature that has bitten may bite again: one bite in four undoes the cure."""
    belief = state.belief
    if any(c.species in WERE for c in belief.hostiles(_PACK)):
        return True
    fierce = max((turn for name, turn in belief.fierce.items() if name.startswith("were")), default=-_HUNT)
    killed = max((turn for name, turn in belief.killed.items() if name.startswith("were")), default=-_HUNT)
    return fierce > killed and state.hero.turn - fierce < _HUNT


def _feed(state: State) -> Plan | None:
    """Throw something to eat to a pet that is mad with hunger: it bites its owner; with nothing to give, strike it."""
    hero, belief = state.hero, state.belief
    if hero.turn - belief.starved > _MAD:
        return None
    for pet in (c for c in belief.creatures if c.kind == "pet" and c.distance <= _PET_NEAR):
        offset = towards(state.square, (pet.row, pet.column))
        diet = _GREENS if pet.species in _HORSES else _FODDER
        food = next((i for name in diet for i in belief.inventory if i.kind == it.FOOD and name in i.name), None)
        if offset and food and belief.tries.get(THROW, 0) == 0:
            return commands.throw(food.letter, offset, f"throw {food.name} to the starving pet")
        if offset and pet.distance == 1 and not food and state.hp_share < _BITTEN:
            return commands.rob(offset, "strike the pet that is mad with hunger")
    return None


def _heal(state: State) -> Plan | None:
    """A healer knows the spell of healing, and it costs little."""
    hero = state.hero
    if state.belief.role != "hea" or hero.energy < 5 or state.hp_share > 0.5 or hero.hunger >= Hunger.WEAK:
        return None
    if hero.condition & (Condition.CONFUSED | Condition.STUNNED) or state.belief.forgetful:
        return None
    if arms.bound(state.belief.inventory) or state.belief.tries.get(CAST, 0) >= _CLUMSY:
        return None
    if sum(blows(c.species, hero.ac) for c in state.hostiles(1)) > _HEALED or state.belief.miscast >= _CLUMSY:
        return None
    return commands.heal("a", f"{hero.hp} of {hero.max_hp} hit points: cast healing")


def _sheltered(state: State) -> bool:
    """Tell whether what was just written may keep off those beside the hero, or has done so since it was read.

    To read it takes no time, and it comes out right more often than a prayer against the odds is heard.
    """
    belief = state.belief
    if not belief.hidden_on_elbereth() or state.hero.condition & Condition.BLIND:
        return False
    unharmed = belief.read_turn < 0 or state.hero.hp >= belief.read_hp
    return unharmed and not any(c.species in SCORNS_ELBERETH for c in state.hostiles(1))


def _last_hope(state: State, odds: float) -> Plan | None:
    """Pray against the odds when the next blow may kill."""
    if not low_hp(state.hero) or not state.hostiles(2) or _slight(state):
        return None
    if odds < _DOUBTFUL and _time_to_write(state):
        return None
    if odds < FAINT_HOPE and _since_slighted(state) < _FADED:
        return None
    return commands.pray(f"{state.hero.hp} hit points: nothing else is left")


def _slight(state: State) -> bool:
    """Tell whether those near are sooner dead than the hero: a garter snake is no reason to try a god or a potion."""
    foes = state.hostiles(6)
    harm = state.harm(foes)
    return all(c.species >= 0 for c in foes) and harm < _SLIGHT * state.hero.hp


def _time_to_write(state: State) -> bool:
    """Tell whether the hero is likely to outlive a turn of writing, and nobody zaps or scorns the word."""
    hero, near = state.hero, state.hostiles(2)
    if hero.condition & Condition.BLIND or not can_write(state) or state.belief.hidden_on_elbereth():
        return False
    if hero.turn - state.belief.shot < SHOT or any(c.species in SCORNS_ELBERETH for c in near):
        return False
    return sum(blows(c.species, hero.ac) for c in near) < _OUTLIVED * hero.hp


def _escape(state: State) -> Plan | None:
    """Read a scroll of teleportation, drink what is known to heal, or zap, when the fight is lost otherwise."""
    near = state.hostiles(2)
    lost = state.hero.hp <= state.harm(near)
    if not near or state.hp_share > _HURT or not (lost or low_hp(state.hero)):
        return None
    why = f"{state.hero.hp} of {state.hero.max_hp} hit points: the fight is lost"
    confined = state.level.no_teleport or in_sokoban(state)
    sees = not state.hero.condition & Condition.BLIND
    for item in state.belief.inventory:
        if item.kind == it.SCROLL and "of teleportation" in item.name and sees and not confined:
            return commands.read(item.letter, why)
        if item.kind == it.POTION and "healing" in item.name and state.hp_share < _BAD:
            return commands.quaff(item.letter, why)
        if item.name == "wand of teleportation" and not confined and _works(state, item):
            return commands.zap_self(item.letter, why)
    return zap(state, near) if low_hp(state.hero) else None


def _works(state: State, wand: it.Item) -> bool:
    """Tell whether a wand can be zapped, as far as is known."""
    return not state.belief.spent(wand) and state.hero.turn >= state.belief.handless


def _drink(state: State) -> Plan | None:
    if not low_hp(state.hero) or not state.hostiles(6):
        return None
    potion = _potion(state)
    if potion is None or ("healing" not in potion.name and _slight(state)):
        return None
    return commands.quaff(potion.letter, f"{state.hero.hp} hit points and no prayer left: {potion.name}")


def _starving(state: State, odds: float) -> bool:
    """Weakness is great trouble: pray when it is safe, or fainting is near; with food in the pack there is no hurry."""
    hunger = state.hero.hunger
    if hunger < Hunger.WEAK:
        return False
    if state.belief.slighted >= 0 and not has_food(state):
        return _since_slighted(state) >= (_FADED if hunger < Hunger.FAINTING else _LAST_CHANCE)
    if fasting(state):
        return False
    if besieged(state):
        return odds > _BESIEGED
    if hopeful(state) and respite(state) > 0 and not has_food(state) and _harmless(state):
        return False
    if hunger >= Hunger.FAINTING and respite(state) <= 0:
        return state.belief.patience_odds() > _STARVED  # if Luck is bad after all, no more is lost than life
    if hunger >= Hunger.FAINTING:
        return odds > (_BESET if state.hostiles(2) else _STARVED)
    if has_food(state):
        return odds > sure(state)
    return odds > (SAFE if state.hero.turn - state.belief.weakened < _LAST_TURNS else 0.9)


def _harmless(state: State) -> bool:
    """Tell whether those near are soon dead: they are no reason to pray before it is safe."""
    foes = state.hostiles(ALONE)
    harm = state.harm(foes)
    awake = state.hero.hunger < Hunger.FAINTING or bearable(state)
    return awake and bool(foes) and all(c.species >= 0 for c in foes) and harm < _HARMLESS * state.hero.hp


def _since_slighted(state: State) -> int:
    """Return the turns since a god was displeased, perhaps by the hero's Luck only; -1 for never, or for anger."""
    return state.hero.turn - state.belief.slighted if state.belief.slighted >= 0 else -1


def _in_rock(state: State) -> bool:
    """Tell whether the hero has searched for long where rock is on all sides: that, too, is great trouble (pray.c)."""
    if state.level.searched[state.square] < _ENTOMBED:
        return False
    around = state.level.terrain[t.box(*state.square)]
    return int(np.isin(around, (t.UNKNOWN, t.WALL, t.ROCK)).sum()) >= around.size - 1


def _potion(state: State) -> it.Item | None:
    inventory = state.belief.inventory
    known = next((item for item in inventory if item.kind == it.POTION and "healing" in item.name), None)
    return known or next(filter(unknown_potion, inventory), None)
