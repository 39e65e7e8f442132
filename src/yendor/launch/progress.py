"""Progress lines with rates and ETA: a bar in a terminal, plain lines in a log."""

import sys
import time
from types import TracebackType
from typing import Any, Self

_LOG_EVERY_S = 10.0


class Progress:
    """Shows how far a long job is.

        with Progress("recording", total=100, unit="games") as progress:
            progress.advance()
            progress.show(score=1234)

    Args:
        title: What is being done.
        total: How many units; None when unknown.
        unit: Their name.
        done: How many were done before (a resumed run); they do not count for the rate.
        quiet: Show nothing.
    """

    def __init__(
        self, title: str, total: int | None = None, unit: str = "items", done: int = 0, quiet: bool = False
    ) -> None:
        self.title, self.total, self.unit, self.done = title, total, unit, done
        self._quiet = quiet
        self._first, self.started, self._logged = done, time.monotonic(), time.monotonic()
        self._numbers: dict[str, Any] = {}
        self._bar: Any = None

    def __enter__(self) -> Self:
        self.started = self._logged = time.monotonic()
        if not self._quiet and sys.stderr.isatty():
            self._bar = self._open_bar()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar[0].stop()
        elif not self._quiet and time.monotonic() - self.started > 2.0:
            self._log()

    def advance(self, count: int = 1) -> None:
        """Count finished units."""
        self.done += count
        self._refresh()

    def show(self, **numbers: Any) -> None:
        """Set the numbers shown beside the bar; those not named stay."""
        self._numbers.update(numbers)
        self._refresh()

    def rate(self) -> float:
        """Return units per second since this run began."""
        return (self.done - self._first) / max(time.monotonic() - self.started, 1e-9)

    def line(self) -> str:
        """Return the state as one line of text."""
        of = f"/{self.total}" if self.total is not None else ""
        left = ""
        if self.total is not None and self.rate() > 0:
            left = f", ETA {_clock((self.total - self.done) / self.rate())}"
        rate = self.rate()
        pace = f"{rate:.1f}/s" if rate >= 1 else f"{rate * 60:.1f}/min"
        extra = "".join(f", {key.replace('_', ' ')} {_number(value)}" for key, value in self._numbers.items())
        spent = _clock(time.monotonic() - self.started)
        return f"{self.title}: {self.done}{of} {self.unit} in {spent}, {pace}{left}{extra}"

    def _refresh(self) -> None:
        if self._bar is not None:
            bar, task = self._bar
            extra = "  ".join(f"{key.replace('_', ' ')} {_number(value)}" for key, value in self._numbers.items())
            bar.update(task, completed=self.done, extra=extra, pace=f"{self.rate():.2f}/s")
        elif not self._quiet and time.monotonic() - self._logged > _LOG_EVERY_S:
            self._log()

    def _log(self) -> None:
        self._logged = time.monotonic()
        print(self.line(), file=sys.stderr, flush=True)

    def _open_bar(self) -> Any:
        from rich import progress
        from rich.console import Console

        bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(bar_width=24),
            progress.MofNCompleteColumn(),
            progress.TextColumn(f"{self.unit} {{task.fields[pace]}}"),
            progress.TimeElapsedColumn(),
            progress.TextColumn("ETA"),
            progress.TimeRemainingColumn(),
            progress.TextColumn("{task.fields[extra]}"),
            console=Console(stderr=True),
        )
        task = bar.add_task(self.title, total=self.total, completed=self.done, extra="", pace="")
        bar.start()
        return bar, task


def _clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}"


def _number(value: Any) -> str:
    return (
        f"{value:,.0f}"
        if isinstance(value, float) and abs(value) >= 100
        else (f"{value:.3g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value))
    )
