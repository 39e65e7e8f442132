"""The options of `yendor bench`'s commands."""

from dataclasses import dataclass
from pathlib import Path

import tyro

OUT = Path("runs/bench")


@dataclass(frozen=True)
class BotOptions:
    """Measure the bot: plays the games that are missing for this version of its source, and prints what they come to.

    Exit code 1 when games failed: the same command plays them again.
    """

    games: int = 64
    """How many."""
    list: str = "dev"
    """dev or valid; withheld games are refused."""
    first: int = 0
    """Number of the first game in the list."""
    workers: int = 2
    """Processes that play."""
    out: Path = OUT
    """Folder of all versions; this one's games go to OUT/<version>/results.jsonl."""
    against: Path | None = None
    """Compare with a version measured before (its name or the beginning of it), a folder, or a .jsonl of a player."""
    max_steps: int | None = None
    """Step limit of a game; games of another limit are kept apart."""
    hang_seconds: float = 240.0
    """Seconds without a sign of life after which a game is given up."""


@dataclass(frozen=True)
class ShowOptions:
    """Print the tables of a version that was measured before."""

    version: tyro.conf.Positional[Path]
    """Its name or the beginning of it, or its folder."""
    against: Path | None = None
    """Compare with this one."""
    out: Path = OUT
    """Folder of all versions."""


@dataclass(frozen=True)
class HazardsOptions:
    """Print where a version's heroes spent their turns, made their points and died, by state or by place."""

    version: tyro.conf.Positional[Path]
    """Its name or the beginning of it, or its folder."""
    places: bool = False
    """By level and experience level, instead of by the hero's state."""
    roles: str = ""
    """Only these roles, three letters each, separated by commas."""
    least: int = 2000
    """Leave out what fewer game turns were spent in."""
    out: Path = OUT
    """Folder of all versions."""


@dataclass(frozen=True)
class EndsOptions:
    """Print how a version's games ended, with the last decisions before: thirty of one kind show what they share."""

    version: tyro.conf.Positional[Path]
    """Its name or the beginning of it, or its folder."""
    kind: str = ""
    """Only these classes of death (folly, hunger, helpless, fight, other, alive), separated by commas."""
    killer: str = ""
    """Only deaths in whose words this regular expression is found: wererat, potion, praying, ..."""
    level: str = "1-30"
    """Experience levels at the end, such as 9 or 6-8."""
    roles: str = ""
    """Only these roles, three letters each, separated by commas."""
    decisions: int = 8
    """How many of a game's last decisions, of the thirty that are kept."""
    games: int = 20
    """How many games."""
    out: Path = OUT
    """Folder of all versions."""


@dataclass(frozen=True)
class LogOptions:
    """Write whole games down as text, a line a decision, to be searched with zgrep; plays what has no file yet."""

    seeds: str
    """The games: dev:10, dev:100-140, or CORE:DISP:N; withheld games are refused."""
    out: Path = Path("runs/logs")
    """Folder; a game's file is OUT/CORE-DISP.txt.gz."""
    max_steps: int | None = None
    """Step limit of a game."""
    workers: int = 2
    """Processes that play."""


@dataclass(frozen=True)
class PrayersOptions:
    """Play games again up to their first unheard prayer, and read from NetHack's memory why no god heard it.

    Plays with the bot of this source, so that only games of the same source come to the same prayer. Needs Linux on
    x86-64 and nle 1.3.0.
    """

    version: tyro.conf.Positional[Path]
    """Its name or the beginning of it, or its folder."""
    odds: float = 0.97
    """Only prayers that the bot thought at least as safe: the others mostly come too soon."""
    games: int = 20
    """How many games, those with the earliest prayers first: a late one takes long to come to."""
    out: Path = OUT
    """Folder of all versions."""


@dataclass(frozen=True)
class VersionsOptions:
    """List what has been measured, oldest first."""

    out: Path = OUT
    """Folder of all versions."""


@dataclass(frozen=True)
class PositionOptions:
    """Keep a position: the seeds, the keys up to it, and what the bot should decide there."""

    seeds: str
    """CORE:DISP of the game."""
    step: int
    """Keys pressed before, as `yendor play --plain` numbers them."""
    out: Path
    """The file, .json."""
    expect: tyro.conf.UseAppendAction[tuple[str, ...]] = ()
    """What the decision must be, such as label=survive/*; may be given several times. Without any, only shows it."""
    why: str = ""
    """The reason, in one line."""
    force: bool = False
    """Replace a file that is there."""


@dataclass(frozen=True)
class CheckOptions:
    """Lead the bot to each position and ask it. Exit code 1 when it decides otherwise than expected."""

    places: tyro.conf.Positional[tuple[Path, ...]]
    """Files, or folders of them."""
