"""Monsters by NetHack's index: the engine's own table, and what follows from a kind's name."""

from dataclasses import dataclass
from functools import cache

from nle import nethack as nh

NUMBER: int = nh.NUMMONS


@dataclass(frozen=True, slots=True)
class Monster:
    """One kind of monster."""

    index: int
    name: str
    symbol: str
    level: int
    speed: int
    ac: int
    weight: int
    nutrition: int
    difficulty: int
    flags1: int
    flags2: int


@cache
def monster(index: int) -> Monster:
    """Return a kind by its index.

    Raises:
        IndexError: There is no such kind.
    """
    if not 0 <= index < NUMBER:
        raise IndexError(f"monster index {index}")
    m = nh.permonst(index)
    return Monster(
        index, m.mname, nh.class_sym.from_mlet(m.mlet).sym, m.mlevel,
        m.mmove, m.ac, m.cwt, m.cnutrit, m.difficulty, m.mflags1, m.mflags2,
    )  # fmt: skip


_BY_NAME = {nh.permonst(i).mname: i for i in range(NUMBER)}


def index_of(name: str) -> int:
    """Return the index of a kind by its name.

    Raises:
        KeyError: There is no such kind.
    """
    return _BY_NAME[name]


def _kinds(*names: str) -> frozenset[int]:
    return frozenset(_BY_NAME[name] for name in names)


_M1_HUMANOID, _M1_ACID, _M1_POIS = 0x00020000, 0x08000000, 0x10000000
_M2_WERE = 0x00000004

NEVER_TOUCH = _kinds(
    "floating eye", "blue jelly", "gas spore", "cockatrice", "chickatrice", "brown mold", "yellow mold",
    "green mold", "red mold", "acid blob", "spotted jelly", "ochre jelly", "Medusa", "flaming sphere",
    "freezing sphere", "shocking sphere", "yellow light", "black light",
)  # fmt: skip
"""Kinds that a melee blow hurts more than it helps: passive attacks, explosions, petrification."""

KEEPERS = _kinds("shopkeeper", "guard", "aligned priest", "watchman", "watch captain", "Oracle")
"""Kinds that are peaceful unless provoked, and strong."""

SESSILE = frozenset(i for i in range(NUMBER) if nh.permonst(i).mmove == 0)
"""Kinds that never move."""

_BAD_CORPSES = _kinds(
    "cockatrice", "chickatrice", "Medusa", "green slime", "lizard", "bat", "giant bat", "vampire bat",
    "stalker", "quantum mechanic", "chameleon", "doppelganger", "sandestin", "nurse", "leprechaun",
    "small mimic", "large mimic", "giant mimic", "violet fungus", "kitten", "housecat", "large cat",
    "little dog", "dog", "large dog", "human", "elf", "dwarf king",
)  # fmt: skip


def safe_corpse(index: int, race: str = "hum") -> bool:
    """Tell whether a fresh corpse of this kind may be eaten without harm by anybody of this race.

    Poisonous and acidic kinds, petrifiers, shape changers, were-creatures, pets' kinds, humans and the
    hero's own race are out.
    """
    kind = nh.permonst(index)
    if index in _BAD_CORPSES or kind.mflags1 & (_M1_ACID | _M1_POIS) or kind.mflags2 & _M2_WERE:
        return False
    if kind.cnutrit == 0:
        return False
    name = kind.mname
    if name.startswith("were") or "human" in name or name in ("shopkeeper", "guard", "watchman", "prisoner"):
        return False
    own = {"elf": ("elf", "-elf"), "dwa": ("dwarf",), "gno": ("gnome",), "orc": ("orc",), "hum": ()}
    if any(word in name.lower() for word in own.get(race, ())):
        return False
    return not (kind.mflags2 & 0x00000008)  # M2_HUMAN


def danger(index: int) -> int:
    """Return NetHack's difficulty of a kind; 3 for a remembered unseen one (-1)."""
    return nh.permonst(index).difficulty if 0 <= index < NUMBER else 3
