"""The bot: a symbolic player whose whole state is a belief and the plan in progress."""

import numpy as np
from numpy.typing import NDArray

from yendor.belief.belief import DIGITS, Belief
from yendor.bot.answers import answer
from yendor.bot.state import State
from yendor.bot.strategies import STRATEGIES
from yendor.bot.strategies.explore import edge, patrol
from yendor.core.agent import Decision, Observation
from yendor.core.registry import register
from yendor.nethack import actions as a
from yendor.nethack.prompts import Kind
from yendor.skills import commands
from yendor.skills.paths import distances
from yendor.skills.plan import Plan

_NOT_ITS_WAY = 10_000
"""Turns for which we do not propose again a thing that the player we shadow does not put on, read or write with."""
_PATIENCE = 700
"""Turns since the last prayer of a player who does not pray in great trouble, as its shadow takes it."""
_STUCK = 30
"""Observations without a game turn after which the ordinary strategies are not asked."""
_UNASKED = 8
"""Steps of a patrol in a row, with nothing new, for which the other strategies are not asked: they had no plan."""


@register("agent", "bot")
class BotAgent:
    """Plays by strategies that read what it knows.

    Everything it knows is in plain data, so that it pickles in mid-game and goes on as it would have.
    It learns from the keys that were really pressed, not from its own answers, so that it can shadow
    another player.

    Attributes:
        label: The strategy followed last: at a question that another player's key raised, still the same.
        faults: Errors of its own that it caught; 0 in a sound bot.
        last_fault: The last of them, in words.
    """

    name = "bot"

    def __init__(self) -> None:
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Forget the last game. The bot makes no random choice, so the seed changes nothing."""
        self.belief = Belief()
        self.plan: Plan | None = None
        self.left: tuple[int, ...] = ()
        self.label = "explore"
        self.faults = 0
        self.last_fault = ""
        self._seen: tuple[bytes, ...] | None = None
        self._decision = Decision(a.ESC)
        self._chosen: tuple[Plan | None, tuple[int, ...]] = (None, ())
        self._unasked = 0

    def act(self, observation: Observation) -> Decision:
        """Choose the key for this observation; asked again, it gives the same answer."""
        seen = _fingerprint(observation)
        if seen != self._seen:
            self._seen = seen
            self.belief.update(observation)
            self._decision = self._decide(observation)
        return self._decision

    def observe(self, observation: Observation, action: int) -> None:
        """Learn that a key was pressed, ours or another player's."""
        own = self.act(observation).action
        plan, left = self._chosen
        if action == own:
            self.plan, self.left = plan, left
        else:
            self._doubt(plan, action)
            self.plan, self.left = None, ()
        self.belief.note_key(action)
        self._seen = None

    def _decide(self, observation: Observation) -> Decision:
        try:
            plan, left, key, why = self._next(observation)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, ZeroDivisionError) as error:
            # A game of a million steps must not end for one bad table entry: counted, and the tests want 0.
            self.faults += 1
            self.last_fault = repr(error)
            plan, left, key, why = None, (), (a.ESC if self.faults % 2 else a.SEARCH), f"error: {error}"
            self._chosen = (None, ())
            return Decision(key, "error", why)
        self._chosen = (plan, left)
        if plan is not None:
            self.label = plan.label
        return Decision(key, self.label, why)

    def _next(self, observation: Observation) -> tuple[Plan | None, tuple[int, ...], int, str]:
        belief, plan = self.belief, self.plan
        if belief.prompt.kind is not Kind.COMMAND:
            key, why = answer(observation, belief, plan)
            return plan, (), key, why
        if plan is not None and self.left:
            return plan, self.left[1:], self.left[0], plan.explanation
        chosen = self._stuck() if belief.idle > _STUCK else self._choose()
        return chosen, chosen.keys[1:], chosen.keys[0], chosen.explanation

    def _choose(self) -> Plan:
        state = State(self.belief)
        on_patrol = self.belief.uneventful and self.plan is not None and self.plan.label == "wait/patrol"
        self._unasked = self._unasked + 1 if on_patrol and self._unasked < _UNASKED else 0
        if self._unasked:
            return patrol(state)
        for _, propose in STRATEGIES:
            plan = propose(state)
            if plan is not None and not self._refused(plan):
                return plan
        return commands.search(5, "explore/search", "nothing else to do")

    def _refused(self, plan: Plan) -> bool:
        """Tell whether the game took this command several times without anything happening."""
        command = plan.keys[0]
        if command in DIGITS:
            command = next((key for key in plan.keys if key not in DIGITS), command)
        return self.belief.tries.get(command, 0) >= 3

    def _stuck(self) -> Plan:
        """Something keeps the clock from moving: escape, search, then step anywhere."""
        phase = self.belief.idle % 11
        if phase % 3 == 0:
            return Plan((a.ESC,), "error", "the clock stands still: escape")
        if phase % 3 == 1:
            return Plan((a.SEARCH,), "error", "the clock stands still: search")
        return Plan((self.belief.idle % 8,), "error", "the clock stands still: step somewhere")

    def _doubt(self, plan: Plan | None, action: int) -> None:
        """The player we shadow does not do what we would: it knows something that we do not."""
        if plan is None or self.belief.prompt.kind is not Kind.COMMAND:
            return
        belief, level = self.belief, self.belief.level
        if plan.goal is not None:
            level.mistrust(*plan.goal, belief.hero.turn)
        elif plan.label == "fight/melee" and plan.keys[0] < 8:
            belief.spare(plan.keys[0])
        elif plan.label in ("items/wear", "items/engrave", "items/read"):
            item = next((i for i in belief.inventory if i.letter == plan.letter), None)
            thing = (plan.letter, item.name if item else "")
            belief.refused[thing] = belief.hero.turn + _NOT_ITS_WAY
            belief.tried.add(thing)
        elif plan.label == "survive/pray" and belief.prayed is None:
            belief.prayed = belief.hero.turn - _PATIENCE
        elif plan.label == "items/pickup":
            level.leave(belief.square, belief.hero.turn)
        nearer = self._nearer(action)
        if plan.label == "explore/frontier":
            level.take_for_done(edge(State(belief)) & ~nearer)
        elif action < 8 and plan.label in _IDLE:
            level.forgive(("patrol", "down", "up", "search"))
            level.reopen(nearer)

    def _nearer(self, action: int) -> NDArray[np.bool_]:
        """Return the squares [21, 79] that a key brings nearer; none when it is no step."""
        state = State(self.belief)
        if action >= 8:
            return np.zeros(state.level.terrain.shape, bool)
        dr, dc = a.OFFSETS[action]
        row = min(max(state.square[0] + dr, 0), state.level.terrain.shape[0] - 1)
        column = min(max(state.square[1] + dc, 0), state.level.terrain.shape[1] - 1)
        nearer: NDArray[np.bool_] = distances(*state.masks, (row, column)) < state.distances
        return nearer


_IDLE = ("wait/patrol", "explore/search", "explore/descend")
"""What we propose when we think that the level is explored."""


def _fingerprint(observation: Observation) -> tuple[bytes, ...]:
    return (
        observation["tty_chars"].tobytes(),
        observation["blstats"].tobytes(),
        observation["misc"].tobytes(),
        observation["tty_cursor"].tobytes(),
        observation["glyphs"].tobytes(),
    )
