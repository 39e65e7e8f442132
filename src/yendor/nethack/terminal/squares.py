"""The map's glyphs, chosen among the candidates of each square by what is near it and what was there before."""

from functools import cache
from typing import NamedTuple

import numpy as np
from nle import nethack as nh
from numpy.typing import NDArray

from yendor.nethack import glyphs as g
from yendor.nethack.monsters import index_of, monster
from yendor.nethack.terminal.symbols import candidates

Map = NDArray[np.int16]
ROWS, COLUMNS = 21, 79
_BARS, _DASH, _DOT, _CORPSE, _PLUS, _HASH = (ord(c) for c in "|-.%+#")
_GREY, _BROWN = 7, 3
_FREQUENCY, _UNMADE, _UNIQUE = 0x7, 0x0200, 0x1000
_SIDES = ((-1, 0), (1, 0), (0, -1), (0, 1))
_TRACKED = 3
"""Squares that a creature may have gone since the screen before, and still be taken for the same."""
_SMALL_PETS = tuple(map(index_of, ("little dog", "kitten", "pony")))
_PETS = (*_SMALL_PETS, *map(index_of, ("dog", "large dog", "housecat", "large cat", "horse", "warhorse")))
_NAMED = {index_of("shopkeeper"): 2.0, index_of("aligned priest"): 0.4, index_of("watchman"): 0.5}
"""Kinds that are placed, not generated, and yet often met."""


_LATE = 4
"""Screens after which the corpse of somebody who is gone may still appear: messages come first."""


_LEFT_BEHIND = 25.0
"""How common a corpse is for each point of its kind's frequency, on the scale of objects' probabilities: more of them
are left by fights than any fruit is generated."""


class Setting(NamedTuple):
    """What a screen says beside its map.

    Attributes:
        square: The hero's (row, column); None while unknown.
        own: Monster index of the hero's role; -1 while unknown.
        depth: Dungeon level by depth.
        xl: Experience level.
        message: The message, in lower case.
        key: What tells the levels apart.
    """

    square: tuple[int, int] | None
    own: int
    depth: int
    xl: int
    message: str
    key: tuple[int, int]


