"""A stand-in for a language model's service: it answers chat completions without a model, and fails as told.

    python -m yendor.agents.llm_stand_in --port 8000 --faults timeout=0.01,drop=0.02,malformed=0.02
    yendor play --agent llm --endpoint http://127.0.0.1:8000/v1 --model walker --timeout 2

It is for trying the agent `llm` without a provider, and for tests: what it injects, it counts.
"""

import argparse
import hashlib
import json
import random
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from yendor.agents.llm_prompt import CLOSE, OPEN
from yendor.core.errors import YendorError, did_you_mean

FAULTS: dict[str, str] = {
    "timeout": "timeouts",
    "drop": "dropped",
    "break-off": "dropped",
    "malformed": "malformed",
    "no-choice": "malformed",
    "busy": "rate_limited",
    "broken": "server_errors",
    "refuse": "refused",
    "nonsense": "invalid_answers",
    "empty": "invalid_answers",
}
"""Each fault, and the count of the agent that it must show in: no answer in time; a connection closed without one, or
in the middle of one; an answer that is no JSON, or holds no choice; HTTP 429 with Retry-After, 500, 401; and
well-formed answers that name no action, or nothing."""

_WALK = (
    *("north", "east", "south", "west", "northeast", "southeast", "southwest", "northwest"),
    *("far north", "far east", "far south", "far west", "search", "down", "esc"),
)
Answer = Callable[[dict[str, Any]], str]


def walk(body: dict[str, Any]) -> str:
    """Answer with a step of a walk, drawn from the request's seed and last message: equal questions, equal answers."""
    key = json.dumps([body.get("seed"), body["messages"][-1]["content"]]).encode()
    action = _WALK[int.from_bytes(hashlib.sha256(key).digest()[:8]) % len(_WALK)]
    return f"{OPEN}{action}{CLOSE}"


class StandIn:
    """A service on this machine, in threads of this process.

        with StandIn(faults=["drop", "", "nonsense"]) as server:
            agent = LLMAgent(LLMOptions(endpoint=server.endpoint, model="walker"))

    Args:
        answer: From a request's JSON to the answer's text.
        faults: A name of `FAULTS` for each request in order, "" for none; when they are used up, there are no more.
        port: 0 takes a free one.
        hang_s: How long a request to `timeout` is left without an answer.
        retry_after: What a busy answer asks for, in seconds or as a date.
        keep: Whether `bodies` keeps the requests.

    Attributes:
        endpoint: The base URL.
        injected: How often each fault was injected.
        requests: Requests received.
        answered: Well-formed answers, faulty words included.
        bodies: The requests' JSON, in order.
        keys: The Authorization headers, in order.

    Raises:
        YendorError: Unknown fault; the port is taken.
    """

    def __init__(
        self,
        answer: Answer = walk,
        faults: Iterable[str] = (),
        port: int = 0,
        hang_s: float = 30.0,
        retry_after: str = "0",
        keep: bool = False,
    ) -> None:
        self.answer, self.hang_s, self.retry_after, self.keep = answer, hang_s, retry_after, keep
        self.injected: Counter[str] = Counter()
        self.requests = self.answered = 0
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self._faults: Iterator[str] = iter(faults)
        self._lock = threading.Lock()
        self.stopping = threading.Event()
        try:
            self._server = _Server(("127.0.0.1", port), _handler(self))
        except OSError as error:
            raise YendorError(f"cannot listen on port {port}: {error.strerror}", "Choose another --port.") from error
        self.port: int = self._server.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> "StandIn":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def expected(self) -> dict[str, int]:
        """Return what was injected by the agent's counts: `{"timeouts": 3, ...}`."""
        counts: Counter[str] = Counter()
        for fault, times in self.injected.items():
            counts[FAULTS[fault]] += times
        return dict(counts)

    def take(self, body: dict[str, Any], key: str | None) -> str:
        """Note a request, and say which fault it meets."""
        with self._lock:
            self.requests += 1
            fault = next(self._faults, "")
            if fault and fault not in FAULTS:
                raise YendorError(f"unknown fault {fault!r}", did_you_mean(fault, FAULTS))
            self.injected.update([fault] if fault else [])
            self.answered += fault in ("", "nonsense", "empty")
            if self.keep:
                self.bodies.append(body)
                self.keys.append(key)
            return fault


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that left; anything else is a defect."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fault = stand_in.take(body, self.headers.get("Authorization"))
            if not self.path.startswith("/v1/chat/completions"):
                self._send(404, {"error": {"message": f"no {self.path} here"}})
            elif fault == "timeout":
                stand_in.stopping.wait(stand_in.hang_s)
            elif fault == "drop":
                self.connection.shutdown(socket.SHUT_RDWR)
            elif fault == "malformed":
                self._send_raw(200, b'{"choices": [{"mess')
            elif fault == "no-choice":
                self._send(200, {"error": {"message": "overloaded"}})
            elif fault == "busy":
                self._send(429, {"error": {"message": "slow down"}}, {"Retry-After": stand_in.retry_after})
            elif fault == "broken":
                self._send(500, {"error": {"message": "internal error"}})
            elif fault == "refuse":
                key = self.headers.get("Authorization", "").removeprefix("Bearer ")
                self._send(401, {"error": {"message": f"Incorrect API key provided: {key}"}})
            else:
                words = {"nonsense": "I would rather sing a song.", "empty": None}.get(fault, "")
                reply = _completion(body, stand_in.answer(body) if words == "" else words)
                self._send_raw(200, json.dumps(reply).encode(), cut=fault == "break-off")

        def _send(self, status: int, plain: dict[str, Any], headers: dict[str, str] | None = None) -> None:
            self._send_raw(status, json.dumps(plain).encode(), headers)

        def _send_raw(self, status: int, raw: bytes, headers: dict[str, str] | None = None, cut: bool = False) -> None:
            self.send_response(status)
            told = {"Content-Type": "application/json", "Content-Length": str(len(raw)), **(headers or {})}
            for name, value in told.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw[: len(raw) // 2] if cut else raw)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


def _completion(body: dict[str, Any], text: str | None) -> dict[str, Any]:
    prompt = sum(len(message["content"]) for message in body["messages"]) // 4
    answer = len(text or "") // 4
    return {
        "id": "stand-in", "object": "chat.completion", "created": int(time.time()), "model": body.get("model", ""),
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer},
    }  # fmt: skip


