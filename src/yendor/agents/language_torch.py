"""A language model of our own at NetHack's keyboard: a run of `yendor train lm` plays, one game or many at once.

    yendor eval --agent runs/lm --seeds valid:128 --out scores
    yendor play --agent 'language:{"place": "runs/lm", "history_max": 15, "temperature": 1.0}'

What it was trained to read (encoding, style, instruction) and to do (actions' names) stands in its checkpoint.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import torch

from yendor.agents.language_player_torch import LanguagePlayer, PlayerConfig
from yendor.core.agent import Decision, InOneSlot, Observation
from yendor.core.config import from_plain
from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.models.gpt import GPT
from yendor.nethack.actions import ESC, TWINS
from yendor.runtime.checkpoint_torch import load_model
from yendor.runtime.device_torch import choose_device
from yendor.text.actions import ACTION_NAMES, action_index
from yendor.text.describe import Describer
from yendor.text.history import encoding, whole
from yendor.text.tokeniser import Tokeniser

TOKENISER = "tokeniser"
"""The tokeniser's folder in a checkpoint, or in its run."""
_LEARN = "Give a run of `yendor train lm`."


@dataclass(frozen=True)
class LanguageOptions(PlayerConfig):
    """A language model that plays, and how."""

    place: str = ""
    """The run's folder, or a checkpoint's."""


class Loaded(NamedTuple):
    """A checkpoint, ready to play.

    Attributes:
        player: It.
        play: What it was trained for: `task`, `instruction`, `style`, `actions`, `encoding`, `horizon`.
        name: Of model, run and step.
    """

    player: LanguagePlayer
    play: dict[str, Any]
    name: str


def load_player(
    place: Path | str, task: str, config: PlayerConfig | None = None, device: str = "cpu", slots: int = 1
) -> Loaded:
    """Make a player of a run or checkpoint of a language model.

    Args:
        place: The run's folder, or a checkpoint's.
        task: What is to be played: `nethack` or `babyai`.
        config: How to play; without, as in training: histories up to its horizon.
        device: Where the network runs: `auto`, `cpu` or `cuda`. On a GPU in bf16.
        slots: How many games to make room for.

    Raises:
        YendorError: No checkpoint, or one of another kind or task; its tokeniser is missing, or another one.
    """
    network, description, folder = load_model(Path(place))
    if not isinstance(network, GPT):
        raise YendorError(f"{folder} holds a {description['model']}, no language model", _LEARN)
    play = description.get("play") or {}
    missing = [key for key in ("task", "encoding", "instruction", "actions") if play.get(key) is None]
    if missing:
        raise YendorError(f"{folder}/config.json does not say how to play: it has no {', '.join(missing)}", _LEARN)
    if play["task"] != task:
        raise YendorError(f"{folder} was trained to play {play['task']}, not {task}", "Give a run of its own.")
    config = config or PlayerConfig()
    if play.get("horizon"):  # longer histories were never seen
        most = min(config.history_max, int(play["horizon"]) - 1)
        config = replace(config, history_max=most, history_min=min(config.history_min, most))
    where = choose_device(device)
    network = network.to(where, torch.bfloat16 if where.type == "cuda" else torch.float32)
    tokeniser = _tokeniser(folder, network, play)
    player = LanguagePlayer(network, tokeniser, encoding(play["encoding"]), play["actions"], config, slots)
    return Loaded(player, play, f"{description['model']} {folder.parent.parent.name}@{folder.name}")


def _tokeniser(folder: Path, network: GPT, play: dict[str, Any]) -> Tokeniser:
    """Load a checkpoint's tokeniser, and check that it is the one it was trained with."""
    places = [place for place in (folder / TOKENISER, folder.parent.parent / TOKENISER) if place.is_dir()]
    if not places:
        raise YendorError(f"{folder} has no {TOKENISER}/", "Copy the folder from the chunks that it was trained on.")
    tokeniser = Tokeniser.load(places[0])
    told = play.get("tokeniser", tokeniser.fingerprint)
    if tokeniser.vocabulary > network.config.vocabulary or told != tokeniser.fingerprint:
        raise YendorError(
            f"{places[0]} is another tokeniser ({tokeniser.vocabulary} tokens, {tokeniser.fingerprint}) than that of "
            f"the network ({network.config.vocabulary} tokens, {told})",
            "Copy the folder from the chunks that it was trained on.",
        )
    return tokeniser


