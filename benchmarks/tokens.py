"""What play costs in tokens: whole observations and diffs, by step and by chunk of 64 steps.

    python benchmarks/tokens.py --data GAMES        # games that the tokeniser has not seen; minutes
    python benchmarks/tokens.py --quick             # under a minute, on a few short games

GAMES is a dataset of the bot with observations (`yendor record --agent bot --observations default`). The paper's
figures (Piterbarg et al. 2023, appendix D.2: AutoAscend's games, GPT-2's tokeniser) stand beside ours. `word` is a
vocabulary learned here that parts text as GPT-2 does: what the pre-tokeniser alone costs.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from yendor.data.text_games import TextConfig, make_chunks

PAPER = {
    "diff": {"update": "123 ± 115", "chunk": "8,465 ± 2,769"},
    "full": {"update": "573 ± 156", "chunk": "36,819 ± 9,557"},
}


def run(*words: str) -> None:
    """Run a command line of yendor; stop when it fails."""
    done = subprocess.run([sys.executable, "-m", "yendor.cli.main", *words], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"yendor {' '.join(words)}\n{done.stderr[-3000:]}")


def row(data: Path, folder: Path, tokeniser: str, encoding: str, style: str, chunks: int) -> dict[str, Any]:
    """Cut chunks and return their statistics."""
    plain: Any = style
    config = TextConfig(chunks=chunks, encoding=encoding, tokeniser=tokeniser, style=plain, valid=0.0)
    place = folder / f"{Path(tokeniser).name}-{encoding}-{style}"
    found: dict[str, Any] = make_chunks(data, place, config, quiet=True)["statistics"]
    return found


def main() -> None:
    """Parse the options, count, print the table and the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--words-from", type=Path, help="games that the word tokeniser is learned from; default --data")
    parser.add_argument("--chunks", type=int, default=2000)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if not options.quick and options.data is None:
        parser.error("--data GAMES, or --quick")
    with tempfile.TemporaryDirectory() as name:
        folder, data, chunks = Path(name), options.data, options.chunks
        if options.quick:
            data, chunks = folder / "games", 60
            words = ("--max-steps", "600", "--observations", "glyphs,blstats,inv_strs,inv_letters", "--out", str(data))
            run("record", "--agent", "bot", "--seeds", "dev:7200-7204", *words)
        word = folder / "word"
        run("data", "tokeniser", str(options.words_from or data), "--to", str(word), "--kind", "word")
        rows = [
            (tokeniser, encoding, style, row(data, folder, tokeniser, encoding, style, chunks))
            for tokeniser, style in (("nethack", "clean"), (str(word), "clean"), (str(word), "compat"))
            for encoding in ("diff", "fields", "full")
        ]
    print_table(rows)
    claims(rows)


def print_table(rows: list[tuple[str, str, str, dict[str, Any]]]) -> None:
    """Print a line for each way of telling."""
    columns = (
        "tokeniser", "style", "history", "a step", "median", "an anchor", "a chunk of 64", "median", "whole in 4,096",
        "actions in 4,096",
    )  # fmt: skip
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for tokeniser, encoding, style, found in rows:
        step, chunk = found["tokens_per_update"], found["tokens_per_chunk"]
        cells = (
            Path(tokeniser).name, style, encoding, f"{step['mean']:.1f} ± {step['sd']:.1f}", f"{step['median']:g}",
            f"{found['tokens_per_anchor']['mean']:.0f}", f"{chunk['mean']:,.0f} ± {chunk['sd']:,.0f}",
            f"{chunk['median']:,.0f}", f"{found['chunks_within_context']:.1%}",
            f"{found['actions_within_context']:.1%}",
        )  # fmt: skip
        print(f"| {' | '.join(cells)} |")
    for encoding, of in PAPER.items():
        print(f"| GPT-2 (paper) | compat | {encoding} | {of['update']} | | | {of['chunk']} | | | |")


def claims(rows: list[tuple[str, str, str, dict[str, Any]]]) -> None:
    """Print one line of JSON for each claim."""
    mean = {(Path(t).name, e, s): f["tokens_per_chunk"]["mean"] for t, e, s, f in rows}
    share = {(Path(t).name, e, s): f["chunks_within_context"] for t, e, s, f in rows}
    for peer, what in ((("word", "diff", "clean"), "of words"), (("nethack", "full", "clean"), "of whole texts")):
        ours = mean["nethack", "diff", "clean"]
        told = f"tokens of a 64-step diff chunk, phrases, beside {what}"
        line = {"claim": told, "value": ours, "peer": mean[peer], "ratio": round(ours / mean[peer], 3), "target": "< 1"}
        print(json.dumps({**line, "holds": ours < mean[peer]}))
    ours, theirs = share["nethack", "diff", "clean"], share["word", "diff", "clean"]
    told = "share of 64-step diff chunks within 4,096 tokens, phrases beside words"
    line = {"claim": told, "value": ours, "peer": theirs, "ratio": round(ours / theirs, 2) if theirs else None}
    print(json.dumps({**line, "target": "> peer", "holds": ours > theirs}))


if __name__ == "__main__":
    main()
