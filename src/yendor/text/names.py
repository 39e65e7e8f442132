"""What each glyph is called, and what its plural is: in nle-language-wrapper's words, or cleaner ones.

The wrapper (Goodger et al. 2023) has two views. Most things are told wherever they are seen; walls, doorways, open
doors, traps and the dark are told only along the eight rays from the hero. Floors and corridors are not told.

Where the clean names differ:

- Things that look alike until they are identified have one name: `white gem` and not `worthless piece of white glass`
  or `white diamond`, `gray stone` and not `gray luckstone`, `crude dagger` and not `orcish dagger`. Glyphs tell these
  apart, the game does not. (Once a kind is identified the game says more than this; the pack's lines do too.)
- `altar`, and not `alter`; plurals as the game writes them.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from nle import nethack as nh
from numpy.typing import NDArray

from yendor.nethack import glyphs as g
from yendor.nethack.monsters import monster
from yendor.nethack.objects import Thing, table

# By position in NetHack's `defsyms`.
_WALLS = (
    "vertical wall", "horizontal wall", "northwest room corner", "northeast room corner", "southwest corner",
    "southeast corner", "cross wall", "t up wall", "t down wall", "t west wall", "t east wall",
)  # fmt: skip
_FLOORS = ("room floor", "dark room floor", "corridor floor", "lit corridor floor")
_TRAPS = (
    "arrow trap", "dart trap", "falling rock trap", "squeaky board", "bear trap", "land mine", "rolling boulder trap",
    "sleeping gas trap", "rust trap", "fire trap", "pit", "spiked pit", "hole", "trap door", "teleportation trap",
    "level teleporter", "magic portal", "web", "statue trap", "magic trap", "anti magic trap", "polymorph trap",
    "vibrating square",
)  # fmt: skip
_EFFECTS = (
    "vertical beam", "horizontal beam", "left slant beam", "right slant beam", "dig beam", "flash beam", "boom left",
    "boom right", "shield 1", "shield 2", "shield 3", "shield 4", "poison cloud", "valid position",
)  # fmt: skip
_EDGES = ("top left", "top center", "top right", "middle left", "middle right", "bottom left", "bottom center",
          "bottom right")  # fmt: skip
_MAP = (
    "dark area", *_WALLS, "doorway", "vertical open door", "horizontal open door", "vertical closed door",
    "horizontal closed door", "bars", "tree", *_FLOORS, "stairs up", "stairs down", "ladder up", "ladder down",
    "alter", "grave", "throne", "sink", "fountain", "pool", "ice", "lava", "vertical lowered drawbridge",
    "horizontal lowered drawbridge", "vertical raised drawbridge", "horizontal raised drawbridge", "air floor",
    "cloud floor", "water floor", *_TRAPS, *_EFFECTS, *(f"swallow {edge}" for edge in _EDGES),
)  # fmt: skip
_ANYWHERE = {
    "horizontal closed door", "vertical closed door", "bars", "tree", "stairs up", "stairs down", "ladder up",
    "ladder down", "alter", "grave", "throne", "sink", "fountain", "pool", "ice", "lava", "vertical raised drawbridge",
    "horizontal raised drawbridge",
}  # fmt: skip
_BLOCKING = {
    "dark area", *_WALLS, "horizontal closed door", "vertical closed door", "horizontal raised drawbridge",
    "vertical raised drawbridge",
}  # fmt: skip
_ZAPS = ("horizontal zap beam", "vertical zap beam", "left slant zap beam", "right slant zap beam")
_EXPLOSION = ("top left", "top center", "top right", "middle left", "middle center", "middle right", "bottom left",
              "bottom center", "bottom right")  # fmt: skip
_WARNINGS = ("worry", "concern", "anxiety", "disquiet", "alarm", "dread")
_WEAPON, _ARMOUR, _RING, _AMULET, _TOOL, _FOOD, _POTION, _SCROLL, _BOOK, _WAND = range(2, 12)
_COIN, _GEM, _ROCK, _BALL, _CHAIN, _VENOM = range(12, 18)
_GRAY_STONES = ("luckstone", "loadstone", "touchstone", "flint")


@dataclass(frozen=True)
class Names:
    """Names by number, and which glyph has which.

    Attributes:
        text: The names, plurals included; all differ.
        plural: By name, the number of its plural.
        anywhere: `[MAX_GLYPH + 1] int16`, the name told wherever the glyph is seen; -1 for none.
        nearby: The same for what is told on the eight rays only.
        blocks: `[MAX_GLYPH + 1] uint8`, whether a ray ends there.
    """

    text: list[str]
    plural: list[int]
    anywhere: NDArray[np.int16]
    nearby: NDArray[np.int16]
    blocks: NDArray[np.uint8]


@cache
def names(clean: bool) -> Names:
    """Return the tables of a style."""
    numbers: dict[str, int] = {}

    def number(name: str) -> int:
        return numbers.setdefault(name, len(numbers)) if name else -1

    anywhere = np.full(nh.MAX_GLYPH + 1, -1, np.int16)
    nearby, blocks = anywhere.copy(), np.zeros(nh.MAX_GLYPH + 1, np.uint8)
    for glyph in range(nh.MAX_GLYPH):
        symbol = glyph - nh.GLYPH_CMAP_OFF
        if not g.IS_CMAP[glyph]:
            anywhere[glyph] = number(_of_glyph(glyph, clean))
            continue
        name = _MAP[symbol]
        told = "altar" if clean and name == "alter" else name
        if name in _ANYWHERE:
            anywhere[glyph] = number(told)
        elif name not in _FLOORS:
            nearby[glyph] = number(told)
            blocks[glyph] = name in _BLOCKING
    plurals = [number((_plural if clean else _wrapper_plural)(name)) for name in list(numbers)]
    plurals += range(len(plurals), len(numbers))  # of a plural: never asked for
    return Names(list(numbers), plurals, anywhere, nearby, blocks)


def _of_glyph(glyph: int, clean: bool) -> str:
    """Name a glyph that is no map symbol."""
    if g.IS_STATUE[glyph]:
        return f"{monster(int(g.MONSTER_OF[glyph])).name} statue"
    if g.IS_WARNING[glyph]:
        return f"unknown creature causing you {_WARNINGS[glyph - nh.GLYPH_WARNING_OFF]}"
    if g.IS_SWALLOW[glyph]:
        return f"swallow {_EDGES[(glyph - nh.GLYPH_SWALLOW_OFF) % len(_EDGES)]}"
    if g.IS_ZAP[glyph]:
        return _ZAPS[(glyph - nh.GLYPH_ZAP_OFF) % len(_ZAPS)]
    if g.IS_EXPLOSION[glyph]:
        return f"explosion {_EXPLOSION[(glyph - nh.GLYPH_EXPLODE_OFF) % len(_EXPLOSION)]}"
    if g.IS_OBJECT[glyph]:
        thing = table()[int(g.OBJECT_OF[glyph])]
        return _clean_thing(thing) if clean else _thing(thing)
    if g.IS_INVISIBLE[glyph]:
        return "invisible creature"
    name = monster(int(g.MONSTER_OF[glyph])).name
    if g.IS_RIDDEN[glyph]:
        return f"ridden {name}"
    if g.IS_BODY[glyph]:
        return f"{name} corpse"
    if g.IS_DETECTED[glyph]:
        return f"detected {name}"
    return f"tame {name}" if g.IS_PET[glyph] else name


_KINDS = {_RING: "ring", _POTION: "potion", _BOOK: "spellbook", _WAND: "wand"}


def _thing(thing: Thing) -> str:
    name, looks, kind = thing.name, thing.appearance, thing.kind
    if kind in _KINDS:
        return f"{looks} {_KINDS[kind]}"
    if kind in (_ARMOUR, _TOOL):
        return looks or name
    if kind == _AMULET:
        return looks if "Amulet" in looks else f"{looks} amulet"
    if kind == _SCROLL:
        return f"scroll labeled {looks}"
    if kind == _GEM:
        return name if looks in name else f"{looks} {name}"
    return f"splash of {name}" if kind == _VENOM else name + (looks if kind == _FOOD else "")


def _clean_thing(thing: Thing) -> str:
    looks = thing.appearance
    if thing.kind == _GEM and looks:
        return "gray stone" if thing.name in _GRAY_STONES else f"{looks} gem"
    if thing.kind == _SCROLL and looks in ("unlabeled", "stamped"):
        return f"{looks} scroll"
    return looks if thing.kind in (_WEAPON, _VENOM) and looks else _thing(thing)


_UNCOUNTED = ("boots", "shoes", "scales", "lenses", "bars")
_FIRST_WORDS = ("boom ", "shield ", "swallow ", "scroll ", "worthless piece ", "unknown creature ")


def _wrapper_plural(name: str) -> str:
    """Return the wrapper's plural, its slips included (`area of ice`, `jackbootses` of what ends in s)."""
    if name.endswith(_UNCOUNTED):
        return name
    special = {"can of grease": "cans of grease", "Master of Thieves": "Masters of Thieves",
               "ice": "area of ice", "lava": "area of lava"}  # fmt: skip
    if name in special:
        return special[name]
    for first in _FIRST_WORDS:
        if name.startswith(first):
            return f"{first[:-1]}s {name[len(first) :]}"
    if name.endswith("y") and name[-2] not in "aeiou":
        return name[:-1] + "ies"
    if name.endswith(("z", "x", "sh", "s")):
        return name + "es"
    if name.endswith("f"):
        return (name[:-2] if name.endswith("ff") else name[:-1]) + "ves"
    return name + "s"


