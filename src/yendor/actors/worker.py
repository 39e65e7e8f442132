"""A worker of the pool: it keeps the games of some slots, and advances each by the key it is told."""

import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, Protocol

from yendor.actors.shared import BETWEEN, Shared
from yendor.core.agent import Observation


class Game(Protocol):
    """What a slot holds: one game on its way."""

    @property
    def observation(self) -> Observation:
        """What the player is to see now."""

    def press(self, action: int) -> bool:
        """Press a key; tell whether the game is over."""

    def crash(self, words: str) -> None:
        """End the game, since its agent has failed."""

    def result(self, cpu_seconds: float) -> Any:
        """Close the game and say what came of it; it took so much time, the agent's included."""

    def close(self) -> None:
        """Close a game of which nothing will be told."""


@dataclass
class Orders:
    """What is to be done in some slots, once each; a slot may begin and crash at the same time.

    Attributes:
        begin: Slot to a job and the keys to press at once: those that a former worker had pressed.
        press: Slot to an action.
        crash: Slot to what made the agent fail.
    """

    begin: dict[int, tuple[Any, bytes]] = field(default_factory=dict)
    press: dict[int, int] = field(default_factory=dict)
    crash: dict[int, str] = field(default_factory=dict)

    def slots(self) -> list[int]:
        """Return the slots in order."""
        return sorted(self.begin.keys() | self.press.keys() | self.crash.keys())

    def share(self, workers: int) -> "list[Orders]":
        """Return each worker's share: slot s is served by worker s modulo W."""
        shares = [Orders() for _ in range(workers)]
        for kind in ("begin", "press", "crash"):
            for slot, order in getattr(self, kind).items():
                getattr(shares[slot % workers], kind)[slot] = order
        return shares


class Ended(NamedTuple):
    """How the game in a slot ended; `result`, `failure` and `detail` are as in `yendor.launch.jobs.Outcome`."""

    slot: int
    result: Any
    failure: str | None = None
    detail: str = ""


class Table:
    """The games of one worker.

    Args:
        open_game: Makes a `Game` of a job.
        shared: Where the observations go.
        worker: Which of the workers this is.
    """

    def __init__(self, open_game: Callable[[Any], Game], shared: Shared, worker: int) -> None:
        self._open, self._shared, self._worker = open_game, shared, worker
        self._games: dict[int, Game] = {}
        self._seconds: dict[int, float] = {}
        shared.at[worker] = BETWEEN

    def serve(self, orders: Orders) -> list[Ended]:
        """Do what is ordered: show the new observations, and return the games that are over."""
        over = []
        for slot in orders.slots():
            self._shared.at[self._worker] = slot
            try:
                if self._advance(slot, orders):
                    seconds = self._seconds[slot] + float(self._shared.agent_seconds[slot])
                    over.append(Ended(slot, self._games.pop(slot).result(seconds)))
                else:
                    self._shared.show(slot, self._games[slot].observation)
            except Exception:
                self._drop(slot)
                over.append(Ended(slot, None, "raised", traceback.format_exc()))
            self._shared.served[self._worker] += 1
        self._shared.at[self._worker] = BETWEEN
        return over

    def close(self) -> None:
        """Close all games."""
        for slot in list(self._games):
            self._drop(slot)

    def _advance(self, slot: int, orders: Orders) -> bool:
        """Do what is ordered for a slot; tell whether its game is over."""
        began = time.process_time()
        keys = b""
        if slot in orders.begin:
            job, keys = orders.begin[slot]
            self._seconds[slot] = 0.0
            self._games[slot] = self._open(job)
        elif slot in orders.press:
            keys = bytes([orders.press[slot]])
        game = self._games[slot]
        over = False
        for key in keys:
            over = game.press(key)
            self._shared.served[self._worker] += 1
            if over:
                break
        if not over and slot in orders.crash:
            game.crash(orders.crash[slot])
            over = True
        self._seconds[slot] += time.process_time() - began
        return over

    def _drop(self, slot: int) -> None:
        game = self._games.pop(slot, None)
        if game is not None:
            try:
                game.close()
            except Exception:
                traceback.print_exc()


def live(connection: Connection, open_game: Callable[[Any], Game], shared: Shared, worker: int) -> None:
    """Serve until the parent leaves; the life of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    table = Table(open_game, shared, worker)
    try:
        while True:
            connection.send(table.serve(connection.recv()))
    except (EOFError, OSError):
        table.close()
