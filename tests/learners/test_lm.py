"""Language models of play on a game that a test makes up: press the key that the last observation names."""

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy

from yendor.core.errors import YendorError
from yendor.data.text_chunks_reader import Chunks
from yendor.learners.cloning_config import TrainConfig
from yendor.learners.cloning_loop import train as train_from_frames
from yendor.learners.lm import LMConfig
from yendor.learners.lm_batches import Order, kept_actions, pack, rows_of
from yendor.learners.lm_loop import LanguageTraining, train
from yendor.learners.lm_step import Scorer
from yendor.models.gpt import GPT, GPTConfig
from yendor.runtime.checkpoint_torch import load_model

YENDOR = str(Path(sys.executable).parent / "yendor")
ACTION, CLOSE, PLUS, SEEN, KEY, VOCABULARY = 2, 3, 4, 10, 20, 32
STATES = 6
SIZES = ("layers=1", "width=32", "heads=2")
SMALL: dict[str, Any] = {"sizes": SIZES, "batch_size": 8, "threads": 1, "tensorboard": False, "evaluate_every": 1000}


def chunk(random: np.random.Generator, steps: int) -> tuple[list[int], list[int]]:
    """A chunk: instruction, the first state, then keys that name the state before; keys of 4 and 5 have two tokens."""
    states = random.integers(STATES, size=steps).tolist()
    tokens, marks = [1, 5, 6, SEEN + states[0], ACTION], [0] * 5
    for step, state in enumerate(states):
        name = [KEY + state] + [PLUS] * (state >= 4) + [CLOSE]
        update = [] if step == steps - 1 else [SEEN + states[step + 1], ACTION]
        tokens += [*name, *update]
        marks += [1] * len(name) + [2] * len(update)
    return tokens, marks


def write(folder: Path, parts: dict[str, Sequence[int]], seed: int = 0, **more: Any) -> Path:
    """Write a dataset whose chunks have so many steps."""
    random = np.random.default_rng(seed)
    described = {}
    for part, lengths in parts.items():
        chunks = [chunk(random, steps) for steps in lengths]
        tokens = np.array([t for some, _ in chunks for t in some], np.uint16)
        (folder / part).mkdir(parents=True)
        np.save(folder / part / "tokens.npy", tokens)
        np.save(folder / part / "marks.npy", np.array([m for _, some in chunks for m in some], np.uint8))
        np.save(folder / part / "offsets.npy", np.cumsum([0, *(len(some) for some, _ in chunks)], dtype=np.int64))
        np.save(folder / part / "sources.npy", np.zeros((len(chunks), 2), np.int64))
        described[part] = {"chunks": len(chunks), "tokens": len(tokens)}
    (folder / "tokeniser").mkdir()
    (folder / "tokeniser" / "tokeniser.json").write_text("{}\n")
    description = {
        "version": 1, "task": "made-up", "encoding": "diff", "instruction": "Press it.", "actions": ["a", "b"],
        "horizon": 8, "context": None, "vocabulary": VOCABULARY, "tokeniser": "f00d", "parts": described,
        "statistics": {}, **more,
    }  # fmt: skip
    (folder / "chunks.json").write_text(json.dumps(description))
    return folder


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lengths = np.random.default_rng(1).integers(2, 9, size=160)
    return write(tmp_path_factory.mktemp("lm") / "chunks", {"train": lengths, "valid": lengths[:24]})


def settings(dataset: Path, run: Path, **more: Any) -> LMConfig:
    chosen = {"context": 64, **SMALL, **more}
    return LMConfig(dataset, run, **({"steps": 4} | chosen))


def metrics(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def weights(run: Path, step: int) -> dict[str, torch.Tensor]:
    return load_file(run / "checkpoints" / str(step) / "model.safetensors")


def equal(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], two[name]) for name in one | two)


