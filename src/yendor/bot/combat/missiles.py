"""What flies: missiles, arrows, spells, wands, and whatever can be spared against those who must not be touched."""

from yendor.belief.creatures import Creature
from yendor.bot import arms
from yendor.bot.combat.aim import bounces, in_a_shop, line, lines, name_of, offset_of
from yendor.bot.combat.threat import ACID_BLOB, FLOATING_EYE, GAS_SPORE, GROWN, PASSIVE, SCORNS_ELBERETH, strength
from yendor.bot.sokoban.level import breaks_boulders
from yendor.bot.state import State
from yendor.nethack import items as it
from yendor.nethack.bottomline import Condition, Hunger
from yendor.nethack.monsters import WERE, monster
from yendor.nethack.objects import thing
from yendor.skills import commands
from yendor.skills.plan import Plan

_THROWN = ("dagger", "dart", "shuriken", "spear", "javelin", "knife")
_ATTACK_WANDS = (
    "death", "sleep", "cold", "fire", "lightning", "magic missile", "striking", "teleportation", "slow monster",
)  # fmt: skip
"""Wands that end or ease a fight, the best first."""
_FELLING = ("sleep", "cold", "fire", "lightning", "magic missile", "striking")
"""Wands that end a thief's work, the best first,"""
_RANGE = 6
"""as far as this."""
_ASLEEP = 12
"""Turns for which whoever a ray of sleep was meant for counts as asleep: it sleeps for 6d25, or resists (zap.c)."""
_ELF_WAKES = 4
"""Experience level from which elves resist sleep."""
_KILLING = ("magic missile", "striking", "cold", "fire", "lightning")
"""Wands that kill, the least useful otherwise first."""
_FLASHES, _BLINDED = 3, 30
"""Turns between two flashes, and those for which one of a kind that was blinded is taken for the same;"""
_DANGEROUS = 0.2
"""share of the hit points that fighting it out would cost."""
_SPARE = (it.WEAPON, it.GEM)
"""What may be thrown at the slow, the first first: armour, food, scrolls and the like never hit (dothrow.c)."""
_LAST = (it.GEM, it.WEAPON)
"""What is thrown when they block the only way."""
_CLUMSY = 4
"""Spells that fail in a row, for which armour is to blame, after which none is cast in a fight."""
_STRAIGHT = ("wand of striking", "wand of slow monster", "wand of teleportation")
_WARDS = {"wand of sleep": "sleep", "wand of cold": "cold", "wand of fire": "fire", "wand of lightning": "elec"}
"""What those resist to whom the ray of a wand does nothing."""
_BURST = 24
"""Hit points that the burst of a gas spore takes at most (4d6)."""
_STUCK = 400
"""Searches on a square after which we strike what blocks the way."""


def spell(state: State, near: list[Creature]) -> Plan | None:
    """Cast a wizard's force bolt at those close by, but not at the weakest."""
    return _bolt(state, [c for c in near if c.distance <= 2 and c.species >= 0 and strength(c.species) > 1])


def _bolt(state: State, targets: list[Creature]) -> Plan | None:
    """Cast a wizard's force bolt at whoever stands in line, while it is remembered and armour does not spoil it."""
    hero = state.hero
    if state.belief.role != "wiz" or hero.energy < 5 or hero.hunger >= Hunger.HUNGRY or state.belief.forgetful:
        return None
    if hero.condition & (Condition.CONFUSED | Condition.STUNNED):
        return None
    if state.belief.miscast >= _CLUMSY or in_a_shop(state):
        return None
    aim = line(state, targets)
    if aim is None or breaks_boulders(state, aim[1]):
        return None
    return commands.cast("a", aim[1], f"force bolt at the {name_of(aim[0])}")


def zap(state: State, near: list[Creature]) -> Plan | None:
    """Zap sleep or an attack wand, and at low hit points an unknown one, at what stands in line."""
    hero, belief = state.hero, state.belief
    close = [c for c in near if c.distance <= 3]
    hard = state.harm(close) > 0.6 * hero.hp or (hero.xl < GROWN and any(c.species in WERE for c in close))
    if (state.hp_share > 0.6 and not hard) or near[0].distance > 3:
        return None
    if hero.turn < belief.handless or hero.turn - belief.zap_turn < 8 or in_a_shop(state):
        return None
    known = wands(state, _ATTACK_WANDS)
    unknown = [i for i in _wands(state) if not i.name.startswith("wand")] if state.hp_share < 0.34 else []
    return _aimed(state, known + unknown, close)


