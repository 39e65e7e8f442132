"""Sokoban in the real game: the bot is put at its entrance and shall solve all eight maps.

    python benchmarks/sokoban.py                 # 32 games: some three minutes
    python benchmarks/sokoban.py --quick         # 4 games, which meet all maps: under a minute
    python benchmarks/sokoban.py --first 50 --games 4 --verbose     # and tell how the unsolved ones ended

NetHack's debug mode brings a Valkyrie of experience level 14 with ten daggers to the entry level's stairs (level
teleport, then a controlled teleport); from there on the bot plays the keys of any player, and climbs. The variants of
the four levels are the seed's. Half of the games are calm: no monsters are born, only those that come with the levels
are met, and the hero does not die (debug mode asks). The others are ordinary, and end with the hero.
"""

import argparse
import collections
import json
import re
import statistics
import time
from typing import Any

from nle import nethack
from nle.env import base

from yendor.belief.belief import Belief
from yendor.bot.agent import BotAgent
from yendor.bot.aims import PILGRIM_XL
from yendor.bot.sokoban.progress import next_task
from yendor.bot.sokoban.sight import look
from yendor.bot.state import State
from yendor.bot.strategies import sokoban
from yendor.core.agent import Observation
from yendor.envs.make import OBSERVATION_KEYS
from yendor.launch.jobs import run_jobs
from yendor.nethack.prompts import Kind
from yendor.nethack.sokoban import maps

LEVEL_TELEPORT, TELEPORT, WISH, CR, ESC = 22, 20, 23, 13, 27
"""Key codes: control-V, control-T, control-W; carriage return, escape."""
LEVEL = PILGRIM_XL
"""The hero's experience level: that with which the bot sets out for Sokoban."""
LIMIT, LATE, AWAY, HOPELESS = 12_000, 1500, 100, 60
"""Steps of a game, after the last puzzle was solved, outside Sokoban, and without a way to go on."""
QUICK = (5, 8)
"""Seeds of two games that meet all eight maps."""
TOPS = ("soko1-1", "soko1-2")


class Game:
    """A game in debug mode, driven by key codes until it is the bot's turn."""

    def __init__(self, core: int, calm: bool) -> None:
        self.env = base.NLE(
            wizard=True, savedir=None, observation_keys=OBSERVATION_KEYS, actions=nethack.ACTIONS,
            allow_all_yn_questions=True, allow_all_modes=True, max_episode_steps=10**7, spawn_monsters=not calm,
            options=(*nethack.NETHACKOPTIONS, "role:Valkyrie", "race:human"), fix_moon_phase=True,
        )  # fmt: skip
        self.env.seed(core, core + 1000, reseed=False)
        self.env.reset()

    def keys(self, *keys: int | str) -> Observation:
        """Press keys, each a code or a text."""
        for text in keys:
            for key in [text] if isinstance(text, int) else text.encode():
                self.env.nethack.step(key)
        return self.see()

    def see(self) -> Observation:
        """Return the observation."""
        found: Observation = self.env._get_observation(self.env.last_observation)
        return found

    def settle(self) -> None:
        """Read on."""
        while self.see()["misc"][2]:
            self.keys(CR)

    def screen(self) -> str:
        """Return the terminal as text."""
        return "\n".join(bytes(row).decode("latin-1").rstrip() for row in self.see()["tty_chars"])

    def enter(self, number: int = 4) -> Observation:
        """Arm the hero, and bring it to the stairs down of one of Sokoban's levels (4 is the entry)."""
        self.keys(f"#levelchange\r{LEVEL}\r")
        self.settle()
        self.keys(WISH, "10 blessed daggers\r")
        self.settle()
        self.keys(LEVEL_TELEPORT, "?\r")
        while (found := re.search(rf"^ (\S) -  .soko{number}:", self.screen(), re.MULTILINE)) is None:
            self.keys(">")
        self.keys(found[1])
        self.settle()
        self.keys(TELEPORT, ">.")
        self.settle()
        return self.keys(ESC)


def note(met: dict[str, dict[str, int]], belief: Belief) -> None:
    """Note which map this is and how many of its traps are open; the same of the level below.

    A level once solved stays so, whoever digs holes there afterwards.
    """
    if belief.hero.dungeon != sokoban.SOKOBAN or belief.prompt.kind is not Kind.COMMAND:
        return
    for number in (belief.hero.level, belief.hero.level + 1):
        level = belief.levels.get((sokoban.SOKOBAN, number))
        sight = look(level, belief.square) if level is not None else None
        if level is None or sight is None:
            continue
        told = met.setdefault(sight.map.name, {"open": 99, "turns": 0})
        traps = len(next_task(sight).position.traps)
        if told["open"] and traps != told["open"]:
            told.update(open=traps, turns=belief.hero.turn - level.first_turn)


