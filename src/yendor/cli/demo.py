"""`yendor demo`: the main job at small size: games, dataset, policy, judgement, report."""

import shlex
import time
from pathlib import Path

from yendor.cli import main as cli
from yendor.core.errors import YendorError

USAGE = """\
usage: yendor demo [--out DIR] [--workers N] [--minutes M]

Plays and records games of the bot, learns a hierarchical policy from them for M minutes, judges
bot, policy and two simple players on withheld games, and writes one HTML page about it.
Each step is an ordinary command and is printed before it runs; a demo that was interrupted goes on
where it stopped.

  --out DIR      where everything goes (default: demo)
  --workers N    processes that play (default: 2)
  --minutes M    how long to learn (default: 5.5)
  --games N      games to record (default: 96)
  --judge N      withheld games for each player (default: 12)
  --judge-steps N  step limit of those (default: 3000)
"""


def main(argv: list[str]) -> int:
    """Run the demo; see the usage text."""
    if argv and argv[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0
    settings = _options(argv)
    out = Path(settings["out"])
    started = time.monotonic()
    for title, command in _commands(out, settings):
        print(f"\n== {title}\n$ yendor {shlex.join(command)}", flush=True)
        code = cli.main(command)
        if code:
            return code
    print(f"\nThe demo took {(time.monotonic() - started) / 60:.1f} minutes.")
    print(f"Report: {(out / 'report.html').resolve()}")
    return 0


def _commands(out: Path, settings: dict[str, str]) -> list[tuple[str, list[str]]]:
    games, run, results = out / "games", out / "runs" / "hbc", out / "results"
    workers = ["--workers", settings["workers"]]
    learned = run / "checkpoints"
    steps: list[tuple[str, list[str]]] = [
        ("Is the installation in order?", ["doctor"]),
        (
            "The bot plays, and is recorded",
            [
                *("record", "--agent", "bot", "--seeds", f"dev:{settings['games']}"),
                *("--max-steps", "3000", "--out", str(games), *workers),
            ],
        ),
        ("The games are stored for fast reading", ["data", "transcode", str(games), *workers]),
        ("What was recorded", ["data", "stats", str(games)]),
    ]
    train = ["train", "hbc", "--data", str(games), "--run", str(run), "--minutes", settings["minutes"]]
    train += ["--learning-rate", "2e-3", "--decay-over", "1500"]
    if not learned.exists():
        steps.append(("A hierarchical policy learns from the games", train))
    judge = ["--seeds", f"withheld:{settings['judge']}", "--max-steps", settings["judge-steps"], *workers]
    for agent, name in (("bot", "bot"), (str(run), "hbc"), ("walker", "walker"), ("random", "random")):
        steps.append((f"Judge: {name}", ["eval", "--agent", agent, "--out", str(results / name), *judge]))
    report = ["report", *(str(results / name) for name in ("bot", "hbc", "walker", "random")), str(run)]
    steps.append(("The report", [*report, "--out", str(out / "report.html")]))
    return steps


def _options(argv: list[str]) -> dict[str, str]:
    settings = {"out": "demo", "workers": "2", "minutes": "5.5", "games": "96", "judge": "12", "judge-steps": "3000"}
    words = iter(argv)
    for word in words:
        name, _, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or name not in settings:
            raise YendorError(f"unknown option {word!r}", USAGE)
        settings[name] = value or next(words, "")
        if not settings[name]:
            raise YendorError(f"option {word} needs a value", USAGE)
        if name != "out" and not settings[name].replace(".", "", 1).isdigit():
            raise YendorError(f"{word} {settings[name]!r} is not a number", USAGE)
    return settings
