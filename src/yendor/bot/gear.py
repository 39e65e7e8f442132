"""What is worth carrying and wearing. Only what a player sees of a thing is used: its kind or its looks."""

import re
from collections.abc import Iterable, Set
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from nle import nethack as nh
from numpy.typing import NDArray

from yendor.belief.belief import Belief
from yendor.bot import arms
from yendor.bot.arms import DIGGERS, KINDS
from yendor.nethack import glyphs as g
from yendor.nethack import items as it
from yendor.nethack.monsters import monster
from yendor.nethack.objects import Thing, table, thing

_SHUNNED = ("cornuthaum", "dunce cap", "helmet", "helm of brilliance", "helm of opposite alignment",
            "helm of telepathy", "speed boots", "water walking boots", "jumping boots", "elven boots", "kicking boots",
            "fumble boots", "levitation boots", "cloak of invisibility", "gauntlets of fumbling", "gauntlets of power",
            "gauntlets of dexterity")  # fmt: skip
"""Armour that shares its looks with what harms, by the looks that NetHack did not shuffle; and shops' bane."""
_UNTRIED = ("old gloves", "padded gloves", "riding gloves", "fencing gloves")
"""Looks of gloves of which one pair in five fumbles, and does not come off."""
SLOTS = ("helmet", "suit", "cloak", "gloves", "shield", "boots")
"""The armour slots that are filled."""
_NO_SHIELD = ("mon", "wiz")
"""Roles that strike or cast worse with a shield."""
ONE_IS_ENOUGH = DIGGERS | {i for i in range(nh.NUM_OBJECTS) if ord(nh.objclass(i).oc_class) == it.ARMOR}
"""Of which a second one is of no use."""
_HEAVY = 350
"""Weight from which a suit burdens most: it is left where the pack has no room for it."""
BULK = (it.ROCK, it.BALL)
"""Statues, boulders, iron balls: a ball that is chained to the hero trails behind when it is dropped."""
_BULKY = 480
TINS = 4
"""Tins that are enough: they are opened when there is nothing else to eat, which takes long."""
LICHENS = 4
"""Lichen corpses that are enough: each weighs as much as a food ration, and feeds a quarter of what that does."""
_HARMFUL = ("dunce cap", "helm of opposite alignment", "fumble boots", "levitation boots", "gauntlets of fumbling",
            "cornuthaum", "cloak of invisibility")  # fmt: skip
"""What is not put on though it is known: shops let no invisible hero in."""


class Change(NamedTuple):
    """A thing to put on, take off or take in hand (`wear`, `doff`, `wield`)."""

    verb: str
    item: it.Item


def is_food(name: str) -> bool:
    """Tell whether a thing of the food class is worth carrying: it keeps, needs no opener, and does not poison."""
    if "corpse" in name:
        return "lichen" in name or "lizard" in name
    return not name.startswith("tin") and not any(word in name for word in ("egg", "glob of"))


_MISSILES = frozenset(KINDS[name] for name in arms.THROWN)
_FOOD = tuple(
    i for i in range(nh.NUM_OBJECTS)
    if ord(nh.objclass(i).oc_class) == it.FOOD and is_food(nh.OBJ_NAME(nh.objclass(i)))
)  # fmt: skip
_AUTO = tuple(
    i for i in range(nh.NUM_OBJECTS) if ord(nh.objclass(i).oc_class) in (it.COIN, it.SCROLL, it.POTION, it.WAND)
)
_CONDITION = re.compile(
    r"\b(?:(?:very |thoroughly )?(?:rusty|corroded|burnt|rotted)|(?:rust|corrode|fire|rot)proof|fixed|poisoned|greased"
    r"|partly eaten) "
)
"""Words for the condition of a thing (objnam.c): acid blobs corrode most weapons in time."""
WORDS: dict[str, int] = {}
"""Name and appearance of a thing to its object index."""
for _i in range(nh.NUM_OBJECTS):
    for _word in (nh.OBJ_NAME(nh.objclass(_i)), nh.OBJ_DESCR(nh.objclass(_i))):
        if _word and ord(nh.objclass(_i).oc_class) in (it.WEAPON, it.ARMOR, it.FOOD, it.TOOL):
            WORDS.setdefault(_word, _i)


