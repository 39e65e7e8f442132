"""What a dataset holds: games, frames, scores, strategies, keys."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yendor import _native
from yendor.core.config import write_text
from yendor.core.labels import HIHACK_STRATEGIES, hihack_strategy
from yendor.data.batch import ACTION_OF_KEY
from yendor.data.catalogue import Catalogue, Game
from yendor.data.labels import game_labels
from yendor.data.shard import SCREEN, Shard
from yendor.data.ttyrec import survey
from yendor.nethack.actions import NAMES


def dataset_summary(
    catalogue: Catalogue, where: str = "", progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """Read the selected games' labels and keys.

    Returns:
        `games`, `whole`, `frames`, `bytes`, `labels` and `strategies` (name to frames; strategies are HiHack's),
        `keys` (action name to presses by the agent; where there are labels, keys NLE pressed are left out).
    """
    games = catalogue.games(where)
    labels: Counter[str] = Counter()
    keys = np.zeros(len(NAMES), np.int64)
    shards: dict[Path, Shard] = {}
    for done, game in enumerate(games, 1):
        names, pressed, indices = _columns(catalogue, game, shards)
        if indices is not None:
            counts = np.bincount(indices + 1, minlength=len(names) + 1)
            labels.update({name: int(count) for name, count in zip(names, counts[1:], strict=True) if count})
        actions = ACTION_OF_KEY[pressed]
        if indices is not None and len(indices) == len(actions):
            actions = actions[indices >= 0]
        keys += np.bincount(actions[actions >= 0], minlength=len(NAMES))
        if progress is not None:
            progress(done, len(games))
    strategies: Counter[str] = Counter()
    for name, count in labels.items():
        strategies[HIHACK_STRATEGIES[hihack_strategy(name)]] += count
    return {
        "games": len(games),
        "whole": sum(bool(game.row["whole"]) for game in games),
        "frames": sum(game.row["frames"] for game in games),
        "bytes": sum(game.row["bytes"] for game in games),
        "labels": dict(labels.most_common()),
        "strategies": dict(strategies.most_common()),
        "keys": {name: int(count) for name, count in zip(NAMES, keys, strict=True) if count},
    }


def _columns(
    catalogue: Catalogue, game: Game, shards: dict[Path, Shard]
) -> tuple[tuple[str, ...], NDArray[np.uint8], NDArray[np.int16] | None]:
    """Return a game's label names, its keys, and the keys' labels (None: it has none)."""
    stored = catalogue.stored(game.gameid)
    if stored is not None and stored[1].has_screens:
        path, place = stored
        if path not in shards:
            shards[path] = Shard(path)
        shard = shards[path]
        blocks = [_native.block_columns(shard.read(b.sections[SCREEN], place.dictionary)) for b in place.blocks]
        labels = np.frombuffer(b"".join(block[3] for block in blocks), np.int16)
        return place.labels, np.frombuffer(b"".join(b[0] for b in blocks), np.uint8), labels if place.labels else None
    names, indices = game_labels(game)
    surveys = [survey(file.path) for file in game.files if file.path.exists()]
    pressed = np.frombuffer(b"".join(found.keys for found in surveys), np.uint8)
    if names and indices is None:
        indices = np.concatenate([found.labels for found in surveys])
    return names, pressed, indices


def write_key_counts(folder: Path, keys: dict[str, int]) -> Path:
    """Write `key_counts.json`, which `--agent frequency:DIR` draws its keys from."""
    path = folder / "key_counts.json"
    write_text(path, json.dumps({"version": 1, "counts": keys}, indent=2) + "\n")
    return path


def score_table(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return games, frames and score quantiles for each role, and for all (`all`, last)."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["role"] or "?", []).append(row)
    table = []
    for role, group in [*sorted(groups.items()), ("all", rows)]:
        scores = [row["score"] for row in group if row["score"] is not None]
        low, median, high = np.quantile(scores, [0.25, 0.5, 0.75]) if scores else (None, None, None)
        table.append(
            {
                "role": role,
                "games": len(group),
                "frames": sum(row["frames"] for row in group),
                "mean": float(np.mean(scores)) if scores else None,
                "low": low,
                "median": median,
                "high": high,
                "best": max(scores) if scores else None,
            }
        )
    return table
