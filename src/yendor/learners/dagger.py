"""DAgger: the learner plays, an expert says what should have been done (Ross, Gordon and Bagnell 2011, 1011.0686).

Claim: a cloned policy errs where its own mistakes take it, which the expert's games never show; learning on the states
that the learner itself visits mends this, and the loss there is bounded in the horizon instead of its square.
Algorithm: in round i play with beta_i of the expert's keys and 1 - beta_i of the learner's, ask the expert on every
step, add the games to all before, clone the expert's answers on the whole.
The expert is Yendor's bot as a shadow: it watches a game that another plays and says its key at each step.

Deviations: beta_i = `expert_share` ** i, from `--start-from`'s policy on, which was cloned before; who leads is drawn
for stretches of steps, not for each (`agents.asked` says why); each round begins with the weights of the last and a
fresh optimiser. Games are cut at `game_steps`, since most of a long game is alike.
"""

import dataclasses
import json
import shutil
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yendor.core.config import write_json
from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.core.seeds import seed_list
from yendor.data.catalogue import Catalogue
from yendor.data.datasets import merge
from yendor.data.recorder import record
from yendor.learners.cloning_config import FREE, TrainConfig
from yendor.learners.cloning_loop import train
from yendor.runtime.run_folder import RunFolder, latest_checkpoint

ROUNDS, RESULT = "rounds", "round.json"


@dataclass(frozen=True)
class DAggerConfig(TrainConfig):
    """Learn from an expert on the learner's own games; `--steps` and `--minutes` are those of a round."""

    learner: str = "dagger"
    """The word after `yendor train`."""
    imitates: str = "hbc"
    """The learner of each round: hbc or bc."""
    expert: str = "bot"
    """Who is asked."""
    rounds: int = 4
    """How often to play and learn."""
    games: int = 32
    """Games of a round."""
    game_steps: int = 2000
    """Step limit of these games."""
    first_game: int = 5000
    """Number of the first game in the dev list; each round takes the next ones."""
    expert_share: float = 0.7
    """Chance that the expert leads a stretch in the first round; to the power of i in round i."""
    stretch: int = 50
    """Steps of a stretch; 1 draws at each step, as published."""
    players: int = 2
    """Processes that play."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.start_from is None and not self.resume:
            raise YendorError("no policy to begin with", "Clone one first and give its run: --start-from RUN.")
        for name in ("rounds", "games", "game_steps", "stretch", "players"):
            if getattr(self, name) < 1:
                raise YendorError(f"{name} = {getattr(self, name)}", "It must be at least 1.")
        if self.processes > 1 or self.profile:
            raise YendorError("dagger learns in one process, without --profile", "Leave --processes and --profile out.")
        if not 0 <= self.expert_share <= 1:
            raise YendorError(f"expert_share = {self.expert_share}", "A chance: 0 <= expert_share <= 1.")


def dagger(config: DAggerConfig) -> dict[str, float]:
    """Play and learn in rounds; return the last round's numbers.

    Finished rounds of a resumed run are kept; the unfinished one goes on where it was.
    """
    folder = RunFolder(config.run, config, config.resume, (*FREE, "rounds", "players"))
    player = config.start_from
    told: dict[str, float] = {}
    for number in range(1, config.rounds + 1):
        place = config.run / ROUNDS / f"{number:02d}"
        done = place / RESULT
        if not done.exists():
            if player is None:
                raise YendorError("the first round is not done, and nobody is named to play", "Add --start-from RUN.")
            told = _round(config, number, place, player)
            write_json(done, told)
            folder.log(f"round {number}: {told}")
        told = json.loads(done.read_text())
        player = place / "run"
    assert player is not None
    newest = latest_checkpoint(player)
    target = folder.checkpoints / str(config.rounds)
    if not target.exists():
        part = folder.checkpoints / ".part"
        shutil.rmtree(part, ignore_errors=True)  # what a kill left
        shutil.copytree(newest, part)
        part.replace(target)
    return told


def _round(config: DAggerConfig, number: int, place: Path, player: Path) -> dict[str, Any]:
    """Play the round's games, add them to all before, learn."""
    first = config.first_game + (number - 1) * config.games
    played = record(
        str(player), seed_list(f"dev:{first}-{first + config.games}"), place / "games", max_steps=config.game_steps,
        ask=config.expert, ask_share=config.expert_share**number, ask_stretch=config.stretch, workers=config.players,
    )  # fmt: skip
    if played.failed:
        raise YendorError(f"{len(played.failed)} games failed: {played.failed[0][1]}", "The same command resumes.")
    if not (place / "data").exists():
        before = [config.run / ROUNDS / f"{i:02d}" / "games" for i in range(1, number)]
        merge([config.data, *before, place / "games"], place / "data")
    names = {field.name for field in dataclasses.fields(TrainConfig)}
    plain = {name: value for name, value in vars(config).items() if name in names}
    run = place / "run"
    begun = (run / "checkpoints").exists() and any((run / "checkpoints").iterdir())
    if not begun:
        shutil.rmtree(run, ignore_errors=True)
    own = {"learner": config.imitates, "data": place / "data", "run": run, "asked": True, "resume": begun}
    numbers = train(TrainConfig(**{**plain, **own, "start_from": player}))
    rows = [game.row for game in Catalogue(place / "games").games()]
    mean = statistics.fmean(row["score"] for row in rows)
    steps = sum(row["steps"] for row in rows)
    return {"round": number, "games": len(rows), "played_steps": steps, "played_score": mean, **numbers}


@register("learner", "dagger")
class DAgger:
    """Names the settings and the function of this learner for the command line."""

    settings = DAggerConfig
    train = staticmethod(dagger)
