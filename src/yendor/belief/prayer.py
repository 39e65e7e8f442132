"""The odds that a prayer in great trouble is heard, from what a player knows: the turns since the last one.

A heard prayer sets NetHack's prayer timeout to rnz(350), which then falls by one each turn; in great
trouble a god helps while it is 200 or less (pray.c). The game begins with 300. A prayer that comes too
soon angers the god for good.

rnz(350) multiplies or divides 350, with equal chance, by U * k: U uniform in [1, 2), k geometric with
ratio 1/4 and at most 5 below experience level 15 (rnd.c).
"""

from dataclasses import dataclass
from functools import lru_cache

_FIRST = 300
_MEDIAN = 350.0
_GREAT_TROUBLE = 200
_FADES = 600
"""Game turns, counted from the first, at each multiple of which a point of Luck comes back (timeout.c)."""
_RETOLD = 4
"""Game turns over which one deed may be told twice: a message stands until the next."""


@lru_cache(maxsize=4096)
def _below(limit: int) -> float:
    """Return P(rnz(350) <= limit)."""
    total = 0.0
    for k in range(1, 6):
        weight = 0.75 * 0.25 ** (k - 1) if k < 5 else 0.25**4
        more = min(max(limit / (_MEDIAN * k) - 1.0, 0.0), 1.0)  # 350 U k <= limit
        less = min(max(2.0 - _MEDIAN / (k * limit), 0.0), 1.0) if limit > 0 else 0.0  # 350 / (U k) <= limit
        total += weight * (more + less) / 2
    return total


def odds(turn: int, prayed: int | None) -> float:
    """Return the chance that a prayer in great trouble is heard.

    Args:
        turn: Game turn now.
        prayed: Turn of the last heard prayer; None for none in this game.
    """
    if prayed is None:
        return 1.0 if turn >= _FIRST - _GREAT_TROUBLE + 5 else 0.0
    return _below(_GREAT_TROUBLE + turn - prayed)


@dataclass
class Luck:
    """What deeds cost of a hero's Luck, as far as the game tells; below zero no prayer is heard (pray.c).

    Attributes:
        lost: Points that had not come back when the last were lost.
        since: Game turn of that.
        base: Where Luck comes to rest: 1 under a full moon, else 0.
    """

    lost: int = 0
    since: int = 0
    base: int = 0

    def lose(self, turn: int, points: int) -> None:
        """Take points away; what is told again within some turns was one deed."""
        if turn - self.since >= _RETOLD or not self.lost:
            self.lost, self.since = self._left(turn) + points, turn

    def below(self, turn: int) -> bool:
        """Tell whether Luck is below zero at a game turn."""
        return self._left(turn) > self.base

    def _left(self, turn: int) -> int:
        return max(self.lost - (turn // _FADES - self.since // _FADES), 0)
