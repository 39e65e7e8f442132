"""Solve Sokoban: push what the solution says, climb, and fetch the prize behind the zoo."""

from yendor.belief import terrain as t
from yendor.belief.level import Level, Square
from yendor.bot.aims import SOKOBAN, digger
from yendor.bot.combat.missiles import unblock
from yendor.bot.combat.threat import leave_alone
from yendor.bot.sokoban.level import breaks_boulders, in_sokoban, solved
from yendor.bot.sokoban.progress import Task, next_task
from yendor.bot.sokoban.routes import distances, first_step
from yendor.bot.sokoban.sight import Sight, look
from yendor.bot.state import State
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition
from yendor.nethack.sokoban import STEPS, beside
from yendor.skills import commands
from yendor.skills.plan import Plan

__all__ = ("SOKOBAN", "breaks_boulders", "finished", "given_up", "hold", "in_sokoban", "propose", "solved")

TOP = 1
"""The number of its last level; it begins on the fourth."""
_PATIENCE = 400
"""Waits for one push after which the level is given up,"""
_POLITE = 40
"""after which a peaceful creature in the way is struck,"""
_HARSH = 15
"""and after which things are thrown over the boulder at whoever is behind it and does not go: it may be asleep."""
_ZOO_XL = 12
"""Experience level from which the prize is fetched: the zoo before it kills most at the tenth."""
_THROWN = (it.WEAPON, it.GEM, it.ROCK, it.ARMOR)
_RAYS = tuple(f"wand of {name}" for name in ("fire", "cold", "lightning", "magic missile", "death"))
_CLIMBS = 8
_MIMIC, _PUSH, _CLIMB = "mimic", "push", "climb"
_FOR_EVER = 10**8
_PUT_ON = a.index_by_name("Command.PUTON")


def propose(state: State) -> Plan | None:
    """Push on, and with the traps filled go up; None where there is nothing to do, or no way to do it."""
    if not in_sokoban(state) or state.belief.forgone:
        return None
    sight = look(state.level, state.square)
    if sight is None:
        return None
    if state.hero.condition & Condition.LEVITATING:
        return commands.search(10, "wait/levitating", "wait until the feet touch the ground")
    task = _task(state, sight)
    if task.position.traps:
        plan = _push(state, sight, task)
        if plan is not None and task.boulder is not None and plan.label == "sokoban/wait":
            state.level.given_up[_PUSH, task.boulder] = _waits(state, task) + 1
        return plan
    if state.hero.level == TOP and state.hero.xl < _ZOO_XL:
        state.belief.forgone = True
        return None
    return _climb(state, sight, task) or _fetch(state, sight, task)


def hold(state: State) -> Plan | None:
    """Note where open traps are under things, and sit out hallucination. To be asked before things are fetched.

    Things hide the traps they lie on, and hallucination shows boulders as things.
    """
    if not in_sokoban(state):
        return None
    level, sight = state.level, look(state.level, state.square)
    covered = [s for s in sight.map.start.traps if level.shown[sight.on_level(s)] == t.ITEM] if sight else []
    if sight is not None and covered:
        still_open = next_task(sight).position.traps
        for square in still_open.intersection(covered):
            level.terrain[sight.on_level(square)] = t.TRAP
    if state.hero.condition & Condition.HALLUCINATING:
        return commands.search(10, "wait/hallucinating", "wait until boulders look like boulders")
    return None


def finished(state: State) -> bool:
    """Tell whether the closets on the top level have been looked into; it may be asked anywhere."""
    level = state.belief.levels.get((SOKOBAN, TOP))
    sight = look(level, state.square) if level is not None else None
    return level is not None and sight is not None and not _closets(level, sight)


def given_up(state: State) -> bool:
    """Tell whether this is a level of Sokoban that we do not know how to solve from here."""
    if not in_sokoban(state):
        return False
    sight = look(state.level, state.square)
    if sight is None:
        return True
    task = _task(state, sight)
    return bool(task.position.traps) and _push(state, sight, task) is None


