"""Great trouble: pray, drink what heals, hide on an engraving."""

import numpy as np
from numpy.typing import NDArray

from yendor.belief import terrain as t
from yendor.belief.creatures import Creature
from yendor.bot import gear
from yendor.bot.combat.threat import SCORNS_ELBERETH, blows, cost, low_hp
from yendor.bot.state import State, towards
from yendor.bot.strategies.eat import from_pack, has_food, sure
from yendor.bot.strategies.fight import zap
from yendor.bot.walking import step_aside
from yendor.nethack import items as it
from yendor.nethack.actions import ENGRAVE, THROW
from yendor.nethack.bottomline import Condition, Hunger
from yendor.nethack.monsters import WERE, monster
from yendor.skills import commands
from yendor.skills.plan import Plan

_ENOUGH = 2
"""Times a turn that writing is tried: without a free hand it takes no time, and comes to nothing."""
_RESTED = 0.9
"""Share of the hit points with which the engraving is left again."""
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
_SHOT = 20
"""Turns for which an engraving is no shelter after somebody zapped or breathed at the hero."""
_WATCH = 1
"""Turns of rest between two looks at the engraving."""
_HURT = 0.45
_BAD = 0.33
"""Share of the hit points below which a potion that is known to heal is drunk in a lost fight."""
_CURE = 0.88
"""Odds with which lycanthropy is prayed away: the beast drops armour and weapon every 80 turns or so."""
_FEVER = 600
"""Turns for which a cure is waited for on an engraving: half of those who went on as before died."""
_PACK = 8
"""Squares within which a were creature is about,"""
_HUNT = 30
"""and turns since it struck last."""
_WORTH = 0.8
"""Share of the hit points above which a rest gains too little."""
_ENTOMBED = 400
"""Searches after which nothing hidden is taken to be beside a square."""
_MARGIN = 1.3
"""How many times the hit points that the fight will take on average the hero wants to have."""
_FAINT_HOPE = 0.3
"""Odds of a prayer against which it is said only to die."""
_FADED, _LAST_CHANCE = 600, 250
"""Turns after which a displeased god is asked again by who would starve otherwise, weak and fainting: a point of Luck
fades in 600."""
_SAFE = 0.976
"""Odds of a prayer that the weak do not put off:"""
_LAST_TURNS = 40
"""other prayers wait for so many turns of the fifty before they faint; some corpse may fall meanwhile."""
_SCRAWL = Condition.LEVITATING | Condition.CONFUSED | Condition.STUNNED | Condition.HALLUCINATING
"""Who hallucinates gets every other letter wrong (engrave.c), so that the word hardly ever comes out."""
_DEADLY = Condition.STONE | Condition.SLIME | Condition.STRANGLED | Condition.FOOD_POISONED | Condition.ILL


def propose(state: State) -> Plan | None:
    """Pray when a god would help; otherwise use what is at hand."""
    hero, belief = state.hero, state.belief
    odds = belief.prayer_odds()
    if hero.condition & _DEADLY and odds > 0:
        return commands.pray("a deadly affliction")
    if belief.lycanthrope:
        cure = _cure(state)
        if cure or (odds > _CURE and not _were_about(state) and not (belief.beast and low_hp(hero))):
            return cure or commands.pray("lycanthropy")
    if _starving(state, odds):
        return commands.pray("weak from hunger")
    if odds > _CURE and _in_rock(state):
        return commands.pray("shut in by rock on all sides")
    if belief.beast:
        return None  # whose death gives the hero its own shape back, and its hit points
    healing = _heal(state) or _feed(state)
    if healing:
        return healing
    if low_hp(hero) and odds > 0.85:
        return commands.pray(f"{hero.hp} of {hero.max_hp} hit points")
    return _escape(state) or _last_hope(state, odds) or _drink(state)


