"""Fight what is hostile and near: throw, cast, strike, or walk up to it."""

import numpy as np

from yendor.belief import terrain as t
from yendor.belief.creatures import Creature
from yendor.bot import gear
from yendor.bot.aims import Aim
from yendor.bot.combat.threat import (
    FLOATING_EYE,
    GAS_SPORE,
    PASSIVE,
    PETRIFYING,
    SCORNS_ELBERETH,
    THIEVES,
    cost,
    fears_thieves,
    leave_alone,
    may_be_peaceful,
    strength,
)
from yendor.bot.gear import might
from yendor.bot.sokoban.level import breaks_boulders
from yendor.bot.state import State, towards
from yendor.bot.walking import in_town, step_aside, walk
from yendor.nethack import items as it
from yendor.nethack.actions import OFFSETS
from yendor.nethack.bottomline import Condition, Hunger
from yendor.nethack.monsters import WERE, index_of, monster
from yendor.skills import commands
from yendor.skills.plan import Plan

_THROWN = ("dagger", "dart", "shuriken", "spear", "javelin", "knife", "throwing star")
_ATTACK_WANDS = (
    "death", "sleep", "cold", "fire", "lightning", "magic missile", "striking", "teleportation", "slow monster",
)  # fmt: skip
"""Wands that end or ease a fight, the best first."""
_REACH = 7
_BOWSHOT = 14
"""Squares within which archers are run down,"""
_HEALTHY = 0.6
"""by a hero with this share of the hit points."""
_SPARE = (it.WEAPON, it.GEM, it.ROCK, it.ARMOR, it.SPELLBOOK)
"""What may be thrown at the slow, the first first."""
_LAST = (it.ROCK, it.GEM, it.WEAPON, it.ARMOR, it.TOOL, it.SPELLBOOK, it.RING, it.AMULET, it.SCROLL, it.FOOD)
"""What is thrown when they block the only way."""
_GRUDGE = 30
"""Turns for which a kind that attacked counts as hostile."""
_CLUMSY = 4
"""Spells that fail in a row, for which armour is to blame, after which none is cast in a fight."""
_BLOW = 1
"""Turns after a loss of hit points in which who hallucinates strikes whoever is near."""
_BEARABLE = 0.6
"""Share of the hit points from which who is not steady spares the peaceful beside it."""
_THROWERS = ("rog", "ran", "tou")
"""Roles whose missiles do more than what they have in hand, also at arm's length."""
_DIGGERS = frozenset(index_of(name) for name in ("dwarf", "dwarf lord"))
_FLIGHT = 10
"""Squares that an arrow or a dagger may fly, past those it misses."""
_RAY = 6
_YOUNG = 3000
"""Turns after which alignment bears some hypocrisy."""
_STRAIGHT = ("wand of striking", "wand of slow monster", "wand of teleportation")
_TOO_MUCH = 0.6
"""Share of the hit points that a fight may cost on average to be looked for."""
_PATIENCE = 12
"""Turns for which enemies in view are let come to the stairs, our way out."""
_BURST = 24
"""Hit points that the burst of a gas spore takes at most (4d6)."""
_STUCK = 400
"""Searches on a square after which we strike what blocks the way."""
_CURED = 0.9
"""Odds of a prayer with which stoning is risked."""
_STONE = 3
"""Squares within which a cockatrice is prepared for."""
_MEMORY = 20_000
"""Turns for which a spell is remembered (spell.c); who casts it later is stunned and confused."""


def propose(state: State) -> Plan | None:
    """Cast, zap or shoot where that is best; else strike who is adjacent, shoot who is not, or walk up."""
    near = state.hostiles(_reach(state))
    if stone := _against_stone(state):
        return stone
    if not near:
        return _pelt(state) or _rob(state)
    if off := _off_the_word(state):
        return off
    hands = state.hero.turn >= state.belief.handless
    return (
        (_with_hands(state, near) if hands else None)
        or _strike_worst(state, near)
        or (shoot(state, near) if hands else None)
        or _let_come(state, near)
        or _approach(state, near)
    )


