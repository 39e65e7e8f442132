"""What is worth carrying, wearing and wielding. Only what a player sees of a thing is used: its kind or its looks."""

import bisect
import re
from collections.abc import Iterable, Set
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from nle import nethack as nh
from numpy.typing import NDArray

from yendor.belief.belief import Belief
from yendor.nethack import glyphs as g
from yendor.nethack import items as it
from yendor.nethack.objects import Thing, table, thing

_NAMES = {nh.OBJ_NAME(nh.objclass(i)): i for i in range(nh.NUM_OBJECTS) if nh.OBJ_NAME(nh.objclass(i))}

_SHUNNED = ("cornuthaum", "dunce cap", "helmet", "helm of brilliance", "helm of opposite alignment",
            "helm of telepathy", "speed boots", "water walking boots", "jumping boots", "elven boots", "kicking boots",
            "fumble boots", "levitation boots", "cloak of invisibility", "gauntlets of fumbling", "gauntlets of power",
            "gauntlets of dexterity")  # fmt: skip
_UNTRIED = ("old gloves", "padded gloves", "riding gloves", "fencing gloves")
"""Looks of gloves of which one pair in five fumbles, and does not come off."""
"""Armour that shares its looks with what harms, by the looks that NetHack did not shuffle; and shops' bane."""
SLOTS = ("helmet", "suit", "cloak", "gloves", "shield", "boots")
"""The armour slots that are filled."""
THROWN = ("dagger", "elven dagger", "orcish dagger", "silver dagger", "dart", "shuriken", "spear", "javelin", "knife")

THROWERS = ("rog", "ran", "tou")
"""Roles whose missiles do more than what they have in hand, also at arm's length."""
_NO_SHIELD = ("mon", "wiz")
"""Roles that strike or cast worse with a shield."""
DIGGERS = frozenset((_NAMES["pick-axe"], _NAMES["dwarvish mattock"]))
ONE_IS_ENOUGH = DIGGERS | {i for i in range(nh.NUM_OBJECTS) if ord(nh.objclass(i).oc_class) == it.ARMOR}
"""Of which a second one is of no use."""
_LAUNCHERS = range(21, 24)
BOW = 21
"""Skill of bows, of which archers carry a spare one."""
ENOUGH = 12
"""Missiles that are carried: each dagger weighs ten, and the pack holds 900 or so."""
_POLES = (17, 20)
"""Skills of what hits hard only when applied, or from the saddle."""
_HEAVY = 350
"""Weight from which a suit burdens most."""
EXCALIBUR = "Excalibur"
_ARTIFACT = 5.5
"""Hit points that each of its blows does more (1d10)."""
_LONG_SWORD = 7
_BLUNT = frozenset((11, 12, 13, 14, 15, 16))
_SKILLS: dict[str, frozenset[int]] = {
    "arc": frozenset((1, 2, 4, 5, 9, 10, 11, 16)),
    "bar": frozenset((1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19)),
    "cav": frozenset((1, 2, 3, 11, 12, 13, 14, 15, 16, 17, 18, 19)),
    "hea": frozenset((2, 11, 12, 16)),
    "kni": frozenset((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19)),
    "pri": _BLUNT,
    "ran": frozenset((1, 2, 13, 14, 16, 17, 18, 19)),
    "rog": frozenset((1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18)),
    "sam": frozenset((1, 2, 5, 7, 8, 9, 14, 16, 17, 18)),
    "tou": frozenset(range(1, 21)),
    "val": frozenset((1, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 17, 18, 19)),
    "wiz": frozenset((1, 2, 3, 5, 11, 12, 16, 17, 18, 19)),
}
"""Weapon skills (skills.h) that a role can train (u_init.c); with others it strikes at -4, for 2 less."""
_BORN = {
    "arc": (4,), "bar": (3, 5, 8), "cav": (11,), "hea": (2,), "kni": (7, 20), "pri": (12,), "ran": (1,),
    "rog": (1, 5), "sam": (5, 7), "val": (1, 7), "wiz": (16,),
}  # fmt: skip
"""Skills of the weapons that a role begins with (u_init.c). With what it only can train it strikes at -4, for 2 less,
too, until it has hit twenty times: half of that is counted."""
_CORRODIBLE = (11, 13)
"""Iron and copper (objclass.h)."""
_PROOF = re.compile(r"\b(?:corrodeproof|fixed|Excalibur)\b")
_EATEN_AWAY = 3
"""Degrees of corrosion after which it gets no worse."""
_DULL, _BLUNTEST = 0.7, 0.7
"""Damage that a degree of rust takes off a blow, misses counted, and what is left at least."""
_WORTH = 1.15
"""How many times better a weapon must be to be carried, or changed for."""


_STRONG = (6, 16, 18, 19, 94, 109, 118)
"""Strengths, of 3 to 125, from which each blow does another point: none from 6, one from 16, ... (weapon.c)."""


class Change(NamedTuple):
    """A thing to put on, take off or take in hand (`wear`, `doff`, `wield`)."""

    verb: str
    item: it.Item


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


_SHUNNED_KINDS = frozenset(_NAMES[name] for name in _SHUNNED)


