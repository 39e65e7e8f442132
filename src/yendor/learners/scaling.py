"""A scaling study: networks of several sizes, each learned on more and more frames, with what each point cost.

After Tuyls et al. 2023 (arXiv:2307.09423), who find that loss and score of cloned NetHack policies follow power laws
of the compute. Each size is one run that is measured at every budget of frames on its way, which a constant learning
rate allows: a point with few frames is the beginning of one with many. The compute of a step is counted:
torch's flop counter sees the products of a forward and a backward pass, recurrent layers are added by their formula.
"""

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from yendor.core.config import write_json, write_text
from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list
from yendor.data.catalogue import Catalogue
from yendor.evaluation.runner import evaluate
from yendor.learners.cloning_config import TrainConfig
from yendor.learners.cloning_loop import Cloning, train
from yendor.runtime.run_folder import latest_checkpoint

RESULTS = "points.jsonl"


@dataclass(frozen=True)
class ScalingConfig:
    """Learn several sizes of a network on several budgets of frames, and measure each."""

    data: Path
    """The dataset's folder."""
    out: Path
    """Folder of the study; what is there is kept, so that the same command resumes."""
    learner: str = "bc"
    """bc or hbc."""
    model: str = "cdgpt5"
    """The network."""
    scales: tuple[float, ...] = (0.125, 0.25, 0.5, 1.0)
    """Sizes, as multiples of the network's default widths."""
    frames: tuple[int, ...] = (100_000, 200_000, 400_000, 800_000)
    """Budgets of frames, rising."""
    seeds: tuple[int, ...] = (0,)
    """Each size is learned once for each."""
    batch_size: int = 32
    """Games side by side."""
    unroll: int = 32
    """Frames of each game in a step."""
    learning_rate: float = 1e-3
    """Constant after the warm-up."""
    held_out: float = 0.05
    """Share of the games kept for measuring."""
    games: int = 0
    """Games of the valid list that each point plays; 0 measures the loss only."""
    max_steps: int = 5000
    """Step limit of these games."""
    threads: int = 2
    """CPU threads."""
    workers: int = 2
    """Processes that play."""
    device: str = "auto"
    """cpu, cuda, or auto."""

    def __post_init__(self) -> None:
        if list(self.frames) != sorted(set(self.frames)) or self.frames[0] < self.batch_size * self.unroll:
            raise YendorError(
                f"frames = {self.frames}", f"Rising budgets, each at least a step: {self.batch_size * self.unroll}."
            )
        if not self.scales or min(self.scales) <= 0:
            raise YendorError(f"scales = {self.scales}", "Positive multiples of the network's widths.")


def scaling(config: ScalingConfig) -> list[dict[str, Any]]:
    """Learn and measure all points that the study lacks; return all.

    Each point: scale, seed, parameters, frames (of this budget), epochs, flops, loss and accuracy on held-out games,
    and the scores when games are asked for.

    Raises:
        YendorError: The folder holds a study of other settings.
    """
    _check(config)
    points = read_points(config.out)
    done = {(p["scale"], p["seed"], p["frames"]) for p in points}
    for seed in config.seeds:
        for scale in config.scales:
            missing = [frames for frames in config.frames if (scale, seed, frames) not in done]
            price = cost(_settings(config, scale, seed, config.frames[-1])) if missing else (0.0, 0)
            for frames in missing:
                points.append(_point(config, scale, seed, frames, price))
                write_text(config.out / RESULTS, "".join(json.dumps(p) + "\n" for p in points))
    return points


def read_points(folder: Path) -> list[dict[str, Any]]:
    """Read the points of a study."""
    path = folder / RESULTS
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _check(config: ScalingConfig) -> None:
    path = config.out / "study.json"
    free = ("scales", "frames", "seeds", "threads", "workers", "device", "out")
    now = {name: str(value) for name, value in vars(config).items() if name not in free}
    before = json.loads(path.read_text()) if path.exists() else now
    for name, value in now.items():
        if before.get(name) != value:
            raise YendorError(
                f"{config.out} holds a study with {name} = {before.get(name)}, now it is {value}",
                "Choose another --out.",
            )
    write_json(path, now)


