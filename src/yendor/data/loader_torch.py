"""Batches as tensors through torch's `DataLoader`: any number of workers and ranks, each frame once, exact resume.

Each worker of each rank reads its own share of the games (or of the blocks, for windows), and batches come from the
workers in turn. The loader notes with each batch where its worker was, so that a state taken at any time continues
with the very next batch.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, distributed
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from yendor.core.errors import YendorError
from yendor.data.stream import Stream, StreamConfig
from yendor.data.windows import WindowConfig, Windows

_Item = tuple[int, dict[str, Tensor] | None, dict[str, Any]]


class _Share(IterableDataset[_Item]):
    """What one worker yields: its number, a batch, and where it is after it; at its end, None once."""

    def __init__(self, loader: "Loader") -> None:
        self.loader = loader

    def __iter__(self) -> Iterator[_Item]:
        info, loader = get_worker_info(), self.loader
        turn = 0 if info is None else info.id
        worker = (loader.turn + turn) % max(loader.workers, 1)
        if worker in loader.finished:
            return
        source = loader.source(worker)
        if worker in loader.states:
            source.load_state_dict(loader.states[worker])
        for batch in source:
            yield worker, {n: torch.from_numpy(a) for n, a in batch.arrays().items()}, source.state_dict()
        yield worker, None, {}


class Loader:
    """Iterates over batches as dicts of tensors, `[T, B, ...]`.

    Args:
        place: The dataset's folder or catalogue.
        config: How: a `StreamConfig` or a `WindowConfig`; its `shard` and `shards` are set here.
        workers: Processes that read; 0 reads in this one.
        rank: Which process of a distributed job this is; None asks `torch.distributed`.
        ranks: How many there are.
        prefetch: Batches that each worker reads ahead.
        pin_memory: As in `DataLoader`.

    Raises:
        YendorError: As `Stream` and `Windows` do.
    """

    def __init__(
        self,
        place: Path,
        config: StreamConfig | WindowConfig,
        *,
        workers: int = 0,
        rank: int | None = None,
        ranks: int | None = None,
        prefetch: int = 2,
        pin_memory: bool = False,
    ) -> None:
        joined = distributed.is_available() and distributed.is_initialized()
        self.place, self.config, self.workers = Path(place), config, workers
        self.rank = rank if rank is not None else distributed.get_rank() if joined else 0
        self.ranks = ranks if ranks is not None else distributed.get_world_size() if joined else 1
        if not 0 <= self.rank < self.ranks or workers < 0:
            raise YendorError(f"rank = {self.rank} of ranks = {self.ranks}, workers = {workers}", "0 <= rank < ranks.")
        if getattr(config, "buffers", "fresh") == "ring":
            raise YendorError('buffers = "ring"', "A loader's batches are read ahead: use fresh ones.")
        self._prefetch, self._pin = prefetch, pin_memory
        self.turn, self.finished = 0, set[int]()
        self.states: dict[int, dict[str, Any]] = {}
        first = self.source(0)
        self.label_names = first.label_names

    def source(self, worker: int) -> Stream | Windows:
        """Open a worker's share."""
        shards = self.ranks * max(self.workers, 1)
        config = replace(self.config, shard=self.rank * max(self.workers, 1) + worker, shards=shards)
        return Stream(self.place, config) if isinstance(config, StreamConfig) else Windows(self.place, config)

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        loader: DataLoader[_Item] = DataLoader(
            _Share(self), batch_size=None, num_workers=self.workers, pin_memory=self._pin,
            prefetch_factor=self._prefetch if self.workers else None,
        )  # fmt: skip
        for worker, batch, state in loader:
            self.turn = (worker + 1) % max(self.workers, 1)
            if batch is None:
                self.finished.add(worker)
                continue
            self.states[worker] = state
            yield batch
        self.turn, self.finished, self.states = 0, set(), {}

    def state_dict(self) -> dict[str, Any]:
        """Return where the loader is, after the batch that was yielded last; JSON-ready."""
        return {
            "version": 1,
            "workers": self.workers,
            "ranks": self.ranks,
            "turn": self.turn,
            "finished": sorted(self.finished),
            "states": {str(worker): state for worker, state in self.states.items()},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go to where a loader of the same dataset, config, workers and ranks was.

        Raises:
            YendorError: It had other workers or ranks; the dataset or the config has changed.
        """
        for name in ("version", "workers", "ranks"):
            mine = self.state_dict()[name]
            if state[name] != mine:
                raise YendorError(f"the loader had {name} = {state[name]}, now it is {mine}", "Resume with the first.")
        states = {int(worker): one for worker, one in state["states"].items()}
        for worker, one in states.items():
            self.source(worker).load_state_dict(one)  # a mistake shows here, not in a worker
        self.turn, self.finished, self.states = state["turn"], set(state["finished"]), states
