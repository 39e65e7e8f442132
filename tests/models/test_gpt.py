"""The language model: GPT-2's own logits, documents kept apart, and a cache that changes nothing."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from yendor.core.errors import YendorError
from yendor.models.gpt import GPT, GPTConfig
from yendor.models.gpt2_import import import_gpt2
from yendor.models.gpt_cache import Cache, append, feed, look_ahead
from yendor.runtime.checkpoint_torch import load_model, save_checkpoint

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "gpt2_tiny"
"""Made with transformers 5.23.0 (torch.manual_seed(0)):

    model = GPT2LMHeadModel(GPT2Config(vocab_size=61, n_positions=32, n_embd=32, n_layer=2, n_head=4,
                                       initializer_range=0.2)).eval()
    for p in model.parameters():
        if p.ndim == 1:
            p.data += 0.2 * torch.randn_like(p)
    tokens = torch.randint(0, 61, (2, 20))
    model.save_pretrained("gpt2_tiny")
    np.savez_compressed("gpt2_tiny/expected.npz", tokens=tokens.numpy(),
                        logits=model(tokens).logits.detach().numpy())
"""


def build(**more: Any) -> GPT:
    torch.manual_seed(1)
    network = GPT(GPTConfig(**{"vocabulary": 50, "context": 48, "width": 32, **more})).eval()
    with torch.no_grad():
        for parameter in network.parameters():  # far from the start, where all is nearly zero
            parameter += 0.1 * torch.randn_like(parameter)
    return network


def random_tokens(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(0, 50, shape, generator=torch.Generator().manual_seed(seed))


def logits_of(network: GPT, tokens: torch.Tensor) -> torch.Tensor:
    return network.logits(network(tokens)).detach()


def size(vocabulary: int, context: int, layers: int, width: int) -> int:
    return (vocabulary + context) * width + layers * (12 * width**2 + 13 * width) + 2 * width


def test_sizes_are_gpt2s() -> None:
    assert size(50257, 1024, 12, 768) == 124_439_808
    assert sum(p.numel() for p in build(layers=3, heads=4).parameters()) == size(50, 48, 3, 32)


def test_first_weights_are_gpt2s() -> None:
    torch.manual_seed(0)
    network = GPT(GPTConfig(vocabulary=500, context=64, layers=8, heads=2, width=128))
    spread = {name: float(value.detach().std()) for name, value in network.named_parameters()}
    assert spread["token.weight"] == pytest.approx(0.02, rel=0.05)
    assert spread["blocks.3.project.weight"] == pytest.approx(0.02, rel=0.05)
    assert spread["blocks.3.narrow.weight"] == pytest.approx(0.02 / 4, rel=0.05)  # sqrt(2 * 8) = 4
    assert spread["blocks.3.join.weight"] == pytest.approx(0.02 / 4, rel=0.05)
    assert spread["blocks.3.join.bias"] == 0


def test_the_future_and_other_documents_are_not_seen() -> None:
    network, tokens = build(), random_tokens(2, 30)
    changed = tokens.clone()
    changed[:, 20:] = (changed[:, 20:] + 1) % 50
    assert torch.allclose(network(tokens)[:, :20], network(changed)[:, :20], atol=1e-6)
    documents = torch.tensor([[4] * 12 + [7] * 18, [1] * 5 + [2] * 25])
    positions = torch.tensor([[*range(12), *range(18)], [*range(5), *range(25)]])
    packed = network(tokens, positions, documents)
    for row, cut in ((0, 12), (1, 5)):
        for part in (slice(0, cut), slice(cut, 30)):
            assert torch.allclose(packed[row, part], network(tokens[row : row + 1, part])[0], atol=1e-5)


def test_refusals() -> None:
    for wrong in ({"heads": 3}, {"layers": 0}, {"dropout": 1.0}):
        with pytest.raises(YendorError):
            GPTConfig(**{"width": 32, **wrong})
    with pytest.raises(YendorError, match="more than the context of 48"):
        build()(random_tokens(1, 49))


def test_dropout_is_of_training_alone() -> None:
    network, tokens = build(dropout=0.5), random_tokens(2, 10)
    assert torch.equal(network(tokens), network(tokens))
    network.train()
    assert not torch.equal(network(tokens), network(tokens))


def test_checkpoint_keeps_the_tied_weights_once(tmp_path: Path) -> None:
    network, tokens = build(), random_tokens(2, 10)
    save_checkpoint(tmp_path / "run" / "checkpoints", 5, network, "gpt", network.config, play={"task": "nethack"})
    loaded, description, folder = load_model(tmp_path / "run")
    assert isinstance(loaded, GPT)
    assert torch.equal(logits_of(loaded, tokens), logits_of(network, tokens))
    assert description["play"] == {"task": "nethack"}
    assert set(load_file(folder / "model.safetensors")) == {name for name, _ in network.named_parameters()}


def test_gpt2_gives_transformers_logits() -> None:
    expected = np.load(GOLDEN / "expected.npz")
    tokens = torch.from_numpy(expected["tokens"])
    assert np.abs(logits_of(import_gpt2(GOLDEN).eval(), tokens).numpy() - expected["logits"]).max() < 1e-4
    longer = import_gpt2(GOLDEN / "model.safetensors", context=64, vocabulary=70, dropout=0.1).eval()
    assert longer.config == GPTConfig(vocabulary=70, context=64, layers=2, heads=4, width=32, dropout=0.1)
    logits = logits_of(longer, tokens).numpy()
    assert np.abs(logits[..., :61] - expected["logits"]).max() < 1e-4


def test_new_rows_of_gpt2() -> None:
    torch.manual_seed(3)
    old = import_gpt2(GOLDEN)
    longer = import_gpt2(GOLDEN, context=512, vocabulary=500)
    assert float(longer.position.weight[32:].detach().std()) == pytest.approx(1, rel=0.05)  # as in the paper
    assert torch.allclose(longer.token.weight[61:], old.token.weight.mean(dim=0).expand(439, -1))
    near = import_gpt2(GOLDEN, context=512, vocabulary=500, position_spread=0.02, new_tokens="normal")
    assert float(near.position.weight[32:].detach().std()) == pytest.approx(0.02, rel=0.05)
    assert float(near.token.weight[61:].detach().std()) == pytest.approx(0.02, rel=0.05)


def test_gpt2_as_the_hub_has_it(tmp_path: Path) -> None:
    """There the names lack a prefix, and attention's masks are stored too."""
    weights = load_file(GOLDEN / "model.safetensors")
    bare = {name.removeprefix("transformer."): value for name, value in weights.items()}
    bare["h.0.attn.bias"] = torch.ones(1, 1, 32, 32)
    save_file(bare, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text((GOLDEN / "config.json").read_text())
    tokens = torch.from_numpy(np.load(GOLDEN / "expected.npz")["tokens"])
    assert torch.equal(logits_of(import_gpt2(tmp_path).eval(), tokens), logits_of(import_gpt2(GOLDEN).eval(), tokens))


def test_import_refusals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("huggingface_hub")

    def unreachable(*_: Any, **__: Any) -> str:
        raise OSError("no network")

    monkeypatch.setattr(hub, "hf_hub_download", unreachable)
    (tmp_path / "pickled").mkdir()
    (tmp_path / "other.safetensors").write_bytes(b"x")
    save_file({"weight": torch.zeros(2)}, tmp_path / "model.safetensors")
    for source, said in (
        ("gpt2", "cannot be had from the hub: OSError: no network"),
        (str(tmp_path / "nothing"), "no such file or folder"),
        (tmp_path / "pickled", "has no model.safetensors"),
        (tmp_path / "other.safetensors", "cannot read"),
        (tmp_path, "is no GPT-2"),
    ):
        with pytest.raises(YendorError, match=said):
            import_gpt2(source)
    with pytest.raises(YendorError, match="the weights have 61"):
        import_gpt2(GOLDEN, vocabulary=60)


def test_transformers_own_model(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(2)
    sizes = {"vocab_size": 90, "n_positions": 24, "n_embd": 48, "n_layer": 3, "n_head": 3, "initializer_range": 0.3}
    theirs = transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes, bos_token_id=0, eos_token_id=0)).eval()
    theirs.save_pretrained(tmp_path)
    tokens = torch.randint(0, 90, (3, 24))
    with torch.no_grad():
        assert torch.allclose(logits_of(import_gpt2(tmp_path).eval(), tokens), theirs(tokens).logits, atol=1e-4)


