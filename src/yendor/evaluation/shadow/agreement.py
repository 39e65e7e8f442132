"""How far two players' strategies agree, strategy by strategy, beside what the commonest label alone would reach."""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from yendor.core.labels import HIHACK_STRATEGIES, hihack_strategy

_SIZE = len(HIHACK_STRATEGIES)
_OURS = {"wait/patrol": HIHACK_STRATEGIES.index("explore")}
"""Where the comparison projects otherwise than `hihack_strategy`: AutoAscend has no word for walking on in a level that
is explored; it says `explore` then, and `wait_out` only while something ails the hero."""


def strategy_of(label: str) -> int:
    """Return the index into HiHack's 13 strategies that a label is compared as."""
    return _OURS.get(label, hihack_strategy(label))


@dataclass
class Agreement:
    """Counts of steps.

    Attributes:
        counts: [13, 13] int64: the player's strategy by the watcher's.
        keys: Steps whose key is known.
        named: Of these, those whose key the watcher named.
    """

    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros((_SIZE, _SIZE), np.int64))
    keys: int = 0
    named: int = 0

    def add(self, theirs: str | None, ours: str) -> None:
        """Count a step: the label it came with (None or "" for none), and the watcher's."""
        if theirs:
            self.counts[strategy_of(theirs), strategy_of(ours)] += 1

    def add_key(self, pressed: int, named: int) -> None:
        """Count a step's key."""
        self.keys += 1
        self.named += pressed == named

    def merge(self, other: Self) -> None:
        """Add another's counts."""
        self.counts += other.counts
        self.keys, self.named = self.keys + other.keys, self.named + other.named

    def without(self, strategy: str) -> "Agreement":
        """Return the agreement on the steps that the player did not give this strategy."""
        counts = self.counts.copy()
        counts[HIHACK_STRATEGIES.index(strategy)] = 0
        return Agreement(counts)

    @property
    def steps(self) -> int:
        """Steps that came with a label."""
        return int(self.counts.sum())

    @property
    def share(self) -> float:
        """Share of steps on which both say the same; 0 without steps."""
        return float(np.trace(self.counts)) / max(self.steps, 1)

    @property
    def commonest(self) -> tuple[str, float]:
        """The player's commonest strategy, and its share: what always naming it would reach."""
        totals = self.counts.sum(axis=1)
        return HIHACK_STRATEGIES[int(totals.argmax())], float(totals.max()) / max(self.steps, 1)

    @property
    def kappa(self) -> float:
        """Cohen's kappa: 0 for an agreement by chance, 1 for a perfect one."""
        steps = max(self.steps, 1)
        chance = float((self.counts.sum(axis=1) / steps) @ (self.counts.sum(axis=0) / steps))
        return (self.share - chance) / (1 - chance) if chance < 1 else 0.0

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each strategy that either of them named, the player's commonest first.

        Returns:
            `strategy`, `theirs` and `ours` (steps), `both`; `recall` (of the player's steps), `precision` (of the
            watcher's), `f1`; `lift`: how many times as often the watcher names it where the player does than in all
            steps. Shares are None where there is nothing to share.
        """
        theirs, ours, both = self.counts.sum(axis=1), self.counts.sum(axis=0), np.diag(self.counts)
        rows = []
        for index in np.argsort(-theirs, kind="stable").tolist():
            t, o, b = int(theirs[index]), int(ours[index]), int(both[index])
            if t or o:
                rows.append(
                    {
                        "strategy": HIHACK_STRATEGIES[index], "theirs": t, "ours": o, "both": b,
                        "recall": b / t if t else None, "precision": b / o if o else None,
                        "f1": 2 * b / (t + o), "lift": b / t / (o / self.steps) if t and o else None,
                    }
                )  # fmt: skip
        return rows

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"counts": self.counts.tolist(), "keys": self.keys, "named": self.named}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read it back.

        Raises:
            ValueError: It has not 13 by 13 counts.
        """
        counts = np.array(data["counts"], np.int64)
        if counts.shape != (_SIZE, _SIZE):
            raise ValueError(f"counts of shape {counts.shape}")
        return cls(counts, int(data["keys"]), int(data["named"]))
