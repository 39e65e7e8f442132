"""Weapons: which one is in hand, which would be better, and how hard the hero strikes with it."""

import bisect
import re
from collections.abc import Iterable
from functools import cache

from nle import nethack as nh

from yendor.belief.belief import Belief
from yendor.nethack import items as it
from yendor.nethack.objects import Thing, table, thing

KINDS = {nh.OBJ_NAME(nh.objclass(i)): i for i in range(nh.NUM_OBJECTS) if nh.OBJ_NAME(nh.objclass(i))}
"""Names to object indexes."""
THROWN = ("dagger", "elven dagger", "orcish dagger", "silver dagger", "dart", "shuriken", "spear", "javelin", "knife")
THROWERS = ("rog", "ran", "tou")
"""Roles whose missiles do more than what they have in hand, also at arm's length."""
DIGGERS = frozenset((KINDS["pick-axe"], KINDS["dwarvish mattock"]))
_LAUNCHERS = range(21, 24)
BOW = 21
"""Skill of bows, of which archers carry a spare one."""
ENOUGH = 12
"""Missiles that are carried: each dagger weighs ten, and the pack holds 900 or so."""
_POLES = (17, 20)
"""Skills of what hits hard only when applied, or from the saddle."""
EXCALIBUR = "Excalibur"
_ARTIFACT = 5.5
"""Hit points that each of its blows does more (1d10)."""
_LONG_SWORD = 7
_BLUNT = frozenset((11, 12, 13, 14, 15, 16))
_SKILLS: dict[str, frozenset[int]] = {
    "arc": frozenset((1, 2, 4, 5, 9, 10, 11, 16)),
    "bar": frozenset((1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19)),
    "cav": frozenset((1, 2, 3, 11, 12, 13, 14, 15, 16, 17, 18, 19)),
    "hea": frozenset((1, 2, 5, 9, 10, 11, 12, 16, 18, 19)),
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


def missiles(inventory: Iterable[it.Item]) -> int:
    """Count what is carried to be thrown."""
    return sum(i.count for i in inventory if i.object_index >= 0 and thing(i.object_index).name in THROWN)


def in_hand(inventory: Iterable[it.Item]) -> it.Item | None:
    """Return what the hero wields."""
    for item in inventory:
        if "weapon in hand" in item.state or item.state.startswith("wielded"):
            return item
    return None


def bound(inventory: Iterable[it.Item]) -> bool:
    """Tell whether a cursed weapon takes both hands: who wields it can neither write nor cast (wield.c)."""
    held = in_hand(inventory)
    return held is not None and held.blessing == "cursed" and two_handed(held)


def two_handed(item: it.Item) -> bool:
    """Tell whether a weapon or a tool takes both hands."""
    return item.object_index >= 0 and thing(item.object_index).two_handed


def _shielded(inventory: Iterable[it.Item]) -> bool:
    """Tell whether the hero wears a shield, with which nothing is wielded that takes both hands (wield.c)."""
    worn = (i for i in inventory if i.kind == it.ARMOR and "worn" in i.state and i.object_index >= 0)
    return any(thing(i.object_index).slot == "shield" for i in worn)


def corrodes(inventory: Iterable[it.Item]) -> bool:
    """Tell whether acid makes the weapon in hand worse: it is of iron or copper, not eaten away yet, and not proof."""
    held = in_hand(inventory)
    if held is None or held.object_index < 0 or held.count > 1 or _PROOF.search(held.name):
        return False
    return thing(held.object_index).material in _CORRODIBLE and it.erosion(held.name) < _EATEN_AWAY


def anything_to_strike_with(free: Iterable[it.Item]) -> it.Item | None:
    """Return the first weapon, of what is free, that can be taken in hand by those who fight with their fists."""
    arms = (i for i in free if i.kind == it.WEAPON and i.object_index >= 0)
    return next((i for i in arms if thing(i.object_index).skill > 0), None)


def swordsman(role: str) -> bool:
    """Tell whether a role can train long swords."""
    return _LONG_SWORD in _SKILLS.get(role, ())


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
    if _shielded(inventory):
        arms = [i for i in arms if not two_handed(i)]
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


def best(item: it.Item, inventory: Iterable[it.Item], role: str) -> bool:
    """Tell whether this is the weapon to strike with, be it in hand or not."""
    if item.object_index < 0:
        return False
    edge = _edge(item, role)
    return edge > 0 and edge >= _strongest(inventory, role)


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


@cache
def _arms(role: str) -> tuple[tuple[int, float], ...]:
    fits = ((piece.index, _fit(piece, role)) for piece in table())
    return tuple((index, fit) for index, fit in fits if fit > 0)


def wanted(inventory: tuple[it.Item, ...], role: str) -> set[int]:
    """Return the object indexes of weapons and tools to dig with that are worth picking up."""
    out: set[int] = set()
    if missiles(inventory) < ENOUGH:
        out.update(KINDS[name] for name in THROWN)
    if role == "ran":
        out.update(KINDS[name] for name in ("arrow", "elven arrow", "orcish arrow", "crossbow bolt"))
    if not any(item.object_index in DIGGERS for item in inventory):
        out.update(DIGGERS)
    strongest = _strongest(inventory, role)
    better = (index for index, fit in _arms(role) if fit > _WORTH * strongest)
    shielded = _shielded(inventory)
    out.update(index for index in better if not (shielded and thing(index).two_handed))
    return out


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
