"""A run's folder: config, provenance, metrics, log and checkpoints; never overwritten by accident."""

import json
import platform
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from yendor import __version__
from yendor.core.config import to_plain, write_json
from yendor.core.errors import YendorError


class RunFolder:
    """`runs/<name>`.

    Args:
        path: The folder.
        config: What the run is asked to do; saved as `config.json`.
        resume: Go on with an existing run, whose config must be equal but for `free`.
        free: Names of settings that may differ on resume (budgets).

    Raises:
        YendorError: It exists and `resume` is off; there is nothing to resume; the settings differ.
    """

    def __init__(self, path: Path, config: Any, resume: bool = False, free: tuple[str, ...] = ()) -> None:
        self.path = path
        saved = path / "config.json"
        if path.exists() and any(path.iterdir()):
            if not resume:
                raise YendorError(f"run {path} exists", "Continue it with --resume, or choose another --run.")
            self._check(saved, to_plain(config), free)
        elif resume:
            raise YendorError(f"no run to resume in {path}", "Leave --resume out to begin one.")
        write_json(saved, config)
        if not resume:
            write_json(path / "provenance.json", provenance())

    def _check(self, saved: Path, now: dict[str, Any], free: tuple[str, ...]) -> None:
        try:
            before = json.loads(saved.read_text())
        except (OSError, ValueError) as error:
            raise YendorError(f"{self.path} is not a run: {error}", "Choose another --run.") from error
        for key in sorted(before.keys() | now.keys()):
            if key not in free and before.get(key) != now.get(key):
                raise YendorError(
                    f"run {self.path} was begun with {key} = {before.get(key)!r}, now it is {now.get(key)!r}",
                    "Resume with the settings of before, or begin another run.",
                )

    @property
    def checkpoints(self) -> Path:
        """Return the folder of the checkpoints."""
        return self.path / "checkpoints"

    def log(self, line: str) -> None:
        """Add a dated line to `log.txt`."""
        with open(self.path / "log.txt", "a") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n")


def provenance() -> dict[str, Any]:
    """Say with what a run was made: versions, machine, command."""
    versions = {}
    for package in ("torch", "nle", "numpy"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "absent"
    return {
        "yendor": __version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": versions,
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "began": time.strftime("%Y-%m-%dT%H:%M:%S"),
    }


def latest_checkpoint(place: Path) -> Path:
    """Return a checkpoint folder: the place itself, or the newest one of a run.

    Raises:
        YendorError: There is none.
    """
    if (place / "model.safetensors").exists():
        return place
    steps = [p for p in (place / "checkpoints").glob("*") if p.name.isdigit()]
    if not steps:
        raise YendorError(f"no checkpoint in {place}", "Give a run folder that has trained, or a checkpoint folder.")
    return max(steps, key=lambda p: int(p.name))
