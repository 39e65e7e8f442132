"""A language model at the keyboard: each step's observation is sent to a service, and its answer is the key.

    yendor play --agent llm --endpoint http://localhost:8000/v1 --model NAME

The service is any with OpenAI's chat completions: a provider's, or one on this machine (vLLM, llama.cpp, Ollama).
`yendor.agents.llm_stand_in` is one that needs no model, to try things out.
"""

import json
import time
from pathlib import Path
from typing import Any

from yendor.agents.llm_client import ChatClient
from yendor.agents.llm_http import Reply
from yendor.agents.llm_options import LLMOptions, read_options
from yendor.agents.llm_prompt import Conversation, instruction, read_action, thoughts
from yendor.core.agent import Decision, Observation
from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.nethack.actions import ESC, MORE
from yendor.nethack.prompts import Kind, read_prompt, screen_lines
from yendor.text.actions import ACTION_NAMES
from yendor.text.describe import Describer, map_rows
from yendor.text.history import encoding, whole

JOURNAL_VERSION = 1


@register("agent", "llm")
class LLMAgent:
    """Asks a language model for each key, and counts what that costs.

    An answer without an action presses `esc`, and the model is told so in its next question; it never ends a game.
    A service that refuses, or stays away, does: then `act` raises.

    Args:
        settings: What follows `llm:`: a JSON object, or a TOML or JSON file, of the fields of `LLMOptions`; or these.

    Raises:
        YendorError: Settings are missing, malformed or contradict each other.
    """

    def __init__(self, settings: str | LLMOptions = "") -> None:
        self.options = settings.check() if isinstance(settings, LLMOptions) else read_options(settings)
        self.name = f"llm {self.options.model}"
        told = encoding(self.options.encoding)
        self._describer = Describer()
        self._conversation = Conversation(instruction(told.name, self.options.reason), told, self.options.history)
        self._client = ChatClient(self.options, self._write)
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Begin a game: nothing is remembered, and counts begin at 0."""
        self._seed, self._step = seed, 0
        self._conversation.reset()
        self._client.reset()
        self._journal: Path | None = None
        self._text = self._feedback = ""
        self._decision: Decision | None = None

    def act(self, observation: Observation) -> Decision:
        """Ask for a key; the same one until it is pressed.

        Raises:
            YendorError: The service refuses, or answered no try; the budget is spent; the journal's disk is full.
        """
        if self._decision is None:
            self._text = whole(self._describer.describe(observation))
            if self.options.auto_more and read_prompt(observation).kind is Kind.MORE:
                self._client.counts.auto_more += 1
                self._decision = Decision(MORE, "", "--More--")
            else:
                self._decision = self._ask(observation)
        return self._decision

    def observe(self, observation: Observation, action: int) -> None:
        """Learn which key was pressed: it becomes part of the history."""
        text = self._text or whole(self._describer.describe(observation))
        self._conversation.press(text, ACTION_NAMES[action])
        self._text, self._decision = "", None
        self._step += 1

    def summary(self) -> dict[str, int | float | str]:
        """Return the game's counts; see `yendor.agents.llm_client.Counts`."""
        return {"model": self.options.model, **self._client.counts.told()}

    def _ask(self, observation: Observation) -> Decision:
        messages = self._conversation.messages(self._text, self._present(observation))
        began = time.monotonic()
        reply = self._client.ask(messages, (self._seed * 1_000_003 + self._step) % 2**31)
        action = read_action(reply.text)
        self._write(_answer_line(messages[-1]["content"], reply, action, time.monotonic() - began))
        self._feedback = ""
        if action is None:
            self._client.counts.invalid_answers += 1
            self._feedback = _feedback(reply)
            return Decision(ESC, "", f"no action in {_excerpt(reply.text)!r}")
        return Decision(action, "", _excerpt(thoughts(reply.text)))

    def _present(self, observation: Observation) -> str:
        """Return what the last message tells of the present, beside what changed."""
        show, parts = self.options.show, []
        if "text" in show and not self._conversation.begins_here:
            parts.append(self._text)
        if show == "map":
            parts.append("screen[\n" + "\n".join(line.rstrip() for line in screen_lines(observation)) + "\n]")
        elif "map" in show:
            parts.append(f"map[\n{map_rows(observation)}\n]")
        if "map" in show:
            row, column = observation["tty_cursor"].tolist()
            parts.append(f"The cursor is in row {row} (0 is the message's), column {column}.")
        return "\n".join([*parts, self._feedback] if self._feedback else parts)

    def _write(self, line: dict[str, Any]) -> None:
        """Append a line to the game's journal, at once: a killed game loses nothing."""
        folder = self.options.journal
        if folder is None:
            return
        try:
            if self._journal is None:
                folder.mkdir(parents=True, exist_ok=True)
                self._journal = folder / f"game-{self._seed}.jsonl"
                head = {"journal": JOURNAL_VERSION, "seed": self._seed, "model": self.options.model}
                self._append({**head, "url": self._client.url, "began": time.strftime("%Y-%m-%dT%H:%M:%S%z")})
            self._append({"step": self._step, "request": self._client.counts.requests, **line})
        except OSError as error:
            raise YendorError(
                f"cannot write the journal in {folder}: {error.strerror}", "Free some space, or leave --journal out."
            ) from error

    def _append(self, line: dict[str, Any]) -> None:
        assert self._journal is not None
        with open(self._journal, "ab") as file:
            file.write((json.dumps(line) + "\n").encode())


def _answer_line(question: str, reply: Reply, action: int | None, seconds: float) -> dict[str, Any]:
    """Return an answer as a line of the journal."""
    return {
        "question": question,
        "answer": reply.text,
        "action": None if action is None else ACTION_NAMES[action],
        "finish": reply.finish,
        "prompt_tokens": reply.prompt_tokens,
        "cached_tokens": reply.cached_tokens,
        "completion_tokens": reply.completion_tokens,
        "seconds": round(seconds, 3),
    }


def _feedback(reply: Reply) -> str:
    why = "was cut off before an action" if reply.finish == "length" else "held no action of the list"
    return f"Your last answer {why}: {_excerpt(reply.text)!r}. 'esc' was taken instead. Name one action of the list."


def _excerpt(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 120 else "..." + words[-120:]
