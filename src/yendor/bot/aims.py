"""What the game is about now: to grow, to find something to dig with, Sokoban, or the dive to where the points are."""

import enum
from typing import NamedTuple

from yendor.belief.belief import Belief
from yendor.nethack import items as it
from yendor.nethack.bottomline import Hero, Hunger

MINES = 2
"""NLE's number of the Gnomish Mines."""
SOKOBAN = 4
"""NLE's number of Sokoban."""
_BRANCH = range(2, 5)
"""Depths from which a stair leads to the Mines (dungeon.def)."""


class Aim(enum.Enum):
    """The phases of a game."""

    GROW = "grow"
    PICK = "pick"
    SOKOBAN = "sokoban"
    DIVE = "dive"


PILGRIM_XL = 14
"""Experience level to set out for Sokoban with: at 12, a death on the way or there brought a third of what one on the
first two levels does."""
_PILGRIM_HP = 55
"""Hit points at best: a soldier ant on the way takes thirty."""
_PILGRIM_AC = 5
"""Armour class that half of the blows of those who live at depth 6 to 9 miss."""
_PILGRIMAGE = 6000
"""Game turns since a level of Sokoban was new after which the hero looks for other points: it may stall there, too."""
_ASTRAY = 12
"""Depth from which the way back to the branch is longer than it is worth."""


class Course(NamedTuple):
    """How strong a hero grows before the next thing, in experience levels.

    Attributes:
        pick: Before it looks for a pick-axe in the Gnomish Mines.
        dive: Before it digs down.
        gate: Before it goes down to a depth (index).
        camps: The deepest level to wait on, by experience level.
        back: The greatest depth from which a hero who fell down there, and can dig, comes back up.
    """

    pick: int
    dive: int
    gate: tuple[int, ...]
    camps: tuple[int, ...]
    back: int


_LAST_CHANCE = 5
"""Experience level with which a hero whom no god hears dives before hunger comes, or makes for the Mines: they feed."""
_HUNTING_GROUND = 2
"""Depth down to which the weak wait for a corpse to dive on: with none they would faint four levels further down."""
_LONG = 3000
"""Turns of a god's anger that the hero's food does not last."""
_SURE = 0.85
"""Odds of a prayer with which the dive begins: it takes some 500 turns."""
_DEEP_GATE = (14, 14, 14, 15, 15, 15, 16, 16, 16, 16, 16)
GROWER = Course(14, 15, (0, 0, 7, 13, 13, *_DEEP_GATE), (*[1] * 7, 2, 1, 2, 1, 2, 2, 2, 4, 5), 9)
STRONG = GROWER._replace(gate=(0, 0, 6, *GROWER.gate[3:]), camps=(*[1] * 6, 2, 2, 2, 2, 1, 2, 2, 2, 4, 5))
WEAKLING = Course(14, 14, (0, 0, 11, 13, 13, *_DEEP_GATE), (*[1] * 12, 2, 2, 3, 4), 4)
_COURSES = dict.fromkeys(("bar", "mon", "sam", "val"), STRONG)
_COURSES |= dict.fromkeys(("arc", "hea", "ran", "rog", "tou", "wiz"), WEAKLING)
"""Points for each death, hunger's included, decide. What is born on a level is as hard as half of its depth and the
experience level together, rounded down, so that the first level feeds at odd ones what the second does at the even
ones before. Strong and middle roles get 37,000 and 24,000 points a death on the second level at experience level 8
(25,000 and 17,000 on the first), but 22,000 and 12,000 at 10, where soldier ants are hard enough to come, and 38,000
and 26,000 on the first. By later games the middle roles are better off on the first level at 8, too: 16 of them died in
214,000 turns on the second, 2 in 138,000 on the first. The weak die three times as often on the second. Strong heroes
of level 11 and 12 got 118,000 points a death on the first two levels (16 deaths in 1,628,000 turns), those of 12 who
were on their way to Sokoban or in it 39,000 (21 in 458,000); so nobody sets out before 14, and nobody dives before who
has a god to pray to."""


def course(belief: Belief) -> Course:
    """Return how this hero's role does best."""
    return _COURSES.get(belief.role, GROWER)


