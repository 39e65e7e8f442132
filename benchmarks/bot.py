"""The bot over fixed games: strength, soundness, speed, and how well it shadows a game entered in the middle.

    python benchmarks/bot.py                      # 64 games, core=1000+k and disp=2000+k: some three minutes
    python benchmarks/bot.py --quick              # 6 games
    python benchmarks/bot.py --first 1100 --games 128 --out games.jsonl     # games of a tuning run, told one by one

Scores are those at the last observation, as in the Challenge. Speeds count CPU seconds of the env and the bot
together; the peer is the same env driven by uniform random keys in the same run. The peer of the score is
AutoAscend's stored result on the same games (nle 1.3.0, equal seeds).
"""

import argparse
import collections
import json
import random
import statistics
import time
from pathlib import Path
from typing import Any

from yendor.bot.agent import BotAgent
from yendor.envs.make import make
from yendor.launch.jobs import run_jobs
from yendor.nethack.actions import PRAY
from yendor.nethack.prompts import Kind

AUTOASCEND = 7187.5
"""AutoAscend's median score over core=1000+k, disp=2000+k, k=0..63."""
SHADOWED = 8
"""Games of which the second half is shadowed."""


def play(job: tuple[int, int | None], beat: Any) -> dict[str, Any]:
    """Play one game; return its result line, with what helps to see how it came about."""
    core, max_steps = job
    env = make(seeds=(core, core + 1000), max_steps=max_steps)
    agent = BotAgent()
    observation, _ = env.reset()
    steps, over, numbers = 0, False, observation["blstats"].copy()
    turns_by: dict[str, int] = collections.Counter()
    xl_turn: dict[int, int] = {}
    prayers: list[dict[str, float]] = []
    tail: collections.deque[str] = collections.deque(maxlen=40)
    start = time.process_time()
    while not over:
        decision, belief = agent.act(observation), agent.belief
        if decision.action == PRAY and belief.prompt.kind is Kind.COMMAND:
            prayers.append({"turn": int(numbers[20]), "odds": round(belief.prayer_odds(), 3), "hp": int(numbers[10])})
        agent.observe(observation, decision.action)
        tail.append(f"T{numbers[20]} hp{numbers[10]} {decision.label}: {decision.explanation} | {belief.message[:90]}")
        observation, _, terminated, truncated, _ = env.step(decision.action)
        over = terminated or truncated
        steps += 1
        if not over or observation["blstats"][20]:
            turns_by[decision.label] += int(observation["blstats"][20] - numbers[20])
            numbers = observation["blstats"].copy()
            xl_turn.setdefault(int(numbers[18]), int(numbers[20]))
        if steps % 2000 == 0:
            beat(steps=steps, turn=int(numbers[20]), score=int(numbers[9]))
    seconds = time.process_time() - start
    screen = bytes(env.engine.last_observation[env.engine._observation_keys.index("tty_chars")]).decode("latin-1")
    ended = env.end_reason()
    env.close()
    return {
        "core": core, "role": belief.role, "score": int(numbers[9]), "steps": steps, "turns": int(numbers[20]),
        "depth": int(numbers[12]), "xl": int(numbers[18]), "hunger": int(numbers[21]), "ended": ended,
        "faults": agent.faults, "fault": agent.last_fault, "seconds": round(seconds, 3),
        "death": " ".join(screen.split())[80:180], "turns_by": dict(turns_by), "xl_turn": xl_turn,
        "prayers": prayers, "tail": list(tail),
    }  # fmt: skip


