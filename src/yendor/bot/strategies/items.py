"""Use what is carried: wear what is better than nothing, read, drink and zap at leisure, drop what is in the way."""

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.bot import arms, gear
from yendor.bot.aims import Aim
from yendor.bot.combat.threat import PETRIFYING
from yendor.bot.pack import BOOKS, ballast, hindrance, lumber, surplus, trinket, unknown_potion
from yendor.bot.sokoban.level import in_sokoban
from yendor.bot.state import State
from yendor.bot.strategies import trade
from yendor.bot.strategies.fetch import fetch, regain, take
from yendor.bot.word import can_write
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition, Hunger
from yendor.skills import commands
from yendor.skills.plan import Plan

_FAR = 40
_AGAIN = 300
"""Turns after which a thing that could not be put on is tried again: something may have come in between."""
_FORGETTING = 18_200
"""Turns after which a spell may be learnt again: a tenth of its 20,000 is left (spell.c)."""
_LADEN = 20
"""Turns for which a hero who was too laden for a gap throws things off."""
_CROWDED = 45
"""Letters in use, of 52, from which whatever is of no use is dropped: with all of them nothing more is taken up."""
_HARDY = 20
"""Hit points with which the worst of the unknown scrolls is survived."""
_STURDY = 30
"""Hit points with which unknown potions are tried."""
_HOME = 4
"""Depth to which unknown things are tried."""
_GOOD_SCROLLS = tuple(
    f"{lot} of {kind}" for lot in ("scroll", "scrolls")
    for kind in ("enchant armor", "enchant weapon", "remove curse", "identify", "light", "magic mapping", "genocide")
)  # fmt: skip
"""What is read when it is known: what was dropped instead would be taken up again by whoever walks over it."""
_GOOD_POTIONS = tuple(
    f"of {kind}" for kind in ("gain level", "gain ability", "speed", "see invisible", "object detection", "gain energy")
)
_BORN_FAST = ("arc", "mon", "sam")
"""Roles that a wand of speed makes no faster (attrib.c)."""


def propose(state: State) -> Plan | None:
    """Wear, pick up here, or walk to the nearest wanted thing."""
    if state.hostiles(6) or state.hero.turn < state.belief.handless or trade.escorted(state):
        return None
    if state.belief.trained:
        return commands.enhance("a skill has been trained: advance it")
    ready = _wear(state) or _read(state) or _drink(state) or _shed(state)  # what can be used up is not dropped
    return ready or _relearn(state) or _try_wand(state) or _quicken(state) or take(state) or fetch(state)


def dress(state: State) -> Plan | None:
    """Take up what fell off here, and put it on, before eating and resting: who was a beast comes back bare."""
    if state.belief.beast or state.hostiles(6) or state.hero.turn < state.belief.handless or trade.escorted(state):
        return None
    return (take(state) if state.square in state.level.dropped else regain(state)) or _wear(state)


def put_on(state: State) -> Plan | None:
    """Put on armour that is carried, or lies here since it fell off: also where enemies stand about an engraving."""
    if state.belief.beast or state.hero.turn < state.belief.handless:
        return None
    if state.square in state.level.dropped:
        return commands.pick_up("pick up what was dropped here")
    plan = _wear(state)
    return plan if plan is not None and plan.label == "items/wear" else None


def _wear(state: State) -> Plan | None:
    belief = state.belief
    if belief.role == "mon" and (held := arms.in_hand(belief.inventory)) and _fists_are_better(state, held):
        return commands.wield("-", f"put {held.name} away: fists hit harder")
    lately = frozenset(key for key, turn in belief.refused.items() if state.hero.turn - turn < _AGAIN)
    step = belief.derive(("change", lately), lambda: gear.change(belief.inventory, belief.role, lately))
    if step is None:
        return None
    if step.verb == "wear":
        return commands.wear(step.item.letter, f"put on {step.item.name}")
    if step.verb == "doff":
        return commands.take_off(step.item.letter, f"take off {step.item.name}, for something better")
    held = arms.in_hand(belief.inventory)
    if held and held.object_index in arms.DIGGERS and (state.aim is Aim.DIVE or belief.in_pit()):
        return None  # it is dug with still
    return commands.wield(step.item.letter, f"take {step.item.name} in hand")


def _fists_are_better(state: State, held: it.Item) -> bool:
    """Tell whether a monk has no more use for what was taken in hand to dig, or against a cockatrice."""
    stone = any(c.species in PETRIFYING for c in state.belief.hostiles(_FAR))
    return not stone and held.blessing != "cursed" and state.aim is not Aim.DIVE and not state.belief.tries


def _shed(state: State) -> Plan | None:
    """Drop what is too heavy: the burdened walk slower than what hunts them."""
    hero, belief = state.hero, state.belief
    burdened, tight = bool(hero.burden), hero.turn - belief.heavy <= _LADEN
    key = ("shed", burdened, tight, len(belief.empty))
    item = belief.derive(key, lambda: _least(belief, burdened=burdened, tight=tight))
    if item is None or state.level.shop[state.square]:
        return None
    return commands.drop(item.letter, "items/drop", f"{'burdened' if burdened else 'of no use'}: drop {item.name}")