def allowed(belief: Belief, depth: int) -> bool:
    """Tell whether a hero of this experience level goes down to a depth of its own will."""
    gate = course(belief).gate
    return depth < len(gate) and belief.hero.xl >= gate[depth]


def camp(belief: Belief) -> int:
    """Return the deepest level on which this hero waits for prey.

    Deeper levels are explored, for what lies and sleeps there, and left again: one visitor comes in 70 turns, and must
    cost fewer hit points than heal in that time.
    """
    camps = course(belief).camps
    return camps[min(belief.hero.xl, len(camps) - 1)]


def aim(belief: Belief) -> Aim:
    """Tell what the game is about now."""
    hero = belief.hero
    if pilgrim(belief):
        return Aim.SOKOBAN
    if digger(belief) is not None:
        deep = hero.depth > course(belief).back and hero.dungeon == 0 and not allowed(belief, hero.depth)
        lost = hero.turn < belief.forsaken and (hero.hunger >= Hunger.HUNGRY or hero.xl >= _LAST_CHANCE)
        lost &= hero.hunger < Hunger.WEAK or _food(belief) or hero.depth > _HUNTING_GROUND
        grown = hero.xl >= course(belief).dive and _provided(belief)
        return Aim.DIVE if deep or lost or grown else Aim.GROW
    outcast = belief.forsaken - hero.turn > _LONG and hero.xl >= _LAST_CHANCE
    if (outcast or hero.xl >= course(belief).pick) and not _no_way_to_the_mines(belief):
        return Aim.PICK
    return Aim.GROW


def pilgrim(belief: Belief) -> bool:
    """Tell whether Sokoban is what the game is about: whoever has set out goes on, whatever the numbers say."""
    hero = belief.hero
    if belief.forgone or belief.lycanthrope or hero.depth >= _ASTRAY:
        return False
    if belief.set_out is not None:
        return not overdue(belief)
    return _strong(hero) and _provided(belief, food=_food(belief))


def overdue(belief: Belief) -> bool:
    """Tell whether too long has passed since the hero set out, or since a level of Sokoban was new."""
    news = [level.first_turn for key, level in belief.levels.items() if key[0] == SOKOBAN]
    return belief.set_out is not None and belief.hero.turn - max(belief.set_out, *news, 0) >= _PILGRIMAGE


def _strong(hero: Hero) -> bool:
    return hero.xl >= PILGRIM_XL and hero.max_hp >= _PILGRIM_HP and hero.ac <= _PILGRIM_AC


def _provided(belief: Belief, *, food: bool = False) -> bool:
    """Tell whether hunger will not overtake the hero on its way: it is not hungry, and may eat or pray when it is."""
    return belief.hero.hunger < Hunger.HUNGRY and (food or belief.prayer_odds() >= _SURE)


def _food(belief: Belief) -> bool:
    return any(item.kind == it.FOOD for item in belief.inventory)


def digger(belief: Belief) -> it.Item | None:
    """Return what to dig with; None, too, while a cursed weapon takes the hands."""
    tool = belief.derive("digger", lambda: _best_tool(belief.inventory))
    return tool if tool is None or tool.in_use or belief.hero.turn >= belief.welded else None


def _best_tool(inventory: tuple[it.Item, ...]) -> it.Item | None:
    tools = [i for i in inventory if any(name in i.name for name in ("pick-axe", "mattock", "broad pick"))]
    tools = [i for i in tools if i.in_use or i.blessing != "cursed"]
    return min(tools, key=lambda i: (not i.in_use, "pick-axe" not in i.name), default=None)


def drill(belief: Belief) -> it.Item | None:
    """Return a wand that digs a hole at once."""
    wands = belief.derive("drills", lambda: [i for i in belief.inventory if i.name == "wand of digging"])
    return next((i for i in wands if not belief.spent(i)), None)


def branch_level(belief: Belief) -> int | None:
    """Return the level of the Dungeons of Doom with the known stairs to the Mines."""
    for (dungeon, number), level in belief.levels.items():
        if dungeon == 0 and any(key[0] == MINES for key in level.leads.values()):
            return number
    return None


def _no_way_to_the_mines(belief: Belief) -> bool:
    if branch_level(belief) is not None:
        return False
    levels = [belief.levels.get((0, number)) for number in _BRANCH]
    return all(level is not None and level.surveyed for level in levels)