@lru_cache(maxsize=1024)
def slot_of(index: int) -> str | None:
    """Return the armour slot of an object index; None when it is none we fill."""
    if not 0 <= index < nh.NUM_OBJECTS or index in _SHUNNED_KINDS:
        return None
    piece = thing(index)
    return piece.slot if piece.slot in SLOTS and piece.armour > 0 else None


_SHUNNED_KINDS = frozenset(KINDS[name] for name in _SHUNNED)


@lru_cache(maxsize=1024)
def _known(item: it.Item) -> int:
    """Return the object index of a piece of armour whose name tells what it is; -1 for one known by its looks only."""
    index = KINDS.get(_CONDITION.sub("", item.name).removeprefix("pair of "), -1)
    return index if index >= 0 and item.kind == it.ARMOR and thing(index).slot in SLOTS else -1


def _slot(item: it.Item) -> str | None:
    """Return the slot that a piece of armour fills; None for what is no armour, or had better not be put on."""
    index = _known(item)
    if index < 0:
        return slot_of(item.object_index) if item.kind == it.ARMOR else None
    return None if thing(index).name in _HARMFUL else thing(index).slot


def _protection(item: it.Item | None) -> float:
    """Return by how much a piece lowers AC: rust and the like take off up to all that its kind gives (mondata.h)."""
    if item is None:
        return 0.0
    index = _known(item)
    whole = thing(index if index >= 0 else item.object_index).armour
    return whole - min(it.erosion(item.name), whole) + (item.enchantment or 0)


def _allowed(inventory: tuple[it.Item, ...], role: str) -> list[str]:
    held = arms.in_hand(inventory)
    clumsy = held is not None and arms.two_handed(held)
    tools = {i.object_index for i in inventory if i.object_index in DIGGERS}
    clumsy |= tools == {KINDS["dwarvish mattock"]}  # it is dug with in both hands
    return [
        slot for slot in SLOTS
        if not (slot == "shield" and (role in _NO_SHIELD or clumsy)) and not (slot == "suit" and role == "mon")
    ]  # fmt: skip


def _worn(inventory: Iterable[it.Item], slot: str) -> it.Item | None:
    worn = (i for i in inventory if i.kind == it.ARMOR and "worn" in i.state and i.object_index >= 0)
    return next((i for i in worn if thing(i.object_index).slot == slot), None)


def change(inventory: tuple[it.Item, ...], role: str, refused: Set[tuple[str, str]] = frozenset()) -> Change | None:
    """Return the next step towards better armour or a better weapon; None when there is none.

    Args:
        inventory: The pack.
        role: Three letters.
        refused: (letter, name) of things with which it did not work lately.
    """
    free = [i for i in spare(inventory) if (i.letter, i.name) not in refused]
    cloak = _worn(inventory, "cloak")
    for slot in sorted(_allowed(inventory, role), key=lambda slot: slot != "suit"):
        pieces = [i for i in free if _slot(i) == slot]
        best, worn = max(pieces, key=_protection, default=None), _worn(inventory, slot)
        if best is None or _protection(best) < max(_protection(worn), 0) + 1:
            continue
        if worn is not None and (worn.blessing == "cursed" or (worn.letter, worn.name) in refused):
            continue
        over = cloak if slot == "suit" and cloak else worn
        if over is None:
            return Change("wear", best)
        if over.blessing != "cursed" and (over.letter, over.name) not in refused:
            return Change("doff", over)
    weapon = arms.better_weapon(inventory, role, free)
    return Change("wield", weapon) if weapon else None


def protects_more(item: it.Item, inventory: tuple[it.Item, ...], role: str) -> bool:
    """Tell whether a piece of armour is worth putting on, once that is possible."""
    slot = _slot(item)
    if slot not in _allowed(inventory, role) or item not in spare(inventory):
        return False
    others = [i for i in inventory if i != item and (_slot(i) == slot or i == _worn(inventory, slot))]
    gain = _protection(item)
    return gain > 0 and all(gain > _protection(i) or (i.letter > item.letter and not i.in_use) for i in others)


def spare(inventory: Iterable[it.Item]) -> list[it.Item]:
    """List what is not in use, not known to be bad, and paid for."""
    return [
        i for i in inventory
        if not i.in_use and i.blessing != "cursed" and (i.enchantment or 0) >= 0 and "unpaid" not in i.state
        and not i.name.endswith(_UNTRIED)
    ]  # fmt: skip