def _cure(state: State) -> Plan | None:
    """Eat or drink what purifies; a hero in an animal's shape has no hands to do it with."""
    if state.hero.turn < state.belief.handless:
        return None
    for item in state.belief.inventory:
        if "wolfsbane" in item.name:
            return commands.eat(item.letter, "eat wolfsbane, against lycanthropy")
        if "holy water" in item.name and "unholy" not in item.name:
            return commands.quaff(item.letter, "drink holy water, against lycanthropy")
    return None


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
        food = next((i for name in _FODDER for i in belief.inventory if name in i.name), None)
        if offset and food and belief.tries.get(THROW, 0) == 0:
            belief.starved = -_MAD
            return commands.throw(food.letter, offset, f"throw {food.name} to the starving pet")
        if offset and pet.distance == 1 and not food and state.hp_share < _BITTEN:
            return commands.rob(offset, "strike the pet that is mad with hunger")
    return None


def _heal(state: State) -> Plan | None:
    """A healer knows the spell of healing, and it costs little."""
    hero = state.hero
    if state.belief.role != "hea" or hero.energy < 5 or state.hp_share > 0.5 or hero.hunger >= Hunger.WEAK:
        return None
    if hero.condition & (Condition.CONFUSED | Condition.STUNNED):
        return None
    if sum(blows(c.species, hero.ac) for c in state.hostiles(1)) > _HEALED or state.belief.miscast >= _CLUMSY:
        return None
    return commands.heal("a", f"{hero.hp} of {hero.max_hp} hit points: cast healing")


def _last_hope(state: State, odds: float) -> Plan | None:
    """Pray against the odds when the next blow may kill."""
    if not low_hp(state.hero) or not state.hostiles(2):
        return None
    if odds < _FAINT_HOPE and _since_slighted(state) < _FADED:
        return None
    return commands.pray(f"{state.hero.hp} hit points: nothing else is left")


def _escape(state: State) -> Plan | None:
    """Read a scroll of teleportation, drink what is known to heal, or zap, when the fight is lost otherwise."""
    near = state.hostiles(2)
    lost = state.hero.hp <= cost([c.species for c in near], state.hero, gear.might(state.belief))
    if not near or state.hp_share > _HURT or not (lost or low_hp(state.hero)):
        return None
    why = f"{state.hero.hp} of {state.hero.max_hp} hit points: the fight is lost"
    for item in state.belief.inventory:
        if item.kind == it.SCROLL and "of teleportation" in item.name and not state.hero.condition & Condition.BLIND:
            return commands.read(item.letter, why)
        if item.kind == it.POTION and "healing" in item.name and state.hp_share < _BAD:
            return commands.quaff(item.letter, why)
    return zap(state, near) if low_hp(state.hero) else None


def _drink(state: State) -> Plan | None:
    if not low_hp(state.hero) or not state.hostiles(6):
        return None
    potion = _potion(state)
    if potion is None:
        return None
    return commands.quaff(potion.letter, f"{state.hero.hp} hit points and no prayer left: {potion.name}")


def _starving(state: State, odds: float) -> bool:
    """Weakness is great trouble: pray when it is safe, or fainting is near; with food in the pack there is no hurry."""
    hunger = state.hero.hunger
    if hunger < Hunger.WEAK:
        return False
    if state.belief.slighted >= 0 and not has_food(state):
        return _since_slighted(state) >= (_FADED if hunger < Hunger.FAINTING else _LAST_CHANCE)
    if hunger >= Hunger.FAINTING:
        return odds > 0.75
    if has_food(state):
        return odds > sure(state)
    return odds > (_SAFE if state.hero.turn - state.belief.weakened < _LAST_TURNS else 0.9)


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
    return known or unknown_potion(inventory)


def unknown_potion(inventory: tuple[it.Item, ...]) -> it.Item | None:
    """Return a potion of which nobody knows what it does."""
    potions = (item for item in inventory if item.kind == it.POTION and "water" not in item.name)
    return next((potion for potion in potions if potion.name.endswith((" potion", " potions"))), None)


