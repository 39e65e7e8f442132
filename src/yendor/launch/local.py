"""The local launcher: worker processes on this machine, each watched by the parent.

A worker takes one job at a time over its own pipe, so that a worker which dies or hangs costs its
job and nothing else. Workers are spawned, not forked: the engine, torch and threads do not survive
a fork.
"""

import multiprocessing
import os
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from yendor.core.registry import register
from yendor.launch.jobs import Outcome

_BEAT_EVERY_S = 0.2
"""A worker sends at most this often, so that a job may call `beat` at every step."""


class _Worker:
    """One child process and the job it is at."""

    def __init__(self, context: Any, function: Callable[..., Any]) -> None:
        self.connection, child = context.Pipe()
        self.process = context.Process(target=_serve, args=(child, function, os.getpid()), daemon=True)
        self.process.start()
        child.close()
        self.index: int | None = None
        self.last_sign = time.monotonic()

    def give(self, index: int, job: Any) -> None:
        self.index, self.last_sign = index, time.monotonic()
        self.connection.send((index, job))

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


@register("launcher", "local")
def launch(
    function: Callable[..., Any],
    jobs: Sequence[Any],
    *,
    workers: int,
    hang_s: float,
    on_beat: Callable[[Any, dict[str, float]], None] | None,
) -> Iterator[Outcome[Any, Any]]:
    """Run the jobs here; see `yendor.launch.jobs.run_jobs`."""
    if workers == 0:
        yield from _in_this_process(function, jobs, on_beat)
        return
    context = multiprocessing.get_context("spawn")
    waiting = deque(range(len(jobs)))
    crew: list[_Worker] = []
    try:
        while waiting or any(worker.index is not None for worker in crew):
            while len(crew) < min(workers, len(waiting) + sum(w.index is not None for w in crew)):
                crew.append(_Worker(context, function))
            for worker in crew:
                if worker.index is None and waiting:
                    index = waiting.popleft()
                    try:
                        worker.give(index, jobs[index])
                    except OSError:  # it died before it was given anything: the job is not to blame
                        worker.index = None
                        waiting.appendleft(index)
            for worker in list(crew):
                if worker.index is None and not worker.process.is_alive():
                    worker.stop()
                    crew.remove(worker)
            for worker, outcome in _listen(crew, jobs, hang_s, on_beat):
                if outcome.failure in ("died", "hung"):
                    worker.stop()
                    crew.remove(worker)
                worker.index = None
                yield outcome
    finally:
        for worker in crew:
            worker.stop()


def _listen(
    crew: list[_Worker],
    jobs: Sequence[Any],
    hang_s: float,
    on_beat: Callable[[Any, dict[str, float]], None] | None,
) -> Iterator[tuple[_Worker, Outcome[Any, Any]]]:
    busy = {worker.connection: worker for worker in crew if worker.index is not None}
    ready = set(wait(list(busy), timeout=min(1.0, hang_s / 4))) if busy else set()
    for connection, worker in busy.items():
        job = jobs[worker.index or 0]
        if connection in ready:
            try:
                kind, content = connection.recv()
            except (EOFError, OSError):
                yield worker, Outcome(job, None, "died", last_words(worker.process))
                continue
            worker.last_sign = time.monotonic()
            if kind == "beat":
                if on_beat is not None:
                    on_beat(job, content)
            else:
                yield worker, Outcome(job, *content)
        elif time.monotonic() - worker.last_sign > hang_s:
            yield worker, Outcome(job, None, "hung", f"no sign of life for {hang_s:g} s; the worker was killed")


def last_words(process: Any) -> str:
    """Say how a worker process ended that has closed its end of the pipe."""
    process.join(5)
    code = process.exitcode
    name = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
    return f"the worker process ended: {name}"


def _in_this_process(
    function: Callable[..., Any],
    jobs: Sequence[Any],
    on_beat: Callable[[Any, dict[str, float]], None] | None,
) -> Iterator[Outcome[Any, Any]]:
    for job in jobs:

        def beat(_job: Any = job, **numbers: float) -> None:
            if on_beat is not None:
                on_beat(_job, numbers)

        yield Outcome(job, *_attempt(function, job, beat))


def _attempt(function: Callable[..., Any], job: Any, beat: Any) -> tuple[Any, str | None, str]:
    try:
        return function(job, beat), None, ""
    except Exception:
        return None, "raised", traceback.format_exc()


def _serve(connection: Connection, function: Callable[..., Any], parent: int) -> None:
    """The worker's life: take a job, do it, say how it went; end with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    last = 0.0

    def beat(**numbers: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _BEAT_EVERY_S:
            last = now
            if os.getppid() != parent:
                os._exit(1)
            connection.send(("beat", numbers))

    while True:
        try:
            _, job = connection.recv()
        except (EOFError, OSError):
            return
        answer = _attempt(function, job, beat)
        try:
            connection.send(("done", answer))
        except (BrokenPipeError, OSError):
            return
        except Exception:
            connection.send(("done", (None, "raised", traceback.format_exc())))
