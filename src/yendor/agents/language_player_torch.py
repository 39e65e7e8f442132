"""Plays any world that is told in words with a language model, many games at once.

    player = LanguagePlayer(model, tokeniser, encoding("diff"), ACTION_NAMES)
    player.reset(slot, instruction, seed)
    choices = player.act(slots, texts)              # one lock-step of all games
    player.observe(slot, choices[0].action)         # what was really done

A game's text grows by a step's tokens at a time, and only these are read: keys and values of the rest are kept
(`yendor.models.gpt_cache`). The text begins with an anchor, a whole observation. When it fills the context, or has gone
`history_max` steps, it begins again from a later anchor: *sliding anchors*. Between two anchors the model has seen
`history_min` to `history_max` steps, as in training, where an action is learned after every length of history.

Diff history's own code (Piterbarg et al. 2023, arXiv:2312.07540, appendix G.1.4) moves the anchor at every step, so
that nothing can be kept: the prompt is built and read whole each time, with fewer steps until it fits, a game at a
time, and the action generated token by token. `memory="paper"` does that.

What is drawn depends on a game's own seed; the last digits of the scores depend on what plays beside it.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from yendor.agents.language_decode_torch import Choice, Decoded, Names, Place, TextCodec, write
from yendor.core.errors import YendorError
from yendor.models.gpt import GPT
from yendor.models.gpt_cache import Cache, feed
from yendor.text.history import ACTION, Encoding, acted, prompt


@dataclass(frozen=True)
class PlayerConfig:
    """How a language model plays."""

    memory: Literal["sliding", "paper"] = "sliding"
    """Keep what was read until the anchor slides, or build and read the prompt anew at each step as the paper does."""
    history_max: int = 63
    """Past steps that the model sees at most. A chunk of 64 actions has 63; the paper's best were 15."""
    history_min: int = 15
    """Past steps that it still sees after the anchor has slid, where they fit into `refill`."""
    refill: float = 0.5
    """Share of the context that those steps may fill, so that the next slide is not soon."""
    decoding: Literal["action", "free"] = "action"
    """Choose among the actions' names alone, or let the model write what it likes."""
    temperature: float = 0.0
    """Divides the logits before drawing; 0 takes the likeliest."""
    beams: int = 1
    """Follow so many beginnings of names and take the likeliest whole name; without a temperature."""
    max_new: int = 16
    """Tokens of a free answer at most; in the paper's memory also what the prompt leaves free. The paper has 256."""
    context: int = 0
    """Tokens kept of a game; 0 takes the model's context."""

    def __post_init__(self) -> None:
        if not 0 <= self.history_min <= self.history_max:
            raise YendorError(
                f"history_min = {self.history_min} and history_max = {self.history_max}",
                "Take 0 <= history_min <= history_max.",
            )
        if not 0 < self.refill <= 1:
            raise YendorError(f"refill = {self.refill}", "It must be above 0 and at most 1.")
        if self.temperature < 0 or self.beams < 1 or self.max_new < 1 or self.context < 0:
            raise YendorError(
                f"temperature = {self.temperature}, beams = {self.beams}, max_new = {self.max_new}, "
                f"context = {self.context}",
                "Temperature and context must not be negative; beams and max_new are at least 1.",
            )
        if self.beams > 1 and (self.temperature or self.decoding == "free" or self.memory == "paper"):
            raise YendorError(
                f"beams = {self.beams} with temperature = {self.temperature}, decoding = {self.decoding!r}, "
                f"memory = {self.memory!r}",
                'A beam takes the likeliest name: leave the temperature at 0, and decoding = "action", '
                'memory = "sliding".',
            )


@dataclass
class Tally:
    """What was done so far.

    Attributes:
        steps: Choices made.
        read: Tokens read for prompts, those that were read before included.
        decoded: Tokens read while choosing.
        slides: How often an anchor slid.
        history: Past steps seen, summed over choices.
        invalid: Choices that were no action.
        clipped: Prompts that did not fit without any history and lost their beginning.
    """

    steps: int = 0
    read: int = 0
    decoded: int = 0
    slides: int = 0
    history: int = 0
    invalid: int = 0
    clipped: int = 0


@dataclass
class _Step:
    """One observation of a game.

    Attributes:
        text: The whole of it.
        update: Tokens that tell it to one who knows the one before, up to the mark that opens the action.
        action: The name of what was done.
    """

    text: str
    update: list[int]
    action: str = ""


@dataclass
class _Game:
    """What is known of a slot's game.

    Attributes:
        instruction: What the player is told.
        draws: Its random numbers.
        steps: The last observations, the present one last.
        history: How many of those before the present one are told.
        tokens: What the model is to have read: from the anchor to the mark that opens the action.
        read: What it has read, which the cache holds.
        asked: The present observation has been told, and no action yet.
        choice: What was chosen for it.
        clipped: The beginning of its prompt was lost.
    """

    instruction: str
    draws: np.random.Generator
    steps: list[_Step] = field(default_factory=list)
    history: int = 0
    tokens: list[int] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    asked: bool = False
    choice: Choice | None = None
    clipped: bool = False


