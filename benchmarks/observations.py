"""What full observations cost in bytes: games of the bot recorded with all that NLE observes, channel by channel.

    python benchmarks/observations.py [--quick]

The peer is the same arrays as they are, uncompressed; `screen` is the terminal with keys, scores, times and labels.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from yendor.core.seeds import seed_list
from yendor.data.catalogue import Catalogue
from yendor.data.games import Games
from yendor.data.observations import ALL, DEFAULT
from yendor.data.recorder import record
from yendor.data.transcode import TranscodeConfig, transcode


def main() -> int:
    """Record, store, count, read back."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="4 games of 300 keys instead of 24 of 3,000")
    games, steps = (4, 300) if parser.parse_args().quick else (24, 3000)
    with tempfile.TemporaryDirectory() as folder:
        place, workers = Path(folder), os.cpu_count() or 2
        seeds = seed_list(f"dev:6000-{6000 + games}")
        record("bot", seeds, place, max_steps=steps, observations=ALL, workers=workers, quiet=True)
        catalogue = Catalogue(place)
        transcode(catalogue, TranscodeConfig(), workers=workers, quiet=True)
        sizes: dict[str, int] = {}
        raw: dict[str, int] = {}
        frames = 0
        for row in catalogue.rows():
            found = catalogue.stored(row["gameid"])
            assert found is not None
            frames += found[1].frames
            for block in found[1].blocks:
                for name, section in block.sections.items():
                    sizes[name] = sizes.get(name, 0) + section.size
            for name, (dtype, shape) in found[1].channels.items():
                raw[name] = int(np.dtype(dtype).itemsize * np.prod(shape))
        everything, read = Games(place), 0
        began = time.process_time()
        for gameid in everything:
            read += len(everything.observations(gameid, DEFAULT)["glyphs"])
        spent = time.process_time() - began
    print(f"{games} games, {frames:,} frames; bytes a frame in the store, and as arrays")
    for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
        print(f"  {name:<20} {size / frames:8.2f} {raw.get(name, ''):>9}")
    print(f"reading the default channels: {read / spent:,.0f} frames per CPU second")
    small = True
    for title, names in (("default", DEFAULT), ("all", ALL)):
        value, peer = sum(sizes[n] for n in names) / frames, sum(raw[n] for n in names)
        small &= value <= 0.01 * peer
        print(json.dumps({
            "claim": f"observations ({title}): bytes a frame", "value": round(value, 2), "peer": peer,
            "ratio": round(value / peer, 5), "target": 0.01, "holds": value <= 0.01 * peer,
        }))  # fmt: skip
    return int(not small)


if __name__ == "__main__":
    sys.exit(main())
