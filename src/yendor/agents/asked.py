"""A player beside whom an expert sits: at each step the expert is asked, and the answer becomes the step's label.

This is how DAgger (Ross, Gordon and Bagnell 2011) collects: the learner plays, so that the games go where the learner
goes, and the expert says what should have been done there. The label is the expert's strategy with its key as the last
word, `fight/melee/key_57`: labels are paths, so that whoever reads strategies alone reads them as before.

Deviation: who presses is drawn for stretches of steps, not for each. Beside cloned players who led alone the bot asked
for a weapon to be wielded in a third of all steps: it plans several keys ahead and, we suppose, was never left to
finish.
"""

import numpy as np

from yendor.core.agent import Agent, Decision, Observation
from yendor.core.labels import asked_label


class Asked:
    """Plays as one agent does, and labels as another would have played.

    Args:
        player: Whose keys are pressed.
        expert: Who is asked; it must be able to watch a game that another plays.
        share: Chance that the expert leads a stretch: that its keys are pressed (DAgger's beta).
        stretch: Steps of a stretch; 1 draws at each step, as published.
    """

    def __init__(self, player: Agent, expert: Agent, share: float = 0.0, stretch: int = 1) -> None:
        self.name = f"{player.name}, with {expert.name} asked"
        self._player, self._expert, self._share, self._stretch = player, expert, share, stretch
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Begin a game."""
        self._player.reset(seed)
        self._expert.reset(seed)
        self._draw = np.random.default_rng(seed)
        self._decision: Decision | None = None
        self._steps, self._led = 0, False

    def act(self, observation: Observation) -> Decision:
        """Choose the player's key, or the expert's; the label is always the expert's."""
        if self._decision is None:
            own, told = self._player.act(observation), self._expert.act(observation)
            if self._steps % self._stretch == 0:
                self._led = self._draw.random() < self._share
            pressed = told if self._led else own
            self._decision = Decision(pressed.action, asked_label(told.label, told.action), pressed.explanation)
        return self._decision

    def observe(self, observation: Observation, action: int) -> None:
        """Learn which key was pressed."""
        self._player.observe(observation, action)
        self._expert.observe(observation, action)
        self._decision = None
        self._steps += 1
