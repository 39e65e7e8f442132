"""What the bottom lines say, as numbers: NLE's `blstats` as far as a terminal shows them, for networks that read them.

Read from the two lines as text, so that recorded games, which hold terminals alone, and live ones give the same.
"""

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

COUNT = 26
_HUNGER, _BURDEN = 21, 22
_PATTERN = re.compile(
    rb"St:(?P<St>\d+)(?:/(?P<per>\d+|\*\*))? Dx:(?P<Dx>\d+) Co:(?P<Co>\d+) In:(?P<In>\d+) Wi:(?P<Wi>\d+) Ch:(?P<Ch>\d+)"
)
_FIELDS: tuple[tuple[bytes, tuple[int, ...]], ...] = (
    (rb"\bS:(\d+)", (9,)),
    (rb"\bHP:(\d+)\((\d+)\)", (10, 11)),
    (rb"\bDlvl:(\d+)", (12,)),
    (rb"\$:(\d+)", (13,)),
    (rb"\bPw:(\d+)\((\d+)\)", (14, 15)),
    (rb"\bAC:(-?\d+)", (16,)),
    (rb"\bXp:(\d+)/(\d+)", (18, 19)),
    (rb"\bT:(\d+)", (20,)),
)
_COMPILED = tuple((re.compile(pattern), places) for pattern, places in _FIELDS)
_HUNGERS = {b"Satiated": 0, b"Hungry": 2, b"Weak": 3, b"Fainting": 4, b"Fainted": 5, b"Starved": 6}
_BURDENS = {b"Burdened": 1, b"Stressed": 2, b"Strained": 3, b"Overtaxed": 4, b"Overloaded": 5}


def read_numbers(lines: NDArray[np.uint8], cursor: NDArray[np.integer]) -> NDArray[np.float32]:
    """Read the first 26 of NLE's `blstats` from terminals.

    Args:
        lines: [N, 2, 80], rows 22 and 23.
        cursor: [N, 2], row and column; where the hero stands when nothing is asked.

    Returns:
        [N, 26]. What the terminal does not show is 0: the monster's level, dungeon, level, condition. What a menu
        covers is 0 too. Strength as NLE has it: index 2 from 3 to 125 with 18/xx as 18 + xx, index 3 from 3 to 25.
    """
    numbers = np.stack([_read(line.tobytes()) for line in lines])
    numbers[:, 0], numbers[:, 1] = cursor[:, 1], cursor[:, 0] - 1
    return numbers


@lru_cache(maxsize=65536)
def _read(lines: bytes) -> NDArray[np.float32]:
    numbers = np.zeros(COUNT, np.float32)
    found = _PATTERN.search(lines)
    if found:
        percent = found["per"]
        bonus = 100 if percent == b"**" else int(percent or 0)
        strength = int(found["St"])
        numbers[2] = strength + bonus + 100 * (strength > 18)
        numbers[3] = 19 + numbers[2] // 50 if bonus else strength
        numbers[4:9] = [int(found[name]) for name in ("Dx", "Co", "In", "Wi", "Ch")]
        numbers[_HUNGER] = 1
    for pattern, places in _COMPILED:
        found = pattern.search(lines)
        if found:
            for place, value in zip(places, found.groups(), strict=True):
                numbers[place] = int(value)
    for word in lines[80:].split():
        if word in _HUNGERS:
            numbers[_HUNGER] = _HUNGERS[word]
        elif word in _BURDENS:
            numbers[_BURDEN] = _BURDENS[word]
    return numbers
