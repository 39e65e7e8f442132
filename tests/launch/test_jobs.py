"""The local launcher: every job gets one outcome, whatever becomes of its worker."""

import os
import signal
import time

import pytest

from yendor.launch.jobs import Beat, Outcome, run_jobs
from yendor.launch.progress import Progress


def behave(job: str, beat: Beat) -> str:
    beat(seen=1.0)
    if job == "raise":
        raise ValueError("told to")
    if job == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "hang":
        time.sleep(60)
    if job == "slow":
        for _ in range(8):
            time.sleep(0.3)
            beat(seen=1.0)
    if job == "unpicklable":
        return lambda: None  # type: ignore[return-value]
    return job.upper()


def test_each_job_has_one_outcome() -> None:
    jobs = ["a", "raise", "b", "die", "c", "hang", "slow", "unpicklable", "d"]
    outcomes: dict[str, Outcome[str, str]] = {}
    for outcome in run_jobs(behave, jobs, workers=2, hang_s=1.5):
        assert outcome.job not in outcomes
        outcomes[outcome.job] = outcome
    assert set(outcomes) == set(jobs)
    assert {job: o.result for job, o in outcomes.items() if o.failure is None} == {
        "a": "A", "b": "B", "c": "C", "d": "D", "slow": "SLOW",
    }  # fmt: skip
    assert outcomes["raise"].failure == "raised"
    assert "ValueError: told to" in outcomes["raise"].detail
    assert outcomes["die"].failure == "died"
    assert "SIGKILL" in outcomes["die"].detail
    assert outcomes["hang"].failure == "hung"
    assert outcomes["unpicklable"].failure == "raised"


def test_in_this_process() -> None:
    seen: list[tuple[str, float]] = []
    outcomes = list(run_jobs(behave, ["a", "raise"], workers=0, on_beat=lambda job, n: seen.append((job, n["seen"]))))
    assert [o.failure for o in outcomes] == [None, "raised"]
    assert seen == [("a", 1.0), ("raise", 1.0)]


def test_leaving_the_loop_ends_the_workers() -> None:
    jobs = run_jobs(behave, ["a", "hang", "hang"], workers=2, hang_s=50)
    started = time.monotonic()
    assert next(iter(jobs)).result == "A"
    jobs.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 30


def test_no_jobs() -> None:
    assert list(run_jobs(behave, [], workers=2)) == []


def test_progress_line_has_rate_eta_and_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    with Progress("recording", total=10, unit="games", done=2, quiet=True) as progress:
        now += 4.0
        progress.advance(4)
        progress.show(score=1234.5)
        assert progress.rate() == pytest.approx(1.0)
        assert progress.line() == "recording: 6/10 games in 0:00:04, 1.0/s, ETA 0:00:04, score 1,234"
