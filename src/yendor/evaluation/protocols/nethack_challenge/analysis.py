"""What the Challenge's protocol makes of result lines: rank, intervals, roles, causes of death."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from yendor.evaluation.progression import progression_of
from yendor.evaluation.statistics import bootstrap

Lines = Sequence[dict[str, Any]]


def summarise(lines: Lines) -> dict[str, Any]:
    """Summarise result lines.

    Returns:
        `games`, `ascensions`, `median` and `mean` (value, low, high of 95 %), `progression` (BALROG's, mean in per
        cent, likewise), `depth`, `turns`, `xl` (medians), `clock_share` (share of steps after which the clock stood
        later), `steps_per_cpu_second`, `turns_per_cpu_second`, `roles`, `deaths`, `ends`; where there are any,
        `agent_counts` (sums over the games of the agent's own numbers) and `crashes` (why agents failed).
    """
    if not lines:
        return {"games": 0}
    scores = [float(line["score"]) for line in lines]
    crashes = Counter(line["crash"] for line in lines if "crash" in line)
    steps, cpu = sum(line["steps"] for line in lines), sum(line.get("cpu_seconds", 0.0) for line in lines)
    return {
        "games": len(lines),
        "ascensions": sum(line["ended"] == "ascended" for line in lines),
        "median": bootstrap(scores, np.median)._asdict(),
        "mean": bootstrap(scores, np.mean)._asdict(),
        "progression": bootstrap([100 * progression_of(line) for line in lines], np.mean)._asdict(),
        "depth": float(np.median([line["depth"] for line in lines])),
        "turns": float(np.median([line["turns"] for line in lines])),
        "xl": float(np.median([line["xl"] for line in lines])),
        "clock_share": sum(line["clock_steps"] for line in lines) / max(steps, 1),
        "steps_per_cpu_second": steps / cpu if cpu else None,
        "turns_per_cpu_second": sum(line["turns"] for line in lines) / cpu if cpu else None,
        "roles": by_role(lines),
        "deaths": dict(Counter(cause(line) for line in lines).most_common()),
        "ends": dict(Counter(line["ended"] for line in lines).most_common()),
        **_agent_counts(lines),
        **({"crashes": dict(crashes.most_common())} if crashes else {}),
    }


def _agent_counts(lines: Lines) -> dict[str, dict[str, float]]:
    """Add up what the agent told of its games; words and games without numbers are left out."""
    sums: dict[str, float] = {}
    for line in lines:
        for name, value in line.get("agent_counts", {}).items():
            if isinstance(value, int | float):
                sums[name] = sums.get(name, 0) + value
    return {"agent_counts": sums} if sums else {}


def rank_key(summary: dict[str, Any]) -> tuple[float, float, float]:
    """Sort key of the Challenge, best last: ascensions, then median, then mean."""
    return summary["ascensions"], summary["median"]["value"], summary["mean"]["value"]


def by_role(lines: Lines) -> dict[str, dict[str, float]]:
    """Return games, median, mean and best score for each role."""
    roles: dict[str, list[float]] = {}
    for line in lines:
        roles.setdefault(line["character"][:3] or "?", []).append(float(line["score"]))
    return {
        role: {"games": len(s), "median": float(np.median(s)), "mean": float(np.mean(s)), "best": max(s)}
        for role, s in sorted(roles.items())
    }


def cause(line: dict[str, Any]) -> str:
    """Return why the game ended, as a group: `killed by a jackal`, `starved`, `step limit`, ..."""
    if line["ended"] != "death":
        return {"max_steps": "step limit reached", "no_progress": "no progress"}.get(line["ended"], line["ended"])
    death = line.get("death") or "unknown"
    while_ = line.get("death_while") or ""
    if "fainted" in while_ or "starv" in death:
        return "hunger (fainted or starved)"
    return death.split(", while")[0]
