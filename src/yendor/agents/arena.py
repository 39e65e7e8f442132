"""The bot as arenas take players: shown a game's first observation, then asked at each one for an action's index.

`yendor export bot` copies this module and all that it imports; it must need nothing but numpy and nle.
"""

from yendor.bot.agent import BotAgent
from yendor.core.agent import Observation

NEEDED: tuple[str, ...] = (
    "blstats",
    "glyphs",
    "inv_glyphs",
    "inv_letters",
    "inv_oclasses",
    "inv_strs",
    "message",
    "misc",
    "tty_chars",
    "tty_cursor",
)
"""The observation keys that the bot reads; NLE's Challenge shows them all by default."""


class ArenaBot:
    """Plays the games of `yendor.bot.agent.BotAgent`, key for key; each answer counts as pressed."""

    def __init__(self) -> None:
        self._bot = BotAgent()

    def reset(self, observation: Observation) -> None:
        """Begin a game.

        Args:
            observation: The game's first; `act` is asked about it next.

        Raises:
            ValueError: The observation lacks a key.
        """
        _check(observation)
        self._bot.reset(0)

    def act(self, observation: Observation) -> int:
        """Choose the next key. To be called once for each observation, in order.

        Returns:
            Index into `nle.nethack.ACTIONS`, 0 to 120.

        Raises:
            ValueError: The observation lacks a key.
        """
        _check(observation)
        action = self._bot.act(observation).action
        self._bot.observe(observation, action)
        return action


def make_agent() -> ArenaBot:
    """Make a player."""
    return ArenaBot()


def _check(observation: Observation) -> None:
    missing = [key for key in NEEDED if key not in observation]
    if missing:
        raise ValueError(f"the observation lacks {', '.join(missing)}; the bot reads {', '.join(NEEDED)}")
