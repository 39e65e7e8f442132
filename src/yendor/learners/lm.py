"""Language models of play: name the next action in a text of observations and actions.

Claim: a small language model that reads what changed between observations (diff history) plays as well as agents
trained on far more data (Piterbarg, Pinto and Fergus 2024, diff History for Neural Language Agents, arXiv:2312.07540).
Equation: minimise the mean over tokens of -log p(x_i | x_1..x_i-1), over the tokens of actions (`--objective action`),
or of actions and of the observations that follow them (`world`: the model learns to foretell the game as well).
The instruction and the anchor, the full text that a chunk begins with, are read and never learned.

Deviations: the head is computed only where the loss is; short chunks share a row, with attention within each chunk
alone, where the released code pads; an action that the context cuts in two is no target; held-out accuracy is of whole
actions. AdamW, bf16 and fully sharded training are torch's own, not DeepSpeed's. The paper's settings are: GPT-2's
weights, context 4096 (NetHack) or 1024 (BabyAI-Text), batch 250, 32 epochs, learning rate 3e-4 in a straight line to
nothing after a warm-up of 0.03, no weight decay. The defaults are these but for batch size, epochs and the learning
rate from scratch, which suit a small network on a CPU.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from yendor.core.errors import YendorError
from yendor.core.registry import register


@dataclass(frozen=True)
class LMConfig:
    """Learn a language model from chunks of recorded play."""

    data: Path
    """The chunk dataset's folder (`yendor data text`)."""
    run: Path
    """The run's folder; an existing one is refused without --resume."""
    learner: str = "lm"
    """The word after `yendor train`."""
    resume: bool = False
    """Go on with an existing run, exactly where its newest checkpoint was."""
    steps: int | None = None
    """Stop after so many optimiser steps."""
    epochs: float | None = None
    """Stop when each chunk was read so many times (the paper: 32)."""
    minutes: float | None = None
    """Stop after so many minutes of this start."""
    cpu_minutes: float | None = None
    """Stop after so many minutes of this start's CPU time: a fair budget on a busy machine."""
    objective: Literal["action", "world"] = "action"
    """What is foretold: actions alone, or the observations after them too (the paper's world-model loss)."""
    world_weight: float = 1.0
    """Weight of an observation's token beside an action's, for --objective world."""
    sizes: tuple[str, ...] = ()
    """Settings of a network from scratch, each NAME=VALUE: layers=2 heads=2 width=128 dropout=0."""
    context: int | None = None
    """Tokens read at once; None: as the dataset says, or the weights begun with, or 1024."""
    pretrained: str = ""
    """GPT-2's weights to begin with: a folder in Hugging Face's format, or a name on its hub."""
    start_from: Path | None = None
    """A run or checkpoint of this learner whose weights to begin with, learned with the same tokeniser."""
    batch_size: int = 32
    """Chunks of a step (the paper: 250)."""
    pack: bool = True
    """Put short chunks together in a row where that is less work; attention stays within each."""
    parts: int = 1
    """Parts of a batch, computed one after the other, or on the processes of a torchrun: less memory, same step."""
    processes: int = 1
    """Processes that learn together on this machine, each its share of the parts; torchrun starts them."""
    sharding: Literal["ddp", "fsdp"] = "ddp"
    """How processes share: each has the whole network (ddp), or a share of weights and optimiser (fsdp)."""
    learning_rate: float | None = None
    """Peak of the learning rate; None: 3e-4, as in the paper, for weights begun with, and 1e-3 from scratch."""
    warmup: float = 0.03
    """Share of the steps over which the learning rate rises; of 100 steps where their number is not planned."""
    decay_over: int | None = None
    """Steps at whose end the rate has fallen to 0 in a straight line; None: --steps or --epochs; 0 keeps it."""
    clip: float = 1.0
    """Largest norm of the gradient."""
    weight_decay: float = 0.0
    """Of AdamW; 0 is Adam."""
    precision: Literal["fp32", "bf16"] = "fp32"
    """bf16 computes in mixed precision; the weights stay fp32."""
    compile: bool = False
    """Compile the layers with torch.compile; needs a C++ compiler."""
    held_out_chunks: int = 256
    """Chunks of the dataset's valid part to measure on, evenly spread; 0 measures nothing."""
    evaluate_every: int = 500
    """Steps between two measurements."""
    checkpoint_every: int = 500
    """Steps between two checkpoints."""
    seed: int = 0
    """Fixes weights and order of the chunks."""
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
    schema_version: ClassVar[int] = 1

    def __post_init__(self) -> None:
        budgets = (self.steps, self.epochs, self.minutes, self.cpu_minutes)
        if all(budget is None for budget in budgets) and not self.profile:
            raise YendorError("no budget", "Give --steps, --epochs, --minutes or --cpu-minutes.")
        for name in ("batch_size", "parts", "processes", "evaluate_every", "checkpoint_every", "threads"):
            if getattr(self, name) < 1:
                raise YendorError(f"{name} = {getattr(self, name)}", "It must be at least 1.")
        if self.context is not None and self.context < 1:
            raise YendorError(f"context = {self.context}", "It must be at least 1.")
        for name in ("world_weight", "held_out_chunks", "weight_decay"):
            if getattr(self, name) < 0:
                raise YendorError(f"{name} = {getattr(self, name)}", "It must be at least 0.")
        if self.parts % self.processes:
            raise YendorError(
                f"parts = {self.parts}, processes = {self.processes}", f"Give --parts {self.processes}, or a multiple."
            )
        if self.batch_size % self.parts:
            raise YendorError(f"batch_size = {self.batch_size}, parts = {self.parts}", "The parts must be equal.")
        if not 0 <= self.warmup < 1:
            raise YendorError(f"warmup = {self.warmup}", "A share of the steps: 0 <= warmup < 1.")
        if self.pretrained and self.start_from is not None:
            raise YendorError("--pretrained and --start-from", "Begin with one of them.")
        self._check_sizes()

    def _check_sizes(self) -> None:
        names = [setting.partition("=")[0] for setting in self.sizes]
        for name, instead in (("context", "Give --context."), ("vocabulary", "The dataset says it.")):
            if name in names:
                raise YendorError(f"--sizes {name}", instead)
        begun = "--pretrained" if self.pretrained else "--start-from" if self.start_from is not None else ""
        if begun and set(names) - {"dropout"}:
            raise YendorError(f"--sizes {' '.join(self.sizes)} with {begun}", "The weights begun with have theirs.")

    def planned(self, chunks: int) -> int | None:
        """Return the number of steps that --steps and --epochs allow, or None."""
        found = [] if self.steps is None else [self.steps]
        if self.epochs is not None:
            found.append(max(1, round(self.epochs * chunks / self.batch_size)))
        return min(found, default=None)

    def peak(self) -> float:
        """Return the largest learning rate."""
        if self.learning_rate is not None:
            return self.learning_rate
        return 3e-4 if self.pretrained or self.start_from is not None else 1e-3


FREE = (
    "resume", "steps", "epochs", "minutes", "cpu_minutes", "threads", "device", "tensorboard", "wandb", "run",
    "compile", "profile", "processes", "parts", "sharding", "evaluate_every", "checkpoint_every", "held_out_chunks",
)  # fmt: skip
"""Settings that may differ when a run is resumed."""


@register("learner", "lm")
class LanguageModel:
    """Names the settings and the functions of this learner for the command line."""

    settings = LMConfig

    @staticmethod
    def train(config: LMConfig) -> dict[str, float]:
        """Train until the budget is spent."""
        from yendor.learners.lm_loop import train

        return train(config)

    @staticmethod
    def profile(config: LMConfig) -> str:
        """Say where the time of a step goes."""
        from yendor.learners.lm_loop import LanguageTraining
        from yendor.learners.profile import profile

        return profile(config, LanguageTraining)