def _off_the_word(state: State) -> Plan | None:
    """Step off the engraving before striking, while young: that costs 5 points of alignment (mon.c).

    Heroes of five roles begin with none, and below none no prayer is heard. A thousand turns of kills make up for it.
    """
    if state.hero.turn >= _YOUNG or not state.belief.hidden_on_elbereth():
        return None
    if all(c.species in SCORNS_ELBERETH for c in state.hostiles(_RAY)):
        return None
    anywhere = np.ones_like(state.level.furniture)
    return step_aside(state, anywhere, "fight/position", "off the engraving: to strike from it angers the gods")


def _reach(state: State) -> int:
    """Return within how many squares enemies are fought."""
    hunted = state.hero.turn - state.belief.arrow < _GRUDGE and state.hp_share > _HEALTHY
    return _BOWSHOT if hunted else _REACH


def _with_hands(state: State, near: list[Creature]) -> Plan | None:
    """What is done before striking: spells, wands, and missiles of those who throw better than they strike."""
    return (
        _spell(state, near)
        or zap(state, near)
        or _archery(state, near)
        or _take_pick(state, near)
        or _volley(state, near)
        or _arm(state, near)
    )


def _against_stone(state: State) -> Plan | None:
    """Take a weapon in hand against what petrifies whoever strikes it bare-handed; with none, step out of its way.

    So does whoever no prayer would save: one of its hisses in ten turns a hero to stone within five turns.
    """
    stone = next((c for c in state.belief.hostiles(_STONE) if c.species in PETRIFYING), None)
    bare, doomed = gear.bare_handed(state.belief.inventory), state.belief.prayer_odds() < _CURED
    if stone is None or not (bare or doomed) or state.hero.turn < state.belief.handless:
        return None
    arms = gear.anything_to_strike_with(state.belief.inventory) if bare else None
    if arms is not None and not state.belief.tries:
        return commands.wield(arms.letter, f"take {arms.name} in hand against the {_name(stone)}")
    if stone.distance > 1 and (shot := shoot(state, [stone])):
        return shot
    steps = [
        (max(abs(stone.row - r), abs(stone.column - c)), dr, dc)
        for dr, dc in OFFSETS
        if 0 <= (r := state.hero.y + dr) < t.ROWS and 0 <= (c := state.hero.x + dc) < t.COLUMNS
        and state.distances[r, c] == 1
    ]  # fmt: skip
    far, dr, dc = max(steps, default=(0, 0, 0))
    return commands.step((dr, dc), "flee/walk", f"out of the {_name(stone)}'s way") if far > stone.distance else None


def _arm(state: State, near: list[Creature]) -> Plan | None:
    """Take a weapon in hand, or up from where it fell, rather than strike with bare hands."""
    belief = state.belief
    if near[0].distance > 1 and any(map(_is_missile, belief.inventory)):
        return None  # they are thrown first
    if belief.role == "mon" or gear.in_hand(belief.inventory) is not None or belief.tries:
        return None
    pack = belief.inventory
    arms = belief.derive("arms", lambda: gear.better_weapon(pack, belief.role, gear.spare(pack)))
    if arms is not None:
        return commands.wield(arms.letter, f"take {arms.name} in hand")
    return commands.pick_up("pick up what was dropped here") if state.square in state.level.dropped else None


def _rob(state: State) -> Plan | None:
    """Take a peaceful dwarf's pick-axe: it costs a point of alignment, and the dwarf (BotHack's way)."""
    if state.aim is not Aim.PICK or state.hp_share < 0.7 or in_town(state):
        return None
    for c in state.belief.creatures:
        if c.kind != "peaceful" or c.species not in _DIGGERS or c.distance > _REACH:
            continue
        if c.distance == 1:
            return commands.rob(_offset(state, c), f"rob the {_name(c)} of its pick-axe")
        plan = walk(state, (c.row, c.column), "rob", "fight/rob", f"go and rob the {_name(c)}")
        if plan:
            return plan
    return None


def _name(c: Creature) -> str:
    return monster(c.species).name if c.species >= 0 else "unseen thing"


def _offset(state: State, c: Creature) -> tuple[int, int]:
    return c.row - state.hero.y, c.column - state.hero.x


