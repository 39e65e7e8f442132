"""Wait fainting, on an engraving, until a prayer is nearly sure: the weak have some 200 turns more than they need.

Of 4,300 prayers that the weak said 1,050 to 1,200 turns after the last one, 3 % to 7 % were not heard, and each of
those ended a game; from 1,200 on it is 2 % and less. Weakness begins with 50 points of nutrition, fainting with 0, and
starvation at -100 less ten for each point of constitution (eat.c). Whoever has fainted is helpless for ten to
twenty-five turns: Elbereth keeps all but humans and minotaurs away meanwhile (monmove.c).
"""

from yendor.bot.state import State
from yendor.bot.strategies import eat
from yendor.bot.word import write
from yendor.nethack.bottomline import Hunger
from yendor.skills import commands
from yendor.skills.plan import Plan

_PATROL = 38
"""Turns of weakness that are spent on looking for something to eat still."""


def propose(state: State) -> Plan | None:
    """Write Elbereth before the first faint, and rest on it; whatever falls beside it is eaten."""
    hero, belief = state.hero, state.belief
    near = hero.hunger >= Hunger.FAINTING or hero.turn - belief.weakened >= _PATROL
    if not near or not eat.fasting(state):
        return None
    meal = eat.propose(state)
    if meal:
        return meal
    if not belief.hidden_on_elbereth():
        return write(state, "write Elbereth, to faint on until a prayer is safe")
    if not belief.legible:
        return commands.look("survive/elbereth", "read what was written")
    return commands.search(2, "survive/fast", f"fast until a prayer is safe: {belief.prayer_odds():.3f} now")
