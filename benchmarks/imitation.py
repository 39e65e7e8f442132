"""BC and HBC, LSTM and Transformer-LSTM, from the bot's games at equal compute; then DAgger against BC, and BCO.

    python benchmarks/imitation.py --out runs/imitation              # hours on two cores; resumes
    python benchmarks/imitation.py --out runs/imitation --parts arms # one part of arms, dagger, bco
    python benchmarks/imitation.py --quick                          # under a minute; claims nothing

arms    four learners, two seeds each, each given the same CPU time on one core. The Transformer-LSTMs spend half of
        it on the CDGPT5 whose trunk they keep frozen. Networks are the published ones at about half their widths.
dagger  from the first BC policy: rounds of playing, asking the bot and learning, against BC that learns on from the
        same weights, on the bot's games alone, for as many steps. The first and the last play at temperature 0.3 too.
bco     the keys of half of the games are never read: an inverse model learned on the other half names them, and a
        policy is cloned from its answers; beside it BC with the true keys, for as many steps.

Every policy plays the same `valid` games. Held-out numbers come from games that no policy has learned from.
"""

import argparse
import concurrent.futures
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LSTM = ["channels=32,32,64,64", "screen=256", "line=64", "hidden=256", "previous=128"]
TRANSFORMER = [*LSTM, "layers=2", "attention_heads=8", "feedforward=1024"]
PARTS = ("arms", "dagger", "bco")


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    games: str = "dev:400-1200"
    game_steps: str = "1500"
    minutes: float = 10.0
    seeds: tuple[int, ...] = (0, 1)
    judged: int = 64
    judged_steps: str = "5000"
    rounds: int = 3
    round_games: str = "64"
    round_steps: int = 600
    inverse_steps: int = 1000
    policy_steps: int = 1500


QUICK = Plan("dev:400-424", "150", 0.03, (0,), 2, "60", 1, "2", 10, 20, 20)


in_one_process = False
"""Whether commands run here, one after the other, which saves them their starting: for --quick."""


def run(*words: str) -> None:
    """Run a command line of yendor in a process of its own; stop when it fails."""
    print("$ yendor", *words, flush=True)
    if in_one_process:
        from yendor.cli.main import main as yendor

        if code := yendor(list(words)):
            raise SystemExit(code)
        return
    done = subprocess.run([sys.executable, "-m", "yendor.cli.main", *words], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"yendor {' '.join(words)}\n{done.stderr[-3000:]}")


def side_by_side(jobs: list[Any]) -> None:
    """Run two jobs at a time; each computes in one thread."""
    if in_one_process:
        for job in jobs:
            job()
        return
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(job) for job in jobs]:
            future.result()


def train(learner: str, data: Path, place: Path, *more: str) -> None:
    """Learn, unless the run is finished; a run that was stopped begins anew, since budgets are of one start."""
    if (place / "finished").exists():
        return
    shutil.rmtree(place, ignore_errors=True)
    fixed = ["--threads", "1", "--no-tensorboard", "--learning-rate", "1e-3", "--evaluate-every", "250"]
    run("train", learner, "--data", str(data), "--run", str(place), *fixed, *more)
    (place / "finished").touch()


def judge(agent: Path | str, out: Path, plan: Plan) -> dict[str, Any]:
    """Play the judged games; return the summary."""
    words = ["--seeds", f"valid:{plan.judged}", "--max-steps", plan.judged_steps, "--keep", "none"]
    run("eval", "--agent", str(agent), "--out", str(out), *words)
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return summary


def judge_cold(place: Path, out: Path, plan: Plan, temperature: float = 0.3) -> dict[str, Any]:
    """Play the judged games with keys drawn at a low temperature; return the summary."""
    cold = out / "cold" / place.name
    if not cold.exists():
        run("export", "policy", "--agent", str(place), "--to", str(cold), "--temperature", str(temperature))
    return judge(cold, out / "results" / f"{place.name}-cold", plan)


def held_out(place: Path) -> dict[str, float]:
    """Return a run's last numbers on held-out games."""
    lines = [json.loads(line) for line in (place / "metrics.jsonl").read_text().splitlines()]
    found: dict[str, float] = next((m for m in reversed(lines) if "held_out_action_loss" in m), {})
    return found