@pytest.mark.parametrize(("objective", "sizes", "rate", "near"), [
    ("action", SIZES, 1e-2, 0.03), ("world", ("layers=2", "width=32", "heads=2"), 5e-3, 0.2),
])  # fmt: skip
def test_it_learns_the_rule(
    dataset: Path, tmp_path: Path, objective: Any, sizes: tuple[str, ...], rate: float, near: float
) -> None:
    run = tmp_path / "run"
    found = train(settings(dataset, run, steps=300, learning_rate=rate, objective=objective, sizes=sizes))
    assert found["held_out_action_loss"] < near
    assert found["held_out_action_accuracy"] > 0.95
    assert found["held_out_first_token_accuracy"] >= found["held_out_action_accuracy"]
    assert 1 / STATES < found["held_out_majority_action"] < 0.3
    assert found["held_out_accuracy_from_step_4"] > 0.95
    part, same, all_of_them = Chunks(dataset).part("valid"), 0, 0
    for number in range(len(part)):
        tokens, marks = part.chunk(number)
        names = "".join(f"{token}," if mark == 1 else " " for token, mark in zip(tokens, marks, strict=True)).split()
        same, all_of_them = same + sum(a == b for a, b in pairwise(names)), all_of_them + len(names)
    assert found["held_out_repeated_action"] == pytest.approx(same / all_of_them)
    assert found["actions_kept_share"] == 1
    first = metrics(run)[0]
    assert first["action_loss"] == pytest.approx(np.log(VOCABULARY), rel=0.1)
    assert ("observation_loss" in first) == (objective == "world")
    if objective == "world":  # the state is drawn from six: nothing can foretell it, what follows it is certain
        assert found["held_out_observation_loss"] == pytest.approx(np.log(STATES) / 2, rel=0.05)
        assert found["held_out_observation_perplexity"] == pytest.approx(np.exp(found["held_out_observation_loss"]))
    place = run / "checkpoints" / "300"
    model, description, _ = load_model(run)
    assert isinstance(model, GPT)
    assert (place / "tokeniser" / "tokeniser.json").read_text() == "{}\n"
    assert description["play"] == {
        "task": "made-up", "encoding": "diff", "instruction": "Press it.", "actions": ["a", "b"], "horizon": 8,
        "tokeniser": "f00d",
    }  # fmt: skip


def scored(rows: Any, network: GPT) -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]:
    network.zero_grad()
    scores = Scorer(network)(rows)
    (scores.action_loss + scores.observation_loss).backward()
    return scores.action_loss.detach(), scores.observation_loss.detach(), [p.grad.clone() for p in network.parameters()]


def test_packed_rows_cost_what_padded_ones_do(dataset: Path) -> None:
    torch.manual_seed(0)
    part, network = Chunks(dataset).part("train"), GPT(GPTConfig(VOCABULARY, 64, 2, 2, 32))
    plain = rows_of(part, range(12), 64, VOCABULARY, pack=False, observations=True)
    packed = rows_of(part, range(12), 64, VOCABULARY, pack=True, observations=True)
    assert plain.documents is None
    assert packed.documents is not None, "several in a row"
    assert packed.tokens.numel() < plain.tokens.numel()
    assert packed.read == plain.read
    assert torch.equal(packed.action_targets, plain.action_targets)
    one, two = scored(plain, network), scored(packed, network)
    assert float(one[0]) == pytest.approx(float(two[0]), rel=1e-5)
    assert float(one[1]) == pytest.approx(float(two[1]), rel=1e-5)
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(one[2], two[2], strict=True))


