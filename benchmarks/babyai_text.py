"""BabyAI-Text: the bot solves it, and what a small language model makes of 1,000 and 5,000 of its demonstrations.

    python benchmarks/babyai_text.py --out runs/babyai     # half an hour on two cores; resumes
    python benchmarks/babyai_text.py --quick               # under a minute; claims only what the bot does

The figure of diff history's paper (Piterbarg et al. 2023, figure 4) at the size of a CPU: a GPT of 2 layers x 128 from
scratch, full-text or diff history, mean reward over 256 held-out instances by epoch, three seeds. The paper tunes
GPT-2 (124 M, pretrained). `world` arms learn to foretell the observations too.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

SEEDS = 200


@dataclass(frozen=True)
class Arm:
    """One training, and when it is judged."""

    encoding: str
    demonstrations: int
    objective: str
    seed: int
    num_dists: int
    points: tuple[float, ...]
    games: int

    @property
    def name(self) -> str:
        return f"{self.encoding}-{self.demonstrations}-{self.objective}-d{self.num_dists}-s{self.seed}"

    @property
    def data(self) -> str:
        return f"{self.encoding}-{self.demonstrations}-d{self.num_dists}"


def arms(quick: bool, num_dists: int) -> list[Arm]:
    """Return the trainings, the longest first."""
    if quick:
        return [Arm(e, 100, "action", 0, num_dists, (0.5, 1.0), 16) for e in ("diff", "full")]
    points = {1000: (3.0, 6.0, 9.0, 12.0), 5000: (1.5, 3.0, 4.5, 6.0)}
    kinds = [(n, e) for n in (5000, 1000) for e in ("diff", "full")]
    plain = [Arm(e, n, "action", s, num_dists, points[n], 256) for s in range(3) for n, e in kinds]
    return plain + [Arm(e, 5000, "world", 0, num_dists, (1.5, 3.0), 256) for e in ("diff", "full")]


def learn(arm: Arm, out: Path) -> None:
    """Learn an arm, stopping at its points to be judged; what is done already is left as it is."""
    from yendor.evaluation.babyai import evaluate_babyai
    from yendor.learners.lm import LMConfig
    from yendor.learners.lm_loop import train

    data, run = out / "data" / arm.data, out / "runs" / arm.name
    chunks = json.loads((data / "chunks.json").read_text())["parts"]["train"]["chunks"]
    end = round(arm.points[-1] * chunks / 8)
    for point in arm.points:
        place = out / "judged" / f"{arm.name}-{point:g}"
        if (place / "summary.json").exists():
            continue
        shutil.rmtree(place, ignore_errors=True)
        train(
            LMConfig(
                data=data, run=run, resume=(run / "config.json").exists(), epochs=point, decay_over=end, batch_size=8,
                sizes=("layers=2", "heads=4", "width=128"), objective=arm.objective, precision="bf16", seed=arm.seed,
                threads=1, device="cpu", tensorboard=False, evaluate_every=10_000, checkpoint_every=10_000,
            )
        )  # fmt: skip
        evaluate_babyai(run, place, num_dists=arm.num_dists, games=arm.games, device="cpu", quiet=True)


def solved_by_the_bot(seeds: int) -> Iterator[dict[str, object]]:
    """Let BabyAI's bot play each class with both numbers of distractors."""
    from yendor.envs.babyai_text import KINDS, BabyAIText, demonstrate

    for num_dists in (0, 8):
        for kind in KINDS:
            env = BabyAIText(kind, num_dists)
            games = [demonstrate(env, seed) for seed in range(seeds)]
            yield {
                "kind": kind, "num_dists": num_dists, "solved": sum(g.reward > 0 for g in games), "games": seeds,
                "steps": statistics.mean(len(g.actions) for g in games),
                "reward": statistics.mean(g.reward for g in games),
            }  # fmt: skip


def met_before(num_dists: int, games: int) -> int:
    """Return how many held-out instances have the mission and the first view of a game that is learned from."""
    from yendor.data.babyai_chunks import BabyAIConfig
    from yendor.data.babyai_demos import game_seeds
    from yendor.envs.babyai_text import HELD_OUT, BabyAIText

    env, config = BabyAIText(num_dists=num_dists), BabyAIConfig()
    learned = {(env.reset(seed), env.mission) for seed in game_seeds(config.seed, config.games)}
    return sum((env.reset(HELD_OUT.start + k), env.mission) in learned for k in range(games))


def make_data(all_arms: list[Arm], out: Path, quick: bool) -> None:
    """Make the chunk datasets that the arms need."""
    from yendor.data.babyai_chunks import BabyAIConfig, make_babyai_chunks

    for arm in {arm.data: arm for arm in all_arms}.values():
        if not (out / "data" / arm.data).exists():
            config = BabyAIConfig(
                games=100 if quick else 5000, chunks=arm.demonstrations, encoding=arm.encoding, num_dists=arm.num_dists
            )
            make_babyai_chunks(out / "data" / arm.data, config, quiet=True)


