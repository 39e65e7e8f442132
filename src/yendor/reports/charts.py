"""The report's charts as inline SVG, in colours that work on light and on dark."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

COLOURS = ("#2f7ed8", "#d9822b", "#2e9e6b", "#b5539c", "#8a7a2a", "#5f6fd1", "#c0504d", "#4aa5a5")
_INK = "#808790"


def score_distributions(groups: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Draw for each agent which share of its games scored at least so much (log axis)."""
    figure, axes = _figure(7.2, 3.6)
    for (name, scores), colour in zip(groups, _cycle(len(groups)), strict=True):
        ordered = np.sort(np.maximum(np.asarray(scores, float), 1.0))
        share = 1 - np.arange(len(ordered)) / len(ordered)
        axes.step(ordered, share, where="post", color=colour, label=name, linewidth=1.8)
    axes.set_xscale("log")
    axes.set_xlabel("score (log scale)")
    axes.set_ylabel("share of games with at least this score")
    axes.set_ylim(0, 1.02)
    return _svg(figure, axes, len(groups) > 1)


def bars(counts: Sequence[tuple[str, int]], colour: str = COLOURS[0]) -> str:
    """Draw causes with their counts as horizontal bars."""
    figure, axes = _figure(7.2, 0.7 + 0.3 * len(counts))
    names = [name if len(name) < 48 else name[:45] + "..." for name, _ in reversed(counts)]
    values = [count for _, count in reversed(counts)]
    drawn = axes.barh(names, values, color=colour, height=0.66)
    axes.bar_label(drawn, padding=3, color=_INK)
    axes.set_xlabel("games")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(False)
    return _svg(figure, axes, False)


def curves(metrics: Sequence[dict[str, float]], names: Sequence[tuple[str, str]], label: str) -> str:
    """Draw metrics by step; names are (key, legend)."""
    figure, axes = _figure(7.2, 3.2)
    drawn = 0
    for (key, legend), colour in zip(names, _cycle(len(names)), strict=True):
        points = [(m["step"], m[key]) for m in metrics if key in m]
        if points:
            steps, values = zip(*points, strict=True)
            many = len(points) > 30
            axes.plot(
                steps, values, color=colour, label=legend, linewidth=1.6, marker="" if many else "o", markersize=3
            )
            drawn += 1
    axes.set_xlabel("step")
    axes.set_ylabel(label)
    return _svg(figure, axes, drawn > 1)


def _cycle(count: int) -> list[str]:
    return [COLOURS[i % len(COLOURS)] for i in range(count)]


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0)
    axes.grid(True, color=_INK, alpha=0.25, linewidth=0.6)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_INK)
    axes.tick_params(colors=_INK, labelsize=9)
    return figure, axes


def _svg(figure: Any, axes: Any, legend: bool) -> str:
    import matplotlib

    axes.xaxis.label.set_color(_INK)
    axes.yaxis.label.set_color(_INK)
    if legend:
        axes.legend(frameon=False, labelcolor=_INK, fontsize=9)
    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "yendor", "font.family": "sans-serif"}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
