"""How long learning waits for data: `yendor train hbc` on ttyrecs and on the store, and beside NLE's loader.

    python benchmarks/waiting.py [--quick] [--data DIR]

Records games of Yendor's bot into DIR (once), trains the step-1 policy for some steps from its ttyrecs, stores the
games, trains again; each time the share of the time spent waiting for batches is the run's own metrics
`waiting_ms` and `waiting_share`. The peer is NLE's TtyrecDataset: its seconds for as many batches of the same shape.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BATCH, UNROLL = 32, 32


def train(data: Path, run: Path, steps: int) -> tuple[float, float]:
    """Train; return seconds waited for a batch, and the share of all time that this is."""
    command = [
        sys.executable, "-m", "yendor.cli.main", "train", "hbc", "--data", str(data), "--run", str(run),
        "--steps", str(steps), "--batch-size", str(BATCH), "--unroll", str(UNROLL), "--evaluate-every", str(10 * steps),
        "--checkpoint-every", str(10 * steps), "--no-tensorboard",
    ]  # fmt: skip
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    last = [line for line in lines if "waiting_share" in line][-1]
    return last["waiting_ms"] / 1000, last["waiting_share"]


def nle_seconds(data: Path, place: Path, steps: int) -> float:
    """Read as many batches with NLE's loader; return seconds for each."""
    from nle.dataset import TtyrecDataset, add_nledata_directory, db

    name = str(place / "nle.db")
    db.create(name)
    add_nledata_directory(str(data / "games"), "games", name)
    batches = iter(TtyrecDataset("games", BATCH, UNROLL, dbfilename=name, loop_forever=True))
    began = time.monotonic()
    for _ in range(steps):
        next(batches)
    return (time.monotonic() - began) / steps


def main() -> int:
    """Record, train twice, compare."""
    from yendor.core.seeds import seed_list
    from yendor.data.catalogue import Catalogue
    from yendor.data.recorder import record
    from yendor.data.transcode import TranscodeConfig, transcode

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="shorter games and fewer steps")
    parser.add_argument("--data", type=Path, help="where the games are kept; a temporary folder otherwise")
    options = parser.parse_args()
    games, length, steps = (40, 200, 20) if options.quick else (100, 2000, 100)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        data = (options.data or place) / ("quick" if options.quick else "full")
        record("bot", seed_list(f"dev:3000-{3000 + games}"), data, max_steps=length, workers=os.cpu_count() or 2)
        catalogue = Catalogue(data)
        for gameid in catalogue.stored_games():  # of an earlier run
            catalogue.forget_stored(gameid)
        peer = nle_seconds(data, place, steps)
        before, before_share = train(data, place / "before", steps)
        transcode(catalogue, TranscodeConfig(), workers=os.cpu_count() or 2)
        after, after_share = train(data, place / "after", steps)
    for name, waited, share in (("ttyrecs", before, before_share), ("store", after, after_share)):
        print(f"{name}: {waited * 1000:.2f} ms waited for a batch, {share:.2%} of the time")
    print(f"NLE's loader: {peer * 1000:.1f} ms a batch")
    for name, waited in (("its ttyrecs", before), ("the store", after)):
        print(json.dumps({
            "claim": f"hbc training waits for a batch of 32x32 from {name}, ms", "value": round(waited * 1000, 3),
            "peer": round(peer * 1000, 3), "ratio": round(waited / peer, 4), "target": 1.0, "holds": waited < peer,
        }))  # fmt: skip
    return 0 if max(before, after) < peer else 1


if __name__ == "__main__":
    sys.exit(main())
