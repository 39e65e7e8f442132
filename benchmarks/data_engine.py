"""The data engine beside NLE's loader: frames per CPU-second from the same files and from the store, bytes, windows.

    python benchmarks/data_engine.py [--quick] [--data DIR] [--hihack FOLDER]

Each measurement is a process of its own, so that its CPU time (all threads and children) and peak memory are its own;
loaders take turns, and medians of five are compared. Every array of every batch is read: one word of each cache line.
Corpus `bot` is made here (games of Yendor's bot, recorded with NLE's own writer); corpus `hihack` is HiHack's sample
(`--hihack`, or YENDOR_HIHACK_SAMPLE), rewritten as ttyrec3 and copied under distinct ids until the rows are full.
"""

import argparse
import bz2
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

SHAPES = {"32x32": (32, 32), "128x32": (128, 32)}
GAMES, STEPS = 132, 3000


def touch(arrays: list[np.ndarray]) -> int:
    """Read one word of each cache line of each array."""
    read = 0
    for array in arrays:
        flat = array.reshape(-1).view(np.uint8)
        words = flat[: len(flat) // 8 * 8].view(np.uint64)  # summing bytes would cost as much as a tenth of decoding
        read ^= int(np.bitwise_xor.reduce(words[::8]))
    return read


def cpu() -> float:
    """Return CPU seconds of this process and its children, all threads."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def peak_mb() -> float:
    """Return this process's peak memory (`ru_maxrss` would begin with its parent's)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def batches(engine: str, folder: Path, rows: int, length: int) -> Iterator[list[np.ndarray]]:
    """Open a dataset; return an iterator over its batches, as lists of arrays."""
    if engine == "nle":
        from nle.dataset import TtyrecDataset

        data = TtyrecDataset("games", rows, length, dbfilename=str(folder / "nle.db"), loop_forever=True)
        return ([*batch.values()] for batch in data)
    from yendor.data.stream import Stream, StreamConfig

    source: Any = "ttyrec" if engine == "bz2" else "store"
    stream = Stream(folder / "data", StreamConfig(rows, length, source=source, buffers="ring"))
    return ([*batch.arrays().values()] for batch in stream)


def measure(engine: str, folder: Path, shape: str, frames: int) -> dict[str, float]:
    """Read so many frames; return frames per CPU second and peak memory in MB."""
    rows, length = SHAPES[shape]
    source, count = batches(engine, folder, rows, length), 0
    began = cpu()
    for arrays in source:
        touch(arrays)
        count += rows * length
        if count >= frames:
            break
    spent = cpu() - began
    return {"rate": count / spent, "peak_mb": peak_mb()}


def measure_windows(folder: Path, count: int) -> dict[str, float]:
    """Read random windows of 32 frames from the store; return CPU milliseconds of one."""
    from yendor.data.games import Games

    games = Games(folder / "data", source="store")
    ids = list(games)
    lengths = [games.length(gameid) for gameid in ids]
    rng = random.Random(0)
    spent = []
    for gameid in rng.choices(ids, lengths, k=count):
        start = rng.randrange(max(1, games.length(gameid) - 32))
        began = time.process_time()
        touch([*games[gameid, start : start + 32].arrays().values()])
        spent.append((time.process_time() - began) * 1000)
    return {"mean_ms": statistics.mean(spent), "median_ms": statistics.median(spent), "worst_ms": max(spent)}


