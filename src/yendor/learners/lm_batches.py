"""From chunks of text to rows of tokens: cut at the context, packed, with the places where the loss is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from yendor.core.errors import YendorError
from yendor.data.text_chunks_reader import ACTION, LEFT_OUT, OBSERVATION, PROMPT, Part

_STEP = 32
"""Rows are a multiple of this long, so that few lengths occur."""


class Rows(NamedTuple):
    """Chunks as rows, and what is learned of them.

    A place is `row * T + column` of the token before its target.

    Attributes:
        tokens: [R, T] int64; 0 after a row's last chunk.
        positions: [R, T] int64, from 0 in each chunk; None when no row holds two, and columns are positions.
        documents: [R, T] int64, each chunk of a row its own number; None likewise.
        action_places: [K] int64, where the next token is of an action.
        action_targets: [K] int64, these tokens.
        action_groups: [K] int64, rising: which action each is of.
        action_starts: [A] int64: each action's first among the K.
        action_steps: [A] int64: how many actions come before it in its chunk.
        observation_places: [M] int64, where the next token is of an observation; none when it is not asked for.
        observation_targets: [M] int64.
        read: Tokens in the rows, without what fills them up.
    """

    tokens: Tensor
    positions: Tensor | None
    documents: Tensor | None
    action_places: Tensor
    action_targets: Tensor
    action_groups: Tensor
    action_starts: Tensor
    action_steps: Tensor
    observation_places: Tensor
    observation_targets: Tensor
    read: int

    def to(self, device: torch.device) -> "Rows":
        """Move to a device."""
        if device.type == "cpu":
            return self
        moved = (x.pin_memory().to(device, non_blocking=True) if isinstance(x, Tensor) else x for x in self)
        return Rows(*moved)  # type: ignore[arg-type]


class Cut(NamedTuple):
    """A chunk as the network reads it, all [n].

    Attributes:
        inputs: Tokens read.
        targets: The token after each.
        marks: The targets' marks.
    """

    inputs: NDArray[np.int64]
    targets: NDArray[np.int64]
    marks: NDArray[np.uint8]


def cut(part: Part, number: int, context: int, vocabulary: int) -> Cut:
    """Read a chunk's beginning, as much as the context holds; an action cut in two is no target.

    Raises:
        YendorError: Tokens that the vocabulary lacks, or marks that do not exist.
    """
    chunk = part.chunk(number)
    tokens, marks = chunk.tokens[: context + 1].astype(np.int64), np.array(chunk.marks[: context + 1])
    if tokens.max() >= vocabulary or marks.max() > LEFT_OUT:
        raise YendorError(
            f"the chunk dataset is damaged: {part.folder}: chunk {number} has token {tokens.max()} of {vocabulary}, "
            f"mark {marks.max()} of {LEFT_OUT}",
            "Make it again with `yendor data text`.",
        )
    if len(chunk.marks) > len(marks) and marks[-1] == ACTION == chunk.marks[len(marks)]:
        whole = np.flatnonzero(marks != ACTION)
        marks[whole[-1] + 1 if len(whole) else 0 :] = PROMPT
    return Cut(tokens[:-1], tokens[1:], marks[1:])


def rows_of(
    part: Part, numbers: Sequence[int] | NDArray[np.int64], context: int, vocabulary: int, width: int = 128,
    pack: bool = True, observations: bool = False,
) -> Rows:  # fmt: skip
    """Lay chunks out as rows.

    Args:
        part: Where they are.
        numbers: Which.
        context: Tokens that the network reads at once.
        vocabulary: Tokens that there are.
        width: Of the network; it decides how long packed rows are best.
        pack: Put several in a row where that is less work; otherwise each has its own, padded to the longest.
        observations: Find the places of observations too.
    """
    cuts = [cut(part, int(number), context, vocabulary) for number in numbers]
    lengths = [len(one.inputs) for one in cuts]
    layout = best_layout(lengths, context, width) if pack else plain_layout(lengths, context)
    tokens = np.zeros((len(layout.rows), layout.length), np.int64)
    positions, documents = np.zeros_like(tokens), np.full_like(tokens, -1)
    places = [np.zeros(0, np.int64)] * len(cuts)
    for row, members in enumerate(layout.rows):
        column = 0
        for document, member in enumerate(members):
            span = slice(column, column + lengths[member])
            tokens[row, span] = cuts[member].inputs
            positions[row, span] = np.arange(lengths[member])
            documents[row, span] = document
            places[member] = row * layout.length + np.arange(span.start, span.stop)
            column = span.stop
    together = any(len(members) > 1 for members in layout.rows)
    targets = np.concatenate([one.targets for one in cuts])
    marks = np.concatenate([one.marks for one in cuts])
    where = np.concatenate(places)
    action, group, starts, steps = _actions(marks, np.repeat(np.arange(len(cuts)), lengths))
    seen = np.flatnonzero(marks == OBSERVATION) if observations else np.zeros(0, np.int64)
    return Rows(
        torch.from_numpy(tokens),
        torch.from_numpy(positions) if together else None,
        torch.from_numpy(documents) if together else None,
        torch.from_numpy(where[action]),
        torch.from_numpy(targets[action]),
        torch.from_numpy(group),
        torch.from_numpy(starts),
        torch.from_numpy(steps),
        torch.from_numpy(where[seen]),
        torch.from_numpy(targets[seen]),
        sum(lengths),
    )


def _actions(marks: NDArray[np.uint8], chunks: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Find the actions among targets: their places, group, first places among these, and step within the chunk."""
    is_action = marks == ACTION
    begins = is_action.copy()
    begins[1:] &= ~is_action[:-1] | (chunks[1:] != chunks[:-1])
    action = np.flatnonzero(is_action)
    group = np.cumsum(begins)[action] - 1
    starts = np.flatnonzero(begins[action])
    own = chunks[action][starts]
    first = np.searchsorted(own, own)  # where each action's chunk has its first
    return action, group, starts, np.arange(len(own)) - first


