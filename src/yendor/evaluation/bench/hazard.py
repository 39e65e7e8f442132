"""Where heroes spend their turns, make their points and die, and in which state: deaths in 1,000 turns of each.

A game's end says what killed the hero; the hazard of a state says what the hero had better not been in. States are
read some turns before the end, since the end itself brings most of them about.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from yendor.belief.belief import Belief
from yendor.nethack.bottomline import Condition, Hunger

BEFORE = 60
"""Turns before the end at which the states of a death are read."""
_DUNGEONS = ("Doom", "Gehennom", "Mines", "Quest", "Sokoban", "Ludios", "Vlad", "planes")
_AC = ((3, "AC 2 or better"), (6, "AC 3 to 5"), (9, "AC 6 to 8"), (99, "AC 9 or worse"))
_HUNGER = {Hunger.SATIATED: "satiated", Hunger.HUNGRY: "hungry", Hunger.WEAK: "weak"}
_CONDITIONS = (
    (Condition.BLIND, "blind"), (Condition.CONFUSED, "confused"), (Condition.STUNNED, "stunned"),
    (Condition.HALLUCINATING, "hallucinating"), (Condition.LEVITATING, "levitating"),
)  # fmt: skip
_LONG_AGO = 10**6


class Spent:
    """Counts a game's turns and points by state and by place, and remembers the states of its last turns."""

    def __init__(self) -> None:
        self.by: dict[str, list[int]] = {}
        self._recent: deque[tuple[int, list[str]]] = deque()
        self._score = 0

    def see(self, belief: Belief) -> None:
        """Take in what the bot believes after an observation; it counts when the clock has moved."""
        turn, score = belief.hero.turn, belief.hero.score
        before = self._recent[-1][0] if self._recent else turn
        if self._recent and turn <= before:
            return
        states = [*states_of(belief), place_of(belief)]
        for state in states:
            spent = self.by.setdefault(state, [0, 0])
            spent[0] += turn - before
            spent[1] += score - self._score
        self._score = score
        self._recent.append((turn, states))
        while self._recent[0][0] < turn - BEFORE:
            self._recent.popleft()

    def last(self) -> list[str]:
        """Return the states of about `BEFORE` turns ago."""
        return self._recent[0][1] if self._recent else []


def place_of(belief: Belief) -> str:
    """Name the level and the experience level: what is born depends on both."""
    hero = belief.hero
    return f"{_DUNGEONS[min(hero.dungeon, len(_DUNGEONS) - 1)]} {hero.level}, XL {hero.xl}"


def states_of(belief: Belief) -> Iterator[str]:
    """Name the states that the hero is in."""
    hero = belief.hero
    yield "all turns"
    yield next(name for limit, name in _AC if hero.ac < limit)
    yield "fainting" if hero.hunger >= Hunger.FAINTING else _HUNGER.get(Hunger(hero.hunger), "not hungry")
    since = hero.turn - (belief.prayed if belief.prayed is not None else -_LONG_AGO)
    yield "prayed 500 turns ago or less" if since <= 500 else "prayed longer ago"
    if hero.turn < belief.forsaken:
        yield "god angry"
    if belief.lycanthrope:
        yield "lycanthrope"
    if belief.beast:
        yield "another's shape"
    if hero.burden:
        yield "burdened"
    if hero.hp * 2 < hero.max_hp:
        yield "less than half of the hit points"
    if hero.condition:
        yield from (name for condition, name in _CONDITIONS if hero.condition & condition)


@dataclass(frozen=True)
class Hazard:
    """What a state or place cost and brought.

    Attributes:
        name: The state or place.
        turns: Game turns spent in it.
        points: Made in it.
        killed, starved: Deaths of heroes who were in it before the end; starved are those who fainted at the end.
    """

    name: str
    turns: int
    points: int
    killed: int
    starved: int

    @property
    def rate(self) -> float:
        """Deaths in 1,000 turns."""
        return (self.killed + self.starved) / max(self.turns, 1) * 1000

    @property
    def worth(self) -> float:
        """Points for each death; all there are where nobody died."""
        return self.points / max(self.killed + self.starved, 1)


def hazards(lines: Sequence[dict[str, Any]], *, places: bool = False) -> list[Hazard]:
    """Add up states, the most dangerous first, or places, in order.

    Args:
        lines: Result lines; those of versions before this was kept count for nothing.
        places: Levels by experience level instead of states.
    """
    spent: dict[str, list[int]] = {}
    for line in lines:
        for name, (turns, points) in line.get("spent", {}).items():
            known = spent.setdefault(name, [0, 0, 0, 0])
            known[0] += turns
            known[1] += points
        if line["ended"] == "death":
            for name in line.get("before_end", ()):
                spent.setdefault(name, [0, 0, 0, 0])[3 if line["hunger"] >= Hunger.FAINTING else 2] += 1
    found = [Hazard(name, *numbers) for name, numbers in spent.items() if (", XL " in name) is places]
    return sorted(found, key=_in_order) if places else sorted(found, key=lambda hazard: (-hazard.rate, hazard.name))


def _in_order(hazard: Hazard) -> tuple[int, int, int]:
    place, _, xl = hazard.name.partition(", XL ")
    dungeon, _, level = place.rpartition(" ")
    return _DUNGEONS.index(dungeon), int(level), int(xl)
