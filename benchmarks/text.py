"""The text layer beside nle-language-wrapper and Python's difflib: the same words, and what each costs.

    python benchmarks/text.py [--quick] [--cache DIR] [--golden FOLDER]

Plays games of the `dev` seeds (the bot, the bot with a fifth of random keys, random keys alone), describes every step,
and keeps the arrays of every fifth. Two builds of the wrapper (Goodger et al. 2023) describe the same arrays in an
environment of their own under `--cache`: version 0.2.0, whose one C++ file is compiled from its source distribution,
and its main branch, as the wheel of balrog-nle 0.9.0 has it. Both need CPython 3.11, a package index, and the first gcc
and g++; where one cannot be made, its claim says why and does not hold. Times are CPU microseconds, medians of rounds.

`--golden` also writes some observations and what the wrapper says of them, for the tests.
"""

import argparse
import difflib
import gzip
import importlib
import importlib.util
import itertools
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

KEYS = ("glyphs", "blstats", "tty_chars", "inv_strs", "inv_letters", "tty_cursor")
PEERS = {"compat": "nle-language-wrapper 0.2.0", "compat-main": "nle-language-wrapper main (balrog-nle 0.9.0)"}
BUILDERS = ("setuptools<80", "wheel", "packaging")
"""What pip asks for before it hands out the source distribution."""
STRIDE = 5
ROUNDS = 5
Rows = dict[str, np.ndarray]
Texts = list[list[str]]


# ---- the wrapper, in processes and an environment of its own


class Unavailable(Exception):
    """A peer that cannot be made here, and why."""


def run(*command: object, cwd: Path | None = None) -> str:
    """Run a command; return what it prints."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, cwd=cwd, capture_output=True, text=True)
    except OSError as error:
        raise Unavailable(f"{words[0]}: {error}") from error
    if done.returncode:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        wrong = [line for line in said if "error" in line.lower()] or said
        raise Unavailable(f"{' '.join(words[:4])} ...: {''.join(wrong[-1:])}")
    return done.stdout


def environment(cache: Path) -> Path:
    """Make the wheel's environment; return its Python."""
    if sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython":
        raise Unavailable("the peers need CPython 3.11")
    python = cache / "venv" / "bin" / "python"
    if not (cache / "venv" / "ready").exists():
        shutil.rmtree(cache / "venv", ignore_errors=True)
        run(sys.executable, "-m", "venv", cache / "venv")
        run(python, "-m", "pip", "install", "--quiet", "--no-deps", "balrog-nle==0.9.0", "numpy", "pybind11", *BUILDERS)
        (cache / "venv" / "ready").touch()
    return python


def main_branch(cache: Path) -> Path:
    """Return the module with the main branch's rules."""
    environment(cache)
    found = sorted((cache / "venv").rglob("nle_language_obsv*.so"))
    if not found:
        raise Unavailable("balrog-nle 0.9.0 brings no nle_language_obsv here")
    return found[0]


def version_020(cache: Path) -> Path:
    """Compile version 0.2.0's module, with those of NetHack's tables that it reads; return it."""
    python, place = environment(cache), cache / "0.2.0"
    module = place / "nle_language_obsv.so"
    if module.exists():
        return module
    shutil.rmtree(place, ignore_errors=True)
    (place / "source").mkdir(parents=True)
    options = ("--no-deps", "--no-build-isolation", "--no-binary", ":all:", "--dest", place)
    run(python, "-m", "pip", "download", "--quiet", *options, "nle-language-wrapper==0.2.0")
    shutil.unpack_archive(next(place.glob("*.tar.gz")), place / "source", filter="data")
    source = next((place / "source").iterdir())
    nethack, made = source / "nle", place / "made"
    for folder in ("include", "src", "util"):
        (made / folder).mkdir(parents=True)
    host = ("gcc", "-O1", "-w", "-DNOMAIL", "-DDLB", f"-I{nethack / 'include'}")
    parts = (nethack / "util" / "makedefs.c", nethack / "src" / "monst.c", nethack / "src" / "objects.c")
    run(*host, *parts, "-o", made / "makedefs")
    for what in ("-o", "-p"):  # onames.h and pm.h
        run(made / "makedefs", what, cwd=made / "util")
    defined = ("-DNOCLIPPING", "-DNOMAIL", "-DNOTPARMDECL", '-DDEFAULT_WINDOW_SYS="rl"', "-DDLB", "-DNLE_ALLOW_SEEDING")
    flags = ("-w", "-fPIC", *defined, f"-I{nethack / 'include'}", f"-I{made / 'include'}")
    names = ("monst", "objects", "drawing", "decl")
    for name in names:
        run("gcc", "-O2", *flags, "-c", nethack / "src" / f"{name}.c", "-o", made / f"{name}.o")
    pybind = run(python, "-c", "import pybind11; print(pybind11.get_include())").strip()
    includes = (f"-I{pybind}", f"-I{nethack}", f"-I{sysconfig.get_paths()['include']}")
    objects = [made / f"{name}.o" for name in names]
    part = module.with_suffix(".part")
    run("g++", "-O3", "-std=c++17", "-shared", *flags, *includes, source / "src" / "main.cpp", *objects, "-o", part)
    part.replace(module)
    return module


