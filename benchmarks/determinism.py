"""Equal seeds play equal games, key by key and screen by screen, whatever the system clock says.

    python benchmarks/determinism.py [--quick]

Records whole games of the bot four times: twice as things are, once under a system clock moved to a full moon, and
once with other seeds; then compares every key, screen, score and label. The clock is moved by a small shim that is
compiled here (LD_PRELOAD), so this needs Linux and a C compiler.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from yendor.data.stream import Stream, StreamConfig

FULL_MOON = 1795608000  # 2026-11-25, noon UTC
SHIM = r"""
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static time_t moved(void) { return atol(getenv("FAKE_NOW")); }
time_t time(time_t *t) { if (t) *t = moved(); return moved(); }
int gettimeofday(struct timeval *tv, void *tz) { (void)tz; tv->tv_sec = moved(); tv->tv_usec = 0; return 0; }
int clock_gettime(clockid_t id, struct timespec *ts) {
    if (id != CLOCK_REALTIME) return syscall(SYS_clock_gettime, id, ts);
    ts->tv_sec = moved(); ts->tv_nsec = 0; return 0;
}
"""


def record(out: Path, seeds: str, shim: Path | None = None) -> None:
    """Record whole games of the bot, under a moved clock when there is a shim."""
    clock = {"LD_PRELOAD": str(shim), "FAKE_NOW": str(FULL_MOON)} if shim else {}
    command = [sys.executable, "-m", "yendor.cli.main", "record", "--agent", "bot", "--seeds", seeds, "--out", str(out)]
    subprocess.run(command, env={**os.environ, **clock}, check=True, stdout=subprocess.DEVNULL)


def difference(one: Path, other: Path) -> tuple[int, str]:
    """Return how many frames were compared, and the first field that differs ("" for none)."""
    config = StreamConfig(1, 512, shuffle=False, loop=False, projection="path")
    frames = 0
    streams = [Stream(folder, config) for folder in (one, other)]
    if streams[0].frames != streams[1].frames:
        return 0, f"{streams[0].frames} and {streams[1].frames} frames"
    for a, b in zip(*streams, strict=True):
        for field in ("tty_chars", "tty_colors", "tty_cursor", "keypresses", "scores", "labels", "mask"):
            if not np.array_equal(getattr(a, field), getattr(b, field)):
                return frames, field
        frames += int((a.gameids > 0).sum())
    return frames, ""


def main() -> None:
    """Record, compare, and print the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2 games instead of 8")
    games = 2 if parser.parse_args().quick else 8
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "clock.c").write_text(SHIM)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", "clock.so", "clock.c"], cwd=base, check=True)
        record(base / "first", f"1000:2000:{games}")
        record(base / "again", f"1000:2000:{games}")
        record(base / "moon", f"1000:2000:{games}", base / "clock.so")
        record(base / "other", f"1500:2500:{games}")
        for name, equal in (("again", True), ("moon", True), ("other", False)):
            frames, where = difference(base / "first", base / name)
            holds = (where == "") == equal
            claim = {
                "again": "equal seeds, recorded twice: every key and screen equal",
                "moon": "equal seeds, clock at a full moon: every key and screen equal",
                "other": "other seeds: other games",
            }[name]
            line = {"claim": claim, "value": where or f"{frames} frames equal", "peer": f"{games} whole games"}
            print(json.dumps({**line, "ratio": None, "target": "equal" if equal else "different", "holds": holds}))


if __name__ == "__main__":
    main()
