"""BALROG's progression: how far a game came, as the chance of a human player's game that came so far to be won.

Claim (Paglieri et al. 2024, BALROG; arXiv 2411.13543): the in-game score is a poor measure of how near a player came to
winning; the share of human games that were won, among those that reached a dungeon level or an experience level, tells
what reaching it is worth. A game's progression is the maximum of the table over all levels it reached, from 0 for a
game that left neither its first dungeon level nor its first experience level; the metric is the mean over games.

Deviation: an ascended game counts 1, as BALROG's table and its authors say; BALROG's own code reads dungeon and
experience levels alone (the table's quest and Astral Plane are used neither there nor here). The games are those of
the protocol at hand, not BALROG's five of at most 100,000 steps that end after 150 without progress.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def progression(depth: int, xl: int, ascended: bool = False) -> float:
    """Return a game's progression, 0 to 1.

    Args:
        depth: Deepest level reached (`Dlvl`); levels above the first, as in the endgame, count as the first, and those
            beyond the table's end as its last.
        xl: Highest experience level reached.
        ascended: The game was won.
    """
    if ascended:
        return 1.0
    table = _table()
    return max(_at(table["depth"], depth), _at(table["experience_level"], xl))


def progression_of(line: Mapping[str, Any]) -> float:
    """Return the progression of a result line, 0 to 1.

    Lines of before `max_xl` was kept know the last experience level alone: where a hero was drained, theirs is too low.
    """
    return progression(line["depth"], line.get("max_xl", line["xl"]), line["ended"] == "ascended")


def _at(values: list[float], level: int) -> float:
    return values[min(max(level, 1), len(values)) - 1]


@cache
def _table() -> dict[str, Any]:
    text = (files("yendor.evaluation") / "tables" / "balrog_progression.json").read_text()
    table: dict[str, Any] = json.loads(text)
    return table
