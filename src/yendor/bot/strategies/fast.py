"""Wait fainting, on an engraving, until a prayer is nearly sure: the weak have some 200 turns more than they need.

Of 4,773 prayers that the weak said at odds of 0.90 to 0.98 in 736 games, 188 were not heard, which ends most games;
from 1,200 turns after the last one on it is 2 % and less. Weakness begins with 50 points of nutrition, fainting with 0,
and starvation at -100 less ten for each point of constitution (eat.c). Whoever has fainted is helpless for ten to
twenty-five turns: Elbereth keeps all but humans and minotaurs away meanwhile (monmove.c).
"""

from yendor.bot.combat.threat import SCORNS_ELBERETH, blows
from yendor.bot.state import State
from yendor.bot.strategies import eat
from yendor.bot.word import SCRAWL, SHOT, write
from yendor.nethack.bottomline import Condition, Hunger
from yendor.skills import commands
from yendor.skills.plan import Plan

SAFE = 0.976
"""Odds of a prayer that the weak do not put off."""
_SHALLOW = 2
"""Depth down to which the weak wait for them fainting."""
_STARVES, _PER_POINT, _RESERVE = 150, 10, 60
"""Turns from weakness to starvation, those that each point of constitution adds, and those that are left for fainting
once more, and the prayer (eat.c)."""
ALONE = 9
"""Squares within which nobody hostile may be."""
_PATROL = 38
"""Turns of weakness that are spent on looking for something to eat still."""
_FAINTED = 15
"""Turns that a faint takes,"""
_BEARABLE = 0.6
"""and the share of the hit points that the blows of so many turns may take."""


def propose(state: State) -> Plan | None:
    """Write Elbereth before the first faint, and rest on it; whatever falls beside it is eaten."""
    hero, belief = state.hero, state.belief
    if hero.hunger >= Hunger.WEAK and state.hostiles(1) and bearable(state):
        meal = eat.from_pack(state)  # a ghost that can hardly be hit hardly hurts, and starves the hero
        if meal:
            return meal
    near = hero.hunger >= Hunger.FAINTING or hero.turn - belief.weakened >= _PATROL
    if not near:
        return None
    siege = besieged(state)
    if not siege and not fasting(state):
        return None
    meal = None if siege else eat.propose(state)
    if meal:
        return meal
    if not belief.hidden_on_elbereth():
        return write(state, "write Elbereth, to faint on until a prayer is safe")
    if not belief.legible:
        return commands.look("survive/elbereth", "read what was written")
    why = f"fast until a prayer is safe: {belief.prayer_odds():.3f} now"
    return commands.search(1 if siege else 2, "survive/fast", why)


def fasting(state: State) -> bool:
    """Tell whether a weak hero's prayer is not safe yet, will be, and can be waited for on an engraving, alone.

    Dust wears off while the hero lies in it: four of 52 heroes who fainted among enemies died.
    """
    return _able(state) and not state.hostiles(ALONE)


def besieged(state: State) -> bool:
    """Tell whether enemies whom the word keeps off are about, too many to fight between two faints.

    Ten of 171 heroes fainted to death though their last prayer was heard, half of them off a word that held.
    """
    if state.hero.hunger < Hunger.FAINTING or bearable(state) or not _able(state):
        return False
    shot = state.hero.turn - state.belief.shot < SHOT
    return not shot and not any(c.species in SCORNS_ELBERETH for c in state.hostiles(ALONE))


def bearable(state: State) -> bool:
    """Tell whether the hero outlives a faint beside those who are about."""
    harm = sum(blows(c.species, state.hero.ac) for c in state.hostiles(ALONE))
    return harm * _FAINTED < _BEARABLE * state.hero.hp


def _able(state: State) -> bool:
    """Tell whether to wait for a safe prayer is what is left, and the hero can write."""
    hero, belief = state.hero, state.belief
    if eat.has_food(state) or hero.condition & (SCRAWL | Condition.BLIND) or hero.turn < belief.handless:
        return False
    return hopeful(state) and respite(state) > 0


def hopeful(state: State) -> bool:
    """Tell whether the hero is weak, and may wait here for a prayer that is not safe yet, but will be."""
    hero, belief = state.hero, state.belief
    if hero.hunger < Hunger.WEAK or belief.slighted >= 0 or hero.depth > _SHALLOW or belief.lycanthrope:
        return False
    return hero.turn >= belief.forsaken and belief.prayer_odds() < SAFE


def respite(state: State) -> int:
    """Return the turns of weakness and fainting that are left to the hero before it must have eaten, or been heard."""
    return _STARVES + _PER_POINT * state.hero.constitution - _RESERVE - (state.hero.turn - state.belief.weakened)
