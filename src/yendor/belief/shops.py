"""Shops: where they are, and whether their keepers are owed something, or angry."""

import re
from typing import TYPE_CHECKING

import numpy as np

from yendor.belief import terrain as t
from yendor.belief.level import Level, Square
from yendor.nethack.bottomline import Condition
from yendor.nethack.monsters import index_of

if TYPE_CHECKING:
    from yendor.belief.belief import Belief

SHOPKEEPER = index_of("shopkeeper")
_INSIDE = re.compile(
    r"\((?:for sale|unpaid), \d+ zorkmid|zorkmids? for this |\bWelcome(?: again)? to [A-Z]\S*'s? (?!.*[Zz]oo)"
)
_ROBBED = re.compile(r"You stole .* worth of merchandise")
_DUE = re.compile(r"[Pp]lease pay|[Uu]sage fee|You owe|you bought it")
_SETTLED = re.compile(r"You do not owe|You pay |Thank you for shopping|n't have enough|no shopkeeper here|near enough")
_CONTENT = re.compile(r"calms down|Satisfied, .* suddenly disappears")
_WRATH = re.compile(
    r"scum!|(?<!The )(?<!invisible )\b(?!It\b)[A-Z][\w'-]+ (?:gets angry|hits!|zaps|swings (?:his|her)|thrusts)"
)
"""A shopkeeper's, who goes by his name: as with a thief, his level is left alone."""
_ROOM = 24
"""Squares that a room is wide at most, give or take."""


def hear(belief: "Belief", message: str) -> None:
    """Draw what concerns shops from a message."""
    level, turn = belief.level, belief.hero.turn
    if _INSIDE.search(message):
        mark(level, belief.square)
    if "(for sale, " in message:
        level.goods.add(belief.square)
    robbed = _ROBBED.search(message)
    if robbed or (any(c.species == SHOPKEEPER for c in belief.creatures) and _WRATH.search(message)):
        level.wrath = turn
        belief.peaceful.angry.add("shopkeeper")
    if robbed or _DUE.search(message):
        belief.debt = True
    content = _CONTENT.search(message)
    if content:
        level.wrath = Level.wrath
        belief.peaceful.angry.discard("shopkeeper")
    if content or _SETTLED.search(message):
        belief.debt = False


def see(belief: "Belief") -> None:
    """Take the room of a shopkeeper for a shop."""
    keeper = next((c for c in belief.creatures if c.species == SHOPKEEPER), None)
    if keeper is not None and not belief.hero.condition & Condition.HALLUCINATING:  # when anybody may look like one
        mark(belief.level, (keeper.row, keeper.column))


def mark(level: Level, square: Square) -> None:
    """Take the room around a square for a shop."""
    if level.shop[square]:
        return
    floor = level.terrain == t.FLOOR
    room = np.zeros((t.ROWS, t.COLUMNS), bool)
    room[square] = True
    for _ in range(_ROOM):
        wider = t.grow(room) & floor
        if (wider == room).all():
            break
        room = wider
    stairs = (level.terrain == t.UP) | (level.terrain == t.DOWN)
    if not (t.grow(room) & stairs).any():  # no shop has any (mkroom.c)
        level.shop |= room