def interval(summary: dict[str, Any], which: str = "mean") -> list[float]:
    """Return a mean or median with its 95 % interval."""
    return [round(float(summary[which][end]), 1) for end in ("value", "low", "high")]


def arms(out: Path, plan: Plan) -> list[dict[str, Any]]:
    """Learn and judge the four learners with all seeds."""
    data = out / "games"

    def recurrent(learner: str, seed: int) -> Any:
        decoder = ["decoder=128"] if learner == "hbc" else []
        words = ["--model", "cdgpt5", "--sizes", *LSTM, *decoder, "--seed", str(seed)]
        return lambda: train(learner, data, out / f"{learner}-lstm-{seed}", *words, "--cpu-minutes", str(plan.minutes))

    def attentive(learner: str, seed: int) -> Any:
        trunk, half = out / f"trunk-{seed}", str(plan.minutes / 2)
        decoder = ["decoder=128"] if learner == "hbc" else []
        words = ["--model", "transformer-lstm", "--sizes", *TRANSFORMER, *decoder, "--seed", str(seed)]
        words += ["--start-from", str(trunk), "--cpu-minutes", half]
        return lambda: train(learner, data, out / f"{learner}-transformer-lstm-{seed}", *words)

    def trunk(seed: int) -> Any:
        words = ["--model", "cdgpt5", "--sizes", *LSTM, "--seed", str(seed), "--cpu-minutes", str(plan.minutes / 2)]
        return lambda: train("bc", data, out / f"trunk-{seed}", *words)

    side_by_side([trunk(seed) for seed in plan.seeds])
    side_by_side(
        [make(which, seed) for seed in plan.seeds for make in (recurrent, attentive) for which in ("bc", "hbc")]
    )
    rows = []
    for network in ("lstm", "transformer-lstm"):
        for learner in ("bc", "hbc"):
            for seed in plan.seeds:
                name = f"{learner}-{network}-{seed}"
                summary, numbers = judge(out / name, out / "results" / name, plan), held_out(out / name)
                scores = {"mean": interval(summary), "median": interval(summary, "median")}
                unseen = {k: round(v, 4) for k, v in numbers.items() if "held" in k}
                rows.append({"arm": name, "steps": numbers["step"], **scores, **unseen})
                print(json.dumps(rows[-1]), flush=True)
    teacher = judge("bot", out / "results" / "bot", plan)
    print(json.dumps({"teacher": "bot", "mean": interval(teacher), "median": interval(teacher, "median")}), flush=True)
    return rows


def dagger(out: Path, plan: Plan) -> list[dict[str, Any]]:
    """Compare rounds of DAgger with as many steps of BC, from the same policy."""
    begin = out / "bc-lstm-0"
    fixed = ["--model", "cdgpt5", "--sizes", *LSTM]
    steps = str(plan.round_steps)

    def taught() -> None:
        if (out / "dagger" / "finished").exists():
            return
        words = ["--data", str(out / "games"), "--run", str(out / "dagger"), "--start-from", str(begin), *fixed]
        words += ["--imitates", "bc", "--rounds", str(plan.rounds), "--games", plan.round_games, "--steps", steps]
        words += ["--game-steps", plan.game_steps, "--players", "1", "--threads", "1", "--no-tensorboard"]
        resume = ["--resume"] if (out / "dagger" / "config.json").exists() else []
        run("train", "dagger", *words, *resume, "--learning-rate", "1e-3")
        (out / "dagger" / "finished").touch()

    def alone() -> None:
        before = begin
        for number in range(1, plan.rounds + 1):
            place = out / f"bc-on-{number}"
            train("bc", out / "games", place, *fixed, "--start-from", str(before), "--steps", steps)
            before = place

    side_by_side([taught, alone])
    rows = []
    for number in range(plan.rounds + 1):
        ours = out / "dagger" / "rounds" / f"{number:02d}" / "run" if number else begin
        theirs = out / f"bc-on-{number}" if number else begin
        row: dict[str, Any] = {"round": number, "steps": number * plan.round_steps}
        ends = number in (0, plan.rounds)
        for name, place in (("dagger", ours), ("bc", theirs)):
            summary = judge(place, out / "results" / (f"{name}-round-{number}" if number else begin.name), plan)
            row[name] = {"mean": interval(summary), "median": interval(summary, "median")}
            if ends:
                row[name]["mean_cold"] = interval(judge_cold(place, out, plan))
        rows.append(row)
        print(json.dumps(row), flush=True)
    return rows