def shadow(job: tuple[int, int], beat: Any) -> dict[str, Any]:
    """Replay a game from its seeds; from the middle on, ask a newcomer for each key before it is shown."""
    core, length = job
    env = make(seeds=(core, core + 1000))
    player, newcomer = BotAgent(), BotAgent()
    observation, _ = env.reset()
    named = 0
    for step in range(length):
        decision = player.act(observation)
        if step >= length // 2:
            named += newcomer.act(observation).action == decision.action
            newcomer.observe(observation, decision.action)
        player.observe(observation, decision.action)
        observation, _, terminated, truncated, _ = env.step(decision.action)
        if terminated or truncated:
            break
        if step % 2000 == 0:
            beat(steps=step)
    env.close()
    return {"core": core, "asked": step + 1 - length // 2, "named": named}


def env_speed(core: int, steps: int = 4000) -> float:
    """Return the env's own steps per CPU second, uniform random keys."""
    env = make(seeds=(core, core + 1000))
    env.reset()
    keys = random.Random(core)
    start = time.process_time()
    for _ in range(steps):
        _, _, terminated, truncated, _ = env.step(keys.randrange(121))
        if terminated or truncated:
            env.reset()
    speed = steps / (time.process_time() - start)
    env.close()
    return speed


def run(work: Any, jobs: list[Any], workers: int) -> tuple[list[dict[str, Any]], int]:
    """Run the jobs; return their results and how many failed."""
    lines, failed = [], 0
    for outcome in run_jobs(work, jobs, workers=workers, hang_s=240.0):
        if outcome.result is None:
            print(outcome.job, outcome.failure, outcome.detail)
            failed += 1
        else:
            lines.append(outcome.result)
    return lines, failed


def report(lines: list[dict[str, Any]]) -> None:
    """Print the games, worst first, and where their turns went."""
    for line in sorted(lines, key=lambda line: line["score"]):
        told = ("core", "role", "score", "steps", "turns", "depth", "xl", "hunger", "ended")
        print("  ".join(f"{key} {line[key]}" for key in told), " ", line["death"], line["fault"])
    spent: collections.Counter[str] = collections.Counter()
    for line in lines:
        spent.update(line["turns_by"])
    turns = sum(line["turns"] for line in lines)
    print("turns by strategy:", ", ".join(f"{label} {n / turns:.1%}" for label, n in spent.most_common(10)))


def claim(text: str, value: float, target: str, holds: bool | None, peer: float | None = None) -> None:
    """Print one claim as a line of JSON."""
    ratio = round(value / peer, 3) if peer else None
    print(json.dumps({"claim": text, "value": value, "peer": peer, "ratio": ratio, "target": target, "holds": holds}))


def main() -> None:
    """Play the games, shadow some of them, and print the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=64)
    parser.add_argument("--first", type=int, default=1000, help="core seed of the first game")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--max-steps", type=int, default=None)
    parser.add_argument("--out", type=Path, default=None, help="file for one line of JSON per game")
    parser.add_argument("--quick", action="store_true", help="6 games, 2 of them shadowed")
    options = parser.parse_args()
    games, shadowed = (6, 2) if options.quick else (options.games, SHADOWED)
    cores = range(options.first, options.first + games)
    lines, failed = run(play, [(core, options.max_steps) for core in cores], options.workers)
    if options.out:
        options.out.write_text("".join(json.dumps(line) + "\n" for line in sorted(lines, key=lambda g: g["core"])))
    report(lines)
    shadows, lost = run(shadow, [(g["core"], g["steps"]) for g in sorted(lines, key=lambda g: g["core"])[:shadowed]],
                        options.workers)  # fmt: skip
    median = statistics.median(line["score"] for line in lines)
    same = (options.first, games) == (1000, 64)
    enough = median >= 1500 if games >= 64 else None  # fewer games settle nothing
    claim(f"median score over {games} games", median, ">= 1500", enough, AUTOASCEND if same else None)
    faults = failed + lost + sum(line["faults"] for line in lines)
    claim("crashes and caught faults", faults, "0", faults == 0)
    stuck = sum(line["ended"] == "no_progress" for line in lines)
    claim("games ended by no_progress", stuck, "0", stuck == 0)
    bare = statistics.median(env_speed(core) for core in list(cores)[:5])
    for what, least in (("steps", 3000), ("turns", 2000)):
        speed = statistics.median(line[what] / line["seconds"] for line in lines)
        claim(f"{what} per CPU second, env included, median of games", round(speed), f">= {least}", speed >= least,
              round(bare) if what == "steps" else None)  # fmt: skip
    share = sum(s["named"] for s in shadows) / sum(s["asked"] for s in shadows)
    claim(f"keys named when shadowing {len(shadows)} games from the middle", round(share, 4), ">= 0.95", share >= 0.95)


if __name__ == "__main__":
    main()
