"""Bootstrap intervals: the percentile method, with a fixed seed so that a summary can be recomputed."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_RESAMPLES = 10_000


class Interval(NamedTuple):
    """An estimate with its 95 % interval; the bounds are NaN for fewer than two games."""

    value: float
    low: float
    high: float


def bootstrap(
    values: Sequence[float], statistic: Callable[..., NDArray[np.float64]] = np.mean, confidence: float = 0.95
) -> Interval:
    """Estimate a statistic of independent games with a percentile bootstrap interval (Efron 1979).

    Args:
        values: One number a game.
        statistic: A numpy reduction that takes `axis`, such as `np.mean` or `np.median`.
        confidence: Coverage of the interval.

    Raises:
        ValueError: There are no values.
    """
    data = np.asarray(values, float)
    if data.size == 0:
        raise ValueError("no values to estimate from")
    value = float(statistic(data))
    if data.size == 1:
        return Interval(value, float("nan"), float("nan"))
    random = np.random.default_rng(0)
    estimates: list[Any] = []
    rows = max(1, min(_RESAMPLES, 4_000_000 // data.size))
    for start in range(0, _RESAMPLES, rows):
        size = (min(rows, _RESAMPLES - start), data.size)
        estimates.append(statistic(data[random.integers(0, data.size, size)], axis=1))
    edge = (1 - confidence) / 2
    low, high = np.quantile(np.concatenate(estimates), [edge, 1 - edge])
    return Interval(value, float(low), float(high))


def bootstrap_difference(
    ours: Sequence[float],
    theirs: Sequence[float],
    statistic: Callable[..., NDArray[np.float64]] = np.mean,
    confidence: float = 0.95,
) -> Interval:
    """Estimate `statistic(ours) - statistic(theirs)` over the same games, with a paired percentile interval.

    Games are drawn, and both players' results of each with it, so that what makes a game easy or hard for both
    does not widen the interval.

    Args:
        ours, theirs: One number a game, in the same order.
        statistic: A numpy reduction that takes `axis`.
        confidence: Coverage of the interval.

    Raises:
        ValueError: There are no values, or not equally many.
    """
    data = np.asarray([ours, theirs], float)
    if data.size == 0:
        raise ValueError("no values to estimate from")
    games = data.shape[1]
    value = float(statistic(data[0]) - statistic(data[1]))
    if games == 1:
        return Interval(value, float("nan"), float("nan"))
    random = np.random.default_rng(0)
    estimates: list[Any] = []
    rows = max(1, min(_RESAMPLES, 4_000_000 // games))
    for start in range(0, _RESAMPLES, rows):
        drawn = data[:, random.integers(0, games, (min(rows, _RESAMPLES - start), games))]
        estimates.append(statistic(drawn[0], axis=1) - statistic(drawn[1], axis=1))
    edge = (1 - confidence) / 2
    low, high = np.quantile(np.concatenate(estimates), [edge, 1 - edge])
    return Interval(value, float(low), float(high))
