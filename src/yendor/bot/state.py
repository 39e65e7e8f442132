"""What a strategy reads: the belief, and the ground computed from it once per observation."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from yendor.belief import planes
from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.belief.level import Level, Square
from yendor.bot import arms, gear
from yendor.bot.aims import Aim, aim
from yendor.bot.combat.threat import (
    ACID_BLOB,
    ACTIVE,
    FLOATING_EYE,
    GRUDGE,
    PETRIFYING,
    UNICORNS,
    cost,
    leave_alone,
)
from yendor.nethack.bottomline import Hero
from yendor.nethack.items import Item
from yendor.nethack.monsters import monster
from yendor.skills import paths

_DOORS = planes.codes((t.OPEN_DOOR, t.CLOSED_DOOR))
_BOULDER, _TRAP = planes.codes((t.BOULDER,)), planes.codes((t.TRAP,))
_GRAVE = 0.5
"""Share of the hit points below which a unicorn of the hero's own god is struck after all."""
_DRIFT = 50
"""Turns after which an unseen floating eye is no longer taken to be where it was."""


@dataclass
class State:
    """The belief with what follows from it; made anew for each observation.

    Attributes:
        belief: The memory.
        push: Count boulders as walkable.
        traps: Count traps as walkable, but for those that take the hero to another level or shape:
        falls: these, too.
        hero: The bottom line.
        level: Memory of this level.
        square: Where the hero stands.
        hp_share: Hit points as a share of the maximum.
    """

    belief: Belief
    push: bool = False
    traps: bool = False
    falls: bool = False
    hero: Hero = field(init=False)
    level: Level = field(init=False)
    square: Square = field(init=False)
    hp_share: float = field(init=False)
    _survey: planes.Survey | None = field(default=None)
    _aim: Aim | None = field(default=None)
    _foes: list[Creature] | None = field(default=None)

    def __post_init__(self) -> None:
        self.hero = hero = self.belief.hero
        self.level = self.belief.level
        self.square = (hero.y, hero.x)
        self.hp_share = hero.hp / max(hero.max_hp, 1)

    @property
    def survey(self) -> planes.Survey:
        """Where steps are possible, and how far all squares are: `masks`, `distances` and `reach`."""
        if self._survey is None:
            self._survey = self._make_survey()
        return self._survey

    @property
    def masks(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """(walkable, diagonal), each [21, 79] uint8."""
        return (self._survey or self.survey)[:2]

    @property
    def distances(self) -> NDArray[np.int16]:
        """Walking distance of each square from the hero; -1 where there is no way."""
        return (self._survey or self.survey)[2]

    @property
    def reach(self) -> int:
        """How many squares can be walked to, the hero's own included."""
        return (self._survey or self.survey)[3]

    def step_to(self, goal: Square) -> tuple[int, int] | None:
        """Return the offset of the first step towards a square; None without a way."""
        return paths.first_step(*self.masks, self.square, goal)

    def blocks(self, square: Square) -> bool:
        """Tell whether a square that counts as not walkable bars the way to anything more."""
        walkable, diagonal = self.masks
        opened = walkable.copy()
        opened[square] = 1
        return int(np.count_nonzero(paths.distances(opened, diagonal, self.square) >= 0)) > self.reach + 1

    def distance(self, square: Square) -> int:
        """Return the walking distance of a square, or of the nearest square beside it; 999 without a way."""
        d = int(self.distances[square])
        if d >= 0:
            return d
        around = self.distances[t.box(*square)]
        reached = around[around >= 0]
        return int(reached.min()) + 1 if reached.size else 999

    def hostiles(self, within: int = 99) -> list[Creature]:
        """List the hostile ones within a distance that it makes sense to fight or fear."""
        if self._foes is None:
            self._foes = [c for c in self.belief.hostiles() if not self.spared(c)]
        return [c for c in self._foes if c.distance <= within] if self._foes else []

    @property
    def better_weapon(self) -> Item | None:
        """What is carried and had better be in hand."""
        belief = self.belief
        pack = belief.inventory
        return belief.derive("weapon", lambda: arms.better_weapon(pack, belief.role, gear.spare(pack)))

    def harm(self, foes: list[Creature]) -> float:
        """Return the hit points that it costs on average to fight these out in the open."""
        return cost([c.species for c in foes], self.hero, arms.might(self.belief)) if foes else 0.0

    def spared(self, c: Creature) -> bool:
        """Tell whether a creature is better not touched: a unicorn of its god, or with few hit points or bare hands."""
        if c.species == ACID_BLOB and arms.corrodes(self.belief.inventory):
            return True
        if c.species in UNICORNS and np.sign(monster(c.species).alignment) == self.hero.alignment:
            return self.hp_share > _GRAVE
        if c.species in PETRIFYING and gear.bare_handed(self.belief.inventory):
            return True
        return leave_alone(c.species, self.hero.hp) and not (c.species in ACTIVE and self.fierce(c))

    def fierce(self, c: Creature) -> bool:
        """Tell whether one of this kind attacked lately."""
        attacks = self.belief.fierce
        return c.species >= 0 and self.hero.turn - attacks.get(monster(c.species).name, -GRUDGE) < GRUDGE

    @property
    def aim(self) -> Aim:
        """What the game is about now."""
        if self._aim is None:
            self._aim = aim(self.belief)
        return self._aim

    def doubted(self, kind: str, square: Square) -> bool:
        """Tell whether a goal is to be left alone for now."""
        return self.level.doubts.get((kind, square), 0) > self.hero.turn

    def _make_survey(self) -> planes.Survey:
        level, hero = self.level, self.hero
        codes = t.WALKABLES | (_BOULDER if self.push else 0) | (_TRAP if self.traps else 0)
        closed = [
            (c.row, c.column)
            for c in self.belief.creatures
            if (c.kind == "peaceful" and c.distance <= 2) or self.spared(c)
        ]
        for square, index in level.rooted.items():
            drifted = index == FLOATING_EYE and hero.turn - level.rooted_turn.get(square, 0) > _DRIFT
            if leave_alone(index, hero.hp) and not drifted:
                closed.append(square)
        if self.traps and not self.falls:
            closed += planes.where(level.falls)
        return planes.survey(
            level.terrain, level.blocked, level.straight, level.shop, codes, _DOORS, hero.turn, hero.y, hero.x, closed
        )


def towards(origin: Square, goal: Square) -> tuple[int, int] | None:
    """Return the direction in which `goal` lies in a straight line; None when it does not."""
    dr, dc = goal[0] - origin[0], goal[1] - origin[1]
    if (dr or dc) and (dr == 0 or dc == 0 or abs(dr) == abs(dc)):
        return (dr > 0) - (dr < 0), (dc > 0) - (dc < 0)
    return None
