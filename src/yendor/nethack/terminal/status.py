"""The two lowest lines of the terminal as `blstats`: what they say, and what they leave as it was."""

import re
from typing import NamedTuple

from yendor.nethack.bottomline import Condition, Hero, Hunger

_HUNGER = {
    "satiated": Hunger.SATIATED, "hungry": Hunger.HUNGRY, "weak": Hunger.WEAK,
    "fainting": Hunger.FAINTING, "fainted": Hunger.FAINTED, "starved": Hunger.STARVED,
}  # fmt: skip
_BURDEN = {"burdened": 1, "stressed": 2, "strained": 3, "overtaxed": 4, "overloaded": 5}
_CONDITIONS = {
    "stone": Condition.STONE, "slime": Condition.SLIME, "strngl": Condition.STRANGLED,
    "foodpois": Condition.FOOD_POISONED, "fpois": Condition.FOOD_POISONED, "ill": Condition.ILL,
    "termill": Condition.ILL, "blind": Condition.BLIND, "deaf": Condition.DEAF, "stun": Condition.STUNNED,
    "conf": Condition.CONFUSED, "hallu": Condition.HALLUCINATING, "lev": Condition.LEVITATING,
    "fly": Condition.FLYING, "ride": Condition.RIDING,
}  # fmt: skip
_ALIGNMENT = {"lawful": 1, "neutral": 0, "chaotic": -1}

_ABILITIES = re.compile(
    r"St:(?P<st>\d+)(?:/(?P<more>\d+|\*\*))? +Dx:(?P<dx>\d+) +Co:(?P<co>\d+) +In:(?P<int>\d+) +Wi:(?P<wi>\d+)"
    r" +Ch:(?P<ch>\d+)"
)
_SCORE = re.compile(r"\bS:(\d+)")
_PLACE = re.compile(
    r"^ *(?:Dlvl:(?P<depth>\d+)|Home (?P<home>\d+)|(?P<fort>Fort Ludios|Knox)|(?P<end>[A-Z][a-z ]+?)) +"
)
_GOLD = re.compile(r"(?:\$|[*]|G):(\d+)")
_HP = re.compile(r"HP:(-?\d+)\((\d+)\)")
_ENERGY = re.compile(r"Pw:(\d+)\((\d+)\)")
_AC = re.compile(r"AC:(-?\d+)")
_LEVEL = re.compile(r"(?:Xp|Exp):(\d+)(?:/(\d+))?")
_HIT_DICE = re.compile(r"HD:(\d+)")
_TURN = re.compile(r"\bT:(\d+)")
_WORD = re.compile(r"[A-Za-z]+")

_CUT = 79
"""A score that goes on to this column may have lost digits to the terminal's edge: then it seems to have fallen."""
LUDIOS, END = "ludios", "end"


class Status(NamedTuple):
    """What the lines say.

    Attributes:
        hero: The numbers; what was not shown is as in the hero of before. The square is not read here.
        shown: The lower line was there: hit points were read.
        place: `depth`, `quest` (its number is `hero.depth` then), `ludios`, `end` or "" when nothing is said.
        timed: The turn was shown.
    """

    hero: Hero
    shown: bool
    place: str
    timed: bool


def read_status(upper: str, lower: str, before: Hero) -> Status:
    """Read the lines; never raises.

    Args:
        upper: Name, title, abilities, alignment.
        lower: Place, gold, hit points, and the rest.
        before: What was known.
    """
    news = _abilities(upper, before)
    hit_points = _HP.search(lower)
    if hit_points is None:
        return Status(before._replace(**news), False, "", False)
    news |= {"hp": max(int(hit_points[1]), 0), "max_hp": int(hit_points[2])}
    place, depth = _place(lower)
    if depth is not None:
        news["depth"] = depth
    for pattern, names in (
        (_GOLD, ("gold",)), (_ENERGY, ("energy", "max_energy")), (_AC, ("ac",)), (_LEVEL, ("xl", "experience")),
        (_TURN, ("turn",)),
    ):  # fmt: skip
        if found := pattern.search(lower):
            news |= {name: int(value) for name, value in zip(names, found.groups(), strict=True) if value}
    dice = _HIT_DICE.search(lower)
    news["monster_level"] = int(dice[1]) if dice else 0
    news |= _states(lower[hit_points.end() :])
    return Status(before._replace(**{k: min(v, 2**31 - 1) for k, v in news.items()}), True, place, "turn" in news)


def _abilities(upper: str, before: Hero) -> dict[str, int]:
    found = _ABILITIES.search(upper)
    if found is None:
        return {}
    strength, more = int(found["st"]), found["more"]
    exact = strength + (100 if more == "**" else int(more)) if more else strength
    news = {
        # 18/01 to 18/31 count as 19, and so on: attrib.c's acurrstr().
        "strength": exact if exact <= 18 else min(19 + exact // 50, 21) if exact <= 121 else exact - 100,
        "strength_percent": exact if more or exact <= 18 else exact + 100,
    }
    if not more and strength > 18:
        news["strength"] = strength
    words = ("dx", "co", "int", "wi", "ch")
    names = ("dexterity", "constitution", "intelligence", "wisdom", "charisma")
    news |= {name: int(found[word]) for name, word in zip(names, words, strict=True)}
    tail = upper[found.end() :].lower()
    for word, value in _ALIGNMENT.items():
        if word in tail:
            news["alignment"] = value
    score = _SCORE.search(upper, found.end())
    if score and (score.end() < _CUT or int(score[1]) >= before.score):
        news["score"] = int(score[1])
    return news


def _place(lower: str) -> tuple[str, int | None]:
    found = _PLACE.match(lower)
    if found is None:
        return "", None
    if found["depth"]:
        return "depth", int(found["depth"])
    if found["home"]:
        return "quest", int(found["home"])
    return (LUDIOS if found["fort"] else END), None


def _states(tail: str) -> dict[str, int]:
    words = [word.lower() for word in _WORD.findall(tail)]
    condition = 0
    for word in words:
        condition |= int(_CONDITIONS.get(word, 0))
    return {
        "hunger": next((int(_HUNGER[w]) for w in words if w in _HUNGER), int(Hunger.NOT_HUNGRY)),
        "burden": next((_BURDEN[w] for w in words if w in _BURDEN), 0),
        "condition": condition,
    }
