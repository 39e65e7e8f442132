"""Which network to learn by default: several at sizes for a CPU, each given the same CPU time on the same games.

    python benchmarks/networks.py --data GAMES --out runs/networks    # a quarter of an hour on two cores; resumes
    python benchmarks/networks.py --quick                             # under a minute; claims nothing

GAMES is a dataset of the bot (`yendor record --agent bot`). Each network is learned by `hbc` on one core; the table
says how far it came on games kept apart, and how many frames it saw on the way.
"""

import argparse
import concurrent.futures
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

NETWORKS = {
    "screen-lstm": ["screen-lstm"],
    "screen-lstm, double": ["screen-lstm", "features=512", "hidden=512"],
    "cdgpt5": ["cdgpt5"],
    "cdgpt5, half": ["cdgpt5", "channels=32,32,64,64", "screen=256", "line=64", "hidden=256"],
    "cdgpt5, quarter": ["cdgpt5", "channels=16,16,32,32", "screen=128", "line=32", "hidden=256"],
    "scaled-net, small": ["scaled-net", "hidden=256", "cell=8", "stages=8,16", "screen=128", "bottom=64", "line=64"],
}
DEFAULT = "screen-lstm"


def run(*words: str) -> None:
    """Run a command line of yendor in a process of its own; stop when it fails."""
    done = subprocess.run([sys.executable, "-m", "yendor.cli.main", *words], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"yendor {' '.join(words)}\n{done.stderr[-3000:]}")


def learn(name: str, data: Path, place: Path, minutes: float) -> dict[str, Any]:
    """Learn one network; return its last numbers on the games kept apart."""
    if not (place / "finished").exists():
        shutil.rmtree(place, ignore_errors=True)
        model, *sizes = NETWORKS[name]
        words = ["--data", str(data), "--run", str(place), "--model", model, "--learning-rate", "1e-3"]
        words += ["--sizes", *sizes] if sizes else []
        run("train", "hbc", *words, "--threads", "1", "--cpu-minutes", str(minutes), "--no-tensorboard")
        (place / "finished").touch()
    lines = [json.loads(line) for line in (place / "metrics.jsonl").read_text().splitlines()]
    found: dict[str, Any] = next(m for m in reversed(lines) if "held_out_action_loss" in m)
    return {"network": name, **found}


def main() -> None:
    """Parse the options, learn two networks at a time, print the table and the claim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("runs/networks"))
    parser.add_argument("--minutes", type=float, default=3.0, help="CPU minutes for each network")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if not options.quick and options.data is None:
        parser.error("--data GAMES, or --quick")
    with tempfile.TemporaryDirectory() as folder:
        out, data, minutes = options.out, options.data, options.minutes
        if options.quick:
            out, data, minutes = Path(folder) / "runs", Path(folder) / "games", 0.02
            run("record", "--agent", "bot", "--seeds", "dev:400-424", "--max-steps", "150", "--out", str(data))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            places = {name: out / name.replace(", ", "-") for name in NETWORKS}
            waiting = [pool.submit(learn, name, data, place, minutes) for name, place in places.items()]
            rows = [job.result() for job in waiting]
    for row in sorted(rows, key=total):
        print(
            f"{row['network']:20} {1024 * row['step']:>10,} frames  loss {total(row):.4f}"
            f"  keys {row['held_out_action_accuracy']:.1%}  strategies {row['held_out_strategy_accuracy']:.1%}"
        )
    best = min((row for row in rows if row["network"] != DEFAULT), key=total)
    ours, theirs = (total(row) for row in (next(r for r in rows if r["network"] == DEFAULT), best))
    what = f"loss on unseen games after {minutes:g} CPU minutes: {DEFAULT}, beside the next best ({best['network']})"
    line = {"claim": what, "value": ours, "peer": theirs, "ratio": round(ours / theirs, 4), "target": "<= 1"}
    print(json.dumps({**line, "holds": ours <= theirs}))


def total(row: dict[str, Any]) -> float:
    """Return the loss of key and strategy together, in nats a frame."""
    return float(row["held_out_action_loss"]) + float(row["held_out_strategy_loss"])


if __name__ == "__main__":
    main()
