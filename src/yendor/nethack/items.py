"""Inventory lines: `a - 2 uncursed +1 daggers (weapon in hand)` as counts, names and states."""

import re
from dataclasses import dataclass
from functools import lru_cache

from yendor.core.agent import Observation
from yendor.nethack.glyphs import MONSTER_OF, OBJECT_OF

WEAPON, ARMOR, RING, AMULET, TOOL, FOOD, POTION, SCROLL, SPELLBOOK, WAND, COIN, GEM, ROCK, BALL = range(2, 16)
"""NetHack's object classes, as in `inv_oclasses`."""

_LINE = re.compile(r"^(?P<count>an?|the|\d+) (?:(?P<buc>blessed|uncursed|cursed|holy|unholy) )?(?P<rest>.*)$")
_ENCHANTED = re.compile(r"(?:^| )([+-]\d+) ")
_ERODED = re.compile(r"\b(very |thoroughly |)(?:rusty|corroded|burnt|rotted)\b")
_DEGREES = {"": 1, "very ": 2, "thoroughly ": 3}
_STATE = re.compile(r"\(([^)]*)\)\s*$")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the inventory.

    Attributes:
        letter: Its letter.
        count: How many.
        name: The name without count, blessing, enchantment and state.
        kind: Object class, as in `inv_oclasses`.
        glyph: Its glyph.
        blessing: `blessed`, `uncursed`, `cursed`, or "" when unknown.
        enchantment: +n, or None when unknown.
        state: The words in the last brackets (`weapon in hand`, `being worn`, ...).
    """

    letter: str
    count: int
    name: str
    kind: int
    glyph: int
    blessing: str = ""
    enchantment: int | None = None
    state: str = ""

    @property
    def object_index(self) -> int:
        """Index into NetHack's objects (an appearance's, when it is not identified); -1 for a corpse."""
        return int(OBJECT_OF[self.glyph])

    @property
    def monster_index(self) -> int:
        """Whose corpse it is; -1 for other things."""
        return int(MONSTER_OF[self.glyph])

    @property
    def in_use(self) -> bool:
        """Worn, or wielded as the weapon."""
        return (
            "worn" in self.state or "weapon in hand" in self.state or "wielded" in self.state.replace("not wielded", "")
        )


@lru_cache(maxsize=4096)
def erosion(name: str) -> int:
    """Return how far a thing is rusted, corroded, burnt or rotted: 0 to 3, the worse of two kinds (obj.h)."""
    return max((_DEGREES[degree] for degree in _ERODED.findall(name)), default=0)


@lru_cache(maxsize=4096)
def read_item(letter: str, line: str, kind: int, glyph: int) -> Item:
    """Read one inventory line. Never raises: what it does not understand stays in the name."""
    found = _LINE.match(line)
    if found is None:
        return Item(letter, 1, line, kind, glyph)
    count = int(found["count"]) if found["count"].isdigit() else 1
    rest, state, enchantment = found["rest"], "", None
    bracket = _STATE.search(rest)
    if bracket:
        state, rest = bracket[1], rest[: bracket.start()].strip()
    plus = _ENCHANTED.search(rest)
    if plus:
        enchantment = int(plus[1])
        rest = (rest[: plus.start()] + " " + rest[plus.end() :]).strip()
    return Item(letter, count, rest, kind, glyph, found["buc"] or "", enchantment, state)


def read_inventory(observation: Observation) -> tuple[Item, ...]:
    """Read the whole inventory, in its order."""
    letters = observation["inv_letters"].tobytes().replace(b"\0", b"").decode("latin-1")
    kinds, glyphs = observation["inv_oclasses"].tolist(), observation["inv_glyphs"].tolist()
    lines = (line.tobytes().partition(b"\0")[0].decode("latin-1") for line in observation["inv_strs"][: len(letters)])
    return tuple(map(read_item, letters, lines, kinds, glyphs))
