"""The text layer's compiled code under AddressSanitizer and UBSan, fed with random and malformed arrays and texts.

    python benchmarks/fuzz_text.py [--seconds 300] [--seed 0] [--quick] [--module FILE]
    python benchmarks/fuzz_text.py --batch NUMBER [--seed 0] [--module FILE]

Builds the module with sanitizers as `fuzz_ttyrec.py` does (or takes the one that --module names), and hands it inputs
in batches in a child process. What NLE could give is described in all styles and compared with the plain reference,
diffs with difflib's, and each is undone; arrays and tables of wrong shapes, dtypes, strides and numbers are to be
refused with ValueError, IndexError, TypeError or YendorError. A crash, a sanitizer's report, another exception, and a
text that differs are failures; the second command plays a batch again.

Needs what `fuzz_ttyrec.py` needs, and yendor itself.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from fuzz_ttyrec import build, claim, environment, load

TARGET, QUICK_TARGET = 50_000, 2_500
MOST_CRASHES = 10
STYLES = ("clean", "compat", "compat-main")
Arrays = dict[str, np.ndarray]


class Layer:
    """The text layer over a module with sanitizers."""

    def __init__(self, module: Path) -> None:
        self.native: ModuleType = load(module)
        sys.modules["yendor._native"] = self.native
        from nle import nethack

        import yendor
        from yendor.core.errors import YendorError
        from yendor.text import describe, describe_reference, diff, names

        yendor._native = self.native
        assert describe._native is self.native
        self.reference, self.diff, self.names = describe_reference, diff, names
        self.keys, self.most = describe.KEYS, nethack.MAX_GLYPH
        self.describers = {style: describe.Describer(style) for style in STYLES}
        self.refusals = (ValueError, IndexError, TypeError, YendorError)


def observation(layer: Layer, draw: np.random.Generator) -> Arrays:
    """Draw what NLE could give, and much that it never will."""
    kinds = draw.integers(0, layer.most + 1, draw.choice((1, 3, 20, 3000)))
    glyphs = np.full((21, 79), 2378, np.int16)
    hit = draw.random((21, 79)) < draw.choice((0.0, 0.01, 0.1, 1.0))
    glyphs[hit] = draw.choice(kinds, hit.sum())
    numbers = draw.integers(-5, 130, 27)
    if draw.random() < 0.2:
        numbers = draw.integers(-(1 << 63), 1 << 63, 27, dtype=np.int64, endpoint=False)
    numbers[:2] = draw.integers(0, 79), draw.integers(0, 21)
    screen = np.full((24, 80), 32, np.uint8)
    flat = screen.reshape(-1)
    for _ in range(draw.integers(0, 6)):
        marks = (b"--More--", b"(end)", b"(1 of 2)", b" of ", b"Points", b"list!", b"x", b"\x1a", b"(", b")", b"\xff\0")
        mark = marks[draw.integers(len(marks))]
        place = min(int(draw.choice((0, 1, 2, 23)) * 80 + draw.choice((0, 1, 40, 75, 78, 79))), 1920 - len(mark))
        flat[place : place + len(mark)] = np.frombuffer(mark, np.uint8)
    if draw.random() < 0.1:
        flat[:] = draw.integers(0, 256, 1920)
    letters = draw.integers(0, 256, 55).astype(np.uint8) * (np.arange(55) < draw.integers(0, 56)).astype(np.uint8)
    texts = draw.integers(0, 256, (55, 80)).astype(np.uint8)
    texts[draw.random(texts.shape) < draw.choice((0, 0.1))] = 0
    cursor = draw.integers(0, 256, 2) if draw.random() < 0.3 else draw.integers(0, (25, 82))
    values = (glyphs, numbers.astype(np.int64), screen, texts, letters, cursor.astype(np.uint8))
    return dict(zip(layer.keys, values, strict=True))


def damage(arrays: Arrays, draw: np.random.Generator) -> Arrays:
    """Change one array's shape, kind, strides or numbers."""
    key = list(arrays)[draw.integers(len(arrays))]
    array = arrays[key]
    cut = tuple(slice(0, draw.integers(0, size + 1)) for size in array.shape)
    changes: list[Any] = [
        lambda: array[cut], lambda: array.copy()[cut], lambda: array[..., None], lambda: array.reshape(-1),
        lambda: np.repeat(array, 2, 0), lambda: array[..., ::-1], lambda: array.T, lambda: array[::2],
        lambda: array.astype(draw.choice((np.float32, np.int32, np.uint16, np.complex64, np.bool_, object))),
        lambda: np.full_like(array, draw.choice((-1, 0, 79, 255, layer_most(array)))), lambda: None,
        lambda: array.tolist(), lambda: np.zeros(0, array.dtype), lambda: array[()],
    ]  # fmt: skip
    return {**arrays, key: changes[draw.integers(len(changes))]()}


def layer_most(array: np.ndarray) -> int:
    """Return the largest number an array can hold."""
    return int(np.iinfo(array.dtype).max)


def text(draw: random.Random) -> str:
    """Draw a text of up to 400 lines, most of them seen before."""
    kinds = draw.choice((1, 2, 5, 60, 1000))
    count = draw.choice((0, 1, 5, 60, 400))
    return "\n".join(str(draw.randrange(kinds)) + draw.choice(("", "", "é", "\r", "😀")) for _ in range(count))


