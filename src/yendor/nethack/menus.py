"""Menus: title, items with their letters, and where one stands in the pages."""

import re
from typing import NamedTuple

from yendor.core.agent import Observation
from yendor.nethack.prompts import screen_lines

_ITEM = re.compile(r"^([a-zA-Z$#*?]) ([-+#]) (.*)$")
_END = re.compile(r"\((?:(end)|(\d+) of (\d+))\)\s*$")


class MenuItem(NamedTuple):
    """One line of a menu that can be chosen."""

    letter: str
    text: str
    selected: bool
    heading: str


class Menu(NamedTuple):
    """One page of a menu; `pages` is 1 for `(end)`."""

    title: str
    items: tuple[MenuItem, ...]
    page: int
    pages: int


def read_menu(observation: Observation) -> Menu | None:
    """Read the menu on the screen; None when there is none. Never raises.

    NetHack draws a menu from some column to the right end, with `(end)` or `(1 of 2)` below.
    """
    lines = screen_lines(observation)
    row, found = next(((r, m) for r, line in enumerate(lines) if (m := _END.search(line.rstrip()))), (0, None))
    if found is None:
        return None
    left = found.start()
    title, heading, items = "", "", []
    for line in lines[:row]:
        text = line[left:].strip()
        match = _ITEM.match(text)
        if match:
            items.append(MenuItem(match[1], match[3].strip(), match[2] != "-", heading))
        elif text:
            title, heading = title or text, text
    page, pages = (1, 1) if found[1] else (int(found[2]), int(found[3]))
    return Menu(title, tuple(items), page, pages)
