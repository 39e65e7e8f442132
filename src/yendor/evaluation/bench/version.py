"""Which bot is measured: the commit of its source, or a hash where the source differs from the commit."""

import hashlib
import subprocess
from functools import cache
from pathlib import Path

import yendor

ROOMS: tuple[str, ...] = ("nethack", "belief", "skills", "envs", "bot")
"""The rooms whose source decides what happens in a game of the bot."""
_PACKAGE = Path(yendor.__file__).resolve().parent


@cache
def source_version() -> str:
    """Name the installed source.

    Returns:
        Ten digits of the commit when the package lies in its own git checkout, with `+dirty-` and the source's hash
        when `ROOMS` differ from that commit. Elsewhere the package's version and the hash, since nothing else would
        tell two states of the source apart.
    """
    commit = _git("rev-parse", "--short=10", "HEAD")
    # A package installed below somebody else's checkout is not described by that checkout's commit.
    if not commit or not _git("ls-files", "--", "__init__.py"):
        return f"{yendor.__version__}-{source_hash()}"
    changed = _git("status", "--porcelain", "--", *ROOMS)
    return f"{commit}+dirty-{source_hash()}" if changed else commit


@cache
def source_hash() -> str:
    """Return eight digits of the SHA-256 over the files of `ROOMS`, as they were when this process first asked."""
    return hash_now()


def hash_now() -> str:
    """Return the hash of the source as it is on the disk now."""
    digest = hashlib.sha256()
    for room in ROOMS:
        for path in sorted((_PACKAGE / room).rglob("*")):
            if path.suffix in (".py", ".json"):
                digest.update(f"{path.relative_to(_PACKAGE).as_posix()}\0".encode())
                digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:8]


def _git(*words: str) -> str:
    """Return what git says about the package's folder; "" when there is no git, or no checkout."""
    try:
        run = subprocess.run(["git", "-C", str(_PACKAGE), *words], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""