class Layout(NamedTuple):
    """Which chunks lie in which row, and how long all rows are."""

    rows: list[list[int]]
    length: int


def plain_layout(lengths: Sequence[int], context: int) -> Layout:
    """Give each chunk its own row."""
    return Layout([[number] for number in range(len(lengths))], _rounded(max(lengths), context))


def best_layout(lengths: Sequence[int], context: int, width: int) -> Layout:
    """Pack chunks into rows of the length, up to the context, that costs the network least.

    A layer's work on a row of T tokens is about T (6 width + T): products with its weights, and attention, of which a
    causal row without documents needs half. Longer rows leave less room unused and cost more attention.
    """

    def cost(layout: Layout) -> float:
        alone = len(layout.rows) == len(lengths)
        return len(layout.rows) * layout.length * (6 * width + layout.length / (2 if alone else 1))

    longest = _rounded(max(lengths), context)
    tried = {longest, context, *(min(times * longest, context) for times in (1.5, 2, 3, 4))}
    layouts = [plain_layout(lengths, context), *(pack(lengths, int(row)) for row in sorted(tried))]
    return min(layouts, key=cost)


def pack(lengths: Sequence[int], row: int) -> Layout:
    """Pack by first-fit decreasing, which needs at most 11/9 of the fewest rows (Johnson 1973)."""
    rows: list[list[int]] = []
    room: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda n: -lengths[n]):
        at = next((i for i, free in enumerate(room) if free >= lengths[number]), len(rows))
        if at == len(rows):
            rows.append([])
            room.append(row)
        rows[at].append(number)
        room[at] -= lengths[number]
    return Layout(rows, row)


def _rounded(length: int, context: int) -> int:
    return min(-(-max(length, 1) // _STEP) * _STEP, context)


class Order:
    """The order of the chunks: each epoch all of them, shuffled anew.

    Args:
        chunks: How many there are.
        seed: Fixes the order.
    """

    def __init__(self, chunks: int, seed: int) -> None:
        self.chunks, self.seed = chunks, seed
        self._epoch, self._shuffled = -1, np.zeros(0, np.int64)

    def take(self, first: int, count: int) -> NDArray[np.int64]:
        """Return the chunks drawn `first`, `first + 1`, ... since the training began, [count] int64."""
        epochs, places = np.divmod(np.arange(first, first + count), self.chunks)
        found = np.empty(count, np.int64)
        for epoch in np.unique(epochs):
            found[epochs == epoch] = self._order(int(epoch))[places[epochs == epoch]]
        return found

    def _order(self, epoch: int) -> NDArray[np.int64]:
        if epoch != self._epoch:
            self._epoch, self._shuffled = epoch, np.random.default_rng([self.seed, epoch]).permutation(self.chunks)
        return self._shuffled


class Kept(NamedTuple):
    """What the context leaves of a dataset.

    Attributes:
        actions: In the chunks looked at.
        kept: Of these, whole within the context.
        prompt: Tokens of the shortest prompt.
    """

    actions: int
    kept: int
    prompt: int


def kept_actions(part: Part, context: int, chunks: int = 5000) -> Kept:
    """Count the actions that cutting at the context leaves, in at most so many chunks evenly spread."""
    actions = kept = 0
    prompt = np.iinfo(np.int64).max
    for number in spread(len(part), chunks):
        is_action = np.asarray(part.chunk(int(number)).marks) == ACTION
        ends = np.flatnonzero(is_action[1:] & ~np.append(is_action[2:], False)) + 1  # a first token is no target
        actions += len(ends)
        kept += int((ends <= context).sum())
        first = np.flatnonzero(is_action)
        prompt = min(prompt, int(first[0]) if len(first) else len(is_action))
    return Kept(actions, kept, int(prompt))


def spread(there: int, wanted: int) -> NDArray[np.int64]:
    """Return at most `wanted` of `there` numbers, evenly spread."""
    return np.linspace(0, there - 1, min(wanted, there)).round().astype(np.int64)
