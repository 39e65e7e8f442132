"""Run many independent jobs through a launcher; one `Outcome` comes back for each, whatever happens."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from yendor.core.registry import find

J = TypeVar("J")
R = TypeVar("R")


class Beat(Protocol):
    """What a job calls now and then to show that it is alive; the numbers reach `on_beat`."""

    def __call__(self, **numbers: float) -> None: ...


@dataclass(frozen=True)
class Outcome(Generic[J, R]):
    """How a job ended.

    Attributes:
        job: The job as it was given.
        result: What the function returned; None after a failure.
        failure: None, or `raised` (an exception), `died` (the worker process ended), `hung` (no
            sign of life for `hang_s` seconds; the worker was killed).
        detail: The traceback or the exit code, for a person.
    """

    job: J
    result: R | None
    failure: str | None = None
    detail: str = ""


def run_jobs(
    function: Callable[[J, Beat], R],
    jobs: Sequence[J],
    *,
    workers: int = 2,
    hang_s: float = 120.0,
    launcher: str = "local",
    on_beat: Callable[[J, dict[str, float]], None] | None = None,
) -> Iterator[Outcome[J, R]]:
    """Run `function(job, beat)` for every job and yield the outcomes as they come.

    Args:
        function: A module-level function (workers import it by name).
        jobs: Picklable descriptions, one a job.
        workers: Processes; 0 runs the jobs in this process, without a watchdog.
        hang_s: Seconds without a beat after which a worker is killed and its job counted as hung.
        launcher: Name of a registered launcher.
        on_beat: Called in this process with the job and the numbers it reported.

    Closing the iterator (or an exception in the loop over it) stops the workers.
    """
    launch: Any = find("launcher", launcher)
    yield from launch(function, jobs, workers=workers, hang_s=hang_s, on_beat=on_beat)