def edit(before: str, draw: random.Random) -> str:
    """Change some lines."""
    lines = before.split("\n")
    for _ in range(draw.randrange(9)):
        at = draw.randrange(len(lines) + 1)
        lines[at : at + draw.randrange(3)] = draw.choices((*lines[:50], "new", ""), k=draw.randrange(4))
    return "\n".join(lines)


def run_batch(layer: Layer, seed: int, number: int) -> dict[str, Any]:
    """Hand over a batch of inputs; return how many, how many were refused, and what was wrong."""
    draw, words = np.random.default_rng((seed, number)), random.Random(f"{seed} {number}")
    done, refused, wrong = 0, 0, []
    for _ in range(20):
        one = observation(layer, draw)
        for style, describer in layer.describers.items():
            done += 2
            if describer.describe(one) != layer.reference.describe_reference(one, style):
                wrong.append(f"{style} differs from the reference")
            if describer.positions(one) != layer.reference.positions_reference(one, style):
                wrong.append(f"{style} positions differ from the reference")
        rows = {key: np.stack([array, array]) for key, array in one.items()}
        bad = [(damage(one, draw), False) for _ in range(10)] + [(damage(rows, draw), True) for _ in range(10)]
        describer = layer.describers[STYLES[draw.integers(3)]]
        for arrays, stacked in bad:
            done += 1
            try:
                describer.describe_rows(*arrays.values()) if stacked else describer.describe(arrays)
                describer.glyph_lines(arrays["glyphs"], arrays["blstats"]) if stacked else describer.positions(arrays)
            except layer.refusals:
                refused += 1
        table = layer.names.names(True)
        parts = [list(table.text), list(table.plural), table.anywhere.copy(), table.nearby.copy(), table.blocks.copy()]
        place = draw.integers(5)
        if draw.random() < 0.5:
            parts[place] = parts[place][: draw.integers(len(parts[place]))]
        elif place:
            parts[place][draw.integers(len(parts[place]))] = draw.choice((-2, -1, 0, len(table.text), 100))
        done += 1
        try:
            scribe = layer.native.Scribe(*parts, bool(draw.integers(2)), int(draw.integers(-1, 4)))
            scribe.describe(*rows.values())
        except layer.refusals:
            refused += 1
        before = text(words)
        chain = [before, edit(before, words), text(words), ""]
        for a, b, told in zip(chain, chain[1:], layer.diff.diff_chain(chain), strict=False):
            done += 1
            if not layer.diff.diff(a, b) == told == layer.diff.diff_reference(a, b):
                wrong.append("a diff differs from difflib's")
            if layer.diff.patch(a, told) != b:
                wrong.append("a diff cannot be undone")
    return {"batch": number, "inputs": done, "refused": refused, "wrong": wrong}


def serve(module: Path, seed: int, first: int, seconds: float) -> None:
    """Run batches until the time is up, and print a line for each before and after."""
    layer, began, number = Layer(module), time.monotonic(), first
    while number == first or time.monotonic() - began < seconds:
        print(json.dumps({"batch": number}), flush=True)
        print(json.dumps(run_batch(layer, seed, number)), flush=True)
        number += 1


def fuzz(module: Path, seed: int, first: int, seconds: float) -> tuple[dict[str, int], dict[str, int]]:
    """Run children until the time is up; return counts, and failures each with its first batch."""
    counts, failures, crashes = {"inputs": 0, "refused": 0}, {}, 0
    until, number = time.monotonic() + seconds, first
    while number == first or (time.monotonic() < until and crashes < MOST_CRASHES):
        left = max(0.0, until - time.monotonic())
        words = ["--module", str(module), "--seed", str(seed), "--batch", str(number), "--seconds", str(left)]
        command = [sys.executable, __file__, "--serve", *words]
        child = subprocess.run(command, env=environment(module), capture_output=True, text=True)
        for line in map(json.loads, child.stdout.splitlines()):
            number = line["batch"]
            for key in counts:
                counts[key] += line.get(key, 0)
            for what in line.get("wrong", ()):
                failures.setdefault(what, number)
        for what in re.findall(r"runtime error: .*|SUMMARY: .*", child.stderr):
            failures.setdefault(what, number)
        if child.returncode:
            failures.setdefault(f"ends with {child.returncode}: {child.stderr.strip()[-300:]}", number)
            crashes += 1
        number += 1
    return counts, failures


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300.0, help="how long inputs are handed over")
    parser.add_argument("--seed", type=int, default=0, help="fixes the inputs")
    parser.add_argument("--quick", action="store_true", help="15 seconds")
    parser.add_argument("--module", type=Path, help="a module built with sanitizers before")
    parser.add_argument("--batch", type=int, help="play this batch again")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.module, options.seed, options.batch, options.seconds)
        return 0
    with tempfile.TemporaryDirectory() as name:
        module = options.module or build(Path(name))
        again = options.batch is not None
        seconds = 0.0 if again else 15.0 if options.quick else options.seconds
        counts, failures = fuzz(module, options.seed, options.batch or 0, seconds)
    for what, number in failures.items():
        print(f"FAILURE {what}\n    python benchmarks/fuzz_text.py --batch {number} --seed {options.seed}")
    print(f"{counts['inputs']:,} inputs, {counts['refused']:,} of them refused")
    least = 0 if again else QUICK_TARGET if options.quick else TARGET
    holds = not failures and counts["inputs"] >= least
    print(claim("texts and arrays handed to the kernels under sanitizers, none with a failure", counts["inputs"], least,
                holds))  # fmt: skip
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
