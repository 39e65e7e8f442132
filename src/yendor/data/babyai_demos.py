"""Demonstrations of BabyAI-Text: the bot's games, and the passages that a language model learns from.

    games = demonstrations(game_seeds(0, 5000), workers=2)
    passages = sample(games, 1000, horizon=4, seed=0)

The paper (Piterbarg et al. 2023, section 4.1.1) lets the bot solve 5,000 games and draws 1,000 or 5,000 passages from
them. As in its code, each passage is a game and a first step, drawn uniformly without replacement over all steps of
all games. Of two samples with the same seed, the smaller is the beginning of the larger.

The paper's token table (appendix D.1) was counted on passages like those of `num_dists=8`, `horizon=3, short=False`:
by GPT-2's pre-tokeniser, 5,000 of ours have 231 +- 50 tokens with full text (its 230 +- 50, median 230 in both) and
357 +- 98 with diffs (its 358 +- 99; the longest has 667 in both). The released code as it stands, `num_dists=0` and
`horizon=3`, gives 112 +- 25 and 150 +- 48.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from yendor.core.errors import YendorError
from yendor.envs.babyai_text import HELD_OUT, BabyAIText, Demonstration, demonstrate
from yendor.launch.jobs import Beat, run_jobs
from yendor.launch.progress import Progress
from yendor.text.history import Passage

_BLOCK = 100
"""Games that a worker plays at a time: they take it less than a second or two."""


@dataclass(frozen=True)
class Block:
    """Games for one worker."""

    seeds: tuple[int, ...]
    kind: str | None
    num_dists: int


def game_seeds(seed: int, count: int) -> list[int]:
    """Draw the seeds of the games to record, all different and none held out.

    The paper's code takes 0, 1, 2, ...; `range(count)` gives that.

    Raises:
        YendorError: More games than there are seeds.
    """
    if not 0 < count <= HELD_OUT.start:
        raise YendorError(f"{count} games", f"Ask for 1 to {HELD_OUT.start:,}.")
    drawn = np.random.default_rng(seed).choice(HELD_OUT.start, size=count, replace=False)
    return [int(one) for one in drawn]


def demonstrations(
    seeds: Sequence[int],
    *,
    kind: str | None = None,
    num_dists: int = 0,
    workers: int = 0,
    quiet: bool = True,
) -> list[Demonstration]:
    """Let the bot play a game for each seed and return the games in the order of the seeds.

    Args:
        seeds: One for each game.
        kind: The task class; None takes each game's from its seed.
        num_dists: As for `BabyAIText`.
        workers: Processes; 0 plays in this one. The games are the same.
        quiet: Show no progress.

    Raises:
        YendorError: A seed is held out for judging; a bad setting; minigrid is not installed.
        RuntimeError: A worker failed; its traceback comes last.
    """
    held_out = [seed for seed in seeds if seed in HELD_OUT]
    if held_out:
        raise YendorError(
            f"{len(held_out)} games for recording are held out for judging, the first seed {held_out[0]}",
            f"Take seeds below {HELD_OUT.start:,}.",
        )
    BabyAIText(kind, num_dists)  # what is wrong with the settings is said here, not by a worker
    jobs = [Block(tuple(seeds[k : k + _BLOCK]), kind, num_dists) for k in range(0, len(seeds), _BLOCK)]
    played: dict[Block, list[Demonstration]] = {}
    with Progress("demonstrations", len(seeds), "games", quiet=quiet) as progress:
        outcomes: Any = run_jobs(play_block, jobs, workers=workers)
        with closing(outcomes):
            for outcome in outcomes:
                if outcome.result is None:
                    raise RuntimeError(f"a worker {outcome.failure} while playing demonstrations\n{outcome.detail}")
                played[outcome.job] = outcome.result
                progress.advance(len(outcome.job.seeds))
    return [game for job in jobs for game in played[job]]


def play_block(job: Block, beat: Beat) -> list[Demonstration]:
    """Play the games of a block; what a worker does."""
    env = BabyAIText(job.kind, job.num_dists)
    games = []
    for count, seed in enumerate(job.seeds):
        games.append(demonstrate(env, seed))
        beat(games=count + 1)
    return games


def sample(
    games: Sequence[Demonstration], count: int, *, horizon: int = 4, short: bool = True, seed: int = 0
) -> list[Passage]:
    """Draw passages from the games that were solved.

    Args:
        games: Demonstrations.
        count: Passages to draw.
        horizon: The most actions in a passage; it holds as many observations, each before its action. The paper says
            4, but its code cuts four observations and keeps the three actions between them.
        short: Draw also passages that the game's end cuts short, as the paper's code does; without, a passage begins
            where the horizon fits, or at the beginning of a game shorter than it.
        seed: Decides which are drawn.

    Returns:
        The passages in the order drawn; a passage's source is its game's seed and its first step.

    Raises:
        YendorError: More passages than places to begin one, or a horizon below 1.
    """
    if horizon < 1:
        raise YendorError(f"horizon = {horizon}", "It must be at least 1.")
    solved = [game for game in games if game.reward > 0]
    places = [len(game.actions) if short else max(1, len(game.actions) - horizon + 1) for game in solved]
    ends = np.cumsum(places, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    if not 0 <= count <= total:
        raise YendorError(
            f"{count} passages from games with {total} to draw", "Record more games, or ask for fewer passages."
        )
    drawn = np.random.default_rng(seed).permutation(total)[:count]
    found = np.searchsorted(ends, drawn, side="right")
    return [
        _passage(solved[k], int(place - ends[k] + places[k]), horizon)
        for k, place in zip(found.tolist(), drawn.tolist(), strict=True)
    ]


def _passage(game: Demonstration, first: int, horizon: int) -> Passage:
    actions = game.actions[first : first + horizon]
    return Passage((game.seed, first), game.instruction, game.texts[first : first + len(actions)], actions)
