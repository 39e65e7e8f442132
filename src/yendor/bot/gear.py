"""What is worth picking up and wearing. Only what a player sees of a thing is used: its class and slot."""

from collections.abc import Set

import numpy as np
from nle import nethack as nh
from numpy.typing import NDArray

from yendor.belief.belief import Belief
from yendor.nethack import glyphs as g
from yendor.nethack import items as it
from yendor.nethack.objects import thing

_NAMES = {nh.OBJ_NAME(nh.objclass(i)): i for i in range(nh.NUM_OBJECTS) if nh.OBJ_NAME(nh.objclass(i))}

SLOTS: dict[str, range] = {
    "helmet": range(_NAMES["elven leather helm"], _NAMES["fedora"] + 1),
    "body": range(_NAMES["plate mail"], _NAMES["leather jacket"] + 1),
    "cloak": range(_NAMES["mummy wrapping"], _NAMES["cloak of displacement"] + 1),
    "gloves": range(_NAMES["leather gloves"], _NAMES["gauntlets of dexterity"] + 1),
    "shield": range(_NAMES["small shield"], _NAMES["dwarvish roundshield"] + 1),
    "boots": range(_NAMES["low boots"], _NAMES["high boots"] + 1),
}
"""Object indexes of each armour slot we fill; kinds that may be harmful magic by their looks are left out."""
_ALL_BODY = range(_NAMES["gray dragon scale mail"], _NAMES["leather jacket"] + 1)
THROWN = ("dagger", "elven dagger", "orcish dagger", "silver dagger", "dart", "shuriken", "spear", "javelin", "knife")

_NO_SHIELD = ("mon", "wiz", "ran", "arc")
"""Roles that strike, cast, shoot or dig worse with a shield."""
DIGGERS = frozenset((_NAMES["pick-axe"], _NAMES["dwarvish mattock"]))


def is_food(name: str) -> bool:
    """Tell whether a thing of the food class is worth carrying: it keeps, needs no opener, and does not poison."""
    if "corpse" in name:
        return "lichen" in name or "lizard" in name
    return not name.startswith("tin") and not any(word in name for word in ("egg", "glob of"))


_FOOD = tuple(
    i for i in range(nh.NUM_OBJECTS)
    if ord(nh.objclass(i).oc_class) == it.FOOD and is_food(nh.OBJ_NAME(nh.objclass(i)))
)  # fmt: skip
_AUTO = tuple(
    i for i in range(nh.NUM_OBJECTS) if ord(nh.objclass(i).oc_class) in (it.COIN, it.SCROLL, it.POTION, it.WAND)
)

WORDS: dict[str, int] = {}
"""Name and appearance of a thing to its object index."""
for _i in range(nh.NUM_OBJECTS):
    for _word in (nh.OBJ_NAME(nh.objclass(_i)), nh.OBJ_DESCR(nh.objclass(_i))):
        if _word and ord(nh.objclass(_i).oc_class) in (it.WEAPON, it.ARMOR, it.FOOD, it.TOOL):
            WORDS.setdefault(_word, _i)


def slot_of(index: int) -> str | None:
    """Return the armour slot of an object index; None when it is none we fill."""
    return next((slot for slot, span in SLOTS.items() if index in span), None)


def free_slots(inventory: tuple[it.Item, ...], role: str) -> set[str]:
    """Return the slots that are empty and may be filled at once."""
    worn = [item.object_index for item in inventory if item.kind == it.ARMOR and "worn" in item.state]
    free = {slot for slot, span in SLOTS.items() if not any(i in span for i in worn)}
    if any(i in _ALL_BODY for i in worn) or "cloak" not in free or role == "mon":
        free.discard("body")  # a suit goes under the cloak, and a monk wears none
    held = [i.object_index for i in inventory if "weapon in hand" in i.state and i.object_index >= 0]  # not a corpse
    if role in _NO_SHIELD or any(thing(index).two_handed for index in held):
        free.discard("shield")
    return free


def to_wear(inventory: tuple[it.Item, ...], role: str, refused: Set[tuple[str, str]] = frozenset()) -> it.Item | None:
    """Return a piece of armour to put on now, none of those (letter, name) that were refused."""
    free = free_slots(inventory, role)
    for item in inventory:
        spare = item.kind == it.ARMOR and not item.state and item.blessing != "cursed"
        spare = spare and (item.letter, item.name) not in refused
        if spare and slot_of(item.object_index) in free and (item.enchantment or 0) >= 0:
            return item
    return None


def index_of_name(text: str) -> int:
    """Return the object index that a line of a menu names; -1 when it is not one we know."""
    name = it.read_item("a", text, 0, 0).name
    name = name.removeprefix("pair of ").removeprefix("set of ")
    for candidate in (name, name.removesuffix("s"), name.split(" of ")[0], name.replace("rations", "ration")):
        if candidate in WORDS:
            return WORDS[candidate]
    return -1


def wanted(inventory: tuple[it.Item, ...], role: str) -> frozenset[int]:
    """Return the object indexes to pick up with a key (autopickup does not take them)."""
    out = set(_FOOD)
    out.update(_NAMES[name] for name in THROWN)
    if role == "ran":
        out.update((_NAMES["arrow"], _NAMES["elven arrow"], _NAMES["orcish arrow"]))
    if not any(item.object_index in DIGGERS for item in inventory):
        out.update(DIGGERS)
    carried = {slot_of(item.object_index) for item in inventory if item.kind == it.ARMOR and not item.state}
    for slot in free_slots(inventory, role) - carried:
        out.update(SLOTS[slot])
    return frozenset(out)


def glyph_table(indexes: frozenset[int]) -> NDArray[np.bool_]:
    """Return the table [glyphs] that is true for these objects, and for what autopickup takes."""
    table = np.zeros(g.MAX_GLYPH + 1, bool)
    for index in (*indexes, *_AUTO):
        table[nh.GLYPH_OBJ_OFF + index] = True
    return table


def might(belief: Belief) -> float:
    """Return the mean damage of the hero's blow: its weapon's against small ones, or a fist's, and its strength's."""
    hero = belief.hero
    strong = (hero.strength_percent > 0) + (hero.strength >= 16) + 2 * (hero.strength_percent > 75)
    weapon = next((i for i in belief.inventory if "weapon in hand" in i.state or "wielded" in i.state), None)
    if belief.role in ("mon", "sam") and weapon is None:
        return 6.0 + strong + hero.xl / 2  # martial arts
    base = thing(weapon.object_index).damage[0] if weapon is not None and weapon.object_index >= 0 else 1.5
    return max(base, 1.5) + (weapon.enchantment or 0 if weapon else 0) + strong
