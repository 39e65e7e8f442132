"""Read what a report is made of: evaluation folders and run folders, from their files alone."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yendor.core.errors import YendorError
from yendor.evaluation.protocols.nethack_challenge.analysis import cause, rank_key, summarise
from yendor.evaluation.results import read_results


@dataclass
class Entry:
    """One judged agent."""

    name: str
    folder: Path
    settings: dict[str, Any]
    lines: list[dict[str, Any]]
    summary: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.summary = summarise(self.lines)

    @property
    def deaths(self) -> list[tuple[str, int]]:
        """Return causes of death with counts, the most frequent first."""
        return Counter(cause(line) for line in self.lines).most_common(12)


@dataclass
class Run:
    """One training run: its metrics, in the order of the steps."""

    name: str
    metrics: list[dict[str, float]]


def collect(folders: list[Path]) -> tuple[list[Entry], list[Run]]:
    """Read folders of `yendor eval` and `yendor train`.

    Returns:
        The judged agents, best first by the protocol's rank, and the runs.

    Raises:
        YendorError: A folder is missing or is neither; an evaluation has no games.
    """
    entries, runs = [], []
    for folder in folders:
        if (folder / "results.jsonl").exists():
            entries.append(_entry(folder))
        elif (folder / "metrics.jsonl").exists():
            runs.append(Run(folder.name, _metrics(folder / "metrics.jsonl")))
        else:
            what = "does not exist" if not folder.exists() else "holds neither results.jsonl nor metrics.jsonl"
            raise YendorError(f"{folder} {what}", "Give folders made by `yendor eval --out` or `yendor train --run`.")
    entries.sort(key=lambda entry: rank_key(entry.summary), reverse=True)
    return entries, runs


def _entry(folder: Path) -> Entry:
    lines = read_results(folder)
    if not lines:
        raise YendorError(f"{folder} has no finished game yet", "Let `yendor eval` finish at least one.")
    try:
        settings = json.loads((folder / "settings.json").read_text())
    except (OSError, ValueError) as error:
        raise YendorError(f"cannot read {folder / 'settings.json'}: {error}", "Judge the agent again.") from error
    return Entry(folder.name, folder, settings, lines)


def _metrics(path: Path) -> list[dict[str, float]]:
    metrics = []
    for line in path.read_text().splitlines():
        try:
            metrics.append(json.loads(line))
        except ValueError:
            continue  # the unfinished last line of a run that still writes, or was killed
    return metrics
