"""From recorded batches to what networks read and learners aim at; the rows' states are carried along."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from yendor.core.errors import YendorError
from yendor.core.labels import HIHACK_STRATEGIES, asked_action, hihack_strategy
from yendor.data.loader_torch import Loader
from yendor.data.selection import Projection
from yendor.data.stream import Stream, StreamConfig
from yendor.learners.cloning_config import TrainConfig
from yendor.models.frames import Frames, Network, State, detached

if TYPE_CHECKING:
    from yendor.learners.learner import Learner


class Unroll(NamedTuple):
    """An unroll of frames with what was done on them.

    Attributes:
        frames: What the network reads.
        action: [T, B] int64, the key to name; anything where it does not count.
        pressed: [T, B] int64, the key that was pressed; -1 for none.
        label: [T, B] int64, the strategy; -1 for none.
        mask: [T, B] bool, the frames whose key an agent chose.
        reward: [T, B] float, points that came with the frame.
        there: [T, B] bool, the frames that are no padding.
    """

    frames: Frames
    action: Tensor
    pressed: Tensor
    label: Tensor
    mask: Tensor
    reward: Tensor
    there: Tensor


class Asked:
    """What an expert said, read from labels of `yendor record --ask`: tables over the labels' names.

    Args:
        names: Full paths, as the stream gives them.
        device: Where unrolls are.
    """

    def __init__(self, names: Sequence[str], device: torch.device) -> None:
        self.strategies = torch.tensor([*map(hihack_strategy, names), -1], device=device)
        self.actions = torch.tensor([*map(asked_action, names), -1], device=device)

    def __call__(self, unroll: Unroll) -> Unroll:
        """Name the expert's key where one was asked, and project the labels."""
        action = self.actions[unroll.label]
        return unroll._replace(
            action=torch.where(action >= 0, action, unroll.pressed), label=self.strategies[unroll.label]
        )


class Rows:
    """Some rows of the batch: their loader, the network's state of their games, and their last keys.

    Args:
        config: Of the training.
        part: Which of `config.parts`.
        network: Gives the state before a game.
        learner: Says what the network reads and aims at.
        device: Where tensors go.
    """

    def __init__(
        self, config: TrainConfig, part: int, network: Network, learner: "Learner", device: torch.device
    ) -> None:
        rows = config.batch_size // config.parts
        stream = StreamConfig(
            rows, config.unroll, where=training_games(config), seed=config.seed, projection=projection(config)
        )
        cuda = device.type == "cuda"
        self.loader = Loader(
            config.data, stream, workers=config.workers, rank=part, ranks=config.parts, pin_memory=cuda
        )
        self.state: State = network.initial_state(rows)
        self.before = torch.full((rows,), -1, dtype=torch.int64, device=device)
        self.kept = learner.initial_state(rows)
        self._learner = learner
        self._device, self._legacy = device, config.legacy
        self._batches: Iterator[dict[str, Tensor]] | None = None
        self._asked = Asked(self.loader.label_names, device) if config.asked else None

    def next(self) -> Unroll:
        """Return the next unroll."""
        if self._batches is None:
            self._batches = iter(self.loader)
        unroll = to_unroll(next(self._batches), self.before, self._device, self._legacy)
        self.before = unroll.pressed[-1]
        unroll = unroll if self._asked is None else self._asked(unroll)
        unroll, self.kept = self._learner.read(unroll, self.kept)
        return unroll

    def carry(self, state: State) -> None:
        """Keep the state for the next unroll, in full precision."""
        self.state = tuple(part.float() if part.is_floating_point() else part for part in detached(state))

    def state_dict(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return what resuming needs: tensors, and the loader's place."""
        tensors = {f"state.{i}": part.cpu() for i, part in enumerate(self.state)}
        tensors |= {f"kept.{i}": part.cpu() for i, part in enumerate(self.kept)}
        return {**tensors, "before": self.before.cpu()}, self.loader.state_dict()

    def load_state_dict(self, tensors: dict[str, Tensor], place: dict[str, Any]) -> None:
        """Go back to where `state_dict` was taken."""
        self.state = tuple(tensors[f"state.{i}"].to(self._device) for i in range(len(self.state)))
        self.kept = tuple(tensors[f"kept.{i}"].to(self._device) for i in range(len(self.kept)))
        self.before = tensors["before"].to(self._device)
        self.loader.load_state_dict(place)


def to_unroll(batch: dict[str, Tensor], before: Tensor, device: torch.device, legacy: bool = False) -> Unroll:
    """Bring a batch to the device, with each frame's previous key.

    Args:
        batch: As `Loader` yields it.
        before: [B] int64, the last keys of the unroll before; -1 for none.
        device: Where to.
        legacy: As the released code does, the key before a game's first frame is that of the game before.
    """
    there = {name: tensor.to(device, non_blocking=True) for name, tensor in batch.items() if name in _WANTED}
    action = there["actions"].long()
    previous = torch.cat([before[None], action[:-1]])
    if legacy:
        previous = previous.clamp(min=0)
    else:
        previous = torch.where(there["is_first"], torch.full_like(previous, -1), previous)
    frames = Frames(there["tty_chars"], there["tty_colors"], there["tty_cursor"], previous, there["is_first"])
    label, mask, reward = there["labels"].long(), there["mask"], there["rewards"].float()
    return Unroll(frames, action, action, label, mask, reward, there["gameids"] > 0)


_WANTED = {"tty_chars", "tty_colors", "tty_cursor", "is_first", "actions", "labels", "mask", "rewards", "gameids"}


def projection(config: TrainConfig) -> Projection:
    """Return how labels are read: an expert's keys stand in their full paths."""
    return "path" if config.asked else "hihack"


def training_games(config: TrainConfig) -> str:
    """Return the SQL condition of the games to learn from."""
    return f"({config.where or '1'}) AND {_SPLIT} >= {round(config.held_out * 1000)}"


def held_out_games(config: TrainConfig) -> StreamConfig | None:
    """Return the stream of the games kept apart; None when there are none."""
    where = f"({config.where or '1'}) AND {_SPLIT} < {round(config.held_out * 1000)}"
    stream = StreamConfig(
        16, config.unroll, where=where, seed=config.seed, loop=False, projection=projection(config)
    )
    try:
        Stream(config.data, stream)
    except YendorError:
        return None
    return stream


_SPLIT = "(gameid * 7919) % 1000"
"""A multiplicative hash of the id, so that neighbouring games (and their seeds) part at random."""


def strategy_names(data: Path, where: str) -> tuple[str, ...]:
    """Return the names of the strategies of the selected games.

    Raises:
        YendorError: There are games without labels among them.
    """
    stream = Stream(data, StreamConfig(1, 1, where=where))
    unlabelled = sum(not game.row["labelled"] for game in stream.games)
    if unlabelled:
        raise YendorError(
            f"{unlabelled} of {len(stream.games)} games have no strategy labels, which hbc needs",
            "Select those that have: --where labelled, learn with bc, or label them: yendor data label.",
        )
    return HIHACK_STRATEGIES
