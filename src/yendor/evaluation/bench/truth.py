"""What the game knows and shows nobody: Luck, alignment, the prayer timeout, anger, read from NetHack's own memory.

A player's `struct you` (you.h) stands somewhere in the library that nle loads for each env. It is found by the numbers
that the bottom line shows, and its hidden ones lie at fixed distances from them. For looking into games only: no agent
may see it.
"""

import ctypes
import platform
import struct
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from yendor.core.errors import YendorError
from yendor.nethack.bottomline import Hero

_NLE, _SYSTEM = "1.3.0", ("Linux", "x86_64")
_MAPS = Path("/proc/self/maps")
_LIBRARY = "nle.so"
_X, _Y, _LEVEL, _HUNGER, _ALIGNMENT, _LUCK, _HP, _ANGER, _PRAYER = 0, 1, 24, 76, 1960, 1966, 1976, 2052, 2064
"""Bytes from the beginning of `struct you`, as a C compiler counts them on this system."""


class Truth(NamedTuple):
    """Hidden numbers of the hero.

    Attributes:
        luck: -10 to 10; below 0 no prayer is heard.
        alignment: Below 0 no prayer is heard.
        anger: Times that the god was angered for good.
        timeout: Turns until the god wants to be asked again; a prayer in great trouble is heard at 200 or less.
        nutrition: 900 at the beginning; weak below 50, fainting below 0.
    """

    luck: int
    alignment: int
    anger: int
    timeout: int
    nutrition: int


class Memory:
    """The place of the hero's numbers in this process. Make one after a few steps of a game, anew for each env."""

    def __init__(self, address: int) -> None:
        self._address = address

    def read(self) -> Truth:
        """Return the hidden numbers as they are now."""
        raw = ctypes.string_at(self._address, _PRAYER + 4)
        (luck,) = struct.unpack_from("b", raw, _LUCK)
        return Truth(luck, _int(raw, _ALIGNMENT), raw[_ANGER], _int(raw, _PRAYER), _int(raw, _HUNGER))


def find(hero: Hero) -> Memory | None:
    """Find the hero of the env that showed this bottom line; None where the numbers stand in no or in several places.

    Raises:
        YendorError: On another system, or with another nle, than those whose memory is known.
    """
    system = platform.system(), platform.machine()
    if system != _SYSTEM or version("nle") != _NLE:
        raise YendorError(
            f"the memory of nle {version('nle')} on {' '.join(system)} is not known",
            f"What the game hides can be read with nle {_NLE} on {' '.join(_SYSTEM)} only.",
        )
    found = [address for start, size in _data() for address in _matches(ctypes.string_at(start, size), start, hero)]
    return Memory(found[0]) if len(found) == 1 else None


def _data() -> list[tuple[int, int]]:
    """List the writable parts of nle's library: (address, bytes); what is not initialised follows without a name."""
    parts, end = [], 0
    for line in _MAPS.read_text().splitlines():
        span, rights, *rest = line.split(maxsplit=5)
        start, stop = (int(one, 16) for one in span.split("-"))
        named = len(rest) == 4
        if rights.startswith("rw") and ((named and _LIBRARY in rest[3]) or (not named and start == end)):
            parts.append((start, stop - start))
            end = stop
    return parts


def _matches(raw: bytes, start: int, hero: Hero) -> list[int]:
    """Return the addresses at which these bytes hold the hero's hit points, place and experience level."""
    pattern, found = struct.pack("<ii", hero.hp, hero.max_hp), []
    at = raw.find(pattern, _HP)
    while at >= 0:
        base = at - _HP
        if (raw[base + _X], raw[base + _Y]) == (hero.x + 1, hero.y) and _int(raw, base + _LEVEL) == hero.xl:
            found.append(start + base)
        at = raw.find(pattern, at + 1)
    return found


def _int(raw: bytes, at: int) -> int:
    value: int = struct.unpack_from("<i", raw, at)[0]
    return value