def serve(module: Path, folder: Path, out: Path) -> None:
    """Describe all rows of a folder with a build of the wrapper: its texts as JSON, and CPU microseconds of each."""
    spec = importlib.util.spec_from_file_location("nle_language_obsv", module)
    assert spec is not None
    assert spec.loader is not None
    wrapper = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(wrapper)
    say = wrapper.NLELanguageObsv()

    def five(g: Any, b: Any, t: Any, s: Any, i: Any, c: Any) -> list[bytes]:
        return [say.text_blstats(b), say.text_glyphs(g, b), say.text_message(t), say.text_inventory(s, i),
                say.text_cursor(g, b, c)]  # fmt: skip

    spent: dict[str, list[float]] = {"glyphs": [], "all": []}
    for path in sorted(folder.glob("*.npz")):
        rows = load(path)
        count = len(rows["glyphs"])
        rows["tty_cursor"] = rows["tty_cursor"].astype(np.int64)
        singly = list(zip(*(list(rows[key]) for key in KEYS), strict=True))
        began = time.process_time()
        for glyphs, numbers, *_ in singly:
            say.text_glyphs(glyphs, numbers)
        middle = time.process_time()
        texts = [five(*row) for row in singly]
        spent["glyphs"].append((middle - began) / count * 1e6)
        spent["all"].append((time.process_time() - middle) / count * 1e6)
        told = [[text.decode("latin-1") for text in row] for row in texts]
        (out / f"{path.stem}.json").write_text(json.dumps(told))
    print(json.dumps({key: statistics.median(times) for key, times in spent.items()}))


def wrapper_says(style: str, cache: Path, rows: Path, out: Path) -> dict[str, float]:
    """Have a build of the wrapper describe the rows; return its CPU microseconds an observation."""
    module = (version_020 if style == "compat" else main_branch)(cache)
    out.mkdir(parents=True)
    printed = run(environment(cache), __file__, "--serve", module, rows, out)
    found: dict[str, float] = json.loads(printed.splitlines()[-1])
    return found


# ---- real play


def load(path: Path) -> Rows:
    """Read a file of rows."""
    with np.load(path) as file:
        return {key: file[key] for key in KEYS}


def play(job: tuple[int, int, Path]) -> int:
    """Play a game, write its rows and whole texts; return its steps."""
    from yendor.agents.make import make_agent
    from yendor.core.seeds import seed_list
    from yendor.envs.make import make
    from yendor.text.describe import Describer
    from yendor.text.history import whole

    game, steps, folder = job
    env, bot, describer = make(seeds=seed_list(f"dev:{game}-{game + 1}")[0]), make_agent("bot"), Describer()
    draw = np.random.default_rng(game)
    share = (0.0, 0.2, 0.0, 1.0)[game % 4]
    bot.reset(game)
    observation, _ = env.reset()
    kept: list[Rows] = []
    texts: list[str] = []
    for step in range(steps):
        texts.append(whole(describer.describe(observation)))
        if step % STRIDE == 0:
            kept.append({key: observation[key].copy() for key in KEYS})
        at_random = draw.random() < share
        action = int(draw.integers(121)) if at_random else bot.act(observation).action
        if share < 1:
            bot.observe(observation, action)
        observation, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            break
    env.close()
    (folder / "texts" / f"{game:04}.json").write_text(json.dumps(texts))
    rows: Any = {key: np.stack([row[key] for row in kept]) for key in KEYS}
    np.savez(folder / "rows" / f"{game:04}.npz", **rows)
    return len(texts)


def play_all(folder: Path, steps: int, least: int) -> int:
    """Play games until there are so many steps; return how many there are."""
    for name in ("rows", "texts"):
        (folder / name).mkdir()
    done = 0
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for first in itertools.count(0, 8):
            done += sum(pool.imap_unordered(play, [(game, steps, folder) for game in range(first, first + 8)]))
            if done >= least:
                return done
    raise AssertionError


# ---- claims


def claim(name: str, value: Any, peer: Any, ratio: Any, target: Any, holds: bool, **more: Any) -> dict[str, Any]:
    """Make one line of the result."""

    def short(number: Any) -> Any:
        return round(number, 3) if isinstance(number, float) else number

    numbers = {"value": short(value), "peer": short(peer), "ratio": short(ratio), "target": target}
    return {"claim": name, **numbers, "holds": holds, **more}