def child(*words: str) -> dict[str, float]:
    """Run one measurement in a process of its own."""
    run = subprocess.run([sys.executable, __file__, "--measure", *words], capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    found: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return found


def prepare_bot(folder: Path, games: int, steps: int) -> None:
    """Record the bot's games, store them, and enter them in NLE's database."""
    from yendor.core.seeds import seed_list
    from yendor.data.recorder import record

    data = folder / "data"
    record("bot", seed_list(f"dev:2000-{2000 + games}"), data, max_steps=steps, workers=os.cpu_count() or 2)
    finish(folder, data / "games")


def prepare_hihack(folder: Path, sample: Path, games: int) -> None:
    """Rewrite HiHack's games as ttyrec3, copy them until there are enough, store them."""
    from yendor.data.catalogue import Catalogue
    from yendor.data.importers import import_folder
    from yendor.data.ttyrec import STRATEGY, Source, pack

    files = folder / "files"
    if not files.exists():
        part = folder / "files.part"
        shutil.rmtree(part, ignore_errors=True)
        found = sorted(sample.glob("*/*.ttyrec4.bz2"))
        packed = [bz2.compress(pack([r for r in Source(p) if r.channel != STRATEGY], 3)) for p in found]
        for number in range(games):
            (part / str(number)).mkdir(parents=True)
            (part / str(number) / f"nle.{number}.0.ttyrec3.bz2").write_bytes(packed[number % len(packed)])
            log = f"name=Agent\tpoints=1\tturns=1\tdeath=killed\tttyrecname=nle.{number}.0.ttyrec3.bz2\n"
            (part / str(number) / f"nle.{number}.xlogfile").write_text(log)
        part.replace(files)
    import_folder(files, Catalogue(folder / "data", create=True))
    finish(folder, files)


def finish(folder: Path, files: Path) -> None:
    """Transcode, and make NLE's database."""
    from nle.dataset import add_nledata_directory, db

    from yendor.data.catalogue import Catalogue
    from yendor.data.transcode import TranscodeConfig, transcode

    done = transcode(Catalogue(folder / "data"), TranscodeConfig(), workers=os.cpu_count() or 2)
    if done.failed:
        sys.exit(f"transcoding failed: {done.failed}")
    if not (folder / "nle.db").exists():
        db.create(str(folder / "nle.part"))
        add_nledata_directory(str(files), "games", str(folder / "nle.part"))
        (folder / "nle.part").replace(folder / "nle.db")


def sizes(folder: Path, unique: int) -> tuple[int, int]:
    """Store each half of the games with a dictionary trained on the other; return shards' and bz2's bytes."""
    from yendor.data.catalogue import Catalogue
    from yendor.data.importers import import_folder
    from yendor.data.transcode import TranscodeConfig, transcode

    files = sorted((folder / "files").glob("*/*.bz2"), key=lambda path: int(path.parent.name))[:unique]
    halves = [folder / f"half{half}" for half in range(2)]
    for half, place in enumerate(halves):
        shutil.rmtree(place, ignore_errors=True)
        for path in files[half::2]:
            shutil.copytree(path.parent, place / "files" / path.parent.name)
        import_folder(place / "files", Catalogue(place / "own", create=True))
        import_folder(place / "files", Catalogue(place / "other", create=True))
        transcode(Catalogue(place / "own"), TranscodeConfig(), quiet=True)
    for half, place in enumerate(halves):
        other = TranscodeConfig(dictionary_from=str(halves[1 - half] / "own"))
        transcode(Catalogue(place / "other"), other, quiet=True)
    stored = sum(path.stat().st_size for place in halves for path in (place / "other" / "store").glob("*.yshard"))
    return stored, sum(path.stat().st_size for path in files)


def claim(name: str, value: float, peer: float, target: float, ratio: float, holds: bool) -> dict[str, Any]:
    """Make one line of the result."""
    numbers = {"value": round(value, 3), "peer": round(peer, 3), "ratio": round(ratio, 3), "target": target}
    return {"claim": name, **numbers, "holds": holds}


def compare(corpus: str, folder: Path, frames: dict[str, int], repeats: int, least: float) -> list[dict[str, Any]]:
    """Measure all engines on one corpus, taking turns."""
    claims = []
    for shape in SHAPES:
        found: dict[str, list[dict[str, float]]] = {}
        for _ in range(repeats):
            for engine in ("nle", "bz2", "store"):
                found.setdefault(engine, []).append(child(engine, str(folder), shape, str(frames[engine])))
        rate = {engine: statistics.median(one["rate"] for one in runs) for engine, runs in found.items()}
        peak = {engine: statistics.median(one["peak_mb"] for one in runs) for engine, runs in found.items()}
        for engine, runs in found.items():
            spread = ", ".join(f"{one['rate']:,.0f}" for one in runs)
            print(f"{corpus} {shape} {engine}: {rate[engine]:,.0f} frames/CPU-s, {peak[engine]:.0f} MB ({spread})")
        for engine, target in (("bz2", 5.0), ("store", least)):
            ratio, name = rate[engine] / rate["nle"], f"{corpus} {shape}: {engine} against NLE's loader"
            claims.append(claim(f"{name}, frames/CPU-s", rate[engine], rate["nle"], target, ratio, ratio >= target))
            ratio = peak[engine] / peak["nle"]
            claims.append(claim(f"{name}, peak MB", peak[engine], peak["nle"], 1.0, ratio, ratio <= 1.0))
    return claims


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer games, frames and repeats: under a minute")
    parser.add_argument("--data", type=Path, default=Path("build/data_engine"), help="where corpora are kept")
    parser.add_argument("--hihack", type=Path, default=os.environ.get("YENDOR_HIHACK_SAMPLE"))
    parser.add_argument("--measure", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        engine, folder, *rest = options.measure
        windows = engine == "windows"
        found = measure_windows(Path(folder), int(rest[0])) if windows else measure(
            engine, Path(folder), rest[0], int(rest[1])
        )  # fmt: skip
        print(json.dumps(found))
        return 0
    place = options.data / ("quick" if options.quick else "full")
    place.mkdir(parents=True, exist_ok=True)
    repeats = 1 if options.quick else 5
    frames = dict.fromkeys(("nle", "bz2", "store"), 20_000 if options.quick else 600_000)
    frames["store"] *= 4
    prepare_bot(place / "bot", GAMES, 60 if options.quick else STEPS)
    claims = compare("bot", place / "bot", frames, repeats, 30.0)
    corpora = [("bot", place / "bot")]
    if options.hihack:
        folder = place / "hihack"
        folder.mkdir(exist_ok=True)
        prepare_hihack(folder, Path(options.hihack), GAMES)
        claims += compare("hihack", folder, frames, repeats, 40.0)
        stored, packed = sizes(folder, 12)
        claims.append(claim("hihack: bytes of the store, dictionary of other games", stored, packed, 0.7,
                            stored / packed, stored / packed <= 0.7))  # fmt: skip
        corpora.append(("hihack", folder))
    else:
        print("no HiHack sample: --hihack FOLDER, or YENDOR_HIHACK_SAMPLE")
    for corpus, folder in corpora:
        ms = [child("windows", str(folder), "100" if options.quick else "1000") for _ in range(repeats)]
        middle = statistics.median(one["mean_ms"] for one in ms)
        print(f"{corpus} windows of 32: mean {middle:.3f} ms, worst {max(one['worst_ms'] for one in ms):.3f} ms")
        claims.append(claim(f"{corpus}: a random window of 32 frames, ms", middle, 1.0, 1.0, middle, middle <= 1.0))
    for one in claims:
        print(json.dumps(one))
    return 0 if all(one["holds"] for one in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
