"""Small language models of the bot's games: diff history beside full-text history and none, scores on fixed games.

    python benchmarks/language_nethack.py --data GAMES --out runs/language   # half an hour on two cores; resumes
    python benchmarks/language_nethack.py --quick                            # a minute; claims nothing

GAMES is a dataset of the bot with observations (`yendor record --agent bot --observations default`). Each arm has the
same number of chunks, network (a GPT from scratch), context and tokens to read; a chunk is as many steps as the context
holds. Judged: loss and accuracy of actions in games kept apart, and scores on `valid` games. `world` learns to foretell
the observations too (Piterbarg et al. 2023, section 4.2.2). The paper tunes GPT-2 at a context of 4,096.
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

    @property
    def name(self) -> str:
        return self.encoding if self.objective == "action" else f"{self.encoding}, {self.objective}"

    @property
    def data(self) -> str:
        return f"{self.encoding}-{self.horizon}"


ARMS = (Arm("diff", 20), Arm("full", 6), Arm("none", 5), Arm("diff", 20, "world"))
"""Horizons: about what the context holds."""
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


def make_data(arm: Arm, games: Path, out: Path, chunks: int, valid: float) -> None:
    """Cut an arm's chunks."""
    if not (out / "data" / arm.data).exists():
        words = ["--chunks", str(chunks), "--horizon", str(arm.horizon), "--encoding", arm.encoding, "--workers", "1"]
        words += ["--valid", str(valid)]
        run("data", "text", str(games), "--to", str(out / "data" / arm.data), *words)


def learn(arm: Arm, out: Path, options: argparse.Namespace) -> None:
    """Learn an arm."""
    place = out / "runs" / arm.name.replace(", ", "-")
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


def judge(arm: Arm, out: Path, options: argparse.Namespace) -> None:
    """Let an arm play."""
    name = arm.name.replace(", ", "-")
    agent = json.dumps({"place": str(out / "runs" / name), "temperature": options.temperature})
    words = ["--agent", f"language:{agent}", "--seeds", options.games, "--max-steps", str(options.max_steps)]
    run("eval", *words, "--workers", "1", "--device", "cpu", "--keep", "none", "--out", str(out / "judged" / name))


def row(arm: Arm, out: Path) -> dict[str, Any]:
    """Gather what is known of an arm."""
    name = arm.name.replace(", ", "-")
    lines = [json.loads(line) for line in (out / "runs" / name / "metrics.jsonl").read_text().splitlines()]
    held_out = next(line for line in reversed(lines) if "held_out_loss" in line)
    last = next(line for line in reversed(lines) if "epoch" in line)
    summary = json.loads((out / "judged" / name / "summary.json").read_text())
    return {"arm": arm.name, "epoch": last["epoch"], **held_out, "summary": summary}


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("runs/language"))
    parser.add_argument("--chunks", type=int, default=12_000)
    parser.add_argument("--tokens", type=float, default=20e6, help="tokens that each arm reads")
    parser.add_argument("--sizes", default="layers=2 heads=4 width=128")
    parser.add_argument("--games", default="valid:128")
    parser.add_argument("--max-steps", type=int, default=1000)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if not options.quick and options.data is None:
        parser.error("--data GAMES, or --quick")
    with tempfile.TemporaryDirectory() as folder:
        out, data = options.out, options.data
        if options.quick:
            out, data = Path(folder), Path(folder) / "games"
            options.chunks, options.tokens, options.games, options.max_steps = 60, 2e4, "valid:4", 40
            words = ("--max-steps", "300", "--observations", "glyphs,blstats,inv_strs,inv_letters", "--out", str(data))
            run("record", "--agent", "bot", "--seeds", "dev:7200-7206", *words)
        for arm in ARMS:
            make_data(arm, data, out, options.chunks, 0.5 if options.quick else 0.05)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda arm: (learn(arm, out, options), judge(arm, out, options)), ARMS))
        report([row(arm, out) for arm in ARMS], options)


def report(rows: list[dict[str, Any]], options: argparse.Namespace) -> None:
    """Print the table and the claims."""
    print(f"{options.games}, {options.max_steps} steps at most, temperature {options.temperature:g}")
    for one in rows:
        mean, median = one["summary"]["mean"], one["summary"]["median"]
        print(
            f"{one['arm']:12} epochs {one['epoch']:5.2f}  loss {one['held_out_action_loss']:.3f}  "
            f"accuracy {one['held_out_action_accuracy']:.1%} (majority {one['held_out_majority_action']:.1%})  "
            f"mean {mean['value']:.1f} [{mean['low']:.1f} - {mean['high']:.1f}]  "
            f"median {median['value']:.1f} [{median['low']:.1f} - {median['high']:.1f}]  "
            f"depth {one['summary']['depth']:g}"
        )
    if options.quick:
        return
    found = {one["arm"]: one for one in rows}
    for peer in ("full", "none"):
        for what, key in (("mean score", None), ("accuracy of actions", "held_out_action_accuracy")):
            ours, theirs = (found[n][key] if key else found[n]["summary"]["mean"]["value"] for n in ("diff", peer))
            line = {"claim": f"{what}: diff history beside {peer}", "value": ours, "peer": theirs}
            line |= {"ratio": round(ours / theirs, 3) if theirs else None, "target": "> 1", "holds": ours > theirs}
            print(json.dumps(line))


if __name__ == "__main__":
    main()
