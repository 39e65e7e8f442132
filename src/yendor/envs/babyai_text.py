"""BabyAI-Text: five tasks in a small grid world, seen and acted upon in words; made on minigrid.

    env = BabyAIText()
    text = env.reset(seed=7)
    print(env.instruction)
    text, reward, terminated, truncated = env.step("go forward")

The environment of Carta et al. (2023), as Piterbarg et al. (2023, "diff History for Neural Language Agents", appendices
C.1, E.1 and G.1.3) use it: an observation is a list of lines such as `a wall 4 steps forward`, and `a yellow key 2
steps right and 1 step forward`. The reward is 0 until the mission is done and `1 - 0.9 * step / max_steps` then.

Where this deviates from the original (github.com/flowersteam/Grounding_LLMs_with_online_RL):

- The task class comes from the seed. There it is drawn before the seed is set, and no seed gives the same game again.
  So equal seeds give equal games here, and none that the original would give.
- `You see ` is left out of each line, as diff history does; `You carry a red key` stays.
- The instruction always ends with "Predict the next actions."; diff history's formatter drops it from the training
  texts of one encoding and keeps it elsewhere, and the paper's example lacks it.
- A word that is no action costs a step in which nothing happens, and is counted; there it was an exception.

minigrid is an optional extra: it is imported when the first env is made.
"""

import importlib
import os
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from yendor.core.errors import YendorError, did_you_mean
from yendor.core.registry import register

KINDS: tuple[str, ...] = ("goto", "pickup", "open", "putnext", "seq")
"""The task classes: go to A; pick up A; open the locked door; put A next to B; pick up A, then go to B."""

ACTIONS: tuple[str, ...] = ("turn left", "turn right", "go forward", "pick up", "drop", "toggle")
"""The actions' names, in minigrid's order; its seventh, `done`, changes nothing and has no name here."""

HELD_OUT = range(1_000_000, 2_000_000)
"""Seeds for judging only: the paper's evaluation plays the first 256 of them, and no demonstration may."""

MOST_DISTS = 12
"""With more in a room of 36 cells, levels in which every object can be reached are long to find."""

_DONE = 6
_KIND_STREAM = 0xBAB1
_COLOURS = ("red", "green", "blue", "purple", "yellow", "grey")
_TYPES = ("unseen", "empty", "wall", "floor", "door", "key", "ball", "box", "goal", "lava", "agent")
_STATES = ("open", "closed", "locked")
_EMPTY, _WALL, _DOOR = 1, 2, 4


class Step(NamedTuple):
    """What an action led to."""

    text: str
    reward: float
    terminated: bool
    """The mission is done."""
    truncated: bool
    """The step limit was reached; never together with `terminated`."""


@register("env", "babyai-text")
class BabyAIText:
    """A game of BabyAI-Text.

    Args:
        kind: One of `KINDS`; None draws the class from each game's seed.
        num_dists: Objects besides those that the mission needs, 0 to 12. The default 0 is what diff history's code
            passes when it makes data and when it plays (and BALROG after it), and what the paper's example shows.
            But the original class's default was 8, and the paper's table D.1 counts up to 123 tokens an observation:
            with 8 the longest has about 122, with 0 about 34.

    Attributes:
        kind: The class of the game in progress.
        mission: What is to be done: `go to the red ball`.
        max_steps: The step limit: 64 for `goto` and `pickup`, 128 for the others.
        steps: Steps taken.
        unknown_words: How many of them were given a word that is no action.
        level: minigrid's own env, for those who want its picture.

    Raises:
        YendorError: minigrid is not installed; unknown class; `num_dists` out of range.
    """

    action_names = ACTIONS

    def __init__(self, kind: str | None = None, num_dists: int = 0) -> None:
        if kind is not None and kind not in KINDS:
            raise YendorError(f"unknown kind of task {kind!r}", did_you_mean(kind, KINDS))
        if not 0 <= num_dists <= MOST_DISTS:
            raise YendorError(f"num_dists = {num_dists}", f"It must be between 0 and {MOST_DISTS}; usual are 0 and 8.")
        self.num_dists = num_dists
        self._fixed, self._module = kind, levels()
        self._levels: dict[str, Any] = {}
        self.level: Any = None
        self.kind = self.mission = ""
        self.max_steps = self.steps = self.unknown_words = 0
        self._over = True

    def reset(self, seed: int) -> str:
        """Start the game of a seed and return what is seen first.

        Raises:
            YendorError: The seed is negative.
        """
        if seed < 0:
            raise YendorError(f"seed = {seed}", "Seeds are 0 or more.")
        self.kind = self._fixed or kind_of(seed)
        if self.kind not in self._levels:
            self._levels[self.kind] = self._module.TaskLevel(self.kind, self.num_dists)
        self.level = self._levels[self.kind]
        observation, _ = self.level.reset(seed=int(seed))
        self.mission, self.max_steps = self.level.mission, int(self.level.max_steps)
        self.steps = self.unknown_words = 0
        self._over = False
        return self._text(observation)

    def step(self, action: str | int) -> Step:
        """Take an action, by its name or its index in `ACTIONS`.

        Anything else costs a step in which nothing happens, and is counted in `unknown_words`.

        Raises:
            YendorError: No game is in progress.
        """
        if self._over:
            raise YendorError("step() without a game in progress", "Start one: env.reset(seed).")
        index = action_index(action)
        self.unknown_words += index is None
        observation, reward, terminated, truncated, _ = self.level.step(_DONE if index is None else index)
        self.steps += 1
        self._over = bool(terminated or truncated)
        return Step(self._text(observation), float(reward), bool(terminated), bool(truncated and not terminated))

    @property
    def instruction(self) -> str:
        """The mission and the actions in words, as the agent is told them."""
        return instruction(self.mission)

    def _text(self, observation: dict[str, Any]) -> str:
        carried = self.level.carrying
        return describe(observation["image"], f"{carried.color} {carried.type}" if carried else "")