def median_us(count: int, *works: Callable[[], object]) -> list[float]:
    """Return the median CPU microseconds of one of so many pieces, for each kind of work; they take turns."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, spent in zip(works, times, strict=True):
            began = time.process_time()
            work()
            spent.append((time.process_time() - began) / count * 1e6)
    return [statistics.median(spent) for spent in times]


def compare_words(style: str, rows: Path, said: Path) -> tuple[int, int]:
    """Return how many observations there are, and of how many all five texts are the wrapper's."""
    from yendor.text.describe import Describer

    describer, equal, total = Describer(style), 0, 0
    for path in sorted(rows.glob("*.npz")):
        stacked = load(path)
        ours = describer.describe_rows(*(stacked[key] for key in KEYS))
        theirs = json.loads((said / f"{path.stem}.json").read_text())
        total += len(theirs)
        equal += sum(list(one) == other for one, other in zip(ours, theirs, strict=True))
    return total, equal


def words(folder: Path, cache: Path, least: int) -> list[dict[str, Any]]:
    """Compare with both builds of the wrapper; measure what a description costs."""
    from yendor.text.describe import STYLES, Describer

    rows, lines, peers = folder / "rows", [], {}
    for style, name in PEERS.items():
        told = f"all five texts of style {style} equal those of {name}, observations"
        try:
            peers[style] = wrapper_says(style, cache, rows, folder / style)
        except Unavailable as reason:
            lines.append(claim(told, None, None, None, least, False, reason=str(reason)))
            continue
        total, equal = compare_words(style, rows, folder / style)
        lines.append(claim(told, equal, total, equal / total, least, equal == total >= least))
        print(f"{name}: {peers[style]['glyphs']:.2f} us an observation for glyphs, {peers[style]['all']:.2f} for all")
    loaded = [load(path) for path in sorted(rows.glob("*.npz"))[:16]]
    sample = [np.concatenate([one[key] for one in loaded])[:4000] for key in KEYS]
    count = len(sample[0])
    for style in STYLES:
        describer = Describer(style)
        glyphs, five = median_us(
            count, partial(describer.glyph_lines, *sample[:2]), partial(describer.describe_rows, *sample)
        )
        print(f"style {style}: {glyphs:.2f} us an observation for glyphs, {five:.2f} for all")
        if style == "compat":
            peer = peers.get(style) or peers.get("compat-main") or {}
            for what, ours, key, most in (("glyphs", glyphs, "glyphs", 8), ("all five texts", five, "all", 20)):
                ratio = peer[key] / ours if peer else None
                name = f"CPU microseconds an observation in a batch, {what}; the peer is the wrapper"
                lines.append(claim(name, ours, peer.get(key), ratio, most, ours <= most))
    return lines


Pair = tuple[str, str]


def pairs(folder: Path) -> Iterator[list[Pair]]:
    """Yield each game's pairs of consecutive whole texts."""
    for path in sorted((folder / "texts").glob("*.json")):
        yield list(itertools.pairwise(json.loads(path.read_text())))


def plain(differ: Any, before: str, after: str) -> list[str]:
    """Call a difflib as diff history does."""
    return list(differ.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))


def cydifflib(cache: Path) -> Any:
    """Return difflib compiled, or None where it cannot be had."""
    place = cache / "cydifflib"
    try:
        if not place.exists():
            part = cache / "cydifflib.part"
            shutil.rmtree(part, ignore_errors=True)
            run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", part, "cydifflib")
            part.replace(place)
        sys.path.insert(0, str(place))
        return importlib.import_module("cydifflib")
    except (Unavailable, ImportError) as reason:
        print(f"no cydifflib: {reason}")
        return None


