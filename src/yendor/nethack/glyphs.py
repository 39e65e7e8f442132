"""Glyph ids as classes: one numpy table per question, indexed by the id.

The hero's own glyph is that of a monster of the same kind; only its position (the bottom line's x, y)
tells it apart. Dark squares of a room are `S_stone` until seen; NLE draws remembered ones as
`S_darkroom`.
"""

import numpy as np
from nle import nethack as nh
from numpy.typing import NDArray

MAX_GLYPH: int = nh.MAX_GLYPH
Table = NDArray[np.bool_]


def _span(start: int, end: int) -> Table:
    table = np.zeros(MAX_GLYPH + 1, bool)
    table[start:end] = True
    return table


IS_NORMAL_MONSTER = _span(nh.GLYPH_MON_OFF, nh.GLYPH_PET_OFF)
IS_PET = _span(nh.GLYPH_PET_OFF, nh.GLYPH_INVIS_OFF)
IS_INVISIBLE = _span(nh.GLYPH_INVIS_OFF, nh.GLYPH_DETECT_OFF)
IS_DETECTED = _span(nh.GLYPH_DETECT_OFF, nh.GLYPH_BODY_OFF)
IS_BODY = _span(nh.GLYPH_BODY_OFF, nh.GLYPH_RIDDEN_OFF)
IS_RIDDEN = _span(nh.GLYPH_RIDDEN_OFF, nh.GLYPH_OBJ_OFF)
IS_OBJECT = _span(nh.GLYPH_OBJ_OFF, nh.GLYPH_CMAP_OFF)
IS_CMAP = _span(nh.GLYPH_CMAP_OFF, nh.GLYPH_EXPLODE_OFF)
IS_EXPLOSION = _span(nh.GLYPH_EXPLODE_OFF, nh.GLYPH_ZAP_OFF)
IS_ZAP = _span(nh.GLYPH_ZAP_OFF, nh.GLYPH_SWALLOW_OFF)
IS_SWALLOW = _span(nh.GLYPH_SWALLOW_OFF, nh.GLYPH_WARNING_OFF)
IS_WARNING = _span(nh.GLYPH_WARNING_OFF, nh.GLYPH_STATUE_OFF)
IS_STATUE = _span(nh.GLYPH_STATUE_OFF, MAX_GLYPH)
IS_MONSTER: Table = IS_NORMAL_MONSTER | IS_PET | IS_DETECTED | IS_RIDDEN | IS_INVISIBLE
"""Anything alive, pets, remembered unseen monsters ('I') and detected ones included."""

MONSTER_OF = np.full(MAX_GLYPH + 1, -1, np.int16)
"""Monster index (into NetHack's list) of a living monster's, a corpse's or a statue's glyph; -1 otherwise."""
for _start in (
    nh.GLYPH_MON_OFF,
    nh.GLYPH_PET_OFF,
    nh.GLYPH_DETECT_OFF,
    nh.GLYPH_BODY_OFF,
    nh.GLYPH_RIDDEN_OFF,
    nh.GLYPH_STATUE_OFF,
):
    MONSTER_OF[_start : _start + nh.NUMMONS] = np.arange(nh.NUMMONS)

OBJECT_OF = np.full(MAX_GLYPH + 1, -1, np.int16)
"""Object index (into NetHack's list) of an object's glyph; -1 otherwise."""
OBJECT_OF[nh.GLYPH_OBJ_OFF : nh.GLYPH_CMAP_OFF] = np.arange(nh.GLYPH_CMAP_OFF - nh.GLYPH_OBJ_OFF)

IS_WEAPON = np.zeros(MAX_GLYPH + 1, bool)
"""A weapon that lies about, ammunition and missiles included."""
for _index in range(nh.NUM_OBJECTS):
    IS_WEAPON[nh.GLYPH_OBJ_OFF + _index] = ord(nh.objclass(_index).oc_class) == nh.WEAPON_CLASS

