"""Checkpoints: `model.safetensors` + `config.json` + `training_state/`, whole or absent, and no pickle."""

import json
import os
import shutil
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from yendor.core.config import to_plain
from yendor.core.errors import YendorError
from yendor.runtime.run_folder import latest_checkpoint

VERSION = 1


class Stateful(Protocol):
    """A network or an optimiser, or what gathers the shares of one from several processes."""

    def state_dict(self) -> dict[str, Any]:
        """Return its tensors by name."""

    def load_state_dict(self, state_dict: dict[str, Any], /) -> Any:
        """Take such tensors."""



def save_checkpoint(
    folder: Path,
    step: int,
    model: Stateful,
    name: str,
    config: Any,
    optimiser: Stateful | None = None,
    tensors: dict[str, Tensor] | None = None,
    cursor: dict[str, Any] | None = None,
    keep: int = 3,
    play: dict[str, Any] | None = None,
    beside: dict[str, Path] | None = None,
) -> Path:
    """Save a checkpoint as `folder/<step>`, in a temporary folder first, and drop the oldest ones.

    Args:
        folder: The run's `checkpoints`.
        step: Its number.
        model: The network.
        name: Its registered name, for loading it again.
        config: Its config.
        optimiser: Where training is to go on.
        tensors: What else must be carried on (recurrent state).
        cursor: Where the data is, JSON-ready.
        keep: How many checkpoints to keep.
        play: What a player must know beside the network, JSON-ready.
        beside: Folders that a player needs too, to copy into the checkpoint under these names.

    Raises:
        YendorError: The disk is full, or refuses; the checkpoints of before are untouched.
    """
    final, part = folder / str(step), folder / f".part-{step}"
    shutil.rmtree(part, ignore_errors=True)
    try:
        (part / "training_state").mkdir(parents=True)
        save_file(_ready(model.state_dict()), part / "model.safetensors")
        description = {"version": VERSION, "model": name, "config": to_plain(config), "step": step}
        description["play"] = play or {}
        (part / "config.json").write_text(json.dumps(description, indent=2) + "\n")
        state, numbers = _training_state(optimiser, tensors or {})
        save_file(state, part / "training_state" / "tensors.safetensors")
        (part / "training_state" / "state.json").write_text(json.dumps({**numbers, "cursor": cursor}))
        for inside, folder_beside in (beside or {}).items():
            shutil.copytree(folder_beside, part / inside)
        _sync(part)
        shutil.rmtree(final, ignore_errors=True)
        os.replace(part, final)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(part, ignore_errors=True)
        raise YendorError(
            f"cannot save checkpoint {final}: {error}", "Free some space and continue with --resume."
        ) from error
    numbered = sorted((p for p in folder.glob("*") if p.name.isdigit()), key=lambda p: int(p.name))
    for old in numbered[:-keep]:
        shutil.rmtree(old, ignore_errors=True)
    return final


def _ready(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())


def _training_state(
    optimiser: Stateful | None, tensors: dict[str, Tensor]
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Split what training needs into tensors and plain numbers."""
    state = {f"carried.{name}": value for name, value in tensors.items()}
    state["rng.torch"] = torch.get_rng_state()
    numbers: dict[str, Any] = {"numpy": _plain_numpy_state()}
    if optimiser is not None:
        packed = optimiser.state_dict()
        numbers["groups"] = packed["param_groups"]
        for index, entries in packed["state"].items():
            for name, value in entries.items():
                state[f"optimiser.{index}.{name}"] = torch.as_tensor(value)
    return _ready(state), numbers


def _plain_numpy_state() -> list[Any]:
    kind, keys, *rest = np.random.get_state(legacy=True)
    return [kind, np.asarray(keys).tolist(), *rest]


def load_model(place: Path, inverse: bool = False) -> tuple[nn.Module, dict[str, Any], Path]:
    """Load a network from a checkpoint or a run's newest one.

    Args:
        place: The checkpoint, or the run.
        inverse: An inverse model is wanted, not a policy.

    Returns:
        The network in evaluation mode, the checkpoint's description, and its folder.

    Raises:
        YendorError: No checkpoint; a damaged one; weights of another shape; a network of the other kind.
    """
    from yendor.core.config import from_plain
    from yendor.core.registry import find

    folder = latest_checkpoint(place)
    try:
        description = json.loads((folder / "config.json").read_text())
    except (OSError, ValueError) as error:
        raise YendorError(f"cannot read checkpoint {folder}: {error}", "Use another checkpoint.") from error
    network = find("model", description["model"])
    if getattr(network, "inverse", False) is not inverse:
        what = "a policy" if inverse else "an inverse model, which names keys that were pressed and cannot play"
        hint = "Give a run of `yendor train inverse`." if inverse else "Give a policy's run, such as one of bco."
        raise YendorError(f"{folder} holds {what} ({description['model']})", hint)
    config_class = network.__init__.__annotations__["config"]
    model: nn.Module = network(from_plain(config_class, description["config"], f"{folder}/config.json"))
    load_weights(model, folder)
    return model.eval(), description, folder


def load_weights(model: Stateful, folder: Path) -> None:
    """Load a checkpoint's weights into a network.

    Raises:
        YendorError: Missing or damaged file, or weights of another shape (the first difference is named).
    """
    weights = read_weights(folder)
    wanted = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    found = {name: tuple(value.shape) for name, value in weights.items()}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            raise YendorError(
                f"checkpoint {folder} is of another network: {name} has shape {found.get(name)}, "
                f"the model wants {wanted.get(name)}",
                "Load it with the config saved beside it.",
            )
    model.load_state_dict(weights)


def read_weights(folder: Path) -> dict[str, Tensor]:
    """Read a checkpoint's weights by name.

    Raises:
        YendorError: Missing or damaged file.
    """
    try:
        return load_file(folder / "model.safetensors")
    except (OSError, SafetensorError) as error:
        raise YendorError(f"cannot read {folder}/model.safetensors: {error}", "Use another checkpoint.") from error


def load_training(folder: Path, model: Stateful, optimiser: Stateful) -> tuple[dict[str, Tensor], Any]:
    """Restore weights, optimiser and random generators; return the carried tensors and the data cursor."""
    load_weights(model, folder)
    try:
        tensors = load_file(folder / "training_state" / "tensors.safetensors")
        numbers = json.loads((folder / "training_state" / "state.json").read_text())
    except (OSError, ValueError, SafetensorError) as error:
        raise YendorError(
            f"cannot resume from {folder}: {error}", "Its training state is missing or damaged."
        ) from error
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimiser."):
            _, index, key = name.split(".", 2)
            state.setdefault(int(index), {})[key] = value
    optimiser.load_state_dict({"state": state, "param_groups": numbers["groups"]})
    torch.set_rng_state(tensors["rng.torch"])
    kind, keys, *rest = numbers["numpy"]
    np.random.set_state((kind, np.array(keys, np.uint32), *rest))
    carried = {name.removeprefix("carried."): v for name, v in tensors.items() if name.startswith("carried.")}
    return carried, numbers["cursor"]