def play(job: tuple[int, bool], beat: Any) -> dict[str, Any]:
    """Play one game from the entry level on; tell which maps were met and what became of them."""
    core, calm = job
    game, agent = Game(core, calm), BotAgent()
    observation = game.enter()
    met: dict[str, dict[str, int]] = {}
    steps = deaths = hopeless = away = late = 0
    tail: collections.deque[str] = collections.deque(maxlen=40)
    start = time.process_time()
    end = "out of time"
    while steps < LIMIT and late < LATE and away < AWAY:
        decision, belief, state = agent.act(observation), agent.belief, State(agent.belief)
        if "Die?" in belief.message and belief.prompt.kind is Kind.YES_NO:
            deaths += 1
            if not calm:
                end = "died"
                break
        if steps % 10 == 0:
            note(met, belief)
            hopeless = hopeless + 10 if belief.prompt.kind is Kind.COMMAND and sokoban.given_up(state) else 0
            beat(steps=steps)
        if hopeless >= HOPELESS or sokoban.finished(state):
            end = "given up" if hopeless else "prize fetched"
            break
        away = away + 1 if belief.hero.dungeon != sokoban.SOKOBAN else 0
        late = late + 1 if any(top in met and met[top]["open"] == 0 for top in TOPS) else 0
        tail.append(f"T{belief.hero.turn} {belief.key} {belief.square} {decision.label}: {decision.explanation}")
        agent.observe(observation, decision.action)
        observation, _, terminated, truncated, _ = game.env.step(decision.action)
        steps += 1
        if terminated or truncated:
            break
    end = "left" if away >= AWAY else end
    seconds = time.process_time() - start
    note(met, agent.belief)
    screen = game.screen()
    game.env.close()
    return {
        "core": core, "calm": calm, "met": met, "end": end, "deaths": deaths, "steps": steps, "seconds": seconds,
        "faults": agent.faults, "fault": agent.last_fault, "tail": [*tail, screen],
    }  # fmt: skip


def tell(line: dict[str, Any], verbose: bool) -> None:
    """Print a game."""
    met = line["met"].items()
    told = ", ".join(
        f"{name} {'solved' if m['open'] == 0 else str(m['open']) + ' open'} T{m['turns']}" for name, m in met
    )
    kind = "calm" if line["calm"] else "ordinary"
    print(
        f"core {line['core']} ({kind}): {told}; {line['end']}, {line['steps']} steps, {line['deaths']} deaths",
        line["fault"],
    )
    if verbose and any(m["open"] for _, m in met):
        print("    " + "\n    ".join(line["tail"]))


def claim(text: str, value: float, target: str, holds: bool | None) -> None:
    """Print one claim as a line of JSON."""
    print(json.dumps({"claim": text, "value": value, "peer": None, "ratio": None, "target": target, "holds": holds}))


def report(lines: list[dict[str, Any]], failed: int) -> None:
    """Print what became of each map, and the claims."""
    for level in maps():
        met = [line["met"][level.name] for line in lines if level.name in line["met"]]
        turns = [m["turns"] for m in met if m["open"] == 0]
        median = f"{statistics.median(turns):.0f} turns" if turns else "never"
        print(f"{level.name}: met {len(met)}, solved {len(turns)}, {median}")
    met_names = {name for line in lines for name in line["met"]}
    solved_names = {name for line in lines for name, m in line["met"].items() if m["open"] == 0}
    claim("maps of Sokoban solved in the real game", len(solved_names), f"the {len(met_names)} met",
          solved_names == met_names)  # fmt: skip
    for calm, least in ((True, 0.95), (False, 0.8)):
        games = [line for line in lines if line["calm"] is calm]
        # Where the hero died, the last level says nothing about the strategy.
        levels = [
            m["open"] == 0
            for line in games
            for i, m in enumerate(line["met"].values())
            if line["end"] != "died" or i < len(line["met"]) - 1
        ]
        share = sum(levels) / max(len(levels), 1)
        holds = share >= least if len(levels) >= 20 or calm else None  # fewer settle nothing
        kind = "calm" if calm else "ordinary"
        claim(f"share of {len(levels)} levels in {len(games)} {kind} games solved, the hero's death apart",
              round(share, 3), f">= {least}", holds)  # fmt: skip
    faults = failed + sum(line["faults"] for line in lines)
    claim("crashes and caught faults", faults, "0", faults == 0)


def main() -> None:
    """Play the games, tell the maps, print the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=32)
    parser.add_argument("--first", type=int, default=1, help="core seed of the first game")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="4 games")
    parser.add_argument("--verbose", action="store_true", help="the last steps of games with an unsolved level")
    options = parser.parse_args()
    lines: list[dict[str, Any]] = []
    failed = 0
    cores = QUICK if options.quick else range(options.first, options.first + options.games // 2)
    jobs = [(core, calm) for core in cores for calm in (True, False)]
    for outcome in run_jobs(play, jobs, workers=options.workers, hang_s=240.0):
        if outcome.result is None:
            print(outcome.job, outcome.failure, outcome.detail)
            failed += 1
        else:
            lines.append(outcome.result)
            tell(outcome.result, options.verbose)
    report(lines, failed)


if __name__ == "__main__":
    main()