def run_all(all_arms: list[Arm], out: Path, workers: int) -> None:
    """Learn the arms, so many at a time, each in a process of its own with one thread."""

    def one(arm: Arm) -> None:
        words = [sys.executable, __file__, "--out", str(out), "--arm", json.dumps(asdict(arm))]
        done = subprocess.run(words, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{arm.name}\n{done.stderr[-3000:]}")
        print(f"{arm.name} done", file=sys.stderr, flush=True)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, all_arms))


def table(all_arms: list[Arm], out: Path) -> dict[tuple[str, int, str], list[list[float]]]:
    """Print mean reward by epoch; return the seeds' curves of each setting."""
    curves: dict[tuple[str, int, str], list[list[float]]] = defaultdict(list)
    for arm in all_arms:
        judged = [out / "judged" / f"{arm.name}-{point:g}" / "summary.json" for point in arm.points]
        found = [json.loads(path.read_text()) for path in judged]
        curves[arm.encoding, arm.demonstrations, arm.objective].append([f["mean"]["value"] for f in found])
        last = found[-1]
        means = "  ".join(f"{p:g}: {f['mean']['value']:.3f}" for p, f in zip(arm.points, found, strict=True))
        kinds = ", ".join(f"{kind} {of['solved']:.0%}" for kind, of in last["kinds"].items())
        bounds = f"[{last['mean']['low']:.3f} - {last['mean']['high']:.3f}]"
        print(f"{arm.name:28}{means}  {bounds}, solved {last['solved']['value']:.0%}: {kinds}")
    return curves


def plot(all_arms: list[Arm], curves: dict[tuple[str, int, str], list[list[float]]], path: Path) -> None:
    """Draw the curves: mean over seeds, and each seed's own."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    points = {(arm.demonstrations, arm.objective): arm.points for arm in all_arms}
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.6), sharey=True)
    for axis, count in zip(axes, sorted({n for n, _ in points}), strict=True):
        for (encoding, demonstrations, objective), seeds in sorted(curves.items()):
            if demonstrations != count:
                continue
            colour = {"diff": "tab:orange", "full": "tab:blue"}[encoding]
            style = "-" if objective == "action" else "--"
            mean = [statistics.mean(values) for values in zip(*seeds, strict=True)]
            label = f"{encoding}, {objective}" + (f", mean of {len(seeds)}" if len(seeds) > 1 else "")
            axis.plot(points[count, objective], mean, style, color=colour, label=label)
            for values in seeds:
                axis.plot(points[count, objective], values, ".", color=colour, alpha=0.5)
        axis.set_title(f"{count:,} demonstrations")
        axis.set_xlabel("epoch")
        axis.legend(fontsize=8)
    axes[0].set_ylabel("mean reward, 256 held-out instances")
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def claims(bot: list[dict[str, object]], curves: dict[tuple[str, int, str], list[list[float]]], quick: bool) -> None:
    """Print one line of JSON for each claim."""
    share = min(row["solved"] / row["games"] for row in bot)
    what = f"least share of {bot[0]['games']} seeds of a class that the bot solves, num_dists 0 and 8"
    line = {"claim": what, "value": share, "peer": None, "ratio": None, "target": "1.0", "holds": share == 1.0}
    print(json.dumps(line))
    if quick:
        return
    for count in (1000, 5000):
        diff, full = ([curve[-1] for curve in curves[e, count, "action"]] for e in ("diff", "full"))
        ours, theirs = statistics.mean(diff), statistics.mean(full)
        ratio = round(ours / theirs, 3) if theirs else None
        what = f"mean reward at the last epoch, {count} demonstrations, {len(diff)} seeds: diff against full text"
        line = {"claim": what, "value": ours, "peer": theirs, "ratio": ratio, "target": ">= 1; the paper's end equal"}
        print(json.dumps({**line, "holds": ours >= theirs}))


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/babyai"))
    parser.add_argument("--num-dists", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--figure", type=Path, help="where to draw the curves")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--arm", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.arm:
        plain = json.loads(options.arm)
        learn(Arm(**{**plain, "points": tuple(plain["points"])}), options.out)
        return
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) if options.quick else options.out
        bot = list(solved_by_the_bot(10 if options.quick else SEEDS))
        for row in bot:
            print(
                f"bot, {row['kind']:8} num_dists {row['num_dists']}: solved {row['solved']} of {row['games']}, "
                f"{row['steps']:.1f} steps, reward {row['reward']:.3f}"
            )
        chosen = arms(options.quick, options.num_dists)
        make_data(chosen, out, options.quick)
        run_all(chosen, out, options.workers)
        curves = table(chosen, out)
        if not options.quick:
            met = met_before(options.num_dists, 256)
            print(f"{met} of the 256 held-out instances begin as a game that was learned from")
        if options.figure:
            plot(chosen, curves, options.figure)
        claims(bot, curves, options.quick)


if __name__ == "__main__":
    main()
