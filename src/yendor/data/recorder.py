"""Record games of any agent in parallel: one folder a game, whole or absent; run again to resume.

A game is played into `OUT/.part/<name>` and renamed to `OUT/games/<name>` when all its files are written,
so that two envs never share a file and a kill loses unfinished games only.
"""

import dataclasses
import errno
import json
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from yendor import __version__
from yendor.core.agent import Agent
from yendor.core.config import write_json
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds, refuse_withheld
from yendor.data.card import write_card
from yendor.data.catalogue import Catalogue, GameFile, read_json, split_character
from yendor.data.compressed import sha256_of
from yendor.data.labels import read_labels, write_labels
from yendor.data.observations import ObservationWriter
from yendor.data.shard import Shard
from yendor.data.ttyrec import survey
from yendor.envs.make import OBSERVATION_KEYS, YendorEnv, make
from yendor.launch.jobs import Outcome, run_jobs
from yendor.launch.lock import LOCK, hold
from yendor.launch.progress import Progress
from yendor.nethack.actions import KEYS
from yendor.nethack.bottomline import read_hero, read_welcome
from yendor.nethack.prompts import read_message

OBSERVATIONS = "observations.yshard"
_FULL = 1 << 24
"""A disk with fewer free bytes is taken for full when a recording fails."""


@dataclass(frozen=True)
class Job:
    """One game to record."""

    agent: str
    seeds: Seeds
    character: str
    max_steps: int | None
    out: Path
    observations: tuple[str, ...] = ()
    ask: str = ""
    ask_share: float = 0.0
    ask_stretch: int = 1

    @property
    def name(self) -> str:
        """Return the name of the game's folder."""
        return f"{self.seeds.core}-{self.seeds.disp}"


@dataclass
class Summary:
    """What a recording did: games asked for, recorded now, found finished, and those that failed with why."""

    asked: int
    recorded: int = 0
    found: int = 0
    steps: int = 0
    scores: list[float] = dataclasses.field(default_factory=list)
    failed: list[tuple[str, str]] = dataclasses.field(default_factory=list)


def record(
    agent: str,
    seeds: Sequence[Seeds],
    out: Path,
    *,
    character: str = "@",
    max_steps: int | None = None,
    observations: tuple[str, ...] = (),
    ask: str = "",
    ask_share: float = 0.0,
    ask_stretch: int = 1,
    workers: int = 2,
    hang_s: float = 300.0,
    quiet: bool = False,
) -> Summary:
    """Record the games that `out` lacks, and catalogue them.

    Args:
        agent: As for `--agent`.
        seeds: The games; withheld ones are refused.
        out: The dataset's folder.
        character: `role-race-gender-alignment` or `@`.
        max_steps: Limit of a game; None is the task's own.
        observations: NLE's keys to keep at each step, beside the terminal.
        ask: An expert who is asked at each step; its strategy and key become the labels. "" asks nobody.
        ask_share: Chance that the expert leads a stretch: that its keys are pressed.
        ask_stretch: Steps of a stretch.
        workers: Processes.
        hang_s: Seconds without a step after which a game is ended and counted as failed.
        quiet: No progress line.

    Raises:
        YendorError: Withheld games; an unknown agent; `out` holds other things or games recorded with
            other settings; the disk is full.
    """
    refuse_withheld(seeds, "recording")
    make_agent(agent)  # a mistake shows here, not in every worker
    make(character=character, max_steps=max_steps).close()
    settings: dict[str, Any] = {"agent": agent, "character": character, "max_steps": max_steps}
    settings |= {"task": "NetHackChallenge-v0"}
    settings |= {"observations": ",".join(observations)} if observations else {}
    if ask:
        make_agent(ask)
        settings |= {"ask": ask, "ask_share": ask_share, "ask_stretch": ask_stretch}
    chosen = dict.fromkeys(seeds)
    jobs = [Job(agent, s, character, max_steps, out, observations, ask, ask_share, ask_stretch) for s in chosen]
    _check_folder(out, settings)
    with _locked(out):
        write_json(out / "recording.json", settings)
        with closing(Catalogue(out, create=True)) as catalogue:
            finished = _adopt_finished(out, catalogue)
            todo = [job for job in jobs if job.name not in finished]
            summary = Summary(len(jobs), found=len(jobs) - len(todo))
            with Progress("recording", len(jobs), "games", done=summary.found, quiet=quiet) as bar:
                _record_all(todo, catalogue, summary, bar, workers, hang_s)
            write_card(catalogue)
    return summary


def _record_all(
    todo: list[Job], catalogue: Catalogue, summary: Summary, bar: Progress, workers: int, hang_s: float
) -> None:
    running: dict[str, float] = {}

    def beat(job: Job, numbers: dict[str, float]) -> None:
        running[job.name] = numbers.get("steps", 0.0)
        _show(bar, summary, sum(running.values()))

    # Closed at once when an outcome raises, so that no worker writes on.
    outcomes: Any = run_jobs(record_game, todo, workers=workers, hang_s=hang_s, on_beat=beat)
    with closing(outcomes):
        for outcome in outcomes:
            running.pop(outcome.job.name, None)
            _finish(outcome, catalogue, summary)
            bar.advance()
            _show(bar, summary, sum(running.values()))


