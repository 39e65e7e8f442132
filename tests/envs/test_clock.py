"""The system clock does not reach the game: a full moon and a Friday 13th change no screen."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SHIM = r"""
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static time_t wanted(void) { return atol(getenv("FAKE_NOW")); }
time_t time(time_t *t) { if (t) *t = wanted(); return wanted(); }
int gettimeofday(struct timeval *tv, void *tz) { (void)tz; tv->tv_sec = wanted(); tv->tv_usec = 0; return 0; }
int clock_gettime(clockid_t id, struct timespec *ts) {
    if (id != CLOCK_REALTIME) return syscall(SYS_clock_gettime, id, ts);
    ts->tv_sec = wanted(); ts->tv_nsec = 0; return 0;
}
"""

PLAY = """
import hashlib, sys, time
import numpy as np
from yendor.envs.make import make
env = make(seeds=(21, 22), fix_moon_phase=sys.argv[1] == "fixed")
observation, _ = env.reset()
keys = np.random.default_rng(0)
digest = hashlib.sha256()
for step in range(300):
    for key in sorted(observation):
        digest.update(observation[key].tobytes())
    observation, _, terminated, truncated, _ = env.step(int(keys.choice([0, 1, 2, 3, 4, 5, 6, 7, 19])))
    if terminated or truncated:
        break
print(int(time.time()), digest.hexdigest())
"""

FULL_MOON = 1795608000  # 2026-11-25, noon UTC
FRIDAY_13 = 1794571200  # 2026-11-13, noon UTC


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler to build the clock shim with")
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clock.c").write_text(SHIM)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", "clock.so", "clock.c"], cwd=folder, check=True)
    return folder / "clock.so"


def play(shim: Path, now: int, moon: str) -> str:
    clock = {"LD_PRELOAD": str(shim), "FAKE_NOW": str(now)}
    run = subprocess.run(
        [sys.executable, "-c", PLAY, moon], env={**os.environ, **clock}, capture_output=True, text=True, check=True
    )
    seen, digest = run.stdout.split()
    assert int(seen) == now, "the shim did not move the clock"
    return digest


def test_the_moon_does_not_change_the_game(shim: Path) -> None:
    ordinary = play(shim, 1800000000, "fixed")
    assert play(shim, FULL_MOON, "fixed") == ordinary
    assert play(shim, FRIDAY_13, "fixed") == ordinary


def test_without_the_fix_it_does(shim: Path) -> None:
    assert play(shim, FULL_MOON, "real") != play(shim, 1800000000, "real")


def test_the_moment_of_birth_comes_from_the_seed() -> None:
    import _ctypes
    import ctypes

    from yendor.envs.make import make

    def birthday(core: int, **settings: bool) -> int:
        env = make(seeds=(core, 1), **settings)  # type: ignore[arg-type]
        for _ in range(2):  # the engine reloads itself at each reset
            env.reset()
        handle = ctypes.CDLL(env.engine.nethack.dlpath)
        value = ctypes.c_long.in_dll(handle, "ubirthday").value
        _ctypes.dlclose(handle._handle)
        env.close()
        return value

    assert birthday(5) == birthday(5)
    assert birthday(5) != birthday(6)
    assert birthday(5, fix_birthday=False) > 1_700_000_000, "without the fix it is the system's time"
