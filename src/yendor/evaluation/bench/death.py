"""How a game ended: NetHack's own words, and the class of mistake behind them."""

import re
from collections.abc import Sequence
from functools import cache

from yendor.nethack.monsters import NUMBER, monster

CLASSES: tuple[str, ...] = ("folly", "hunger", "helpless", "fight", "other", "alive")
"""What brings games to an end; `alive`: a limit did."""

_FAINTING = 4
_LIMITS = ("max_steps", "no_progress", "ascended", "quit")
_FOLLY = re.compile(
    r"[;,] the shopkeeper|watchman|watch captain|Keystone Kop|Kop (?:Sergeant|Lieutenant|Kaptain)|the wrath of|divine"
    r"|\b(?:guard|own|himself|herself)\b|peaceful|aligned priest|high priest|'s explosion|exploding"
    r"|choked|kicking|touching|corpse|poisonous|rotten|acidic|contaminated|overexertion|genocid"
)
"""Killers that a player calls upon itself: the angered, the touched, the eaten, the exploded."""
_SELF_MADE = ("praying", "frozen by a monster")
"""What the hero was at, of its own will, while it was killed: a prayer nobody heard, a blow at a floating eye."""
_TRAP = re.compile(r"falling|boulder|land mine|\btrap|\bfell\b")
_MONSTER = re.compile(r"(?:killed|poisoned|petrified) by (?:an? |the |invisible |[A-Z])|drowned .* by ")
_TURNING = ("slowing down", "limbs are stiffening", "limbs have turned", "hissing")
"""A cockatrice's own attack; without these words before, the hero has touched one."""


def killed_by(death: str) -> str:
    """Return the killer without NetHack's `killed by a`, for tables: `soldier ant`, `starvation`, ..."""
    bare = re.sub(r"^(?:\w+) (?:by|of|in) (?:an? |the )?", "", death)
    return re.sub(r" called .*", "", bare)  # a pet's or ghost's name, which only tells its owner something


def death_class(death: str, death_while: str, hunger: int, ended: str, messages: Sequence[str] = ()) -> str:
    """Say what kind of mistake ended a game.

    Args:
        death: NetHack's words, such as `killed by a jackal`.
        death_while: What the hero was at, such as `fainted from lack of food`; "" for nothing special.
        hunger: The bottom line's hunger at the last observation, 0 to 6.
        ended: The env's word for the end.
        messages: The last messages of the game.

    Returns:
        One of `CLASSES`; the first that fits. `folly`: the hero called it upon itself (an angered shopkeeper, watch
        or god, a prayer too soon, a floating eye or a cockatrice touched, a passive monster struck, bad food, an
        explosion of its own making). `hunger`: starved, or fainting at the end. `helpless`: paralysed, asleep.
        `fight`: killed by a monster or its missile. `other`: the rest.
    """
    if ended in _LIMITS:
        return "alive"
    killer = killed_by(death)
    if "starv" in death or "lack of food" in death_while or death_while.startswith("fainted"):
        return "hunger"
    if death.startswith("petrified"):
        return "fight" if any(word in message for word in _TURNING for message in messages) else "folly"
    if death_while.startswith(_SELF_MADE) or _FOLLY.search(death) or killer in _passive():
        return "folly"
    if hunger >= _FAINTING:
        return "hunger"
    if death_while:
        return "helpless"
    return "fight" if _MONSTER.match(death) and not _TRAP.search(death) else "other"


@cache
def _passive() -> frozenset[str]:
    """Return the names of monsters that hurt only who touches them."""
    kinds = (monster(i) for i in range(NUMBER))
    return frozenset(m.name for m in kinds if m.attacks and all(a.kind in ("none", "boom") for a in m.attacks))
