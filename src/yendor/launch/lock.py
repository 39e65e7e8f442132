"""One process at a time in a folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yendor.core.errors import YendorError

LOCK = ".lock"
"""The file that is held; it stays in the folder, empty."""


@contextmanager
def hold(folder: Path, work: str) -> Iterator[None]:
    """Make a folder where there is none, and hold it against a second process that would write there.

    Args:
        folder: Where.
        work: What is done there, for the error: `recording`, `measurement`.

    Raises:
        YendorError: Another process holds it, or it cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / LOCK, "w")  # noqa: SIM115 - closed below, after the block it guards
    except OSError as error:
        raise YendorError(f"cannot write to {folder}: {error.strerror}", "Choose another --out.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise YendorError(
                f"another {work} is writing to {folder}", "Wait for it, or choose another --out."
            ) from None
        yield
