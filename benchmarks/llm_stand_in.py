"""Whole games of the agent `llm` against a service that fails: nothing lost, all counted.

    python benchmarks/llm_stand_in.py [--quick] [--games N]

The service is `yendor.agents.llm_stand_in`, on this machine: it walks, and a share of its requests gets no answer,
loses its connection, or is answered with broken JSON, without a choice, with HTTP 429 or 500, with nonsense or nothing.
Each game is played to its natural end three times: in calm; with the faults that pass by themselves, which must give
the same game key for key; and with all of them. Then the service refuses for good in mid-game: the game so far must be
kept. Every count of the agent is held against what the service injected, and the journal against what it was sent.
"""

import argparse
import itertools
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from yendor.agents.llm import LLMAgent
from yendor.agents.llm_options import LLMOptions
from yendor.agents.llm_stand_in import FAULTS, StandIn, mixed
from yendor.core.seeds import Seeds, seed_list
from yendor.envs.make import make
from yendor.evaluation.game import play_game

PASSING = {
    "timeout": 0.003, "drop": 0.02, "break-off": 0.02, "malformed": 0.02, "no-choice": 0.02, "busy": 0.02,
    "broken": 0.02,
}  # fmt: skip
ALL = PASSING | {"nonsense": 0.03, "empty": 0.03}
QUICK = (Seeds(1017, 2017), Seeds(1023, 2023))
"""Games of two hundred and of seventy keys."""


class Played(NamedTuple):
    """A game's result line; requests that its service received, and what it injected; the journal; seconds taken."""

    line: dict[str, Any]
    received: int
    injected: Counter[str]
    expected: dict[str, int]
    journal: list[dict[str, Any]]
    seconds: float

    @property
    def keys(self) -> list[tuple[int, str]]:
        """Return step and action of each answer."""
        return [(entry["step"], entry["action"]) for entry in self.journal if "answer" in entry]


def play(seeds: Seeds, faults: Iterable[str], folder: Path) -> Played:
    """Play a game to its end against a stand-in with these faults."""
    began = time.monotonic()
    with StandIn(faults=faults, hang_s=5.0) as server:
        settings = LLMOptions(
            endpoint=server.endpoint, model="walker", timeout=1.0, first_wait=0.01, longest_wait=0.1, journal=folder,
            price_in=1.0, price_out=4.0,
        )  # fmt: skip
        env = make(seeds=seeds)
        line = play_game(env, LLMAgent(settings), seeds)
        env.close()
        told = [json.loads(text) for text in (folder / f"game-{seeds.core}.jsonl").read_text().splitlines()]
        return Played(line, server.requests, server.injected, server.expected(), told[1:], time.monotonic() - began)


def show(name: str, seeds: Seeds, played: Played) -> None:
    """Print a game: how it ended, what was injected, what was counted."""
    line, counts = played.line, {k: v for k, v in played.line["agent_counts"].items() if v}
    print(
        f"{name} {seeds.core}:{seeds.disp}: {line['ended']} after {line['steps']:,} keys, turn {line['turns']:,}, "
        f"{line['score']:,} points, {played.seconds:.1f} s"
    )
    print(f"  injected {dict(played.injected)}\n  counted {counts}")


def claim(what: str, value: int, peer: int) -> dict[str, Any]:
    """Return a claim that two numbers are equal."""
    ratio = round(value / peer, 4) if peer else None
    return {"claim": what, "value": value, "peer": peer, "ratio": ratio, "target": 1.0, "holds": value == peer > 0}


def accounts(games: list[Played]) -> list[dict[str, Any]]:
    """Return the claims about counts, over all games."""
    claims = []
    for count in sorted(set(FAULTS.values())):
        counted = sum(game.line["agent_counts"][count] for game in games)
        injected = sum(game.expected.get(count, 0) for game in games)
        claims.append(claim(f"{count}: counted, against injected", counted, injected))
    requests = sum(game.line["agent_counts"]["requests"] for game in games)
    journal = sum(len(game.journal) for game in games)
    return [
        *claims,
        claim("requests counted, against received by the service", requests, sum(game.received for game in games)),
        claim("requests in the journals, against counted", journal, requests),
    ]


def main() -> int:
    """Play, and print the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two short games")
    parser.add_argument("--games", type=int, default=6, help="how many games, from dev:0 on")
    options = parser.parse_args()
    seeds = list(QUICK) if options.quick else seed_list(f"dev:{options.games}", options.games)
    games: list[Played] = []
    same = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, one in enumerate(seeds):
            place = Path(folder) / str(number)
            calm = play(one, (), place / "calm")
            passing = play(one, mixed(PASSING, seed=number), place / "passing")
            faulty = play(one, mixed(ALL, seed=number), place / "all")
            for name, played in (("calm", calm), ("passing faults", passing), ("all faults", faulty)):
                show(name, one, played)
            same += calm.keys == passing.keys and calm.line["score"] == passing.line["score"]
            games += [calm, passing, faulty]
        refused = play(seeds[0], itertools.chain([""] * 30, ["refuse"]), Path(folder) / "refused")
        show("refused in mid-game", seeds[0], refused)
    kept, counts = refused.line["steps"], refused.line["agent_counts"]
    told = counts["answers"] + counts["auto_more"]
    claims = [
        claim("games that faults which pass leave the same key for key", same, len(seeds)),
        claim("games played to their natural end", sum(g.line["ended"] == "death" for g in games), len(games)),
        claim("keys kept of the game in which the service refused for good, against keys answered before", kept, told),
        *accounts([*games, refused]),
    ]
    for line in claims:
        print(json.dumps(line))
    return 0 if all(line["holds"] for line in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
