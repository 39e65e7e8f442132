"""What a scaling study found: power laws of loss and score in the compute, with intervals, as a table and a plot."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

PUBLISHED: tuple[tuple[float, float], ...] = (
    (1e15, 476), (5e15, 1074), (1e16, 1389), (2e16, 1784), (5e16, 2580), (1e17, 2887), (2e17, 3359), (5e17, 4366),
    (1e18, 4442), (2e18, 5517), (1e19, 5562),
)  # fmt: skip
"""Mean scores of the best size at each budget of operations: Tuyls et al. 2023 (arXiv:2307.09423), human monks cloned
from NLD-AA, computed from the games that the authors published (https://github.com/princeton-nlp/il-scaling-in-games).
"""


class PowerLaw(NamedTuple):
    """y = factor * compute ** exponent, fitted to logarithms by least squares.

    Attributes:
        factor: At a compute of 1.
        exponent: Its best value.
        low: Lower end of the exponent's 95 % interval (Student's t).
        high: Upper end.
        points: Points that it was fitted to.
    """

    factor: float
    exponent: float
    low: float
    high: float
    points: int

    def __call__(self, compute: float) -> float:
        """Return what the law says of a compute."""
        return float(self.factor * compute**self.exponent)


def frontier(points: Sequence[dict[str, Any]], value: str, best: str) -> list[dict[str, Any]]:
    """Return the points that no cheaper point equals: by compute, each better than all before.

    Args:
        points: Of a study.
        value: What is compared: `loss`, `score`.
        best: `low` or `high`.
    """
    sign = 1 if best == "low" else -1
    kept: list[dict[str, Any]] = []
    for point in sorted((p for p in points if value in p), key=lambda p: p["flops"]):
        if not kept or sign * number(point[value]) < sign * number(kept[-1][value]):
            kept.append(point)
    return kept


def number(value: Any) -> float:
    """Return a plain number, or the value of a number with its interval."""
    return float(value["value"] if isinstance(value, dict) else value)


def fit(points: Sequence[dict[str, Any]], value: str) -> PowerLaw | None:
    """Fit a power law; None for fewer than three points with positive values."""
    pairs = [(math.log(p["flops"]), math.log(number(p[value]))) for p in points if number(p[value]) > 0]
    if len(pairs) < 3:
        return None
    x, y = np.array(pairs).T
    line = stats.linregress(x, y)
    reach = float(stats.t.ppf(0.975, len(pairs) - 2) * line.stderr)
    slope = float(line.slope)
    return PowerLaw(math.exp(float(line.intercept)), slope, slope - reach, slope + reach, len(pairs))


def draw(points: Sequence[dict[str, Any]], place: Path) -> None:
    """Plot loss, and score where games were played, against compute; one line a size, the frontier's law dashed."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    played = any("score" in p for p in points)
    figure, axes = pyplot.subplots(1, 1 + played, figsize=(6.5 * (1 + played), 4.6), squeeze=False)
    _panel(axes[0][0], points, "loss", "low", "loss on held-out games, nats a key")
    if played:
        _panel(axes[0][1], points, "score", "high", "mean score")
        x, y = zip(*PUBLISHED, strict=True)
        axes[0][1].plot(x, y, "k.", label="Tuyls et al. 2023: human monks, NLD-AA")
        axes[0][1].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(place, dpi=130)
    pyplot.close(figure)


def _panel(axis: Any, points: Sequence[dict[str, Any]], value: str, best: str, title: str) -> None:
    for scale in sorted({p["scale"] for p in points}):
        some = sorted((p for p in points if p["scale"] == scale and value in p), key=lambda p: p["flops"])
        label = f"{some[0]['parameters'] / 1e6:.2f} M parameters" if some else None
        axis.plot([p["flops"] for p in some], [number(p[value]) for p in some], "o-", ms=4, label=label)
    front = frontier(points, value, best)
    law = fit(front, value)
    if law is not None:
        ends = [front[0]["flops"], front[-1]["flops"]]
        label = f"compute ^ {law.exponent:.3f} [{law.low:.3f}, {law.high:.3f}]"
        axis.plot(ends, [law(c) for c in ends], "k--", lw=1, label=label)
    log = all(number(p[value]) > 0 for p in points if value in p)
    axis.set(xscale="log", yscale="log" if log else "linear", xlabel="floating-point operations", ylabel=title)
    axis.legend(fontsize=7)