# Positions in NetHack's `defsyms` (drawing.c), the order of the map symbols.
STONE, VWALL, HWALL = 0, 1, 2
CORNERS_END = 12  # the walls' corners, crosses and T-walls are 3 to 11
DOORLESS, VODOOR, HODOOR, VCDOOR, HCDOOR = 12, 13, 14, 15, 16
BARS, TREE, ROOM, DARKROOM, CORRIDOR, LIT_CORRIDOR = 17, 18, 19, 20, 21, 22
UPSTAIR, DOWNSTAIR, UPLADDER, DOWNLADDER = 23, 24, 25, 26
ALTAR, GRAVE, THRONE, SINK, FOUNTAIN, POOL, ICE, LAVA = 27, 28, 29, 30, 31, 32, 33, 34
VODBRIDGE, HODBRIDGE, VCDBRIDGE, HCDBRIDGE, AIR, CLOUD, WATER = 35, 36, 37, 38, 39, 40, 41
FIRST_TRAP, TRAPS_END = 42, 65
HOLE_LIKE = (54, 55)
"""Hole and trap door."""
LEVEL_TELEPORTER, POLYMORPH_TRAP = 57, 63


def cmap(*symbols: int) -> Table:
    """Return the table that is true for these map symbols."""
    table = np.zeros(MAX_GLYPH + 1, bool)
    for symbol in symbols:
        table[nh.GLYPH_CMAP_OFF + symbol] = True
    return table


IS_STONE = cmap(STONE)
IS_WALL = cmap(*range(VWALL, CORNERS_END))
IS_DOORWAY = cmap(DOORLESS)
"""A doorway without a door, or with a broken one: diagonal steps are free when it is broken only."""
IS_OPEN_DOOR = cmap(VODOOR, HODOOR)
IS_CLOSED_DOOR = cmap(VCDOOR, HCDOOR)
IS_DOOR: Table = IS_DOORWAY | IS_OPEN_DOOR | IS_CLOSED_DOOR
IS_FLOOR = cmap(ROOM, DARKROOM)
IS_CORRIDOR = cmap(CORRIDOR, LIT_CORRIDOR)
IS_UP = cmap(UPSTAIR, UPLADDER)
IS_DOWN = cmap(DOWNSTAIR, DOWNLADDER)
IS_ALTAR = cmap(ALTAR)
IS_FOUNTAIN = cmap(FOUNTAIN)
IS_TRAP = cmap(*range(FIRST_TRAP, TRAPS_END))
IS_WATER = cmap(POOL, WATER)
IS_LAVA = cmap(LAVA)
IS_WALKABLE_CMAP = cmap(
    DOORLESS, VODOOR, HODOOR, ROOM, DARKROOM, CORRIDOR, LIT_CORRIDOR, UPSTAIR, DOWNSTAIR, UPLADDER, DOWNLADDER,
    ALTAR, GRAVE, THRONE, SINK, FOUNTAIN, ICE, VODBRIDGE, HODBRIDGE,
)  # fmt: skip
"""Map symbols one may step on without asking, traps excepted."""

BOULDER_GLYPH = nh.GLYPH_OBJ_OFF + next(i for i in range(nh.NUM_OBJECTS) if nh.OBJ_NAME(nh.objclass(i)) == "boulder")
IS_BOULDER = np.zeros(MAX_GLYPH + 1, bool)
IS_BOULDER[BOULDER_GLYPH] = True
IS_CHAINED = np.zeros(MAX_GLYPH + 1, bool)
"""What a punished hero drags along."""
for _index in range(nh.NUM_OBJECTS):
    IS_CHAINED[nh.GLYPH_OBJ_OFF + _index] = nh.OBJ_NAME(nh.objclass(_index)) in ("heavy iron ball", "iron chain")
IS_ITEM: Table = (IS_OBJECT | IS_BODY | IS_STATUE) & ~IS_BOULDER
"""Things that lie on the floor and do not block the way (statues do not for an NLE hero's path either)."""
