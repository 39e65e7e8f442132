"""The bot over fixed games: strength, soundness, speed, and how well it shadows a game entered in the middle.

    python benchmarks/bot.py                      # 64 games, core=1000+k and disp=2000+k: some three minutes
    python benchmarks/bot.py --quick              # 6 games
    python benchmarks/bot.py --first 1100 --games 128 --out games.jsonl     # other games, told one by one

Scores are those at the last observation, as in the Challenge. Speeds count CPU seconds of the env and the bot
together; the peer is the same env driven by uniform random keys in the same run. The peer of the score is
AutoAscend's stored result on the same games (nle 1.3.0, equal seeds). What is measured is that of `yendor bench
bot`, which keeps results per version and resumes; here all games are played anew.
"""

import argparse
import collections
import json
import statistics
from pathlib import Path
from typing import Any

from yendor.core.seeds import Seeds
from yendor.evaluation.bench import game, shadow
from yendor.launch.jobs import run_jobs

AUTOASCEND = 7187.5
"""AutoAscend's median score over core=1000+k, disp=2000+k, k=0..63."""
SHADOWED = 8
"""Games of which the second half is shadowed."""


def play(job: tuple[int, int | None], beat: Any) -> dict[str, Any]:
    """Play one game (core seed, limit of steps); return its result line."""
    core, max_steps = job
    return game.play(Seeds(core, core + 1000), max_steps, beat)


def look_on(job: tuple[int, int], beat: Any) -> dict[str, Any]:
    """Shadow one game (core seed, its steps) from the middle on."""
    core, length = job
    return shadow.shadow(Seeds(core, core + 1000), length, beat)


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
        death = f"{line['death']}, while {line['death_while']}" if line["death_while"] else line["death"]
        print("  ".join(f"{key} {line[key]}" for key in told), " ", death, line["fault"])
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
    halves = [(g["core"], g["steps"]) for g in sorted(lines, key=lambda g: g["core"])[:shadowed]]
    shadows, lost = run(look_on, halves, options.workers)
    median = statistics.median(line["score"] for line in lines)
    same = (options.first, games) == (1000, 64)
    enough = median >= 1500 if games >= 64 else None  # fewer games settle nothing
    claim(f"median score over {games} games", median, ">= 1500", enough, AUTOASCEND if same else None)
    faults = failed + lost + sum(line["faults"] for line in lines)
    claim("crashes and caught faults", faults, "0", faults == 0)
    stuck = sum(line["ended"] == "no_progress" for line in lines)
    claim("games ended by no_progress", stuck, "0", stuck == 0)
    bare = statistics.median(shadow.env_speed(Seeds(core, core + 1000)) for core in list(cores)[:5])
    for what, least in (("steps", 5000), ("turns", 3500)):
        speed = statistics.median(line[what] / line["seconds"] for line in lines)
        claim(f"{what} per CPU second, env included, median of games", round(speed), f">= {least}", speed >= least,
              round(bare) if what == "steps" else None)  # fmt: skip
    share = sum(s["named"] for s in shadows) / sum(s["asked"] for s in shadows)
    claim(f"keys named when shadowing {len(shadows)} games from the middle", round(share, 4), ">= 0.95", share >= 0.95)


if __name__ == "__main__":
    main()
