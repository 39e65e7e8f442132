"""Whole games as text, to be searched: a line a decision, and what changed in the pack between them.

A game's end shows what a hero died of. What went wrong thousands of turns before, a command that comes to nothing for
hours, armour that is never put on again, shows when many whole games are searched for it.
"""

import gzip
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from yendor.belief.belief import Belief
from yendor.bot.agent import BotAgent
from yendor.core.agent import Decision
from yendor.core.seeds import Seeds, refuse_withheld
from yendor.envs.make import make
from yendor.evaluation.game import read_game_log
from yendor.launch.jobs import run_jobs
from yendor.launch.progress import Progress
from yendor.nethack.bottomline import Condition, Hero, Hunger
from yendor.nethack.monsters import monster
from yendor.nethack.prompts import Kind

_BURDENS = ("", "burdened", "stressed", "strained", "overtaxed", "overloaded")
_NEAR = 8
"""Squares within which creatures are named."""
_MARKS = {"hostile": "", "peaceful": " (peaceful)", "pet": " (pet)", "unseen": ""}


class Job(NamedTuple):
    """A game to write down, and where."""

    seeds: Seeds
    path: Path
    max_steps: int | None


def log_path(out: Path, seeds: Seeds) -> Path:
    """Return the file of a game."""
    return out / f"{seeds.core}-{seeds.disp}.txt.gz"


def write_logs(
    seeds: Sequence[Seeds], out: Path, max_steps: int | None = None, workers: int = 2, quiet: bool = False
) -> Iterator[tuple[Seeds, str]]:
    """Play the games that have no file in a folder yet, and yield each with the line that it ends with.

    Args:
        seeds: The games; withheld ones are refused.
        out: The folder; made where it is not there.
        max_steps: Limit of a game's steps; None is the Challenge's.
        workers: Processes that play; 0 plays in this one.
        quiet: No progress line.

    Raises:
        YendorError: Withheld games.
    """
    refuse_withheld(seeds, "reading games to improve a bot")
    out.mkdir(parents=True, exist_ok=True)
    jobs = [Job(s, log_path(out, s), max_steps) for s in dict.fromkeys(seeds) if not log_path(out, s).exists()]
    with Progress("logs", len(set(seeds)), "games", done=len(set(seeds)) - len(jobs), quiet=quiet) as bar:
        outcomes: Any = run_jobs(write_log, jobs, workers=workers, hang_s=240.0)
        with closing(outcomes):
            for outcome in outcomes:
                bar.advance()
                last = (outcome.detail.strip().splitlines() or [""])[-1]
                yield outcome.job.seeds, outcome.result or f"{outcome.failure}: {last}"


def write_log(job: Job, beat: Callable[..., None]) -> str:
    """Play a game and write it down; the file appears under its name when the game is over. Return its last line."""
    part = job.path.with_name(f"{job.path.name}.{os.getpid()}.part")
    try:
        with gzip.open(part, "wt", compresslevel=6, encoding="utf-8") as file:
            last = _play(job, file, beat)
        part.replace(job.path)
    finally:
        part.unlink(missing_ok=True)
    return last


def _play(job: Job, file: TextIO, beat: Callable[..., None]) -> str:
    env, agent, steps, ended = make(seeds=job.seeds, max_steps=job.max_steps), BotAgent(), 0, ""
    try:
        observation, _ = env.reset()
        pack: frozenset[str] = frozenset()
        while not ended:
            decision = agent.act(observation)
            pack = _write(file, agent.belief, decision, pack)
            agent.observe(observation, decision.action)
            observation, _, terminated, truncated, _ = env.step(decision.action)
            steps += 1
            if terminated or truncated:
                ended = env.end_reason() or "death"
            if steps % 1000 == 0:
                beat(steps=steps)
        hero = agent.belief.hero
        death = read_game_log(env).get("death") if ended == "death" else ended
        last = f"{agent.belief.role} XL{hero.xl}, {hero.score} points, T{hero.turn}: {death}"
        file.write(last + "\n")
    finally:
        env.close()
    return last


def _write(file: TextIO, belief: Belief, decision: Decision, pack: frozenset[str]) -> frozenset[str]:
    """Write a decision, and return the pack as it is now; pages that are read on say only what they tell."""
    told = f"{decision.label}: {decision.explanation}"
    if belief.prompt.kind is not Kind.COMMAND:
        if belief.message:
            file.write(f"    {told} | {belief.message}\n")
        return pack
    now = frozenset(f"{i.letter}{'*' if i.in_use else ''} {i.count} {i.name}" for i in belief.inventory)
    for sign, things in (("+", now - pack), ("-", pack - now)):
        if things:
            file.write(f"    pack {sign} {', '.join(sorted(things))}\n")
    file.write(f"{_state(belief.hero)} {told} | {belief.message} | {_company(belief)}\n")
    return now


def _state(hero: Hero) -> str:
    hunger = "" if hero.hunger == Hunger.NOT_HUNGRY else Hunger(hero.hunger).name.lower()
    ailments = (condition.name.lower().replace("_", " ") for condition in Condition if hero.condition & condition)
    words = " ".join(word for word in (hunger, _BURDENS[hero.burden], *ailments) if word)
    place = f"T{hero.turn} D{hero.depth} ({hero.y},{hero.x}) XL{hero.xl} HP{hero.hp}/{hero.max_hp} AC{hero.ac}"
    return f"{place} [{words}]"


def _company(belief: Belief) -> str:
    """Name who is near, the nearest first, with the distance."""
    near = [c for c in belief.creatures if c.distance <= _NEAR]
    names = [monster(c.species).name if c.species >= 0 else "unseen" for c in near]
    return ", ".join(f"{name}{_MARKS[c.kind]} {c.distance}" for name, c in zip(names, near, strict=True))
