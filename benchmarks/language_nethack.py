"""Small language models of the bot's games: diff history beside full-text history and none, scores on fixed games.

    yendor record --agent bot --seeds dev:400-1600 --max-steps 1500 --observations default --out GAMES
    python benchmarks/language_nethack.py --data GAMES --out runs/language   # an hour and a half on two cores; resumes
    python benchmarks/language_nethack.py --quick                            # a minute; claims nothing

Each arm has the same number of chunks, network (a GPT from scratch), context and tokens to read; a chunk is as many
steps as the context holds. Judged: loss and accuracy of actions in games kept apart, and scores on `valid` games,
beside those of the bot and of random keys. `world` learns to foretell the observations too (Piterbarg et al. 2023,
section 4.2.2). The paper tunes GPT-2 at a context of 4,096.

With `--asked GAMES` one arm more reads games that the bot leads and a walker disturbs, and learns the bot's keys alone
(DART, Laskey et al. 2017), recorded so:

    yendor record --agent walker --ask bot --ask-share 0.8 --ask-stretch 1 --seeds dev:400-1600 --max-steps 1500 \
        --observations default --out ASKED
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Arm:
    """One way to tell a history, and what is learned of it."""

    encoding: str
    horizon: int
    objective: str = "action"
    asked: bool = False

    @property
    def name(self) -> str:
        """Name it; also its folder."""
        return self.encoding + f"-{self.objective}" * (self.objective != "action") + "-asked" * self.asked

    @property
    def data(self) -> str:
        """Name its chunks."""
        return f"{self.encoding}-{self.horizon}" + "-asked" * self.asked


ARMS = (Arm("diff", 20), Arm("full", 6), Arm("none", 5), Arm("diff", 20, asked=True), Arm("diff", 20, "world"))
"""Horizons: about what the context holds."""
PEERS = ("bot", "random")
CONTEXT, BATCH = 1024, 8


def run(*words: str) -> str:
    """Run a command line of yendor on one core and return what it printed; stop when it fails."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "yendor.cli.main", *words], capture_output=True, text=True, env=environment
    )
    if done.returncode:
        raise SystemExit(f"yendor {' '.join(words)}\n{done.stderr[-3000:]}")
    return done.stdout


def make_data(arm: Arm, out: Path, options: argparse.Namespace) -> None:
    """Cut an arm's chunks."""
    if not (out / "data" / arm.data).exists():
        words = ["--horizon", str(arm.horizon), "--encoding", arm.encoding, "--workers", "1"]
        words += ["--chunks", str(options.chunks), "--valid", str(options.valid)] + ["--asked"] * arm.asked
        games = options.asked if arm.asked else options.data
        run("data", "text", str(games), "--to", str(out / "data" / arm.data), *words)


def learn(arm: Arm, out: Path, options: argparse.Namespace) -> None:
    """Learn an arm."""
    place = out / "runs" / arm.name
    if (place / "finished").exists():
        return
    data = out / "data" / arm.data
    words = ["--data", str(data), "--run", str(place), "--objective", arm.objective, "--batch-size", str(BATCH)]
    words += ["--context", str(CONTEXT), "--sizes", *options.sizes.split(), "--steps", str(steps(data, options.tokens))]
    words += ["--precision", "bf16", "--threads", "1", "--device", "cpu", "--no-tensorboard"]
    if any((place / "checkpoints").glob("[0-9]*")):
        words.append("--resume")
    else:
        shutil.rmtree(place, ignore_errors=True)
    run("train", "lm", *words, "--evaluate-every", "1000", "--checkpoint-every", "200", "--held-out-chunks", "512")
    (place / "finished").touch()


def steps(data: Path, tokens: float) -> int:
    """Return the steps after which so many tokens were read; what the context cuts off does not count."""
    lengths = np.minimum(np.diff(np.load(data / "train" / "offsets.npy")), CONTEXT)
    return max(1, round(tokens / (BATCH * float(lengths.mean()))))


def judge(name: str, out: Path, options: argparse.Namespace) -> None:
    """Let an arm play, or a peer."""
    agent = name
    if name not in PEERS:
        agent = "language:" + json.dumps({"place": str(out / "runs" / name), "temperature": options.temperature})
    words = ["--agent", agent, "--seeds", options.games, "--max-steps", str(options.max_steps), "--workers", "1"]
    run("eval", *words, "--device", "cpu", "--keep", "none", "--out", str(out / "judged" / name))


