"""What to leave alone, what to fear, and when hit points are low."""

from yendor.nethack.bottomline import Hero
from yendor.nethack.monsters import NUMBER, danger, index_of, monster


def _kinds(*names: str) -> frozenset[int]:
    return frozenset(index_of(name) for name in names)


LEAVE_ALONE = _kinds(
    "floating eye", "blue jelly", "gas spore", "brown mold", "yellow mold", "green mold", "red mold",
    "spotted jelly", "ochre jelly",
)  # fmt: skip
"""Slow or rooted, and dangerous only to those who touch them."""

SCORNS_ELBERETH = frozenset(
    i for i in range(NUMBER) if monster(i).symbol == "@" or monster(i).symbol == "A"
) | _kinds("minotaur", "shopkeeper", "guard")
"""Those that the engraving does not scare (humans, elves drawn as `@`, minotaurs, angels)."""

def low_hp(hero: Hero) -> bool:
    """Tell whether a god counts the hit points as great trouble (pray.c of NetHack 3.6.7)."""
    divisor = 5 if hero.xl < 6 else 6 if hero.xl < 14 else 7
    return hero.hp <= 5 or hero.hp * divisor <= min(hero.max_hp, 15 * hero.xl)


def strength(index: int) -> int:
    """Return how much a kind is to be feared: NetHack's difficulty."""
    return danger(index)