def test_the_head_where_the_loss_is_against_all_logits(dataset: Path) -> None:
    """One chunk at a time, with all logits, the marks as they are on disk, and actions found by walking along."""
    torch.manual_seed(0)
    part, network = Chunks(dataset).part("train"), GPT(GPTConfig(VOCABULARY, 64, 2, 2, 32))
    numbers = [3, 1, 4, 15]
    sums, right, first, steps = [0.0, 0.0], [], [], []
    for number in numbers:
        tokens, marks = (torch.from_numpy(x.astype(np.int64)) for x in part.chunk(number))
        logits = network.logits(network(tokens[None]))[0]
        losses = cross_entropy(logits[:-1].detach(), tokens[1:], reduction="none")
        sums = [sums[i] + float(losses[marks[1:] == i + 1].sum()) for i in (0, 1)]
        hits = (logits[:-1].argmax(-1) == tokens[1:]).tolist()
        before, opened = 0, len(right)
        for hit, mark in zip(hits, marks[1:].tolist(), strict=True):
            if mark == 1 and before != 1:
                steps.append(len(right) - opened)
                right.append(hit)
                first.append(hit)
            elif mark == 1:
                right[-1] = right[-1] and hit
            before = mark
    rows = rows_of(part, numbers, 64, VOCABULARY, observations=True)
    with torch.no_grad():
        scores = Scorer(network)(rows)
    assert float(scores.action_loss) == pytest.approx(sums[0], rel=1e-5)
    assert float(scores.observation_loss) == pytest.approx(sums[1], rel=1e-5)
    assert scores.right.tolist() == right
    assert scores.first.tolist() == first
    assert rows.action_steps.tolist() == steps


def test_objectives_count_their_marks(dataset: Path, tmp_path: Path) -> None:
    found = {}
    for objective, weight in (("action", 1.0), ("world", 1.0), ("world", 0.25), ("world", 0.0)):
        loop = LanguageTraining(
            settings(dataset, tmp_path / f"{objective}{weight}", objective=objective, world_weight=weight)
        )
        rows = rows_of(loop.part, range(8), **loop.layout)
        found[objective, weight] = loop.compute([rows], 0)
        marks = np.concatenate([loop.part.chunk(n).marks[1:] for n in range(8)])
        assert len(rows.action_targets) == (marks == 1).sum()
        assert len(rows.observation_targets) == (marks == 2).sum() * (objective == "world")
    actions, observations = (marks == 1).sum(), (marks == 2).sum()
    action, world = found["action", 1.0], found["world", 1.0]
    assert action["loss"] == action["action_loss"] == pytest.approx(found["world", 0.0]["loss"])
    for weight in (1.0, 0.25):
        total = actions * action["loss"] + weight * observations * world["observation_loss"]
        assert found["world", weight]["loss"] == pytest.approx(total / (actions + weight * observations), rel=1e-5)


def test_what_the_context_cuts_off(tmp_path: Path) -> None:
    data = write(tmp_path / "chunks", {"train": [8] * 20, "valid": [8] * 4})
    part = Chunks(data).part("train")
    for context in (4, 5, 6, 7, 13, 20, 64):
        kept, there = 0, 0
        for number in range(20):
            tokens, marks = part.chunk(number)
            ends = [i for i in range(len(marks)) if marks[i] == 1 and tokens[i] == CLOSE]
            there += len(ends)
            kept += sum(i <= context for i in ends)
            rows = rows_of(part, [number], context, VOCABULARY)
            assert rows.tokens.shape[1] <= context
            assert rows.action_targets.tolist().count(CLOSE) == len(rows.action_starts), "no action in two"
            assert len(rows.action_starts) == sum(i <= context for i in ends)
        assert kept_actions(part, context)[:2] == (there, kept)
        if not kept:
            with pytest.raises(YendorError, match=f"no action fits into a context of {context} tokens"):
                train(settings(data, tmp_path / "run", context=context))
    assert kept_actions(part, 4).prompt == 5
    assert not (tmp_path / "run").exists()
    found = train(settings(data, tmp_path / "run", context=20))
    assert 0.3 < found["actions_kept_share"] < 0.7
    assert "keeps" in (tmp_path / "run" / "log.txt").read_text()


def test_packing_wastes_little_and_loses_nothing() -> None:
    lengths = np.random.default_rng(0).integers(5, 60, size=100).tolist()
    layout = pack(lengths, 64)
    assert sorted(n for row in layout.rows for n in row) == list(range(100))
    assert all(sum(lengths[n] for n in row) <= 64 for row in layout.rows)
    assert len(layout.rows) <= 11 / 9 * np.ceil(sum(lengths) / 64) + 1


