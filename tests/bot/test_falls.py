"""Traps that lead elsewhere, and what a beast drops: where the hero goes, and what it comes back for."""

from collections.abc import Callable

import numpy as np
import pytest
from nle import nethack as nh

from yendor.belief import planes
from yendor.belief import terrain as t
from yendor.belief.belief import FALLS, Belief
from yendor.belief.hearing import hear
from yendor.bot.state import State
from yendor.nethack import actions as a
from yendor.nethack import glyphs as g
from yendor.nethack.prompts import Kind, Prompt

Heroes = Callable[..., Belief]
DOOR = (9, 31)
BEYOND = (9, 32)


def behind(belief: Belief, symbol: int) -> Belief:
    """A corridor behind a trap in the doorway of the hero's room."""
    glyphs = np.full((21, 79), nh.GLYPH_CMAP_OFF + g.ROOM, np.int16)
    glyphs[DOOR] = nh.GLYPH_CMAP_OFF + symbol
    belief.level.terrain[DOOR] = t.CODE_OF[glyphs[DOOR]]
    planes.mark(belief.level.falls, FALLS, glyphs)
    belief.level.terrain[BEYOND] = t.CORRIDOR
    return belief


@pytest.mark.parametrize(
    ("symbol", "crossed"), [(42, True), (46, True), (54, False), (55, False), (56, True), (57, False), (63, False)]
)
def test_nobody_explores_over_what_takes_it_elsewhere(in_a_room: Heroes, symbol: int, *, crossed: bool) -> None:
    belief = behind(in_a_room(), symbol)
    assert State(belief).distances[BEYOND] < 0
    assert bool(State(belief, traps=True).distances[BEYOND] > 0) is crossed
    assert State(belief, traps=True, falls=True).distances[BEYOND] > 0


def test_what_a_beast_drops_is_fetched_again(in_a_room: Heroes) -> None:
    for beast in (False, True):
        belief = in_a_room(turn=9000)
        belief.shifted = 9500 if beast else 0
        belief.prompt, belief.command = Prompt(Kind.ITEM, "What do you want to drop?"), a.DROP
        belief.note_key(a.KEYS.index(ord("b")))
        assert belief.level.dropped == ({belief.square} if beast else set())


@pytest.mark.parametrize(
    "message",
    ["There's a gaping hole under you!", "A trap door opens up under you!", "You dig a hole through the floor."],
)
def test_a_hole_is_remembered_under_what_lies_on_it(in_a_room: Heroes, message: str) -> None:
    belief = in_a_room()
    belief.message = message
    hear(belief)
    belief.hero = belief.hero._replace(x=19)
    assert State(belief).distances[9, 20] < 0
    assert State(belief, traps=True).distances[9, 20] < 0
    belief.level.show(np.where(belief.level.terrain == t.TRAP, t.ITEM, belief.level.terrain).astype(np.uint8))
    assert State(belief).distances[9, 20] < 0