def _strike_worst(state: State, near: list[Creature]) -> Plan | None:
    """Strike the most dangerous one beside the hero; the unseen come last."""
    adjacent = [c for c in near if c.distance == 1 and (c.species >= 0 or _felt(state, c))]
    if not adjacent or _astray(state):
        return None
    worst = max(adjacent, key=lambda c: (c.species >= 0, _urgent(state, c), strength(c.species)))
    offset = _offset(state, worst)
    if worst.species < 0:
        return commands.force_fight(offset, "fight/melee", "strike at the unseen thing")
    return commands.step(offset, "fight/melee", f"strike the {_name(worst)}")


def _astray(state: State) -> bool:
    """Tell whether a blow may go where it was not meant, and a floating eye or somebody peaceful stands there."""
    if not state.hero.condition & (Condition.STUNNED | Condition.CONFUSED):
        return False
    beside = [c for c in state.belief.creatures if c.distance == 1]
    spare = state.hp_share >= _BEARABLE and any(c.kind == "peaceful" for c in beside)
    return spare or any(c.species == FLOATING_EYE for c in beside)


def _urgent(state: State, c: Creature) -> bool:
    """Tell whether a creature is to be struck before stronger ones: it calls its kind, or shoots."""
    shoots = state.hero.turn - state.belief.shot < _GRUDGE and _name(c) == state.belief.shooter
    return c.species in WERE or shoots


def _felt(state: State, c: Creature) -> bool:
    """Tell whether an unseen thing is worth a blow: it is no mold that stood there before, and has just struck."""
    rooted = state.level.rooted.get((c.row, c.column), -1)
    if in_town(state) or leave_alone(rooted, state.hero.hp):
        return False
    if state.hero.condition & Condition.HALLUCINATING:  # what does not bite may be a floating eye, or a friend
        return state.hero.turn - state.belief.hurt <= _BLOW and not state.level.shop[state.square]
    return state.hero.turn - state.belief.struck < _GRUDGE


def _let_come(state: State, near: list[Creature]) -> Plan | None:
    """Hurt, wait for them rather than walk up: each turn heals a little, and the first blow is ours."""
    on_stairs = state.level.terrain[state.square] == t.UP and state.hero.depth > 1
    if not on_stairs and (state.hp_share >= 0.6 or near[0].distance > 3):
        return None
    if (on_stairs and state.belief.waited > _PATIENCE) or state.hero.turn - state.belief.shot < _GRUDGE:
        return None
    return commands.search(1, "fight/wait", f"let the {_name(near[0])} come")


def _clear(state: State, c: Creature, offset: tuple[int, int]) -> bool:
    """No wall before the target, and no pet or peaceful one on the whole way that a missile may fly."""
    r, col = state.square
    for step in range(1, _FLIGHT):
        r, col = r + offset[0], col + offset[1]
        inside = 0 <= r < t.ROWS and 0 <= col < t.COLUMNS
        if not inside or not t.WALKABLE[state.level.terrain[r, col]]:
            return step > c.distance
        here = next((o for o in state.belief.creatures if (o.row, o.column) == (r, col)), None)
        if here is not None and (step < c.distance or here.kind in ("pet", "peaceful")):
            return False
    return True


def _line(state: State, near: list[Creature]) -> tuple[Creature, tuple[int, int]] | None:
    """Return the most urgent of the nearest that may be shot at, with its direction.

    Whoever may be peaceful is left to melee: only there does the game ask before the harm is done.
    """
    for c in sorted(near, key=lambda c: (c.distance > 1, -_urgent(state, c), c.distance)):
        if c.species < 0 or _doubtful(state, c):
            continue
        offset = towards(state.square, (c.row, c.column))
        if offset and _clear(state, c, offset):
            return c, offset
    return None


def _fierce(state: State, c: Creature) -> bool:
    """Tell whether one of this kind attacked lately."""
    return state.hero.turn - state.belief.fierce.get(_name(c), -_GRUDGE) < _GRUDGE


def _doubtful(state: State, c: Creature) -> bool:
    """Tell whether a creature may be peaceful: its kind may, and has not attacked lately."""
    if _fierce(state, c):
        return False
    return may_be_peaceful(c.species, state.hero.alignment, state.belief.race)


