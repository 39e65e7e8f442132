"""A learned policy at the keyboard: one game, or one game in each slot of a batch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from yendor.core.agent import Decision, Observation
from yendor.core.registry import register
from yendor.models.frames import Frames, State, join_states, split_state
from yendor.nethack.actions import TWINS, name_of
from yendor.runtime.checkpoint_torch import load_model


class BatchedPolicy:
    """Plays many games with one network; each slot has its own state and random draws.

    Args:
        place: A run or checkpoint folder.
        temperature: Divides the logits before drawing; 0 takes the most likely key.
        device: Where the network runs.
    """

    def __init__(self, place: Path, temperature: float = 1.0, device: str = "cpu") -> None:
        model, description, folder = load_model(Path(place))
        self.name = f"{description['model']} {folder.parent.parent.name}@{folder.name}"
        self._device = torch.device(device)
        self._network: Any = model.to(self._device)
        self._temperature = temperature
        config: Any = model.config
        self._strategies: tuple[str, ...] = config.strategies
        self._legacy = bool(description.get("play", {}).get("legacy"))
        self._states: dict[int, State] = {}
        self._next_states: dict[int, State] = {}
        self._previous: dict[int, int] = {}
        self._draws: dict[int, np.random.Generator] = {}

    def reset_slot(self, slot: int, seed: int) -> None:
        """Begin a game in a slot."""
        self._states[slot] = self._network.initial_state(1)
        self._previous[slot] = -1
        self._draws[slot] = np.random.default_rng(seed)

    @torch.no_grad()
    def act_batch(self, slots: Sequence[int], observations: Sequence[Observation]) -> list[Decision]:
        """Choose a key in each slot."""

        def stack(key: str) -> Tensor:
            return torch.from_numpy(np.stack([np.asarray(o[key]) for o in observations]))[None].to(self._device)

        previous = torch.tensor([[self._previous[s] for s in slots]], device=self._device)
        first = previous < 0
        if self._legacy:
            previous = previous.clamp(min=0)
        frames = Frames(stack("tty_chars"), stack("tty_colors"), stack("tty_cursor"), previous, first)
        output = self._network(frames, join_states([self._states[s] for s in slots]))
        self._next_states.update(zip(slots, split_state(output.state), strict=True))
        plans = [self._choose(logits, s) for s, logits in zip(slots, output.strategy[0].cpu(), strict=True)]
        heads = torch.tensor([[plan for plan, _ in plans]], device=self._device)
        keys = self._network.actions(output.core, heads)[0].cpu()
        return [self._decide(s, plan, logits) for s, plan, logits in zip(slots, plans, keys, strict=True)]

    def _decide(self, slot: int, plan: tuple[int, float], keys: Tensor) -> Decision:
        label, why = "", ""
        if self._strategies:
            label = self._strategies[plan[0]]
            why = f"{label} {plan[1]:.0%}, "
        action, share = self._choose(keys, slot)
        return Decision(action, label, f"{why}{name_of(action)} {share:.0%}")

    def _choose(self, logits: Tensor, slot: int) -> tuple[int, float]:
        """Draw from logits; return the choice and its share. Nothing is drawn where there is nothing to choose."""
        if not len(logits):
            return 0, 1.0
        if self._temperature == 0:
            best = int(logits.argmax())
            return best, float(logits.softmax(-1)[best])
        shares = (logits.double() / self._temperature).softmax(-1).numpy()
        chosen = min(int(np.searchsorted(np.cumsum(shares), self._draws[slot].random(), side="right")), len(shares) - 1)
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