def mixed(shares: dict[str, float], seed: int = 0) -> Iterator[str]:
    """Draw a fault for each request: the name's share of requests meets it.

    Raises:
        YendorError: Unknown fault, or shares that are no chances.
    """
    for name, share in shares.items():
        if name not in FAULTS:
            raise YendorError(f"unknown fault {name!r}", did_you_mean(name, FAULTS))
        if not 0 <= share <= 1:
            raise YendorError(f"{name}={share:g} of requests", "A share from 0 to 1.")
    names, draw = [*shares, ""], random.Random(seed)
    weights = [*shares.values(), max(0.0, 1 - sum(shares.values()))]
    return (draw.choices(names, weights)[0] for _ in iter(int, 1))


def read_shares(text: str) -> dict[str, float]:
    """Read `timeout=0.01,drop=0.02`.

    Raises:
        YendorError: It is malformed.
    """
    try:
        pairs = [part.split("=") for part in text.split(",") if part]
        return {name.strip(): float(share) for name, share in pairs}
    except ValueError:
        raise YendorError(f"malformed faults {text!r}", "As in timeout=0.01,drop=0.02.") from None


def main() -> int:
    """Serve until Ctrl-C, then say what was injected."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    parser.add_argument("--faults", default="", help=f"shares of requests, of {', '.join(FAULTS)}")
    parser.add_argument("--hang-seconds", type=float, default=600.0, help="how long a timeout lasts")
    parser.add_argument("--retry-after", default="1", help="seconds that a busy answer asks for")
    options = parser.parse_args()
    try:
        faults = mixed(read_shares(options.faults))
        with StandIn(
            faults=faults, port=options.port, hang_s=options.hang_seconds, retry_after=options.retry_after
        ) as server:
            print(f"{server.endpoint} answers; Ctrl-C ends it", flush=True)
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                print(f"\n{server.answered} answered, injected: {dict(server.injected)}")
    except YendorError as error:
        print(f"llm_stand_in: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
