"""`yendor study scaling`: learn a grid of sizes and budgets, fit power laws, plot them."""

from typing import Any

from yendor.cli.options import console, parse
from yendor.core.errors import YendorError, did_you_mean

USAGE = """\
usage: yendor study scaling --data DIR --out DIR [options]

  scaling    sizes of a network x budgets of frames: loss and score against compute, with power laws and a plot

`yendor study scaling --help` lists all options; the same command resumes a study that was stopped.
"""


def main(argv: list[str]) -> int:
    """Run a study, print its table and laws, and write its plot."""
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if argv else 2
    if argv[0] != "scaling":
        raise YendorError(f"unknown study {argv[0]!r}", did_you_mean(argv[0], ["scaling"]))
    try:
        from yendor.learners.scaling import ScalingConfig, scaling
    except ImportError as error:
        raise YendorError(f"learning needs {error.name}", "pip install 'yendor[learn]'") from error
    from yendor.reports.scaling import draw

    config = parse(ScalingConfig, argv[1:], "yendor study scaling")
    points = scaling(config)
    _print(points)
    draw(points, config.out / "scaling.png")
    print(f"plot: {(config.out / 'scaling.png').resolve()}")
    return 0


def _print(points: list[dict[str, Any]]) -> None:
    from rich.table import Table

    from yendor.reports.scaling import fit, frontier

    table = Table(title="scaling study")
    for name in ("scale", "seed", "parameters", "frames", "epochs", "operations", "loss", "accuracy", "mean score"):
        table.add_column(name, justify="right")
    for p in sorted(points, key=lambda p: (p["scale"], p["seed"], p["frames"])):
        score = p.get("score")
        table.add_row(
            f"{p['scale']:g}", str(p["seed"]), f"{p['parameters']:,}", f"{p['frames']:,}", f"{p['epochs']:.2f}",
            f"{p['flops']:.2e}", f"{p['loss']:.4f}", f"{p['accuracy']:.1%}",
            f"{score['value']:,.0f} [{score['low']:,.0f} - {score['high']:,.0f}]" if score else "",
        )  # fmt: skip
    console().print(table)
    for value, best in (("loss", "low"), ("score", "high")):
        law = fit(frontier(points, value, best), value)
        if law is not None:
            print(
                f"{value} ~ compute ^ {law.exponent:.3f} (95 % {law.low:.3f} to {law.high:.3f}; "
                f"{law.points} points on the frontier)"
            )