def make_agent(spec: str) -> Agent:
    """Make an agent through the `agents` room, which lies above this one."""
    agent: Agent = import_module("yendor.agents.make").make_agent(spec)
    return agent


def _show(bar: Progress, summary: Summary, running: float) -> None:
    spent = max(time.monotonic() - bar.started, 1e-9)
    score = float(statistics.median(summary.scores)) if summary.scores else 0.0
    bar.show(steps_per_s=(summary.steps + running) / spent, median_score=score, failed=len(summary.failed))


def _finish(outcome: Outcome[Job, dict[str, Any]], catalogue: Catalogue, summary: Summary) -> None:
    job = outcome.job
    if outcome.result is None:
        if "No space left" in outcome.detail:
            raise YendorError(
                f"the disk of {job.out} is full", "Free some space and run the same command again: games are kept."
            )
        summary.failed.append((job.name, f"{outcome.failure}: {outcome.detail.strip().splitlines()[-1]}"))
        return
    enter(catalogue, job.out / "games" / job.name)
    summary.recorded += 1
    summary.steps += int(outcome.result["steps"])
    summary.scores.append(float(outcome.result["score"]))


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the folder against a second recording, which would clear this one's unfinished games."""
    with hold(out, "recording"):
        try:
            shutil.rmtree(out / ".part", ignore_errors=True)  # what a killed recording left
            yield
        finally:
            shutil.rmtree(out / ".part", ignore_errors=True)


def _check_folder(out: Path, settings: dict[str, Any]) -> None:
    path = out / "recording.json"
    if path.exists():
        before = read_json(path)
        for key, value in ({"observations": "", "ask": ""} | settings).items():
            if before.get(key, "") != value:
                raise YendorError(
                    f"{out} holds games recorded with {key} = {before.get(key)!r}, now it is {value!r}",
                    "Choose another --out, or use the settings of before.",
                )
    elif out.exists() and any(entry.name != LOCK for entry in out.iterdir()):
        raise YendorError(f"{out} exists and holds something else than a recording", "Choose another --out.")


def _adopt_finished(out: Path, catalogue: Catalogue) -> set[str]:
    """Return the names of finished games, after cataloguing those that a kill left without an entry."""
    known, finished = catalogue.keys(), set()
    for folder in sorted((out / "games").glob("*/")):
        if folder.name not in known:
            enter(catalogue, folder)
        finished.add(folder.name)
    return finished


def enter(catalogue: Catalogue, folder: Path) -> int:
    """Catalogue a recorded game's folder.

    Raises:
        YendorError: Its files are not all there.
    """
    gameid = catalogue.add(*recorded_game(folder))
    observations = folder / OBSERVATIONS
    if observations.exists():
        games = [game._replace(key=folder.name) for game in Shard(observations).games()]
        catalogue.store(observations, observations.stat().st_size, games)
    return gameid


def recorded_game(folder: Path) -> tuple[dict[str, Any], list[GameFile]]:
    """Return the catalogue's row and files of a recorded game's folder.

    Raises:
        YendorError: Its files are not all there.
    """
    game = read_json(folder / "game.json")
    ttyrec = next(folder.glob("*.ttyrec3.bz2"), None)
    if ttyrec is None or not {"agent", "core", "disp", "ended", "frames"} <= game.keys():
        what = "has no ttyrec3.bz2" if ttyrec is None else "has an incomplete game.json"
        raise YendorError(f"{folder} {what}", "Delete the folder; record the game again.")
    row = {
        "source": "yendor",
        "key": folder.name,
        **{name: game.get(name) for name in ("agent", "core", "disp", "score", "points", "steps", "turns")},
        **{name: game.get(name) for name in ("character", "depth", "xl", "death", "ended", "frames")},
        **split_character(game.get("character", "")),
        "whole": True,
        "labelled": True,
        "version": 3,
        "bytes": ttyrec.stat().st_size,
    }
    return row, [GameFile(ttyrec, folder / "labels.ylab", game["frames"], True, sha256_of(ttyrec))]


def record_game(job: Job, beat: Callable[..., None]) -> dict[str, Any]:
    """Play and record one game; runs in a worker process."""
    agent = make_agent(job.agent)
    if job.ask:
        agent = import_module("yendor.agents.asked").Asked(agent, make_agent(job.ask), job.ask_share, job.ask_stretch)
    return record_with(agent, job, beat)


