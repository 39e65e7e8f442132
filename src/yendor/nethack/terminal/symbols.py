"""Which glyphs a character of a colour may be: the map's symbols read backwards.

NetHack draws many glyphs alike: a soldier ant and a fire ant differ in colour, a kitten and a pet kitten in nothing.
The table follows `mapglyph.c` with the default symbols of NetHack 3.6. What other symbol sets draw otherwise
(DECgraphics, IBMgraphics) the terminal has turned into the default characters before.
"""

from collections import defaultdict
from functools import cache

import numpy as np
from nle import nethack as nh
from numpy.typing import NDArray

from yendor.nethack import glyphs as g

Glyphs = NDArray[np.int16]

_BLACK, _GREY, _NONE, _WHITE = 0, 7, 8, 15
_EXPLOSIONS = (0, 2, 3, 4, 5, 9, 15)
"""Colours of dark, noxious, muddy, wet, magical, fiery and frosty explosions."""
_ZAPS = (12, 9, 15, 12, 0, 15, 11, 2)
"""Colours of magic missile, fire, frost, sleep, death, lightning, poison gas and acid rays."""
_WARNINGS = (15, 1, 1, 1, 5, 13)
_FIRST_BEAM, _FIRST_SWALLOW, _FIRST_EXPLOSION = 65, 77, 85
_EXPLOSION_SYMBOLS = "/-\\| |\\-/"
_BOULDERS = "0`8"
"""How boulders are drawn: NLE's way, the way of before 3.6, and what many people set."""


def _cmap(offset: int) -> tuple[str, int]:
    symbol = nh.symdef.from_idx(offset)
    colour = _WHITE if offset == g.LIT_CORRIDOR else symbol.color
    return chr(symbol.sym) if isinstance(symbol.sym, int) else symbol.sym, colour


def _of_monsters() -> dict[int, list[tuple[str, int]]]:
    out: dict[int, list[tuple[str, int]]] = defaultdict(list)
    statue = nh.objclass(next(i for i in range(nh.NUM_OBJECTS) if nh.OBJ_NAME(nh.objclass(i)) == "statue"))
    for index in range(nh.NUMMONS):
        kind = nh.permonst(index)
        letter = nh.class_sym.from_mlet(kind.mlet).sym
        for start in (nh.GLYPH_MON_OFF, nh.GLYPH_PET_OFF, nh.GLYPH_DETECT_OFF, nh.GLYPH_RIDDEN_OFF):
            out[start + index].append((letter, kind.mcolor))
        out[nh.GLYPH_BODY_OFF + index].append(("%", kind.mcolor))
        out[nh.GLYPH_STATUE_OFF + index].append((letter, statue.oc_color))
        out[nh.GLYPH_STATUE_OFF + index].append(("`", statue.oc_color))  # as 3.4.3 drew them: one for all
        for part in range(8):
            symbol, _ = _cmap(_FIRST_SWALLOW + part)
            out[nh.GLYPH_SWALLOW_OFF + index * 8 + part].append((symbol, kind.mcolor))
    out[nh.GLYPH_INVIS_OFF].append(("I", _NONE))
    for level, colour in enumerate(_WARNINGS):
        out[nh.GLYPH_WARNING_OFF + level].append((str(level), colour))
    return out


def _of_the_rest() -> dict[int, list[tuple[str, int]]]:
    out: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for index in range(nh.NUM_OBJECTS):
        kind = nh.objclass(index)
        glyph = nh.GLYPH_OBJ_OFF + index
        symbol = nh.class_sym.from_oc_class(kind.oc_class).sym
        symbols = _BOULDERS if glyph == g.BOULDER_GLYPH else symbol
        out[glyph] += [(one, kind.oc_color) for one in symbols]
    for offset in range(_FIRST_SWALLOW):
        out[nh.GLYPH_CMAP_OFF + offset].append(_cmap(offset))
    for kind, colour in enumerate(_EXPLOSIONS):
        for part, symbol in enumerate(_EXPLOSION_SYMBOLS):
            out[nh.GLYPH_EXPLODE_OFF + kind * 9 + part].append((symbol, colour))
    for kind, colour in enumerate(_ZAPS):
        for way in range(4):
            out[nh.GLYPH_ZAP_OFF + kind * 4 + way].append((_cmap(_FIRST_BEAM + way)[0], colour))
    return out


def shades(colour: int) -> tuple[int, ...]:
    """Return the terminal colours that one of NetHack's 16 appears in.

    Black is drawn bright black or blue, as the option use_darkgray says; what has no colour is drawn in the default.
    """
    if colour == _BLACK:
        return 0, 4, 8
    return (_GREY,) if colour == _NONE else (colour,)


@cache
def _table() -> tuple[dict[tuple[int, int], Glyphs], dict[int, Glyphs]]:
    exact: dict[tuple[int, int], list[int]] = defaultdict(list)
    for looks in (_of_monsters(), _of_the_rest()):
        for glyph, ways in looks.items():
            for symbol, colour in ways:
                for shade in shades(colour):
                    exact[ord(symbol), shade].append(glyph)
    exact[32, 0].append(nh.GLYPH_CMAP_OFF + g.STONE)
    loose: dict[int, list[int]] = defaultdict(list)
    for (symbol_code, _), found in exact.items():
        loose[symbol_code] += found
    return (
        {look: np.unique(np.array(found, np.int16)) for look, found in exact.items()},
        {code: np.unique(np.array(found, np.int16)) for code, found in loose.items()},
    )


_NOTHING: Glyphs = np.zeros(0, np.int16)


def candidates(char: int, colour: int) -> Glyphs:
    """Return the glyphs that a square of the map may hold, from how it looks.

    Args:
        char: Code of its character.
        colour: Its colour as terminals are decoded: 0 to 15, and 16 more where it is drawn in reverse.

    Returns:
        [N] glyph ids in rising order. Where nothing looks just so, all that have the character in any colour (games
        without colour); none for a character that the map does not use.
    """
    exact, loose = _table()
    found = exact.get((char, colour & 15))
    return found if found is not None else loose.get(char, _NOTHING)
