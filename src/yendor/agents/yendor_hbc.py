"""The policy that comes with Yendor, `policies/yendor-hbc`: its card says how it was learned and how well it plays."""

from importlib.resources import files
from pathlib import Path

import torch

from yendor.agents.policy_torch import BatchedPolicy, PolicyAgent
from yendor.core.agent import InOneSlot
from yendor.core.registry import register

FOLDER = Path(str(files("yendor.agents") / "policies" / "yendor-hbc"))


@register("agent", "yendor-hbc")
class YendorHBC(InOneSlot):
    """Learned by hierarchical cloning from Yendor's bot, then with the bot as its teacher."""

    def __init__(self) -> None:
        torch.set_num_threads(1)  # as for PolicyAgent
        super().__init__(BatchedPolicy(FOLDER, rows=1))

    @staticmethod
    def batched(device: str = "auto", threads: int = 1) -> BatchedPolicy:
        """Make the policy for many games; the arguments are those of `PolicyAgent.batched`."""
        return PolicyAgent.batched(FOLDER, device, threads)