def _task(state: State, sight: Sight) -> Task:
    """Return the next push; a boulder that was struck and is one is remembered as a doubt about the mimic."""
    level, belief = state.level, state.belief
    if "harmlessly attack" in belief.message and 0 <= belief.last_action < len(a.OFFSETS):
        row, column = a.OFFSETS[belief.last_action]
        level.doubt(_MIMIC, (state.hero.y + row, state.hero.x + column), _FOR_EVER)
    real = frozenset(sight.on_map(square) for kind, square in level.doubts if kind == _MIMIC)
    return next_task(sight, real)


def _push(state: State, sight: Sight, task: Task) -> Plan | None:
    if task.boulder is None or task.stand is None:
        return None
    stand = sight.on_level(task.stand)
    if _waits(state, task) >= _PATIENCE:
        return None
    offset = STEPS[task.direction]
    plan = _unmask(state, sight, task, task.hindering) or _round(state, sight, task)
    if plan:
        return plan
    if state.square != stand:
        return _walk(state, sight, task, task.stand, "sokoban/walk", f"walk to push the boulder {task.direction}")
    if state.belief.tries.get(a.DIRECTIONS[offset], 0) and _waits(state, task) >= _HARSH:
        plan = _reach_over(state, offset)
        if plan:
            return plan
    why = f"push the boulder at {sight.on_level(task.boulder)} {task.direction}: {len(task.position.traps)} traps open"
    return _step(state, offset, "sokoban/push", why)


def _round(state: State, sight: Sight, task: Task) -> Plan | None:
    """After some waiting, walk round to whoever is behind the boulder, where there is a way, and strike."""
    if task.boulder is None or _waits(state, task) < _HARSH:
        return None
    beyond = beside(task.boulder, task.direction)
    there = sight.on_level(beyond)
    pets = any(c.kind == "pet" and (c.row, c.column) == there for c in state.belief.creatures)
    return None if pets or not sight.taken[beyond] else _unmask(state, sight, task, frozenset({beyond}))


def _waits(state: State, task: Task) -> int:
    """Return how often we waited to push this boulder from where it is."""
    return state.level.given_up.get((_PUSH, task.boulder), 0) if task.boulder else 0


def _reach_over(state: State, offset: Square) -> Plan | None:
    """Zap a ray or throw what can be spared over the boulder: both pass boulders (zap.c, bhit and buzz)."""
    inventory = state.belief.inventory
    rays = (i for i in inventory if i.kind == it.WAND and i.name in _RAYS)
    wand = next((i for i in rays if not state.belief.spent(i)), None)
    if wand:
        return commands.zap(wand.letter, offset, f"zap the {wand.name} over the boulder")
    tool = digger(state.belief)
    things = [i for i in inventory if i.kind in _THROWN and not i.in_use and i is not tool]
    thing = min(things, key=lambda i: (_THROWN.index(i.kind), "dagger" not in i.name), default=None)
    return commands.throw(thing.letter, offset, f"throw {thing.name} over the boulder") if thing else None


def _step(state: State, offset: Square, label: str, why: str) -> Plan:
    """Step or push; after a step that did not succeed, let a turn pass first."""
    if state.belief.tries.get(a.DIRECTIONS[offset], 0):
        return commands.search(1, "sokoban/wait", "somebody is in the way: wait")
    return commands.step(offset, label, why)


def _walk(state: State, sight: Sight, task: Task, goal: Square, label: str, why: str) -> Plan | None:
    """Take the next step of the way; wait for those who stand in it, strike the mimics that do."""
    others = frozenset(sight.on_map((c.row, c.column)) for c in state.belief.creatures if c.kind != "pet")
    offset = first_step(sight.map, task.position, sight.hero, goal, others - {goal})
    if offset is None:
        offset = first_step(sight.map, task.position, sight.hero, goal)
        if offset is None:
            return _unmask(state, sight, task, task.mimics)
        plan = _taken(state, task, offset)
        if plan:
            return plan
    target = (state.hero.y + offset[0], state.hero.x + offset[1])
    if state.level.terrain[target] == t.CLOSED_DOOR and target in state.level.locked:
        return commands.kick(offset, label, "kick the locked door open")
    return _step(state, offset, label, why)


