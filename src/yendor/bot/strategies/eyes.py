"""Get past floating eyes that bar the way: they follow whoever is near, one square in twelve turns, and stay.

Heroes between two of them, or in a blind alley, never came out, and prayed until no god heard them. To strike one
freezes the hero for some 70 turns at a time, and one in three does not survive that. Beside Elbereth an eye goes back a
square.
"""

from yendor.belief import terrain as t
from yendor.belief.creatures import Creature
from yendor.belief.level import Square
from yendor.bot.aims import digger, drill
from yendor.bot.combat.missiles import destroy
from yendor.bot.combat.threat import FLOATING_EYE
from yendor.bot.state import State
from yendor.bot.word import can_write
from yendor.nethack.actions import OFFSETS
from yendor.nethack.bottomline import Condition
from yendor.skills import commands
from yendor.skills.plan import Plan

_HEALTHY = 0.8
_SHUT_IN = 40
"""Searches on a square after which a floating eye beside it is taken to stay."""
_CONFINED = 60
"""Squares within reach, at most, of a hero who does nothing else before it is out."""
_PUSH = 1500
"""Turns for which the same of two floating eyes is pushed: one behind whom others stand cannot go back."""
_GIVEN_UP = 600
"""Waits for it to go back after which an eye is struck all the same."""
_LEGIBLE = 12
"""Turns for which the word is taken to stand once it was read: dust wears off under the feet."""
_JUST = 3
"""Turns after the death of one in which the next is not taken for it."""
_ALONE = 50
"""Turns since a wound after which nobody else is taken to be about while the gaze freezes the hero,"""
_IN_VIEW = 9
"""with nobody hostile seen within so many squares: on Elbereth none of them wounds, and the blow wipes it out."""
_FREE = 150
"""Squares within reach of a hero who has got out."""
_HIGH = 3
"""Depth down to which whoever can dig leaves through the floor."""


def propose(state: State) -> Plan | None:
    """Drive eyes off that leave a hero little room; with more room, that waits until there is nothing else to do."""
    if state.reach > _FREE:
        state.level.shut_in = 0
    return drive_off(state) if state.reach <= _CONFINED else None


def drive_off(state: State) -> Plan | None:
    """Dig a way out, or push the eye that bars the way: write beside it, go after it, write again."""
    level = state.level
    if state.belief.killed.get("floating eye", -_JUST) > state.hero.turn - _JUST:
        level.shut_in = 0
    eyes = [c for c in state.belief.creatures if c.species == FLOATING_EYE and c.distance <= 3]
    eyes = [c for c in eyes if state.blocks((c.row, c.column))] if eyes and state.hp_share >= _HEALTHY else []
    eye = _chosen(state, eyes)
    if eye is None:
        level.pushed = None
        return None
    if out := _through_the_floor(state):
        return out
    if eye.distance > 1:
        return _after(state, eye)
    if shot := destroy(state, eye):
        return shot
    if level.shut_in > _GIVEN_UP and _alone(state):
        offset = (eye.row - state.hero.y, eye.column - state.hero.x)
        return commands.force_fight(offset, "fight/melee", "strike the floating eye: it does not go away")
    if not state.belief.hidden_on_elbereth():
        return commands.elbereth("write Elbereth: it drives floating eyes away") if can_write(state) else None
    if _unread(state):
        return commands.look("survive/elbereth", "read what was written")
    level.shut_in += 1
    return commands.search(4, "wait/lure", "wait until the floating eye goes back")


def _unread(state: State) -> bool:
    """Tell whether the word was not read lately, or a blow may have smudged it since."""
    belief, hero = state.belief, state.hero
    stale = belief.read_turn < 0 or hero.turn - belief.read_turn >= _LEGIBLE or hero.hp < belief.read_hp
    return stale and not hero.condition & Condition.BLIND


def _alone(state: State) -> bool:
    """Tell whether nobody seems to be about who would kill a frozen hero."""
    seen = any(c.species >= 0 for c in state.hostiles(_IN_VIEW))
    return not seen and state.hero.turn - state.belief.hurt > _ALONE


def _through_the_floor(state: State) -> Plan | None:
    """Dig down, on a level that can be come back to, and where no shopkeeper minds."""
    if state.hero.depth >= _HIGH or state.level.shop[t.box(*state.square)].any():
        return None
    tool, wand, why = digger(state.belief), drill(state.belief), "shut in by floating eyes: out through the floor"
    if tool is not None and can_write(state):
        return commands.dig_down(tool.letter, why)
    return commands.zap_down(wand.letter, why) if wand is not None and not state.belief.punished else None


def _chosen(state: State, eyes: list[Creature]) -> Creature | None:
    """Return the eye that is being pushed, or else one that has barred the way for a while."""
    level, turn = state.level, state.hero.turn
    if level.pushed is not None and turn <= level.pushed[1]:
        row, column = level.pushed[0]
        near = [c for c in eyes if max(abs(c.row - row), abs(c.column - column)) <= 2]
        eye = min(near, key=lambda c: abs(c.row - row) + abs(c.column - column), default=None)
        until = level.pushed[1]
    else:
        if level.searched[state.square] < _SHUT_IN or not eyes:
            return None
        eyes.sort(key=lambda c: (c.row, c.column))
        eye, until = eyes[turn // _PUSH % len(eyes)], turn + _PUSH
    if eye is not None:
        level.pushed = ((eye.row, eye.column), until)
    return eye


def _after(state: State, eye: Creature) -> Plan:
    """Step to a square beside the eye; wait where there is none."""
    y, x = state.square
    for dr, dc in OFFSETS:
        ahead: Square = (y + dr, x + dc)
        beside = max(abs(ahead[0] - eye.row), abs(ahead[1] - eye.column)) < eye.distance
        if beside and 0 <= ahead[0] < 21 and 0 <= ahead[1] < 79 and state.distances[ahead] == 1:
            return commands.step((dr, dc), "wait/lure", "after the floating eye that goes back")
    return commands.search(4, "wait/lure", "wait until the floating eye goes back")
