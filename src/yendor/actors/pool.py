"""Many games at once with one agent: the agent sits here, the games are stepped by workers."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from yendor.actors.crew import Crew
from yendor.actors.worker import Game, Orders
from yendor.core.agent import BatchedAgent
from yendor.launch.jobs import Outcome

J = TypeVar("J")

_BEAT_EVERY_S = 1.0


def play_many(
    open_game: Callable[[J], Game],
    jobs: Sequence[J],
    agent: BatchedAgent,
    seed_of: Callable[[J], int],
    *,
    slots: int = 128,
    workers: int = 2,
    hang_s: float = 600.0,
    on_beat: Callable[[J, dict[str, float]], None] | None = None,
) -> Iterator[Outcome[J, Any]]:
    """Play a game for each job and yield the outcomes as they come; see `yendor.launch.jobs.run_jobs`.

    Args:
        open_game: A module-level function that makes a `Game` of a job (workers import it by name).
        jobs: Picklable descriptions, one a game.
        agent: Plays them all; of an observation it is shown `yendor.actors.shared.OBSERVED`.
        seed_of: What the agent is reset with for a job.
        slots: How many games at once.
        workers: Processes that step the games; 0 steps them in this process, without a watchdog.
        hang_s: Seconds without a step after which a worker is killed and the game it was at counted as hung.
        on_beat: Called now and then with each job on its way, and its `steps` and `score`.

    An agent that fails ends the game it fails in. Closing the iterator (or an exception in the loop over it) stops
    the workers.
    """
    slots = min(slots, len(jobs))
    if slots < 1:
        return
    pool = _Pool(Crew(open_game, slots, min(workers, slots), hang_s), jobs, agent, seed_of, slots)
    try:
        yield from pool.play(on_beat)
    finally:
        pool.crew.stop()


class _Pool(Generic[J]):
    """Slots, the jobs that wait for one, and the agent."""

    def __init__(
        self, crew: Crew, jobs: Sequence[J], agent: BatchedAgent, seed_of: Callable[[J], int], slots: int
    ) -> None:
        self.crew, self._agent, self._seed_of = crew, agent, seed_of
        self._waiting = deque(jobs)
        self._playing: dict[int, J] = {}
        self._views = [crew.shared.observation(slot) for slot in range(slots)]

    def play(self, on_beat: Callable[[J, dict[str, float]], None] | None) -> Iterator[Outcome[J, Any]]:
        """Play until no job is left."""
        told = time.monotonic()
        while self._waiting or self._playing:
            orders = Orders()
            self._ask(sorted(self._playing), orders)
            self._fill(orders)
            for end in self.crew.serve(orders):
                yield Outcome(self._playing.pop(end.slot), end.result, end.failure, end.detail)
            if on_beat is not None and time.monotonic() - told >= _BEAT_EVERY_S:
                told = time.monotonic()
                self._tell(on_beat)

    def _ask(self, slots: list[int], orders: Orders) -> None:
        """Ask the agent for keys; where it fails for all together, find out for which."""
        if not slots:
            return
        shown = [self._views[slot] for slot in slots]
        began = time.process_time()
        try:
            actions = [int(decision.action) for decision in self._agent.act_batch(slots, shown)]
            bytes(actions)  # raises where one is no byte
            self._agent.observe_batch(slots, shown, actions)
        except Exception as error:
            if len(slots) == 1:
                orders.crash[slots[0]] = f"{type(error).__name__}: {error}"
                return
            for slot in slots:
                self._ask([slot], orders)
            return
        self.crew.shared.agent_seconds[slots] += (time.process_time() - began) / len(slots)
        orders.press.update(zip(slots, actions, strict=True))

    def _fill(self, orders: Orders) -> None:
        """Begin the next games in free slots."""
        free = [slot for slot in range(len(self._views)) if slot not in self._playing]
        for slot in free[: len(self._waiting)]:
            job = self._playing[slot] = self._waiting.popleft()
            orders.begin[slot] = job, b""
            try:
                self._agent.reset_slot(slot, self._seed_of(job))
            except Exception as error:
                orders.crash[slot] = f"{type(error).__name__}: {error}"

    def _tell(self, on_beat: Callable[[J, dict[str, float]], None]) -> None:
        for slot, job in self._playing.items():
            score = float(self._views[slot]["blstats"][9])
            on_beat(job, {"steps": float(self.crew.steps(slot)), "score": score})