def _taken(state: State, task: Task, offset: Square) -> Plan | None:
    """Wait for whoever stands on the next square, or strike."""
    target = (state.hero.y + offset[0], state.hero.x + offset[1])
    c = next((c for c in state.belief.creatures if (c.row, c.column) == target), None)
    if c is None or c.kind == "pet":
        return None
    if c.kind == "peaceful" and _waits(state, task) >= _POLITE:
        return commands.rob(offset, "strike the peaceful one that does not go out of the way")
    if c.kind == "peaceful":
        return commands.search(2, "sokoban/wait", "wait for the peaceful one in the way")
    if leave_alone(c.species, state.hero.hp):
        return unblock(state) or commands.search(2, "sokoban/wait", "wait for what must not be touched")
    return commands.force_fight(offset, "fight/melee", "strike what stands in the way")


def _unmask(state: State, sight: Sight, task: Task, wanted: frozenset[Square]) -> Plan | None:
    """Strike the nearest boulder that should not be there: a mimic, or somebody in a pit under it."""
    if not wanted:
        return None
    reach = distances(sight.map, task.position, sight.hero)
    ways = sorted(
        (reach[square], mimic, square)
        for mimic in wanted
        for square in ((mimic[0] + row, mimic[1] + column) for row, column in a.OFFSETS)
        if square in reach
    )
    if not ways:
        return None
    steps, mimic, square = ways[0]
    if steps:
        offset = first_step(sight.map, task.position, sight.hero, square)
        return _step(state, offset, "sokoban/walk", "go and see what poses as a boulder") if offset else None
    if state.belief.tries.get(a.FIGHT, 0):  # a pet, in a pit under a boulder
        return commands.search(2, "sokoban/wait", "wait until it has gone from under the boulder")
    offset = mimic[0] - square[0], mimic[1] - square[1]
    if _waits(state, task) >= _POLITE:
        return commands.rob(offset, "strike whoever is in the way")
    return commands.force_fight(offset, "fight/melee", "strike what is in the way")


def _climb(state: State, sight: Sight, task: Task) -> Plan | None:
    """Go to the stairs up, and up them."""
    if sight.map.up is None:
        return None
    climbs, stairs = state.level.given_up, (_CLIMB, sight.on_level(sight.map.up))
    if finished(state) or climbs.get(stairs, 0) >= _CLIMBS:
        return None  # there is nothing left to do up there, or we would not be back each time
    if sight.hero == sight.map.up:
        climbs[stairs] = climbs.get(stairs, 0) + 1
        return commands.stairs(False, "sokoban/climb", f"the puzzle is solved: up to depth {state.hero.depth - 1}")
    return _walk(state, sight, task, sight.map.up, "sokoban/climb", "the puzzle is solved: walk to the stairs up")


def _closets(level: Level, sight: Sight) -> list[Square]:
    """List the closets that nobody has looked into."""
    return [square for square in sight.map.prizes if not level.visited[sight.on_level(square)]]


def _fetch(state: State, sight: Sight, task: Task) -> Plan | None:
    """Look into the closets, take the prize, and put it on if it is the amulet: it is one of reflection."""
    level = state.level
    if sight.hero in sight.map.prizes and state.square in level.things and state.square not in level.left:
        return commands.pick_up("take the prize")
    if any(sight.on_level(square) in level.left for square in sight.map.prizes):
        amulets = [item for item in state.belief.inventory if item.kind == it.AMULET]
        if amulets and not any(item.in_use for item in amulets):
            return Plan((_PUT_ON,), "items/wear", "put on the amulet of reflection", letter=amulets[0].letter)
    goal = next(iter(_closets(level, sight)), None)
    return _walk(state, sight, task, goal, "sokoban/walk", "look for the prize") if goal else None