def differences(folder: Path, cache: Path, least: int) -> list[dict[str, Any]]:
    """Compare diffs with difflib's, undo them, and measure both over the pairs that differ."""
    from yendor.text.diff import diff, diff_chain, patch

    total = equal = undone = 0
    sample: list[Pair] = []
    for game in pairs(folder):
        ours = [diff(before, after) for before, after in game]
        together = diff_chain([*(before for before, _ in game), game[-1][1]]) if game else []
        for (before, after), hunks, chained in zip(game, ours, together, strict=True):
            total += 1
            equal += hunks == chained == "\n".join(plain(difflib, before, after)[2:])
            undone += patch(before, hunks) == after
        changed = [pair for pair in game if pair[0] != pair[1]]
        sample += changed[:: max(1, len(changed) // 200)]
    print(f"{total:,} pairs of consecutive texts; {len(sample):,} that differ are timed")

    def over(one: Callable[[str, str], object]) -> Callable[[], None]:
        def work() -> None:
            for before, after in sample:
                one(before, after)

        return work

    compiled = cydifflib(cache)
    peers = [partial(plain, differ) for differ in (difflib, compiled) if differ is not None]
    ours_us, peer_us, *rest = median_us(len(sample), *map(over, (diff, *peers)))
    for us in rest:
        print(f"cydifflib: {us:.1f} us a pair, {us / ours_us:.1f} times ours")
    ratio = peer_us / ours_us
    return [
        claim("diff equals difflib's, pairs of consecutive texts", equal, total, equal / total, least,
              equal == total >= least),
        claim("a diff undone gives the text, pairs", undone, total, undone / total, least, undone == total >= least),
        claim("CPU microseconds a diff of a pair that differs; the peer is difflib", ours_us, peer_us, ratio, 10,
              ratio >= 10),
    ]  # fmt: skip


# ---- golden texts


def scramble(rows: Rows, draw: np.random.Generator) -> Rows:
    """Return the rows with random things on their maps, random statistics, cursors and screens."""
    from nle import nethack

    count = len(rows["glyphs"])
    found = {key: array.copy() for key, array in rows.items()}
    for map_ in found["glyphs"]:
        few = draw.integers(0, nethack.MAX_GLYPH, draw.choice((2, 5, 200)))
        hit = draw.random(map_.shape) < draw.choice((0.01, 0.03, 0.08))
        map_[hit] = draw.choice(few, hit.sum())
    numbers = found["blstats"]
    bounds = {0: (0, 79), 1: (0, 21), 3: (3, 126), 21: (0, 8), 22: (0, 7), 25: (0, 1 << 13), 26: (-2, 3)}
    for column, (low, high) in bounds.items():
        numbers[:, column] = draw.integers(low, high, count)
    found["tty_cursor"][:, 0], found["tty_cursor"][:, 1] = draw.integers(0, 24, count), draw.integers(0, 80, count)
    marks = (b"--More--", b"(end)", b"(1 of 2)", b"Points", b"list!", b" of ", b"x", b"\x1a", b" " * 80)
    for screen in found["tty_chars"]:
        for mark in draw.choice(np.array(marks, object), draw.integers(0, 5)):
            at = int(draw.integers(0, draw.choice((80, 160, 1920)) - len(mark) + 1))
            screen.reshape(-1)[at : at + len(mark)] = np.frombuffer(mark, np.uint8)
    return found


def golden(folder: Path, cache: Path, target: Path, real: int = 200, random: int = 100) -> None:
    """Write observations, and what both builds of the wrapper say of them."""
    draw = np.random.default_rng(0)
    games = [load(path) for path in sorted((folder / "rows").glob("*.npz"))]
    every: Rows = {key: np.concatenate([game[key] for game in games]) for key in KEYS}
    screens = every["tty_chars"]
    _, differ = np.unique(screens[:, :2].reshape(len(screens), -1), axis=0, return_index=True)  # messages, each once
    marks = (b"--More--", b"(end)", b" of ")
    ends = np.array([any(mark in bytes(screens[i]) for mark in marks) for i in differ])
    windows = draw.permutation(differ[ends])[: real // 2]
    rest = np.setdiff1d(draw.permutation(len(screens))[: 20 * real], windows)
    chosen = np.concatenate([windows, draw.permutation(rest)[: real - len(windows)]])
    picked = draw.integers(0, len(screens), random)
    drawn = scramble({key: every[key][picked] for key in KEYS}, draw)
    rows: Any = {key: np.concatenate([every[key][chosen], drawn[key]]) for key in KEYS}
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "rows").mkdir()
        np.savez(place / "rows" / "golden.npz", **rows)
        said: dict[str, Sequence[Any]] = {}
        for style in PEERS:
            wrapper_says(style, cache, place / "rows", place / style)
            said[style] = json.loads((place / style / "golden.json").read_text())
    target.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(target / "observations.npz", **rows)
    lines = [json.dumps({style: texts[i] for style, texts in said.items()}) for i in range(real + random)]
    (target / "texts.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="16 games of 300 steps: shows that it works")
    parser.add_argument("--cache", type=Path, default=Path("build/text_peers"), help="where the peers are kept")
    parser.add_argument("--golden", type=Path, help="write golden texts to this folder")
    parser.add_argument("--serve", nargs=3, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(*options.serve)
        return 0
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    steps, least, observations, apart = (300, 3000, 600, 2500) if options.quick else (2500, 110_000, 20_000, 100_000)
    cache: Path = options.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{play_all(folder, steps, least):,} steps played")
        if options.golden:
            try:
                golden(folder, cache, options.golden)
            except Unavailable as reason:
                sys.exit(f"no golden texts: {reason}")
        lines = words(folder, cache, observations) + differences(folder, cache, apart)
    for line in lines:
        print(json.dumps(line))
    return 0 if options.quick or all(line["holds"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
