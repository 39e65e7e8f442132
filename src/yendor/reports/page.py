"""One HTML page from evaluation and run folders; it holds all it shows and asks nothing of the network."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from yendor import __version__
from yendor.core.config import write_text
from yendor.core.errors import YendorError
from yendor.evaluation.protocols.nethack_challenge.analysis import cause
from yendor.reports import charts
from yendor.reports.collect import Entry, Run, collect
from yendor.reports.replay import asciicast

_ASSETS = files("yendor.reports") / "assets"


@dataclass
class Replay:
    """One game to watch."""

    title: str
    note: str
    cast: str


def write_report(folders: list[Path], out: Path, title: str = "Yendor report") -> Path:
    """Write the page.

    Args:
        folders: Evaluation and run folders.
        out: The file to write.
        title: Heading.

    Raises:
        YendorError: A folder cannot be read; nothing is written then.
    """
    import jinja2

    entries, runs = collect(folders)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.filters["number"] = _number
    page = environment.from_string((_ASSETS / "page.html.jinja").read_text())
    replays = _replays(entries[0]) if entries else []
    html = page.render(
        title=title,
        version=__version__,
        entries=entries,
        roles=_role_table(entries),
        protocols=_protocols(entries),
        distributions=charts.score_distributions([(e.name, [x["score"] for x in e.lines]) for e in entries])
        if entries
        else "",
        deaths=[
            (e.name, charts.bars(e.deaths, charts.COLOURS[i % len(charts.COLOURS)])) for i, e in enumerate(entries)
        ],
        learning=[(run.name, _learning(run)) for run in runs],
        replays=replays,
        player=(_ASSETS / "asciinema-player.min.js").read_text() if replays else "",
        player_css=(_ASSETS / "asciinema-player.css").read_text() if replays else "",
    )
    write_text(out, html)
    return out


def _number(value: float | None) -> str:
    if value is None or value != value:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2f}"


def _protocols(entries: list[Entry]) -> list[tuple[str, dict[str, Any]]]:
    """Return each different set of rules with the names of the agents judged by it."""
    groups: list[tuple[list[str], dict[str, Any]]] = []
    for entry in entries:
        rules = {"protocol": entry.settings["protocol"], **entry.settings["rules"]}
        for names, known in groups:
            if known == rules:
                names.append(entry.name)
                break
        else:
            groups.append(([entry.name], rules))
    return [(", ".join(names), rules) for names, rules in groups]


def _role_table(entries: list[Entry]) -> list[tuple[str, list[dict[str, float] | None]]]:
    roles = sorted({role for entry in entries for role in entry.summary["roles"]})
    return [(role, [entry.summary["roles"].get(role) for entry in entries]) for role in roles]


def _learning(run: Run) -> list[tuple[str, str]]:
    metrics = run.metrics
    accuracy = [
        ("held_out_action_accuracy", "action, held-out games"),
        ("held_out_majority_action", "most frequent action"),
        ("held_out_strategy_accuracy", "strategy, held-out games"),
        ("held_out_majority_strategy", "most frequent strategy"),
        ("action_accuracy", "action, training"),
    ]
    known = [(key, legend) for key, legend in accuracy if any(key in m for m in metrics)]
    losses = [("loss", "training"), ("held_out_loss", "held-out games")]
    out = [("Loss (nats a frame)", charts.curves(metrics, losses, "loss"))]
    return [*out, ("Accuracy", charts.curves(metrics, known, "share of frames"))] if known else out


def _replays(entry: Entry) -> list[Replay]:
    """The best and the worst game of the leader."""
    ranked = sorted(entry.lines, key=lambda line: line["score"])
    chosen = [("Best", ranked[-1])] + ([("Worst", ranked[0])] if len(ranked) > 1 else [])
    out = []
    for word, line in chosen:
        folder = entry.folder / "replays" / f"{line['core']}-{line['disp']}"
        path = next(iter(sorted(folder.glob("*.ttyrec3.bz2"))), None)
        if path is None:
            continue
        try:
            cast, note = asciicast(path)
        except YendorError as error:
            cast, note = "", error.message
        title = f"{word} game of {entry.name}: {line['score']:,} points, {line['character'] or 'unknown character'}"
        out.append(Replay(title, f"seeds {line['core']}, {line['disp']}; {note}; end: {cause(line)}", cast))
    return out
