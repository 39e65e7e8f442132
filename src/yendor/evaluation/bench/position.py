"""Positions of games in progress, and what the bot should decide there.

A position is not the engine's memory, which cannot be kept, but the way to it: the seeds and the keys pressed. The
keys are pressed again while the bot looks on, as it does when it shadows another player, and then it is asked. So a
position stays the same however the bot changes.
"""

import hashlib
import json
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from yendor.bot.agent import BotAgent
from yendor.core.agent import Decision, Observation
from yendor.core.config import write_text
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds, refuse_withheld
from yendor.envs.make import NETHACK_VERSION, YendorEnv, make
from yendor.evaluation.bench.expectation import Expectation, read_expectation
from yendor.nethack.actions import KEYS, has_key, index_of
from yendor.nethack.bottomline import read_hero

FORMAT = 1


@dataclass(frozen=True)
class Position:
    """A moment of a game, and what is expected there.

    Attributes:
        seeds: The game.
        keys: The key codes pressed up to the moment.
        expect: What the decision must be, in the words of `expectation.read_expectation`; all of them hold.
        why: The reason, in one line.
        screen: Digest of the terminal at the moment, by which another game is noticed.
        machine: Processor architecture; the same seeds play other games on another one.
        nethack: NetHack's version.
    """

    seeds: Seeds
    keys: tuple[int, ...]
    expect: tuple[str, ...]
    why: str
    screen: str = ""
    machine: str = ""
    nethack: str = NETHACK_VERSION


class Verdict(NamedTuple):
    """What the bot decides in a position.

    Attributes:
        decision: Its answer.
        turn: The game's clock.
        unmet: The expectations that it does not meet.
    """

    decision: Decision
    turn: int
    unmet: tuple[str, ...]


def make_position(seeds: Seeds, step: int, expect: Sequence[str], why: str) -> tuple[Position, Verdict]:
    """Play the bot's game up to a step, and make a position of it.

    Args:
        seeds: The game; withheld ones are refused.
        step: Keys pressed before; `yendor play --plain` numbers them so.
        expect: What the decision should be, which need not be so yet.
        why: The reason, in one line.

    Raises:
        YendorError: A malformed expectation; the game is over before; withheld seeds.
    """
    refuse_withheld([seeds], "a position that the bot is tuned on")
    if step < 0:
        raise YendorError(f"step {step}", "Count keys from 0: `yendor play --plain` numbers them.")
    wanted = [read_expectation(text) for text in expect]
    with _game(seeds) as (env, observation):
        agent = BotAgent()
        keys = []
        for done in range(step):
            action = agent.act(observation).action
            agent.observe(observation, action)
            keys.append(KEYS[action])
            observation, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                raise YendorError(f"the game {seeds.core}:{seeds.disp} is over after {done + 1} steps", "Go less far.")
        verdict = _ask(agent, observation, wanted)
        position = Position(seeds, tuple(keys), tuple(expect), why, _digest(observation), platform.machine())
    return position, verdict


def judge(position: Position) -> Verdict:
    """Lead the bot to a position as one who looks on, and ask it.

    Raises:
        YendorError: The keys lead to another screen than the position was made with.
    """
    wanted = [read_expectation(text) for text in position.expect]
    with _game(position.seeds) as (env, observation):
        agent = BotAgent()
        for key in position.keys:
            action = index_of(key)
            agent.observe(observation, action)
            observation, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                raise _other_game(position)
        if position.screen and position.screen != _digest(observation):
            raise _other_game(position)
        return _ask(agent, observation, wanted)


def playable(position: Position) -> bool:
    """Tell whether its game is the same here: seeds play other games on another architecture or NetHack."""
    return position.machine in ("", platform.machine()) and position.nethack == NETHACK_VERSION


def write_position(path: Path, position: Position) -> None:
    """Write a position as JSON, its keys as NetHack's characters."""
    plain = {
        "format": FORMAT,
        "why": position.why,
        "expect": list(position.expect),
        "seeds": list(position.seeds),
        "keys": "".join(map(chr, position.keys)),
        "screen": position.screen,
        "machine": position.machine,
        "nethack": position.nethack,
    }
    write_text(path, json.dumps(plain, indent=1) + "\n")


def read_position(path: Path) -> Position:
    """Read a position.

    Raises:
        YendorError: The file is missing, is none, or was written by a newer Yendor.
    """
    try:
        plain = json.loads(path.read_text())
        if plain["format"] > FORMAT:
            raise YendorError(f"{path} is a position of format {plain['format']}", "Update Yendor to read it.")
        keys = tuple(map(ord, plain["keys"]))
        position = Position(
            Seeds(*map(int, plain["seeds"])), keys, tuple(map(str, plain["expect"])), str(plain["why"]),
            str(plain["screen"]), str(plain["machine"]), str(plain["nethack"]),
        )  # fmt: skip
    except OSError as error:
        raise YendorError(f"cannot read {path}: {error.strerror}", "Make one with `yendor bench position`.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise YendorError(
            f"{path} is no position: {type(error).__name__} {error}", "Make one with `yendor bench position`."
        ) from error
    unknown = [key for key in keys if not has_key(key)]
    if unknown:
        raise YendorError(f"{path}: no action presses the key {unknown[0]}", "Keys are NetHack's characters.")
    for text in position.expect:
        read_expectation(text)
    return position


def positions_in(places: Sequence[Path]) -> list[Path]:
    """List the position files named, and those in the folders named.

    Raises:
        YendorError: There is none.
    """
    found = [path for place in places for path in (sorted(place.glob("*.json")) if place.is_dir() else [place])]
    if not found:
        raise YendorError(f"no position in {', '.join(map(str, places)) or 'no place'}", "Positions are .json files.")
    return found


@contextmanager
def _game(seeds: Seeds) -> Iterator[tuple[YendorEnv, Observation]]:
    env = make(seeds=seeds)
    try:
        yield env, env.reset()[0]
    finally:
        env.close()


def _ask(agent: BotAgent, observation: Observation, wanted: Sequence[Expectation]) -> Verdict:
    decision = agent.act(observation)
    unmet = tuple(e.text for e in wanted if not e.met(decision, agent.belief))
    return Verdict(decision, read_hero(observation).turn, unmet)


def _digest(observation: Observation) -> str:
    return hashlib.sha256(observation["tty_chars"].tobytes()).hexdigest()[:16]


def _other_game(position: Position) -> YendorError:
    core, disp = position.seeds
    return YendorError(
        f"the keys of the position lead to another screen in the game {core}:{disp}",
        f"It was made on {position.machine or '?'} with NetHack {position.nethack}; make it anew.",
    )
