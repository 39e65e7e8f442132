"""Judge a language model on BabyAI-Text: all instances side by side, results and summary on disk."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from yendor.core.config import write_json, write_text
from yendor.core.errors import YendorError
from yendor.evaluation.protocols.babyai_text.analysis import summarise
from yendor.evaluation.protocols.babyai_text.protocol import INSTANCES, BabyAITextProtocol, play_babyai
from yendor.launch.progress import Progress


def evaluate_babyai(
    place: Path,
    out: Path,
    *,
    num_dists: int | None = None,
    games: int = INSTANCES,
    device: str = "auto",
    quiet: bool = False,
) -> dict[str, Any]:
    """Let a run of `yendor train lm` play the instances; write `results.jsonl` and `summary.json`.

    Args:
        place: The run or checkpoint.
        out: The folder; it must not hold results.
        num_dists: Distractors of the instances; without, as many as in the games that the run learned from.
        games: How many instances.
        device: Where the network runs.
        quiet: Show no progress.

    Returns:
        The summary.

    Raises:
        YendorError: `out` has results; the run learned another task; minigrid is not installed.
    """
    if (out / "results.jsonl").exists():
        raise YendorError(f"{out} has results", "Choose another --out.")
    language: Any = import_module("yendor.agents.language_torch")  # by name: this room knows no torch
    player, play, name = language.load_player(place, "babyai", device=device, slots=games)
    if num_dists is None:
        num_dists = play.get("num_dists", BabyAITextProtocol.num_dists)
    rules = BabyAITextProtocol(num_dists, games)
    with Progress("judging", rules.games, "games", quiet=quiet) as bar:
        lines = play_babyai(player, rules, bar.advance)
    summary = summarise(name, rules, lines)
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / "results.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    write_json(out / "summary.json", summary)
    return summary