class Books:
    """What a cache should hold, as plain lists; draws what to do next."""

    def __init__(self, network: GPT, slots: int, length: int) -> None:
        self.network, self.length = network, length
        self.cache = Cache(network.config, slots, length)
        self.texts: list[list[int]] = [[] for _ in range(slots)]
        self.draw = np.random.default_rng(3)

    def next(self) -> tuple[list[int], list[list[int]]]:
        """Clear or shorten a slot now and then; draw slots in any order, and ragged rows for them."""
        slots = self.draw.permutation(len(self.texts))[: self.draw.integers(1, len(self.texts) + 1)].tolist()
        if self.draw.random() < 0.2:
            self.cut(slots[0], int(self.draw.integers(0, len(self.texts[slots[0]]) + 1)))
        rows = [self.draw.integers(0, 50, self.draw.integers(1, 9)).tolist() for _ in slots]
        for slot, row in zip(slots, rows, strict=True):
            if len(self.texts[slot]) + len(row) > self.length:
                self.cut(slot, 0)
        return slots, rows

    def cut(self, slot: int, length: int) -> None:
        if length:
            self.cache.shorten(slot, length)
        else:
            self.cache.clear(slot)
        del self.texts[slot][length:]

    def whole(self, slot: int, tail: list[int]) -> torch.Tensor:
        return self.network(torch.tensor([self.texts[slot] + tail]))[0]