def test_the_order_is_of_whole_epochs() -> None:
    whole = Order(10, 3).take(0, 40)
    assert all(sorted(whole[i : i + 10]) == list(range(10)) for i in range(0, 40, 10))
    assert whole[:10].tolist() != whole[10:20].tolist()
    assert Order(10, 3).take(7, 15).tolist() == whole[7:22].tolist()
    assert Order(10, 4).take(0, 40).tolist() != whole.tolist()


def test_the_learning_rate(dataset: Path, tmp_path: Path) -> None:
    loop = LanguageTraining(settings(dataset, tmp_path / "run", steps=None, epochs=10, warmup=0.1, learning_rate=1.0))
    assert loop.planned == 200  # 160 chunks, 8 a step
    rates = [loop.learning_rate(step) for step in range(201)]
    assert rates[:20] == pytest.approx([(step + 1) / 20 for step in range(20)])
    assert rates[20:] == pytest.approx([(200 - step) / 180 for step in range(20, 201)])
    endless = LanguageTraining(settings(dataset, tmp_path / "endless", steps=None, minutes=1))
    assert [endless.learning_rate(step) for step in (0, 99, 5000)] == pytest.approx([1e-5, 1e-3, 1e-3])


@pytest.mark.parametrize("more", [
    {"objective": "world", "world_weight": 0.5}, {"sizes": (*SIZES, "dropout=0.2"), "parts": 2}, {"precision": "bf16"},
])  # fmt: skip
def test_resume_is_exact(dataset: Path, tmp_path: Path, more: dict[str, Any]) -> None:
    both = {"checkpoint_every": 15, "decay_over": 40, **more}
    train(settings(dataset, tmp_path / "whole", steps=30, **both))
    train(settings(dataset, tmp_path / "broken", steps=15, **both))
    train(settings(dataset, tmp_path / "broken", steps=30, resume=True, **both))
    assert equal(weights(tmp_path / "whole", 30), weights(tmp_path / "broken", 30))
    lines = [line["step"] for line in metrics(tmp_path / "broken")]
    assert lines == [1, 15, 20, 30]


WORDS = ["--sizes", *SIZES, "--batch-size", "8", "--threads", "1", "--context", "64", "--no-tensorboard"]


