"""Where a network runs."""

import os

import torch

from yendor.core.errors import YendorError


def choose_device(name: str) -> torch.device:
    """Return the device of this process: `auto` is a GPU where there is one; under `torchrun` each has its own.

    Raises:
        YendorError: `cuda`, and there is no GPU.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise YendorError("--device cuda, and torch sees no GPU", "Take --device auto, or install torch with CUDA.")
    if name == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
    torch.cuda.set_device(device)
    return device
