"""Fight: throw what there is to throw, strike what is near, meet what comes."""

from yendor.belief.belief import Seen
from yendor.bot.state import State
from yendor.nethack import actions as a
from yendor.nethack import glyphs as g
from yendor.nethack.items import WEAPON, Item
from yendor.nethack.monsters import NEVER_TOUCH, SESSILE, danger, index_of, monster
from yendor.skills.plans import Plan, directed, press, throw

_MISSILES = ("dagger", "dart", "shuriken", "spear", "javelin", "knife", "boomerang")
_AMMUNITION = {"bow": "arrow", "yumi": " ya", "sling": "stone", "crossbow": "bolt"}
_LEAVE_ALONE = frozenset({index_of("leprechaun")})
_RANGE = 6


def engulfed(state: State) -> Plan | None:
    """Strike out when swallowed."""
    glyphs = state.level.glyphs
    y, x = state.at
    box = glyphs[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
    if not g.IS_SWALLOW[box].any():
        return None
    return press(0, "fight/engulfed", "swallowed: striking out")


def melee(state: State) -> Plan | None:
    """Strike the neighbour that is the most dangerous and easiest to be rid of."""
    if not state.near_hostiles:
        return None
    target = max(state.near_hostiles, key=lambda m: (danger(m.index), -m.y, -m.x))
    direction = _direction(state, target)
    if target.index < 0:
        return directed(a.FIGHT, direction, "fight/melee", "something unseen is there: striking it")
    return press(direction, "fight/melee", f"striking the {monster(target.index).name}", (target.y, target.x))


def _direction(state: State, target: Seen) -> int:
    return a.DIRECTIONS[target.y - state.hero.y, target.x - state.hero.x]


def shoot(state: State) -> Plan | None:
    """Throw or fire at what stands in line, at a distance."""
    missile = _missile(state)
    if missile is None:
        return None
    targets = [m for m in state.belief.monsters if not m.pet and not m.peaceful and m.index >= 0]
    best: tuple[int, Seen, int] | None = None
    for m in targets:
        if m.index in SESSILE and m.index not in _WORTH_SHOOTING:
            continue
        line = _line(state, m)
        if line is not None and (best is None or line[0] < best[0]):
            best = (line[0], m, line[1])
    if best is None or (best[0] < 2 and best[1].index not in NEVER_TOUCH):
        return None
    name = monster(best[1].index).name
    if missile.state.startswith("in quiver"):
        return throw(a.FIRE, None, best[2], "fight/throw", f"firing {missile.name} at the {name}")
    return throw(a.THROW, missile.letter, best[2], "fight/throw", f"throwing {missile.name} at the {name}")


_WORTH_SHOOTING = frozenset({index_of("floating eye"), index_of("gas spore")})


def _missile(state: State) -> Item | None:
    """The best thing to throw: what flies from the wielded launcher, else daggers and the like."""
    inventory = state.belief.inventory
    launcher = next((i for i in inventory if "weapon in hand" in i.state), None)
    for item in inventory:
        if item.kind not in (WEAPON, 13) or item.in_use:
            continue
        if launcher is not None:
            flies = next((v for k, v in _AMMUNITION.items() if launcher.name.endswith(k)), None)
            if flies is not None and flies in f" {item.name}":
                return item
    for item in inventory:
        if item.kind == WEAPON and not item.in_use and "alternate" not in item.state:
            if any(word in item.name for word in _MISSILES) and (item.count > 1 or "quiver" in item.state):
                return item
    return None


def _line(state: State, m: Seen) -> tuple[int, int] | None:
    """Return (distance, direction) when the monster stands in a clear line."""
    dy, dx = m.y - state.hero.y, m.x - state.hero.x
    reach = max(abs(dy), abs(dx))
    if not 1 <= reach <= _RANGE or (dy and dx and abs(dy) != abs(dx)):
        return None
    step = ((dy > 0) - (dy < 0), (dx > 0) - (dx < 0))
    others = {(o.y, o.x) for o in state.belief.monsters if o is not m}
    for k in range(1, reach):
        square = (state.hero.y + k * step[0], state.hero.x + k * step[1])
        if square in others or not state.map.walkable[square]:
            return None
    return reach, a.DIRECTIONS[step]


def approach(state: State) -> Plan | None:
    """Meet a hostile: let it come when it is near and quick, else walk up to it."""
    best: tuple[int, Seen] | None = None
    for m in state.hostiles:
        if m.index in SESSILE or m.index in _LEAVE_ALONE or m.index < 0:
            continue
        reach = _reach(state, m)
        if reach is not None and reach <= 9 and (best is None or reach < best[0]):
            best = (reach, m)
    if best is None:
        return None
    distance, target = best
    if state.health < 0.5 and distance > 2:
        return None
    name = monster(target.index).name
    if distance == 2 and monster(target.index).speed >= 6 and state.belief.keys[-1:] != [a.SEARCH]:
        return press(a.SEARCH, "fight/wait", f"letting the {name} come, to strike first")
    return state.walk((target.y, target.x), "fight/approach", f"meeting the {name}")


def _reach(state: State, m: Seen) -> int | None:
    reach = int(state.reach[m.y, m.x])
    return reach if reach > 0 else None