def test_interrupted_by_a_signal_it_saves_and_resumes(dataset: Path, tmp_path: Path) -> None:
    run = tmp_path / "broken"
    words = ["train", "lm", "--data", str(dataset), "--run", str(run), "--steps", "1000000", *WORDS]
    words += ["--checkpoint-every", "20", "--decay-over", "500"]
    process = subprocess.Popen([YENDOR, *words], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while not (run / "checkpoints" / "20").exists():
        assert process.poll() is None, "it ended before it could be stopped"
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    done = max(int(p.name) for p in (run / "checkpoints").glob("[0-9]*"))
    assert done >= 20
    assert (run / "checkpoints" / str(done) / "tokeniser" / "tokeniser.json").exists()
    ends: dict[str, Any] = {"steps": done + 30, "checkpoint_every": 20, "evaluate_every": 500, "decay_over": 500}
    train(settings(dataset, run, resume=True, **ends))
    train(settings(dataset, tmp_path / "whole", **ends))
    one, two = weights(tmp_path / "whole", done + 30), weights(run, done + 30)
    assert equal(one, two)


def together(config: LMConfig, port: int) -> list[subprocess.Popen[bytes]]:
    """Start a training on two processes, without the seconds that torchrun takes."""
    from yendor.core.config import write_json

    file = config.run.with_suffix(".json")
    write_json(file, config)
    ranks = []
    for rank in range(2):
        env = os.environ | {"WORLD_SIZE": "2", "RANK": str(rank), "LOCAL_RANK": str(rank)}
        env |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        words = [sys.executable, "-m", "yendor.cli.main", "train", "lm", "--config", str(file)]
        ranks.append(subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
    return ranks


def test_two_processes_learn_what_one_does_however_they_share(dataset: Path, tmp_path: Path) -> None:
    """One begins, two go on, each with the whole network or with a share of it, and one ends it."""
    both: dict[str, Any] = {
        "objective": "world", "parts": 2, "learning_rate": 5e-3, "decay_over": 30, "evaluate_every": 5,
        "sizes": ("layers=2", "width=32", "heads=2", "dropout=0.1"),
    }  # fmt: skip
    train(settings(dataset, tmp_path / "one", steps=21, **both))
    begun = settings(dataset, tmp_path / "ddp", steps=7, **both)
    train(begun)
    shutil.copytree(tmp_path / "ddp", tmp_path / "fsdp")
    ports = 29000 + os.getpid() % 1000 * 2
    ranks = []
    for number, how in enumerate(("ddp", "fsdp")):
        run: Any = {"run": tmp_path / how, "sharding": how, "resume": True, "steps": 14}
        ranks += together(dataclasses.replace(begun, **run), ports + number)
    try:
        errors = [process.communicate(timeout=60)[1].decode() for process in ranks]
    finally:
        for process in ranks:
            process.kill()
    assert [process.returncode for process in ranks] == [0, 0, 0, 0], "\n".join(errors)
    for how in ("ddp", "fsdp"):
        train(dataclasses.replace(begun, run=tmp_path / how, steps=21, resume=True))
        told = {line["step"]: line for line in metrics(tmp_path / how)}
        compared, same = 0, ("tokens", "actions", "epoch", "held_out_majority_action", "held_out_repeated_action")
        for line in metrics(tmp_path / "one"):
            for name in line.keys() & told[line["step"]].keys():
                if "loss" in name or name in same:
                    compared += 1
                    assert told[line["step"]][name] == pytest.approx(line[name], rel=1e-3), (how, line["step"], name)
        assert compared > 20
        ours, theirs = weights(tmp_path / "one", 21), weights(tmp_path / how, 21)
        assert all(torch.allclose(ours[name], theirs[name], atol=1e-4) for name in ours), how


def test_it_begins_with_the_weights_of_a_run(dataset: Path, tmp_path: Path) -> None:
    train(settings(dataset, tmp_path / "first", steps=40, learning_rate=1e-2))
    begun: dict[str, Any] = {"start_from": tmp_path / "first", "sizes": ()}
    loop = LanguageTraining(settings(dataset, tmp_path / "second", **begun, context=None))
    assert loop.layout["context"] == 64
    assert equal(dict(loop.network.state_dict()), weights(tmp_path / "first", 40))
    assert loop.learning_rate(0) <= 3e-4
    longer = LanguageTraining(settings(dataset, tmp_path / "third", **{**begun, "context": 100}))
    assert longer.network.config.context == 100
    assert torch.equal(longer.network.position.weight[:64], weights(tmp_path / "first", 40)["position.weight"])
    assert 0 < float(longer.network.position.weight[64:].detach().std()) < 0.03
    shorter = LanguageTraining(settings(dataset, tmp_path / "fourth", **{**begun, "context": 16}))
    assert (shorter.layout["context"], shorter.network.config.context) == (16, 64)


def gpt2(folder: Path, vocabulary: int = 24, context: int = 32, width: int = 64) -> Path:
    """Weights such as GPT-2's, of tiny size."""
    from safetensors.torch import save_file

    torch.manual_seed(1)
    shapes = {"wte.weight": (vocabulary, width), "wpe.weight": (context, width)}
    for name, shape in {
        "ln_1": (width,), "ln_2": (width,), "attn.c_attn": (width, 3 * width), "attn.c_proj": (width, width),
        "mlp.c_fc": (width, 4 * width), "mlp.c_proj": (4 * width, width),
    }.items():  # fmt: skip
        shapes |= {f"h.0.{name}.weight": shape, f"h.0.{name}.bias": shape[-1:]}
    shapes |= {"ln_f.weight": (width,), "ln_f.bias": (width,)}
    folder.mkdir()
    save_file({name: 0.1 * torch.randn(shape) for name, shape in shapes.items()}, folder / "model.safetensors")
    return folder


def test_pretrained_weights_grow_with_the_tokens_and_the_context(dataset: Path, tmp_path: Path) -> None:
    place = gpt2(tmp_path / "gpt2")
    more: dict[str, Any] = {"pretrained": str(place), "sizes": ("dropout=0.1",)}
    loop = LanguageTraining(settings(dataset, tmp_path / "run", **more))
    config = loop.network.config
    assert (config.vocabulary, config.context, config.width, config.dropout) == (VOCABULARY, 64, 64, 0.1)
    theirs = load_file(place / "model.safetensors")
    assert torch.equal(loop.network.token.weight[:24], theirs["wte.weight"])
    assert torch.equal(loop.network.position.weight[:32], theirs["wpe.weight"])
    assert float(loop.network.position.weight[32:].detach().std()) == pytest.approx(1, abs=0.1), "as in the paper"
    train(settings(dataset, tmp_path / "whole", **more))
    shutil.rmtree(place)
    train(settings(dataset, tmp_path / "whole", steps=6, resume=True, **more))
    with pytest.raises(YendorError, match="vocabulary = 32, and the weights have 40") as found:
        train(settings(dataset, tmp_path / "none", pretrained=str(gpt2(tmp_path / "larger", 40)), sizes=()))
    assert "own tokeniser" in found.value.hint
    assert not (tmp_path / "none").exists()


def test_damaged_datasets(dataset: Path, tmp_path: Path) -> None:
    def broken(name: str) -> Path:
        return shutil.copytree(dataset, tmp_path / name)

    with pytest.raises(YendorError, match="no chunk dataset in"):
        Chunks(tmp_path / "nowhere")
    (tmp_path / "games").mkdir()
    (tmp_path / "games" / "catalogue.sqlite").touch()
    with pytest.raises(YendorError, match="recorded games, not chunks") as found:
        Chunks(tmp_path / "games")
    assert "yendor data text" in found.value.hint
    written = json.loads((dataset / "chunks.json").read_text())
    for change, message in (
        ("{", "is damaged: .*chunks.json"),
        (json.dumps(written | {"version": 2}), "version 2; this Yendor reads up to 1"),
        (json.dumps(written | {"vocabulary": "many"}), "vocabulary = 'many'"),
        (json.dumps(written | {"parts": {"train": 3}}), "parts.train = 3"),
        (json.dumps(written | {"parts": {"trian": written["parts"]["train"]}}), "no part 'train'"),
        (json.dumps(written | {"parts": {"train": {"chunks": 160, "tokens": 7}}}), "says \\[7\\]"),
    ):
        place = broken(f"{abs(hash(change))}")
        (place / "chunks.json").write_text(change)
        with pytest.raises(YendorError, match=message):
            train(settings(place, tmp_path / "run"))
    for file, content, message in (
        ("train/tokens.npy", b"no array", "tokens.npy"),
        ("train/marks.npy", None, "marks.npy: No such file"),
        ("train/offsets.npy", np.arange(161), "do not part"),
        ("valid/tokens.npy", np.zeros(3), "it holds float64, not uint16 or uint32"),
        ("tokeniser/tokeniser.json", None, "the tokeniser is missing"),
    ):
        place = broken(file.replace("/", "-"))
        (place / file).unlink()
        if isinstance(content, bytes):
            (place / file).write_bytes(content)
        elif content is not None:
            np.save(place / file, content)
        with pytest.raises(YendorError, match=message):
            train(settings(place, tmp_path / "run"))
    place = broken("tokens")
    tokens = np.load(place / "train" / "tokens.npy")
    tokens[-1] = VOCABULARY
    np.save(place / "train" / "tokens.npy", tokens)
    assert not (tmp_path / "run").exists()
    with pytest.raises(YendorError, match="chunk 159 has token 32 of 32"):
        train(settings(place, tmp_path / "run", steps=40))


def test_refusals(dataset: Path, tmp_path: Path) -> None:
    run, first = tmp_path / "run", tmp_path / "first"
    for more, message in (
        ({"steps": None}, "no budget"),
        ({"batch_size": 9, "parts": 2}, "batch_size = 9, parts = 2"),
        ({"parts": 3, "processes": 2}, "parts = 3, processes = 2"),
        ({"sizes": ("context=3",)}, "--sizes context"),
        ({"sizes": ("vocabulary=3",)}, "--sizes vocabulary"),
        ({"pretrained": "gpt2"}, "--sizes layers=1 width=32 heads=2 with --pretrained"),
        ({"pretrained": "gpt2", "start_from": first, "sizes": ()}, "--pretrained and --start-from"),
        ({"warmup": 1.0}, "warmup = 1.0"),
        ({"context": 0}, "context = 0"),
        ({"world_weight": -1.0}, "world_weight = -1"),
        ({"sizes": ("widht=3",)}, "unknown setting '--sizes of gpt.widht'"),
        ({"start_from": tmp_path / "nowhere", "sizes": ()}, "no checkpoint in"),
        ({"resume": True}, "no checkpoint in"),
    ):
        with pytest.raises(YendorError, match=message):
            train(settings(dataset, run, **more))
        assert not run.exists(), message
    with pytest.raises(YendorError, match="bc cannot learn gpt: it reads tokens, not screens"):
        train_from_frames(TrainConfig(dataset, run, "bc", steps=1, model="gpt"))
    train(settings(dataset, first))
    with pytest.raises(YendorError, match="exists"):
        train(settings(dataset, first))
    with pytest.raises(YendorError, match="begun with batch_size = 8, now it is 16"):
        train(settings(dataset, first, batch_size=16, resume=True))
    other = write(tmp_path / "other", {"train": [3] * 8}, tokeniser="beef")
    with pytest.raises(YendorError, match=r"another tokeniser: f00d of 32 tokens; .* has beef of 32"):
        train(settings(other, run, start_from=first, sizes=()))
    shutil.copytree(dataset, tmp_path / "changing")
    changing = settings(tmp_path / "changing", tmp_path / "grown")
    train(changing)
    shutil.rmtree(tmp_path / "changing")
    write(tmp_path / "changing", {"train": [3] * 9})
    with pytest.raises(YendorError, match=r"has changed since .* now 9 of"):
        train(dataclasses.replace(changing, steps=8, resume=True))
    with pytest.raises(YendorError, match="the loss is nan"):
        train(settings(dataset, run, learning_rate=1e30, clip=1e30, decay_over=0, warmup=0.0, steps=40))


def test_without_a_valid_part(tmp_path: Path) -> None:
    data = write(tmp_path / "chunks", {"train": [3] * 8})
    assert train(settings(data, tmp_path / "run")) == {"epoch": 4.0, "actions_kept_share": 1.0}
    data = write(tmp_path / "empty", {"train": [3] * 8, "valid": []})
    assert train(settings(data, tmp_path / "again")) == {"epoch": 4.0, "actions_kept_share": 1.0}


def test_from_the_command_line(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from yendor.cli.main import main as yendor

    words = ["train", "lm", "--data", str(dataset), "--run", str(tmp_path / "run"), *WORDS]
    assert yendor([*words, "--profile"]) == 0
    out = capsys.readouterr().out
    assert "tokens a second" in out
    assert "backward" in out
    assert yendor([*words, "--steps", "2"]) == 0
    assert "held_out_majority_action" in capsys.readouterr().out
    assert yendor([*words, "--steps", "4", "--resume"]) == 0
    assert yendor([*words, "--steps", "4"]) == 2
    assert yendor(["train", "--help"]) == 0
    assert "yendor train lm --data chunks" in capsys.readouterr().out
