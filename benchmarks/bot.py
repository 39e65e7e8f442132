"""The bot over fixed games: score, ends, faults, and speed in CPU seconds, the env included.

    python benchmarks/bot.py --games 64 --workers 2 --out /tmp/bot.jsonl
"""

import argparse
import collections
import json
import statistics
import time
from pathlib import Path
from typing import Any

from yendor.envs.make import make
from yendor.launch.jobs import run_jobs
from yendor.nethack.actions import PRAY


def play(job: tuple[int, int], beat: Any) -> dict[str, Any]:
    """Play one game; return its result line."""
    from yendor.bot.agent import BotAgent

    core, max_steps = job
    env = make(seeds=(core, core + 1000), max_steps=max_steps)
    agent = BotAgent()
    agent.reset(0)
    observation, _ = env.reset()
    steps, over, labels = 0, False, collections.Counter[str]()
    turns_by: dict[str, int] = collections.Counter()
    start = time.process_time()
    numbers = observation["blstats"].copy()
    tail: collections.deque[str] = collections.deque(maxlen=40)
    xl_turn: dict[int, int] = {}
    prayers: list[list[float]] = []
    while not over:
        decision = agent.act(observation)
        agent.observe(observation, decision.action)
        labels[decision.label] += 1
        if decision.action == PRAY and agent.belief.prompt.kind.name == "COMMAND":
            prayers.append([int(numbers[20]), round(agent.belief.prayer_odds(), 2), int(numbers[21]), int(numbers[10]), 1])
        if prayers and agent.belief.forsaken > numbers[20]:
            prayers[-1][-1] = 0
        told = agent.belief.message[:90]
        tail.append(f"T{numbers[20]} hp{numbers[10]} {decision.label}: {decision.explanation} | {told}")
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
    line = bytes(env.engine.last_observation[env.engine._observation_keys.index("tty_chars")]).decode("latin-1")
    return {
        "core": core, "role": agent.belief.role, "race": agent.belief.race, "score": int(numbers[9]), "steps": steps,
        "turns": int(numbers[20]), "depth": int(numbers[12]), "dungeon": int(numbers[23]), "xl": int(numbers[18]),
        "ended": env.end_reason(), "faults": agent.faults, "fault": agent.last_fault, "seconds": round(seconds, 2),
        "hunger": int(numbers[21]), "message": _death(line), "labels": dict(labels), "turns_by": dict(turns_by),
        "xl_turn": xl_turn, "prayers": prayers, "tail": list(tail), "prayed": agent.belief.prayed,
    }  # fmt: skip


def _death(screen: str) -> str:
    """Read the cause from the list of the best games, the last screen of NLE."""
    words = " ".join(screen.split())
    return words[60:180]


def main() -> None:
    """Play the games and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=64)
    parser.add_argument("--first", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--max-steps", type=int, default=None)
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    lines = []
    jobs = [(options.first + k, options.max_steps) for k in range(options.games)]
    for outcome in run_jobs(play, jobs, workers=options.workers, hang_s=240.0):
        if outcome.failure:
            print(outcome.job, outcome.failure, outcome.detail)
            continue
        lines.append(outcome.result)
        if options.out:
            with options.out.open("a") as file:
                file.write(json.dumps(outcome.result) + "\n")
    report(lines)


def report(lines: list[dict[str, Any]]) -> None:
    """Print the summary."""
    scores = [line["score"] for line in lines]
    seconds = sum(line["seconds"] for line in lines)
    steps, turns = sum(line["steps"] for line in lines), sum(line["turns"] for line in lines)
    print(f"games {len(lines)}  median {statistics.median(scores):.0f}  mean {statistics.mean(scores):.0f}")
    print(f"steps/s {steps / seconds:.0f}  turns/s {turns / seconds:.0f}  steps {steps}  turns {turns}")
    print("ended", dict(collections.Counter(line["ended"] for line in lines)))
    print("faults", sum(line["faults"] for line in lines))
    labels: collections.Counter[str] = collections.Counter()
    spent: collections.Counter[str] = collections.Counter()
    for line in lines:
        labels.update(line["labels"])
        spent.update(line["turns_by"])
    print("keys", {k: round(v / steps, 3) for k, v in labels.most_common(14)})
    print("turns", {k: round(v / turns, 3) for k, v in spent.most_common(10)})
    for line in sorted(lines, key=lambda line: line["score"]):
        print({k: line[k] for k in ("core", "role", "race", "score", "steps", "turns", "depth", "xl", "ended", "hunger", "fault")}, line["message"][:90])  # noqa: E501


if __name__ == "__main__":
    main()
