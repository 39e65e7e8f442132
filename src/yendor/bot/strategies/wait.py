"""Sit out what spoils every plan: blindness, confusion, stunning, hallucination."""

from yendor.bot.state import State
from yendor.nethack.bottomline import Condition
from yendor.skills import commands
from yendor.skills.plan import Plan

_WAITS = (
    (Condition.STUNNED, "wait/stunned", "wait until the head is steady"),
    (Condition.CONFUSED, "wait/confused", "wait until the head is clear"),
    (Condition.BLIND, "wait/blind", "wait until the eyes see"),
    (Condition.HALLUCINATING, "wait/hallucinating", "wait until things are what they look like"),
)


def propose(state: State) -> Plan | None:
    """Search until the condition has passed."""
    for condition, label, why in _WAITS:
        if state.hero.condition & condition:
            return commands.search(5, label, why)
    return None
