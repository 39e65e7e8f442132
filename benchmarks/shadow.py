"""The bot over the shoulders of others: does it answer at every step, and how far do its labels agree with theirs?

    python benchmarks/shadow.py                       # some ten minutes
    python benchmarks/shadow.py --quick               # under a minute
    python benchmarks/shadow.py --player oldbot       # also a bot's folder, such as an earlier `yendor export bot`
    python benchmarks/shadow.py --hihack FOLDER       # HiHack's games; otherwise those of YENDOR_HIHACK_SAMPLE

Players that play here (random, walker, the bot itself, folders) are watched with full observations and entered in the
middle. Games of HiHack's and of people (those in NLE's own tests) are watched from the terminal alone, from their first
frame and, each once more, from their middle. How well a terminal gives back what NLE observes is measured on games of
the bot, where both are known. The peer of an agreement is what always naming the player's commonest strategy would
reach; that of one strategy is chance: how often the bot names it in all steps.
"""

import argparse
import collections
import json
import os
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from nle import nethack as nh

from yendor.agents.make import make_agent
from yendor.belief.terrain import CODE_OF
from yendor.core.agent import Observation
from yendor.core.seeds import Seeds
from yendor.data.catalogue import Catalogue
from yendor.data.games import Games
from yendor.data.importers import import_folder
from yendor.evaluation.shadow.agreement import Agreement
from yendor.evaluation.shadow.played import watch_played
from yendor.evaluation.shadow.stored import middle, watch_stored
from yendor.evaluation.shadow.watcher import Watcher
from yendor.launch.jobs import run_jobs
from yendor.nethack import glyphs as g
from yendor.nethack.prompts import Kind, read_prompt
from yendor.nethack.terminal.reader import TerminalReader

ENOUGH = 8
"""Games below which the share of equal labels settles nothing: one early misunderstanding colours a whole game."""
LEAST = 30
"""Steps of a strategy below which nothing is claimed about it."""


class Comparison:
    """What a watcher sees who has only the terminal, and how much of the truth that is."""

    def __init__(self) -> None:
        self.reader = TerminalReader()
        self.counts: collections.Counter[str] = collections.Counter()

    def __call__(self, true: Observation, before: int) -> Observation:
        self.reader.press(before)
        read = self.reader.read(true["tty_chars"], true["tty_colors"], true["tty_cursor"])
        if read_prompt(true).kind is Kind.COMMAND:
            theirs, ours = true["glyphs"], read["glyphs"]
            drawn = theirs != nh.GLYPH_CMAP_OFF + g.STONE
            monsters = g.IS_MONSTER[theirs].copy()
            monsters[int(true["blstats"][1]), int(true["blstats"][0])] = False  # the hero
            self.counts["drawn"] += int(drawn.sum())
            self.counts["exact"] += int((theirs == ours)[drawn].sum())
            self.counts["class"] += int((CODE_OF[theirs] == CODE_OF[ours])[drawn].sum())
            things = g.IS_ITEM[theirs]
            self.counts["things"] += int(things.sum())
            self.counts["named"] += int((theirs == ours)[things].sum())
            self.counts["monsters"] += int(monsters.sum())
            self.counts["kinds"] += int((g.MONSTER_OF[theirs] == g.MONSTER_OF[ours])[monsters].sum())
        return read


def watch(job: dict[str, Any], beat: Any) -> dict[str, Any]:
    """Watch one game; return counts as plain data."""
    watcher = Watcher(make_agent("bot"))
    view = Comparison() if job["what"] == "rebuilt" else None
    if "core" in job:
        seeds = Seeds(job["core"], job["core"] + 1000)
        steps, enter = job["steps"], 0
        if view is None:  # the game is as long as it was the first time
            steps = watch_played(make_agent(job["player"]), watcher, seeds, steps, steps, beat=beat).steps
            enter = steps // 2
        seen = watch_played(make_agent(job["player"]), watcher, seeds, steps, enter, view=view, beat=beat)
        agreement, extra = seen.agreement, {"same_labels": seen.same_labels}
    else:
        games = Games(Path(job["place"]), f"gameid = {job['gameid']}", "path")
        enter = middle(games, job["gameid"]) if job["middle"] else 0
        kept = watch_stored(games, job["gameid"], watcher, enter=enter, limit=job["steps"], beat=beat)
        agreement, extra = kept.agreement, {}
    if view is not None:
        extra |= dict(view.counts)
    return {
        "what": job["what"], "asked": watcher.asked, "failed": watcher.failed, "trouble": watcher.trouble,
        "agreement": agreement.to_json(), **extra,
    }  # fmt: skip


def stored_jobs(what: str, source: str, folder: Path, place: Path, steps: int | None) -> list[dict[str, Any]]:
    """Import games, and list them to be watched from the beginning and from the middle."""
    import_folder(folder, Catalogue(place, create=True), source, workers=1)
    jobs = []
    for gameid in Games(place, projection="path"):
        job = {"what": what, "place": str(place), "gameid": gameid, "steps": steps}
        jobs += [{**job, "middle": False}, {**job, "what": f"{what}, entered in the middle", "middle": True}]
    return jobs


