"""Why prayers were not heard: games of a version played again up to them, with the game's own numbers beside."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from yendor.bot.agent import BotAgent
from yendor.core.seeds import Seeds
from yendor.envs.make import make
from yendor.evaluation.bench.truth import Truth, find
from yendor.nethack.bottomline import Hero

_GREAT_TROUBLE = 200


class Unheard(NamedTuple):
    """A prayer that was not heard, and what had been so.

    Attributes:
        seeds: The game.
        turn: Its game turn.
        odds: What the bot thought of it.
        truth: The game's numbers when it was said; None when the game played again took another course.
        deeds: What cost Luck, or alignment down to less than none, before it: (turn, numbers then, message).
    """

    seeds: Seeds
    turn: int
    odds: float
    truth: Truth | None
    deeds: list[tuple[int, Truth, str]]

    @property
    def cause(self) -> str:
        """Say in a word why no god heard it (pray.c)."""
        if self.truth is None:
            return "another course"
        if self.truth.anger:
            return "anger"
        if self.truth.timeout > _GREAT_TROUBLE:
            return "too soon"
        return "Luck" if self.truth.luck < 0 else "alignment" if self.truth.alignment < 0 else "unknown"


def unheard(lines: Iterable[dict[str, Any]], odds: float = 0.0) -> list[tuple[Seeds, int, float]]:
    """List the first unheard prayer of each game of result lines: seeds, turn, odds; those at lower odds left out."""
    found = []
    for line in lines:
        first = next((prayer for prayer in line["prayers"] if prayer["heard"] is False), None)
        if first is not None and first["odds"] >= odds:
            found.append((Seeds(line["core"], line["disp"]), first["turn"], first["odds"]))
    return sorted(found, key=lambda one: one[1])


def explain(seeds: Seeds, turn: int, odds: float) -> Unheard:
    """Play a game again, with the bot of this source, up to a prayer, and watch the numbers that nobody is shown."""
    env = make(seeds=seeds)
    try:
        agent, memory, before = BotAgent(), None, None
        deeds: list[tuple[int, Truth, str]] = []
        observation, _ = env.reset()
        while True:
            decision = agent.act(observation)
            agent.observe(observation, decision.action)
            hero = Hero(*observation["blstats"].tolist())
            if memory is None and hero.turn > 1:
                memory = find(hero)
            truth = memory.read() if memory is not None else None
            if decision.label == "survive/pray" and hero.turn == turn:
                return Unheard(seeds, turn, odds, truth, deeds)
            if truth is not None and before is not None and _worse(before, truth):
                deeds.append((hero.turn, truth, agent.belief.message))
            before = truth
            observation, _, terminated, truncated, _ = env.step(decision.action)
            if terminated or truncated or hero.turn > turn:
                return Unheard(seeds, turn, odds, None, deeds)
    finally:
        env.close()


def _worse(before: Truth, now: Truth) -> bool:
    return now.luck < before.luck or now.alignment < 0 <= before.alignment
