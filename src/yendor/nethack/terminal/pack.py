"""The inventory as the screens told of it: listings, and the lines by which things come to the pack."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from nle import nethack as nh
from numpy.typing import NDArray

from yendor.nethack import items as it
from yendor.nethack.monsters import NUMBER, monster
from yendor.nethack.prompts import spell_out
from yendor.nethack.terminal.starting import starting_pack

SIZE, WIDTH = 55, 80
"""NLE's: lines of the inventory, and bytes of each."""

_NO_CLASS, _NO_GLYPH = 18, nh.MAX_GLYPH
_CORPSE_GLYPH = nh.GLYPH_BODY_OFF
HEADINGS: dict[str, int] = {
    "Weapons": it.WEAPON, "Armor": it.ARMOR, "Rings": it.RING, "Amulets": it.AMULET, "Tools": it.TOOL,
    "Comestibles": it.FOOD, "Potions": it.POTION, "Scrolls": it.SCROLL, "Spellbooks": it.SPELLBOOK, "Wands": it.WAND,
    "Coins": it.COIN, "Gems": it.GEM, "Gems/Stones": it.GEM, "Boulders/Statues": it.ROCK, "Iron balls": 15,
    "Chains": 16, "Venoms": 17,
}  # fmt: skip
"""Headings of a listing of the pack, with the object class of what follows."""

_LINE = re.compile(r"^([a-zA-Z$#]) - (\S.*)$")
_GAINED = re.compile(
    r"(?:^|[.!] +)(?:You now wield |You have a little trouble lifting )?([a-zA-Z$]) - "
    r"(.+?)(?: \(\d+ in total\))?(?=[.!](?: |$)|$)"
)
_EMPTY = re.compile(r"Not carrying anything|You are empty handed\.$")
_STATES = re.compile(
    r"\b(?:partly eaten|poisoned|diluted|greased|fixed|(?:very |thoroughly )?(?:rusty|rusted|corroded|burnt|rotted)"
    r"|(?:rust|fire|corrode|rot)proof|erodeproof|empty|locked|unlocked|broken) "
)
_NAMED = re.compile(r" (?:called|named) .*$")
_CLASS_WORDS = {
    "potion": it.POTION, "scroll": it.SCROLL, "ring": it.RING, "wand": it.WAND, "spellbook": it.SPELLBOOK,
    "amulet": it.AMULET, "gem": it.GEM, "stone": it.GEM, "gold piece": it.COIN, "corpse": it.FOOD, "egg": it.FOOD,
    "tin": it.FOOD, "statue": it.ROCK,
}  # fmt: skip


_SAMURAI = {
    "wakizashi": "short sword", "ninja-to": "broadsword", "nunchaku": "flail", "naginata": "glaive",
    "osaku": "lock pick", "koto": "wooden harp", "shito": "knife", "tanko": "plate mail", "kabuto": "helmet",
    "yugake": "leather gloves", "gunyoki": "food ration", "sake": "booze",
}  # fmt: skip
"""What a Samurai calls things (objnam.c)."""
_ALL = range(1, 18)
_ASKED_OF: dict[str, Sequence[int]] = {
    "eat": (it.FOOD,), "quaff": (it.POTION,), "drink": (it.POTION,), "read": (it.SCROLL, it.SPELLBOOK),
    "zap": (it.WAND,), "drop": _ALL,
}  # fmt: skip
_USED = re.compile(r"What do you want to (eat|quaff|drink|read|throw|drop)\?")
_ASKED = re.compile(
    r"What do you want to (?P<verb>eat|quaff|drink|read|zap|drop)\? \[(?P<letters>[^\]]*)\]"
    r"|You don't have anything to (?P<none>eat|quaff|drink|read|zap|drop)"
)


class Kind(NamedTuple):
    """What a thing's name says it is: object class (18 for none), and glyph (NLE's "no glyph" for unknown)."""

    kind: int
    glyph: int


@cache
def _words() -> dict[str, Kind]:
    """Return names and looks as the inventory words them, each with its kind."""
    out: dict[str, Kind] = {}
    by_class = {kind: word for word, kind in list(_CLASS_WORDS.items())[:6]}
    for index in range(nh.NUM_OBJECTS):
        thing = nh.objclass(index)
        kind = Kind(ord(thing.oc_class), nh.GLYPH_OBJ_OFF + index)
        name, looks, word = nh.OBJ_NAME(thing), nh.OBJ_DESCR(thing), by_class.get(ord(thing.oc_class))
        for text in (f"{word} of {name}" if word else name, name):
            if name:
                out.setdefault(text, kind)
        if looks and word == "scroll":
            out.setdefault(f"scroll labeled {looks}", kind)
        for own, common in _SAMURAI.items():
            if name == common:
                out.setdefault(f"{word} of {own}" if word else own, kind)
        for text in (f"{looks} {word}" if word else looks, f"{looks} gem" if kind.kind == it.GEM else looks):
            if looks:
                out.setdefault(text, kind)
    return out


@cache
def _corpses() -> dict[str, int]:
    return {monster(index).name: index for index in range(NUMBER)}


def _singular(name: str) -> list[str]:
    """Return what a name may be in the singular, itself first."""
    head, of, rest = name.partition(" of ")
    forms = [name, name.removesuffix("s"), name.removesuffix("es"), re.sub(r"ves$", "fe", name)]
    forms += [f"{head.removesuffix('s')}{of}{rest}", re.sub(r"\b(scroll|potion|book|coin|piece)s\b", r"\1", name)]
    forms += [re.sub(r" stones?$", "", name), "potion of water" if "holy water" in name else name]
    return list(dict.fromkeys(forms))


