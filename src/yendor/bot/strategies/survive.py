"""Survive: pray, quaff, climb away when the end is near."""

from yendor.bot.state import DOWN, UP, State
from yendor.nethack import actions as a
from yendor.nethack.bottomline import Condition, Hunger
from yendor.nethack.items import POTION
from yendor.nethack.prompts import Kind
from yendor.skills.plans import Plan, Step, counted, press, with_item

FIRST_PRAYER = 110
"""NetHack starts the prayer timeout at 300 and hears a major trouble from 200 down: from turn 100 on."""
BETWEEN_PRAYERS = {"low": 500, "hungry": 950, "fainting": 650, "ill": 500}
"""Turns since the last prayer. After a success the timeout is drawn anew (rnz(350)): a prayer 500 turns
later comes too early in 13 % of cases, 1000 turns later in 5 %. What would kill now is worth more risk."""


def low(state: State) -> bool:
    """Tell whether the gods call these hit points low (pray.c: at most 5, or at most 1/7 of the maximum)."""
    hero = state.hero
    return hero.hp <= 5 or hero.hp * 7 <= hero.max_hp


def may_pray(state: State, trouble: str) -> bool:
    """Tell whether a prayer is likely to be heard, or the best hope all the same."""
    belief, turn = state.belief, state.hero.turn
    if belief.god_angry:
        return False
    if belief.prayed is None:
        return turn > FIRST_PRAYER
    return turn - belief.prayed > BETWEEN_PRAYERS[trouble]


_ILL = Condition.STONE | Condition.SLIME | Condition.STRANGLED | Condition.FOOD_POISONED | Condition.ILL


def pray(state: State) -> Plan | None:
    """Pray in major trouble: low hit points, weak from hunger, deadly illness."""
    hero = state.hero
    if low(state):
        trouble, reason = "low", f"HP {hero.hp}({hero.max_hp})"
    elif state.belief.has(_ILL):
        trouble, reason = "ill", "deadly ill"
    elif hero.hunger >= Hunger.FAINTING:
        trouble, reason = "fainting", "fainting from hunger"
    elif hero.hunger >= Hunger.WEAK:
        trouble, reason = "hungry", "weak from hunger"
    else:
        return None
    if not may_pray(state, trouble):
        return None
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
    trouble = Condition.BLIND | Condition.CONFUSED | Condition.STUNNED | Condition.HALLUCINATING
    if not state.belief.has(trouble) or state.near_hostiles:
        return None
    return counted(10, a.SEARCH, "wait/senses", "cannot trust the senses now")
