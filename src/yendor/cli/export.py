"""`yendor export`: write a player as a folder that plays without Yendor."""

from dataclasses import dataclass
from pathlib import Path

from yendor.cli.options import parse
from yendor.core.errors import YendorError, did_you_mean

USAGE = """\
usage: yendor export bot --to DIR [--force]

Writes the symbolic bot as a folder that needs Python, numpy and nle, but not Yendor. Its bot.py has make_agent(), the
form in which NetHack arenas take players; every verb takes the folder as --agent DIR. `yendor export bot --help`
explains the options. Recorded games are exported by `yendor data export`.
"""


@dataclass(frozen=True)
class ExportBotOptions:
    """Write the symbolic bot as a folder that plays without Yendor: bot.py with make_agent(), and all that it needs.

    The folder plays the very same games as --agent bot.
    """

    to: Path
    """The folder: new or empty."""
    force: bool = False
    """Replace an older export."""


def main(argv: list[str]) -> int:
    """Export one kind of player."""
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if argv else 2
    kinds = {"bot": _bot}
    if argv[0] not in kinds:
        raise YendorError(f"cannot export {argv[0]!r}", did_you_mean(argv[0], kinds))
    return kinds[argv[0]](argv[1:])


def _bot(argv: list[str]) -> int:
    options = parse(ExportBotOptions, argv, "yendor export bot")
    from yendor.agents.export import export_bot

    manifest = export_bot(options.to, options.force)
    commit = f", commit {manifest.commit}" if manifest.commit else ""
    print(f"{options.to}: the bot of Yendor {manifest.yendor}{commit}; {len(manifest.files)} files")
    print(f"try it: yendor play --agent {options.to}")
    return 0