def _spell(state: State, near: list[Creature]) -> Plan | None:
    hero = state.hero
    if state.belief.role != "wiz" or hero.energy < 5 or hero.hunger >= Hunger.HUNGRY:
        return None
    if hero.turn - state.belief.learnt >= _MEMORY:
        return None
    if hero.condition & (Condition.CONFUSED | Condition.STUNNED):
        return None
    if state.belief.miscast >= _CLUMSY or _in_a_shop(state):
        return None
    aim = _line(state, [c for c in near if c.distance <= 2 and c.species >= 0 and strength(c.species) > 1])
    if aim is None or breaks_boulders(state, aim[1]):
        return None
    return commands.cast("a", aim[1], f"force bolt at the {_name(aim[0])}")


def zap(state: State, near: list[Creature]) -> Plan | None:
    """Zap sleep or an attack wand, and at low hit points an unknown one, at what stands in line."""
    hero, belief = state.hero, state.belief
    hard = cost([c.species for c in near if c.distance <= 3], hero, might(belief)) > 0.6 * hero.hp
    if (state.hp_share > 0.6 and not hard) or near[0].distance > 3:
        return None
    if hero.turn < belief.handless or hero.turn - belief.zap_turn < 8 or _in_a_shop(state):
        return None
    wands = [i for i in state.belief.inventory if i.kind == it.WAND and i.letter not in state.belief.empty]
    known = [i for word in _ATTACK_WANDS for i in wands if word in i.name]
    unknown = [i for i in wands if not i.name.startswith("wand")] if state.hp_share < 0.34 else []
    wand = next(iter(known or unknown), None)
    aim = _line(state, [c for c in near if c.distance <= 3]) if wand else None
    if wand is None or aim is None or (wand.name not in _STRAIGHT and _bounces(state, aim[1])):
        return None
    if breaks_boulders(state, aim[1]):
        return None
    return commands.zap(wand.letter, aim[1], f"zap the {wand.name} at the {_name(aim[0])}")


def _in_a_shop(state: State) -> bool:
    """Tell whether a ray or a bolt of force would break what is for sale, or hit its owner."""
    return bool(state.level.shop[t.box(*state.square)].any())


def _bounces(state: State, offset: tuple[int, int]) -> bool:
    """Tell whether a ray may come back: there is a wall, or what is not known, within half its reach (zap.c)."""
    r, c = state.square
    for _ in range(_RAY):
        r, c = r + offset[0], c + offset[1]
        if not (0 <= r < t.ROWS and 0 <= c < t.COLUMNS) or not t.WALKABLE[state.level.terrain[r, c]]:
            return True
    return False


def _archery(state: State, near: list[Creature]) -> Plan | None:
    """A ranger shoots, also at what stands beside it: two arrows at once do thrice what a dagger does."""
    if state.belief.role != "ran":
        return None
    pair = _bow_and_arrows(state)
    if pair is None:
        return None
    bow, arrows = pair
    if "weapon in hand" not in bow.state:
        return None if state.belief.tries else commands.wield(bow.letter, "take the bow in hand")
    aim = _line(state, [c for c in near if c.species >= 0])
    return commands.throw(arrows.letter, aim[1], f"shoot at the {_name(aim[0])}") if aim else None


def _bow_and_arrows(state: State) -> tuple[it.Item, it.Item] | None:
    return state.belief.derive("launcher", lambda: _launcher(state.belief.inventory))


def _launcher(inventory: tuple[it.Item, ...]) -> tuple[it.Item, it.Item] | None:
    """Return a bow or crossbow with what it shoots; None without both."""
    arms = [i for i in inventory if i.kind == it.WEAPON and "unpaid" not in i.state]
    for crossbow, missile in ((False, "arrow"), (True, "bolt")):
        bow = next((i for i in arms if i.name.endswith("bow") and ("crossbow" in i.name) == crossbow), None)
        arrows = next((i for i in arms if missile in i.name), None)
        if bow and arrows:
            return bow, arrows
    return None


def shoot(state: State, near: list[Creature]) -> Plan | None:
    missile = next((item for item in state.belief.inventory if _is_missile(item)), None)
    if missile is None:
        return None
    aim = _line(state, [c for c in near if c.distance <= 6])
    if aim is None:
        return None
    return commands.throw(missile.letter, aim[1], f"throw {missile.name} at the {_name(aim[0])}")


def _take_pick(state: State, near: list[Creature]) -> Plan | None:
    """An archeologist's pick-axe hits harder than the whip; there is time while they are on their way."""
    if state.belief.role != "arc" or near[0].distance <= 2 or state.belief.tries:
        return None
    pick = next((i for i in state.belief.inventory if "pick-axe" in i.name and not i.in_use), None)
    return commands.wield(pick.letter, "a pick-axe hits harder than a whip") if pick else None