def _protection(item: it.Item | None) -> float:
    """Return by how much a piece lowers AC: rust and the like take off up to all that its kind gives (mondata.h)."""
    if item is None:
        return 0.0
    whole = thing(item.object_index).armour
    return whole - min(it.erosion(item.name), whole) + (item.enchantment or 0)


def _allowed(inventory: tuple[it.Item, ...], role: str) -> list[str]:
    held = in_hand(inventory)
    clumsy = held is not None and held.object_index >= 0 and thing(held.object_index).two_handed
    tools = {i.object_index for i in inventory if i.object_index in DIGGERS}
    clumsy |= tools == {_NAMES["dwarvish mattock"]}  # it is dug with in both hands
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
        pieces = [i for i in free if i.kind == it.ARMOR and slot_of(i.object_index) == slot]
        best, worn = max(pieces, key=_protection, default=None), _worn(inventory, slot)
        if best is None or _protection(best) < _protection(worn) + (1 if worn else 0):
            continue
        over = cloak if slot == "suit" and cloak else worn
        if over is None:
            return Change("wear", best)
        if over.blessing != "cursed" and (over.letter, over.name) not in refused:
            return Change("doff", over)
    arms = better_weapon(inventory, role, free)
    return Change("wield", arms) if arms else None


def protects_more(item: it.Item, inventory: tuple[it.Item, ...], role: str) -> bool:
    """Tell whether a piece of armour is worth putting on, once that is possible."""
    slot = slot_of(item.object_index)
    if slot not in _allowed(inventory, role) or item not in spare(inventory):
        return False
    others = [i for i in inventory if i.kind == it.ARMOR and i != item and slot_of(i.object_index) == slot]
    return all(_protection(item) > _protection(i) or (i.letter > item.letter and not i.in_use) for i in others)


def spare(inventory: Iterable[it.Item]) -> list[it.Item]:
    """List what is not in use, not known to be bad, and paid for."""
    return [
        i for i in inventory
        if not i.in_use and i.blessing != "cursed" and (i.enchantment or 0) >= 0 and "unpaid" not in i.state
        and not i.name.endswith(_UNTRIED)
    ]  # fmt: skip


def missiles(inventory: Iterable[it.Item]) -> int:
    """Count what is carried to be thrown."""
    return sum(i.count for i in inventory if i.object_index >= 0 and thing(i.object_index).name in THROWN)


def in_hand(inventory: Iterable[it.Item]) -> it.Item | None:
    """Return what the hero wields."""
    for item in inventory:
        if "weapon in hand" in item.state or item.state.startswith("wielded"):
            return item
    return None


def corrodes(inventory: Iterable[it.Item]) -> bool:
    """Tell whether acid makes the weapon in hand worse: it is of iron or copper, not eaten away yet, and not proof."""
    held = in_hand(inventory)
    if held is None or held.object_index < 0 or held.count > 1 or _PROOF.search(held.name):
        return False
    return thing(held.object_index).material in _CORRODIBLE and it.erosion(held.name) < _EATEN_AWAY


def anything_to_strike_with(inventory: Iterable[it.Item]) -> it.Item | None:
    """Return the first weapon that can be taken in hand, for those who fight with their fists."""
    arms = (i for i in spare(inventory) if i.kind == it.WEAPON and i.object_index >= 0)
    return next((i for i in arms if thing(i.object_index).skill > 0), None)


def encumbering_shield(inventory: Iterable[it.Item], tool: it.Item) -> it.Item | None:
    """Return the shield that keeps the hero from digging with a tool; None when none does."""
    two_handed = tool.object_index >= 0 and thing(tool.object_index).two_handed
    return _worn(inventory, "shield") if two_handed else None


def swordsman(role: str) -> bool:
    """Tell whether a role can train long swords."""
    return _LONG_SWORD in _SKILLS.get(role, ())


def bare_handed(inventory: Iterable[it.Item]) -> bool:
    """Tell whether the hero strikes with its skin."""
    return in_hand(inventory) is None and _worn(inventory, "gloves") is None


def _fit(piece: Thing, role: str) -> float:
    """Return the mean damage of a blow with a kind of weapon, the misses of the untrained and its own counted."""
    melee = piece.kind in (it.WEAPON, it.TOOL) and piece.skill > 0 and piece.skill not in (*_LAUNCHERS, *_POLES)
    if not melee or role == "mon":
        return 0.0
    trainable = piece.skill in _SKILLS.get(role, frozenset())
    if not trainable and (role == "pri" or piece.two_handed):
        return 0.0
    clumsy = 0.0 if piece.skill in _BORN.get(role, ()) else 1.0 if trainable else 2.0
    hits = 0.7 + 0.05 * (piece.to_hit - 2 * clumsy)
    return hits * (piece.damage[0] + 1.0 - clumsy)


