"""What to leave alone, what to fear, and when hit points are low."""

from functools import lru_cache

from yendor.nethack.bottomline import Hero
from yendor.nethack.monsters import NUMBER, danger, index_of, monster


def _kinds(*names: str) -> frozenset[int]:
    return frozenset(index_of(name) for name in names)


PASSIVE: dict[int, int] = {
    index_of(name): enough
    for name, enough in (
        ("floating eye", 10_000),
        ("yellow mold", 20),
        ("gas spore", 32),
        ("red mold", 36),
        ("green mold", 46),
        ("spotted jelly", 60),
        ("ochre jelly", 60),
        ("brown mold", 72),
        ("blue jelly", 72),
    )
}
"""Slow or rooted kinds that harm only those who touch them, and the hit points with which one may."""

GAS_SPORE = index_of("gas spore")

SCORNS_ELBERETH = frozenset(i for i in range(NUMBER) if monster(i).symbol == "@" or monster(i).symbol == "A") | _kinds(
    "minotaur"
)
"""Those that the engraving does not scare (humans, elves drawn as `@`, minotaurs, angels)."""


def low_hp(hero: Hero) -> bool:
    """Tell whether a god counts the hit points as great trouble (pray.c of NetHack 3.6.7)."""
    divisor = 5 if hero.xl < 6 else 6 if hero.xl < 14 else 7
    return hero.hp <= 5 or hero.hp * divisor <= min(hero.max_hp, 15 * hero.xl)


def leave_alone(index: int, hp: int) -> bool:
    """Tell whether a kind is better not touched with so many hit points."""
    return hp < PASSIVE.get(index, 0)


_LOVED = {"elf": {"elf"}, "dwa": {"dwarf", "gnome"}, "gno": {"dwarf", "gnome"}}


@lru_cache(maxsize=8192)
def may_be_peaceful(index: int, alignment: int, race: str) -> bool:
    """Tell whether a kind may be peaceful to a hero of this alignment (-1, 0, 1) and race (makemon.c)."""
    kind = monster(index)
    if "peaceful" in kind.flags or kind.flags & _LOVED.get(race, set()):
        return True
    own = (kind.alignment > 0) - (kind.alignment < 0)
    return "hostile" not in kind.flags and own == alignment


def strength(index: int) -> int:
    """Return how much a kind is to be feared: NetHack's difficulty."""
    return danger(index)


def damage(index: int) -> float:
    """Return a rough guess of the hit points a kind takes in a turn: by its difficulty and speed."""
    if index < 0:
        return 3.0
    kind = monster(index)
    return 1.2 * (1 + kind.difficulty) * max(kind.speed, 9) / 12