def bco(out: Path, plan: Plan) -> dict[str, Any]:
    """Learn an inverse model on half of the games; clone its answers, and the true keys, on the other half."""
    halves = [["--where", f"gameid % 2 = {half}"] for half in (0, 1)]
    fixed = ["--model", "cdgpt5", "--sizes", *LSTM, "--steps", str(plan.policy_steps)]
    small = ["channels=32,32,64,64", "screen=256", "line=64"]
    words = ["--model", "inverse", "--sizes", *small, "--steps", str(plan.inverse_steps)]
    train("inverse", out / "games", out / "inverse", *halves[0], *words)
    clone = ["--inverse", str(out / "inverse")]
    side_by_side([
        lambda: train("bco", out / "games", out / "bco", *halves[1], *fixed, *clone),
        lambda: train("bc", out / "games", out / "bc-half", *halves[1], *fixed),
    ])  # fmt: skip
    row: dict[str, Any] = {"inverse": held_out(out / "inverse")}
    for name in ("bco", "bc-half"):
        row[name] = {"mean": interval(judge(out / name, out / "results" / name, plan)), **held_out(out / name)}
    print(json.dumps(row), flush=True)
    return row


def main() -> None:
    """Parse the options, do the parts, print the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/imitation"))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    global in_one_process
    in_one_process = options.quick
    with tempfile.TemporaryDirectory() as folder:
        out, plan = (Path(folder), QUICK) if options.quick else (options.out, Plan())
        play = ["--seeds", plan.games, "--max-steps", plan.game_steps, "--out", str(out / "games")]
        run("record", "--agent", "bot", *play)
        for line in claims(out, plan, options.parts):
            print(json.dumps(line))


def claims(out: Path, plan: Plan, parts: list[str]) -> list[dict[str, Any]]:
    """Do the parts and turn their rows into claims."""
    lines: list[dict[str, Any]] = []
    if "arms" in parts:
        rows = {row["arm"]: row for row in arms(out, plan)}
        for network in ("lstm", "transformer-lstm"):
            ours, theirs = ([rows[f"{which}-{network}-{s}"] for s in plan.seeds] for which in ("hbc", "bc"))
            lines.append(claim(f"hbc-{network}: mean score over bc's, both seeds", means(ours), means(theirs)))
        for row in rows.values():
            above = row["held_out_action_accuracy"], row["held_out_majority_action"]
            lines.append(claim(f"{row['arm']}: action accuracy on unseen games over the commonest key's", *above))
    if "dagger" in parts:
        last = dagger(out, plan)[-1]
        name = f"DAgger after {plan.rounds} rounds: mean score over BC's after as many steps"
        lines.append(claim(name, last["dagger"]["mean"][0], last["bc"]["mean"][0]))
        lines.append(claim(f"{name}, at temperature 0.3", last["dagger"]["mean_cold"][0], last["bc"]["mean_cold"][0]))
    if "bco" in parts:
        row = bco(out, plan)
        names = "held_out_action_accuracy", "held_out_majority_action"
        lines.append(claim("inverse model: accuracy over the commonest key's", *(row["inverse"][n] for n in names)))
        scores = row["bco"]["mean"][0], row["bc-half"]["mean"][0]
        lines.append(claim("BCO: mean score over BC's with the true keys", *scores))
    return lines


def means(rows: list[dict[str, Any]]) -> float:
    """Return the mean over seeds of the mean scores."""
    return sum(float(row["mean"][0]) for row in rows) / len(rows)


def claim(what: str, value: float, peer: float) -> dict[str, Any]:
    """Return a line that says whether a value lies above its peer."""
    ratio = round(value / peer, 3) if peer else None
    return {"claim": what, "value": value, "peer": peer, "ratio": ratio, "target": "> 1", "holds": value > peer}


if __name__ == "__main__":
    main()
