"""From `--agent` to an agent: a registered name, the folder of a bot, a run or a checkpoint, or module:Class."""

import json
from pathlib import Path
from typing import Any

from yendor.agents.folder import FolderAgent, is_bot_folder
from yendor.core.agent import Agent, BatchedAgent, InOneSlot
from yendor.core.errors import YendorError, did_you_mean
from yendor.core.registry import find, names
from yendor.runtime.run_folder import latest_checkpoint


def make_agent(spec: str) -> Agent:
    """Make an agent.

    Args:
        spec: `bot`, `random`, ... (`yendor list agents`); `NAME:ARGUMENT`, such as
            `frequency:games`; a folder with a `bot.py`; a checkpoint or run folder; or `module:Class`.
            A batched agent plays in one slot.

    Raises:
        YendorError: Nothing of that name, or what was found is not an agent.
    """
    part, arguments = _find(spec)
    agent = part(*arguments)
    if isinstance(agent, BatchedAgent) and not isinstance(agent, Agent):
        return InOneSlot(agent)
    if not isinstance(agent, Agent):
        missing = [word for word in ("name", "reset", "act", "observe") if not hasattr(agent, word)]
        raise YendorError(f"{spec!r} is not an agent: it lacks {', '.join(missing)}", "See docs/06-your-own-agent.md.")
    return agent


def plays_many(spec: str) -> bool:
    """Tell whether an agent can play many games at once: a run or checkpoint folder, or a batched `module:Class`.

    Raises:
        YendorError: Nothing of that name.
    """
    part, _ = _find(spec)
    return hasattr(part, "batched") or hasattr(part, "act_batch")


def make_batched_agent(spec: str, device: str = "auto", threads: int = 1) -> BatchedAgent:
    """Make an agent that plays many games at once.

    Args:
        spec: As for `make_agent`.
        device: Where a network runs: `auto` (a GPU where there is one), `cpu` or `cuda`.
        threads: CPU threads of a network.

    Raises:
        YendorError: Nothing of that name; it plays one game at a time; no such device.
    """
    part, arguments = _find(spec)
    agent = part.batched(*arguments, device, threads) if hasattr(part, "batched") else part(*arguments)
    if not isinstance(agent, BatchedAgent):
        raise YendorError(
            f"{spec!r} plays one game at a time",
            "Leave the batch out: its games are shared out among processes. Runs and checkpoints play many at once, "
            "and batched agents of your own (docs/06-your-own-agent.md).",
        )
    return agent


def _find(spec: str) -> tuple[Any, tuple[Any, ...]]:
    """Return the class that a spec stands for, and what to make it with."""
    name, _, argument = spec.partition(":")
    if spec in names("agent"):
        return find("agent", spec), ()
    if argument and name in names("agent"):  # before any path is looked for: an argument may be longer than a path
        return find("agent", name), (argument,)
    if is_bot_folder(Path(spec)):
        return FolderAgent, (Path(spec),)
    if Path(spec).is_dir():
        return find("agent", _of_network(Path(spec))), (Path(spec),)
    if ":" in spec:
        return find("agent", spec), ()
    raise YendorError(
        f"unknown agent {spec!r}",
        f"{did_you_mean(spec, names('agent'))} Or give a bot's folder, a run folder, or module:Class.",
    )


def _of_network(place: Path) -> str:
    """Return which agent plays a checkpoint: `language` where its network reads tokens, else `policy`."""
    try:
        description = json.loads((latest_checkpoint(place) / "config.json").read_text())
        return "language" if getattr(find("model", description["model"]), "language", False) else "policy"
    except (YendorError, OSError, ValueError, LookupError, TypeError):
        return "policy"  # which says what is wrong with it