@cache
def _rarity(index: int, depth: int, xl: int) -> float:
    """Weigh a kind of monster by how often it is generated here (makemon.c)."""
    kind = nh.permonst(index)
    weight = float(kind.geno & _FREQUENCY)
    if kind.geno & (_UNMADE | _UNIQUE) or weight == 0:
        weight = _NAMED.get(index, 0.01)
    above = max(monster(index).difficulty - (depth + xl) // 2, 0)
    below = max(depth // 6 - monster(index).difficulty, 0)
    return float(weight * 0.7 ** (above + below))


@cache
def _alive(char: int, colour: int) -> tuple[int, ...]:
    """Return the monsters (indices) that look so."""
    found = candidates(char, colour)
    return tuple(int(index) for index in g.MONSTER_OF[found[g.IS_NORMAL_MONSTER[found]]])


@cache
def likeliest(char: int, colour: int, depth: int, xl: int) -> int:
    """Return the monster that looks so and is met most often at a depth; -1 for none."""
    return max(_alive(char, colour), key=lambda index: _rarity(index, depth, xl), default=-1)


def _lying(index: int) -> float:
    """Weigh a kind of object by how often it lies about: what is too heavy to carry off stays where it is."""
    kind = nh.objclass(index)
    return float(kind.oc_prob) * (2.0 if kind.oc_weight >= 300 else 1.0)


def _rank(glyph: int) -> tuple[float, float]:
    """Order candidates where nothing else is known: lasting things, things that lie about, the living, effects."""
    if g.IS_CMAP[glyph]:
        offset = glyph - nh.GLYPH_CMAP_OFF
        return (4.0 if offset < g.TRAPS_END else 0.0), -offset / 1000 - (offset in (g.STONE, g.DOORLESS))
    if glyph == g.BOULDER_GLYPH:
        return 4.5, 0.0
    if g.IS_OBJECT[glyph]:
        return 3.0, _lying(int(g.OBJECT_OF[glyph]))
    index = int(g.MONSTER_OF[glyph])
    if g.IS_BODY[glyph]:
        return 3.0, _LEFT_BEHIND * _rarity(index, 4, 4)
    if g.IS_NORMAL_MONSTER[glyph]:
        return 2.0, _rarity(index, 4, 4)
    if g.IS_INVISIBLE[glyph] or g.IS_WARNING[glyph]:
        return 1.5, 0.0
    if g.IS_STATUE[glyph]:
        return 1.0, _rarity(index, 4, 4)
    return -1.0, 0.0


@cache
def _defaults() -> tuple[Map, NDArray[np.bool_]]:
    """Return for [256, 16] looks the glyph without context, and which need a closer look."""
    default = np.full((256, 16), nh.GLYPH_CMAP_OFF + g.STONE, np.int16)
    close = np.zeros((256, 16), bool)
    for char in range(33, 256):
        for colour in range(16):
            found = candidates(char, colour)
            if not len(found):
                continue
            default[char, colour] = max(found.tolist(), key=_rank)
            close[char, colour] = char == _CORPSE or bool(g.IS_NORMAL_MONSTER[default[char, colour]])
    return default, close


def _neighbour(cells: NDArray[np.uint8], down: int, right: int) -> NDArray[np.uint8]:
    out = np.full((ROWS, COLUMNS), 32, np.uint8)
    rows, columns = slice(max(-down, 0), ROWS - max(down, 0)), slice(max(-right, 0), COLUMNS - max(right, 0))
    out[rows, columns] = cells[max(down, 0) : ROWS + min(down, 0), max(right, 0) : COLUMNS + min(right, 0)]
    return out


def _place_walls(glyphs: Map, chars: NDArray[np.uint8], colours: NDArray[np.int8]) -> None:
    """Tell doorways from floor, books from doors, and corners from walls, by what stands beside them."""
    grey = colours & 15 == _GREY
    wall = np.where(grey & ((chars == _BARS) | (chars == _DASH)), chars, np.where(chars == 32, 32, 0)).astype(np.uint8)
    up, down, left, right = (_neighbour(wall, *step) for step in _SIDES)
    lying = (left > 0) & (right > 0) & ((left == _DASH) | (right == _DASH))
    standing = (up > 0) & (down > 0) & ((up == _BARS) | (down == _BARS))
    open_floor = sum((_neighbour(chars, *step) == _DOT).astype(np.int8) for step in _SIDES)
    path = np.where((chars == _HASH) & grey, chars, 0).astype(np.uint8)
    outlet = np.logical_or.reduce([_neighbour(path, *step) == _HASH for step in _SIDES]) & (open_floor <= 2)
    glyphs[(chars == _DOT) & grey & (lying | standing | outlet)] = nh.GLYPH_CMAP_OFF + g.DOORLESS
    corner = (chars == _DASH) & grey
    for offset, one, other in zip(range(3, 7), (down, down, up, up), (right, left, right, left), strict=True):
        opposite = (left if other is right else right) == _DASH
        glyphs[corner & (one == _BARS) & (other == _DASH) & ~opposite] = nh.GLYPH_CMAP_OFF + offset
    doors = (chars == _PLUS) & (colours & 15 == _BROWN)
    glyphs[doors & lying] = nh.GLYPH_CMAP_OFF + g.HCDOOR
    loose = doors & ~lying & ~standing
    if loose.any():
        books = candidates(_PLUS, _BROWN)
        books = books[g.IS_OBJECT[books]]
        glyphs[loose & (open_floor >= 2)] = max(books.tolist(), key=_rank)


class Squares:
    """Chooses glyphs screen by screen.

    Creatures are followed from screen to screen; a corpse is of the creature that stood there; a dog, a cat or a
    pony is taken for a pet, and so is whoever the hero changes places with.
    """

    def __init__(self) -> None:
        self.glyphs: Map = np.full((ROWS, COLUMNS), nh.GLYPH_CMAP_OFF + g.STONE, np.int16)
        self._creatures: dict[tuple[int, int], tuple[int, int]] = {}
        self._gone: dict[tuple[int, int], tuple[int, int]] = {}
        self._screen = 0
        self._corpses: dict[tuple[int, int], dict[tuple[int, int], tuple[int, int]]] = {}
        self._things: dict[tuple[int, int], dict[tuple[int, int], int]] = {}
        self._key = (0, 0)
        self._square: tuple[int, int] | None = None

    def read(self, chars: NDArray[np.uint8], colours: NDArray[np.int8], setting: Setting) -> Map:
        """Return the glyphs [21, 79] int16 of a map that nothing covers.

        Args:
            chars: [21, 79] its characters.
            colours: [21, 79] their colours, 0 to 31.
            setting: What else the screen says.
        """
        default, close = _defaults()
        plain = colours & 15
        glyphs = default[chars, plain]
        if setting.square is not None and self._engulfed(glyphs, chars, plain, setting):
            self._creatures = {}
        else:
            _place_walls(glyphs, chars, colours)
            if setting.key != self._key:
                self._creatures, self._gone = {}, {}
            looks = chars.astype(np.int16) * 32 + colours
            rows, columns = np.nonzero(close[chars, plain])
            self._look_closely(glyphs, looks, list(zip(rows.tolist(), columns.tolist(), strict=True)), setting)
            for place, thing in self._things.get(setting.key, {}).items():
                if thing in candidates(int(chars[place]), int(plain[place])):
                    glyphs[place] = thing
        self.glyphs, self._key, self._square = glyphs, setting.key, setting.square
        return glyphs

    def note(self, square: tuple[int, int], glyph: int) -> None:
        """Remember the glyph of what lies on a square of the level that was read last."""
        if glyph != nh.MAX_GLYPH:
            self._things.setdefault(self._key, {})[square] = glyph

    def _look_closely(
        self, glyphs: Map, looks: NDArray[np.int16], places: list[tuple[int, int]], setting: Setting
    ) -> None:
        before, now = self._creatures, dict[tuple[int, int], tuple[int, int]]()
        free = {place: found for place, found in before.items() if looks[place] != found[0]}
        for place in places:
            look = int(looks[place])
            if place == setting.square:
                if setting.own >= 0 and look >> 5 == ord("@"):
                    glyphs[place] = nh.GLYPH_MON_OFF + setting.own
            elif look >> 5 == _CORPSE:
                glyphs[place] = self._corpse(place, look, int(glyphs[place]), setting)
            else:
                found = before.get(place)
                glyph = found[1] if found is not None and found[0] == look else self._follow(place, look, free)
                glyph = self._creature(look, setting) if glyph < 0 else glyph
                glyphs[place] = glyph
                if g.IS_MONSTER[glyph]:
                    now[place] = (look, glyph)
        if "you swap places" in setting.message and self._square in now:
            look, glyph = now[self._square]
            glyphs[self._square] = nh.GLYPH_PET_OFF + int(g.MONSTER_OF[glyph])
            now[self._square] = (look, int(glyphs[self._square]))
        self._screen += 1
        self._gone = {place: gone for place, gone in self._gone.items() if self._screen - gone[1] <= _LATE}
        self._gone |= {place: (glyph, self._screen) for place, (_, glyph) in free.items()}
        self._creatures = now

    @staticmethod
    def _follow(place: tuple[int, int], look: int, free: dict[tuple[int, int], tuple[int, int]]) -> int:
        """Find who has come here: the nearest of those who looked so and are gone from their squares; -1 for none."""
        near = [
            (max(abs(r - place[0]), abs(c - place[1])), (r, c)) for (r, c), found in free.items() if found[0] == look
        ]
        distance, origin = min(near, default=(99, place))
        return free.pop(origin)[1] if distance <= _TRACKED else -1

    @staticmethod
    def _creature(look: int, setting: Setting) -> int:
        """Choose who stands here, seen for the first time."""
        char, colour = look >> 5, look & 31
        kinds = _alive(char, colour & 15)
        named = [index for index in kinds if monster(index).name in setting.message] if setting.message else []
        index = max(named, key=lambda i: len(monster(i).name)) if named else -1
        if index < 0:
            index = likeliest(char, colour & 15, max(setting.depth, 1), max(setting.xl, 1))
        if index < 0:
            return int(_defaults()[0][char, colour & 15])
        pet = colour & 16 or index in _PETS
        return (nh.GLYPH_PET_OFF if pet else nh.GLYPH_MON_OFF) + index

    def _corpse(self, place: tuple[int, int], look: int, default: int, setting: Setting) -> int:
        known = self._corpses.setdefault(setting.key, {})
        if place in known and known[place][0] == look:
            return known[place][1]
        found = candidates(_CORPSE, look & 15)
        here = self._creatures.get(place, (0, -1))[1]
        dead = here if here >= 0 else self._gone.get(place, (-1, 0))[0]
        fallen = nh.GLYPH_BODY_OFF + int(g.MONSTER_OF[dead]) if dead >= 0 else -1
        if fallen not in found:
            killed = (int(b) for b in found[g.IS_BODY[found]] if _killed(int(g.MONSTER_OF[b]), setting.message))
            fallen = next(killed, -1)
        glyph = fallen if fallen in found else default
        known[place] = (look, glyph)
        return glyph

    @staticmethod
    def _engulfed(glyphs: Map, chars: NDArray[np.uint8], colours: NDArray[np.int8], setting: Setting) -> bool:
        """Draw the inside of an engulfer: eight strokes around the hero, and nothing else on the map."""
        row, column = setting.square or (0, 0)
        if not (0 < row < ROWS - 1 and 0 < column < COLUMNS - 1) or np.count_nonzero(chars != 32) > 9:
            return False
        around = chars[row - 1 : row + 2, column - 1 : column + 2].reshape(-1)
        strokes = bytes(np.delete(around, 4))
        if strokes != b"/-\\||\\-/":
            return False
        colour = int(colours[row - 1, column - 1])
        kinds = [i for i in range(nh.NUMMONS) if nh.permonst(i).mcolor == colour and _engulfs(i)]
        index = max(kinds, key=lambda i: _rarity(i, setting.depth, setting.xl), default=index_of("fog cloud"))
        offsets = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if r or c]
        for part, (r, c) in enumerate(offsets):
            glyphs[row + r, column + c] = nh.GLYPH_SWALLOW_OFF + index * 8 + part
        return True


@cache
def _engulfs(index: int) -> bool:
    return any(attack.kind == "engl" for attack in monster(index).attacks)


def _killed(index: int, message: str) -> bool:
    name = monster(index).name
    return name in message and any(f"{how} the {name}" in message for how in ("kill", "destroy"))
