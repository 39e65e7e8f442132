"""BabyAI-Text demonstrations as chunks of text: what `yendor data babyai` does."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from yendor.core.errors import YendorError
from yendor.data.babyai_demos import demonstrations, game_seeds, sample
from yendor.data.text_chunks import Description, check_target, write_chunks
from yendor.data.text_chunks_reader import Chunk
from yendor.data.text_encoding import ChunkEncoder
from yendor.envs.babyai_text import ACTIONS
from yendor.text.history import Passage, encoding, passage_text
from yendor.text.tokeniser import Tokeniser, train_tokeniser


@dataclass(frozen=True)
class BabyAIConfig:
    """What decides which chunks come out."""

    games: int = 5000
    """Games that the bot solves."""
    chunks: int = 1000
    """Passages to draw from them."""
    horizon: int = 3
    """Most actions of a passage; diff history's code cuts four observations and keeps the three actions between."""
    short: bool = False
    """Draw passages that a game's end cuts short, too."""
    encoding: str = "diff"
    """How a history is told: diff, diff-marked, full, none."""
    num_dists: int = 8
    """Distractors: 8 fits the tokens that diff history's paper counts, 0 is what its released code and BALROG pass."""
    tokeniser: str = "train"
    """train learns a small one from the passages, parted as GPT-2's; or a folder, or a name such as gpt2."""
    size: int = 1024
    """Largest vocabulary of one that is trained."""
    single_actions: bool = True
    """A token for each action's name."""
    valid: float = 0.05
    """Share of the games kept apart for measuring."""
    seed: int = 0
    """Decides games and passages."""

    def __post_init__(self) -> None:
        encoding(self.encoding)
        if self.games < 1 or self.chunks < 1 or not 0 <= self.valid < 1:
            raise YendorError(
                f"games = {self.games}, chunks = {self.chunks}, valid = {self.valid}",
                "Games and chunks are at least 1; valid is a share from 0 up to 1.",
            )


def make_babyai_chunks(to: Path, config: BabyAIConfig, *, workers: int = 2, quiet: bool = False) -> dict[str, Any]:
    """Make a chunk dataset of the bot's games.

    Games are drawn from the seed, played by the bot, and passages are drawn from them, as the paper does. Of two
    datasets with the same seed, the one with fewer passages holds the first ones of the other.

    Returns:
        Its description.

    Raises:
        YendorError: minigrid is not installed; more passages than steps; `to` is not empty.
    """
    check_target(to)
    seeds = game_seeds(config.seed, config.games)
    games = demonstrations(seeds, num_dists=config.num_dists, workers=workers, quiet=quiet)
    passages = sample(games, config.chunks, horizon=config.horizon, short=config.short, seed=config.seed)
    tokeniser = _tokeniser(config, passages)
    encoder = ChunkEncoder(tokeniser, encoding(config.encoding))

    def chunks() -> Iterator[tuple[str, tuple[int, int], Chunk]]:
        for passage in passages:
            part = "valid" if _place(passage.source[0]) < config.valid else "train"
            yield from ((part, passage.source, chunk) for chunk in encoder.passage(passage))

    what = Description("babyai", config.encoding, "", "", ACTIONS, config.horizon, asdict(config))
    return write_chunks(to, what, tokeniser, chunks())


def _place(seed: int) -> float:
    return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:8], "big") / 2**64


def _tokeniser(config: BabyAIConfig, passages: list[Passage]) -> Tokeniser:
    actions = ACTIONS if config.single_actions else ()
    if config.tokeniser != "train":
        return Tokeniser.load(config.tokeniser, actions)
    # One tokeniser for all ways of telling: two datasets that differ in the encoding alone share their tokens.
    texts = (passage_text(passage, encoding(name)) for name in ("diff", "full") for passage in passages)
    return train_tokeniser(texts, config.size, "word", actions)
