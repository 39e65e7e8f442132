"""The processes of a `torchrun`, or the only one: sums over all, and what each of them computes.

Gradients are summed once a step, as DistributedDataParallel does, but without its wrapper: networks here are asked for
logits beside their forward pass, and heads that a batch does not need have no gradient.
"""

import os
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, distributed, nn

from yendor.core.errors import YendorError


class Ranks:
    """Which process this is, of how many.

    Args:
        device: Where tensors are.
        parts: Of the batch; each process takes its share of them.

    Raises:
        YendorError: The parts cannot be shared out.
    """

    def __init__(self, device: torch.device, parts: int) -> None:
        self.count, self.number = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
        if parts % self.count:
            raise YendorError(
                f"{parts} parts for {self.count} processes", f"Give --parts {self.count}, or a multiple of it."
            )
        share = parts // self.count
        self.parts = range(self.number * share, (self.number + 1) * share)
        if self.count > 1 and not distributed.is_initialized():
            distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")

    @property
    def first(self) -> bool:
        """Whether this is the process that writes and speaks."""
        return self.number == 0

    def sum(self, numbers: Tensor) -> Tensor:
        """Return the sum over all processes."""
        if self.count > 1:
            distributed.all_reduce(numbers)
        return numbers

    def sum_gradients(self, network: nn.Module) -> None:
        """Sum the gradients of all processes in place."""
        if self.count == 1:
            return
        learned = [p for p in network.parameters() if p.requires_grad]
        gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in learned]
        whole = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(whole)
        for parameter, part in zip(learned, whole.split([p.numel() for p in learned]), strict=True):
            parameter.grad = part.view_as(parameter)

    def gather(self, things: Iterable[Any]) -> list[Any]:
        """Return the things of all processes, in order."""
        mine = list(things)
        if self.count == 1:
            return mine
        theirs: list[Any] = [None] * self.count
        distributed.all_gather_object(theirs, mine)
        return [thing for those in theirs for thing in those]

    def wait(self) -> None:
        """Wait for the others: who leaves first takes the connection from under those that still use it."""
        if self.count > 1:
            distributed.barrier()

    def close(self) -> None:
        """Part from the others."""
        if self.count > 1 and distributed.is_initialized():
            distributed.destroy_process_group()
