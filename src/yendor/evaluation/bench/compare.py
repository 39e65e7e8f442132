"""Two players game by game: the same seeds, so that the difference is not the luck of the draw."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from yendor.core.errors import YendorError
from yendor.evaluation.statistics import Interval, bootstrap_difference

Lines = Sequence[dict[str, Any]]
_ANY = "any"
_MOST = 10
"""Games told each way."""


class Change(NamedTuple):
    """One game of both."""

    core: int
    disp: int
    character: str
    ours: float
    theirs: float
    our_end: str
    their_end: str

    @property
    def gain(self) -> float:
        """Return how much more we scored."""
        return self.ours - self.theirs


@dataclass(frozen=True)
class Comparison:
    """What the common games of two players say.

    Attributes:
        games: How many both played.
        ours, theirs: (median, mean) of the scores in these games.
        median: Difference of the medians, with its paired 95 % interval.
        mean: Difference of the means, likewise.
        wins, losses, draws: Games in which we scored more, less, the same.
        up, down: The games that changed most, for the better and for the worse.
    """

    games: int
    ours: tuple[float, float]
    theirs: tuple[float, float]
    median: Interval
    mean: Interval
    wins: int
    losses: int
    draws: int
    up: list[Change]
    down: list[Change]


def compare(ours: Lines, theirs: Lines) -> Comparison:
    """Compare result lines of the same games; ours and theirs need `core`, `disp` and `score`.

    Where both say under which limit of steps they were played, it is the same.

    Raises:
        YendorError: They have no game in common.
    """
    others = {(line["core"], line["disp"], line.get("max_steps", _ANY)): line for line in theirs}
    pairs = []
    for line in ours:
        # Games of ours that a limit cut short are not those that were played to the end; a peer has no such field.
        for limit in (line.get("max_steps"), _ANY):
            if (line["core"], line["disp"], limit) in others:
                pairs.append((line, others[line["core"], line["disp"], limit]))
                break
    if not pairs:
        raise YendorError(
            f"no game in common: {_range(ours)} here, {_range(theirs)} there", "Measure games of the same list."
        )
    changes = [_change(line, other) for line, other in pairs]
    mine, yours = [change.ours for change in changes], [change.theirs for change in changes]
    ranked = sorted(changes, key=lambda change: change.gain)
    return Comparison(
        games=len(pairs),
        ours=(float(np.median(mine)), float(np.mean(mine))),
        theirs=(float(np.median(yours)), float(np.mean(yours))),
        median=bootstrap_difference(mine, yours, np.median),
        mean=bootstrap_difference(mine, yours, np.mean),
        wins=sum(change.gain > 0 for change in changes),
        losses=sum(change.gain < 0 for change in changes),
        draws=sum(change.gain == 0 for change in changes),
        up=[change for change in ranked[::-1] if change.gain > 0][:_MOST],
        down=[change for change in ranked if change.gain < 0][:_MOST],
    )


def read_others(place: Path, out: Path | None = None) -> tuple[str, list[dict[str, Any]]]:
    """Read the results of another version or player.

    Args:
        place: A folder with `results.jsonl`; a file of JSON lines with `core`, `disp` and `score`; or the name
            of a version below `out`, or its beginning.
        out: The folder of all versions.

    Returns:
        A name for it, and its lines. Lines whose score is null (the player failed) are left out.

    Raises:
        YendorError: There is nothing of the kind, or a line is not a result.
    """
    path = find_results(place, out)
    lines = []
    raw = path.read_text().splitlines()
    for number, text in enumerate(raw, 1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except ValueError:
            if number == len(raw):
                continue  # a measurement is writing, or was killed while it did
            raise YendorError(f"{path}, line {number}: not JSON: {text[:60]!r}", "One JSON object a line.") from None
        missing = [key for key in ("core", "disp", "score") if not isinstance(line, dict) or key not in line]
        if missing:
            raise YendorError(f"{path}, line {number}: no {', '.join(missing)}", "Each line is the result of a game.")
        if line["score"] is not None:
            lines.append(line)
    return path.parent.name if path.name == "results.jsonl" else path.stem, lines


def find_results(place: Path, out: Path | None = None) -> Path:
    """Return the file of results that `place` names; see `read_others`.

    Raises:
        YendorError: There is none, or the name is the beginning of several.
    """
    if place.is_file():
        return place
    if (place / "results.jsonl").is_file():
        return place / "results.jsonl"
    known = sorted(p.parent.name for p in out.glob("*/results.jsonl")) if out is not None else []
    near = [name for name in known if name == str(place)] or [name for name in known if name.startswith(str(place))]
    if out is not None and len(near) == 1:
        return out / near[0] / "results.jsonl"
    if place.is_dir():
        below = sorted(p.parent.name for p in place.glob("*/results.jsonl"))
        hint = f"Name one of its versions: {', '.join(below)}." if below else "Give the folder of one version."
        raise YendorError(f"{place} holds no results.jsonl", hint)
    what = f"is the beginning of {len(near)} versions" if near else "is no folder, file or measured version"
    raise YendorError(f"{str(place)!r} {what}", f"Measured: {', '.join(near or known) or 'nothing yet'}.")


def _change(line: dict[str, Any], other: dict[str, Any]) -> Change:
    ends = [str(game.get("death") or game.get("ended") or "") for game in (line, other)]
    character = str(line.get("character") or other.get("character") or line.get("role") or "")
    return Change(line["core"], line["disp"], character, float(line["score"]), float(other["score"]), *ends)


def _range(lines: Lines) -> str:
    cores = [line["core"] for line in lines]
    return f"core {min(cores)} to {max(cores)}" if cores else "nothing"
