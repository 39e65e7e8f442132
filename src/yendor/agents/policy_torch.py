"""A learned policy at the keyboard: one game, or one game in each slot of a batch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from yendor.core.agent import Decision, InOneSlot, Observation
from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.models.frames import Frames, State, join_states
from yendor.nethack.actions import TWINS, name_of
from yendor.runtime.checkpoint_torch import load_model
from yendor.runtime.device_torch import choose_device


class _Row(NamedTuple):
    """Where a slot's memory lies: a row of the state that the network returned for a whole batch."""

    state: State
    row: int


class BatchedPolicy:
    """Plays many games with one network; each slot has its own state and random draws.

    A slot's keys depend on its own game and seed alone, not on what plays beside it. Sums are rounded otherwise in
    batches of other sizes, which would draw another key a few times in a million; but from 16 rows on, and in whole
    sixteens, the CPU's kernels treat all rows alike, so batches are filled up to that.

    Args:
        place: A run or checkpoint folder.
        temperature: Divides the logits before drawing; 0 takes the most likely key. None is what the folder says
            (`yendor export policy --temperature`), else 1.
        device: Where the network runs.
        rows: A batch is filled up to a multiple of so many rows; 1 fills nothing.
    """

    def __init__(self, place: Path, temperature: float | None = None, device: str = "cpu", rows: int = 16) -> None:
        model, description, folder = load_model(Path(place))
        if getattr(model, "language", False):
            raise YendorError(
                f"{folder} holds a language model ({description['model']}), which reads no screens",
                "Give its folder as it is, or as language:FOLDER, without policy.",
            )
        play = description.get("play", {})
        self.name = play.get("name") or f"{description['model']} {folder.parent.parent.name}@{folder.name}"
        self._device = torch.device(device)
        self._network: Any = model.to(self._device)
        self._temperature: float = play.get("temperature", 1.0) if temperature is None else temperature
        self._multiple = rows
        config: Any = model.config
        self._strategies: tuple[str, ...] = config.strategies
        self._legacy = bool(play.get("legacy"))
        self._rows: dict[int, _Row] = {}
        self._next_rows: dict[int, _Row] = {}
        self._previous: dict[int, int] = {}
        self._draws: dict[int, np.random.Generator] = {}

    def reset_slot(self, slot: int, seed: int) -> None:
        """Begin a game in a slot."""
        self._rows[slot] = _Row(self._network.initial_state(1), 0)
        self._next_rows.pop(slot, None)
        self._previous[slot] = -1
        self._draws[slot] = np.random.default_rng(seed)

    @torch.no_grad()
    def act_batch(self, slots: Sequence[int], observations: Sequence[Observation]) -> list[Decision]:
        """Choose a key in each slot."""
        spare = -len(slots) % self._multiple
        filled = [*slots, *[slots[-1]] * spare]
        shown = [*observations, *[observations[-1]] * spare]

        def stack(key: str) -> Tensor:
            return torch.from_numpy(np.stack([np.asarray(o[key]) for o in shown]))[None].to(self._device)

        previous = torch.tensor([[self._previous[s] for s in filled]], device=self._device)
        first = previous < 0
        if self._legacy:
            previous = previous.clamp(min=0)
        frames = Frames(stack("tty_chars"), stack("tty_colors"), stack("tty_cursor"), previous, first)
        output = self._network(frames, self._remember(slots, filled))
        self._next_rows.update((slot, _Row(output.state, row)) for row, slot in enumerate(slots))
        plans, certain = self._choose(output.strategy[0].cpu(), slots)
        heads = torch.tensor([plans + plans[-1:] * spare], device=self._device)
        keys, shares = self._choose(self._network.actions(output.core, heads)[0].cpu(), slots)
        return [self._decision(*row) for row in zip(plans, certain, keys, shares, strict=True)]

    def _remember(self, slots: Sequence[int], filled: Sequence[int]) -> State:
        """Return the slots' states side by side: as the network left them where the batch is still the same."""
        rows = [self._rows[slot] for slot in filled]
        state = rows[0].state
        if state[0].shape[1] == len(filled) and all(
            at == row and held is state for at, (held, row) in enumerate(rows[: len(slots)])
        ):
            return state
        return join_states([tuple(part[:, row : row + 1] for part in held) for held, row in rows])

    def _decision(self, plan: int, certain: float, action: int, share: float) -> Decision:
        label = self._strategies[plan] if self._strategies else ""
        why = f"{label} {certain:.0%}, " if label else ""
        return Decision(action, label, f"{why}{name_of(action)} {share:.0%}")

    def _choose(self, logits: Tensor, slots: Sequence[int]) -> tuple[list[int], list[float]]:
        """Draw from the slots' logits [N or more, C]; return choices and their shares. From C = 0 nothing is drawn."""
        rows, logits = np.arange(len(slots)), logits[: len(slots)]
        if not logits.shape[1]:
            return [0] * len(slots), [1.0] * len(slots)
        if self._temperature == 0:
            shares, chosen = logits.softmax(-1).numpy(), logits.argmax(-1).numpy()
        else:
            shares = (logits.double() / self._temperature).softmax(-1).numpy()
            draws = np.array([self._draws[slot].random() for slot in slots])
            below = np.cumsum(shares, axis=1) <= draws[:, None]
            chosen = np.minimum(below.sum(axis=1), shares.shape[1] - 1)
        return chosen.tolist(), shares[rows, chosen].tolist()

    def observe_batch(self, slots: Sequence[int], observations: Sequence[Observation], actions: Sequence[int]) -> None:
        """Learn the keys really pressed; recorded games know of each pair of twins only one."""
        for slot, observation, action in zip(slots, observations, actions, strict=True):
            if slot not in self._next_rows:
                self.act_batch([slot], [observation])
            self._rows[slot] = self._next_rows.pop(slot)
            self._previous[slot] = TWINS.get(action, action)


@register("agent", "policy")
class PolicyAgent(InOneSlot):
    """A learned policy in one game.

    Args:
        place: A run or checkpoint folder.
        temperature: As for `BatchedPolicy`.
    """

    def __init__(self, place: str | Path, temperature: float | None = None) -> None:
        torch.set_num_threads(1)  # one game at a time is too small to share out, and workers are many
        super().__init__(BatchedPolicy(Path(place), temperature, rows=1))

    @staticmethod
    def batched(place: str | Path, device: str = "auto", threads: int = 1) -> BatchedPolicy:
        """Make a policy that plays many games.

        Args:
            place: A run or checkpoint folder.
            device: `auto` (a GPU where there is one), `cpu` or `cuda`.
            threads: CPU threads.

        Raises:
            YendorError: `cuda`, and there is no GPU.
        """
        chosen = choose_device(device)
        torch.set_num_threads(threads)
        torch.backends.cudnn.allow_tf32 = False  # its rounding would show in the games
        return BatchedPolicy(Path(place), device=str(chosen))
