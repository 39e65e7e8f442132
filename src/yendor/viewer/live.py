"""A game that is being played, as frames to show: from any moment on, with what the player believes."""

from collections.abc import Callable, Iterator

from yendor.belief.belief import Belief
from yendor.core.agent import Agent, Decision, Observation
from yendor.envs.make import YendorEnv
from yendor.evaluation.game import read_game_log
from yendor.launch.progress import Progress
from yendor.nethack.actions import name_of
from yendor.nethack.bottomline import Hero, read_hero
from yendor.nethack.monsters import monster
from yendor.nethack.prompts import read_message
from yendor.viewer.moment import Moment
from yendor.viewer.terminal import Shown

_NEAR = 4
"""Creatures named."""
_TOLD = 500
"""Steps between two signs of life while nothing is shown."""


class LiveGame:
    """Plays one game, silently up to a moment and from there a frame at a time.

        game = LiveGame(make_env, agent, read_moment("death-100"))
        game.wind()
        watch(game.frames())
        print(game.end)

    Where the moment is told from the end, the game is played twice, first to know when it ends: equal seeds, and an
    agent whose chances follow from its own seed, give the same game.

    Attributes:
        end: How the game ended, in a line; says so when it was left.
    """

    def __init__(self, make_env: Callable[[], YendorEnv], agent: Agent, begin: Moment) -> None:
        self.make_env, self.agent, self.begin = make_env, agent, begin
        self.end = "left"
        self._foreseen: tuple[int, int] | None = None
        """Step and turn at which the game ended when it was played silently."""

    def wind(self) -> None:
        """Play silently up to the moment; a game that ends before it is played out."""
        if self.begin.needs_end:
            with Progress("to the end, silently", None, "steps") as bar:
                self._start()
                self._go_on(bar, lambda: False)
                self._foreseen = self._step, self._hero.turn
                self._env.close()
        last_turn = self._foreseen[1] if self._foreseen else 0
        with Progress("up to the moment, silently", None, "steps") as bar:
            self._start()
            self._go_on(bar, lambda: self.begin.reached(self._step, self._hero.turn, last_turn))

    def frames(self) -> Iterator[Shown]:
        """Play on, and yield a frame before each key: the agent has decided, and not yet pressed."""
        while self._env.end_reason() is None:
            decision = self.agent.act(self._observation)
            yield self._frame(self._observation, self._hero, self._step, decision)
            self._press(decision.action)
        self.end = self._last_words()
        self._env.close()

    def _start(self) -> None:
        self._env = self.make_env()
        self._observation, _ = self._env.reset()
        self.agent.reset(self._env.seeds.core if self._env.seeds else 0)
        self._step, self._hero = 0, read_hero(self._observation)

    def _press(self, action: int) -> None:
        self.agent.observe(self._observation, action)
        self._observation, *_ = self._env.step(action)
        self._step += 1
        now = read_hero(self._observation)
        self._hero = now if now.max_hp else self._hero  # after the end the bottom line is all zeros

    def _go_on(self, bar: Progress, reached: Callable[[], bool]) -> None:
        while self._env.end_reason() is None and not reached():
            self._press(self.agent.act(self._observation).action)
            if self._step % _TOLD == 0:
                bar.advance(_TOLD)
                bar.show(turn=self._hero.turn, score=self._hero.score)

    def _last_words(self) -> str:
        reason, hero = self._env.end_reason(), self._hero
        words = f"{reason} after {self._step:,} steps, turn {hero.turn:,}: {hero.score:,} points"
        log = read_game_log(self._env)
        if reason == "death" and log["death"]:
            words += f"; {log['death']}" + (f", while {log['death_while']}" if log["death_while"] else "")
        if self._foreseen not in (None, (self._step, hero.turn)):
            words += f"\nnot the same game twice: silently it ended after {self._foreseen[0]:,} steps"
        return words

    def _frame(self, observation: Observation, hero: Hero, step: int, decision: Decision) -> Shown:
        belief = getattr(self.agent, "belief", None)
        return Shown(
            observation["tty_chars"],
            observation["tty_colors"],
            observation["tty_cursor"],
            step,
            name_of(decision.action),
            decision.label,
            decision.explanation,
            hero,
            read_message(observation),
            describe(belief) if isinstance(belief, Belief) else "",
        )


def describe(belief: Belief) -> str:
    """Say in a line what a player believes: the odds of a prayer, where it is, and who is near."""
    hero = belief.hero
    words = [f"prayer {belief.prayer_odds():.0%}"]
    if belief.prayed is not None:
        words.append(f"last in T{belief.prayed}")
    words.append(f"level {hero.dungeon}/{hero.level} of {len(belief.levels)} known, AC {hero.ac}, XL {hero.xl}")
    if belief.hidden_on_elbereth():
        words.append("on Elbereth")
    near = [f"{_name(c.species)}{_KINDS.get(c.kind, '')} {c.distance}" for c in belief.creatures[:_NEAR]]
    words.append("sees " + (", ".join(near) if near else "nobody"))
    return "; ".join(words)


_KINDS = {"peaceful": " (peaceful)", "pet": " (pet)"}


def _name(species: int) -> str:
    return monster(species).name if species >= 0 else "something unseen"