class LanguagePlayer:
    """Plays many games with one language model, a game in each slot.

    Args:
        model: The network; it plays where it lies, in its own type of numbers.
        tokeniser: What it was trained with.
        encoding: How an observation is told to one who knows the one before.
        action_names: What can be done.
        config: How to play.
        slots: How many games to make room for; more is made when it is needed.

    Attributes:
        model: The network.
        tokeniser: Its own.
        names: The actions' names, as tokens.
        config: How it plays.
        tally: What was done so far.
    """

    def __init__(
        self,
        model: GPT,
        tokeniser: TextCodec,
        encoding: Encoding,
        action_names: Sequence[str],
        config: PlayerConfig | None = None,
        slots: int = 1,
    ) -> None:
        self.config = config or PlayerConfig()
        self.names = Names(tokeniser, action_names)
        self.tally = Tally()
        self.model, self.tokeniser, self._encoding = model.eval(), tokeniser, encoding
        context = self.config.context or model.config.context
        self._context = min(context, model.config.context)
        self._most = self.config.history_max if encoding.remembers else 0
        self._limit = self._context - self._reserve()
        if self._limit < 1:
            raise YendorError(
                f"a context of {self._context} tokens leaves no room for the prompt beside an answer's",
                "Take a longer context, or a smaller max_new.",
            )
        self._games: dict[int, _Game] = {}
        weight = model.token.weight
        rows = 1 if self.config.memory == "paper" else slots
        self._cache = Cache(model.config, rows, self._context, weight.device, weight.dtype)

    def _reserve(self) -> int:
        """How many tokens the prompt leaves free for what is read while choosing."""
        if self.config.decoding == "free" or self.config.memory == "paper":
            return max(self.config.max_new, self.names.longest)
        return self.names.longest

    def reset(self, slot: int, instruction: str, seed: int) -> None:
        """Begin a game in a slot; `seed` fixes what is drawn in it."""
        self._games[slot] = _Game(instruction, np.random.default_rng(seed))
        if self.config.memory == "sliding":
            self._cache.grow(slot + 1)
            self._cache.clear(slot)

    def act(self, slots: Sequence[int], texts: Sequence[str]) -> list[Choice]:
        """Choose an action in each slot, given its whole observation; asked again, the answer is the same.

        Raises:
            YendorError: A slot without a game.
        """
        games = [self._game(slot) for slot in slots]
        for game, text in zip(games, texts, strict=True):
            self._tell(game, text)
        open_ones = [(slot, game) for slot, game in zip(slots, games, strict=True) if game.choice is None]
        if open_ones:
            choose = self._choose_anew if self.config.memory == "paper" else self._choose
            for (_, game), decoded in zip(open_ones, choose(open_ones), strict=True):
                game.choice = decoded.choice
                self.tally.steps += 1
                self.tally.history += game.history
                self.tally.decoded += len(decoded.read)
                self.tally.invalid += decoded.choice.action is None
                self.tally.clipped += game.clipped
        return [game.choice for game in games if game.choice is not None]

    def prompt(self, slot: int) -> list[int]:
        """Return the tokens that the last choice in a slot was made after."""
        return list(self._game(slot).tokens)

    def history(self, slot: int) -> int:
        """Return how many past steps that prompt tells."""
        return self._game(slot).history

    def waits(self, slot: int) -> bool:
        """Tell whether a slot was asked about an observation, and not told yet what was done."""
        return self._game(slot).asked

    def observe(self, slot: int, action: str | None, text: str | None = None) -> None:
        """Learn what was really done in a slot.

        Args:
            slot: Which.
            action: The action's name; None where nothing was done: the same observation is asked about again.
            text: The observation it was done at, needed where `act` was not asked about it.

        Raises:
            YendorError: No such game or action; the observation is not known.
        """
        game = self._game(slot)
        if action is not None and action not in self.names.index:
            raise YendorError(f"{action!r} is none of the player's actions")
        if not game.asked:
            if text is None:
                raise YendorError(f"slot {slot} was not asked, and is not told at what {action!r} was done")
            self._tell(game, text)
        game.choice = None
        if action is not None:
            game.steps[-1].action, game.asked = action, False

    def _game(self, slot: int) -> _Game:
        if slot not in self._games:
            raise YendorError(f"slot {slot} has no game", "Begin one with reset.")
        return self._games[slot]

    def _tell(self, game: _Game, text: str) -> None:
        """Add an observation to a game's history."""
        if game.asked and game.steps[-1].text == text:
            return
        if game.asked:  # the world has moved on without an action, which no history can tell
            game.steps.clear()
        game.asked, game.choice = True, None
        if not game.steps:
            game.steps.append(_Step(text, []))
            self._slide(game)
            return
        before = game.steps[-1]
        told = "" if self.config.memory == "paper" else self._encoding.update(before.text, text)
        game.steps.append(_Step(text, self._encode(f"\n{told}\n{ACTION}") if self.config.memory == "sliding" else []))
        del game.steps[: -1 - self._most]
        if self.config.memory == "sliding":
            game.tokens = [*game.tokens, *self._said(before.action), *game.steps[-1].update]
            game.history += 1
            if game.history > self._most or len(game.tokens) > self._limit:
                self._slide(game)
                self.tally.slides += 1

    def _encode(self, text: str) -> list[int]:
        return self.tokeniser.encode(text)

    def _said(self, action: str) -> list[int]:
        return self.names.spelled[self.names.index[action]]

    def _slide(self, game: _Game) -> None:
        """Begin a game's text from a later anchor."""
        if self.config.memory == "paper":
            return
        head = self._head(game, 0)
        room, spent, history = int(self._context * self.config.refill), len(head), 0
        parts: list[list[int]] = []  # what follows the anchor, from the last step backwards
        for back in range(1, min(self.config.history_min, self._most, len(game.steps) - 1) + 1):
            part = self._said(game.steps[-1 - back].action) + game.steps[-back].update
            spent += len(part)
            if spent > room:  # an estimate: anchors differ a little in length
                break
            parts.append(part)
            history = back
        tokens = self._head(game, history) if history else head
        tokens = tokens + [token for part in reversed(parts) for token in part]
        if history and len(tokens) > self._limit:
            tokens, history = head, 0
        game.clipped = len(tokens) > self._limit
        game.tokens, game.history = tokens[-self._limit :], history

    def _head(self, game: _Game, back: int) -> list[int]:
        """Return the tokens of the instruction and the anchor so many steps ago, with the mark of its action."""
        return self._encode(f"{prompt(game.instruction, game.steps[-1 - back].text)}\n{ACTION}")

    @torch.inference_mode()
    def _choose(self, asked: Sequence[tuple[int, _Game]]) -> list[Decoded]:
        """Read what is new in every game at once, and choose."""
        slots = [slot for slot, _ in asked]
        rows = []
        for slot, game in asked:
            kept = min(_agree(game.read, game.tokens), len(game.tokens) - 1)
            self._cache.shorten(slot, kept)
            game.read = game.tokens[:kept]
            rows.append(game.tokens[kept:])
        hidden = feed(self.model, self._cache, slots, rows)
        self.tally.read += sum(map(len, rows))
        for _, game in asked:
            game.read = game.tokens
        decoded = self._decode(slots, hidden, [game.draws for _, game in asked])
        for (_, game), one in zip(asked, decoded, strict=True):
            game.read = game.tokens + one.read
        return decoded

    def _decode(self, slots: Sequence[int], hidden: Tensor, draws: Sequence[np.random.Generator]) -> list[Decoded]:
        place = Place(self.model, self._cache, slots, hidden, draws)
        if self.config.decoding == "free":
            return write(place, self.tokeniser, self.names, self.config.temperature, self.config.max_new)
        if self.config.beams > 1:
            return self.names.beam(place, self.config.beams)
        return self.names.choose(place, self.config.temperature, every_token=self.config.memory == "paper")

    @torch.inference_mode()
    def _choose_anew(self, asked: Sequence[tuple[int, _Game]]) -> list[Decoded]:
        """Build each game's prompt, read it whole, and generate; one game at a time."""
        decoded = []
        for _, game in asked:
            tokens = self._prompt_anew(game)
            self._cache.clear(0)
            hidden = feed(self.model, self._cache, [0], [tokens])
            self.tally.read += len(tokens)
            decoded += self._decode([0], hidden, [game.draws])
        return decoded

    def _prompt_anew(self, game: _Game) -> list[int]:
        """Return the prompt with as many steps as fit, trying from `history_max` down."""
        for history in range(min(self._most, len(game.steps) - 1), -1, -1):
            steps = game.steps[-1 - history :]
            parts = [prompt(game.instruction, steps[0].text)]
            for before, after in itertools.pairwise(steps):
                parts += [acted(before.action), "\n", self._encoding.update(before.text, after.text)]
            tokens = self._encode("".join([*parts, "\n", ACTION]))
            if len(tokens) <= self._limit:
                break
        game.history, game.clipped = history, len(tokens) > self._limit
        game.tokens = tokens[-self._limit :]
        return game.tokens


def _agree(one: list[int], other: list[int]) -> int:
    """Return how many tokens two texts have in common at their beginning."""
    if one == other[: len(one)]:
        return len(one)
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