def _wands(state: State) -> list[it.Item]:
    """List the wands that are not known to be spent."""
    return [i for i in state.belief.inventory if i.kind == it.WAND and not state.belief.spent(i)]


def wands(state: State, words: tuple[str, ...]) -> list[it.Item]:
    """List the wands that have one of these words in their names, those with the first first."""
    return [i for word in words for i in _wands(state) if word in i.name]


def feels(species: int, wand: it.Item) -> bool:
    """Tell whether a kind does not resist a wand, as far as is known: elves, for one, do not fall asleep."""
    return species < 0 or _WARDS.get(wand.name) not in monster(species).resists


def flash(state: State, near: list[Creature]) -> Plan | None:
    """Blind a dangerous one who scorns Elbereth with a camera: three in four flee (apply.c).

    From close by they stay blind, and strike where they think the hero is; the blind would not be kept off by the word.
    Were creatures would be, once they are beasts again.
    """
    belief, turn = state.belief, state.hero.turn
    camera = next((i for i in belief.inventory if i.name == "expensive camera" and not belief.spent(i)), None)
    if camera is None or turn - belief.zap_turn < _FLASHES or in_a_shop(state):
        return None
    for c, offset in lines(state, [c for c in near if c.distance == 1 and c.species in SCORNS_ELBERETH - WERE]):
        fresh = turn - belief.flashed.get(name_of(c), -_BLINDED) >= _BLINDED
        if fresh and state.harm([c]) > _DANGEROUS * state.hero.hp:
            return commands.flash(camera.letter, offset, f"blind the {name_of(c)} with the camera")
    return None


def blast(state: State, thieves: list[Creature]) -> Plan | None:
    """Zap what is known to put to sleep or to kill at a thief: she takes the wand else, and zaps it herself."""
    belief, turn = state.belief, state.hero.turn
    if turn < belief.handless or turn - belief.zap_turn < 2 or in_a_shop(state):
        return None
    slept = turn - belief.zap_turn < _ASLEEP and any(w.letter == belief.zapped for w in wands(state, ("sleep",)))
    words = _FELLING[1:] if slept else _FELLING
    return _aimed(state, wands(state, words), [c for c in thieves if c.distance <= _RANGE])


def destroy(state: State, target: Creature) -> Plan | None:
    """Cast or zap what is known to kill at a target that must not be touched."""
    if state.hero.turn < state.belief.handless or in_a_shop(state):
        return None
    return _bolt(state, [target]) or _aimed(state, wands(state, _KILLING), [target])


def _wakeful(state: State) -> bool:
    """Tell whether no ray of sleep takes effect on the hero (attrib.c)."""
    return state.belief.race == "elf" and state.hero.xl >= _ELF_WAKES


def _aimed(state: State, choice: list[it.Item], targets: list[Creature]) -> Plan | None:
    """Zap the first wand that somebody in line feels, if its ray does not come back and no boulder of use breaks."""
    aims = list(lines(state, [c for c in targets if c.species != GAS_SPORE or c.distance > 1]))
    for wand in choice:
        straight = wand.name in _STRAIGHT or (wand.name == "wand of sleep" and _wakeful(state))
        for c, offset in aims:
            returns = not straight and bounces(state, offset)
            if feels(c.species, wand) and not returns and not breaks_boulders(state, offset):
                return commands.zap(wand.letter, offset, f"zap the {wand.name} at the {name_of(c)}")
    return None


def archery(state: State, near: list[Creature]) -> Plan | None:
    """A ranger shoots, also at what stands beside it: two arrows at once do thrice what a dagger does."""
    if state.belief.role != "ran":
        return None
    pair = _quiver(state)
    if pair is None:
        return None
    bow, arrows = pair
    if "weapon in hand" not in bow.state:
        return None if state.belief.tries else commands.wield(bow.letter, "take the bow in hand")
    aim = line(state, [c for c in near if c.species >= 0])
    return commands.throw(arrows.letter, aim[1], f"shoot at the {name_of(aim[0])}") if aim else None


def shoot(state: State, near: list[Creature], words: tuple[str, ...] = _THROWN, within: int = 6) -> Plan | None:
    """Throw the first missile whose name has one of these words at whoever stands in line, within so many squares."""
    missile = next((item for item in state.belief.inventory if is_missile(item, words)), None)
    if missile is None:
        return None
    aim = line(state, [c for c in near if c.distance <= within])
    if aim is None:
        return None
    return commands.throw(missile.letter, aim[1], f"throw {missile.name} at the {name_of(aim[0])}")


