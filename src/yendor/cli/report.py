"""`yendor report`: turn results into one HTML page."""

from dataclasses import dataclass
from pathlib import Path

import tyro

from yendor.cli.options import parse


@dataclass(frozen=True)
class ReportOptions:
    """Write one HTML page that opens offline: leaderboard, distributions, roles, deaths, learning curves, replays."""

    folders: tyro.conf.Positional[tuple[Path, ...]]
    """Folders made by `yendor eval --out` and `yendor train --run`."""
    out: Path = Path("report.html")
    """The page."""
    title: str = "Yendor report"
    """Its heading."""


def main(argv: list[str]) -> int:
    """Write the page, print the leaderboard and where the page is."""
    options = parse(ReportOptions, argv, "yendor report")
    from yendor.cli.options import console
    from yendor.core.errors import YendorError

    if not options.folders:
        raise YendorError("no folders given", "yendor report results/bot results/walker --out report.html")
    from yendor.reports.collect import collect
    from yendor.reports.page import write_report

    write_report(list(options.folders), options.out, options.title)
    entries, _ = collect(list(options.folders))
    if entries:
        from rich.table import Table

        table = Table(title=options.title)
        for name in ("agent", "games", "ascensions", "median score", "95 %", "mean score", "95 %", "progression"):
            table.add_column(name, justify="left" if name == "agent" else "right")
        for entry in entries:
            cells = []
            for which in ("median", "mean"):
                s = entry.summary[which]
                cells += [f"{s['value']:,.0f}", f"{s['low']:,.0f} - {s['high']:,.0f}"]
            cells.append(f"{entry.summary['progression']['value']:.2f} %")
            table.add_row(entry.name, str(entry.summary["games"]), str(entry.summary["ascensions"]), *cells)
        console().print(table)
    print(f"report: {options.out.resolve()} ({options.out.stat().st_size / 1e6:.1f} MB)")
    return 0
