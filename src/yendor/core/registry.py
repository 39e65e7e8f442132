"""Names to parts: agents, envs, models, learners, protocols; built in, registered or from plug-ins."""

import importlib
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any, TypeVar

from yendor.core.errors import YendorError, did_you_mean

KINDS: tuple[str, ...] = ("agent", "env", "model", "learner", "protocol", "launcher")

_BUILT_IN: dict[str, dict[str, str]] = {
    "agent": {
        "bot": "yendor.bot.agent",
        "random": "yendor.agents.simple",
        "walker": "yendor.agents.simple",
        "frequency": "yendor.agents.simple",
        "human": "yendor.agents.human",
        "policy": "yendor.agents.policy_torch",
        "yendor-hbc": "yendor.agents.yendor_hbc",
        "language": "yendor.agents.language_torch",
        "llm": "yendor.agents.llm",
    },
    "env": {"babyai-text": "yendor.envs.babyai_text"},
    "model": {
        "screen-lstm": "yendor.models.screen_lstm",
        "cdgpt5": "yendor.models.cdgpt5",
        "cdgpt5-original": "yendor.models.cdgpt5_original",
        "transformer": "yendor.models.transformer",
        "transformer-lstm": "yendor.models.transformer_lstm",
        "cleaved": "yendor.models.cleaved",
        "scaled-net": "yendor.models.scaled_net",
        "inverse": "yendor.models.inverse",
        "gpt": "yendor.models.gpt",
    },
    "learner": {
        "bc": "yendor.learners.bc",
        "hbc": "yendor.learners.hbc",
        "dagger": "yendor.learners.dagger",
        "inverse": "yendor.learners.inverse",
        "bco": "yendor.learners.bco",
        "lm": "yendor.learners.lm",
    },
    "protocol": {
        "nethack-challenge": "yendor.evaluation.protocols.nethack_challenge.protocol",
        "babyai-text": "yendor.evaluation.protocols.babyai_text.protocol",
    },
    "launcher": {"local": "yendor.launch.local"},
}
"""Name to module; the module registers the part when it is imported, so that listing imports nothing."""

_parts: dict[tuple[str, str], Any] = {}

T = TypeVar("T")


def register(kind: str, name: str) -> Callable[[T], T]:
    """Register the decorated class or function as the part `name` of a kind.

    Raises:
        YendorError: Unknown kind, or the name is taken by another part.
    """
    _check_kind(kind)

    def add(part: T) -> T:
        other = _parts.get((kind, name))
        if other is not None and other is not part and _where(other) != _where(part):
            raise YendorError(f"{kind} {name!r} is registered twice: {_where(other)} and {_where(part)}")
        _parts[kind, name] = part
        return part

    return add


def find(kind: str, name: str) -> Any:
    """Return the part, importing its module or plug-in on first use.

    A name of the form `module:attribute` is imported as it stands.

    Raises:
        YendorError: No such part; the message names the near ones.
    """
    _check_kind(kind)
    if (kind, name) in _parts:
        return _parts[kind, name]
    if name in _BUILT_IN[kind]:
        importlib.import_module(_BUILT_IN[kind][name])
        return _parts[kind, name]
    for point in entry_points(group=f"yendor.{kind}s"):
        if point.name == name:
            return _parts.setdefault((kind, name), point.load())
    if ":" in name:
        return _import(kind, name)
    raise YendorError(f"unknown {kind} {name!r}", did_you_mean(name, names(kind)))


def names(kind: str) -> list[str]:
    """List the known names of a kind, without importing them."""
    _check_kind(kind)
    known = set(_BUILT_IN[kind]) | {name for k, name in _parts if k == kind}
    return sorted(known | {point.name for point in entry_points(group=f"yendor.{kind}s")})


def _import(kind: str, path: str) -> Any:
    module, _, attribute = path.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise YendorError(
            f"cannot load {kind} {path!r}: {error}",
            "Write module:Class, and see that the module is on PYTHONPATH.",
        ) from error


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise YendorError(f"unknown kind of part {kind!r}", did_you_mean(kind, KINDS))


def _where(part: Any) -> str:
    return f"{getattr(part, '__module__', '?')}:{getattr(part, '__qualname__', part)}"
