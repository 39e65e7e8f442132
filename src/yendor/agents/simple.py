"""Players without knowledge: uniform keys, a walker, keys by their frequency in a dataset."""

import json
from pathlib import Path

import numpy as np

from yendor.core.agent import Decision, Observation
from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.nethack import actions as a


class KeyLottery:
    """Draws each key from a fixed distribution, whatever the observation.

    Args:
        name: The agent's name.
        weights: [121], one for each action; they need not sum to one.
    """

    def __init__(self, name: str, weights: "list[float] | np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
        self.name = name
        shares = np.asarray(weights, float)
        if shares.shape != (len(a.KEYS),) or (shares < 0).any() or not shares.sum() > 0:
            raise YendorError(f"{name}: key weights of shape {shares.shape}", "121 weights, not all zero, are needed.")
        self._limits = np.cumsum(shares / shares.sum())
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Start the lottery anew."""
        self._random = np.random.default_rng(seed)
        self._next: int | None = None

    def act(self, observation: Observation) -> Decision:
        """Draw a key; the same one until it is pressed."""
        if self._next is None:
            drawn = int(np.searchsorted(self._limits, self._random.random(), side="right"))
            self._next = min(drawn, len(self._limits) - 1)
        return Decision(self._next)

    def observe(self, observation: Observation, action: int) -> None:
        """Go on to the next key."""
        self._next = None


@register("agent", "random")
class RandomAgent(KeyLottery):
    """All 121 keys with equal odds."""

    def __init__(self) -> None:
        super().__init__("random", [1.0] * len(a.KEYS))


@register("agent", "walker")
class WalkerAgent(KeyLottery):
    """The eight compass keys, ESC and CR with equal odds: it walks, and leaves every prompt."""

    def __init__(self) -> None:
        weights = [0.0] * len(a.KEYS)
        for action in (*range(8), a.ESC, a.MORE):
            weights[action] = 1.0
        super().__init__("walker", weights)


@register("agent", "frequency")
class FrequencyAgent(KeyLottery):
    """Keys by their frequency in a dataset, which `yendor data stats DIR` writes to `key_counts.json`.

    Args:
        path: The dataset's folder, or the file.
    """

    def __init__(self, path: str = "") -> None:
        file = Path(path) / "key_counts.json" if Path(path).is_dir() else Path(path)
        try:
            counts = json.loads(file.read_text())["counts"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise YendorError(
                f"no key counts in {file}: {error}",
                "Write frequency:DIR with a dataset's folder; `yendor data stats DIR` makes the counts.",
            ) from error
        super().__init__("frequency", [float(counts.get(name, 0)) for name in a.NAMES])