def better_weapon(inventory: tuple[it.Item, ...], role: str, free: list[it.Item]) -> it.Item | None:
    """Return a weapon, of what is free, to take in hand instead of what is there."""
    held = in_hand(inventory)
    arms = [i for i in free if i.kind in (it.WEAPON, it.TOOL) and i.object_index >= 0]
    several = arms if held is None and role not in THROWERS else []  # to be thrown, unless there is nothing else
    arms = [i for i in arms if i.count == 1] or several
    if held is not None and EXCALIBUR in held.name:
        return None
    if excalibur := next((i for i in arms if EXCALIBUR in i.name), None):
        return excalibur if held is None or held.blessing != "cursed" else None
    best = max(arms, key=lambda i: _edge(i, role), default=None)
    if best is None or (held is not None and held.blessing == "cursed"):
        return None
    if held is not None and role == "ran" and held.name.endswith("bow") and quiver(inventory) is not None:
        return None  # an archer's hand
    return best if _edge(best, role) > _WORTH * _strongest(inventory, role, hand=True) else None


def quiver(inventory: tuple[it.Item, ...]) -> tuple[it.Item, it.Item] | None:
    """Return a bow or crossbow with what it shoots; None without both."""
    arms = [i for i in inventory if i.kind == it.WEAPON and "unpaid" not in i.state]
    for crossbow, missile in ((False, "arrow"), (True, "bolt")):
        bow = next((i for i in arms if i.name.endswith("bow") and ("crossbow" in i.name) == crossbow), None)
        arrows = next((i for i in arms if missile in i.name), None)
        if bow and arrows:
            return bow, arrows
    return None


def _edge(item: it.Item, role: str) -> float:
    """Return the mean damage of a blow with this one: less what rust and acid have taken (weapon.c)."""
    fit = _fit(thing(item.object_index), role)
    return max(fit + (item.enchantment or 0) - _DULL * it.erosion(item.name), _BLUNTEST) if fit > 0 else 0.0


def _strongest(inventory: Iterable[it.Item], role: str, *, hand: bool = False) -> float:
    arms = [i for i in inventory if i.object_index >= 0 and (i.in_use or not hand)]
    return max((_edge(i, role) for i in arms), default=0.5) or 0.5


def index_of_name(text: str) -> int:
    """Return the object index that a line of a menu names; -1 when it is not one we know."""
    name = _CONDITION.sub("", it.read_item("a", text, 0, 0).name)
    name = name.removeprefix("pair of ").removeprefix("set of ")
    for candidate in (name, name.removesuffix("s"), name.split(" of ")[0], name.replace("rations", "ration")):
        if candidate in WORDS:
            return WORDS[candidate]
    return -1


@lru_cache(maxsize=512)
def wanted(inventory: tuple[it.Item, ...], role: str) -> frozenset[int]:
    """Return the object indexes to pick up with a key (autopickup does not take them)."""
    out = {*_FOOD, _NAMES["tin"]}
    if missiles(inventory) < ENOUGH:
        out.update(_NAMES[name] for name in THROWN)
    if role == "ran":
        out.update(_NAMES[name] for name in ("arrow", "elven arrow", "orcish arrow", "crossbow bolt"))
    if not any(item.object_index in DIGGERS for item in inventory):
        out.update(DIGGERS)
    allowed = _allowed(inventory, role)
    for slot in allowed:
        worn = _worn(inventory, slot)
        carried = [i for i in inventory if i.kind == it.ARMOR and not i.in_use and slot_of(i.object_index) == slot]
        best = max([_protection(worn), *map(_protection, carried)])
        fine = (p for p in _pieces(slot) if p.armour > best and p.weight < _HEAVY)
        out.update(piece.index for piece in fine)
    strongest = _strongest(inventory, role)
    out.update(index for index, fit in _arms(role) if fit > _WORTH * strongest)
    return frozenset(out)


@cache
def _pieces(slot: str) -> tuple[Thing, ...]:
    return tuple(piece for piece in table() if slot_of(piece.index) == slot)


@cache
def _arms(role: str) -> tuple[tuple[int, float], ...]:
    fits = ((piece.index, _fit(piece, role)) for piece in table())
    return tuple((index, fit) for index, fit in fits if fit > 0)


@lru_cache(maxsize=64)
def glyph_table(indexes: frozenset[int]) -> NDArray[np.bool_]:
    """Return the table [glyphs] that is true for these objects, and for what autopickup takes."""
    found = np.zeros(g.MAX_GLYPH + 1, bool)
    for index in (*indexes, *_AUTO):
        found[nh.GLYPH_OBJ_OFF + index] = True
    return found


def might(belief: Belief) -> float:
    """Return the mean damage of the hero's blow: its weapon's against small ones, or a fist's, and its strength's."""
    hero = belief.hero
    strong = bisect.bisect_right(_STRONG, hero.strength_percent) - 1
    weapon = in_hand(belief.inventory)
    if belief.role in ("mon", "sam") and weapon is None:
        return 6.0 + strong + hero.xl / 2  # martial arts
    base = thing(weapon.object_index).damage[0] if weapon is not None and weapon.object_index >= 0 else 1.5
    if weapon is not None and EXCALIBUR in weapon.name:
        base += _ARTIFACT
    worn_off = it.erosion(weapon.name) if weapon is not None else 0
    return max(base - worn_off, 1.5) + (weapon.enchantment or 0 if weapon else 0) + strong
