"""The analysis: mean reward with its interval, over all instances and by task."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from yendor.envs.babyai_text import KINDS
from yendor.evaluation.protocols.babyai_text.protocol import BabyAITextProtocol
from yendor.evaluation.statistics import bootstrap


def summarise(agent: str, rules: BabyAITextProtocol, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the summary of a player's games."""
    by_kind = {kind: [line for line in lines if line["kind"] == kind] for kind in KINDS}
    return {
        "agent": agent,
        "protocol": "babyai-text",
        "rules": dataclasses.asdict(rules),
        "games": len(lines),
        "mean": bootstrap([line["reward"] for line in lines])._asdict(),
        "solved": bootstrap([float(line["solved"]) for line in lines])._asdict(),
        "wrong_words": sum(line["wrong_words"] for line in lines),
        "kinds": {
            kind: {
                "games": len(of),
                "mean": float(np.mean([line["reward"] for line in of])),
                "solved": float(np.mean([line["solved"] for line in of])),
            }
            for kind, of in by_kind.items()
            if of
        },
    }
