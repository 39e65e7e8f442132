"""An agent that looks over another player's shoulder: asked at each step, then shown the key that was pressed."""

from yendor.core.agent import Agent, Decision, Observation
from yendor.nethack.actions import KEYS


class Watcher:
    """Asks an agent about a game that somebody else plays, and counts what goes wrong instead of ending.

    Args:
        agent: Who watches. It is reset, and may enter the game in the middle.

    Attributes:
        asked: How often it was asked.
        failed: How often it did not answer with a key and a label, raised, or caught an error of its own (`faults`).
        trouble: The last failure, in words.
    """

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        agent.reset(0)
        self.asked = self.failed = 0
        self.trouble = ""

    def ask(self, observation: Observation) -> Decision | None:
        """Return the agent's own decision on this observation; None when it failed."""
        self.asked += 1
        before = getattr(self.agent, "faults", 0)
        try:
            decision = self.agent.act(observation)
        except Exception as error:
            self._fail(f"{type(error).__name__}: {error}")
            return None
        if getattr(self.agent, "faults", 0) > before:
            self._fail(str(getattr(self.agent, "last_fault", "")))
        elif not decision.label or not 0 <= decision.action < len(KEYS):
            self._fail(f"answered {decision}")
        else:
            return decision
        return None

    def show(self, observation: Observation, action: int) -> None:
        """Show the key (action index) that was pressed on the observation asked about last."""
        try:
            self.agent.observe(observation, action)
        except Exception as error:
            self._fail(f"{type(error).__name__}: {error}")

    def _fail(self, trouble: str) -> None:
        self.failed += 1
        self.trouble = trouble
