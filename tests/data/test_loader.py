"""torch's DataLoader over streams and windows: each frame once with any workers and ranks, and exact resume."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch

from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list
from yendor.data.catalogue import Catalogue
from yendor.data.games import Games
from yendor.data.loader_torch import Loader
from yendor.data.recorder import record
from yendor.data.stream import StreamConfig
from yendor.data.transcode import TranscodeConfig, transcode
from yendor.data.windows import WindowConfig

STREAM = StreamConfig(3, 40, loop=False)
WINDOWS = WindowConfig(4, 32, mix=2, loop=False)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("loader") / "games"
    record("walker", seed_list("dev:11"), out, max_steps=150, workers=0, quiet=True)
    transcode(Catalogue(out), TranscodeConfig(block_frames=64), workers=0, quiet=True)
    return out


def frames(batch: dict[str, torch.Tensor]) -> Counter[tuple[int, int, bytes]]:
    there = batch["gameids"] > 0
    rows = zip(batch["gameids"][there], batch["timestamps"][there], batch["tty_chars"][there], strict=True)
    return Counter((int(g), int(t), c.numpy().tobytes()) for g, t, c in rows)


def expected(dataset: Path) -> Counter[tuple[int, int, bytes]]:
    games = Games(dataset)
    total: Counter[tuple[int, int, bytes]] = Counter()
    for gameid in games:
        total += frames({name: torch.from_numpy(array) for name, array in games[gameid].arrays().items()})
    return total


@pytest.mark.parametrize("workers", [0, 1, 2, 4])
@pytest.mark.parametrize("config", [STREAM, WINDOWS], ids=["stream", "windows"])
def test_each_frame_comes_once(dataset: Path, workers: int, config: Any) -> None:
    found: Counter[tuple[int, int, bytes]] = Counter()
    for rank in range(2):
        for batch in Loader(dataset, config, workers=workers, rank=rank, ranks=2):
            found += frames(batch)
    assert found == expected(dataset)


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("workers", [0, 1, 2, 4])
@pytest.mark.parametrize("config", [STREAM, WINDOWS], ids=["stream", "windows"])
@pytest.mark.parametrize("taken", [1, 6])
def test_interrupted_and_resumed_the_same_batches_come(dataset: Path, workers: int, config: Any, taken: int) -> None:
    whole = list(Loader(dataset, config, workers=workers))
    loader = Loader(dataset, config, workers=workers)
    batches = iter(loader)
    for _ in range(taken):
        next(batches)
    state = loader.state_dict()
    del batches
    other = Loader(dataset, config, workers=workers)
    other.load_state_dict(state)
    rest = list(other)
    assert len(rest) == len(whole) - taken > 0
    assert all(same(one, two) for one, two in zip(whole[taken:], rest, strict=True))


def test_more_workers_than_games_and_other_mistakes(dataset: Path) -> None:
    few = StreamConfig(2, 40, where="gameid <= 2", loop=False)
    assert sum(int((b["gameids"] > 0).sum()) for b in Loader(dataset, few, workers=4)) > 0
    state = Loader(dataset, STREAM, workers=2).state_dict()
    with pytest.raises(YendorError, match="workers = 2, now it is 1"):
        Loader(dataset, STREAM, workers=1).load_state_dict(state)
    with pytest.raises(YendorError, match="rank = 2 of ranks = 2"):
        Loader(dataset, STREAM, rank=2, ranks=2)
    with pytest.raises(YendorError, match="ring"):
        Loader(dataset, StreamConfig(buffers="ring"))