_UNCHANGED = (
    *_UNCOUNTED, "gloves", "gauntlets", "ninja", "ronin", "samurai", "shuriken", "ya", "fish", "manes", "tengu",
    "roshi", "piranha", "ki-rin", "Nazgul", "-hai", "stairs up", "stairs down",
)  # fmt: skip
_IRREGULAR = {
    "mumak": "mumakil", "djinni": "djinn", "homunculus": "homunculi", "incubus": "incubi", "succubus": "succubi",
    "erinys": "erinyes", "vortex": "vortices", "fungus": "fungi", "lotus": "lotuses", "staff": "staves",
    "ice": "areas of ice", "lava": "areas of lava", "mouse": "mice", "louse": "lice", "foot": "feet",
    "child": "children", "nemesis": "nemeses", "knife": "knives", "tooth": "teeth", "candelabrum": "candelabra",
    "baluchitherium": "baluchitheria", "dingo": "dingoes",
}  # fmt: skip
_TAILS = (" statue", " corpse")
_HEADS = (" of ", " labeled ", " causing ", " the ")
_PLACES = (" above", " up", " down")
_PARTS = ("swallow", "explosion", "boom", "shield")
_MEN = ("man", "caveman", "cavewoman", "watchman")


def _plural(name: str) -> str:
    """Return the plural as NetHack makes it: of `scroll labeled X` and `can of grease` that of the first noun."""
    if name.endswith(_UNCHANGED):
        return name
    if name.endswith(_TAILS):
        return name + "s"
    for mark in _HEADS:
        head, found, rest = name.partition(mark)
        if found:
            return _plural(head) + mark + rest
    first, space, last = name.partition(" ")
    if first in _PARTS:
        return f"{first}s {last}"
    for place in _PLACES:
        if name.endswith(place):
            return _plural(name.removesuffix(place)) + place
    first, space, last = name.rpartition(" ")
    return first + space + _plural_word(last)


def _plural_word(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _MEN:
        return word[:-3] + "men"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("z", "x", "sh", "ch", "s")):
        return word + "es"
    if word.endswith(("elf", "olf", "alf", "arf", "eaf")):
        return word[:-1] + "ves"
    return word + "s"
