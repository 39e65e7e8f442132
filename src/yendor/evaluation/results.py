"""Result files: one JSON line a game, appended whole or not at all, and the summary beside them."""

import json
import os
from pathlib import Path
from typing import Any

from yendor.core.config import write_text
from yendor.core.errors import YendorError

VERSION = 1


def read_results(folder: Path) -> list[dict[str, Any]]:
    """Read the result lines of a folder; an unfinished last line (a kill while writing) is left out.

    Raises:
        YendorError: There is no results.jsonl, or a line other than the last is broken.
    """
    path = folder / "results.jsonl"
    try:
        raw = path.read_text()
    except OSError as error:
        raise YendorError(f"no results in {folder}: {error.strerror}", "Make some with `yendor eval`.") from error
    lines = raw.splitlines()
    out = []
    for number, line in enumerate(lines, 1):
        try:
            out.append(json.loads(line))
        except ValueError:
            if number < len(lines) or raw.endswith("\n"):
                raise YendorError(
                    f"{path}, line {number}: not a result: {line[:60]!r}",
                    "Remove the line; `yendor eval` with the same settings then plays its game again.",
                ) from None
    return out


def repair(folder: Path) -> None:
    """Cut an unfinished last line off, so that the next one starts on a line of its own."""
    path = folder / "results.jsonl"
    if path.exists() and (raw := path.read_bytes()) and not raw.endswith(b"\n"):
        write_text(path, raw[: raw.rfind(b"\n") + 1].decode())


def append(folder: Path, line: dict[str, Any]) -> None:
    """Append one result line in a single write, and see it to the disk.

    Raises:
        YendorError: The disk is full, or refuses.
    """
    data = (json.dumps(line) + "\n").encode()
    try:
        with open(folder / "results.jsonl", "ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise YendorError(
            f"cannot write a result to {folder}: {error.strerror}",
            "Free some space and run the same command again: finished games are kept.",
        ) from error
