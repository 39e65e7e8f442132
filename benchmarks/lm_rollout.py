"""Language models at play: many games with kept keys and values, against the paper's loop that reads all anew.

    python benchmarks/lm_rollout.py [--quick] [--repeats N] [--agent RUN] [--layers 4 --width 256 --context 2048]

Both play the same real NetHack games with the same weights, tokeniser and encoding, one thread, on a CPU: 8 games at
once with sliding anchors, and one at a time as diff history's released code does (Piterbarg et al. 2023): for each key
the prompt of the last 15 steps, the paper's best, is built by Python's difflib, tokenised whole, shortened until it
leaves 256 tokens free, read whole, and the action generated token by token up to the closing mark. Neither can press
a wrong key, which bounds the generation of an untrained network; nothing else of the loop is slowed or sped up.

Anchors slide so that the model sees 15 past steps or more on average; how many it saw is printed.

Without --agent the weights are random, which cost what trained ones do, and the keys pressed are those of the bot, so
that the texts are as long as in strong play. With it the model presses its own. Figures are medians over the repeats,
of whole game steps: engine, description, tokens, network. The loop is timed on every tenth step, evenly.

On a GPU, where there is one, 128 games at once with a network of GPT-2's size (12 layers of 768, context 4096, bf16).
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch

from yendor.agents.language_player_torch import LanguagePlayer, PlayerConfig, Tally
from yendor.agents.language_torch import load_player
from yendor.agents.make import make_agent
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds, seed_list
from yendor.envs.make import make
from yendor.models.gpt import GPT, GPTConfig
from yendor.text.actions import ACTION_NAMES, action_index
from yendor.text.describe import Describer
from yendor.text.diff import diff_reference
from yendor.text.history import NETHACK_INSTRUCTION, Diff, Encoding, encoding, whole
from yendor.text.tokeniser import SHIPPED, Tokeniser

TARGET = 10.0
"""How many times as many game steps a second as the paper's loop."""
PAPER = PlayerConfig(memory="paper", history_max=15, history_min=0, max_new=256)
EVERY = 10
"""Of the paper's loop each tenth step is timed."""
WARM = 64
"""Steps before the clock starts: histories are as long as they get."""


class Spent(NamedTuple):
    """What playing took: seconds on the clock, CPU seconds, game steps, and what the player counted."""

    wall: float
    cpu: float
    steps: int
    tally: Tally


class Difflib(Diff):
    """The encoding `diff` as the released code computes it."""

    def update(self, before: str, after: str) -> str:
        """Return the hunks."""
        return diff_reference(before, after)


@dataclass
class Setting:
    """A network, and the games that it plays.

    Attributes:
        make_player: Makes a player for so many games.
        seeds: The games.
        keys: The keys to press in each, or the player's own.
        instruction: What the player is told.
        style: Of the descriptions.
    """

    make_player: Callable[[PlayerConfig, int], LanguagePlayer]
    seeds: list[Seeds]
    keys: list[list[int]] | None
    instruction: str
    style: Any


class Table:
    """Games side by side, stepped in this process; one that ends begins again."""

    def __init__(self, setting: Setting, player: LanguagePlayer, games: int) -> None:
        self.setting, self.player = setting, player
        self.envs = [make(seeds=seeds, max_steps=None) for seeds in setting.seeds[:games]]
        self.shown = [env.reset()[0] for env in self.envs]
        self.at = [0] * games
        self.describer = Describer(setting.style)
        for slot in range(games):
            player.reset(slot, setting.instruction, slot)

    def step(self, ask: bool = True) -> None:
        """Press a key in each game; without `ask` the player is told of it alone."""
        slots = range(len(self.envs))
        texts = [whole(text) for text in self.describer.describe_all(self.shown)]
        chosen = [choice.action for choice in self.player.act(slots, texts)] if ask else ["esc"] * len(texts)
        for slot in slots:
            key = self._key(slot, chosen[slot])
            self.player.observe(slot, ACTION_NAMES[key], texts[slot])
            self.shown[slot], _, terminated, truncated, _ = self.envs[slot].step(key)
            self.at[slot] += 1
            if terminated or truncated:
                self.shown[slot], self.at[slot] = self.envs[slot].reset()[0], 0
                self.player.reset(slot, self.setting.instruction, slot)

    def _key(self, slot: int, chosen: str | None) -> int:
        keys = self.setting.keys
        if keys is not None and self.at[slot] < len(keys[slot]):
            return keys[slot][self.at[slot]]
        key = action_index(chosen or "esc")
        assert key is not None
        return key

    def close(self) -> None:
        """Close the games."""
        for env in self.envs:
            env.close()


