"""Frame by frame: emulation `nle` equals NLE's converter, and where emulation `fixed` shows something else.

    python benchmarks/frame_identity.py [--quick] [--hihack FOLDER] [--games FOLDER ...]

Reads the samples that come with nle, HiHack's games where there are some (as ttyrec3, which NLE reads), and games
that are recorded here with NLE's own writer; `--games` adds folders of ttyrecs. Every file is decoded by NLE's
converter in a process of its own (it keeps some state for all files of a process), then by Yendor in both modes.
"""

import argparse
import bz2
import json
import os
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

import numpy as np

NAMES = ("tty_chars", "tty_colors", "tty_cursor", "timestamps", "keypresses", "scores")


def theirs(path: Path, version: int) -> list[np.ndarray]:
    """Decode a file with NLE's converter."""
    from nle import _pyconverter

    from yendor.data.batch import Batch

    converter = _pyconverter.Converter(24, 80, version)
    converter.load_ttyrec(str(path), 1, 0)
    parts, left = [], 0
    while not left:
        batch = Batch.blank(4096)
        arrays = [getattr(batch, name) for name in NAMES]
        left = converter.convert(*arrays)
        parts.append([array[: 4096 - left] for array in arrays])
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


def ours(path: Path, emulation: str) -> list[np.ndarray]:
    """Decode a file with Yendor."""
    from yendor.data.batch import Batch
    from yendor.data.playback import FrameSource

    source, parts = FrameSource.of_files([path], "nle" if emulation == "nle" else "fixed"), []
    while not source.ended:
        batch = Batch.blank(4096)
        count = source.read(batch)
        parts.append([getattr(batch, name)[:count] for name in NAMES])
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


def compare(path: Path) -> dict[str, int]:
    """Compare one file; return frames, differing frames, and cells that `fixed` shows otherwise."""
    from yendor.data.ttyrec import version_of

    peer, mine, fixed = theirs(path, version_of(path)), ours(path, "nle"), ours(path, "fixed")
    count = len(peer[0])
    differ = np.zeros(count, bool)
    for one, other in zip(peer, mine, strict=True):
        differ |= (one != other[:count]).reshape(count, -1).any(1)
    chars, colors = (int((mine[i] != fixed[i]).sum()) for i in (0, 1))
    more = len(mine[0]) - count
    return {"frames": count, "differ": int(differ.sum()), "more": more, "chars": chars, "colors": colors}


def collect(place: Path, hihack: str | None, folders: list[Path], games: int) -> list[Path]:
    """Return the files, after recording some and rewriting HiHack's."""
    from yendor.core.seeds import seed_list
    from yendor.data.recorder import record
    from yendor.data.ttyrec import STRATEGY, Source, pack

    samples = Path(str(files("nle") / "tests"))
    found = [p for p in sorted(samples.glob("*.ttyrec*.bz2")) if p.stat().st_size > 100]
    for path in sorted(Path(hihack).glob("*/*.ttyrec4.bz2")) if hihack else []:
        target = place / f"hihack-{path.parent.name}.ttyrec3.bz2"
        target.write_bytes(bz2.compress(pack([r for r in Source(path) if r.channel != STRATEGY], 3)))
        found.append(target)
    record("bot", seed_list(f"dev:4000-{4000 + games}"), place / "games", workers=os.cpu_count() or 2, quiet=True)
    found += sorted((place / "games" / "games").glob("*/*.bz2"))
    for folder in folders:
        found += sorted(p for p in folder.rglob("*.ttyrec*.bz2") if ".ttyrec4" not in p.name)
    return found


def main() -> int:
    """Compare all files and print the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="record 2 games instead of 40")
    parser.add_argument("--hihack", default=os.environ.get("YENDOR_HIHACK_SAMPLE"))
    parser.add_argument("--games", type=Path, nargs="*", default=[])
    parser.add_argument("--compare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.compare:
        print(json.dumps(compare(options.compare)))
        return 0
    total: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = collect(Path(folder), options.hihack, options.games, 2 if options.quick else 40)
        for path in paths:
            run = subprocess.run([sys.executable, __file__, "--compare", str(path)], capture_output=True, text=True)
            if run.returncode:
                sys.exit(run.stderr)
            one = json.loads(run.stdout)
            for name, value in one.items():
                total[name] = total.get(name, 0) + value
            if one["chars"] or one["colors"] or one["differ"]:
                print(f"{path.name}: {one['frames']} frames, {one['differ']} differ from NLE's in mode nle; fixed "
                      f"corrects {one['chars']:,} characters and {one['colors']:,} colours")  # fmt: skip
    print(f"{len(paths)} files: {total['frames']:,} frames of NLE's, {total['more']} more that it drops at files' ends")
    print(json.dumps({
        "claim": "frames that differ from NLE's converter in emulation nle", "value": total["differ"],
        "peer": total["frames"], "ratio": total["differ"] / total["frames"], "target": 0, "holds": not total["differ"],
    }))  # fmt: skip
    return int(bool(total["differ"]))


if __name__ == "__main__":
    sys.exit(main())
