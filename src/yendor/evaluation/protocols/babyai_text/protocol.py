"""The rules: fixed held-out instances of the five tasks, side by side; three wrong words in a row end one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.envs.babyai_text import HELD_OUT, BabyAIText

INSTANCES = 256


class Choice(Protocol):
    """What a player chose: an action's name, or None for words that are none."""

    @property
    def action(self) -> str | None: ...


class TextPlayer(Protocol):
    """Who plays worlds told in words, many at once: `yendor.agents.language_player_torch.LanguagePlayer` is one."""

    def reset(self, slot: int, instruction: str, seed: int) -> None:
        """Begin a game in a slot."""

    def act(self, slots: Sequence[int], texts: Sequence[str]) -> Sequence[Choice]:
        """Choose an action in each slot, given its whole observation."""

    def observe(self, slot: int, action: str | None, text: str | None = None) -> None:
        """Learn what was really done in a slot; None where nothing was."""


@register("protocol", "babyai-text")
@dataclass(frozen=True)
class BabyAITextProtocol:
    """Which instances, and when a game is given up."""

    num_dists: int = 8
    """Distractors, as in `BabyAIText`; those of the games that the player learned from."""
    games: int = INSTANCES
    """How many of the held-out instances: their seeds are 1,000,000 + k."""
    wrong_words: int = 3
    """Words that are no action, one after the other, at which a game ends without a reward, as the paper has it."""

    def __post_init__(self) -> None:
        if not 1 <= self.games <= len(HELD_OUT) or self.wrong_words < 1:
            raise YendorError(
                f"games = {self.games}, wrong_words = {self.wrong_words}",
                f"Between 1 and {len(HELD_OUT):,} games; at least one wrong word.",
            )


@dataclass
class _Game:
    env: BabyAIText
    seed: int
    text: str
    wrong: int = 0
    wrong_in_a_row: int = 0
    reward: float = 0.0
    ended: str = ""

    def step(self, action: str | None) -> None:
        """Do what was chosen; a wrong word costs a step."""
        self.wrong += action is None
        self.wrong_in_a_row = self.wrong_in_a_row + 1 if action is None else 0
        found = self.env.step("" if action is None else action)
        self.text, self.reward = found.text, found.reward
        if found.terminated:
            self.ended = "solved" if found.reward > 0 else "failed"
        elif found.truncated:
            self.ended = "max_steps"

    def line(self) -> dict[str, Any]:
        """Return the game's result line."""
        return {
            "seed": self.seed, "kind": self.env.kind, "mission": self.env.mission, "reward": self.reward,
            "solved": self.ended == "solved", "steps": self.env.steps, "end": self.ended, "wrong_words": self.wrong,
        }  # fmt: skip


def play_babyai(
    player: TextPlayer, rules: BabyAITextProtocol, advance: Callable[[int], None] = lambda count: None
) -> list[dict[str, Any]]:
    """Let a player play the instances, one in each slot, in lock-step.

    Args:
        player: Who plays.
        rules: Which instances.
        advance: Called with the number of games that have just ended.

    Returns:
        One line a game, in the order of the seeds.
    """
    games = []
    for slot in range(rules.games):
        env = BabyAIText(num_dists=rules.num_dists)
        seed = HELD_OUT.start + slot
        games.append(_Game(env, seed, env.reset(seed)))
        player.reset(slot, env.instruction, seed)
    going = list(range(rules.games))
    while going:
        choices = player.act(going, [games[slot].text for slot in going])
        for slot, choice in zip(going, choices, strict=True):
            player.observe(slot, choice.action)
            games[slot].step(choice.action)
            if not games[slot].ended and games[slot].wrong_in_a_row >= rules.wrong_words:
                games[slot].ended = "wrong_words"
        left = [slot for slot in going if not games[slot].ended]
        advance(len(going) - len(left))
        going = left
    return [game.line() for game in games]