def played(setting: Setting, config: PlayerConfig, games: int, steps: int, every: int) -> Spent:
    """Play and time `steps` lock-steps of so many games, each `every`-th one with questions to the player."""
    table = Table(setting, setting.make_player(config, games), games)
    own = setting.keys is None
    for _ in range(WARM):
        table.step(ask=own)
    table.step()
    table.player.tally = Tally()
    wall = cpu = 0.0
    for step in range(steps):
        timed = step % every == every - 1
        began, busy = time.perf_counter(), time.process_time()
        table.step(ask=own or timed)
        if timed:
            wall, cpu = wall + time.perf_counter() - began, cpu + time.process_time() - busy
    table.close()
    return Spent(wall, cpu, games * (steps // every), table.player.tally)


def bot_keys(seeds: Seeds, count: int) -> list[int]:
    """Return the bot's first keys in a game."""
    env, agent = make(seeds=seeds, max_steps=None), make_agent("bot")
    observation, _ = env.reset()
    agent.reset(seeds.core)
    keys: list[int] = []
    while len(keys) < count:
        keys.append(agent.act(observation).action)
        agent.observe(observation, keys[-1])
        observation, _, terminated, truncated, _ = env.step(keys[-1])
        if terminated or truncated:
            break
    env.close()
    return keys


def untrained(options: argparse.Namespace, games: int, steps: int) -> Setting:
    """Random weights, and the bot's keys."""
    torch.manual_seed(0)
    tokeniser = Tokeniser.load(options.tokeniser)
    sizes = {"layers": options.layers, "heads": max(1, options.width // 64), "width": options.width}
    model = GPT(GPTConfig(vocabulary=tokeniser.vocabulary, context=options.context, **sizes))
    model = model.to(options.device, torch.bfloat16 if options.device == "cuda" else torch.float32)

    def make_player(config: PlayerConfig, slots: int) -> LanguagePlayer:
        told: Encoding = Difflib() if config.memory == "paper" else encoding("diff")
        return LanguagePlayer(model, tokeniser, told, ACTION_NAMES, config, slots)

    seeds = seed_list(f"dev:{games}")
    return Setting(make_player, seeds, [bot_keys(s, WARM + steps + 1) for s in seeds], NETHACK_INSTRUCTION, "clean")


def trained(run: Path, device: str, games: int) -> Setting:
    """A run's network, which presses its own keys."""
    play = load_player(run, "nethack", device=device).play

    def make_player(config: PlayerConfig, slots: int) -> LanguagePlayer:
        player = load_player(run, "nethack", config, device, slots).player
        if config.memory == "paper" and play["encoding"] == "diff":
            player = LanguagePlayer(
                player.model, player.tokeniser, Difflib(), play["actions"], player.config, slots
            )  # fmt: skip
        return player

    return Setting(make_player, seed_list(f"dev:{games}"), None, play["instruction"], play.get("style", "clean"))


def told(name: str, spent: list[Spent]) -> Spent:
    """Print what playing took, and return the medians."""
    middle = Spent(
        statistics.median(s.wall / s.steps for s in spent), statistics.median(s.cpu / s.steps for s in spent), 1,
        spent[0].tally,
    )  # fmt: skip
    tally = middle.tally
    asked = max(tally.steps, 1)
    print(
        f"{name}: {1 / middle.cpu:,.1f} game steps a CPU second, {1 / middle.wall:,.1f} a second; each step reads "
        f"{tally.read / asked:,.0f} tokens for the prompt and {tally.decoded / asked:.1f} while choosing, and sees "
        f"{tally.history / asked:.1f} past steps; {tally.slides / asked:.3f} slides a step",
        flush=True,
    )
    return middle


def against_the_loop(setting: Setting, config: PlayerConfig, games: int, steps: int, repeats: int) -> list[Any]:
    """Play both ways in turn, and return the claims."""
    ours, loop = [], []
    for _ in range(repeats):
        ours.append(played(setting, config, games, steps, 1))
        loop.append(played(setting, PAPER, games, steps, EVERY))
    one, other = told(f"{games} games at once", ours), told("the paper's loop", loop)
    claims = []
    for what, value, peer in (("CPU second", one.cpu, other.cpu), ("second on the clock", one.wall, other.wall)):
        ratio = peer / value
        claims.append({
            "claim": f"lm rollout: game steps a {what}, {games} games at once, against the paper's loop at h = 15",
            "value": round(1 / value, 1), "peer": round(1 / peer, 2), "ratio": round(ratio, 2),
            "target": TARGET, "holds": ratio >= TARGET,
        })  # fmt: skip
    return claims


def on_a_gpu(options: argparse.Namespace, config: PlayerConfig, steps: int, repeats: int) -> dict[str, Any]:
    """Play 128 games at once on the GPU; the figure has no peer."""
    sizes = argparse.Namespace(**{**vars(options), "layers": 12, "width": 768, "context": 4096, "device": "cuda"})
    setting = untrained(sizes, 128, steps) if options.agent is None else trained(options.agent, "cuda", 128)
    spent = told("128 games at once on a GPU", [played(setting, config, 128, steps, 1) for _ in range(repeats)])
    return {
        "claim": "lm rollout: game steps a second, 128 games at once, GPT-2's size, on a GPU",
        "value": round(1 / spent.wall), "peer": None, "ratio": None, "target": None, "holds": None,
    }  # fmt: skip


def main() -> int:
    """Parse the options and print the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="40 steps once: shows that it works")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, default=200, help="lock-steps that are timed in each repeat")
    parser.add_argument("--games", type=int, default=8)
    parser.add_argument("--agent", type=Path, help="a run of `yendor train lm` for NetHack; its own sizes")
    parser.add_argument("--tokeniser", default=SHIPPED, help="of the untrained network")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--context", type=int, default=2048)
    parser.add_argument("--history-max", type=int, default=31, help="past steps at which the anchor slides")
    parser.add_argument("--history-min", type=int, default=4, help="past steps that are left then")
    options = parser.parse_args()
    options.device = "cpu"
    if options.quick:
        options.steps, options.repeats = 40, 1
    torch.set_num_threads(1)
    config = PlayerConfig(history_max=options.history_max, history_min=options.history_min)
    try:
        setting = (
            untrained(options, options.games, options.steps)
            if options.agent is None
            else trained(options.agent, "cpu", options.games)
        )
        lines = against_the_loop(setting, config, options.games, options.steps, options.repeats)
        if torch.cuda.is_available():
            lines.append(on_a_gpu(options, config, options.steps, options.repeats))
    except YendorError as error:
        print(error, error.hint, file=sys.stderr)
        return 2
    for line in lines:
        print(json.dumps(line))
    return 0 if options.quick or all(line["holds"] is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
