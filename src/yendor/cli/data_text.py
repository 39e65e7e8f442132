"""`yendor data text`, `tokeniser`, `babyai`: chunks of text for language models."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import tyro

from yendor.cli.options import parse
from yendor.data.babyai_chunks import BabyAIConfig
from yendor.data.text_games import TextConfig


@dataclass(frozen=True)
class TextOptions:
    """Make chunks of text out of recorded games, for `yendor train lm`.

    The games must have been recorded with `--observations default`. Run the same command again to resume.
    """

    dataset: tyro.conf.Positional[Path]
    """The games' dataset."""
    to: Path
    """The new chunk dataset's folder."""
    chunks: tyro.conf.OmitArgPrefixes[TextConfig] = field(default_factory=TextConfig)
    workers: int = 2
    """Processes."""


@dataclass(frozen=True)
class TokeniserOptions:
    """Learn a tokeniser from recorded games, and from a lexicon of all that could be said of any glyph."""

    datasets: tyro.conf.Positional[tuple[Path, ...]]
    """Games recorded with full observations."""
    to: Path
    """The tokeniser's folder."""
    size: int = 8192
    """Largest vocabulary, special tokens and actions apart."""
    kind: Literal["phrase", "word"] = "phrase"
    """phrase merges whole lines; word parts as GPT-2 does."""
    steps: int = 100_000
    """About how many steps to read."""
    style: Literal["clean", "compat", "compat-main"] = "clean"
    """How observations are described."""
    where: str = ""
    """SQL condition on the games."""
    seed: int = 0
    """Decides which steps."""


@dataclass(frozen=True)
class BabyAIOptions:
    """Let BabyAI's bot solve BabyAI-Text games, and make chunks of them, for `yendor train lm`."""

    to: Path
    """The new chunk dataset's folder."""
    chunks: tyro.conf.OmitArgPrefixes[BabyAIConfig] = field(default_factory=BabyAIConfig)
    workers: int = 2
    """Processes."""


def _text(argv: list[str]) -> int:
    options = parse(TextOptions, argv, "yendor data text")
    from yendor.data.text_games import make_chunks

    _report(options.to, make_chunks(options.dataset, options.to, options.chunks, workers=options.workers))
    return 0


def _tokeniser(argv: list[str]) -> int:
    options = parse(TokeniserOptions, argv, "yendor data tokeniser")
    from yendor.data.text_chunks import check_target
    from yendor.data.text_corpus import corpus
    from yendor.text.tokeniser import train_tokeniser

    check_target(options.to)
    texts = corpus(options.datasets, options.steps, where=options.where, style=options.style, seed=options.seed)
    found = train_tokeniser(texts, options.size, options.kind)
    found.save(options.to)
    print(f"{options.to}: {found.vocabulary:,} tokens, {len(found.actions)} of them actions ({found.fingerprint})")
    return 0


def _babyai(argv: list[str]) -> int:
    options = parse(BabyAIOptions, argv, "yendor data babyai")
    from yendor.data.babyai_chunks import make_babyai_chunks

    _report(options.to, make_babyai_chunks(options.to, options.chunks, workers=options.workers))
    return 0


def _report(to: Path, description: dict[str, Any]) -> None:
    parts, statistics = description["parts"], description["statistics"]
    told = ", ".join(f"{part['chunks']:,} chunks to {name}" for name, part in parts.items())
    print(f"{to}: {told}; {statistics['total_tokens']:,} tokens, {statistics['tokens_per_chunk']['mean']:,} a chunk")
    print(
        f"  whole within {statistics['context']:,} tokens: {statistics['chunks_within_context']:.1%} of the chunks, "
        f"{statistics['actions_within_context']:.1%} of the actions; {to / 'CARD.md'} says more"
    )


COMMANDS: dict[str, Callable[[list[str]], int]] = {"text": _text, "tokeniser": _tokeniser, "babyai": _babyai}
