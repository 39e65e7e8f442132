"""A learned policy at the keyboard: one game, or one game in each slot of a batch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from yendor.core.agent import Decision, Observation
from yendor.core.registry import register
from yendor.models.screen_lstm import ScreenLSTM
from yendor.nethack.actions import TWINS, name_of
from yendor.runtime.checkpoint_torch import load_model


class BatchedPolicy:
    """Plays many games with one network; each slot has its own recurrent state and random draws.

    Args:
        place: A run or checkpoint folder.
        temperature: Divides the logits before drawing; 0 takes the most likely key.
    """

    def __init__(self, place: Path, temperature: float = 1.0) -> None:
        model, description, folder = load_model(Path(place))
        assert isinstance(model, ScreenLSTM)
        self.name = f"{description['model']} {folder.parent.parent.name}@{folder.name}"
        self._model, self._temperature = model, temperature
        self._strategies = model.config.strategies
        self._states: dict[int, tuple[Tensor, Tensor]] = {}
        self._next_states: dict[int, tuple[Tensor, Tensor]] = {}
        self._previous: dict[int, int] = {}
        self._draws: dict[int, np.random.Generator] = {}

    def reset_slot(self, slot: int, seed: int) -> None:
        """Begin a game in a slot."""
        self._states[slot] = self._model.initial_state(1)
        self._previous[slot] = -1
        self._draws[slot] = np.random.default_rng(seed)

    @torch.no_grad()
    def act_batch(self, slots: Sequence[int], observations: Sequence[Observation]) -> list[Decision]:
        """Choose a key in each slot."""

        def stack(key: str) -> Tensor:
            return torch.from_numpy(np.stack([np.asarray(o[key]) for o in observations]))[None]

        previous = torch.tensor([[self._previous[s] for s in slots]])
        state = tuple(torch.cat([self._states[s][i] for s in slots], dim=1) for i in (0, 1))
        output = self._model(
            stack("tty_chars"), stack("tty_colors"), stack("tty_cursor"), previous, previous < 0, state
        )
        for i, slot in enumerate(slots):
            self._next_states[slot] = (output.state[0][:, i : i + 1].clone(), output.state[1][:, i : i + 1].clone())
        return [self._decide(s, output.strategy[0, i], output.actions[0, i]) for i, s in enumerate(slots)]

    def _decide(self, slot: int, strategy: Tensor, actions: Tensor) -> Decision:
        draw, label, head, why = self._draws[slot], "", 0, ""
        if len(self._strategies):
            head, share = self._choose(strategy, draw)
            label, why = self._strategies[head], f"{self._strategies[head]} {share:.0%}, "
        action, share = self._choose(actions[head], draw)
        return Decision(action, label, f"{why}{name_of(action)} {share:.0%}")

    def _choose(self, logits: Tensor, draw: np.random.Generator) -> tuple[int, float]:
        if self._temperature == 0:
            best = int(logits.argmax())
            return best, float(logits.softmax(-1)[best])
        shares = (logits.double() / self._temperature).softmax(-1).numpy()
        chosen = min(int(np.searchsorted(np.cumsum(shares), draw.random(), side="right")), len(shares) - 1)
        return chosen, float(shares[chosen])

    def observe_batch(self, slots: Sequence[int], observations: Sequence[Observation], actions: Sequence[int]) -> None:
        """Learn the keys really pressed; recorded games know of each pair of twins only one."""
        for slot, observation, action in zip(slots, observations, actions, strict=True):
            if slot not in self._next_states:
                self.act_batch([slot], [observation])
            self._states[slot] = self._next_states.pop(slot)
            self._previous[slot] = TWINS.get(action, action)


@register("agent", "policy")
class PolicyAgent:
    """A learned policy in one game.

    Args:
        place: A run or checkpoint folder.
        temperature: As for `BatchedPolicy`.
    """

    def __init__(self, place: str | Path, temperature: float = 1.0) -> None:
        torch.set_num_threads(1)  # one game at a time is too small to share out, and workers are many
        self._policy = BatchedPolicy(Path(place), temperature)
        self.name = self._policy.name
        self._decision: Decision | None = None
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Begin a game."""
        self._policy.reset_slot(0, seed)
        self._decision = None

    def act(self, observation: Observation) -> Decision:
        """Choose a key."""
        if self._decision is None:
            self._decision = self._policy.act_batch([0], [observation])[0]
        return self._decision

    def observe(self, observation: Observation, action: int) -> None:
        """Learn which key was pressed."""
        self._policy.observe_batch([0], [observation], [action])
        self._decision = None
