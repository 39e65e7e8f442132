"""How the policy that comes with Yendor, yendor-hbc, was made: games of the bot, HBC, DAgger, a temperature, its card.

    python recipes/yendor-hbc/make.py --out runs/yendor-hbc     # about an hour on two cores; the same command resumes
    python recipes/yendor-hbc/make.py --quick --out DIR         # a minute: shows that it works

Games come from the `dev` list: 400 to 2,000 are the bot's, from 5,000 on the policy plays with the bot as its teacher,
on 4,000 to 4,032 the temperature is chosen. The `valid` games are played once, at the end, for the card.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    games: str = "dev:400-2000"
    game_steps: str = "1500"
    network: tuple[str, ...] = ("--model", "screen-lstm", "--sizes", "features=384", "hidden=384")
    steps: str = "5000"
    rounds: str = "3"
    round_games: str = "48"
    round_steps: str = "600"
    temperatures: tuple[float, ...] = (1.0, 0.7, 0.5, 0.3)
    tuned: str = "dev:4000-4032"
    judged: str = "valid:128"
    judged_steps: str = "5000"


QUICK = Plan("dev:400-416", "100", steps="20", rounds="1", round_games="2", round_steps="5", tuned="dev:4000-4002",
             judged="valid:2", judged_steps="60")  # fmt: skip


def run(*words: str) -> None:
    """Run a command line of yendor in a process of its own; stop when it fails."""
    print("$ yendor", *words, flush=True)
    done = subprocess.run([sys.executable, "-m", "yendor.cli.main", *words])
    if done.returncode:
        raise SystemExit(done.returncode)


def learn(learner: str, place: Path, *words: str) -> None:
    """Learn, or go on with what was begun; a finished run is left alone."""
    if not (place / "finished").exists():
        resume = ["--resume"] if (place / "config.json").exists() else []
        run("train", learner, "--run", str(place), *words, *resume)
        (place / "finished").touch()


def judge(agent: Path, out: Path, seeds: str, steps: str) -> dict[str, Any]:
    """Play games; return the summary."""
    run("eval", "--agent", str(agent), "--seeds", seeds, "--max-steps", steps, "--out", str(out), "--keep", "none")
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return summary


def export(run_folder: Path, to: Path, temperature: float, *more: str) -> Path:
    """Write the policy with a temperature, unless it is there."""
    if not to.exists():
        words = ["--agent", str(run_folder), "--to", str(to), "--name", "yendor-hbc", "--temperature", str(temperature)]
        run("export", "policy", *words, *more)
    return to


def main() -> None:
    """Parse the options and do the steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/yendor-hbc"))
    parser.add_argument("--threads", default="2", help="CPU threads that learn")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    out, plan = options.out, QUICK if options.quick else Plan()
    games, cloned, taught = out / "games", out / "cloned", out / "taught"
    run("record", "--agent", "bot", "--seeds", plan.games, "--max-steps", plan.game_steps, "--out", str(games))
    fixed = ["--data", str(games), *plan.network, "--threads", options.threads]
    learn("hbc", cloned, *fixed, "--steps", plan.steps, "--decay-over", plan.steps, "--learning-rate", "1e-3")
    rounds = ["--rounds", plan.rounds, "--games", plan.round_games, "--game-steps", plan.game_steps]
    rounds += ["--steps", plan.round_steps, "--decay-over", plan.round_steps, "--learning-rate", "1e-3"]
    rounds += ["--start-from", str(cloned)]
    learn("dagger", taught, *fixed, *rounds)
    found = {}
    for policy, temperature in [(p, t) for t in plan.temperatures for p in (cloned, taught)]:
        name = f"{policy.name}-{temperature:g}"
        place = export(policy, out / "tries" / name, temperature)
        summary = judge(place, out / "tuned" / name, plan.tuned, plan.judged_steps)
        found[name] = summary["mean"]["value"], policy, temperature
        print(f"{name}: {summary['mean']}", flush=True)
    _, policy, temperature = max(found.values(), key=lambda entry: entry[0])
    results = out / "results" / plan.judged.replace(":", "-")
    judge(export(policy, out / "chosen", temperature), results, plan.judged, plan.judged_steps)
    export(policy, out / "yendor-hbc", temperature, "--results", str(results))
    print((out / "yendor-hbc" / "CARD.md").read_text())


if __name__ == "__main__":
    main()
