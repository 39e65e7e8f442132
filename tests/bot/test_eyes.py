"""Floating eyes that shut a hero in: driven off, dug away from, and struck at last."""

from collections.abc import Callable

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.bot.state import State
from yendor.bot.strategies import eyes
from yendor.bot.strategies.search import search
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.items import read_item
from yendor.nethack.monsters import index_of

PICK = read_item("p", "a pick-axe", it.TOOL, 0)


def eye(column: int) -> Creature:
    return Creature(9, column, index_of("floating eye"), "hostile", abs(column - 20), 0)


def test_the_word_drives_floating_eyes_off_that_shut_a_hero_in(in_a_room: Callable[..., Belief]) -> None:
    belief = in_a_room()
    belief.level.terrain[:] = t.UNKNOWN
    belief.level.terrain[9, 15:26] = t.CORRIDOR
    belief.level.seen[:] = True
    belief.creatures = [eye(21), eye(19)]
    assert eyes.drive_off(State(belief)) is None, "it may only just have come there"
    belief.level.searched[9, 20] = 60
    plan = search(State(belief))
    assert plan.text == "Elbereth"
    belief.engraved, belief.read_turn = (belief.key, belief.square), belief.hero.turn
    plan = search(State(belief))
    assert (plan.label, plan.keys[-1]) == ("wait/lure", a.SEARCH)
    belief.creatures = [eye(21), eye(18)]
    plan = search(State(belief))
    assert (plan.label, plan.keys) == ("wait/lure", (a.DIRECTIONS[0, -1],)), "it has gone back: after it"
    belief.creatures = [eye(21), eye(19)]
    belief.inventory, belief.derived = (PICK,), {}
    plan = search(State(belief))
    assert (plan.label, plan.direction) == ("explore/dig", a.DOWN)
    belief.inventory, belief.derived, belief.level.shut_in = (), {}, 1000
    plan = search(State(belief))
    assert plan.keys[0] == a.FIGHT, "better frozen than starved"
