"""Settings of `--agent llm`, and the one string that carries them to where a game is played."""

import json
import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from yendor.core.config import from_plain, read_config, to_plain
from yendor.core.errors import YendorError

_SECRETS = ("key", "token", "secret", "password", "sig")


@dataclass(frozen=True)
class LLMOptions:
    """Settings of --agent llm: a language model behind an OpenAI-compatible endpoint, asked for each key.

    The service's key is read from YENDOR_API_KEY, or from OPENAI_API_KEY; it is written nowhere.
    """

    endpoint: str = ""
    """The service's base URL, such as https://api.openai.com/v1 or http://localhost:8000/v1."""
    model: str = ""
    """The model's name at that service."""
    temperature: float | None = None
    """How freely the model draws; left to the service where it is not given."""
    max_tokens: int = 4096
    """Tokens of an answer at most, what the model thinks included."""
    request: str = ""
    """More fields of the request as JSON, such as '{"reasoning_effort": "low"}'; null takes a field away."""
    reason: bool = False
    """Let the model think in words before it answers; otherwise it is told to answer with the action alone."""
    history: int = 16
    """Steps that the model is shown at least, as one observation and what changed since; up to twice as many, so that
    most requests begin as the last one did, which services remember. 0 shows the present alone."""
    encoding: str = "diff"
    """How a step of the history is written: diff, diff-marked, fields or full; none is --history 0."""
    show: Literal["text+map", "text", "map", "none"] = "text+map"
    """How the present is shown after the history: in words, as the screen's rows, both, or by what changed alone."""
    auto_more: bool = True
    """Answer --More-- without asking the model; what it interrupts stays in the history."""
    timeout: float = 60.0
    """Seconds to wait for an answer."""
    retries: int = 5
    """How often a request is sent again after a time-out, a lost connection, a malformed answer, or when the service is
    busy or broken; after that the game ends."""
    first_wait: float = 1.0
    """Seconds before the first retry; each further one waits twice as long, or as long as the service asks."""
    longest_wait: float = 60.0
    """Seconds before a retry at most."""
    price_in: float | None = None
    """Price of a million prompt tokens."""
    price_cached: float | None = None
    """Price of a million prompt tokens that the service remembered; --price-in where it is not given."""
    price_out: float | None = None
    """Price of a million tokens of answers."""
    max_cost: float | None = None
    """End a game that has cost so much, in the prices' money."""
    max_requests: int | None = None
    """End a game after so many requests, retries included."""
    journal: Path | None = None
    """Folder to write each request's end, answer, action and tokens to, line by line, in one file a game."""

    def check(self) -> "LLMOptions":
        """Return the options.

        Raises:
            YendorError: Something is missing, out of range, or contradicts something else.
        """
        _check_endpoint(self.endpoint)
        if not self.model:
            raise YendorError("--agent llm without --model", "The model's name at the service, as in --model gpt-4o.")
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is not None and not least <= value < math.inf:
                raise YendorError(f"--{name.replace('_', '-')} {value}", f"A number of at least {least:g}.")
        if self.timeout == 0:
            raise YendorError("--timeout 0", "More than 0 seconds.")
        if self.max_cost is not None and None in (self.price_in, self.price_out):
            raise YendorError(f"--max-cost {self.max_cost:g} without prices", "Give --price-in and --price-out too.")
        self.extra()
        return self

    def extra(self) -> dict[str, Any]:
        """Return the further fields of a request.

        Raises:
            YendorError: They are no JSON object.
        """
        try:
            found = json.loads(self.request or "{}")
        except ValueError as error:
            raise YendorError(f"--request {self.request!r} is not JSON: {error}", _REQUEST) from error
        if not isinstance(found, dict):
            raise YendorError(f"--request {self.request!r} is not a JSON object", _REQUEST)
        return found

    def patience(self) -> float:
        """Return how many seconds one step may take at most, all retries included."""
        return (self.retries + 1) * 2 * self.timeout + self.retries * self.longest_wait


_REQUEST = """As in --request '{"max_completion_tokens": 4096, "max_tokens": null}'."""
_LEAST: dict[str, float] = {
    "temperature": 0, "max_tokens": 1, "history": 0, "timeout": 0, "retries": 0, "first_wait": 0, "longest_wait": 0,
    "price_in": 0, "price_cached": 0, "price_out": 0, "max_cost": 0, "max_requests": 1,
}  # fmt: skip


def _check_endpoint(endpoint: str) -> None:
    if not endpoint:
        raise YendorError("--agent llm without --endpoint", "A base URL, as in --endpoint http://localhost:8000/v1.")
    try:
        parts = urlsplit(endpoint)
        named = parts.hostname and (parts.port or True)
    except ValueError as error:
        raise YendorError(f"--endpoint {endpoint!r}: {error}", "A URL, as http://localhost:8000/v1.") from error
    secret = parts.password or any(
        any(word in name.lower() for word in _SECRETS) for name, _ in parse_qsl(parts.query, keep_blank_values=True)
    )
    if secret:
        raise YendorError("--endpoint holds a key or password", "Set YENDOR_API_KEY instead: URLs are kept in results.")
    if parts.scheme not in ("http", "https") or not named or any(c.isspace() or not c.isprintable() for c in endpoint):
        raise YendorError(f"--endpoint {endpoint!r} is no http URL", "A base URL, as http://localhost:8000/v1.")


def to_spec(options: LLMOptions) -> str:
    """Return `llm:{...}`: what `make_agent` makes this agent of; settings at their defaults are left out."""
    default = LLMOptions()
    changed = {f.name for f in fields(options) if getattr(options, f.name) != getattr(default, f.name)}
    return "llm:" + json.dumps({name: value for name, value in to_plain(options).items() if name in changed})


def agent_title(spec: str) -> str:
    """Return how an agent is called in a table: `llm MODEL` for `llm:{...}`, else as it was given."""
    if not spec.startswith("llm:{"):
        return spec
    return f"llm {json.loads(spec.removeprefix('llm:')).get('model', '?')}"


def read_options(argument: str) -> LLMOptions:
    """Read what follows `llm:`, JSON or a file of settings (TOML or JSON).

    Raises:
        YendorError: It is malformed, or the options are not fit for play.
    """
    if not argument.startswith("{"):
        return (read_config(LLMOptions, Path(argument)) if argument else LLMOptions()).check()
    try:
        plain = json.loads(argument)
    except ValueError as error:
        raise YendorError(f"llm:{argument[:80]} is not JSON: {error}", "Give --endpoint and --model.") from error
    return from_plain(LLMOptions, plain).check()