def kind_of(seed: int) -> str:
    """Return the class of the game of a seed, where none is fixed; each has a share of one fifth."""
    return KINDS[int(np.random.default_rng((seed, _KIND_STREAM)).integers(len(KINDS)))]


def action_index(action: str | int) -> int | None:
    """Return the index of an action in `ACTIONS`, or None for what is none; blanks around a name do not matter."""
    if isinstance(action, str):
        name = action.strip()
        return ACTIONS.index(name) if name in ACTIONS else None
    return int(action) if 0 <= action < len(ACTIONS) else None


def instruction(mission: str) -> str:
    """Return the three lines that stand before the first observation."""
    return (
        f"Your task is to {mission}.\n"
        f"You can take {len(ACTIONS)} different actions: {', '.join(ACTIONS[:-1])}, and {ACTIONS[-1]}.\n"
        "Predict the next actions."
    )


def describe(view: NDArray[np.uint8], carrying: str = "") -> str:
    """Say in words what the agent sees.

    The lines are the original's byte for byte, its "a open door" included (the branch for "an" cannot be reached there,
    and the paper's data are so). First what is carried; then the wall straight ahead, to the left and to the right,
    each only when it is the first thing visible there; then all else, by column from left to right and in a column
    from far to near.

    Args:
        view: minigrid's `image`, [columns, rows, 3] uint8 of type, colour and state; the agent stands in the middle of
            the last row and looks along its column towards row 0.
        carrying: Colour and type of the object in hand; "" for none.
    """
    cells: list[list[list[int]]] = view.tolist()
    column, row = len(cells) // 2, len(cells[0]) - 1
    lines = [f"You carry a {carrying}"] if carrying else []
    ahead = [cells[column][j][0] for j in range(row - 1, -1, -1)]
    left = [cells[i][row][0] for i in range(column - 1, -1, -1)]
    right = [cells[i][row][0] for i in range(column + 1, len(cells))]
    for ray, direction in ((ahead, "forward"), (left, "left"), (right, "right")):
        first = next((k for k, kind in enumerate(ray) if kind > _EMPTY), None)
        if first is not None and ray[first] == _WALL:
            lines.append(f"a wall {_steps(first + 1)} {direction}")
    for i, cells_of_column in enumerate(cells):
        for j, (kind, colour, state) in enumerate(cells_of_column):
            if kind > _WALL and (i, j) != (column, row):
                door = f"{_STATES[state]} " if kind == _DOOR else ""
                lines.append(f"a {door}{_COLOURS[colour]} {_TYPES[kind]} {_where(i - column, row - j)}")
    return "\n".join(lines)


def _where(right: int, forward: int) -> str:
    sideways = f"{_steps(abs(right))} {'right' if right > 0 else 'left'}"
    if forward == 0:
        return sideways
    ahead = f"{_steps(forward)} forward"
    return f"{sideways} and {ahead}" if right else ahead


def _steps(count: int) -> str:
    return f"{count} step{'s' if count > 1 else ''}"


@dataclass(frozen=True)
class Demonstration:
    """A game as the bot played it.

    Attributes:
        seed: The game's.
        kind: Its class.
        instruction: The three lines before the first observation.
        texts: What was seen: before each action, and at the end.
        actions: The actions' names, one fewer than the texts.
        reward: The last step's, which is the game's return; 0 when the bot failed.
    """

    seed: int
    kind: str
    instruction: str
    texts: tuple[str, ...]
    actions: tuple[str, ...]
    reward: float


def demonstrate(env: BabyAIText, seed: int) -> Demonstration:
    """Let minigrid's bot play the game of a seed (Chevalier-Boisvert et al. 2018, "BabyAI").

    The bot plans with what has come into view so far, and knows the mission in minigrid's own terms, not in words.
    """
    texts = [env.reset(seed)]
    actions: list[str] = []
    bot, step = env._module.bot(env.level), Step(texts[0], 0.0, False, False)
    while not (step.terminated or step.truncated):
        index = int(bot.replan())
        if index == _DONE:  # it believes that all is done: it would say so until the limit
            break
        step = env.step(index)
        actions.append(ACTIONS[index])
        texts.append(step.text)
    return Demonstration(seed, env.kind, env.instruction, tuple(texts), tuple(actions), step.reward)


def levels() -> Any:
    """Import the levels, and minigrid with them; the one place that does.

    Raises:
        YendorError: minigrid is not installed, or it cannot be imported.
    """
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # minigrid loads pygame, which greets on stdout
    try:
        return importlib.import_module("yendor.envs.babyai_levels")
    except ImportError as error:
        raise YendorError(
            f"BabyAI-Text needs minigrid: {error}", 'Install it with `pip install "yendor[babyai]"`.'
        ) from error
