"""What every network reads and says: frames of terminals in, logits and a state to carry on out."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

ACTIONS = 121
State = tuple[Tensor, ...]
"""What a network remembers of each row's game: tensors `[..., B, ...]` with the rows in dimension 1."""


class Frames(NamedTuple):
    """An unroll of terminals; what a ttyrec holds, so that recorded and live games look alike.

    Attributes:
        chars: [T, B, 24, 80] uint8.
        colors: [T, B, 24, 80] int8.
        cursor: [T, B, 2] int, row and column.
        previous: [T, B] int64, the action before this frame; -1 at a game's first.
        is_first: [T, B] bool, the first frame of a game.
    """

    chars: Tensor
    colors: Tensor
    cursor: Tensor
    previous: Tensor
    is_first: Tensor

    def flat(self) -> "Frames":
        """Return the frames as a batch of N = T * B."""
        return Frames(*(field.flatten(0, 1) for field in self))

    def span(self, start: int, end: int | None = None) -> "Frames":
        """Return frames `start` up to `end`, as views."""
        return Frames(*(field[start:end] for field in self))


class Output(NamedTuple):
    """What a network says of each frame.

    Attributes:
        strategy: [T, B, S] logits; S = 0 for a flat policy.
        core: [T, B, width], what `Network.actions` makes keys of.
        value: [T, B], the expected return; only reinforcement learning trains it.
        state: To carry on to the next unroll.
    """

    strategy: Tensor
    core: Tensor
    value: Tensor
    state: State


class Network(Protocol):
    """What learners and players need of a network; it is a `torch.nn.Module` too."""

    def initial_state(self, batch: int) -> State:
        """Return the state before a game, for `batch` rows."""

    def __call__(self, frames: Frames, state: State) -> Output:
        """Run over an unroll, forgetting a row's state where `is_first` says that a game begins."""

    def actions(self, core: Tensor, strategy: Tensor) -> Tensor:
        """Return [..., 121] logits of the keys, given `Output.core` [..., width] and strategies [...] int64.

        A flat policy ignores the strategies.
        """

    def eval(self) -> Any:
        """Go into evaluation mode, as `torch.nn.Module` does."""

    def train(self) -> Any:
        """Go into training mode."""


def join_states(states: Sequence[State]) -> State:
    """Put rows side by side."""
    return tuple(torch.cat(parts, dim=1) for parts in zip(*states, strict=True))


def detached(state: State) -> State:
    """Cut a state off from the graph of the unroll that made it."""
    return tuple(part.detach() for part in state)