def hide(state: State) -> Plan | None:
    """Write Elbereth when the fight goes badly, read whether it came out right, and rest on it.

    In NetHack 3.6.7 a monster that fears the word does not strike whoever stands on it, and scaring does not wear it
    out (monmove.c), nor do blows; dust wears off under the feet (allmain.c), and striking from it erases it.
    """
    hidden = state.belief.hidden_on_elbereth()
    if hidden and state.hero.condition & Condition.BLIND and state.hero.turn - state.belief.hurt <= _WATCH:
        hidden = False  # whoever is struck on it stands on scrawl, and the blind cannot read it
    scorned = any(c.species in SCORNS_ELBERETH for c in state.hostiles(1))
    if state.hero.turn - state.belief.shot < _SHOT and all(_shoots(state, c) for c in state.hostiles(1)):
        return None
    if hidden and (state.hp_share < _RESTED or quarantined(state)) and state.hostiles(8) and not scorned:
        if not state.belief.legible and not state.hero.condition & Condition.BLIND:
            return commands.look("survive/elbereth", "read what was written")
        return from_pack(state) or commands.search(_WATCH, "survive/elbereth", "rest on the engraving")
    near = state.hostiles(1) or _too_many(state) or _strong_for_the_hurt(state)
    if hidden or not near or not _losing(state) or any(c.species in SCORNS_ELBERETH for c in near):
        return None
    if not can_write(state):
        return _step_off(state)
    return commands.elbereth(f"{state.hero.hp} of {state.hero.max_hp} hit points: the fight goes badly")


def _shoots(state: State, c: Creature) -> bool:
    """Tell whether this one may be who zapped."""
    return c.species < 0 or state.belief.shooter in ("", monster(c.species).name)


def _too_many(state: State) -> list[Creature]:
    """Return those who are two steps away when together they would take all the hit points there are."""
    coming = state.hostiles(3)
    lost = len(coming) > 1 and cost([c.species for c in coming], state.hero, gear.might(state.belief)) > state.hero.hp
    return [c for c in coming if c.distance <= 2] if lost else []


def _strong_for_the_hurt(state: State) -> list[Creature]:
    """Return those who come for a hero who is hurt, when the fight would take half of what is left."""
    coming = state.hostiles(4) if state.hp_share < _HURT else []
    harm = cost([c.species for c in coming], state.hero, gear.might(state.belief)) if coming else 0.0
    return coming if harm > _HURT * state.hero.hp else []


def _losing(state: State) -> bool:
    harm = cost([c.species for c in state.hostiles(2)], state.hero, gear.might(state.belief))
    if state.hp_share >= _WORTH:
        return state.hero.hp < harm or bool(_too_many(state))
    return state.hp_share < _HURT or state.hero.hp < _MARGIN * harm


def can_write(state: State) -> bool:
    """Tell whether the hero can write on the floor here."""
    level, square = state.level, state.square
    return _able(state) and not level.furniture[square] and level.terrain[square] not in (t.UP, t.DOWN)


def _able(state: State) -> bool:
    hero = state.hero
    reeling = hero.condition & _SCRAWL
    return not reeling and hero.turn >= state.belief.handless and state.belief.tries.get(ENGRAVE, 0) < _ENOUGH


def _writable(state: State) -> NDArray[np.bool_]:
    """Return where [21, 79] one can write: neither on furniture nor on stairs."""
    terrain = state.level.terrain
    return ~state.level.furniture & (terrain != t.UP) & (terrain != t.DOWN)


def _step_off(state: State) -> Plan | None:
    """Leave stairs or an altar, where nobody can write, for the free square beside it that the fewest can strike."""
    fits = _writable(state)
    if not _able(state) or fits[state.square] or state.belief.caught:
        return None
    return step_aside(state, fits, "survive/elbereth", "to a square where one can write")
