"""`yendor export`: write a player as a folder that plays without Yendor."""

from dataclasses import dataclass
from pathlib import Path

from yendor.cli.options import parse
from yendor.core.errors import YendorError, did_you_mean

USAGE = """\
usage: yendor export bot --to DIR [--force]
       yendor export policy --agent RUN --to DIR [--results DIR ...]

  bot      the symbolic bot as a folder that needs Python, numpy and nle, but not Yendor: its bot.py has make_agent(),
           the form in which NetHack arenas take players
  policy   a learned policy as a folder to give away: weights, config and a card that says how it was learned and plays

Every verb takes either folder as --agent DIR. `yendor export bot --help` explains the options. Recorded games are
exported by `yendor data export`.
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


@dataclass(frozen=True)
class ExportPolicyOptions:
    """Write a learned policy as a folder to give away: model.safetensors, config.json, CARD.md."""

    agent: Path
    """The run, or a checkpoint of it."""
    to: Path
    """The folder; must not exist."""
    name: str = ""
    """What the policy is called; else the folder's name."""
    temperature: float = 1.0
    """Divides the logits before a key is drawn: 1 as learned, 0 always the most likely key. The folder plays so."""
    results: tuple[Path, ...] = ()
    """Folders of `yendor eval --agent RUN` for the card to quote."""


def main(argv: list[str]) -> int:
    """Export one kind of player."""
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if argv else 2
    kinds = {"bot": _bot, "policy": _policy}
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


def _policy(argv: list[str]) -> int:
    options = parse(ExportPolicyOptions, argv, "yendor export policy")
    from yendor.agents.export_policy import export_policy

    done = export_policy(options.agent, options.to, options.name, options.temperature, options.results)
    print(f"{options.to}: {done.parameters:,} parameters, {done.size / 1e6:.1f} MB")
    print(f"try it: yendor play --agent {options.to}")
    return 0
