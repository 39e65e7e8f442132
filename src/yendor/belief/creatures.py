"""Who is on the map: monsters read from the glyphs, and which of them are known to be peaceful."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yendor.belief import planes
from yendor.belief.terrain import MONSTER
from yendor.nethack import glyphs as g
from yendor.nethack.monsters import index_of, monster

ALWAYS_PEACEFUL = frozenset(
    index_of(name)
    for name in ("shopkeeper", "guard", "watchman", "watch captain", "aligned priest", "Oracle", "prisoner")
)
"""Kinds that are nearly always peaceful, and deadly when they are not: never attacked first."""

_MILD = frozenset(monster(index).name for index in ALWAYS_PEACEFUL)
_MONSTERS = planes.codes((MONSTER,))
_SPECIES: list[int] = g.MONSTER_OF.tolist()
_PETS = frozenset(np.flatnonzero(g.IS_PET | g.IS_RIDDEN).tolist())


class Creature(NamedTuple):
    """One living thing that is seen, felt or remembered.

    Attributes:
        row, column: Where.
        species: NetHack's monster index; -1 for an unseen one (`I`).
        kind: `hostile`, `peaceful`, `pet` or `unseen`.
        distance: Squares away, diagonals counting one.
        glyph: Its glyph.
    """

    row: int
    column: int
    species: int
    kind: str
    distance: int
    glyph: int


@dataclass
class Peaceful:
    """The peaceful ones that were recognised, each by glyph and last known square."""

    known: list[tuple[int, int, int, int]] = field(default_factory=list)
    """(glyph, row, column, turn)."""
    angry: set[str] = field(default_factory=set)
    """Kinds that struck the hero, also of those that are peaceful by nature."""

    def mark(self, creature: Creature, turn: int) -> None:
        """Remember a creature as peaceful: one of its kind that was lost from view, if there is any."""
        lost = [e for e in self.known if e[0] == creature.glyph and e[3] < turn]
        if lost:
            self.known.remove(min(lost, key=lambda e: e[3]))
        self.known.append((creature.glyph, creature.row, creature.column, turn))

    def match(self, glyph: int, row: int, column: int, turn: int, taken: set[int]) -> bool:
        """Tell whether a creature is one of the known, and follow it if it moved.

        `taken` holds the positions in the list that this observation has already matched: one known
        creature explains one seen.
        """
        for i, (kind, r, c, seen) in enumerate(self.known):
            reach = 1 + min(turn - seen, 8)
            if i not in taken and kind == glyph and abs(r - row) <= reach and abs(c - column) <= reach:
                self.known[i] = (kind, row, column, turn)
                taken.add(i)
                return True
        return False

    def betray(self, name: str) -> None:
        """Drop those of a kind that has just attacked."""
        self.angry.add(name)
        self.known = [e for e in self.known if monster(_SPECIES[e[0]]).name != name]

    def bury(self, name: str, row: int, column: int) -> None:
        """Drop the one of a kind that has died on or beside a square."""
        beside = (e for e in self.known if abs(e[1] - row) <= 1 and abs(e[2] - column) <= 1)
        dead = [e for e in beside if monster(_SPECIES[e[0]]).name == name]
        if dead:
            self.known.remove(max(dead, key=lambda e: e[3]))

    def forget(self) -> None:
        """Start on another level: one shopkeeper's anger is not another's."""
        self.known = []
        self.angry -= _MILD


def _mild(index: int, peaceful: Peaceful) -> bool:
    """Tell whether a kind is peaceful by nature, and none of it has struck the hero."""
    return index in ALWAYS_PEACEFUL and monster(index).name not in peaceful.angry


def read_creatures(
    glyphs: NDArray[np.int16], codes: NDArray[np.uint8], row: int, column: int, turn: int, peaceful: Peaceful
) -> list[Creature]:
    """List who is on the map, the hero excepted, nearest first.

    Args:
        glyphs: [21, 79] NLE's glyphs.
        codes: [21, 79] uint8 codes of `belief.terrain`.
        row, column: The hero.
        turn: Game turn.
        peaceful: What is known about peaceful ones; updated.
    """
    out = []
    taken: set[int] = set()
    for r, c in planes.find(codes, _MONSTERS):
        if r == row and c == column:
            continue
        glyph = int(glyphs[r, c])
        index = _SPECIES[glyph]
        if glyph in _PETS:
            kind = "pet"
        elif index < 0:
            kind = "unseen"
        elif _mild(index, peaceful) or (peaceful.known and peaceful.match(glyph, r, c, turn, taken)):
            kind = "peaceful"
        else:
            kind = "hostile"
        out.append(Creature(r, c, index, kind, max(abs(r - row), abs(c - column)), glyph))
    if len(out) > 1:
        out.sort(key=lambda creature: creature.distance)
    return out
