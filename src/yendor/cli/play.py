"""`yendor play`: watch an agent play, play yourself, or replay a recording."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import tyro

from yendor.agents.llm_options import LLMOptions
from yendor.cli.options import counts_text, parse, with_llm
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds, seed_list


@dataclass(frozen=True)
class PlayOptions:
    """Watch a game in the terminal, with the agent's strategy and its reason for each key.

    With --agent human you play, and the game is recorded. Without a terminal the reasons are printed, one line a key.
    With --until death-100 the game is played silently to its end, and again up to a hundred turns before it.
    The options from --endpoint on are those of --agent llm: a language model behind an OpenAI-compatible service, whose
    key is read from YENDOR_API_KEY.
    """

    agent: str = "bot"
    """A name (`yendor list agents`), a bot's folder, a run or checkpoint folder, or module:Class."""
    seeds: str = ""
    """CORE:DISP of the game; empty for a new one."""
    character: str = "@"
    """role-race-gender-alignment, or @ for a random one."""
    max_steps: int | None = None
    """Step limit."""
    until: str = ""
    """Show nothing before this moment: turn-5000, step-20000, or death-100 (a hundred turns before the game's end)."""
    speed: float = 20.0
    """Keys a second; 0 does not wait."""
    by_key: bool = False
    """Wait for a key press at each step; q leaves."""
    plain: bool = False
    """Print lines instead of drawing: turn, hit points, strategy, reason and message of each step."""
    map_every: int = 20
    """Turns between two maps among the lines; 0 prints none."""
    record_to: Path = Path("human-games")
    """Where --agent human keeps its games."""
    replay: Path | None = None
    """A .ttyrec*.bz2 to replay instead of playing."""
    llm: Annotated[LLMOptions, tyro.conf.arg(name="")] = field(default_factory=LLMOptions)
    """Settings of --agent llm."""


def main(argv: list[str]) -> int:
    """Show a game."""
    options = parse(PlayOptions, argv, "yendor play")
    from yendor.viewer.moment import read_moment
    from yendor.viewer.terminal import watch

    begin = read_moment(options.until)
    if options.until and (options.replay is not None or options.agent == "human"):
        what = "--replay" if options.replay is not None else "--agent human"
        raise YendorError(f"--until {options.until} with {what}", "--until is for agents that play by themselves.")

    def show(frames: Iterator[Any]) -> None:
        watch(frames, options.speed, plain=options.plain, by_key=options.by_key, map_every=options.map_every)

    if options.replay is not None:
        show(_recorded(options.replay))
        return 0
    from yendor.agents.make import make_agent
    from yendor.viewer.live import LiveGame

    agent = make_agent(with_llm(options.agent, options.llm))
    if options.agent == "llm" and begin.needs_end:
        raise YendorError(f"--until {options.until} with --agent llm", "It plays twice; a model plays another game.")
    seeds = _seeds(options.seeds)
    print(f"seeds {seeds.core}:{seeds.disp}", flush=True)
    if options.agent == "human":
        return _play_and_record(options, agent, seeds)

    def make_env() -> Any:
        from yendor.envs.make import make

        return make(seeds=seeds, character=options.character, max_steps=options.max_steps)

    game = LiveGame(make_env, agent, begin)
    try:
        game.wind()
        show(game.frames())
        print(game.end)
    finally:  # also when the agent gave up, or was stopped: what it has cost so far
        _print_counts(agent)
    return 0


def _print_counts(agent: Any) -> None:
    from yendor.evaluation.game import own_counts

    for counts in own_counts(agent).values():
        print(counts_text(counts))


def _seeds(spec: str) -> Seeds:
    if spec:
        return seed_list(spec, 1)[0]
    import random

    return Seeds(random.randrange(100_000, 2**31), random.randrange(100_000, 2**31))


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
