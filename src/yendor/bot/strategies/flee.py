"""Get away while it is still possible: by the stairs, where only those who stand beside the hero can follow."""

from yendor.belief import terrain as t
from yendor.belief.creatures import Creature
from yendor.belief.level import Square
from yendor.belief.shops import SHOPKEEPER
from yendor.bot.aims import Aim, camp, drill
from yendor.bot.combat.threat import GROWN, THIEVES, blows
from yendor.bot.stairs import HAUNTED, calm, climb, descend, haunted, laden, stairs
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.nethack.bottomline import Hunger
from yendor.nethack.monsters import WERE, monster
from yendor.skills import commands
from yendor.skills.plan import Plan

_HURT = 0.55
"""Share of the hit points below which a fight is left that costs half of what is left."""
_REACH = 6
"""Squares within which enemies count."""
_DIRE = 0.35
_DIGGABLE = (t.FLOOR, t.CORRIDOR, t.DOORWAY, t.OPEN_DOOR)
"""Ground that a wand of digging opens (dighole in dig.c): narrow places, too, where packs are fought."""
_NEAR = 10
"""Steps to the stairs that are still worth walking with enemies about."""
_DEEPEST = 3
"""Depth down to which the stairs down are a way out, too."""
_GRIP = 3
"""Turns since somebody held the hero in which no hole lets it fall (dig.c)."""
_VOLLEY = 8
"""Turns for which somebody who zapped is taken to zap again."""
_DEEP = 8
"""Depth from which a hero who dives does not turn back: who waits at the stairs is there still."""
_SOON = 60
"""Turns for which nobody goes where it was chased off."""
_RESTED = 0.9
"""Share of the hit points with which the hero goes back."""
_LIKELY = 0.6
"""Share of the hit points that the way to the stairs may cost."""


def propose(state: State) -> Plan | None:
    """Take the stairs, or walk to them, when the fight goes badly."""
    if state.belief.beast or (state.aim is Aim.DIVE and state.hero.depth >= _DEEP):
        return None
    wand = drill(state.belief)
    free = state.hero.turn - state.belief.gripped > _GRIP and not state.belief.punished  # an iron ball falls after
    dire = state.hp_share < _DIRE and bool(state.hostiles(1))
    if wand and free and dire and state.level.terrain[state.square] in _DIGGABLE:
        return commands.zap_down(wand.letter, f"{state.hero.hp} hit points: down through the floor")
    hiding = state.belief.hidden_on_elbereth() and state.hp_share < _HURT
    if _robbed(state) and not hiding and not state.hostiles(1) and (plan := _leave_thief(state)):
        return plan
    enemies = state.hostiles(_REACH)
    if not enemies and (plan := _bide(state)):
        return plan
    lost = bool(enemies) and _losing(state) and not state.belief.hidden_on_elbereth()
    if not (lost or _under_fire(state) or _shunned(state, enemies)):
        return None
    return by_stairs(state, enemies)


def by_stairs(state: State, enemies: list[Creature]) -> Plan | None:
    """Take the stairs, or walk to near ones that the enemies are not at first."""
    for down in (False, True):
        way = stairs(state, t.DOWN if down else t.UP)
        if way is None or (state.hero.depth == 1 and not down) or (down and state.hero.depth >= _DEEPEST):
            continue
        if not calm(state, way, _SOON) or (state.belief.punished if down else laden(state)):
            continue
        kind = "down" if down else "up"
        if state.square == way:
            return commands.stairs(down, "flee/stairs", f"{state.hero.hp} hit points: {kind} the stairs")
        if int(state.distances[way]) > _NEAR or not _open(state, way, enemies) or through(state, way, enemies):
            continue
        plan = walk(state, way, "flee", "flee/walk", f"{state.hero.hp} hit points: to the stairs {kind}")
        if plan:
            return plan
    return None


def _bide(state: State) -> Plan | None:
    """Stay on the stairs that led away from enemies for a while, and until the hero is fit to meet them again.

    NetHack runs no level but the current one: they stand where they stood, however long the hero stays away.
    """
    below = state.hero.depth > camp(state.belief) and state.aim is Aim.GROW
    if not below or state.level.terrain[state.square] != t.UP or calm(state, state.square, state.hero.turn):
        return None
    fit = state.hp_share >= _RESTED or state.hero.hunger >= Hunger.WEAK
    if fit and calm(state, state.square, _SOON):
        return None
    return commands.search(4, "flee/wait", "gather strength: those up the stairs wait there")


def _shunned(state: State, enemies: list[Creature]) -> bool:
    """Tell whether a were creature is on its way that a hero had better not meet: its bite costs armour and weapon."""
    if state.hero.xl >= GROWN or state.belief.lycanthrope or any(c.distance < 2 for c in enemies):
        return False
    return any(c.species in WERE for c in enemies)


def _robbed(state: State) -> bool:
    """Tell whether a nymph is about who will take one thing after the other; she does not follow.

    With nobody to be seen what fell off is put on first: it is not left to her.
    """
    if state.hero.dungeon != 0 or not haunted(state, state.level, HAUNTED):
        return False
    seen = any(c.species in THIEVES or c.species == SHOPKEEPER for c in state.hostiles())
    return seen or not any(0 <= state.distances[square] <= _NEAR for square in state.level.dropped)


def _leave_thief(state: State) -> Plan | None:
    """Go up, or from the first level down, where those wait for prey who may."""
    if state.hero.depth > 1:
        up = stairs(state, t.UP)
        return climb(state, "get away from a thief") if up is not None and calm(state, up) else None
    down = stairs(state, t.DOWN) if camp(state.belief) > 1 else None
    return descend(state, down) if down is not None and calm(state, down) else None


def _under_fire(state: State) -> bool:
    """Tell whether somebody zaps at a hero who cannot bear much more of it."""
    return state.hp_share < _HURT and state.hero.turn - state.belief.shot < _VOLLEY


def _losing(state: State) -> bool:
    """Tell whether the fight would cost more hit points than there are, or half of the few that are left."""
    harm = state.harm(state.hostiles(4))
    return harm > 1.2 * state.hero.hp or (state.hp_share < _HURT and harm > 0.5 * state.hero.hp)


def through(state: State, way: Square, enemies: list[Creature]) -> bool:
    """Tell whether the first step of the way is a blow at somebody who stands there."""
    step = state.step_to(way)
    return step is not None and any((c.row - state.hero.y, c.column - state.hero.x) == step for c in enemies)


def _open(state: State, way: Square, enemies: list[Creature]) -> bool:
    """Tell whether nobody is at the stairs before the hero, and the blows on the way are survived."""
    steps = int(state.distances[way])
    if any(max(abs(c.row - way[0]), abs(c.column - way[1])) < min(steps, 2) for c in enemies):
        return False
    fast = [c for c in enemies if c.distance <= 2 and (c.species < 0 or monster(c.species).speed >= 12)]
    return steps * sum(blows(c.species, state.hero.ac) for c in fast) < _LIKELY * state.hero.hp
