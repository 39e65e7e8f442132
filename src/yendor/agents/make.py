"""From `--agent` to an agent: a registered name, the folder of a bot, a run or a checkpoint, or module:Class."""

from pathlib import Path

from yendor.agents.folder import FolderAgent, is_bot_folder
from yendor.core.agent import Agent
from yendor.core.errors import YendorError, did_you_mean
from yendor.core.registry import find, names


def make_agent(spec: str) -> Agent:
    """Make an agent.

    Args:
        spec: `bot`, `random`, ... (`yendor list agents`); `NAME:ARGUMENT`, such as
            `frequency:games`; a folder with a `bot.py`; a checkpoint or run folder; or `module:Class`.

    Raises:
        YendorError: Nothing of that name, or what was found is not an agent.
    """
    name, _, argument = spec.partition(":")
    if spec in names("agent"):
        agent = find("agent", spec)()
    elif is_bot_folder(Path(spec)):
        agent = FolderAgent(Path(spec))
    elif Path(spec).is_dir():
        agent = find("agent", "policy")(Path(spec))
    elif argument and name in names("agent"):
        agent = find("agent", name)(argument)
    elif ":" in spec:
        agent = find("agent", spec)()
    else:
        raise YendorError(
            f"unknown agent {spec!r}",
            f"{did_you_mean(spec, names('agent'))} Or give a bot's folder, a run folder, or module:Class.",
        )
    if not isinstance(agent, Agent):
        missing = [word for word in ("name", "reset", "act", "observe") if not hasattr(agent, word)]
        raise YendorError(f"{spec!r} is not an agent: it lacks {', '.join(missing)}", "See docs/06-your-own-agent.md.")
    return agent
