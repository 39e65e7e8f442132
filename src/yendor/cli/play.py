"""`yendor play`: watch an agent play, play yourself, or replay a recording."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yendor.cli.options import parse
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds, seed_list


@dataclass(frozen=True)
class PlayOptions:
    """Watch a game in the terminal, with the agent's strategy and its reason for each key.

    With --agent human you play, and the game is recorded. Without a terminal the reasons are printed, one line a key.
    """

    agent: str = "bot"
    """A name (`yendor list agents`), a run or checkpoint folder, or module:Class."""
    seeds: str = ""
    """CORE:DISP of the game; empty for a new one."""
    character: str = "@"
    """role-race-gender-alignment, or @ for a random one."""
    max_steps: int | None = None
    """Step limit."""
    until: int = 0
    """Show nothing before this turn of the game's clock."""
    speed: float = 20.0
    """Keys a second; 0 does not wait."""
    record_to: Path = Path("human-games")
    """Where --agent human keeps its games."""
    replay: Path | None = None
    """A .ttyrec*.bz2 to replay instead of playing."""


def main(argv: list[str]) -> int:
    """Show a game."""
    options = parse(PlayOptions, argv, "yendor play")
    from yendor.viewer.terminal import watch

    if options.replay is not None:
        watch(_recorded(options.replay), options.speed)
        return 0
    from yendor.agents.make import make_agent

    agent = make_agent(options.agent)
    seeds = _seeds(options.seeds)
    print(f"seeds {seeds.core}:{seeds.disp}")
    if options.agent == "human":
        return _play_and_record(options, agent, seeds)
    game = _Game(options, agent, seeds)
    watch(game.frames(), options.speed)
    print(game.end)
    return 0


def _seeds(spec: str) -> Seeds:
    if spec:
        return seed_list(spec, 1)[0]
    import random

    return Seeds(random.randrange(100_000, 2**31), random.randrange(100_000, 2**31))


class _Game:
    """Plays one game, a frame at a time."""

    def __init__(self, options: PlayOptions, agent: Any, seeds: Seeds) -> None:
        self.options, self.agent, self.seeds, self.end = options, agent, seeds, "left"

    def frames(self) -> Iterator[Any]:
        from yendor.envs.make import make
        from yendor.nethack.actions import name_of
        from yendor.nethack.bottomline import read_hero
        from yendor.viewer.terminal import Shown

        env = make(seeds=self.seeds, character=self.options.character, max_steps=self.options.max_steps)
        observation, _ = env.reset()
        self.agent.reset(self.seeds.core)
        step, hero = 0, read_hero(observation)
        while env.end_reason() is None:
            decision = self.agent.act(observation)
            self.agent.observe(observation, decision.action)
            if hero.turn >= self.options.until:
                yield Shown(
                    observation["tty_chars"],
                    observation["tty_colors"],
                    observation["tty_cursor"],
                    step,
                    name_of(decision.action),
                    decision.label,
                    decision.explanation,
                )
            observation, *_ = env.step(decision.action)
            step += 1
            now = read_hero(observation)
            hero = now if now.max_hp else hero
        self.end = f"{env.end_reason()} after {step:,} steps, turn {hero.turn:,}: {hero.score:,} points"
        env.close()


def _play_and_record(options: PlayOptions, agent: Any, seeds: Seeds) -> int:
    """Let a person play; the screen is drawn before each key is read."""
    from rich.console import Console

    from yendor.agents.human import HumanAgent
    from yendor.data.catalogue import Catalogue
    from yendor.data.recorder import Job, enter, record_with
    from yendor.viewer.screen import screen_text

    console = Console()

    class Drawing(HumanAgent):
        def act(self, observation: Any) -> Any:
            if self._next is None:
                console.clear()
                screen = [observation[key] for key in ("tty_chars", "tty_colors", "tty_cursor")]
                console.print(screen_text(*screen), end="")
                console.print("[bright_black]Ctrl-C leaves without keeping the game[/]")
            return super().act(observation)

    job = Job("human", seeds, options.character, options.max_steps, options.record_to)
    game = record_with(Drawing(), job)
    enter(Catalogue(options.record_to, create=True), options.record_to / "games" / job.name)
    print(f"{game['ended']}: {game['score']:,} points; kept in {options.record_to / 'games' / job.name}")
    return 0


def _recorded(path: Path) -> Iterator[Any]:
    from yendor.data.batch import Batch
    from yendor.data.playback import FrameSource
    from yendor.data.ttyrec import survey, version_of
    from yendor.nethack.actions import has_key, index_of, name_of
    from yendor.viewer.terminal import Shown

    if not path.exists():
        raise YendorError(f"no recording {path}", "Give a .ttyrec*.bz2 file; see `yendor data show`.")
    version = version_of(path)
    found = survey(path)
    if not found.frames:
        raise YendorError(f"{path} holds no frames: {found.trouble or 'nothing was recorded'}")
    source, frame, step = FrameSource.of_files([path]), Batch.blank(1), -1
    while source.read(frame):
        step += 1
        key = int(frame.keypresses[0])
        name = name_of(index_of(key)) if version > 1 and has_key(key) else ""
        yield Shown(frame.tty_chars[0], frame.tty_colors[0], frame.tty_cursor[0], step, name)
