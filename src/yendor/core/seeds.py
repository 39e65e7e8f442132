"""The named seed lists: which games are for developing, for validation, and withheld for judging."""

from collections.abc import Iterable
from typing import NamedTuple

from yendor.core.errors import YendorError, did_you_mean


class Seeds(NamedTuple):
    """The two seeds of NetHack's random number generators (`reseed` is always off)."""

    core: int
    disp: int


_STARTS: dict[str, Seeds] = {
    "dev": Seeds(1000, 2000),
    "valid": Seeds(30000, 40000),
    "withheld": Seeds(50000, 60000),
}
_WITHHELD = range(50000, 60000)
LISTS: tuple[str, ...] = tuple(_STARTS)


def seed_list(spec: str, count: int | None = None) -> list[Seeds]:
    """Read a seed list.

    Args:
        spec: `dev`, `valid` or `withheld`, with an optional `:N` (how many) or `:A-B` (from the
            A-th up to, not including, the B-th); or `CORE:DISP:N` for core=CORE+k, disp=DISP+k.
        count: How many, where the spec does not say.

    Raises:
        YendorError: Unknown list or malformed numbers.
    """
    name, _, rest = spec.partition(":")
    try:
        if name in _STARTS:
            first, last = _span(rest, count)
            start = _STARTS[name]
        elif name.lstrip("-").isdigit():
            parts = [int(part) for part in spec.split(":")]
            if len(parts) == 2:
                parts.append(1 if count is None else count)
            core, disp, number = parts
            start, first, last = Seeds(core, disp), 0, number
        else:
            raise YendorError(
                f"unknown seed list {name!r}",
                f"{did_you_mean(name, LISTS)} Or write CORE:DISP:N, for instance 1000:2000:64.",
            )
        if first < 0 or last <= first or start.core < 0 or start.disp < 0:
            raise ValueError
    except ValueError:
        raise YendorError(
            f"malformed seeds {spec!r}", "Write dev, valid:128, withheld:0-512 or CORE:DISP:N (N >= 1)."
        ) from None
    seeds = [Seeds(start.core + k, start.disp + k) for k in range(first, last)]
    if name == "withheld" and seeds[-1].core not in _WITHHELD:
        raise YendorError(f"the withheld list ends at {len(_WITHHELD)} games, asked for {last}", "Ask for fewer.")
    return seeds


def _span(rest: str, count: int | None) -> tuple[int, int]:
    if "-" in rest:
        low, high = rest.split("-")
        return int(low), int(high)
    if rest:
        return 0, int(rest)
    return 0, 1 if count is None else count


def is_withheld(seeds: Seeds) -> bool:
    """Tell whether a game belongs to the withheld list (by its core seed)."""
    return seeds.core in _WITHHELD


def refuse_withheld(seeds: Iterable[Seeds], purpose: str) -> None:
    """Raise when a list for recording, training or tuning contains a withheld game.

    Args:
        seeds: The games.
        purpose: What they were asked for, for the message ("recording").

    Raises:
        YendorError: At least one is withheld.
    """
    bad = [s for s in seeds if is_withheld(s)]
    if bad:
        raise YendorError(
            f"{len(bad)} withheld games in a list for {purpose}, the first core={bad[0].core}",
            "Core seeds 50000 to 59999 are for `yendor eval` only. Use dev or valid.",
        )