def encumbering_shield(inventory: Iterable[it.Item], tool: it.Item) -> it.Item | None:
    """Return the shield that keeps the hero from digging with a tool; None when none does."""
    return _worn(inventory, "shield") if arms.two_handed(tool) else None


def bare_handed(inventory: Iterable[it.Item]) -> bool:
    """Tell whether the hero strikes with its skin."""
    return arms.in_hand(inventory) is None and _worn(inventory, "gloves") is None


def index_of_name(text: str) -> int:
    """Return the object index that a line of a menu names; -1 when it is not one we know."""
    name = _CONDITION.sub("", it.read_item("a", text, 0, 0).name)
    name = name.removeprefix("pair of ").removeprefix("set of ")
    for candidate in (name, name.removesuffix("s"), name.split(" of ")[0], name.replace("rations", "ration")):
        if candidate in WORDS:
            return WORDS[candidate]
    return -1


@lru_cache(maxsize=512)
def wanted(inventory: tuple[it.Item, ...], role: str, capacity: int = 800) -> frozenset[int]:
    """Return the object indexes to pick up with a key (autopickup does not take them), with looks for the unknown.

    Args:
        inventory: The pack.
        role: Three letters.
        capacity: The weight that the hero carries without being burdened.
    """
    out = {*_FOOD, *arms.wanted(inventory, role)}
    if tins(inventory) < TINS:
        out.add(KINDS["tin"])
    spared = capacity - sum(map(load, inventory))
    for slot in _allowed(inventory, role):
        worn = _worn(inventory, slot)
        carried = [i for i in inventory if not i.in_use and _slot(i) == slot]
        best = max([_protection(worn), *map(_protection, carried)])
        room = spared + (load(worn) if worn else 0)
        fine = (p for p in _pieces(slot) if p.armour > best and (p.weight < _HEAVY or p.weight <= room))
        out.update(piece.index for piece in fine)
    return frozenset(out)


def sought(belief: Belief) -> frozenset[int]:
    """Return the object indexes to pick up now: missiles are what the burdened throw off, and so not among them."""
    found = wanted(belief.inventory, belief.role, belief.capacity)
    return found - _MISSILES if belief.hero.burden else found


def load(item: it.Item) -> int:
    """Return what a lot weighs; 0 for what is not known. A hundred gold pieces weigh one unit (hack.c)."""
    if item.kind in BULK:
        return _BULKY
    if item.kind == it.COIN:
        return (item.count + 50) // 100
    if item.kind == it.FOOD and item.object_index < 0:
        return item.count * monster(item.monster_index).weight if item.monster_index >= 0 else 0
    return item.count * thing(item.object_index).weight if item.object_index >= 0 else 0


def lichens(inventory: Iterable[it.Item]) -> int:
    """Count the lichen corpses that are carried."""
    return sum(i.count for i in inventory if i.kind == it.FOOD and "lichen" in i.name)


def tins(inventory: Iterable[it.Item]) -> int:
    """Count the tins that are carried."""
    return sum(i.count for i in inventory if i.kind == it.FOOD and i.name.startswith("tin"))


def wants(text: str, belief: Belief) -> bool:
    """Tell whether a thing that a menu or a question names is to be taken: a known one may be better than it looks."""
    index, pack = index_of_name(text), belief.inventory
    if "lichen corpse" in text:
        return lichens(pack) < LICHENS
    if index == KINDS["tin"]:
        return tins(pack) + it.read_item("~", text, it.FOOD, 0).count <= TINS
    found = arms.EXCALIBUR in text or index in sought(belief)
    if index < 0 or thing(index).kind != it.ARMOR:
        return found
    if not found and thing(index).weight >= _HEAVY:
        return False
    item = it.read_item("~", text, it.ARMOR, nh.GLYPH_OBJ_OFF + index)  # after all letters: an equal is no gain
    return protects_more(item, (*pack, item), belief.role)


@cache
def _pieces(slot: str) -> tuple[Thing, ...]:
    return tuple(p for p in table() if slot_of(p.index) == slot and p.appearance not in _UNTRIED)


@lru_cache(maxsize=64)
def glyph_table(indexes: frozenset[int]) -> NDArray[np.bool_]:
    """Return the table [glyphs] that is true for these objects, and for what autopickup takes."""
    found = np.zeros(g.MAX_GLYPH + 1, bool)
    for index in (*indexes, *_AUTO):
        found[nh.GLYPH_OBJ_OFF + index] = True
    return found
