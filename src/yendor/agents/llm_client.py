"""One question to an OpenAI-compatible service, asked until it is answered; everything that happens is counted.

What may pass by itself is tried again: a time-out, a lost connection, an answer that is no JSON or holds no choice, a
busy (429) or broken (5xx) service. The wait doubles with each retry, and is what the service asks for in `Retry-After`.
Anything else (a wrong key, an unknown model) is told at once.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from yendor.agents.llm_http import KEY_NAMES, Failure, Reply, key_for, post, url_of
from yendor.agents.llm_options import LLMOptions
from yendor.core.errors import YendorError

Messages = list[dict[str, str]]


@dataclass
class Counts:
    """What a game has cost so far.

    Attributes:
        requests: Requests sent, retries included; each was answered or is one of the failures below.
        answers: Well-formed answers.
        retries: Requests that repeat a failed one.
        timeouts, dropped, malformed, rate_limited, server_errors, refused: Requests that failed, by how: no answer in
            time (or HTTP 408), a lost connection, no JSON or no choice in it, HTTP 429, 5xx, any other refusal.
        invalid_answers: Answers in which no action was found.
        auto_more: `--More--` answered without asking.
        prompt_tokens, cached_tokens, completion_tokens: As the service counts; `cached_tokens` are among the first.
        estimated_answers: Answers without the service's count: their tokens are taken for four characters each.
        cost: In the money of the prices; 0 without prices.
        seconds_asked, seconds_waited: Time spent in requests, and between a failure and its retry.
    """

    requests: int = 0
    answers: int = 0
    retries: int = 0
    timeouts: int = 0
    dropped: int = 0
    malformed: int = 0
    rate_limited: int = 0
    server_errors: int = 0
    refused: int = 0
    invalid_answers: int = 0
    auto_more: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    estimated_answers: int = 0
    cost: float = 0.0
    seconds_asked: float = 0.0
    seconds_waited: float = 0.0

    def told(self) -> dict[str, int | float]:
        """Return the counts by name, for a result line."""
        return {name: round(v, 6) if isinstance(v, float) else v for name, v in asdict(self).items()}


class ChatClient:
    """Asks a service.

    Args:
        options: Where, what, how patiently, for how much.
        log: Told of each failed request, as a line for a journal.
    """

    def __init__(self, options: LLMOptions, log: Callable[[dict[str, Any]], None]) -> None:
        self._options, self._log = options, log
        self.url = url_of(options.endpoint)
        self._extra = options.extra()
        self.counts = Counts()

    def reset(self) -> None:
        """Count anew."""
        self.counts = Counts()

    def ask(self, messages: Messages, seed: int) -> Reply:
        """Ask until there is an answer.

        Args:
            messages: Roles and contents.
            seed: Sent along; many services then draw alike for equal questions.

        Raises:
            YendorError: The service refused, or did not answer so many times; the budget is spent.
        """
        body = self._body(messages, seed)
        failures: list[Failure] = []
        while True:
            self._check_budget()
            self.counts.requests += 1
            self.counts.retries += bool(failures)
            began = time.monotonic()
            found = post(self.url, body, self._options.timeout)
            self.counts.seconds_asked += time.monotonic() - began
            if isinstance(found, Reply):
                return self._count(found, messages)
            failures.append(found)
            setattr(self.counts, found.kind, getattr(self.counts, found.kind) + 1)
            last = found.kind == "refused" or len(failures) > self._options.retries
            wait = 0.0 if last else self._wait(found, len(failures))
            self._log({"failed": found.kind, "status": found.status, "detail": found.detail, "wait": round(wait, 3)})
            if last:
                raise self._give_up(failures)
            time.sleep(wait)
            self.counts.seconds_waited += wait

    def _body(self, messages: Messages, seed: int) -> bytes:
        options = self._options
        fields: dict[str, Any] = {"model": options.model, "messages": messages, "max_tokens": options.max_tokens}
        fields |= {"seed": seed}
        if options.temperature is not None:
            fields["temperature"] = options.temperature
        fields |= self._extra
        return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()

    def _count(self, reply: Reply, messages: Messages) -> Reply:
        counts, options = self.counts, self._options
        prompt, answer = reply.prompt_tokens, reply.completion_tokens
        if prompt is None or answer is None:
            counts.estimated_answers += 1
            prompt = _guess(sum(len(message["content"]) for message in messages)) if prompt is None else prompt
            answer = _guess(len(reply.text)) if answer is None else answer
        price_in, price_out = options.price_in or 0.0, options.price_out or 0.0
        price_cached = price_in if options.price_cached is None else options.price_cached
        counts.answers += 1
        counts.prompt_tokens += prompt
        counts.cached_tokens += reply.cached_tokens
        counts.completion_tokens += answer
        new = prompt - reply.cached_tokens
        counts.cost += (new * price_in + reply.cached_tokens * price_cached + answer * price_out) / 1e6
        return reply

    def _wait(self, failure: Failure, failed: int) -> float:
        """Return the seconds before a retry: what the service asks, else doubling with up to half taken off at random
        (so that games that failed together do not come back together); never longer than allowed."""
        wait = failure.wait
        if wait is None:
            wait = self._options.first_wait * 2.0 ** min(failed - 1, 30) * random.uniform(0.5, 1.0)
        return min(wait, self._options.longest_wait)

    def _check_budget(self) -> None:
        counts, options = self.counts, self._options
        if options.max_requests is not None and counts.requests >= options.max_requests:
            spent = f"{counts.requests:,} of {options.max_requests:,} requests"
            raise YendorError(f"the budget is spent: {spent}", "Raise --max-requests.")
        if options.max_cost is not None and counts.cost >= options.max_cost:
            spent = f"{counts.cost:.4f} of {options.max_cost:g} for {counts.answers:,} answers"
            raise YendorError(f"the budget is spent: {spent}", "Raise --max-cost.")

    def _give_up(self, failures: list[Failure]) -> YendorError:
        last = failures[-1]
        if last.kind == "refused":
            return YendorError(f"{self.url} refused: {last.detail}", _hint(last.status, self.url))
        kinds = ", ".join(f"{n} {_WORDS[kind]}" for kind, n in Counter(f.kind for f in failures).items())
        return YendorError(
            f"{self.url} did not answer {len(failures)} times: {kinds}; at last: {last.detail}",
            "Is the service up, and the address right? --timeout, --retries and --longest-wait make more patient.",
        )


_WORDS = {
    "timeouts": "time-out(s)", "dropped": "lost connection(s)", "malformed": "malformed answer(s)",
    "rate_limited": "times busy", "server_errors": "server error(s)",
}  # fmt: skip


def _hint(status: int, url: str) -> str:
    if status in (401, 403):
        sent = key_for(url)
        return f"Is the key in {sent[0]} right?" if sent else f"No key was sent: set {KEY_NAMES[0]}."
    if status == 404:
        return "Is --model known there, and does --endpoint end as the service says (often in /v1)?"
    if 300 <= status < 400:
        return "Give the address it names as --endpoint."
    return "Fields of the request are changed by --request; null takes one away: '{\"seed\": null}'."


def _guess(characters: int) -> int:
    return (characters + 3) // 4