def _least(belief: Belief, *, burdened: bool, tight: bool) -> it.Item | None:
    inventory, role = belief.inventory, belief.role
    if burdened:
        return ballast(inventory, role) or _spent_wand(belief) or surplus(inventory)
    hinders = hindrance(inventory, role) if tight else None
    if (first := hinders or lumber(inventory, role)) is not None or len(inventory) < _CROWDED:
        return first
    return ballast(inventory, role) or _spent_wand(belief) or trinket(inventory)


def _spent_wand(belief: Belief) -> it.Item | None:
    wands = (i for i in belief.inventory if i.kind == it.WAND and not i.in_use and "unpaid" not in i.state)
    return next(filter(belief.spent, wands), None)


def _read(state: State) -> Plan | None:
    """Read scrolls that nobody knows, and those that mend armour, at leisure: most help, few harm."""
    belief = state.belief
    item = belief.derive(("scroll", len(belief.tried)), lambda: _scroll(belief))
    if item is None or not _at_leisure(state) or state.hero.condition & Condition.CONFUSED:
        return None
    if item.name not in _GOOD_SCROLLS and not _roomy(state):
        return None
    return commands.read(item.letter, f"read {item.name}")


def _relearn(state: State) -> Plan | None:
    """Read the book again when the spell will soon be forgotten: before that, the game refuses."""
    hero, belief = state.hero, state.belief
    if belief.role not in BOOKS or not hero.turn - belief.learnt > _FORGETTING or not _at_leisure(state):
        return None
    title = BOOKS[belief.role]
    book = next((i for i in belief.inventory if i.kind == it.SPELLBOOK and i.name.endswith(title)), None)
    if book is None or hero.turn - belief.refused.get((book.letter, book.name), -_AGAIN) < _AGAIN:
        return None
    belief.refused[book.letter, book.name] = hero.turn
    return commands.read(book.letter, f"read {book.name} again, before it is forgotten")


def _scroll(belief: Belief) -> it.Item | None:
    for item in belief.inventory:
        unknown = (item.name.startswith("scroll") and " labeled " in item.name) or item.name.startswith("unlabeled")
        tried = (item.letter, item.name) in belief.tried or "unpaid" in item.state
        good = item.name in _GOOD_SCROLLS and item.blessing != "cursed"
        if item.kind == it.SCROLL and (unknown or good) and not tried:
            return item
    return None


def _roomy(state: State) -> bool:
    """Tell whether boulders that fall around the hero (a scroll of earth) could all be pushed away."""
    r, c = state.square
    ground = state.level.terrain[t.box(r, c, 2)]
    return ground.tobytes().count(t.FLOOR) == 25


def _try_wand(state: State) -> Plan | None:
    """Write with an unknown wand: the engraving tells most of the useful kinds (engrave.c)."""
    belief = state.belief
    wand = belief.derive(("wand", len(belief.tried)), lambda: _unknown_wand(belief))
    if wand is None or not _at_leisure(state) or not can_write(state):
        return None
    return commands.elbereth(f"write with the {wand.name}, to see what it is", wand.letter, "items/engrave")


def _quicken(state: State) -> Plan | None:
    """Zap speed at oneself, once: that lasts (zap.c)."""
    belief = state.belief
    fast = belief.quick or belief.role in _BORN_FAST
    if fast or state.hero.turn - belief.zap_turn < _AGAIN or not _at_leisure(state):
        return None
    wand = next((i for i in belief.inventory if i.name == "wand of speed monster"), None)
    if wand is None or belief.spent(wand) or wand.letter == belief.zapped:
        return None
    return commands.zap_self(wand.letter, "be fast from now on")


def _drink(state: State) -> Plan | None:
    """Drink what makes stronger, and of what nobody knows one of several, on an engraving: what heals is known then.

    One unknown potion in 25 hallucinates, for 700 turns, and one in three died of that: 26 of 300 heroes who drank each
    potion that they found. So a single one is left for the last moment.
    """
    belief = state.belief
    if not _at_leisure(state) or state.hero.hp < _STURDY or belief.lycanthrope or not can_write(state):
        return None
    potion = belief.derive("potion", lambda: next((i for i in belief.inventory if _worth_a_sip(i)), None))
    if potion is None:
        return None
    if not belief.hidden_on_elbereth():
        return commands.elbereth(f"write Elbereth before drinking {potion.name}")
    if not belief.legible:
        return commands.look("survive/elbereth", "read what was written")
    return commands.quaff(potion.letter, f"drink {potion.name}", "items/quaff")


def _worth_a_sip(item: it.Item) -> bool:
    if item.kind != it.POTION or item.blessing == "cursed" or "unpaid" in item.state:
        return False
    several = item.count > 1 and unknown_potion(item)
    return several or item.name.endswith(_GOOD_POTIONS)


def _unknown_wand(belief: Belief) -> it.Item | None:
    for item in belief.inventory:
        known = item.name.startswith("wand of ") or (item.letter, item.name) in belief.tried
        if item.kind == it.WAND and not known and "unpaid" not in item.state:
            return item
    return None


def _at_leisure(state: State) -> bool:
    hero = state.hero
    calm = not state.hostiles() and state.hp_share > 0.8 and hero.hp > _HARDY and not hero.condition & Condition.BLIND
    if in_sokoban(state) or state.level.shop[state.square]:
        return False  # a scroll of earth would wall the hero in
    return calm and hero.depth <= _HOME and hero.hunger < Hunger.WEAK


