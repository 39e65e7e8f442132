"""From what the core remembers to keys: one head, or a strategy head that chooses among heads."""

import itertools

import torch
from torch import Tensor, nn

from yendor.models.frames import ACTIONS, Output, State


class Heads(nn.Module):
    """Strategy, actions and value from a core's output.

    The hierarchy is HiHack's (Piterbarg et al. 2023): a linear strategy head, and for each strategy a small network
    of its own that chooses the key. Only the asked head runs for a frame; the released code runs one for all.

    Args:
        width: Width of the core's output.
        strategies: How many; 0 for a flat policy.
        decoder: Widths of the hidden layers between the core and the 121 keys.
        with_strategy: Whether the strategy's head is here too; otherwise its logits are left empty.
    """

    def __init__(self, width: int, strategies: int, decoder: tuple[int, ...], with_strategy: bool = True) -> None:
        super().__init__()
        self.strategy = nn.Linear(width, strategies) if strategies and with_strategy else None
        self.policies = nn.ModuleList(_layers(width, *decoder, ACTIONS) for _ in range(max(strategies, 1)))
        self.baseline = nn.Linear(width, 1)

    def forward(self, core: Tensor, state: State) -> Output:
        """Say what the core [T, B, width] makes of strategy and value."""
        none = core.new_zeros(*core.shape[:-1], 0)
        strategy = none if self.strategy is None else self.strategy(core)
        return Output(strategy, core, self.baseline(core).squeeze(-1), state)

    def actions(self, core: Tensor, strategy: Tensor) -> Tensor:
        """Return [..., 121] logits of the head that `strategy` names.

        Args:
            core: [..., width].
            strategy: [...] int64; a flat policy ignores it.
        """
        if len(self.policies) == 1:
            return self.policies[0](core)
        rows, heads = core.flatten(0, -2), strategy.flatten()
        order = heads.argsort(stable=True)
        counts = heads.bincount(minlength=len(self.policies)).tolist()
        parts = rows[order].split(counts)
        # In training the others run on no rows: their gradients are then zeros, and not absent.
        asked = zip(self.policies, parts, strict=True)
        chosen = torch.cat([head(part) for head, part in asked if len(part) or torch.is_grad_enabled()])
        return torch.empty_like(chosen).index_copy(0, order, chosen).view(*core.shape[:-1], ACTIONS)


def _layers(*widths: int) -> nn.Sequential:
    """Return linear layers with ELU between them, none after the last."""
    layers: list[nn.Module] = []
    for wide, narrow in itertools.pairwise(widths):
        layers += [nn.Linear(wide, narrow), nn.ELU()]
    return nn.Sequential(*layers[:-1])
