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
        ("gas spore", 25),
        ("red mold", 36),
        ("green mold", 46),
        ("spotted jelly", 60),
        ("ochre jelly", 60),
        ("brown mold", 72),
        ("blue jelly", 72),
        ("giant mimic", 60),
    )
}
"""Slow or rooted kinds that harm only those who touch them, and the hit points with which one may."""

ACTIVE = _kinds("giant mimic", "ochre jelly")
"""Those of them that strike, too, once they are beside the hero."""

GRUDGE = 30
"""Turns for which a kind that attacked counts as hostile."""
FLOATING_EYE = index_of("floating eye")
GAS_SPORE = index_of("gas spore")
ACID_BLOB = index_of("acid blob")
"""Harmless until it is struck: one blow in six corrodes the weapon, for good (uhitm.c)."""

THIEVES = frozenset(i for i in range(NUMBER) if monster(i).symbol == "n")
"""Nymphs: better not woken. They take armour, and are gone."""

GROWN = 9
"""Experience level from which were creatures die before they bite much."""
_HUNTER = 8
"""Experience level from which thieves are hunted: they die of two blows, and with what they took."""

UNICORNS = _kinds("white unicorn", "gray unicorn", "black unicorn")
"""Each is dear to the gods of one alignment: whoever of theirs kills it loses five points of Luck (mon.c)."""
PETRIFYING = _kinds("cockatrice", "chickatrice")
"""Those that turn to stone whoever strikes them with a bare hand (uhitm.c)."""

SCORNS_ELBERETH = frozenset(i for i in range(NUMBER) if monster(i).symbol == "@" or monster(i).symbol == "A") | _kinds(
    "minotaur"
)
"""Those that the engraving does not scare (humans, elves drawn as `@`, minotaurs, angels)."""


def low_hp(hero: Hero) -> bool:
    """Tell whether a god counts the hit points as great trouble (pray.c of NetHack 3.6.7)."""
    divisor = 5 if hero.xl < 6 else 6 if hero.xl < 14 else 7
    return hero.hp <= 5 or hero.hp * divisor <= min(hero.max_hp, 15 * hero.xl)


def fears_thieves(hero: Hero) -> bool:
    """Tell whether a hero had better leave a thief's level than strike her: she comes back for more."""
    return hero.xl < _HUNTER


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


@lru_cache(maxsize=16384)
def blows(index: int, ac: int) -> float:
    """Return the hit points that a kind takes from a hero of this armour class in a turn, on average (mhitu.c).

    A monster hits when 10 + its level + AC exceeds a twenty-sided die; armour below 0 takes off half its depth on
    average. What a weapon adds to an attack with weapons is not in the table: 2 points here.
    """
    if index < 0:
        return 3.0
    kind = monster(index)
    hits = min(max((9 + kind.level + max(ac, 0) + min(ac, 0) / 2) / 20, 0.05), 1.0)
    total = 0.0
    for attack in kind.attacks:
        if attack.kind in ("none", "boom"):
            continue
        total += max(attack.mean + (2.0 if attack.kind == "weap" else 0.0) + min(ac, 0) / 2, 0.5)
        total += _VENOM.get(attack.damage, 0.0)
    return hits * total * kind.speed / 12


_VENOM = {"drst": 2.0, "drco": 2.0, "drdx": 2.0, "slee": 4.0, "plys": 6.0, "ston": 20.0}
"""What else than hit points a hit may cost, as hit points: poison, sleep, paralysis, stoning."""


@lru_cache(maxsize=16384)
def turns_to_kill(index: int, xl: int, might: float) -> float:
    """Return the hero's blows that a kind takes, from its hit dice and armour and the hero's mean damage (uhitm.c)."""
    kind = monster(max(index, 0))
    hits = min(max((2 + xl + kind.ac) / 20, 0.05), 1.0)
    return max(4.5 * kind.level, 2.5) / (hits * might)


def cost(species: list[int], hero: Hero, might: float) -> float:
    """Return the hit points that killing these, the most harmful for their strength first, takes on average."""
    foes = [(blows(index, hero.ac), turns_to_kill(index, hero.xl, might)) for index in species]
    foes.sort(key=lambda foe: -foe[0] / foe[1])
    total, pressure = 0.0, sum(harm for harm, _ in foes)
    for harm, turns in foes:
        total += pressure * turns
        pressure -= harm
    return total