@lru_cache(maxsize=4096)
def kind_of(text: str, expected: int = _NO_CLASS) -> Kind:
    """Tell what an inventory line's text names.

    Args:
        text: `2 uncursed food rations (being eaten)`, or any part of it that names the thing.
        expected: Object class, where the listing's heading told it.
    """
    name = _NAMED.sub("", _STATES.sub("", it.read_item("a", text, 0, 0).name))
    name = name.removeprefix("pair of ").removeprefix("pairs of ").removeprefix("set of ").removeprefix("sets of ")
    owner = re.fullmatch(r"(?:an? |the )?(.+?) corpses?", name)
    if owner and owner[1] in _corpses():
        return Kind(it.FOOD, _CORPSE_GLYPH + _corpses()[owner[1]])
    forms = _singular(name)
    known = next((found for form in forms if (found := _words().get(form))), None)
    if known is not None and expected in (_NO_CLASS, known.kind):
        return known
    told = next((kind for word, kind in _CLASS_WORDS.items() if any(re.search(rf"\b{word}\b", f) for f in forms)), None)
    return Kind(expected if expected != _NO_CLASS else told or _NO_CLASS, _NO_GLYPH)


class Pack:
    """The inventory, letter by letter."""

    def __init__(self) -> None:
        self._lines: dict[str, tuple[str, Kind]] = {}
        self._listing: dict[str, tuple[str, Kind]] = {}

    def start(self, role: str, race: str) -> None:
        """Take in what a role begins with, where nothing else is known of the pack."""
        if not self._lines:
            letters = "abcdefghijklmnopqrstuvwxyz"
            for letter, text in zip(letters, starting_pack(role, race), strict=False):
                self._lines[letter] = (text, kind_of(text))

    def hear(self, message: str) -> None:
        """Take in what a message says came to the pack: `f - 3 food rations.`"""
        self._answer(message)
        if " - " not in message:
            return
        for letter, text in _GAINED.findall(message):
            self._lines[letter] = (text, kind_of(text, it.COIN if letter == "$" else _NO_CLASS))

    def use(self, question: str, letter: str) -> None:
        """Take in which thing was named at a question: eaten, drunk, read, thrown, there is one less of it."""
        asked = _USED.search(question)
        if asked is None or letter not in self._lines:
            return
        text, kind = self._lines[letter]
        count = re.match(r"(\d+) ", text)
        if asked[1] == "read" and kind.kind != it.SCROLL:
            return
        left = int(count[1]) - 1 if count else 0
        if asked[1] == "throw" and count:
            left = max(left, 1)  # how many missiles the hero began with is a guess
        if left and count and asked[1] != "drop":
            self._lines[letter] = (f"{left} {text[count.end() :]}", kind)
        else:
            del self._lines[letter]

    def _answer(self, question: str) -> None:
        """Take in a question's letters: what could be eaten (drunk, read, ...) and is not offered, is gone."""
        asked = _ASKED.search(question)
        if asked is None:
            return
        classes = _ASKED_OF.get(asked["verb"] or asked["none"], ())
        left = set(spell_out((asked["letters"] or "").split(" or ")[0]))
        self._lines = {
            letter: line for letter, line in self._lines.items()
            if letter in left or (classes != _ALL and line[1].kind not in classes)
        }  # fmt: skip

    def see(self, lines: list[str], page: int, pages: int, whole: bool) -> None:
        """Take in a page of a listing.

        Args:
            lines: From the top of the window.
            page: Its number, 1 for the first.
            pages: How many there are.
            whole: The listing is of the whole pack, so that what it leaves out is gone.
        """
        if page == 1:
            self._listing = {}
        kind = next((k for _, k in reversed(self._listing.values())), Kind(_NO_CLASS, 0)).kind
        for line in lines:
            heading = HEADINGS.get(line.split("  ")[0].strip())
            found = _LINE.match(line.strip())
            if heading is not None:
                kind = heading
            elif found:
                known = self._lines.get(found[1])
                text = found[2].strip()
                if known is not None and known[0].startswith(text):
                    text = known[0]  # a terminal wider than what we are given: the line is cut
                self._listing[found[1]] = (text, kind_of(text, kind))
        if page == pages and self._listing:
            self._lines = dict(self._listing) if whole else self._lines | self._listing

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return NLE's `inv_strs` [55, 80], `inv_letters`, `inv_oclasses` [55] uint8, and `inv_glyphs` [55] int16."""
        strs = np.zeros((SIZE, WIDTH), np.uint8)
        letters = np.zeros(SIZE, np.uint8)
        classes = np.full(SIZE, _NO_CLASS, np.uint8)
        glyphs = np.full(SIZE, _NO_GLYPH, np.int16)
        for row, letter in enumerate(sorted(self._lines, key=_place)[:SIZE]):
            text, kind = self._lines[letter]
            raw = text.encode("latin-1", "replace")[: WIDTH - 1]
            strs[row, : len(raw)] = np.frombuffer(raw, np.uint8)
            letters[row], classes[row], glyphs[row] = ord(letter), kind.kind, kind.glyph
        return {"inv_strs": strs, "inv_letters": letters, "inv_oclasses": classes, "inv_glyphs": glyphs}


def _place(letter: str) -> tuple[bool, bool, str]:
    """Order letters as NLE does: gold, small letters, capitals, the rest."""
    return letter != "$", not letter.islower(), letter


def is_listing(lines: list[str]) -> bool:
    """Tell whether a window lists the pack: its first line is a heading of a class, not a question."""
    first = next((line.strip() for line in lines if line.strip()), "")
    return first.split("  ")[0] in HEADINGS
