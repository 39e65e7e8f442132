"""Who is in the line of a missile, and who else: the way must be clear of friends, and the target no friend either."""

from collections.abc import Iterator

from yendor.belief import terrain as t
from yendor.belief.creatures import Creature
from yendor.belief.level import Square
from yendor.bot.combat.threat import GAS_SPORE, GRUDGE, may_be_peaceful
from yendor.bot.state import State, towards
from yendor.nethack.monsters import WERE, monster

_FLIGHT = 10
"""Squares that an arrow or a dagger may fly, past those it misses."""
_RAY = 6
"""Squares within which a ray comes back from a wall."""
_OPEN = t.WALKABLE.copy()
_OPEN[t.TRAP], _OPEN[t.CLOSED_DOOR] = 1, 0
"""[codes] uint8: 1 where a ray or a missile flies on: over traps, but through no closed door (zap.c)."""


def name_of(c: Creature) -> str:
    """Return the name of a creature's kind."""
    return monster(c.species).name if c.species >= 0 else "unseen thing"


def offset_of(state: State, c: Creature) -> tuple[int, int]:
    """Return how far down and right of the hero a creature stands."""
    return c.row - state.hero.y, c.column - state.hero.x


def urgent(state: State, c: Creature) -> bool:
    """Tell whether a creature is to be struck before stronger ones: it calls its kind, or shoots."""
    shoots = state.hero.turn - state.belief.shot < GRUDGE and name_of(c) == state.belief.shooter
    return c.species in WERE or shoots


def _doubtful(state: State, c: Creature) -> bool:
    """Tell whether a creature may be peaceful: its kind may, and has not attacked lately."""
    if state.fierce(c):
        return False
    return may_be_peaceful(c.species, state.hero.alignment, state.belief.race)


def bursts_among_friends(state: State, c: Creature) -> bool:
    """Tell whether it is a gas spore beside somebody peaceful or a pet: its burst angers, or costs Luck (mon.c)."""
    if c.species != GAS_SPORE:
        return False
    friends = (o for o in state.belief.creatures if o.kind in ("pet", "peaceful"))
    return any(max(abs(o.row - c.row), abs(o.column - c.column)) <= 1 for o in friends)


def _clear(state: State, c: Creature, offset: tuple[int, int]) -> bool:
    """No wall or closed door before the target, and no pet or peaceful one on the whole way that a missile may fly."""
    r, col = state.square
    for step in range(1, _FLIGHT):
        r, col = r + offset[0], col + offset[1]
        inside = 0 <= r < t.ROWS and 0 <= col < t.COLUMNS
        if not inside or not _OPEN[state.level.terrain[r, col]]:
            return step > c.distance
        here = next((o for o in state.belief.creatures if (o.row, o.column) == (r, col)), None)
        if here is not None and (step < c.distance or here.kind in ("pet", "peaceful")):
            return False
    return True


def ray(state: State, square: Square, offset: tuple[int, int], reach: int) -> Iterator[Square]:
    """Yield the squares from one on in a direction, the nearest first, up to the first wall or closed door."""
    for step in range(1, reach + 1):
        r, c = square[0] + offset[0] * step, square[1] + offset[1] * step
        if not (0 <= r < t.ROWS and 0 <= c < t.COLUMNS) or not _OPEN[state.level.terrain[r, c]]:
            return
        yield r, c


def line(state: State, near: list[Creature]) -> tuple[Creature, tuple[int, int]] | None:
    """Return the most urgent of the nearest that may be shot at, with its direction."""
    return next(lines(state, near), None)


def lines(state: State, near: list[Creature]) -> Iterator[tuple[Creature, tuple[int, int]]]:
    """Yield those that may be shot at with their directions, those beside the hero first, and the urgent.

    Whoever may be peaceful is left to melee: only there does the game ask before the harm is done.
    """
    for c in sorted(near, key=lambda c: (c.distance > 1, -urgent(state, c), c.distance)):
        if c.species < 0 or _doubtful(state, c) or bursts_among_friends(state, c):
            continue
        offset = towards(state.square, (c.row, c.column))
        if offset and _clear(state, c, offset):
            yield c, offset


def in_a_shop(state: State) -> bool:
    """Tell whether a ray or a bolt of force would break what is for sale, or hit its owner."""
    return bool(state.level.shop[t.box(*state.square)].any())


def bounces(state: State, offset: tuple[int, int]) -> bool:
    """Tell whether a ray may come back: a wall, a closed door or the unknown is within half its reach (zap.c)."""
    return sum(1 for _ in ray(state, state.square, offset, _RAY)) < _RAY
