"""Command-line options from a dataclass: its docstrings are the help, a config file comes before flags."""

import sys
from pathlib import Path
from typing import Any, TypeVar

import tyro

from yendor.agents.llm_options import LLMOptions, to_spec
from yendor.core.config import read_config
from yendor.core.errors import YendorError

T = TypeVar("T")


def parse(cls: type[T], argv: list[str], program: str) -> T:
    """Read options: defaults < `--config FILE` (TOML or JSON) < flags.

    Raises:
        YendorError: The config file is malformed, or has unknown settings.
        SystemExit: `--help`, or flags that do not exist (with the near ones).
    """
    words, default = list(argv), None
    for at, word in enumerate(words):
        name, _, value = word.partition("=")
        if name == "--config":
            file = value or (words[at + 1] if at + 1 < len(words) else "")
            if not file:
                raise YendorError("--config needs a file", "TOML written by hand, or JSON saved by a run.")
            default = read_config(cls, Path(file), absent=tyro.MISSING)
            del words[at : at + (1 if value else 2)]
            break
    if default is None:
        return tyro.cli(cls, args=words, prog=program)
    return tyro.cli(cls, args=words, prog=program, default=default)


def with_llm(agent: str, llm: LLMOptions) -> str:
    """Return the agent with its settings: `llm` becomes `llm:{...}`, others stay as they are.

    Raises:
        YendorError: Settings of `llm` are missing, malformed, or given for another agent.
    """
    if agent == "llm":
        return to_spec(llm.check())
    if llm != LLMOptions():
        given = to_spec(llm).removeprefix("llm:")
        raise YendorError(f"--agent {agent} with settings of the agent llm: {given}", "Leave them out, or --agent llm.")
    return agent


def counts_text(counts: dict[str, Any]) -> str:
    """Return an agent's own numbers of its games on one line, without those that are 0."""
    told = {name.replace("_", " "): value for name, value in counts.items() if value}
    return ", ".join(f"{name} {v:,.6g}" if isinstance(v, float) else f"{name} {v}" for name, v in told.items())


def console() -> Any:
    """Return the console that tables are printed on: wide when the output is not a terminal."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=160)