def record_with(agent: Agent, job: Job, beat: Callable[..., None] | None = None) -> dict[str, Any]:
    """Play one game with this agent and keep it in `OUT/games/<name>`.

    Returns:
        The content of `game.json`.

    Raises:
        YendorError: The game is there already.
        OSError: The disk is full.
        RuntimeError: NLE recorded other keys than were pressed.
    """
    part, final = job.out / ".part" / job.name, job.out / "games" / job.name
    if final.exists():
        raise YendorError(f"{final} exists: this game is recorded", "Choose other seeds or another folder.")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        return _record_into(part, final, agent, job, beat)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _record_into(part: Path, final: Path, agent: Agent, job: Job, beat: Callable[..., None] | None) -> dict[str, Any]:
    keys_seen = tuple(dict.fromkeys((*OBSERVATION_KEYS, *job.observations)))
    env = make(
        seeds=job.seeds, character=job.character, max_steps=job.max_steps, savedir=part, observation_keys=keys_seen
    )
    try:
        game, labels, before = _play(env, agent, job, beat, part)
    finally:
        env.close()
    ttyrec = next(part.glob("*.ttyrec3.bz2"))
    keys = survey(ttyrec).keys
    pressed = [action for action, _ in labels]
    if keys[before : before + len(pressed)] != bytes(KEYS[action] & 0xFF for action in pressed):
        if shutil.disk_usage(part).free < _FULL:  # NLE's writer does not say so
            raise OSError(errno.ENOSPC, "No space left on device")
        raise RuntimeError(f"game {job.name}: the recorded keys are not those that were pressed")
    after = len(keys) - before - len(pressed)
    write_labels(part / "labels.ylab", [None] * before + [label for _, label in labels] + [None] * after)
    game |= _logged(part) | {"frames": len(keys), "agent": job.agent, "yendor": __version__}
    if game["ended"] in ("max_steps", "no_progress"):
        game["death"] = ""  # the log says "quit": that was NLE, when the limit was reached
    (part / "game.json").write_text(json.dumps(game, indent=2) + "\n")
    final.parent.mkdir(exist_ok=True)
    part.replace(final)
    return game


def _play(
    env: YendorEnv, agent: Agent, job: Job, beat: Callable[..., None] | None, part: Path
) -> tuple[dict[str, Any], list[tuple[int, str]], int]:
    """Return the game's facts, (action, label) of each step, and how many keys NLE pressed before the first."""
    press, pressed = env.engine.nethack.step, [0]

    def counting(key: int) -> Any:
        pressed[0] += 1
        return press(key)

    env.engine.nethack.step = counting
    observation, _ = env.reset()
    del env.engine.nethack.step
    agent.reset(job.seeds.core)
    # The first observation belongs to the frame on which the agent's first key is pressed.
    kept = ObservationWriter(part / OBSERVATIONS, job.observations, pressed[0]) if job.observations else None
    welcome, hero = read_message(observation), read_hero(observation)
    labels: list[tuple[int, str]] = []
    deepest, ended = hero.depth, False
    while not ended:
        decision = agent.act(observation)
        if kept:
            kept.add(observation)
        agent.observe(observation, decision.action)
        labels.append((decision.action, decision.label))
        observation, _, terminated, truncated, _ = env.step(decision.action)
        ended = terminated or truncated
        now = read_hero(observation)
        if now.max_hp > 0:  # after the end all numbers are zero
            hero, deepest = now, max(deepest, now.depth)
        if beat is not None and len(labels) % 100 == 0:
            beat(steps=len(labels), score=hero.score)
    if kept:
        kept.add(observation)  # the last, on which nothing is pressed any more
        kept.close(job.name)
    facts = {
        "core": job.seeds.core, "disp": job.seeds.disp, "score": hero.score, "steps": len(labels), "turns": hero.turn,
        "depth": deepest, "xl": hero.xl, "ended": env.end_reason(), "character": read_welcome(welcome) or "",
        "protocol": dataclasses.asdict(env.protocol),
    }  # fmt: skip
    return facts, labels, pressed[0]


def _logged(folder: Path) -> dict[str, Any]:
    """What NetHack's own log says: death, points, and the character for sure."""
    text = "".join(path.read_text("latin-1") for path in folder.glob("*xlogfile"))
    fields = dict(part.split("=", 1) for part in text.strip().split("\t") if "=" in part)
    facts: dict[str, Any] = {"death": fields.get("death", ""), "points": int(fields.get("points", 0) or 0)}
    if {"role", "race", "gender0", "align0"} <= fields.keys():
        facts["character"] = "-".join(fields[key].lower()[:3] for key in ("role", "race", "gender0", "align0"))
    return facts


def verify_game(files: Sequence[GameFile]) -> str:
    """Read a game's files through; return "" or what is wrong."""
    for file in files:
        if not file.path.exists():
            return f"{file.path.name} is missing"
        if file.sha256 and sha256_of(file.path) != file.sha256:
            return f"{file.path.name} is not the file that was catalogued: its SHA-256 is another"
        found = survey(file.path)
        if found.frames != file.frames or (found.trouble and file.whole):
            return f"{file.path.name}: {found.frames} frames, {file.frames} catalogued; {found.trouble or 'whole'}"
        if file.labels not in (None, file.path):
            try:
                labels = read_labels(file.labels)
            except YendorError as error:
                return error.message
            if len(labels.indices) != found.frames:
                return f"{file.labels.name}: {len(labels.indices)} labels for {found.frames} frames"
    return ""
