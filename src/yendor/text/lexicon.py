"""Lines that could be said of any glyph: what games show seldom, for a tokeniser to learn."""

import random
from collections.abc import Iterator

from yendor.text.describe_reference import DIRECTIONS, DISTANCES
from yendor.text.names import names


def lexicon(clean: bool = True, lines: int = 3, seed: int = 0) -> Iterator[str]:
    """Yield lines `NAME DISTANCE DIRECTIONS`, each name so many times, at random distances and directions."""
    draw = random.Random(seed)
    for name in names(clean).text:
        for _ in range(lines):
            told = draw.sample(range(len(DIRECTIONS)), draw.choice((1, 1, 1, 2, 3)))
            directions = [DIRECTIONS[i] for i in sorted(told)]
            *most, last = directions
            joined = f"{', '.join(most)}{',' if len(most) > 1 else ''} and {last}" if most else last
            yield f"\n{name} {draw.choice(DISTANCES)} {joined}"