def volley(state: State, near: list[Creature]) -> Plan | None:
    """Those who throw better than they strike throw at arm's length too: rogues daggers, of which more fly at once."""
    if state.belief.role not in arms.THROWERS:
        return None
    armed = arms.in_hand(state.belief.inventory) is not None
    daggers = armed and state.belief.role == "rog" and near[0].distance == 1
    return shoot(state, near, ("dagger",) if daggers else _THROWN) or _take_arms(state)


def _quiver(state: State) -> tuple[it.Item, it.Item] | None:
    return state.belief.derive("quiver", lambda: arms.quiver(state.belief.inventory))


def _take_arms(state: State) -> Plan | None:
    """Take a weapon in hand when the arrows are spent: a bow is a poor club."""
    held, weapon = arms.in_hand(state.belief.inventory), state.better_weapon
    if held is None or weapon is None or not held.name.endswith("bow") or _quiver(state) or state.belief.tries:
        return None
    return commands.wield(weapon.letter, f"out of arrows: take {weapon.name} in hand")


def is_missile(item: it.Item, words: tuple[str, ...] = _THROWN) -> bool:
    """Tell whether a thing is a weapon to throw, with one of these words in its name or its kind's, and not in use.

    What throwing stars and knives are, only the name of their kind tells.
    """
    kind = thing(item.object_index).name if item.object_index >= 0 else ""
    named = f"{item.name} {kind}".split()
    return item.kind == it.WEAPON and not item.in_use and any(w in named or w + "s" in named for w in words)


def pelt(state: State) -> Plan | None:
    """Throw what can be spared at those who must not be touched: they are slow, worth much, and block corridors."""
    targets = [c for c in state.belief.hostiles(5) if c.species in PASSIVE or _acid(state, c)]
    targets = [c for c in targets if c.species != GAS_SPORE or c.distance > 1]
    if not targets or state.hp_share < 0.5 or state.hero.turn < state.belief.handless:
        return None
    return _from_afar(state, targets, _SPARE)


def hurl(state: State, targets: list[Creature]) -> Plan | None:
    """Throw what can be spared at those who must not be touched and bar the way."""
    return _from_afar(state, targets, _LAST)


def _from_afar(state: State, targets: list[Creature], kinds: tuple[int, ...]) -> Plan | None:
    """Cast force bolt, which is no touch, or throw a thing of the first of these kinds."""
    if cast := _bolt(state, targets):
        return cast
    item, aim = _spare(state, kinds), line(state, targets)
    if item is None or aim is None:
        return None
    return commands.throw(item.letter, aim[1], f"throw {item.name} at the {name_of(aim[0])}")


def _spare(state: State, kinds: tuple[int, ...]) -> it.Item | None:
    """Return a thing of the first of these kinds that is carried, not used, and paid for."""
    pack, role = state.belief.inventory, state.belief.role
    things = [
        i for i in pack
        if i.kind in kinds and not i.in_use and "unpaid" not in i.state
        and i.object_index not in arms.DIGGERS and not arms.best(i, pack, role)
    ]  # fmt: skip
    return min(things, key=lambda i: kinds.index(i.kind), default=None)


def unblock(state: State) -> Plan | None:
    """Clear the way of what must not be touched, when there is nowhere else to go.

    Cast or throw; with nothing left, strike, unless it is a floating eye: it freezes the hero for some 70 turns, and
    one in three does not survive that.
    """
    targets = [
        c for c in state.belief.hostiles(4)
        if (c.species in PASSIVE or _acid(state, c)) and not _burst(state, c) and state.blocks((c.row, c.column))
    ]  # fmt: skip
    if not targets or state.hp_share < 0.8:
        return None
    near = targets[0]
    blob = near.species == ACID_BLOB and near.distance == 1
    if not blob and (thrown := hurl(state, targets)):
        return thrown
    if near.species == FLOATING_EYE or near.distance > 1:
        return None
    if not blob and state.level.searched[state.square] < _STUCK:
        return None
    return commands.force_fight(offset_of(state, near), "fight/melee", f"strike the {name_of(near)}: no way around it")


def _acid(state: State, c: Creature) -> bool:
    """Tell whether this is an acid blob that the weapon in hand is too good for."""
    return c.species == ACID_BLOB and state.spared(c)


def _burst(state: State, c: Creature) -> bool:
    """Tell whether a gas spore is too near for its burst."""
    return c.species == GAS_SPORE and c.distance < 2 and state.hero.hp <= _BURST