def claim(text: str, value: float, target: str, holds: bool | None, peer: float | None = None) -> None:
    """Print one claim as a line of JSON."""
    ratio = round(value / peer, 3) if peer else None
    peer = round(peer, 4) if peer is not None else None
    line = {"claim": text, "value": round(value, 4), "peer": peer, "ratio": ratio, "target": target, "holds": holds}
    print(json.dumps(line))


def tell_agreement(what: str, agreement: Agreement) -> None:
    """Print a table of strategies, and the claims about them."""
    name, commonest = agreement.commonest
    claim(f"strategies that agree, {what} ({agreement.steps:,} steps, commonest {name})", agreement.share,
          "a measurement", None, commonest)  # fmt: skip
    rest = agreement.without(name)
    claim(f"strategies that agree where theirs is not {name}, {what} ({rest.steps:,} steps, commonest "
          f"{rest.commonest[0]})", rest.share, "a measurement", None, rest.commonest[1])  # fmt: skip
    claim(f"Cohen's kappa of the strategies, {what}", agreement.kappa, "> 0", agreement.kappa > 0, 0.0)
    for row in agreement.rows():
        if row["theirs"]:
            text = f"recall of {row['strategy']}, {what} ({row['theirs']:,} steps; precision "
            text += f"{row['precision'] or 0:.3f}, F1 {row['f1']:.3f})"
            enough = row["theirs"] >= LEAST and row["ours"] > 0
            chance = row["ours"] / agreement.steps
            claim(text, row["recall"], "> chance", row["recall"] > chance if enough else None, chance)


def tell(what: str, lines: list[dict[str, Any]]) -> None:
    """Print the claims about one kind of game."""
    total, counts = Agreement(), collections.Counter[str]()
    for line in lines:
        total.merge(Agreement.from_json(line["agreement"]))
        counts.update({key: value for key, value in line.items() if isinstance(value, int)})
    trouble = next((line["trouble"] for line in lines if line["failed"]), "")
    if trouble:
        print(f"{what}: {trouble}")
    claim(f"steps without a label and a key, {what} ({counts['asked']:,} steps of {len(lines)} games)",
          counts["failed"], "0", counts["failed"] == 0)  # fmt: skip
    if what == "rebuilt":
        shares = {
            "squares whose glyph a terminal gives back exactly": counts["exact"] / counts["drawn"],
            "squares whose kind (floor, wall, thing, monster) it gives back": counts["class"] / counts["drawn"],
            "monsters whose species it gives back": counts["kinds"] / max(counts["monsters"], 1),
            "steps on which the bot gives the same label from a terminal alone": counts["same_labels"]
            / counts["asked"],
            "steps on which it names the same key": total.named / max(total.keys, 1),
        }
        for (text, share), least in zip(shares.items(), (0.95, 0.99, 0.95, 0.9, 0.9), strict=True):
            settled = not text.startswith("steps") or len(lines) >= ENOUGH
            claim(text, share, f">= {least}", share >= least if settled else None)
        claim(
            "things on the floor that it names right", counts["named"] / max(counts["things"], 1), "a measurement", None
        )
    elif total.steps:
        tell_agreement(what, total)
    if total.keys and what != "rebuilt":
        claim(f"keys that agree, {what}", total.named / total.keys, "a measurement", None)


def main() -> None:
    """Watch the games and print the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=8, help="games of each player that plays here")
    parser.add_argument("--steps", type=int, default=6000, help="keys of each of these games, at most")
    parser.add_argument("--first", type=int, default=1000, help="core seed of the first of them")
    parser.add_argument("--player", action="append", default=[], help="another player to watch: a name or a folder")
    parser.add_argument("--hihack", default=os.environ.get("YENDOR_HIHACK_SAMPLE"), help="folder of HiHack's games")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="2 games of each, 400 steps of every game")
    options = parser.parse_args()
    games, steps = (2, 400) if options.quick else (options.games, options.steps)
    jobs: list[dict[str, Any]] = []
    for player in ("random", "walker", "bot", *options.player, "rebuilt"):
        name = "bot" if player == "rebuilt" else player
        jobs += [{"what": player, "player": name, "core": options.first + k, "steps": steps} for k in range(games)]
    with tempfile.TemporaryDirectory() as place:
        limit = steps if options.quick else None
        jobs += stored_jobs("people", "nao", Path(str(files("nle") / "tests")), Path(place) / "people", limit)
        if options.hihack:
            jobs += stored_jobs("HiHack", "hihack", Path(options.hihack), Path(place) / "hihack", limit)
        else:
            print("HiHack's games are skipped: name their folder with --hihack or YENDOR_HIHACK_SAMPLE")
        lines: dict[str, list[dict[str, Any]]] = {}
        broken = 0
        for outcome in run_jobs(watch, jobs, workers=options.workers, hang_s=240.0):
            if outcome.result is None:
                print(outcome.job, outcome.failure, outcome.detail)
                broken += 1
            else:
                lines.setdefault(outcome.result["what"], []).append(outcome.result)
    claim("games that could not be watched", broken, "0", broken == 0)
    for what in dict.fromkeys(job["what"] for job in jobs):
        if what in lines:
            tell(what, lines[what])


if __name__ == "__main__":
    main()