@pytest.mark.parametrize("by_row", [True, False])
@torch.no_grad()
def test_the_cache_changes_nothing(by_row: bool) -> None:
    books = Books(build(), slots=5, length=40)
    for _ in range(40):
        slots, rows = books.next()
        wholes = [books.whole(slot, row) for slot, row in zip(slots, rows, strict=True)]
        for slot, row, whole in zip(slots, rows, wholes, strict=True):
            ahead = look_ahead(books.network, books.cache, [slot, slot], [row, row[:1]])
            assert torch.allclose(ahead, whole[[-1, -len(row)]], atol=1e-4)
        if books.draw.random() < 0.5:
            last = feed(books.network, books.cache, slots, rows, by_row)
            assert torch.allclose(last, torch.stack([whole[-1] for whole in wholes]), atol=1e-4)
        else:
            counts = [len(row) for row in rows]
            padded = torch.tensor([row + [0] * (max(counts) - len(row)) for row in rows])
            hidden = append(books.network, books.cache, slots, padded, counts, by_row)
            for row, (whole, count) in enumerate(zip(wholes, counts, strict=True)):
                assert torch.allclose(hidden[row, :count], whole[-count:], atol=1e-4)
                assert not hidden[row, count:].any()
        for slot, row in zip(slots, rows, strict=True):
            books.texts[slot] += row
        assert books.cache.lengths.tolist() == [len(text) for text in books.texts]


@torch.no_grad()
def test_rows_of_very_different_length() -> None:
    """On a GPU these are read in groups."""
    network, tokens = build(), random_tokens(1, 40)[0].tolist()
    cache = Cache(network.config, 3, 48)
    last = feed(network, cache, [0, 1, 2], [tokens[:2], tokens, tokens[:1]], by_row=False)
    assert torch.allclose(last, network(torch.tensor([tokens]))[0, [1, 39, 0]], atol=1e-4)
    assert cache.lengths.tolist() == [2, 40, 1]


@torch.no_grad()
def test_a_cache_grows_and_refuses_what_does_not_fit() -> None:
    network = build()
    cache = Cache(network.config, 2, 10)
    feed(network, cache, [1], [[1, 2, 3, 4, 5, 6]])
    keys = cache.keys.clone()
    for slots, rows, said in (
        ([0, 1], [[1], [1, 2, 3, 4, 5]], "slot 1 holds 6 of 10 tokens and has no room for 5 more"),
        ([0, 0], [[1], [1]], "Name each slot once"),
        ([2], [[1]], "slots [2] of 2"),
        ([0, 1], [[1], []], "one token or more"),
    ):
        with pytest.raises(YendorError) as caught:
            feed(network, cache, slots, rows)
        assert said in f"{caught.value} {caught.value.hint}"
        assert cache.lengths.tolist() == [0, 6]
        assert torch.equal(cache.keys, keys)
    cache.grow(3)
    assert len(cache.lengths) >= 3
    last = feed(network, cache, [2, 1], [[9], [7, 8]])
    assert torch.allclose(last[1], network(torch.tensor([[1, 2, 3, 4, 5, 6, 7, 8]]))[0, -1], atol=1e-4)
    with pytest.raises(YendorError, match="cannot be shortened to 9"):
        cache.shorten(1, 9)
    with pytest.raises(YendorError, match="context of 48"):
        Cache(dataclasses.replace(network.config), 1, 49)