def _settings(config: ScalingConfig, scale: float, seed: int, frames: int) -> TrainConfig:
    """Return how one size is learned up to a budget."""
    steps = frames // (config.batch_size * config.unroll)
    run = config.out / f"{config.learner}-{scale}-{seed}"
    return TrainConfig(
        config.data, run, config.learner, steps=steps, model=config.model, sizes=scaled_sizes(config.model, scale),
        batch_size=config.batch_size, unroll=config.unroll, learning_rate=config.learning_rate,
        held_out=config.held_out, seed=seed, threads=config.threads, device=config.device,
        evaluate_every=1 << 30, checkpoint_every=1 << 30,
        tensorboard=False, resume=(run / "checkpoints").exists(),
    )  # fmt: skip


def _point(config: ScalingConfig, scale: float, seed: int, frames: int, price: tuple[float, int]) -> dict[str, Any]:
    """Learn one size up to a budget and measure it; `price` is what `cost` says of the size."""
    settings = _settings(config, scale, seed, frames)
    run = settings.run
    numbers = train(settings)
    if not numbers:
        raise YendorError("no games are held out", f"Raise --held-out (now {config.held_out}), or take more games.")
    flops, parameters = price
    point: dict[str, Any] = {
        "scale": scale, "seed": seed, "parameters": parameters, "frames": frames, "flops": flops * frames,
        "epochs": frames / max(_frames(config.data), 1), "loss": numbers["held_out_action_loss"],
        "accuracy": numbers["held_out_action_accuracy"],
    }  # fmt: skip
    if config.games:
        judged = evaluate(
            str(latest_checkpoint(run)), seed_list(f"valid:{config.games}"),
            config.out / "eval" / f"{run.name}-{frames}", rules={"max_steps": config.max_steps},
            workers=config.workers, keep="none",
        )  # fmt: skip
        point |= {"score": judged["mean"], "median": judged["median"], "games": config.games}
    return point


def cost(settings: TrainConfig) -> tuple[float, int]:
    """Return the floating-point operations of a frame learned from, and the number of parameters.

    Of the network as it is written down: what is computed once for equal cells counts at each of its places, and a
    look-up in a table is free. Torch does not count fused recurrent layers; they are added by their formula.
    """
    with tempfile.TemporaryDirectory() as folder:
        loop = Cloning(replace(settings, run=Path(folder) / "run", resume=False, start_from=None))
        unrolls = [rows.next() for rows in loop.rows]
    recurrent = 0
    for module in loop.network.modules():
        if hasattr(module, "whole_cells"):
            module.whole_cells = False
        if isinstance(module, nn.RNNBase):
            gates = 4 if isinstance(module, nn.LSTM) else 3
            # A multiplication and an addition for each weight; backward costs twice what forward does.
            recurrent += 3 * 2 * gates * module.hidden_size * (module.input_size + module.hidden_size)
    with FlopCounterMode(display=False) as counter:
        loop.compute(loop.rows, unrolls)
    parameters = sum(p.numel() for p in loop.network.parameters())
    return counter.get_total_flops() / (settings.batch_size * settings.unroll) + recurrent, parameters


def _frames(data: Path) -> int:
    return sum(int(game.row["frames"]) for game in Catalogue(data).games())


def scaled_sizes(model: str, scale: float) -> tuple[str, ...]:
    """Return `--sizes` with all widths of a network multiplied, in steps of 8.

    Raises:
        YendorError: The network has no widths that are known to scale.
    """
    widths: dict[str, dict[str, Any]] = {
        "cdgpt5": {"channels": (32, 64, 128, 128), "screen": 512, "line": 128, "hidden": 512},
        "screen-lstm": {"cell": 16, "text": 8, "features": 256, "hidden": 256},
        "scaled-net": {"hidden": 1738, "stages": (16, 32), "line": 64, "bottom": 128, "screen": 512},
    }
    if model not in widths:
        raise YendorError(f"no study of {model!r}", f"Sizes scale for: {', '.join(widths)}.")

    def times(width: int) -> int:
        return max(8, round(width * scale / 8) * 8)

    def text(value: Any) -> str:
        return ",".join(str(times(v)) for v in value) if isinstance(value, tuple) else str(times(value))

    return tuple(f"{name}={text(value)}" for name, value in widths[model].items())