def _volley(state: State, near: list[Creature]) -> Plan | None:
    """Those who throw better than they strike throw at arm's length too."""
    if state.belief.role not in _THROWERS:
        return None
    return shoot(state, near) or _take_blade(state)


def _take_blade(state: State) -> Plan | None:
    """Wield a blade when the arrows are spent: a bow is a poor club."""
    inventory = state.belief.inventory
    if _bow_and_arrows(state) is not None:
        return None
    if not any(i.name.endswith("bow") and "weapon in hand" in i.state for i in inventory):
        return None
    blade = next((i for i in inventory if i.kind == it.WEAPON and ("dagger" in i.name or "sword" in i.name)), None)
    if blade is None or state.belief.tries:
        return None
    return commands.wield(blade.letter, f"out of arrows: take {blade.name} in hand")


def _is_missile(item: it.Item) -> bool:
    words = item.name.split()
    return item.kind == it.WEAPON and not item.in_use and any(w in words or w + "s" in words for w in _THROWN)


def _pelt(state: State) -> Plan | None:
    """Throw what can be spared at those who must not be touched: they are slow, worth much, and block corridors."""
    targets = [c for c in state.belief.hostiles(5) if c.species in PASSIVE]
    if not targets or state.hp_share < 0.5:
        return None
    thing, aim = _spare(state, _SPARE), _line(state, targets)
    if thing is None or aim is None or (aim[0].distance < 2 and aim[0].species == GAS_SPORE):
        return None
    return commands.throw(thing.letter, aim[1], f"throw {thing.name} at the {_name(aim[0])}")


def _spare(state: State, kinds: tuple[int, ...]) -> it.Item | None:
    """Return a thing of the first of these kinds that is carried, not used, and paid for."""
    things = [
        i for i in state.belief.inventory
        if i.kind in kinds and not i.in_use and "unpaid" not in i.state and "healing" not in i.name
        and i.object_index not in gear.DIGGERS
        and "force bolt" not in i.name and i.name != "looking glass"
    ]  # fmt: skip
    return min(things, key=lambda i: kinds.index(i.kind), default=None)


def unblock(state: State) -> Plan | None:
    """Clear the way of what must not be touched, when there is nowhere else to go.

    Throw whatever is at hand; with nothing left, strike, unless it is a floating eye: it freezes the hero for some 70
    turns, and one in three does not survive that.
    """
    targets = [
        c for c in state.belief.hostiles(4)
        if c.species in PASSIVE and not _burst(state, c) and state.blocks((c.row, c.column))
    ]  # fmt: skip
    if not targets or state.hp_share < 0.8:
        return None
    thing, aim = _spare(state, _LAST), _line(state, targets)
    if thing and aim:
        return commands.throw(thing.letter, aim[1], f"throw {thing.name} at the {_name(aim[0])} in the way")
    near = targets[0]
    if near.species == FLOATING_EYE or near.distance > 1 or state.level.searched[state.square] < _STUCK:
        return None
    return commands.force_fight(_offset(state, near), "fight/melee", f"strike the {_name(near)}: no way around it")


def _burst(state: State, c: Creature) -> bool:
    """Tell whether a gas spore is too near for its burst."""
    return c.species == GAS_SPORE and c.distance < 2 and state.hero.hp <= _BURST


def _approach(state: State, near: list[Creature]) -> Plan | None:
    if state.hero.condition & Condition.BLIND or _astray(state):
        return None  # the touch of a corpse unseen may petrify
    strong = might(state.belief)
    for c in sorted(near, key=lambda c: not _urgent(state, c)):
        if cost([c.species], state.hero, strong) > _TOO_MUCH * state.hero.hp:
            continue
        square = (c.row, c.column)
        if c.species in THIEVES and fears_thieves(state.hero) and not _fierce(state, c):
            continue  # most of them sleep until somebody comes
        if c.species < 0 or state.doubted("approach", square) or state.distance(square) > _reach(state) + 2:
            continue
        plan = walk(state, square, "approach", "fight/melee", f"go for the {_name(c)}")
        if plan:
            return plan
    return None
