"""How processes share a network: each has the whole of it, or each a share of its weights and optimiser.

The second is torch's `fully_shard` (FSDP2; Zhao et al. 2023, PyTorch FSDP, arXiv:2304.11277), one group a layer: its
weights are gathered for its pass and let go after it, its gradients are summed into shares. Checkpoints hold the whole
in either case, so that a run goes on with another number of processes, or shared in another way.
"""

from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from yendor.learners.ranks import Ranks
from yendor.models.gpt import GPT


class Sharding:
    """A network as the processes share it.

    Args:
        scorer: The module that is computed; it holds the network.
        network: Its network.
        how: `ddp` or `fsdp`; one process has nothing to share.
        ranks: The processes.

    Attributes:
        loss_scale: By what to multiply each process's loss, so that gradients come out as sums.
    """

    def __init__(self, scorer: nn.Module, network: GPT, how: Literal["ddp", "fsdp"], ranks: Ranks) -> None:
        self.scorer, self.network, self.ranks = scorer, network, ranks
        self.shared = how == "fsdp" and ranks.count > 1
        self.loss_scale = ranks.count if self.shared else 1  # fully_shard takes the mean over the processes
        if self.shared:
            for block in network.blocks:
                fully_shard(block)
            fully_shard(scorer)

    def synchronise(self, last: bool) -> None:
        """Say whether the next backward pass is the step's last, and gradients are to be summed."""
        if isinstance(self.scorer, FSDPModule):
            self.scorer.set_requires_gradient_sync(last)

    def sum_gradients(self) -> None:
        """Sum the gradients of all processes, where the backward pass has not done it."""
        if not self.shared:
            self.ranks.sum_gradients(self.scorer)

    def settle(self) -> None:
        """Let go of weights that a forward pass without a backward pass has gathered."""
        if isinstance(self.scorer, FSDPModule):
            self.scorer.reshard()


class WholeNetwork:
    """A network's weights as if it were not shared, for checkpoints; all processes must make and load it.

    Args:
        network: Whose weights; gathered at once where they are shared.
    """

    def __init__(self, network: nn.Module) -> None:
        self._network = network
        self._gathered = {name: _whole(value) for name, value in network.state_dict().items()}

    def state_dict(self) -> dict[str, Any]:
        """Return the weights of when this was made."""
        return self._gathered

    def load_state_dict(self, weights: dict[str, Any]) -> None:
        """Share the weights out again."""
        here = self._network.state_dict()
        self._network.load_state_dict({name: _share(value, here[name]) for name, value in weights.items()})


class WholeOptimiser:
    """An optimiser's state as if it were not shared, likewise.

    Args:
        optimiser: Whose state; gathered at once where it is shared.
    """

    def __init__(self, optimiser: torch.optim.Optimizer) -> None:
        self._optimiser = optimiser
        packed = optimiser.state_dict()
        state = {i: {name: _whole(x) for name, x in some.items()} for i, some in packed["state"].items()}
        self._gathered = {**packed, "state": state}

    def state_dict(self) -> dict[str, Any]:
        """Return the state of when this was made."""
        return self._gathered

    def load_state_dict(self, packed: dict[str, Any]) -> None:
        """Share the state out again."""
        parameters = [p for group in self._optimiser.param_groups for p in group["params"]]
        state = {i: {n: _share(x, parameters[i]) for n, x in some.items()} for i, some in packed["state"].items()}
        self._optimiser.load_state_dict({**packed, "state": state})


def _whole(value: Any) -> Any:
    return value.full_tensor().cpu() if isinstance(value, DTensor) else value


def _share(value: Tensor, like: Tensor) -> Tensor:
    if not isinstance(like, DTensor) or value.shape != like.shape:
        return value
    return distribute_tensor(value.to(like.device), like.device_mesh, like.placements)
