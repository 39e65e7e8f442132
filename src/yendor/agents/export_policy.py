"""Write a learned policy as a folder to give away: weights, config and a card; `yendor export policy RUN --to DIR`."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import save_file

from yendor import __version__
from yendor.core.config import write_json, write_text
from yendor.core.errors import YendorError
from yendor.runtime.checkpoint_torch import VERSION, load_model

CARD = "CARD.md"


@dataclass(frozen=True)
class Published:
    """What was written."""

    parameters: int
    size: int
    """Bytes of the weights."""


def export_policy(
    run: Path, to: Path, name: str = "", temperature: float = 1.0, results: tuple[Path, ...] = ()
) -> Published:
    """Write a policy's folder: `model.safetensors`, `config.json`, `CARD.md`; it appears whole or not at all.

    Args:
        run: The run or checkpoint.
        to: The folder; must not exist.
        name: What the policy is called; else the folder's name.
        temperature: Divides the logits before a key is drawn; the folder plays so.
        results: Folders of `yendor eval` that the card quotes.

    Raises:
        YendorError: No such policy; `to` exists; a folder without results.
    """
    if to.exists():
        raise YendorError(f"{to} exists", "Choose another --to.")
    if temperature < 0:
        raise YendorError(f"temperature = {temperature}", "0 takes the most likely key, 1 draws as learned.")
    judged = [_summary(place) for place in results]
    model, description, checkpoint = load_model(run)
    name = name or to.resolve().name
    play = {**description.get("play", {}), "name": name, "temperature": temperature}
    plain = {key: description[key] for key in ("model", "config", "step")}
    parameters = sum(p.numel() for p in model.parameters())
    part = to.resolve().with_name(f".{to.resolve().name}.{os.getpid()}.part")
    try:
        part.mkdir(parents=True)
        save_file({key: value.contiguous() for key, value in model.state_dict().items()}, part / "model.safetensors")
        write_json(part / "config.json", {"version": VERSION, **plain, "play": play})
        (part / "model.safetensors").chmod(0o644)  # safetensors lets nobody else read
        size = (part / "model.safetensors").stat().st_size
        text = card(name, description, parameters, size, temperature, _learned(checkpoint), judged)
        write_text(part / CARD, text)
        part.rename(to.resolve())
    except (OSError, SafetensorError) as error:
        raise YendorError(f"cannot write {to}: {error}", "Choose another place.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Published(parameters, size)


def _summary(place: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((place / "summary.json").read_text())
    except (OSError, ValueError) as error:
        raise YendorError(f"no results in {place}: {error}", "Make some with `yendor eval`.") from error
    return {**found, "place": place.resolve().name}


def _learned(checkpoint: Path) -> dict[str, Any]:
    """Return what the run says of itself: its settings, versions and last held-out numbers; empty where it is gone."""
    if checkpoint.parent.name != "checkpoints":  # given away before: what lies around it is not its run
        return {"config": {}, "provenance": {}, "held_out": {}}
    run, found = checkpoint.parent.parent, {}
    for file in ("config", "provenance"):
        path = run / f"{file}.json"
        found[file] = json.loads(path.read_text()) if path.exists() else {}
    path = run / "metrics.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    found["held_out"] = next((line for line in reversed(lines) if "held_out_action_loss" in line), {})
    return found


def card(
    name: str, description: dict[str, Any], parameters: int, size: int, temperature: float, learned: dict[str, Any],
    judged: list[dict[str, Any]],
) -> str:  # fmt: skip
    """Return a policy's card, in Markdown: what it is, how it was learned, how it plays, what it cannot do."""
    settings, provenance, held_out = learned["config"], learned["provenance"], learned["held_out"]
    strategies = description["config"].get("strategies", [])
    lines = [f"# {name}", "", "A policy that plays NetHack from the terminal's screen, learned with Yendor.", ""]
    lines.append(f"- network: `{description['model']}`, {parameters:,} parameters, {size / 1e6:.1f} MB")
    lines.append(f"- strategies: {len(strategies)}" if strategies else "- flat: no strategies")
    lines.append(f"- keys are drawn at temperature {temperature:g}")
    if settings:
        batch = settings["batch_size"] * settings["unroll"]
        lines.append(
            f"- last learned by `{settings['learner']}`: {description['step']:,} steps of {batch:,} frames, "
            f"learning rate {settings['learning_rate']:g}, seed {settings['seed']}"
        )
    if held_out:
        keys, plans = held_out["held_out_action_accuracy"], held_out["held_out_strategy_accuracy"]
        lines.append(f"- on games kept apart it names {keys:.1%} of the keys and {plans:.1%} of the strategies")
    lines += ["", "| judged by | games | step limit | mean score | median score |", "|---|---|---|---|---|"]
    for result in judged:
        cells = [f"{result[k]['value']:,.1f} [{result[k]['low']:,.1f} - {result[k]['high']:,.1f}]"
                 for k in ("mean", "median")]  # fmt: skip
        limit = result["rules"]["max_episode_steps"]
        which = f"{result['protocol']}, {result['place']}"
        lines.append(f"| {which} | {result['games']} | {limit:,} | {' | '.join(cells)} |")
    lines += ["", "Intervals are 95 % bootstrap intervals over games." if judged else "Not judged."]
    versions = ", ".join(f"{k} {v}" for k, v in provenance.get("packages", {}).items())
    lines += ["", f"Written by Yendor {__version__}{f'; learned with {versions}' if versions else ''}."]
    lines += ["`yendor play --agent FOLDER` watches it, `yendor eval --agent FOLDER` judges it."]
    return "\n".join(lines) + "\n"
