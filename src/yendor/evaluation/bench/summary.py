"""What result lines of a version come to: scores, roles, deaths, depths, speeds, and what its time went on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yendor.evaluation.bench.death import CLASSES, killed_by
from yendor.evaluation.statistics import Interval, bootstrap

Lines = Sequence[dict[str, Any]]

REACHES: tuple[tuple[str, str], ...] = (
    ("depth 5", "depth 5 or more"),
    ("depth 10", "depth 10 or more"),
    ("quest portal", "depth 11 or more in the main dungeon, where the portal lies on one of 11 to 16; unseen itself"),
    ("depth 20", "depth 20 or more"),
    ("castle", "depth 25 or more in the main dungeon; the castle lies on one of 25 to 29"),
    ("Mines", "was in the Gnomish Mines"),
    ("Sokoban", "was in Sokoban"),
    ("Quest", "was in the Quest"),
    ("Gehennom", "was in Gehennom"),
)
"""What a game can have reached, as far as the bottom line tells, and what that means."""


@dataclass(frozen=True)
class Group:
    """Games that have something in common."""

    name: str
    games: int
    median: float
    mean: float
    deepest: float
    """Median of the deepest depths."""
    xl: float
    """Median of the last experience levels."""


@dataclass(frozen=True)
class Summary:
    """The numbers of a measurement.

    Attributes:
        games: How many.
        median, mean: Of the scores, with 95 % intervals.
        roles: By role.
        deaths: By killer, most frequent first.
        classes: Share of games by class of death.
        reached: Share of games by what they reached (`REACHES`).
        fainted: Share of games in which the hero fainted.
        prayers: (prayed, heard, not heard, unknown).
        steps_per_s, turns_per_s: Medians over games, per CPU second, env included.
        games_per_hour: Per CPU hour.
        labels: (label, share of steps, share of turns), most turns first.
        faults: Errors the bot caught, and crashes.
        stuck: Games that ended by `no_progress`.
    """

    games: int
    median: Interval
    mean: Interval
    roles: list[Group]
    deaths: list[Group]
    classes: dict[str, float]
    reached: dict[str, float]
    fainted: float
    prayers: tuple[int, int, int, int]
    steps_per_s: float
    turns_per_s: float
    games_per_hour: float
    labels: list[tuple[str, float, float]]
    faults: int
    stuck: int


def summarise(lines: Lines) -> Summary:
    """Summarise result lines; there must be at least one."""
    scores = [float(line["score"]) for line in lines]
    seconds = sum(line["seconds"] for line in lines)
    classes = Counter(line["class"] for line in lines)
    said = Counter(prayer["heard"] for line in lines for prayer in line["prayers"])
    return Summary(
        games=len(lines),
        median=bootstrap(scores, np.median),
        mean=bootstrap(scores, np.mean),
        roles=sorted(_groups(lines, lambda line: line["role"] or "?"), key=lambda group: group.name),
        deaths=sorted(_groups(lines, _killer), key=lambda group: (-group.games, group.name)),
        classes={name: classes[name] / len(lines) for name in CLASSES if classes[name]},
        reached={name: sum(_reached(line)[name] for line in lines) / len(lines) for name, _ in REACHES},
        fainted=sum(line["ever_fainted"] for line in lines) / len(lines),
        prayers=(said.total(), said[True], said[False], said[None]),
        steps_per_s=_speed(lines, "steps"),
        turns_per_s=_speed(lines, "turns"),
        games_per_hour=3600 * len(lines) / max(seconds, 1e-9),
        labels=_labels(lines),
        faults=sum(line["faults"] for line in lines),
        stuck=sum(line["ended"] == "no_progress" for line in lines),
    )


def _groups(lines: Lines, name_of: Any) -> list[Group]:
    members: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        members.setdefault(name_of(line), []).append(line)
    out = []
    for name, group in members.items():
        scores = [line["score"] for line in group]
        deepest, xl = (float(np.median([line[key] for line in group])) for key in ("deepest", "xl"))
        out.append(Group(name, len(group), float(np.median(scores)), float(np.mean(scores)), deepest, xl))
    return out


def _killer(line: dict[str, Any]) -> str:
    """Name what ended a game: the killer, what the hero was at, or the limit."""
    if line["ended"] != "death":
        return f"({line['ended'].replace('_', ' ')})"
    killer = killed_by(line["death"]) or "(unknown)"
    return f"{killer}, while {line['death_while']}" if line["death_while"] else killer


def _reached(line: dict[str, Any]) -> dict[str, bool]:
    deepest, by_dungeon = line["deepest"], {int(number): depth for number, depth in line["dungeons"].items()}
    main = by_dungeon.get(0, 0)
    return {
        "depth 5": deepest >= 5, "depth 10": deepest >= 10, "quest portal": main >= 11, "depth 20": deepest >= 20,
        "castle": main >= 25 or 1 in by_dungeon, "Mines": 2 in by_dungeon, "Sokoban": 4 in by_dungeon,
        "Quest": 3 in by_dungeon, "Gehennom": 1 in by_dungeon,
    }  # fmt: skip


def _speed(lines: Lines, what: str) -> float:
    return float(np.median([line[what] / max(line["seconds"], 1e-9) for line in lines]))


def _labels(lines: Lines) -> list[tuple[str, float, float]]:
    steps: Counter[str] = Counter()
    turns: Counter[str] = Counter()
    for line in lines:
        steps.update(line["steps_by"])
        turns.update(line["turns_by"])
    all_steps, all_turns = max(steps.total(), 1), max(turns.total(), 1)
    shares = [(label, steps[label] / all_steps, turns[label] / all_turns) for label in steps]
    return sorted(shares, key=lambda share: -share[2])
