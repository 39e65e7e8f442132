"""Judging a network on many games at once against one process and one network a game: speed, and the same results.

    python benchmarks/acting.py [--quick] [--repeats N]

Trains one step of `screen-lstm` and of `cdgpt5` at its published size, then plays 64 `valid` games of 500 keys with
`yendor eval --batch 128` and, as the peer, `--batch 1`, both with two workers and all their starting included. Medians
over the repeats; CPU seconds are those of all processes. Untrained networks cost what trained ones do.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

TARGETS = {"screen-lstm": 3.0, "cdgpt5": 10.0}
"""How many times as many keys a CPU second the batch is to play."""


class Spent(NamedTuple):
    """What an evaluation took: seconds on the clock, CPU seconds, keys."""

    wall: float
    cpu: float
    keys: int


def yendor(*words: str) -> None:
    """Run a command line; stop when it fails."""
    subprocess.run([sys.executable, "-m", "yendor.cli.main", *words], check=True, stdout=subprocess.DEVNULL)


def checkpoint(place: Path, model: str) -> Path:
    """Make a run with an untrained network."""
    data, run = place / "games", place / model
    if not data.exists():
        yendor("record", "--agent", "bot", "--seeds", "dev:8", "--max-steps", "300", "--out", str(data))
    sizes = ("--batch-size", "4", "--unroll", "8", "--held-out", "0", "--threads", "1", "--no-tensorboard")
    yendor("train", "bc", "--data", str(data), "--run", str(run), "--steps", "1", "--model", model, *sizes)
    return run


def judge(run: Path, out: Path, batch: int, games: int, keys: int) -> tuple[Spent, list[dict[str, Any]]]:
    """Judge a run; return what it took, and its result lines without times, in order."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    words = ("--seeds", f"valid:{games}", "--max-steps", str(keys), "--batch", str(batch), "--workers", "2")
    yendor("eval", "--agent", str(run), "--out", str(out), *words)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    told = [{k: v for k, v in line.items() if k not in ("seconds", "cpu_seconds")} for line in lines]
    return Spent(wall, cpu, sum(line["steps"] for line in lines)), sorted(told, key=lambda line: line["core"])


def middle(spent: list[Spent]) -> Spent:
    """Return the medians."""
    return Spent(*(statistics.median(values) for values in zip(*spent, strict=True)))  # type: ignore[arg-type]


def compare(place: Path, model: str, games: int, keys: int, repeats: int) -> list[dict[str, Any]]:
    """Play both ways in turn; print what they took, and return the claims."""
    run = checkpoint(place, model)
    spent: dict[int, list[Spent]] = {128: [], 1: []}
    found: dict[int, list[dict[str, Any]]] = {}
    for again in range(repeats):
        for batch, times in spent.items():
            took, found[batch] = judge(run, place / f"{model}-{batch}-{again}", batch, games, keys)
            times.append(took)
    ours, peer = middle(spent[128]), middle(spent[1])
    for name, took in (("--batch 128", ours), ("--batch 1", peer)):
        print(
            f"{model} {name}: {60 * games / took.wall:.0f} games a minute, {took.keys / took.wall:,.0f} keys/s, "
            f"{took.keys / took.cpu:,.0f} keys a CPU second"
        )
    alike = sum(one == other for one, other in zip(found[128], found[1], strict=True))
    ratio = (ours.keys / ours.cpu) / (peer.keys / peer.cpu)
    faster = {
        "claim": f"{model}: keys a CPU second with --batch 128, against --batch 1",
        "value": round(ours.keys / ours.cpu), "peer": round(peer.keys / peer.cpu), "ratio": round(ratio, 2),
        "target": TARGETS[model], "holds": ratio >= TARGETS[model],
    }  # fmt: skip
    same = {
        "claim": f"{model}: games with the same result both ways; rounding may draw another key in one of 64",
        "value": alike, "peer": games, "ratio": round(alike / games, 3),
        "target": games - 1, "holds": alike >= games - 1,
    }  # fmt: skip
    return [faster, same]


def main() -> int:
    """Parse the options and print the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="16 games of 40 keys once: shows that it works")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    games, keys, repeats = (16, 40, 1) if options.quick else (64, 500, options.repeats)
    with tempfile.TemporaryDirectory() as folder:
        lines = [line for model in TARGETS for line in compare(Path(folder), model, games, keys, repeats)]
    for line in lines:
        print(json.dumps(line))
    return 0 if options.quick or all(line["holds"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
