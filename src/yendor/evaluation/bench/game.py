"""Play one game with the bot and keep what helps to see how it came about."""

import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from yendor.belief.belief import Belief
from yendor.bot.agent import BotAgent
from yendor.core.seeds import Seeds
from yendor.envs.make import YendorEnv, make
from yendor.evaluation.bench.death import death_class
from yendor.evaluation.bench.hazard import Spent
from yendor.evaluation.game import read_game_log
from yendor.nethack.actions import PRAY
from yendor.nethack.bottomline import Hero, Hunger, read_welcome
from yendor.nethack.prompts import Kind, read_message

FORMAT = 1
MILESTONES: tuple[int, ...] = (500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
"""Turns at which score, XL, depth and hit points are kept."""
_TAIL = 30
"""Decisions kept of a game's end."""
_HEARD = ("shimmering light", "hopeful feeling", "You feel much better", "stomach feels content", "well-pleased")
_UNHEARD = ("displeased", "Thou ", "lightning", "black glow", "You feel guilty", "is angry", "is ticked off")


def play(seeds: Seeds, max_steps: int | None = None, beat: Callable[..., None] | None = None) -> dict[str, Any]:
    """Play one game and return its result line.

    Args:
        seeds: The game.
        max_steps: Its limit of steps; None is the Challenge's.
        beat: Told `steps`, `turn` and `score` now and then.

    Returns:
        The line as docs/09-improving-the-bot.md describes it. `score` and the other numbers of the bottom line are
        those of the last observation that shows one. An exception of the bot's ends the game as `crash`.
    """
    env = make(seeds=seeds, max_steps=max_steps)
    try:
        return {"format": FORMAT, "core": seeds.core, "disp": seeds.disp, "max_steps": max_steps} | _play(env, beat)
    finally:
        env.close()


def _play(env: YendorEnv, beat: Callable[..., None] | None) -> dict[str, Any]:
    agent = BotAgent()
    observation, _ = env.reset()
    welcome = read_welcome(read_message(observation)) or ""
    course = Course(Hero(*observation["blstats"].tolist()))
    prayers, spent = Prayers(), Spent()
    steps, ended, crash = 0, "", ""
    start = time.process_time()
    while not ended:
        try:
            decision = agent.act(observation)
            belief = agent.belief
            prayers.see(belief, decision.action)
            spent.see(belief)
            agent.observe(observation, decision.action)
        except Exception as error:  # the game counts with the score it had, and the crash as a fault
            ended, crash = "crash", f"{type(error).__name__}: {error}"
            break
        course.decide(decision.label, decision.explanation, belief.message)
        observation, _, terminated, truncated, _ = env.step(decision.action)
        steps += 1
        course.see(observation["blstats"].tolist())
        if terminated or truncated:
            ended = env.end_reason() or "death"
        if beat is not None and steps % 1000 == 0:
            beat(steps=steps, turn=course.hero.turn, score=course.hero.score)
    seconds = time.process_time() - start
    log = read_game_log(env)
    line = _numbers(course) | {
        "character": log.get("character") or welcome or agent.belief.role,
        "role": agent.belief.role or welcome[:3],
        "steps": steps,
        "ended": ended,
        "death": log["death"] if ended == "death" else "",
        "death_while": (log["death_while"] or "") if ended == "death" else "",
        "faults": agent.faults + bool(crash),
        "fault": crash or agent.last_fault,
        "seconds": round(seconds, 3),
        "prayers": prayers.all,
        "spent": spent.by,
        "before_end": spent.last(),
        "tail": list(course.tail),
    }
    messages = [told.rpartition(" | ")[2] for told in line["tail"]]
    line["class"] = death_class(line["death"], line["death_while"], line["hunger"], ended, messages)
    return line


def _numbers(course: "Course") -> dict[str, Any]:
    hero = course.hero
    return {
        "score": hero.score, "turns": hero.turn, "depth": hero.depth, "deepest": max(course.depth_turn),
        "xl": hero.xl, "hp": hero.hp, "max_hp": hero.max_hp, "ac": hero.ac, "gold": hero.gold,
        "hunger": hero.hunger, "ever_fainted": course.ever_fainted,
        "dungeons": course.dungeons, "dungeon_turn": course.dungeon_turn,
        "steps_by": dict(course.steps_by), "turns_by": dict(course.turns_by),
        "xl_turn": course.xl_turn, "depth_turn": course.depth_turn, "milestones": course.milestones,
    }  # fmt: skip


class Course:
    """How a game went: numbers of its bottom line over time, and what its steps and turns were spent on.

    Attributes:
        hero: The last bottom line that was shown.
        steps_by, turns_by: Steps and turns by strategy label.
        xl_turn, depth_turn: Turn at which each experience level and each new deepest depth was reached.
        dungeons: Deepest depth by NetHack's dungeon number (0 Doom, 1 Gehennom, 2 Mines, 3 Quest, 4 Sokoban, ...).
        dungeon_turn: Turn at which each was entered first.
        milestones: By turn of `MILESTONES`: score, XL, deepest depth, maximal hit points.
        ever_fainted: The bottom line showed Fainting, Fainted or Starved at some time.
        tail: The last decisions, a line of text each.
    """

    def __init__(self, hero: Hero) -> None:
        self.hero = hero
        self.steps_by: Counter[str] = Counter()
        self.turns_by: Counter[str] = Counter()
        self.xl_turn: dict[int, int] = {hero.xl: hero.turn}
        self.depth_turn: dict[int, int] = {hero.depth: hero.turn}
        self.dungeons: dict[int, int] = {hero.dungeon: hero.depth}
        self.dungeon_turn: dict[int, int] = {hero.dungeon: hero.turn}
        self.milestones: dict[int, list[int]] = {}
        self.ever_fainted = False
        self.tail: deque[str] = deque(maxlen=_TAIL)
        self._label = ""
        self._ahead = deque(MILESTONES)

    def decide(self, label: str, explanation: str, message: str) -> None:
        """Take in a decision, made on the bottom line that was seen last."""
        self._label = label
        self.steps_by[label] += 1
        self.tail.append(f"T{self.hero.turn} hp{self.hero.hp} {label}: {explanation} | {message[:90]}")

    def see(self, numbers: list[int]) -> None:
        """Take in the bottom line after the decision; after the end it is all zeros, and is left out."""
        now, before = Hero(*numbers), self.hero
        if not now.max_hp:
            return
        self.hero = now
        if now.turn != before.turn:
            self.turns_by[self._label] += now.turn - before.turn
        if now.hunger >= Hunger.FAINTING:
            self.ever_fainted = True
        if now.xl != before.xl:
            self.xl_turn.setdefault(now.xl, now.turn)
        if now.depth != before.depth or now.dungeon != before.dungeon:
            self.dungeon_turn.setdefault(now.dungeon, now.turn)
            self.dungeons[now.dungeon] = max(self.dungeons.get(now.dungeon, 0), now.depth)
            if now.depth > max(self.depth_turn):
                self.depth_turn[now.depth] = now.turn
        self._pass(now)

    def _pass(self, now: Hero) -> None:
        while self._ahead and self._ahead[0] <= now.turn:
            self.milestones[self._ahead.popleft()] = [now.score, now.xl, max(self.depth_turn), now.max_hp]


class Prayers:
    """Watches the bot's prayers: when, at which odds, and whether the messages tell that a god listened."""

    def __init__(self) -> None:
        self.all: list[dict[str, Any]] = []
        self._said: list[str] = []
        self._praying = False

    def see(self, belief: Belief, action: int) -> None:
        """Take in an observation, as the bot has read it, and the key it answers with."""
        asked = belief.prompt.kind is not Kind.COMMAND
        if self._praying:
            self._said.append(belief.message)
            self.all[-1]["heard"] = heard(" ".join(self._said))
            self._praying = asked
        if action == PRAY and not asked:
            hero = belief.hero
            odds = round(float(belief.prayer_odds()), 3)
            prayer = {"turn": hero.turn, "odds": odds, "hp": hero.hp, "max_hp": hero.max_hp, "hunger": hero.hunger}
            self.all.append(prayer | {"heard": None})
            self._said, self._praying = [], True


def heard(messages: str) -> bool | None:
    """Tell from the messages of a prayer whether it was heard; None when they do not say."""
    if any(word in messages for word in _HEARD):
        return True
    return False if any(word in messages for word in _UNHEARD) else None
