"""What a tokeniser learns from: whole observations and diffs of recorded games, and the lexicon."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from yendor.core.errors import YendorError
from yendor.data.games import Games
from yendor.data.text_games import CHANNELS, steps_of, texts_of
from yendor.launch.progress import Progress
from yendor.text.describe import Describer, StyleName
from yendor.text.history import NETHACK_INSTRUCTION, prompt, updates
from yendor.text.history import encoding as find_encoding
from yendor.text.lexicon import lexicon

_STRETCH, _WHOLE_EVERY = 64, 8


def corpus(
    datasets: Sequence[Path],
    steps: int,
    *,
    where: str = "",
    style: StyleName = "clean",
    encoding: str = "diff",
    seed: int = 0,
    quiet: bool = False,
) -> Iterator[str]:
    """Yield texts of stretches of 64 steps, drawn evenly from the games: each step's update, each eighth step whole.

    The lexicon comes after them, so that names which the games lack are known too.

    Args:
        datasets: Games recorded with full observations.
        steps: About how many steps in all.
        where: SQL condition on the games.
        style: How observations are described.
        encoding: How updates are told.
        seed: Decides which stretches.
        quiet: Show no progress.

    Raises:
        YendorError: No games, or none with observations.
    """
    draw, describer, how = np.random.default_rng(seed), Describer(style), find_encoding(encoding)
    opened = [Games(dataset, where) for dataset in datasets]
    chosen = [(games, i) for games in opened for i in games if set(CHANNELS) <= set(games.channels(i))]
    if not chosen:
        raise YendorError(
            f"none of {sum(map(len, opened))} games was recorded with {', '.join(CHANNELS)}",
            "Record with `yendor record --observations default`.",
        )
    per_game = max(1, steps // (_STRETCH * len(chosen)))
    with Progress("reading", len(chosen), "games", quiet=quiet) as bar:
        for games, gameid in chosen:
            count = steps_of(games, gameid)
            there = max(1, count // _STRETCH)
            drawn = np.sort(draw.choice(there, min(per_game, there), replace=False)) * _STRETCH
            spans = [(begin, min(begin + _STRETCH, count)) for begin in map(int, drawn)]
            for texts, *_ in texts_of(games, gameid, spans, describer):
                for text in texts[::_WHOLE_EVERY]:
                    yield prompt(NETHACK_INSTRUCTION, text) + "\n"
                for update in updates(texts, how):
                    yield f"\n{update}"
            bar.advance()
    yield from lexicon(style == "clean")
