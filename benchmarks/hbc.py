"""HBC against players without knowledge: record, learn, judge on `valid` games, one claim a line of JSON.

    python benchmarks/hbc.py --out runs/benchmark-hbc           # about an hour on two cores; resumes
    python benchmarks/hbc.py --quick                            # under a minute: shows that it works, claims nothing

Claims: the mean score of a policy learned by HBC from the bot's games lies above those of uniform random keys, of
a walker (compass, ESC, CR) and of keys drawn by their frequency in the data, with 95 % intervals that do not
overlap; its strategy and action accuracy on unseen games lies above the majority label's.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from yendor.cli.main import main as yendor


def run(*words: str) -> None:
    """Run a command line of yendor; stop when it fails."""
    print("$ yendor", *words, flush=True)
    code = yendor(words)
    if code:
        raise SystemExit(code)


def play(
    out: Path, games: str, longest: str, seeds: str, steps: str, minutes: str, decay: str
) -> dict[str, dict[str, Any]]:
    """Record, learn and judge; return the summaries by agent.

    The beginnings of many games teach more than whole games: the judged games are short, and later the bot
    mostly walks its rounds.
    """
    data, policy = out / "games", out / "hbc"
    run("record", "--agent", "bot", "--seeds", games, "--max-steps", longest, "--out", str(data))
    run("data", "stats", str(data))
    if not (policy / "checkpoints").exists():
        learn = ["--minutes", minutes, "--learning-rate", "2e-3", "--decay-over", decay]
        run("train", "hbc", "--data", str(data), "--run", str(policy), *learn)
    agents = {"random": "random", "walker": "walker", "frequency": f"frequency:{data}", "hbc": str(policy)}
    for name, agent in agents.items():
        run("eval", "--agent", agent, "--seeds", seeds, "--max-steps", steps, "--out", str(out / "results" / name))
    return {name: json.loads((out / "results" / name / "summary.json").read_text()) for name in agents}


def claims(out: Path, summaries: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Compare: by intervals for scores, by value for accuracies."""
    ours = summaries["hbc"]["mean"]
    lines = []
    for name in ("random", "walker", "frequency"):
        peer = summaries[name]["mean"]
        ratio = ours["value"] / peer["value"] if peer["value"] else None
        lines.append(
            {
                "claim": f"mean score of hbc above {name}, intervals apart",
                "value": [ours["value"], ours["low"], ours["high"]],
                "peer": [peer["value"], peer["low"], peer["high"]],
                "ratio": ratio,
                "target": "low > high",
                "holds": ours["low"] > peer["high"],
            }
        )
    metrics = [json.loads(line) for line in (out / "hbc" / "metrics.jsonl").read_text().splitlines()]
    last = next((m for m in reversed(metrics) if "held_out_action_accuracy" in m), None)
    for which in ("action", "strategy") if last else ():
        assert last is not None
        value, peer_value = last[f"held_out_{which}_accuracy"], last[f"held_out_majority_{which}"]
        lines.append(
            {
                "claim": f"{which} accuracy on unseen games above the majority label's",
                "value": value,
                "peer": peer_value,
                "ratio": value / peer_value,
                "target": "> 1",
                "holds": value > peer_value,
            }
        )
    return lines


def main() -> None:
    """Parse the options and print the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark-hbc"))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.quick:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            lines = claims(out, play(out, "dev:400-406", "1000", "valid:2", "200", "0.2", "100"))
    else:
        lines = claims(options.out, play(options.out, "dev:400-1000", "3000", "valid:128", "5000", "20", "4000"))
    for line in lines:
        print(json.dumps(line))


if __name__ == "__main__":
    main()
