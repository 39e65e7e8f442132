"""Survive: pray, quaff, climb away when the end is near."""

from yendor.bot.state import DOWN, UP, State
from yendor.nethack import actions as a
from yendor.nethack.bottomline import Condition, Hunger
from yendor.nethack.items import POTION
from yendor.nethack.prompts import Kind
from yendor.skills.plans import Plan, Step, press, with_item

FIRST_PRAYER = 300
"""NetHack starts the prayer timeout at 300; a major trouble is heard from 200 on."""
BETWEEN_PRAYERS = 1000
"""After a success the timeout is about 50 to 1000; at 1000 turns 5 % of prayers still come too early."""


def low(state: State) -> bool:
    """Tell whether the gods call these hit points low (pray.c: at most 5, or at most 1/7 of the maximum)."""
    hero = state.hero
    return hero.hp <= 5 or hero.hp * 7 <= hero.max_hp


def may_pray(state: State) -> bool:
    """Tell whether a prayer is likely to be heard."""
    belief, turn = state.belief, state.hero.turn
    if belief.god_angry:
        return False
    if belief.prayed is None:
        return turn > FIRST_PRAYER or turn > 150
    return turn - belief.prayed > BETWEEN_PRAYERS


def pray(state: State) -> Plan | None:
    """Pray in major trouble: low hit points, weak from hunger, deadly illness."""
    ill = state.belief.has(
        Condition.STONE | Condition.SLIME | Condition.STRANGLED | Condition.FOOD_POISONED | Condition.ILL
    )
    hungry = Hunger.WEAK <= state.hero.hunger
    if not (low(state) or ill or hungry) or not may_pray(state):
        return None
    reason = f"HP {state.hero.hp}({state.hero.max_hp})" if low(state) else "starving" if hungry else "deadly ill"
    steps = (Step(a.PRAY), Step(a.index_of("y"), Kind.YES_NO))
    return Plan(steps, "survive/pray", f"{reason}: the gods should help now", yes=("want to pray",))


def quaff(state: State) -> Plan | None:
    """Drink whatever there is when about to die."""
    if not low(state) or not state.near_hostiles:
        return None
    for item in state.belief.inventory:
        if item.kind == POTION and "water" not in item.name:
            return with_item(a.QUAFF, item.letter, "survive/quaff", f"HP {state.hero.hp}: {item.name} may heal")
    return None


def flee_by_stairs(state: State) -> Plan | None:
    """Leave by the stairs underfoot when losing."""
    if not state.near_hostiles or state.health > 0.4:
        return None
    terrain = int(state.level.terrain[state.at])
    if terrain in UP and state.hero.depth > 1:
        return press(a.UP, "flee/stairs", "losing: away by the stairs up")
    if terrain in DOWN:
        return press(a.DOWN, "flee/stairs", "losing: away by the stairs down")
    return None


def rest(state: State) -> Plan | None:
    """Wait for hit points when nothing threatens."""
    from yendor.skills.plans import counted

    hero = state.hero
    if state.threatened or hero.hunger >= Hunger.WEAK:
        return None
    wanted = 0.6 if hero.xl < 10 else 0.5
    resting = state.belief.keys[-1:] == [a.SEARCH]
    if state.health >= (0.8 if resting else wanted):
        return None
    return counted(20, a.SEARCH, "wait/rest", f"HP {hero.hp}({hero.max_hp}): resting")


def wait_out(state: State) -> Plan | None:
    """Wait until blindness, confusion, stunning or hallucination is over."""
    from yendor.skills.plans import counted

    trouble = Condition.BLIND | Condition.CONFUSED | Condition.STUNNED | Condition.HALLUCINATING
    if not state.belief.has(trouble) or state.near_hostiles:
        return None
    return counted(10, a.SEARCH, "wait/senses", "cannot trust the senses now")