class BatchedLanguageAgent:
    """Plays NetHack with a language model in many slots.

    Words that are no action, which only `decoding = "free"` can bring, press `esc` and are counted
    (`player.tally.invalid`); they never end a game. The history tells what was pressed.

    Args:
        place: A run or checkpoint folder.
        config: How to play.
        device: Where the network runs: `auto`, `cpu` or `cuda`.

    Raises:
        YendorError: As `load_player`; or an action that NetHack does not have.
    """

    def __init__(self, place: Path | str, config: PlayerConfig | None = None, device: str = "cpu") -> None:
        self.player, play, self.name = load_player(place, "nethack", config, device)
        self._instruction: str = play["instruction"]
        self._describer = Describer(play.get("style", "clean"))
        self._keys = {name: action_index(name) for name in play["actions"]}
        unknown = [name for name, key in self._keys.items() if key is None]
        if unknown or ACTION_NAMES[ESC] not in self._keys:
            raise YendorError(f"{place} names actions that NetHack lacks, or lacks esc: {unknown[:5]}", _LEARN)

    def reset_slot(self, slot: int, seed: int) -> None:
        """Begin a game in a slot."""
        self.player.reset(slot, self._instruction, seed)

    def act_batch(self, slots: Sequence[int], observations: Sequence[Observation]) -> list[Decision]:
        """Choose a key in each slot."""
        texts = [whole(text) for text in self._describer.describe_all(observations)]
        decisions = []
        for choice in self.player.act(slots, texts):
            key = None if choice.action is None else self._keys[choice.action]
            if key is None:
                decisions.append(Decision(ESC, "", f"no action: {choice.words!r}"))
            else:
                decisions.append(Decision(key, "", f"{choice.action} {math.exp(choice.log_probability):.0%}"))
        return decisions

    def observe_batch(self, slots: Sequence[int], observations: Sequence[Observation], actions: Sequence[int]) -> None:
        """Learn the keys really pressed; recorded games know of each pair of twins only one."""
        for slot, observation, action in zip(slots, observations, actions, strict=True):
            name = ACTION_NAMES[TWINS.get(action, action)]
            told = None if self.player.waits(slot) else whole(self._describer.describe(observation))
            self.player.observe(slot, name, told)


@register("agent", "language")
class LanguageAgent(InOneSlot):
    """A language model of `yendor train lm` in one game.

    Args:
        place: A run or checkpoint folder; or a JSON object with it and how to play, the fields of `LanguageOptions`.
    """

    def __init__(self, place: Path | str) -> None:
        torch.set_num_threads(1)  # one game at a time is too small to share out, and workers are many
        super().__init__(_agent(place, "cpu"))

    @staticmethod
    def batched(place: Path | str, device: str = "auto", threads: int = 1) -> BatchedLanguageAgent:
        """Make a language model that plays many games.

        Args:
            place: As for the class.
            device: `auto` (a GPU where there is one), `cpu` or `cuda`.
            threads: CPU threads.

        Raises:
            YendorError: `cuda`, and there is no GPU; or as `BatchedLanguageAgent`.
        """
        torch.set_num_threads(threads)
        return _agent(place, device)


def _agent(place: Path | str, device: str) -> BatchedLanguageAgent:
    """Read what follows `language:`."""
    if not str(place).lstrip().startswith("{"):
        return BatchedLanguageAgent(place, device=device)
    try:
        plain = json.loads(str(place))
    except ValueError as error:
        raise YendorError(f"language:{place}: {error}", 'Write it as JSON: {"place": "runs/lm"}.') from error
    options = from_plain(LanguageOptions, plain, "language")
    if not options.place:
        raise YendorError("language: no place", 'Name the run: {"place": "runs/lm"}.')
    how = PlayerConfig(**{f.name: getattr(options, f.name) for f in fields(PlayerConfig)})
    return BatchedLanguageAgent(options.place, how, device)
