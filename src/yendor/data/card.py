"""A dataset's card: what it holds, where it comes from, under which licence, made by what."""

from collections import Counter
from importlib.metadata import version
from pathlib import Path

from yendor import __version__
from yendor.core.config import write_text
from yendor.data.catalogue import Catalogue

FILE = "CARD.md"
SOURCES = {
    "yendor": ("recorded with Yendor", "yours to choose; the screens are NetHack's (NetHack General Public License)"),
    "nle": ("NLE's recordings, such as NLD-AA", "NetHack General Public License, as NLD is published"),
    "nao": ("games of people on alt.org (NAO), such as NLD-NAO", "NetHack General Public License, as NLD is published"),
    "hihack": ("HiHack: AutoAscend's games with its strategies", "MIT, as HiHack is published"),
}
"""What each source is, and its licence."""


def card(catalogue: Catalogue, name: str = "") -> str:
    """Return the card of a dataset as it is now, in Markdown."""
    rows = catalogue.rows()
    stored = catalogue.stored_games(screens=True)
    lines = [f"# {name or catalogue.folder.resolve().name}", "", "A dataset of NetHack games.", ""]
    lines += ["| source | games | whole | frames | licence |", "|---|---|---|---|---|"]
    for source, games in sorted(Counter(row["source"] for row in rows).items()):
        of = [row for row in rows if row["source"] == source]
        what, licence = SOURCES.get(source, (source, "see its origin"))
        whole, frames = sum(bool(row["whole"]) for row in of), sum(row["frames"] for row in of)
        lines.append(f"| {source}: {what} | {games:,} | {whole:,} | {frames:,} | {licence} |")
    lines += ["", f"- games with strategy labels: {sum(bool(row['labelled']) for row in rows):,}"]
    lines.append(f"- games in the store: {len(stored):,}, {sum(frames for _, frames in stored.values()):,} frames")
    lines.append(f"- files that could not be used: {len(catalogue.skipped()):,} (`yendor data list` names the games)")
    agents = Counter(row["agent"] or "?" for row in rows).most_common(10)
    lines.append("- agents: " + ", ".join(f"{agent} ({games:,})" for agent, games in agents))
    roles = Counter(row["role"] or "?" for row in rows).most_common()
    lines.append("- roles: " + ", ".join(f"{role} ({games:,})" for role, games in roles))
    lines += ["", f"Written by Yendor {__version__} with nle {version('nle')}; the catalogue is `catalogue.sqlite`."]
    return "\n".join(lines) + "\n"


def write_card(catalogue: Catalogue, name: str = "") -> Path:
    """Write `CARD.md` beside the catalogue; without a name, the folder's is its title."""
    path = catalogue.folder / FILE
    write_text(path, card(catalogue, name))
    return path
