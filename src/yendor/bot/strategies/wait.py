"""Cure what spoils every plan, or sit it out: blindness, confusion, stunning, hallucination; and what soon kills."""

from yendor.bot.state import State
from yendor.nethack import items as it
from yendor.nethack.actions import APPLY, EAT, QUAFF
from yendor.nethack.bottomline import Condition
from yendor.skills import commands
from yendor.skills.plan import Plan

_WAITS = (
    (Condition.STUNNED, "wait/stunned", "wait until the head is steady"),
    (Condition.CONFUSED, "wait/confused", "wait until the head is clear"),
    (Condition.BLIND, "wait/blind", "wait until the eyes see"),
    (Condition.HALLUCINATING, "wait/hallucinating", "wait until things are what they look like"),
)
_SICK = Condition.FOOD_POISONED | Condition.ILL
_CURABLE = _SICK | Condition.STUNNED | Condition.CONFUSED | Condition.BLIND | Condition.HALLUCINATING
"""What a unicorn horn takes away, two times in three; a cursed one brings it (apply.c)."""
_TRIES = 20
"""Times that the horn is tried against the same ailments: what it has not cured by then it does not."""
_AT_ONCE = 2
"""Turns after it was applied in which a new ailment is taken for its doing."""
_MEDICINES = ("of extra healing", "of full healing")
"""Potions that cure sickness unless they are cursed; one of healing has to be blessed (potion.c)."""


def propose(state: State) -> Plan | None:
    """Apply a unicorn horn, or search until the condition has passed."""
    for condition, label, why in _WAITS:
        if state.hero.condition & condition:
            return _horn(state, label) or commands.search(5, label, why)
    return None


def remedy(state: State) -> Plan | None:
    """Eat, drink or apply what cures a deadly affliction; a command that came to nothing is not tried again."""
    condition, tries = state.hero.condition, state.belief.tries
    for item in state.belief.inventory:
        if condition & Condition.STONE and "lizard corpse" in item.name and not tries.get(EAT):
            return commands.eat(item.letter, "eat a lizard, against petrification")
        heals = item.kind == it.POTION and item.name.endswith(_MEDICINES) and item.blessing != "cursed"
        if condition & _SICK and heals and not tries.get(QUAFF):
            return commands.quaff(item.letter, f"drink {item.name}, against sickness")
    return _horn(state, "survive/horn") if condition & _SICK else None


def _horn(state: State, label: str) -> Plan | None:
    """Apply a unicorn horn that is not known to be cursed, once a turn, as long as it has done no harm."""
    belief, turn, ailments = state.belief, state.hero.turn, state.hero.condition & _CURABLE
    usable = (i for i in belief.inventory if i.name.startswith("unicorn horn") and i.blessing != "cursed")
    horn = next((i for i in usable if (i.letter, i.name) not in belief.tried), None)
    if horn is None or turn < belief.handless or belief.tries.get(APPLY):
        return None
    applied, before = belief.derived.get("horn", (-_AT_ONCE, 0))
    if belief.command == APPLY and turn - applied <= _AT_ONCE and ailments & ~before:
        belief.tried.add((horn.letter, horn.name))  # it is cursed
        return None
    times = belief.derived.get(("horn", ailments), 0)
    if times >= _TRIES:
        return None
    belief.derived |= {"horn": (turn, ailments), ("horn", ailments): times + 1}
    return Plan((APPLY,), label, "apply the unicorn horn", letter=horn.letter)
