"""Steps of a game as tokens, and chunks cut out of them.

Each step is described, compared with the step before and turned into tokens once, however many chunks it is part of;
a chunk then is its anchor's tokens and a run of steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yendor.data.text_chunks_reader import ACTION, LEFT_OUT, OBSERVATION, PROMPT, Chunk
from yendor.text.history import Encoding, Passage, prompt, updates
from yendor.text.tokeniser import Tokeniser


@dataclass(frozen=True)
class Steps:
    """A run of steps, ready to be cut.

    Attributes:
        observations: Each step's whole text.
        updates: Each step's tokens for one who knows the step before; the first one's are empty.
        actions: Each step's action, as tokens.
        left_out: Whether each step's action is not to be learned; empty where all are.
    """

    observations: Sequence[str]
    updates: list[list[int]]
    actions: list[list[int]]
    left_out: Sequence[bool] = ()


class ChunkEncoder:
    """Makes chunks of steps.

    Args:
        tokeniser: Whose tokens.
        how: How an observation is told to one who knows the one before.
        instruction: What every chunk begins with; None where each passage brings its own.
    """

    def __init__(self, tokeniser: Tokeniser, how: Encoding, instruction: str | None = None) -> None:
        self.tokeniser, self.how, self.instruction = tokeniser, how, instruction
        self._names: dict[str, list[int]] = {}

    def steps(self, observations: Sequence[str], actions: Sequence[str], left_out: Sequence[bool] = ()) -> Steps:
        """Turn `[N]` observations and the action taken at each into tokens."""
        told: list[list[int]] = [[]]
        told += [self.tokeniser.encode("\n" + update) for update in updates(observations, self.how)]
        return Steps(observations, told, [self._name(action) for action in actions], left_out)

    def _name(self, action: str) -> list[int]:
        if action not in self._names:
            self._names[action] = self.tokeniser.action_ids([action])[0]
        return self._names[action]

    def chunks(self, steps: Steps, first: int, horizon: int, instruction: str | None = None) -> list[Chunk]:
        """Cut `horizon` steps from `first` on, or as many as there are: one chunk; without memory, one a step."""
        last = min(first + horizon, len(steps.observations))
        told = instruction if instruction is not None else self.instruction or ""
        if self.how.remembers:
            return [self._chunk(steps, first, last, told)]
        return [self._chunk(steps, i, i + 1, told) for i in range(first, last)]

    def _chunk(self, steps: Steps, first: int, last: int, instruction: str) -> Chunk:
        tokens = self.tokeniser.encode(prompt(instruction, steps.observations[first]))
        tokens.append(self.tokeniser.action)
        marks = [PROMPT] * len(tokens)
        for i in range(first, last):
            if i > first:
                tokens += steps.updates[i]
                tokens.append(self.tokeniser.action)
                marks += [OBSERVATION] * (len(steps.updates[i]) + 1)
            tokens += steps.actions[i]
            tokens.append(self.tokeniser.observation)
            learned = not (steps.left_out and steps.left_out[i])
            marks += [ACTION if learned else LEFT_OUT] * (len(steps.actions[i]) + 1)
        return Chunk(np.array(tokens, np.uint32), np.array(marks, np.uint8))

    def passage(self, passage: Passage) -> list[Chunk]:
        """Return the chunks of a passage: one, or one a step without memory."""
        steps = self.steps(passage.observations, passage.actions)
        return self.chunks(steps, 0, len(passage.actions), passage.instruction)


@dataclass
class Counts:
    """Token counts as the paper's appendix D has them.

    Attributes:
        chunks: Tokens of each chunk.
        anchors: Tokens of each anchor with its instruction.
        updates: Tokens of each observation but the anchors, of each step that is in a chunk.
        actions: Tokens of each action.
        fitting: Of each chunk, the share of its actions that end within `context` tokens.
    """

    context: int
    chunks: list[int]
    anchors: list[int]
    updates: list[int]
    actions: list[int]
    fitting: list[float]

    @classmethod
    def empty(cls, context: int) -> "Counts":
        """Return counts of nothing."""
        return cls(context, [], [], [], [], [])

    def add(self, chunk: Chunk) -> None:
        """Count a chunk."""
        marks = chunk.marks
        edges = np.flatnonzero(np.diff(marks)) + 1
        runs = np.diff([0, *edges, len(marks)])
        kinds = marks[[0, *edges]]
        self.chunks.append(len(marks))
        self.anchors.append(int(runs[0]) - 1)  # without the mark that opens the action
        self.updates += (runs[kinds == OBSERVATION] - 1).tolist()
        self.actions += (runs[kinds == ACTION] - 1).tolist()
        ends = np.cumsum(runs)[kinds == ACTION]
        self.fitting.append(float((ends <= self.context).mean()))

    def summary(self) -> dict[str, object]:
        """Return min, max, median, mean and deviation of each kind, and the totals."""
        within = np.array(self.chunks) <= self.context
        return {
            "tokens_per_chunk": _spread(np.array(self.chunks)),
            "tokens_per_anchor": _spread(np.array(self.anchors)),
            "tokens_per_update": _spread(np.array(self.updates)),
            "tokens_per_action": _spread(np.array(self.actions)),
            "total_tokens": int(sum(self.chunks)),
            "context": self.context,
            "chunks_within_context": round(float(within.mean()), 4) if len(within) else None,
            "actions_within_context": round(float(np.mean(self.fitting)), 4) if self.fitting else None,
        }


def _spread(numbers: NDArray[np.int64]) -> dict[str, float] | None:
    if not len(numbers):
        return None
    return {
        "min": int(numbers.min()),
        "max": int(numbers.max()),
        "median": float(np.median(numbers)),
        "mean": round(float(numbers.mean()), 2),
        "sd": round(float(numbers.std()), 2),
    }
