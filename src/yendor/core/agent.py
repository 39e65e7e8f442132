"""What every player is: the `Agent` protocol, its batched sibling, and `Decision`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Observation = Mapping[str, NDArray[Any]]
"""NLE's observation: its own keys (`glyphs`, `blstats`, `tty_chars`, ...) to arrays.

The engine reuses the arrays: an agent that keeps one past the call copies it.
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """One key, and why.

    Attributes:
        action: Index into `nle.nethack.ACTIONS`, 0 to 120.
        label: Path in the agent's strategy tree (`fight/melee`), or "" when it has none.
        explanation: One line for a person, or "".
    """

    action: int
    label: str = ""
    explanation: str = ""


@runtime_checkable
class Agent(Protocol):
    """Anything that plays one game at a time: bot, network, language model, human.

    The caller asks with `act` and then tells with `observe` which key was really pressed,
    every step, also when that is the agent's own answer:

        decision = agent.act(observation)
        agent.observe(observation, decision.action)
        observation, ... = env.step(decision.action)

    An agent therefore *shadows* another player when `observe` is given that player's keys.
    `act` may be asked more than once about the same observation.
    """

    name: str

    def reset(self, seed: int) -> None:
        """Forget the last game; `seed` fixes every random choice of the next one."""

    def act(self, observation: Observation) -> Decision:
        """Choose the key for this observation."""

    def observe(self, observation: Observation, action: int) -> None:
        """Learn that `action` (index, 0 to 120) was pressed on `observation`."""


@runtime_checkable
class BatchedAgent(Protocol):
    """Plays many games at once, one per slot; slots start and end independently."""

    name: str

    def reset_slot(self, slot: int, seed: int) -> None:
        """Start a new game in `slot`; the other slots' memory is untouched."""

    def act_batch(self, slots: Sequence[int], observations: Sequence[Observation]) -> list[Decision]:
        """Choose one key for each of the named slots' observations."""

    def observe_batch(self, slots: Sequence[int], observations: Sequence[Observation], actions: Sequence[int]) -> None:
        """Learn the keys really pressed in the named slots."""


class OneByOne:
    """Makes a `BatchedAgent` of a single-game agent's constructor: one instance a slot."""

    def __init__(self, make_agent: "type[Agent] | Any") -> None:
        self._make = make_agent
        self._agents: dict[int, Agent] = {}
        self.name: str = make_agent().name

    def reset_slot(self, slot: int, seed: int) -> None:
        agent = self._agents.setdefault(slot, self._make())
        agent.reset(seed)

    def act_batch(self, slots: Sequence[int], observations: Sequence[Observation]) -> list[Decision]:
        return [self._agents[s].act(o) for s, o in zip(slots, observations, strict=True)]

    def observe_batch(self, slots: Sequence[int], observations: Sequence[Observation], actions: Sequence[int]) -> None:
        for slot, observation, action in zip(slots, observations, actions, strict=True):
            self._agents[slot].observe(observation, action)


class InOneSlot:
    """Makes an `Agent` of a batched one: it plays one game, in slot 0."""

    def __init__(self, batched: BatchedAgent) -> None:
        self._batched = batched
        self.name = batched.name
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Begin a game."""
        self._batched.reset_slot(0, seed)
        self._decision: Decision | None = None

    def act(self, observation: Observation) -> Decision:
        """Choose a key."""
        if self._decision is None:
            self._decision = self._batched.act_batch([0], [observation])[0]
        return self._decision

    def observe(self, observation: Observation, action: int) -> None:
        """Learn which key was pressed."""
        self._batched.observe_batch([0], [observation], [action])
        self._decision = None


def copy_observation(observation: Observation) -> dict[str, NDArray[Any]]:
    """Copy an observation out of the engine's reused buffers."""
    return {key: np.array(value) for key, value in observation.items()}
