"""What the NetHack Learning Dataset would take at its full size on ten cores, reckoned from rates measured here.

    python benchmarks/nld_at_size.py [--quick] [--hihack FOLDER]

NLD-AA has 3,481,605,009 frames and NLD-NAO 9,858,127,896 (Hambro et al. 2022, table 1; one pass of their loader on ten
CPUs took 4 h 49 min and 14 h 37 min, section 4.1). Import, transcoding and one epoch are measured here on games like
theirs, in CPU seconds of one process: AutoAscend's from HiHack's sample (or else games of Yendor's bot), and the human
games that come with nle, copied often enough to fill the rows. Bytes are of the same games. NLE's loader reads the same
files in the same run.
"""

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

CORES = 10
FULL = {"nld-aa": (3_481_605_009, 4 + 49 / 60), "nld-nao": (9_858_127_896, 14 + 37 / 60)}


def cpu() -> float:
    """Return CPU seconds of this process and its children."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what the work returns, and its CPU seconds."""
    began = cpu()
    result = work()
    return result, cpu() - began


def drain(batches: Iterable[Any], count: Callable[[Any], int], least: int) -> int:
    """Read batches until so many frames came."""
    frames = 0
    for batch in batches:
        frames += count(batch)
        if frames >= least:
            break
    return frames


def human_files(place: Path, copies: int) -> Path:
    """Lay nle's human samples out as NAO's folders, as often as wanted."""
    for copy in range(copies):
        folder = place / f"player{copy}"
        folder.mkdir(parents=True)
        for path in Path(str(files("nle") / "tests")).glob("20*.ttyrec.bz2"):
            shutil.copy(path, folder)
    return place


def measure(source: str, folder: Path, place: Path, least: int) -> dict[str, float]:
    """Return CPU seconds a frame of each job, and bytes a frame."""
    from nle import _pyconverter

    from yendor.data.batch import Batch
    from yendor.data.catalogue import Catalogue
    from yendor.data.importers import import_folder
    from yendor.data.stream import Stream, StreamConfig
    from yendor.data.transcode import TranscodeConfig, transcode
    from yendor.data.ttyrec import version_of

    catalogue = Catalogue(place, create=True)
    report, importing = timed(lambda: import_folder(folder, catalogue, source))
    transcode(catalogue, TranscodeConfig(), workers=0, quiet=True)  # trains the dictionary, once for any size
    done, transcoding = timed(lambda: transcode(catalogue, TranscodeConfig(), again=True, workers=0, quiet=True))
    stream = Stream(place, StreamConfig(32, 32, buffers="ring"))
    read, reading = timed(lambda: drain(stream, lambda batch: int(batch.gameids.size), least * 5))
    paths = [file.path for game in catalogue.games() for file in game.files]

    def nle_reads() -> int:
        arrays, frames = Batch.blank(1024), 0
        names = ("tty_chars", "tty_colors", "tty_cursor", "timestamps", "keypresses", "scores")
        for path in paths:
            converter = _pyconverter.Converter(24, 80, min(version_of(path), 3))
            converter.load_ttyrec(str(path), 1, 0)
            left = 0
            while not left and frames < least:
                left = converter.convert(*(getattr(arrays, name) for name in names))
                frames += 1024 - left
        return frames

    peer, peer_reading = timed(nle_reads)
    return {
        "import": importing / report.frames, "transcode": transcoding / done.frames, "epoch": reading / read,
        "nle": peer_reading / peer, "bytes": done.bytes_written / done.frames, "bz2": done.bytes_read / done.frames,
    }  # fmt: skip


def sample(name: str, hihack: str | None, place: Path, quick: bool) -> tuple[str, Path]:
    """Return the source and the folder of games like those of a dataset."""
    if name == "nld-nao":
        return "nao", human_files(place / "human", 8 if quick else 40)
    if hihack:
        return "hihack", Path(hihack)
    from yendor.core.seeds import seed_list
    from yendor.data.recorder import record

    record("bot", seed_list("dev:5000-5040"), place / "bot", max_steps=3000, workers=os.cpu_count() or 2, quiet=True)
    return "nle", place / "bot" / "games"


def main() -> int:
    """Measure, reckon, and print the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer frames")
    parser.add_argument("--hihack", default=os.environ.get("YENDOR_HIHACK_SAMPLE"))
    options = parser.parse_args()
    claims = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (frames, paper) in FULL.items():
            place = Path(folder) / name
            source, games = sample(name, options.hihack, place, options.quick)
            found = measure(source, games, place / "data", 20_000 if options.quick else 200_000)
            hours = {job: found[job] * frames / CORES / 3600 for job in ("import", "transcode", "epoch", "nle")}
            print(
                f"{name}: {frames / 1e9:.2f} billion frames like {source}'s on {CORES} cores: "
                f"import {hours['import']:.2f} h, transcode {hours['transcode']:.2f} h, "
                f"one epoch {hours['epoch']:.2f} h (NLE's converter here {hours['nle']:.2f} h, "
                f"the paper's loader {paper:.2f} h); "
                f"{found['bytes'] * frames / 1e9:.0f} GB in the store, {found['bz2'] * frames / 1e9:.0f} GB of bz2"
            )
            value, ratio = round(hours["epoch"], 3), round(hours["epoch"] / paper, 4)
            claims.append({
                "claim": f"{name} at full size on {CORES} cores: hours for one epoch", "value": value,
                "peer": round(paper, 3), "ratio": ratio, "target": 1.0, "holds": ratio < 1,
            })  # fmt: skip
    for claim in claims:
        print(json.dumps(claim))
    return 0 if all(claim["holds"] for claim in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
