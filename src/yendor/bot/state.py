"""What strategies decide from: the belief, with the views that several of them share."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from yendor.belief.belief import Belief, Seen
from yendor.belief.level import Level
from yendor.nethack import glyphs as g
from yendor.nethack.bottomline import Hero
from yendor.nethack.monsters import NEVER_TOUCH, SESSILE
from yendor.skills.paths import Distances, Map, distances, first_step, nearest
from yendor.skills.plans import Plan, press


class State:
    """One moment: views computed when first asked for."""

    def __init__(self, belief: Belief) -> None:
        self.belief = belief

    @property
    def hero(self) -> Hero:
        return self.belief.hero

    @property
    def at(self) -> tuple[int, int]:
        return self.belief.at

    @property
    def level(self) -> Level:
        return self.belief.level

    @cached_property
    def hostiles(self) -> list[Seen]:
        """Monsters to fight: neither pets nor peaceful, and safe to hit."""
        return [m for m in self.belief.monsters if not m.pet and not m.peaceful and m.index not in NEVER_TOUCH]

    @cached_property
    def near_hostiles(self) -> list[Seen]:
        """Hostiles next to the hero that a blow can reach (doors allow no diagonal blows for the hero)."""
        return [m for m in self.hostiles if self.beside(m.y, m.x)]

    def beside(self, y: int, x: int) -> bool:
        """Tell whether a square is one step away."""
        dy, dx = abs(y - self.hero.y), abs(x - self.hero.x)
        if max(dy, dx) != 1:
            return False
        return not (dy and dx) or bool(self.map.diagonal[y, x] and self.map.diagonal[self.at])

    @cached_property
    def map(self) -> Map:
        """Where one may walk now: squares of monsters that must not be touched are excluded."""
        walkable, diagonal = self.level.masks()
        closed = [m for m in self.belief.monsters if m.peaceful or m.index in NEVER_TOUCH]
        if closed:
            walkable = walkable.copy()
            for m in closed:
                walkable[m.y, m.x] = 0
        return Map(walkable, diagonal)

    @cached_property
    def reach(self) -> Distances:
        """Walking distances from the hero."""
        return distances(self.map, self.at)

    @cached_property
    def threatened(self) -> bool:
        """Tell whether a hostile that can move is near enough to disturb a rest."""
        return any(
            m.index not in SESSILE and max(abs(m.y - self.hero.y), abs(m.x - self.hero.x)) <= 8
            for m in self.hostiles
        )

    @property
    def health(self) -> float:
        """Return hit points as a share of the maximum."""
        return self.hero.hp / max(self.hero.max_hp, 1)

    def walk(self, goal: tuple[int, int], label: str, explanation: str) -> Plan | None:
        """Take the first step towards a square; None when there is no way."""
        direction = first_step(self.map, self.reach, self.at, goal)
        return None if direction is None else press(direction, label, explanation, goal)

    def walk_to_nearest(self, goals: NDArray[np.bool_], label: str, explanation: str) -> Plan | None:
        """Take the first step towards the nearest of the goals."""
        goal = nearest(goals, self.reach)
        return None if goal is None else self.walk(goal, label, explanation)

    def stands_on(self, table: NDArray[np.bool_]) -> bool:
        """Tell whether the hero stands on a map symbol of this table (remembered from before stepping on)."""
        symbol = int(self.level.terrain[self.at])
        return symbol >= 0 and bool(table[symbol])

    def places(self, *symbols: int) -> NDArray[np.bool_]:
        """Return where the level has one of these map symbols."""
        return np.isin(self.level.terrain, symbols)


UP = (g.UPSTAIR, g.UPLADDER)
DOWN = (g.DOWNSTAIR, g.DOWNLADDER)
