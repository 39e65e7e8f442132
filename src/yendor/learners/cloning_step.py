"""One step of cloning: targets and weights of all parts, losses as sums, and their gradient."""

import contextlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.profiler import record_function

from yendor.learners.cloning_config import TrainConfig
from yendor.learners.losses.cloning import Fit, balance, fit, value_error
from yendor.learners.ranks import Ranks
from yendor.learners.unrolls import Rows, Unroll
from yendor.models.frames import ACTIONS, Network, Output

POINTS = 0.1
"""Rewards are tenths of points, so that values stay within a few units."""


class Aim(NamedTuple):
    """What counts in an unroll, and how much.

    Attributes:
        key: [T, B] weights of the keys' losses.
        strategy: [T, B] weights of the strategies' losses; all 0 for a flat learner.
    """

    key: Tensor
    strategy: Tensor


class Numbers(NamedTuple):
    """What a batch came to, as sums."""

    key: Fit
    strategy: Fit
    value: Tensor

    def plus(self, other: "Numbers | None") -> "Numbers":
        """Add up two parts."""
        if other is None:
            return self
        return Numbers(self.key + other.key, self.strategy + other.strategy, self.value + other.value)


class CloningStep:
    """Computes gradients that are the same however the batch is parted.

    Args:
        config: Of the training.
        network: What learns.
        learner: bc or hbc.
        strategies: How many there are.
        ranks: The processes.
        device: Where it runs.

    Attributes:
        counts: [121 + strategies] int64, how often each key and strategy came; for balancing.
    """

    def __init__(
        self, config: TrainConfig, network: Network, learner: Any, strategies: int, ranks: Ranks, device: torch.device
    ) -> None:
        self.config, self.network, self.learner, self.ranks, self.device = config, network, learner, ranks, device
        self.counts = torch.zeros(ACTIONS + strategies, dtype=torch.int64, device=device)
        self.run = torch.compile(network) if config.compile else network

    def __call__(self, rows: Sequence[Rows], unrolls: Sequence[Unroll]) -> dict[str, float]:
        """Add the batch's gradient to the network's, carry the rows' states, return means over the batch."""
        aims = self._aims(unrolls)
        totals = torch.stack([torch.stack([aim.key.sum(), aim.strategy.sum()]) for aim in aims]).sum(0)
        key_total, strategy_total = self.ranks.sum(totals).clamp(min=1e-9).unbind()
        numbers: Numbers | None = None
        for row, unroll, aim in zip(rows, unrolls, aims, strict=True):
            with record_function("forward"), self.autocast():
                output = self.run(unroll.frames, row.state)
                found = self.measure(output, unroll, aim)
            loss = found.key.loss / key_total
            loss = loss + self.config.strategy_weight * found.strategy.loss / strategy_total
            loss = loss + self.config.value_weight * found.value / key_total
            with record_function("backward"):
                loss.backward()
            row.carry(output.state)
            numbers = Numbers(*(_detach(part) for part in found)).plus(numbers)
        self.ranks.sum_gradients(self.network)  # type: ignore[arg-type]
        assert numbers is not None
        return self._means(numbers, key_total, strategy_total)

    def autocast(self) -> contextlib.AbstractContextManager[Any]:
        """Return the context in which the network runs."""
        bf16 = self.config.precision == "bf16"
        return torch.autocast(self.device.type, torch.bfloat16) if bf16 else contextlib.nullcontext()

    def measure(self, output: Output, unroll: Unroll, aim: Aim) -> Numbers:
        """Compare what the network says with the aim."""
        config, label = self.config, unroll.label
        keys = self.network.actions(output.core, self.learner.head(output.strategy, label))
        key = fit(keys, unroll.action, aim.key, config.smoothing)
        strategy = Fit(*(torch.zeros_like(part) for part in key))
        if self.learner.hierarchical:
            strategy = fit(output.strategy, label, aim.strategy)
        value = key.loss.new_zeros(())
        if config.value_weight:
            value = value_error(output.value.float(), POINTS * unroll.reward, unroll.frames.is_first, aim.key > 0)
        return Numbers(key, strategy, value)

    def even(self, unroll: Unroll) -> Aim:
        """Return an aim in which all frames that count weigh the same, for measuring."""
        mask = self.learner.mask(unroll.mask & (unroll.action >= 0), unroll.label).float()
        return Aim(mask, mask if self.learner.hierarchical else torch.zeros_like(mask))

    def _aims(self, unrolls: Sequence[Unroll]) -> list[Aim]:
        """Weigh the frames of all parts; counts what came first, over all processes."""
        masks = [self.learner.mask(u.mask & (u.action >= 0), u.label) for u in unrolls]
        if self.config.legacy and self.ranks.parts[-1] == self.config.parts - 1:
            masks[-1] = _without_last(masks[-1])  # of the whole batch, however it is parted
        if self.config.balance_keys or self.config.balance_strategies:
            came = torch.zeros_like(self.counts)
            for u, mask in zip(unrolls, masks, strict=True):
                came[:ACTIONS] += u.action[mask].bincount(minlength=ACTIONS)
                if self.learner.hierarchical:
                    came[ACTIONS:] += u.label[mask].bincount(minlength=len(came) - ACTIONS)
            self.counts += self.ranks.sum(came)
        keys, strategies = self.counts[:ACTIONS], self.counts[ACTIONS:]
        aims = []
        for u, mask in zip(unrolls, masks, strict=True):
            weight = balance(keys, u.action, mask, self.config.balance_keys)
            plan = balance(strategies, u.label, mask, self.config.balance_strategies)
            aims.append(Aim(weight, plan if self.learner.hierarchical else torch.zeros_like(weight)))
        return aims

    def _means(self, numbers: Numbers, key_total: Tensor, strategy_total: Tensor) -> dict[str, float]:
        key, strategy, value = numbers
        sums = torch.stack([
            key.loss / key_total, strategy.loss / strategy_total, value / key_total,
            key.right.float(), strategy.right.float(), key.frames.float(), strategy.frames.float(),
        ])  # fmt: skip
        key_loss, plan_loss, error, right, planned, frames, plans = self.ranks.sum(sums).tolist()
        config = self.config
        found = {
            "loss": key_loss + config.strategy_weight * plan_loss + config.value_weight * error,
            "action_loss": key_loss, "strategy_loss": plan_loss,
            "action_accuracy": right / max(frames, 1), "strategy_accuracy": planned / max(plans, 1), "frames": frames,
        }  # fmt: skip
        return found | ({"value_loss": error} if config.value_weight else {})


def _detach(part: Any) -> Any:
    return Fit(*(tensor.detach() for tensor in part)) if isinstance(part, Fit) else part.detach()


def _without_last(mask: Tensor) -> Tensor:
    """The released code leaves out the last sample of the flattened unroll."""
    mask = mask.clone()
    mask[-1, -1] = False
    return mask
