"""From a language model to an action: among the actions' names alone, or in any words that it likes.

Among the names, only tokens that begin or go on one of them may follow, so that a wrong word is impossible; what is
settled is not asked for: where each name is one token, the prompt's last hidden state chooses, and nothing is decoded.
A name's probability is the product of its tokens' shares among those allowed (renormalised at each token, not over
whole names). Greedy and sampled choices go token by token, as generation does; a beam looks at whole names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from yendor.core.errors import YendorError
from yendor.models.gpt import GPT
from yendor.models.gpt_cache import Cache, feed, look_ahead
from yendor.text.history import acted


class TextCodec(Protocol):
    """What is asked of a tokeniser; see `yendor.text.tokeniser`."""

    action: int
    observation: int
    end: int

    def encode(self, text: str) -> list[int]:
        """Return a text's tokens."""

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of tokens."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a model has chosen.

    Attributes:
        action: The action's name; None where its words are no action.
        index: The name's place among the names; -1 where there is none.
        log_probability: Of the tokens it chose, at temperature 1: among the names' tokens, or among all.
        words: What it wrote, where it was free to.
    """

    action: str | None
    index: int
    log_probability: float
    words: str = ""


class Decoded(NamedTuple):
    """A choice, and the tokens that were read into the cache on the way."""

    choice: Choice
    read: list[int]


@dataclass
class Place:
    """Where a model stands: rows of a cache, each after its prompt.

    Attributes:
        model: The network.
        cache: What it has read.
        slots: [B].
        hidden: [B, width], after each prompt's last token.
        draws: [B], each game's own random numbers.
    """

    model: GPT
    cache: Cache
    slots: Sequence[int]
    hidden: Tensor
    draws: Sequence[np.random.Generator]

    def read(self, rows: Sequence[int], tokens: Sequence[int]) -> None:
        """Let some rows read one token each."""
        where = torch.tensor(rows, device=self.hidden.device)
        hidden = feed(self.model, self.cache, [self.slots[row] for row in rows], [[token] for token in tokens])
        self.hidden = self.hidden.index_copy(0, where, hidden)


class _Node(NamedTuple):
    """A beginning that names share.

    Attributes:
        tokens: What may follow.
        after: The node after each of them.
        only: The name's index, where a single one begins so; else -1.
    """

    tokens: list[int]
    after: list[int]
    only: int


class Names:
    """The actions' names as a tree of tokens.

    Args:
        tokeniser: What the model was trained with.
        names: Names of actions, all different.

    Attributes:
        names: Them.
        spelled: Each one's tokens as they stand in a history, with the mark that closes an action.

    Raises:
        YendorError: No names; two are the same to the tokeniser; it has no marks around actions.
    """

    def __init__(self, tokeniser: TextCodec, names: Sequence[str]) -> None:
        if not names:
            raise YendorError("no names of actions to choose from")
        self.names = tuple(names)
        self.index = {name: index for index, name in enumerate(names)}
        self.spelled = [_spell(tokeniser, name) for name in names]
        self._nodes: list[_Node] = []
        self._grow(list(range(len(names))), 0)
        self._root = torch.tensor(self._nodes[0].tokens)

    def _grow(self, members: list[int], depth: int) -> int:
        """Add the node of names that agree in their first `depth` tokens; return its number."""
        number = len(self._nodes)
        node = _Node([], [], members[0] if len(members) == 1 else -1)
        self._nodes.append(node)
        following: dict[int, list[int]] = {}
        for member in members:
            if depth < len(self.spelled[member]):
                following.setdefault(self.spelled[member][depth], []).append(member)
        if len(members) > 1 and sum(map(len, following.values())) < len(members):
            twins = [self.names[member] for member in members]
            raise YendorError(f"these actions are the same tokens: {twins}", "Give each action a name of its own.")
        for token, group in following.items():
            node.tokens.append(token)
            node.after.append(self._grow(group, depth + 1))
        return number

    @property
    def longest(self) -> int:
        """How many tokens are read at most before a name is settled."""
        return max(map(len, self.spelled)) - 1

    def choose(self, place: Place, temperature: float = 0.0, every_token: bool = False) -> list[Decoded]:
        """Choose a name in each row, token by token.

        Args:
            place: Where the model stands; its cache reads what is chosen.
            temperature: Divides the logits before drawing; 0 takes the likeliest token.
            every_token: Go on to the closing mark also where only one name is left, as free generation does.
        """
        at, sums = [0] * len(place.slots), [0.0] * len(place.slots)
        read: list[list[int]] = [[] for _ in place.slots]
        rows = list(range(len(place.slots)))
        while rows:
            going, tokens = [], []
            for row, scores in zip(
                rows, self._scores(place.model, place.hidden[rows], [at[r] for r in rows]), strict=True
            ):
                node = self._nodes[at[row]]
                chosen = _draw(scores, temperature, place.draws[row])
                sums[row] += float(scores[chosen])
                at[row] = node.after[chosen]
                then = self._nodes[at[row]]
                if then.tokens and (every_token or then.only < 0):
                    going.append(row)
                    tokens.append(node.tokens[chosen])
                    read[row].append(tokens[-1])
            rows = going
            if rows:
                place.read(rows, tokens)
        return [
            self._decoded(self._nodes[node].only, total, seen) for node, total, seen in zip(at, sums, read, strict=True)
        ]

    def beam(self, place: Place, beams: int) -> list[Decoded]:
        """Choose the likeliest name in each row, by a beam of `beams` beginnings; the cache reads nothing.

        With as many beams as names the choice is exact.
        """
        rows = range(len(place.slots))
        found: list[list[_Beginning]] = [[_Beginning(0.0, 0, [])] for _ in rows]
        hidden, which = place.hidden, [(row, 0) for row in rows]
        while which:
            scores = self._scores(place.model, hidden, [found[row][n].node for row, n in which])
            grown: dict[int, list[_Beginning]] = {row: [] for row, _ in which}
            for (row, number), shares in zip(which, scores, strict=True):
                begun = found[row][number]
                node = self._nodes[begun.node]
                for token, after, share in zip(node.tokens, node.after, shares, strict=True):
                    grown[row].append(_Beginning(begun.score + float(share), after, [*begun.tokens, token]))
            for row, more in grown.items():
                settled = [begun for begun in found[row] if self._settled(begun)]
                found[row] = sorted(settled + more, key=lambda begun: -begun.score)[:beams]
            which = [(r, n) for r in grown for n, begun in enumerate(found[r]) if not self._settled(begun)]
            if which:
                tails = [found[row][number].tokens for row, number in which]
                hidden = look_ahead(place.model, place.cache, [place.slots[row] for row, _ in which], tails)
        return [self._decoded(self._nodes[best.node].only, best.score, []) for best, *_ in found]

    def _settled(self, begun: "_Beginning") -> bool:
        return self._nodes[begun.node].only >= 0

    def _scores(self, model: GPT, hidden: Tensor, nodes: Sequence[int]) -> list[np.ndarray]:
        """Return the log shares of what may follow each node."""
        if not any(nodes):  # all at the root: of a large vocabulary only the names' beginnings are looked at
            weights = model.token.weight[self._root.to(hidden.device)]
            shares = (hidden.float() @ weights.float().T).log_softmax(-1)
            return list(shares.double().cpu().numpy())
        logits = model.logits(hidden).float().cpu()
        picked = [row[torch.tensor(self._nodes[node].tokens)] for row, node in zip(logits, nodes, strict=True)]
        return [row.double().log_softmax(-1).numpy() for row in picked]

    def _decoded(self, index: int, total: float, read: list[int]) -> Decoded:
        return Decoded(Choice(self.names[index], index, total), read)


class _Beginning(NamedTuple):
    """What a beam follows: its log probability, the node that it has come to, and the tokens so far."""

    score: float
    node: int
    tokens: list[int]


def _spell(tokeniser: TextCodec, name: str) -> list[int]:
    """Return a name's tokens as they stand in a history: those after the action's mark, with the one that closes it."""
    ids = tokeniser.encode(acted(name))
    if tokeniser.action not in ids or ids[-1] != tokeniser.observation:
        raise YendorError(
            f"the tokeniser knows no marks around the action {name!r}", "Take the tokeniser of the model's data."
        )
    return ids[ids.index(tokeniser.action) + 1 :]


def write(place: Place, tokeniser: TextCodec, names: Names, temperature: float, max_new: int) -> list[Decoded]:
    """Let the model write freely, up to the mark that closes an action or `max_new` tokens, and look for a name.

    Args:
        place: Where the model stands; its cache reads what is written.
        tokeniser: What says which words the tokens are.
        names: What counts as an action.
        temperature: Divides the logits before drawing; 0 takes the likeliest token.
        max_new: Tokens at most, the closing mark included.
    """
    rows = list(range(len(place.slots)))
    written: list[list[int]] = [[] for _ in rows]
    read: list[list[int]] = [[] for _ in rows]
    sums = [0.0] * len(rows)
    while rows:
        scores = place.model.logits(place.hidden[rows]).double().log_softmax(-1).cpu().numpy()
        going = []
        for row, shares in zip(rows, scores, strict=True):
            token = _draw(shares, temperature, place.draws[row])
            sums[row] += float(shares[token])
            if token not in (tokeniser.observation, tokeniser.end):
                written[row].append(token)
                if len(written[row]) < max_new:
                    going.append(row)
                    read[row].append(token)
        rows = going
        if rows:
            place.read(rows, [written[row][-1] for row in rows])
    decoded = []
    for tokens, total, seen in zip(written, sums, read, strict=True):
        words = tokeniser.decode(tokens)
        index = names.index.get(words.strip(), -1)
        action = names.names[index] if index >= 0 else None
        decoded.append(Decoded(Choice(action, index, total, words), seen))
    return decoded


def _draw(log_shares: np.ndarray, temperature: float, draws: np.random.Generator) -> int:
    """Choose among log shares."""
    if temperature == 0:
        return int(log_shares.argmax())
    shares = np.exp((log_shares - log_shares.max()) / temperature)
    upto = np.cumsum(shares)
    return min(int((upto <= draws.random() * upto[-1]).sum()), len(shares) - 1)
