"""The settings that the cloning learners share."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from yendor.core.config import from_plain
from yendor.core.errors import YendorError
from yendor.core.registry import find

T = TypeVar("T")


@dataclass(frozen=True)
class TrainConfig:
    """Learn a policy from recorded games."""

    data: Path
    """The dataset's folder (`yendor record`, `yendor data import`)."""
    run: Path
    """The run's folder; an existing one is refused without --resume."""
    learner: str = "hbc"
    """hbc or bc; the word after `yendor train`."""
    resume: bool = False
    """Go on with an existing run, exactly where its newest checkpoint was."""
    steps: int | None = None
    """Stop after so many optimiser steps."""
    minutes: float | None = None
    """Stop after so many minutes of this start."""
    cpu_minutes: float | None = None
    """Stop after so many minutes of this start's CPU time: a fair budget on a busy machine."""
    where: str = ""
    """SQL condition that selects the games."""
    model: str = "screen-lstm"
    """The network: `yendor list models`."""
    sizes: tuple[str, ...] = ()
    """Settings of the network that differ from its defaults, each NAME=VALUE: hidden=256 channels=16,32,64,64."""
    start_from: Path | None = None
    """A run or checkpoint whose weights to begin with: of the same network, or the trunk of a transformer-lstm."""
    batch_size: int = 32
    """Games side by side."""
    unroll: int = 32
    """Frames of each game in a step."""
    parts: int = 1
    """Parts of a batch, computed one after the other, or on the processes of a torchrun: less memory, same step."""
    processes: int = 1
    """Processes that learn together on this machine, each its share of the parts; torchrun starts them."""
    workers: int = 0
    """Processes that read ahead for each part; 0 reads between the steps."""
    learning_rate: float = 1e-3
    """Peak of the learning rate, reached after `warmup` steps."""
    warmup: int = 100
    """Steps over which the learning rate rises."""
    decay_over: int | None = None
    """Steps over which the learning rate falls to a tenth by a half cosine; None keeps it."""
    clip: float = 1.0
    """Largest norm of the gradient."""
    weight_decay: float = 0.01
    """Of AdamW; 0 is Adam."""
    strategy_weight: float = 1.0
    """Weight of the strategy's loss beside the key's, for hbc."""
    asked: bool = False
    """Name the key of the expert who was asked (`yendor record --ask`) where there is one, not the pressed one."""
    balance_keys: float = 0.0
    """Weigh keys by their frequency to the power of minus this: 0 as they come, 1 all alike."""
    balance_strategies: float = 0.0
    """The same for strategies, in the strategy's loss."""
    smoothing: float = 0.0
    """Share of the target that is spread over all keys (label smoothing)."""
    value_weight: float = 0.0
    """Weight of an auxiliary loss: the value head foretells the points to come (discount 0.999, tenths of points)."""
    legacy: bool = False
    """Learn as the released HiHack code does where it differs: docs/04-learning.md says in what."""
    precision: Literal["fp32", "bf16"] = "fp32"
    """bf16 computes in mixed precision; the weights stay fp32."""
    compile: bool = False
    """Compile the network with torch.compile; needs a C++ compiler."""
    held_out: float = 0.05
    """Share of the games kept for measuring (chosen by their ids)."""
    evaluate_every: int = 500
    """Steps between two measurements on held-out games."""
    checkpoint_every: int = 500
    """Steps between two checkpoints."""
    seed: int = 0
    """Fixes weights and order of the games."""
    threads: int = 2
    """CPU threads."""
    device: str = "auto"
    """cpu, cuda, or auto: a GPU when there is one."""
    tensorboard: bool = True
    """Write TensorBoard files too."""
    wandb: str = ""
    """W&B project; needs the wandb package."""
    profile: bool = False
    """Learn 30 steps, say where the time went, and stop; nothing is saved."""
    schema_version: ClassVar[int] = 2
    migrations: ClassVar[dict[int, Any]] = {1: lambda plain: _sizes_apart(plain)}

    def __post_init__(self) -> None:
        if self.steps is None and self.minutes is None and self.cpu_minutes is None and not self.profile:
            raise YendorError("no budget", "Give --steps, --minutes or --cpu-minutes.")
        for name in ("batch_size", "unroll", "parts", "processes", "evaluate_every", "checkpoint_every", "threads"):
            if getattr(self, name) < 1:
                raise YendorError(f"{name} = {getattr(self, name)}", "It must be at least 1.")
        if self.parts % self.processes:
            raise YendorError(
                f"parts = {self.parts}, processes = {self.processes}", f"Give --parts {self.processes}, or a multiple."
            )
        if self.batch_size % self.parts:
            raise YendorError(f"batch_size = {self.batch_size}, parts = {self.parts}", "The parts must be equal.")
        for name, top in (("held_out", 1.0), ("smoothing", 1.0)):
            if not 0 <= getattr(self, name) < top:
                raise YendorError(f"{name} = {getattr(self, name)}", f"A share: 0 <= {name} < 1.")


FREE = (
    "resume", "steps", "minutes", "cpu_minutes", "threads", "device", "tensorboard", "wandb", "run", "start_from",
    "compile", "profile", "processes", "evaluate_every", "inverse",
)  # fmt: skip
"""Settings that may differ when a run is resumed."""


def model_config(config: TrainConfig, strategies: tuple[str, ...]) -> Any:
    """Make the network's config from `--sizes`.

    Raises:
        YendorError: A setting that the network lacks (with the near names), or of the wrong type.
    """
    network = find("model", config.model)
    cls = network.__init__.__annotations__["config"]
    kinds = {field.name: field.type for field in dataclasses.fields(cls)}
    plain: dict[str, Any] = {"strategies": list(strategies)} if "strategies" in kinds else {}
    if config.legacy and "memory" in kinds:
        plain["memory"] = False
    return from_sizes(cls, config.sizes, plain, config.model)


def from_sizes(cls: type[T], sizes: tuple[str, ...], plain: dict[str, Any], model: str) -> T:
    """Make a network's config of `--sizes` and of what is known beside them.

    Raises:
        YendorError: A setting that the network lacks (with the near names), or of the wrong type.
    """
    kinds = {field.name: field.type for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    plain = dict(plain)
    for setting in sizes:
        name, mark, value = setting.partition("=")
        if not mark:
            raise YendorError(f"--sizes {setting}", "Write NAME=VALUE, such as hidden=256.")
        plain[name] = _value(value, "tuple" in str(kinds.get(name, "")))
    return from_plain(cls, plain, f"--sizes of {model}")


def _value(text: str, several: bool) -> Any:
    """Read a value as written on a command line: a number, true or false, a word, or several numbers with commas."""
    try:
        value = json.loads(f"[{text}]" if several else text)
    except ValueError:
        return text
    return value


def _sizes_apart(plain: dict[str, Any]) -> dict[str, Any]:
    """Version 1 had the sizes of its only network among the settings."""
    hidden, crop = plain.pop("hidden", 256), plain.pop("crop", 9)
    return {**plain, "sizes": [f"features={hidden}", f"hidden={hidden}", f"crop={crop}"]}
