"""Games without keys: an inverse model learns what keys do, names those of other games, and a policy clones them."""

import bz2
import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from yendor.agents.make import make_agent
from yendor.cli.main import main as yendor
from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list
from yendor.data.catalogue import Catalogue
from yendor.data.importers import import_folder
from yendor.data.recorder import record
from yendor.data.stream import Stream, StreamConfig
from yendor.data.ttyrec import KEY, OUTPUT, Record, Source, pack
from yendor.learners.bco import BCO, BCOConfig
from yendor.learners.cloning_config import TrainConfig
from yendor.learners.cloning_loop import Cloning, train
from yendor.learners.inverse import InverseDynamics, InverseTrainConfig
from yendor.learners.unrolls import Unroll, to_unroll

TINY = ("channels=4,8,16,16", "screen=32", "line=16")
SMALL: dict[str, Any] = {
    "batch_size": 8, "unroll": 16, "threads": 1, "tensorboard": False, "learning_rate": 3e-3, "warmup": 10,
    "evaluate_every": 1000, "held_out": 0.25,
}  # fmt: skip
POLICY: dict[str, Any] = {**SMALL, "learning_rate": 1.5e-3, "model": "cdgpt5", "sizes": (*TINY, "hidden=32")}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("keyed") / "games"
    record("bot", seed_list("dev:16"), out, max_steps=400, workers=0, quiet=True)  # ids in order
    return out


