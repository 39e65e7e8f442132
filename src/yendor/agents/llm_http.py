"""One request to an OpenAI-compatible service: a reply, or how it failed."""

import http.client
import json
import os
import ssl
import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from yendor import __version__
from yendor.core.errors import YendorError

KEY_NAMES = ("YENDOR_API_KEY", "OPENAI_API_KEY")
_LARGEST = 16 << 20
"""Bytes of an answer that are read at most."""
_EXCERPT = 300


class Reply(NamedTuple):
    """An answer: its text, why it ended (`stop`, `length`, ...), and its tokens; None where they were not counted."""

    text: str
    finish: str
    prompt_tokens: int | None
    cached_tokens: int
    completion_tokens: int | None


class Failure(NamedTuple):
    """A request without an answer.

    Attributes:
        kind: The name of its count.
        detail: What happened, for a person.
        wait: Seconds that the service asks to wait, or None.
        status: HTTP's, or 0.
    """

    kind: str
    detail: str
    wait: float | None = None
    status: int = 0


def url_of(endpoint: str) -> str:
    """Return the address of chat completions under a base URL."""
    parts = urlsplit(endpoint)
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path += "/chat/completions"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _local(url: str) -> bool:
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")


def key_for(url: str) -> tuple[str, str] | None:
    """Return which variable holds the key for this address, and the key.

    OPENAI_API_KEY, which may be set for other programs, goes nowhere unencrypted but to this machine.

    Raises:
        YendorError: The key cannot be sent.
    """
    for name in KEY_NAMES:
        key = os.environ.get(name, "").strip()
        if key and (name == KEY_NAMES[0] or url.startswith("https:") or _local(url)):
            if not key.isascii() or not key.isprintable():
                raise YendorError(f"{name} holds characters that no key has", "Set it again, without line ends.")
            return name, key
    return None


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would carry the key to another address."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse."""


def post(url: str, body: bytes, timeout: float) -> Reply | Failure:
    """Send one request.

    Args:
        url: From `url_of`.
        body: The request as JSON.
        timeout: Seconds to wait: for the answer to begin, and again for its end.
    """
    key = key_for(url)
    headers = {"Content-Type": "application/json", "User-Agent": f"yendor/{__version__}"}
    headers |= {"Authorization": f"Bearer {key[1]}"} if key else {}
    handlers: list[Any] = [_Stay()] + ([urllib.request.ProxyHandler({})] if _local(url) else [])
    try:
        opener = urllib.request.build_opener(*handlers)
        with opener.open(urllib.request.Request(url, body, headers), timeout=timeout) as response:
            return _read_reply(_read(response, time.monotonic() + timeout))
    except Exception as error:
        failure = _failure(error, timeout)
        return failure._replace(detail=_clean(failure.detail, key[1] if key else ""))


def _read(response: Any, deadline: float) -> bytes:
    """Read an answer to its end; one that trickles in is given up at the deadline."""
    parts, size = [], 0
    while part := response.read1(1 << 16):
        parts.append(part)
        size += len(part)
        if time.monotonic() > deadline:
            raise TimeoutError
        if size > _LARGEST:
            raise ValueError(f"more than {_LARGEST >> 20} MB")
    if response.length:
        raise ConnectionError(f"the answer broke off, {response.length} bytes before its end")
    return b"".join(parts)


def _read_reply(raw: bytes) -> Reply:
    """Read an answer.

    Raises:
        ValueError: It is not what the interface promises.
    """
    try:
        plain = json.loads(raw)
        choice = plain["choices"][0]
        content = choice["message"].get("content")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__} in {raw[:_EXCERPT]!r}") from error
    if isinstance(content, list):  # parts; those of text count
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    usage = plain.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    details = usage.get("prompt_tokens_details")
    prompt = _whole(usage.get("prompt_tokens"))
    cached = _whole(details.get("cached_tokens")) if isinstance(details, dict) else None
    text = content if isinstance(content, str) else ""
    finish = str(choice.get("finish_reason") or "")
    return Reply(text, finish, prompt, min(cached or 0, prompt or 0), _whole(usage.get("completion_tokens")))


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _failure(error: Exception, timeout: float) -> Failure:
    """Sort an exception into its kind."""
    if isinstance(error, urllib.error.HTTPError):
        return _refusal(error)
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, Exception):
        return _failure(error.reason, timeout)
    if isinstance(error, TimeoutError):
        return Failure("timeouts", f"no answer in {timeout:g} s")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure("refused", f"its certificate does not hold: {error.verify_message}")
    if isinstance(error, OSError | http.client.HTTPException):
        return Failure("dropped", f"{type(error).__name__}: {error}")
    if isinstance(error, ValueError):
        return Failure("malformed", str(error))
    raise error


def _refusal(error: urllib.error.HTTPError) -> Failure:
    try:
        said = error.read(4 * _EXCERPT).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        said = ""
    kind = {408: "timeouts", 429: "rate_limited"}.get(error.code, "server_errors" if error.code >= 500 else "refused")
    where = f" to {error.headers['Location']}" if error.code < 400 and "Location" in error.headers else ""
    return Failure(kind, f"HTTP {error.code} {error.reason}{where}: {said}", _asked(error.headers), error.code)


def _asked(headers: Any) -> float | None:
    """Read `Retry-After`: seconds, or a date."""
    value = headers.get("Retry-After")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    return max(seconds, 0.0) if seconds == seconds else None


def _clean(words: str, key: str) -> str:
    """Return a service's words on one line, cut, and without the key, which some repeat."""
    words = words.replace(key, "(the key)") if key else words
    words = " ".join(words.split())
    return words if len(words) <= _EXCERPT else words[:_EXCERPT] + "..."
