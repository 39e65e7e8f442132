"""The workers of a pool, watched by the parent: whatever becomes of one, every slot gets its answer.

A worker keeps many games, and an engine that crashes or hangs takes them all with it. The one whose key it was is
counted as `died` or `hung`; the others begin anew in a new worker, which presses the same keys: equal seeds and keys
give equal games, and the agent, which sits in the parent, does not notice.
"""

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

from yendor.actors.shared import STARTING, Shared
from yendor.actors.worker import Ended, Game, Orders, Table, live
from yendor.launch.local import last_words

_LIVES = 3
"""Workers that a game may lose without being to blame; whoever loses more is counted as `died`."""

_START_S = 60.0
"""What a worker may take to start, beyond the limit of a step."""

_LEAVE_S = 5.0
"""What a worker may take to close its games, so that the engine's files go with them."""


@dataclass
class _Record:
    """What it takes to bring a game back."""

    job: Any
    keys: bytearray = field(default_factory=bytearray)
    crash: str = ""
    lost: int = 0


class _Child:
    """One worker process."""

    def __init__(self, open_game: Callable[[Any], Game], shared: Shared, index: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.index, self.busy = index, False
        self._shared = shared
        self._sign, self._served = time.monotonic(), int(shared.served[index])
        shared.at[index] = STARTING
        self.connection, end = context.Pipe()
        self.process = context.Process(target=live, args=(end, open_game, shared, index), daemon=True)
        self.process.start()
        end.close()

    def tell(self, orders: Orders) -> None:
        self.busy, self._sign = True, time.monotonic()
        try:
            self.connection.send(orders)
        except OSError:  # it has died: whoever waits for its answer will see
            return

    def hangs(self, limit: float) -> bool:
        """Tell whether nothing has been heard of it for so many seconds."""
        served = int(self._shared.served[self.index])
        if served != self._served:
            self._sign, self._served = time.monotonic(), served
        starting = self._shared.at[self.index] == STARTING
        return time.monotonic() - self._sign > limit + _START_S * bool(starting)

    def leave(self) -> None:
        """Let it close its games and end."""
        self.connection.close()

    def stop(self, patience: float = 0.0) -> None:
        """End it, at once or when it has not ended by itself."""
        self.connection.close()
        self.process.join(patience)
        self.process.kill()
        self.process.join()


class Crew:
    """Keeps the games of all slots; slot s is served by worker s modulo W.

    Args:
        open_game: A module-level function that makes a `Game` of a job (workers import it by name).
        slots: How many games at once, B.
        workers: Processes, W; 0 keeps the games in this process, unwatched.
        hang_s: Seconds without any sign after which a worker is killed.
    """

    def __init__(self, open_game: Callable[[Any], Game], slots: int, workers: int, hang_s: float) -> None:
        self.shared = Shared(slots, max(workers, 1))
        self._open, self._hang_s = open_game, hang_s
        self._games: dict[int, _Record] = {}
        self._here = Table(open_game, self.shared, 0) if not workers else None
        self._children = [_Child(open_game, self.shared, index) for index in range(workers)]

    def steps(self, slot: int) -> int:
        """Return how many keys were pressed in a slot's game."""
        return len(self._games[slot].keys)

    def serve(self, orders: Orders) -> list[Ended]:
        """Let the workers do what is ordered, and wait until all is done.

        Returns:
            The games that are over, by slot; of the others `shared` shows the new observation.
        """
        for slot, (job, _) in orders.begin.items():
            self._games[slot] = _Record(job)
            self.shared.agent_seconds[slot] = 0.0
        for slot, key in orders.press.items():
            self._games[slot].keys.append(key)
        for slot, words in orders.crash.items():
            self._games[slot].crash = words
        over = self._collect(orders) if self._here is None else self._here.serve(orders)
        for end in over:
            del self._games[end.slot]
        return sorted(over, key=lambda end: end.slot)

    def stop(self) -> None:
        """End the workers and drop all games."""
        for child in self._children:
            child.leave()
        for child in self._children:
            child.stop(_LEAVE_S)
        if self._here is not None:
            self._here.close()

    def _collect(self, orders: Orders) -> list[Ended]:
        """Send the workers their shares, and wait for all of them."""
        for child, mine in zip(self._children, orders.share(len(self._children)), strict=True):
            if mine.slots():
                child.tell(mine)
        over: list[Ended] = []
        while busy := [child for child in self._children if child.busy]:
            ready = wait([child.connection for child in busy], timeout=min(1.0, self._hang_s / 4))
            for child in busy:
                if child.connection in ready:
                    over += self._listen(child)
                elif child.hangs(self._hang_s):
                    words = f"no sign of life for {self._hang_s:g} s; the worker was killed"
                    over += self._replace(child, "hung", words)
        return over

    def _listen(self, child: _Child) -> list[Ended]:
        try:
            over: list[Ended] = child.connection.recv()
        except (EOFError, OSError):
            return self._replace(child, "died", last_words(child.process))
        child.busy = False
        return over

    def _replace(self, child: _Child, failure: str, words: str) -> list[Ended]:
        """Put a new worker in a lost one's place, and bring back its games but those that are to blame."""
        child.stop()
        slots = [slot for slot in self._games if slot % len(self._children) == child.index]
        guilty = {int(self.shared.at[child.index])} & set(slots)
        if not guilty:
            for slot in slots:
                self._games[slot].lost += 1
            guilty = {slot for slot in slots if self._games[slot].lost > _LIVES}
        new = self._children[child.index] = _Child(self._open, self.shared, child.index)
        back = {slot: self._games[slot] for slot in slots if slot not in guilty}
        if back:
            begin = {slot: (game.job, bytes(game.keys)) for slot, game in back.items()}
            new.tell(Orders(begin, {}, {slot: game.crash for slot, game in back.items() if game.crash}))
        return [Ended(slot, None, failure, words) for slot in guilty]
