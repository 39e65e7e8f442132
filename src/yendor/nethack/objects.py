"""Objects by NetHack's index: class, weight, price, nutrition, damage, armour.

The table is `tables/objects.json`, made by `tools/make_knowledge.py` from NetHack's `objects.c`. An index seen
on the map or in the inventory is an *appearance's*: for unidentified rings, potions, ... NetHack shuffles which
thing looks how, so that only the class, and what all candidates share, is known.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_ARMOUR, _WEAPON, _TOOL, _FOOD = 3, 2, 6, 7
_SLOTS = ("suit", "shield", "helmet", "gloves", "boots", "cloak", "shirt")


@dataclass(frozen=True, slots=True)
class Thing:
    """One kind of object.

    Attributes:
        name: Its name; "" for a nameless appearance.
        appearance: What it looks like unidentified; "" when it always looks the same.
        kind: Object class, as in `inv_oclasses`.
        damage: Mean damage against small and against large monsters; 0 where it is no weapon.
        to_hit: Bonus to hit.
        armour: How much it lowers AC.
        slot: Where it is worn, "" for what is not armour.
        material: What it is made of, by its number in `objclass.h`.
    """

    index: int
    name: str
    appearance: str
    kind: int
    probability: int
    delay: int
    weight: int
    cost: int
    nutrition: int
    damage: tuple[float, float]
    to_hit: int
    armour: int
    slot: str
    skill: int
    two_handed: bool
    magic: bool
    material: int


@cache
def table() -> tuple[Thing, ...]:
    """Return all kinds, by index."""
    text = (files("yendor.nethack") / "tables" / "objects.json").read_text()
    things = []
    for index, row in enumerate(json.loads(text)["objects"]):
        kind = row["class"]
        armour, weapon = kind == _ARMOUR, kind in (_WEAPON, _TOOL)
        things.append(
            Thing(
                index=index,
                name=row["name"] or "",
                appearance=row["appearance"] or "",
                kind=kind,
                probability=row["probability"],
                delay=row["delay"],
                weight=row["weight"],
                cost=row["cost"],
                nutrition=row["nutrition"] if kind == _FOOD else 0,
                damage=((row["small"] + 1) / 2, (row["large"] + 1) / 2) if weapon and row["small"] else (0.0, 0.0),
                to_hit=row["hit_or_ac"] if weapon else 0,
                armour=row["hit_or_ac"] if armour else 0,
                slot=_SLOTS[row["subtype"]] if armour else "",
                skill=0 if armour else row["subtype"],
                two_handed=bool(row["big"]) and weapon,
                magic=bool(row["magic"]),
                material=row["material"],
            )
        )
    return tuple(things)


def thing(index: int) -> Thing:
    """Return a kind by its index.

    Raises:
        IndexError: There is no such kind.
    """
    if not 0 <= index < len(table()):
        raise IndexError(f"object index {index}")
    return table()[index]
