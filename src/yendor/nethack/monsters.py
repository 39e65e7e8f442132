"""Monsters by NetHack's index: level, speed, attacks, resistances, and what follows from them.

The table is `tables/monsters.json`, made by `tools/make_knowledge.py` from NetHack's `monst.c`; NLE's own
table lacks the attacks.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from nle import nethack as nh

NUMBER: int = nh.NUMMONS


class Attack(NamedTuple):
    """One attack: NetHack's names of how (`bite`, `weap`, `none` for a passive one) and what (`phys`, `plys`)."""

    kind: str
    damage: str
    dice: int
    sides: int

    @property
    def mean(self) -> float:
        """Return its mean damage when it hits."""
        return self.dice * (self.sides + 1) / 2


@dataclass(frozen=True, slots=True)
class Monster:
    """One kind of monster; names of flags are NetHack's (`M1_FLY` is `fly`)."""

    index: int
    name: str
    symbol: str
    level: int
    speed: int
    ac: int
    magic_resistance: int
    weight: int
    nutrition: int
    difficulty: int
    alignment: int
    attacks: tuple[Attack, ...]
    flags: frozenset[str]
    resists: frozenset[str]
    conveys: frozenset[str]

    @property
    def damage(self) -> float:
        """Return the mean hit points that its active attacks take in one of its moves if all hit."""
        active = (a.mean for a in self.attacks if a.kind not in ("none", "boom"))
        return sum(active)

    @property
    def passive(self) -> tuple[Attack, ...]:
        """Return the attacks that answer a touch or a death."""
        return tuple(a for a in self.attacks if a.kind in ("none", "boom"))


@cache
def _table() -> tuple[Monster, ...]:
    text = (files("yendor.nethack") / "tables" / "monsters.json").read_text()
    return tuple(
        Monster(
            index=index,
            name=row["name"],
            symbol=nh.class_sym.from_mlet(nh.permonst(index).mlet).sym,
            level=row["level"],
            speed=row["speed"],
            ac=row["ac"],
            magic_resistance=row["mr"],
            weight=row["weight"],
            nutrition=row["nutrition"],
            difficulty=nh.permonst(index).difficulty,
            alignment=row["alignment"],
            attacks=tuple(Attack(*attack) for attack in row["attacks"]),
            flags=frozenset(row["flags"]),
            resists=frozenset(row["resists"]),
            conveys=frozenset(row["conveys"]),
        )
        for index, row in enumerate(json.loads(text)["monsters"])
    )


def monster(index: int) -> Monster:
    """Return a kind by its index.

    Raises:
        IndexError: There is no such kind.
    """
    if not 0 <= index < NUMBER:
        raise IndexError(f"monster index {index}")
    return _table()[index]


@cache
def _by_name() -> dict[str, int]:
    return {kind.name: kind.index for kind in _table()}


def index_of(name: str) -> int:
    """Return the index of a kind by its name.

    Raises:
        KeyError: There is no such kind.
    """
    return _by_name()[name]


def _kinds(*names: str) -> frozenset[int]:
    return frozenset(index_of(name) for name in names)


NEVER_TOUCH = _kinds(
    "floating eye", "blue jelly", "gas spore", "cockatrice", "chickatrice", "brown mold", "yellow mold",
    "green mold", "red mold", "acid blob", "spotted jelly", "ochre jelly", "Medusa", "flaming sphere",
    "freezing sphere", "shocking sphere", "yellow light", "black light",
)  # fmt: skip
"""Kinds that a melee blow hurts more than it helps: passive attacks, explosions, petrification."""

KEEPERS = _kinds("shopkeeper", "guard", "aligned priest", "watchman", "watch captain", "Oracle")
"""Kinds that are peaceful unless provoked, and strong."""

SESSILE = frozenset(kind.index for kind in _table() if kind.speed == 0)
"""Kinds that never move."""

_BAD_CORPSES = _kinds(
    "cockatrice", "chickatrice", "Medusa", "green slime", "lizard", "bat", "giant bat", "vampire bat",
    "stalker", "quantum mechanic", "chameleon", "doppelganger", "sandestin", "nurse", "leprechaun",
    "small mimic", "large mimic", "giant mimic", "violet fungus", "human", "elf", "dwarf king",
)  # fmt: skip
_HEADY = frozenset(k.index for k in _table() if any(a.damage in ("stun", "halu") for a in k.attacks))
"""Kinds whose eaters hallucinate for 200 turns (eat.c): yellow molds, above all."""
_PETS = _kinds("kitten", "housecat", "large cat", "little dog", "dog", "large dog")
_OWN_KIND = {"elf": "elf", "dwa": "dwarf", "gno": "gnome", "orc": "orc", "hum": "human"}


def safe_corpse(index: int, race: str = "hum", *, hardy: bool = False, cannibal: bool = False) -> bool:
    """Tell whether a fresh corpse of this kind may be eaten without harm by anybody of this race.

    Poisonous and acidic kinds, petrifiers, shape changers, were-creatures, pets' kinds, humans and the
    hero's own race are out.

    Args:
        index: NetHack's monster index.
        race: Three letters.
        hardy: The eater resists poison.
        cannibal: The eater may eat pets' kinds and its own, as orcs and cavemen do (eat.c).
    """
    kind = monster(index)
    harm = {"acid", "were", "human"} if hardy else {"acid", "pois", "were", "human"}
    if index in _BAD_CORPSES or index in _HEADY or kind.flags & harm or kind.nutrition == 0:
        return False
    return cannibal or (index not in _PETS and _OWN_KIND.get(race, "human") not in kind.flags)


def own_kind(index: int, race: str) -> bool:
    """Tell whether eating this kind is cannibalism for a race, of three letters: it costs Luck, and with it prayer."""
    return _OWN_KIND.get(race, "human") in monster(index).flags or "human" in monster(index).flags


def danger(index: int) -> int:
    """Return NetHack's difficulty of a kind; 3 for a remembered unseen one (-1)."""
    return monster(index).difficulty if 0 <= index < NUMBER else 3


WERE = frozenset(i for i in range(NUMBER) if monster(i).name.startswith("were"))
"""Those that call their kind, and whose bite makes one of them."""