@pytest.fixture(scope="module")
def keyless(keyed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same games as version 1 has them: a frame for each key, and no keys."""
    out = tmp_path_factory.mktemp("keyless")
    for number, path in enumerate(sorted(keyed.glob("games/*/*.ttyrec3.bz2"))):
        records, screen = [], b""
        for part in Source(path):
            if part.channel == OUTPUT:
                screen += part.data
            if part.channel == KEY:
                records.append(Record(part.time, OUTPUT, screen))
                screen = b""
        to = out / path.parent.name / f"2020-01-01.00:00:{number:02d}.ttyrec.bz2"
        to.parent.mkdir()
        to.write_bytes(bz2.compress(pack([*records, Record(records[-1].time, OUTPUT, screen)], 1)))
    import_folder(out, Catalogue(out, create=True), "nao")
    return out


@pytest.fixture(scope="module")
def inverse(keyed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """A learned inverse model, and its held-out numbers."""
    run = tmp_path_factory.mktemp("inverse") / "run"
    return run, train(InverseTrainConfig(keyed, run, steps=300, sizes=TINY, **SMALL))


def first_batch(place: Path, **more: Any) -> tuple[dict[str, torch.Tensor], Unroll]:
    batch = next(iter(Stream(place, StreamConfig(4, 40, shuffle=False, **more))))
    tensors = {name: torch.from_numpy(array.copy()) for name, array in batch.arrays().items()}
    return tensors, to_unroll(tensors, torch.full((4,), -1), torch.device("cpu"))


def test_the_games_differ_in_their_keys_alone(keyed: Path, keyless: Path) -> None:
    with_keys, without = Catalogue(keyed).games(), Catalogue(keyless).games()
    assert [game.row["key"] for game in with_keys] == [Path(game.row["key"]).parent.name for game in without]
    for game, other in zip(with_keys, without, strict=True):
        frames = game.row["frames"]
        assert other.row["frames"] == frames + 1, "and the screen after the last key"
        config = StreamConfig(1, frames, where=f"gameid = {game.gameid}")
        one, two = next(iter(Stream(keyed, config))), next(iter(Stream(keyless, config)))
        # Not all: a terminal of version 1 wraps a message of 80 columns otherwise than NLE's.
        assert (one.tty_chars == two.tty_chars).mean() > 0.99
        assert (one.tty_cursor == two.tty_cursor).all(axis=(1, 2)).mean() > 0.98
        assert (one.actions >= 0).all()
        assert (two.actions == -1).all()
        assert not two.mask.any()


def test_it_learns_what_keys_do(inverse: tuple[Path, dict[str, float]]) -> None:
    _, found = inverse
    assert found["held_out_action_accuracy"] > 0.55
    assert found["held_out_action_accuracy"] > 2 * found["held_out_majority_action"]


def test_pairs_within_a_game_count(keyed: Path) -> None:
    tensors, unroll = first_batch(keyed)
    is_first = unroll.frames.is_first.clone()
    is_first[7, 1] = True  # a game begins
    there = unroll.there.clone()
    there[30:, 2] = False  # its row is padded from here
    previous = unroll.frames.previous.masked_fill(is_first, -1)
    previous[20, 3] = -1  # a key that no action presses
    frames = unroll.frames._replace(is_first=is_first, previous=previous)
    aim, kept = InverseDynamics().read(unroll._replace(frames=frames, there=there), ())
    assert kept == ()
    wrong = torch.zeros_like(there)
    wrong[0], wrong[7, 1], wrong[30:, 2], wrong[20, 3] = True, True, True, True
    assert torch.equal(aim.mask, ~wrong)
    pressed = tensors["actions"].long()
    assert torch.equal(aim.action[1:][aim.mask[1:]], pressed[:-1][aim.mask[1:]])


def learner_of(place: Path, data: Path, **more: Any) -> BCO:
    learner = BCO()
    learner.start(BCOConfig(data, data / "none", inverse=place, steps=1, **more), torch.device("cpu"))
    return learner


def test_the_keys_are_named_within_games(keyless: Path, inverse: tuple[Path, dict[str, float]]) -> None:
    learner = learner_of(inverse[0], keyless)
    _, unroll = first_batch(keyless)
    is_first, there = unroll.frames.is_first.clone(), unroll.there.clone()
    is_first[7, 1], there[30:, 2] = True, False
    unroll = unroll._replace(frames=unroll.frames._replace(is_first=is_first), there=there)
    aim, state = learner.read(unroll, learner.initial_state(4))
    wrong = torch.zeros_like(there)
    wrong[39], wrong[6, 1], wrong[29:, 2] = True, True, True
    assert torch.equal(aim.mask, ~wrong)
    assert torch.equal(aim.frames.previous[1:][aim.mask[:-1]], aim.action[:-1][aim.mask[:-1]])
    assert (aim.frames.previous[0] == -1).all()
    assert aim.frames.previous[7, 1] == -1
    # The pair between two unrolls is not lost: the next one's first frame knows the key before it.
    halves = [unroll.frames.span(0, 20), unroll.frames.span(20)]
    first, carried = learner.read(unroll._replace(frames=halves[0], there=there[:20]), learner.initial_state(4))
    second, again = learner.read(unroll._replace(frames=halves[1], there=there[20:]), carried)
    assert torch.equal(torch.cat([first.frames.previous, second.frames.previous]), aim.frames.previous)
    assert all(torch.allclose(one, two, atol=1e-5) for one, two in zip(state, again, strict=True))
    # What the model doubts is left out, and still read as the previous key.
    sure, _ = learner_of(inverse[0], keyless, certainty=0.9).read(unroll, learner.initial_state(4))
    assert 0 < int(sure.mask.sum()) < int(aim.mask.sum())
    assert torch.equal(sure.frames.previous, aim.frames.previous)


def test_a_policy_of_games_without_keys(
    keyed: Path, keyless: Path, inverse: tuple[Path, dict[str, float]], tmp_path: Path
) -> None:
    place, learned = inverse
    config = BCOConfig(keyless, tmp_path / "run", inverse=place, steps=800, **POLICY)
    found = train(config)
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert lines[0]["frames"] == 8 * 15, "all but the last frame of each unroll"
    assert "held_out_true_accuracy" not in found, "no key is known"
    # Against the true keys of the same games, which the learner never read.
    again = dataclasses.replace(config, data=keyed, run=tmp_path / "judge", start_from=tmp_path / "run", steps=0)
    judged = train(again)
    assert judged["held_out_inverse_accuracy"] == pytest.approx(learned["held_out_action_accuracy"], abs=0.1)
    assert judged["held_out_true_accuracy"] > judged["held_out_majority_true"] + 0.05
    # It plays; the inverse model does not.
    assert make_agent(str(tmp_path / "run")).name.startswith("cdgpt5 run@")
    with pytest.raises(YendorError, match="cannot play"):
        make_agent(str(place))


def same_weights(*runs: Path) -> bool:
    one, two = (load_file(run / "checkpoints" / "10" / "model.safetensors") for run in runs)
    return all(torch.equal(one[name], two[name]) for name in one)


def test_resume_is_exact_whatever_becomes_of_the_inverse_model(
    keyless: Path, inverse: tuple[Path, dict[str, float]], tmp_path: Path
) -> None:
    both: dict[str, Any] = {**POLICY, "checkpoint_every": 5, "parts": 2, "workers": 1}
    train(BCOConfig(keyless, tmp_path / "whole", steps=10, inverse=inverse[0], **both))
    shutil.copytree(inverse[0], tmp_path / "inverse")
    train(BCOConfig(keyless, tmp_path / "broken", steps=5, inverse=tmp_path / "inverse", **both))
    shutil.rmtree(tmp_path / "inverse")
    train(BCOConfig(keyless, tmp_path / "broken", steps=10, resume=True, **both))
    assert same_weights(tmp_path / "whole", tmp_path / "broken")


def test_resume_of_an_inverse_model_is_exact(keyed: Path, tmp_path: Path) -> None:
    both: dict[str, Any] = {**SMALL, "sizes": TINY, "checkpoint_every": 5, "balance_keys": 0.5}
    train(InverseTrainConfig(keyed, tmp_path / "whole", steps=10, **both))
    train(InverseTrainConfig(keyed, tmp_path / "broken", steps=5, **both))
    train(InverseTrainConfig(keyed, tmp_path / "broken", steps=10, resume=True, **both))
    assert same_weights(tmp_path / "whole", tmp_path / "broken")


def test_parts_of_a_step_add_up(keyed: Path, inverse: tuple[Path, dict[str, float]], tmp_path: Path) -> None:
    """Each part names its own rows' keys; the sums are those of the whole batch."""
    config = BCOConfig(keyed, tmp_path / "run", inverse=inverse[0], steps=3, parts=4, **POLICY)
    loop = Cloning(config)
    for _ in range(2):
        unrolls = [rows.next() for rows in loop.rows]
        found = loop.compute(loop.rows, unrolls)
        loop.network.zero_grad()
    assert found["frames"] == sum(int(unroll.mask.sum()) for unroll in unrolls)
    for rows, unroll in zip(loop.rows, unrolls, strict=True):
        assert rows.kept[0].shape[1] == 2
        assert bool((unroll.frames.previous[0] >= 0).all()), "known from the unroll before"


def test_from_the_command_line(keyed: Path, keyless: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--batch-size", "4", "--unroll", "8", "--threads", "1", "--no-tensorboard"]
    words += ["--steps", "3", "--sizes", *TINY]
    run = ["--run", str(tmp_path / "inverse")]
    assert yendor(["train", "inverse", "--data", str(keyed), *run, *words]) == 0
    assert "held_out_majority_action" in capsys.readouterr().out
    named = ["train", "bco", "--model", "cdgpt5", "--inverse", str(tmp_path / "inverse")]
    run = ["--run", str(tmp_path / "bco")]
    assert yendor([*named, "--data", str(keyless), *run, *words, "hidden=16"]) == 0
    assert yendor([*named, "--data", str(keyed), "--run", str(tmp_path / "measured"), *words, "hidden=16"]) == 0
    out = capsys.readouterr().out
    assert out.count("held_out_true_accuracy") == 1
    words[words.index("--steps") + 1] = "5"
    assert yendor([*named, "--data", str(keyless), *run, *words, "hidden=16", "--resume"]) == 0


def test_refusals(keyed: Path, keyless: Path, inverse: tuple[Path, dict[str, float]], tmp_path: Path) -> None:
    place, run = inverse[0], tmp_path / "run"
    policy = tmp_path / "policy"
    train(TrainConfig(keyed, policy, "bc", steps=1, **POLICY))
    more: dict[str, Any] = {"steps": 1, **POLICY}
    pairs: list[tuple[TrainConfig, str]] = [
        (BCOConfig(keyless, run, **more), "bco needs an inverse model"),
        (TrainConfig(keyless, run, "bco", **more), "bco needs an inverse model"),
        (BCOConfig(keyless, run, inverse=tmp_path / "nowhere", **more), "no checkpoint in"),
        (BCOConfig(keyless, run, inverse=policy, **more), r"holds a policy \(cdgpt5\)"),
        (BCOConfig(keyless, run, inverse=place, **{**more, "model": "inverse", "sizes": ()}), "which cannot play"),
        (BCOConfig(keyless, run, inverse=place, legacy=True, **more), "bco has no legacy"),
        (InverseTrainConfig(keyed, run, **more), "cannot learn cdgpt5: it is a policy"),
        (InverseTrainConfig(keyed, run, steps=1, value_weight=0.1, **SMALL), "inverse has no value_weight"),
        (InverseTrainConfig(keyless, run, steps=1, **SMALL), "16 of 16 games have no keys, which inverse needs"),
        (TrainConfig(keyless, run, "bc", **more), "16 of 16 games have no keys, which bc needs"),
        (TrainConfig(keyless, run, "hbc", **more), "16 of 16 games have no keys, which hbc needs"),
    ]
    for config, message in pairs:
        with pytest.raises(YendorError, match=message):
            train(config)
        assert not run.exists(), message
    with pytest.raises(YendorError, match="certainty = 1"):
        BCOConfig(keyless, run, inverse=place, certainty=1.0, **more)
    with pytest.raises(YendorError, match="no keys") as found:
        train(TrainConfig(keyless, run, "bc", **more))
    assert "bco" in found.value.hint