def judged(name: str, out: Path) -> dict[str, Any]:
    """Return the summary of an arm's games."""
    summary: dict[str, Any] = json.loads((out / "judged" / name / "summary.json").read_text())
    return summary


def learned(name: str, out: Path) -> dict[str, Any]:
    """Return the last numbers of an arm's training."""
    lines = [json.loads(line) for line in (out / "runs" / name / "metrics.jsonl").read_text().splitlines()]
    held_out = next(line for line in reversed(lines) if "held_out_loss" in line)
    last = next(line for line in reversed(lines) if "epoch" in line)
    return {**last, **held_out}


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--asked", type=Path, help="games of a walker with the bot at its side")
    parser.add_argument("--arms", nargs="+", choices=[arm.name for arm in ARMS], help="learn these alone")
    parser.add_argument("--out", type=Path, default=Path("runs/language"))
    parser.add_argument("--chunks", type=int, default=24_000)
    parser.add_argument("--valid", type=float, default=0.05)
    parser.add_argument("--tokens", type=float, default=20e6, help="tokens that each arm reads")
    parser.add_argument("--sizes", default="layers=2 heads=4 width=128")
    parser.add_argument("--games", default="valid:128")
    parser.add_argument("--max-steps", type=int, default=1000)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if not options.quick and options.data is None:
        parser.error("--data GAMES, or --quick")
    if "diff-asked" in (options.arms or ()) and options.asked is None and not options.quick:
        parser.error("--asked GAMES, for the arm diff-asked")
    with tempfile.TemporaryDirectory() as folder:
        out = options.out
        if options.quick:
            out, options.data, options.asked = Path(folder), Path(folder) / "games", Path(folder) / "asked"
            options.chunks, options.valid, options.tokens = 60, 0.5, 2e4
            options.games, options.max_steps = "valid:4", 40
            words = ("--seeds", "dev:7200-7206", "--max-steps", "300", "--observations", "default", "--out")
            run("record", "--agent", "bot", *words, str(options.data))
            asked = ("--agent", "walker", "--ask", "bot", "--ask-share", "0.8", "--ask-stretch", "1")
            run("record", *asked, *words, str(options.asked))
        wanted = options.arms or [arm.name for arm in ARMS if options.asked or not arm.asked]
        arms = [arm for arm in ARMS if arm.name in wanted]
        for arm in arms:  # one after the other: two arms may share their chunks
            make_data(arm, out, options)

        def go(arm: Arm) -> None:
            learn(arm, out, options)
            judge(arm.name, out, options)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(go, arms))
        for name in PEERS:
            judge(name, out, options)
        report([arm.name for arm in arms], out, options)


def report(arms: list[str], out: Path, options: argparse.Namespace) -> None:
    """Print the table and the claims."""
    print(f"{options.games}, {options.max_steps} steps at most, temperature {options.temperature:g}")
    found = {name: learned(name, out) for name in arms}
    scores = {name: judged(name, out) for name in (*arms, *PEERS)}
    for name, score in scores.items():
        mean, median = score["mean"], score["median"]
        line = (
            f"{name:12} mean {mean['value']:.1f} [{mean['low']:.1f} - {mean['high']:.1f}]  "
            f"median {median['value']:.1f} [{median['low']:.1f} - {median['high']:.1f}]  "
            f"turns {score['turns']:.0f}, steps that took time {score['clock_share']:.1%}"
        )
        if one := found.get(name):
            line += (
                f"  epochs {one['epoch']:.2f}, loss {one['held_out_action_loss']:.3f}, "
                f"accuracy {one['held_out_action_accuracy']:.1%} (majority {one['held_out_majority_action']:.1%})"
            )
        print(line)
    if options.quick:
        return
    for peer in [name for name in ("full", "none") if {name, "diff"} <= found.keys()]:
        pairs = {
            "mean score": [scores[name]["mean"]["value"] for name in ("diff", peer)],
            "accuracy of actions": [found[name]["held_out_action_accuracy"] for name in ("diff", peer)],
        }
        for what, (ours, theirs) in pairs.items():
            line = {"claim": f"{what}: diff history beside {peer}", "value": ours, "peer": theirs}
            line |= {"ratio": round(ours / theirs, 3) if theirs else None, "target": "> 1", "holds": ours > theirs}
            print(json.dumps(line))


if __name__ == "__main__":
    main()
