"""Fetch the NetHack Learning Dataset (Hambro et al. 2022): resumable, checked, unpacked.

No checksums of its parts are published. Without a list from the user, a part is held to the length that the server
gives and to the CRCs inside the zip: they find damage, not forgery. The SHA-256 of what came is recorded beside the
files, so that a later change of them is found.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import string
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from pathlib import Path, PureWindowsPath
from typing import Any

from yendor.core.errors import YendorError, did_you_mean

SERVER = "https://dl.fbaipublicfiles.com/nld"
SUMS = "SHA256SUMS.json"
TIMEOUT_S = 60.0
LONGEST_WAIT_S = 60.0
BLOCK = 1 << 18
_FULL = (errno.ENOSPC, errno.EDQUOT)
_BUSY = (408, 425, 429)
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class _Failed(Exception):
    """A part cannot be had; the run goes on with the next."""


class _Again(Exception):
    """Worth another try; `anew`: from the first byte."""

    def __init__(self, message: str, anew: bool = False) -> None:
        super().__init__(message)
        self.anew = anew


@dataclass(frozen=True)
class Part:
    """One file of a published set."""

    name: str
    url: str
    sha256: str | None = None


@dataclass
class Report:
    """What a download did: names of parts, reasons by part, and how many bytes came over the network.

    A part that came whole but could not be unpacked is both in `fetched` (or `kept`) and in `failed`.
    """

    fetched: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    bytes: int = 0


def _set(name: str, count: int, *others: str) -> tuple[Part, ...]:
    endings = [first + second for first in "ab" for second in string.ascii_lowercase][:count]
    files = (*(f"{name}-dir-{ending}.zip" for ending in endings), *others)
    return tuple(Part(file, f"{SERVER}/{name}/{file}") for file in files)


SETS: dict[str, tuple[Part, ...]] = {
    "nld-aa": _set("nld-aa", 16),
    "nld-aa-taster": _set("nld-aa-taster", 0, "nld-aa-taster.zip"),
    "nld-nao": _set("nld-nao", 40, "nld-nao_xlogfiles.zip"),
}


def parts_of(name: str, wanted: str = "", base_url: str = "") -> list[Part]:
    """Select parts of a set.

    Args:
        name: One of `SETS`.
        wanted: Parts separated by commas: `aa`, `xlogfiles`, a file's name, a number from 1, a range such as `1-3`.
            All when empty.
        base_url: A mirror that has the sets' folders, in place of `SERVER`.

    Raises:
        YendorError: There is no such set or part, or the mirror is no web address.
    """
    if name not in SETS:
        raise YendorError(f"unknown set '{name}'", did_you_mean(name, SETS))
    if base_url and not base_url.startswith(("http://", "https://")):
        raise YendorError(f"'{base_url}' is no web address", "Give one such as https://mirror.example/nld.")
    parts = SETS[name]
    if wanted.strip():
        chosen = {number for item in wanted.split(",") for number in _numbers(name, item.strip())}
        parts = tuple(part for number, part in enumerate(parts) if number in chosen)
    base = base_url.rstrip("/") or SERVER
    return [replace(part, url=base + part.url.removeprefix(SERVER)) for part in parts]


def _numbers(name: str, item: str) -> Iterable[int]:
    files = [part.name for part in SETS[name]]
    short = [re.split("[-_]", file.removesuffix(".zip"))[-1] for file in files]
    if item in short or item in files:
        return [(short if item in short else files).index(item)]
    if match := re.fullmatch(r"([0-9]{1,4})(?:-([0-9]{1,4}))?", item):
        first, last = int(match[1]), int(match[2] or match[1])
        if 1 <= first <= last <= len(files):
            return range(first - 1, last)
    raise YendorError(f"{name} has no part '{item}'", f"{did_you_mean(item, short)} Or a number: 1 to {len(files)}.")


def download(
    parts: Iterable[Part],
    to: Path,
    *,
    checksums: Path | None = None,
    unpack: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
    retries: int = 5,
    backoff: float = 1.0,
) -> Report:
    """Fetch parts into a folder; run it again, with the same server, to go on where it stopped.

    A part is written to `NAME.part`, checked, renamed, and recorded in `SHA256SUMS.json`. A part whose SHA-256 is not
    the known one (from `checksums`, else from the part, else recorded earlier) or whose zip is damaged becomes
    `NAME.bad` and is reported as failed; the next run fetches it anew. Parts that are there are read through
    and kept; those without a known SHA-256 are held to the zip's CRCs. When a part is published anew, remove its
    record.

    Args:
        parts: From `parts_of`.
        to: The folder; made when it is missing.
        checksums: A text file as `sha256sum` writes it. Parts that it does not name are checked as without it.
        unpack: Extract the zips into `to`; members that are there with the right size stay.
        progress: Called with the bytes that are there of the part at hand, and its length where that is known.
        retries: How often in a row a part is asked for again while nothing more of it comes.
        backoff: Seconds before the first of them; doubled each time.

    Raises:
        YendorError: The disk is full, the folder cannot be made, or a list of checksums cannot be read.
    """
    listed = _read_list(checksums) if checksums else {}
    run = _Run(to, listed, progress or (lambda done, total: None), retries, backoff, Report())
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise YendorError(f"cannot make the folder {to}: {error}") from error
    for part in parts:
        try:
            run.get(part)
            if unpack and part.name.endswith(".zip"):
                _unpack(to / part.name, to)
        except _Failed as error:
            run.report.failed.append((part.name, str(error)))
        except OSError as error:
            if error.errno in _FULL:
                raise _full(to) from error
            run.report.failed.append((part.name, str(error)))
    return run.report


@dataclass(frozen=True)
class _Run:
    to: Path
    listed: dict[str, str]
    progress: Callable[[int, int | None], None]
    retries: int
    backoff: float
    report: Report

    def get(self, part: Part) -> None:
        """Keep or fetch one part, check and record it."""
        path, record = self.to / part.name, _read_json(self.to / SUMS).get(part.name, {})
        origins = {"the list": self.listed.get(part.name), "the part": part.sha256, SUMS: record.get("sha256")}
        known, origin = next(((str(sum_).lower(), name) for name, sum_ in origins.items() if sum_), ("", ""))
        # What is neither a zip nor has a known checksum may have been cut short: only the server can tell.
        there = path.exists() and bool(known or path.suffix == ".zip")
        file = path if there else self._fetch(part, _beside(path, ".part"))
        trouble = ""
        with file.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
        if known and found != known:
            trouble = f"SHA-256 is {found}, but {known} in {origin}"
        elif not known and path.suffix == ".zip":
            trouble = _zip_trouble(file)
        os.replace(file, _beside(path, ".bad") if trouble else path)
        if not there:
            _beside(path, ".part.json").unlink(missing_ok=True)
        if trouble:
            raise _Failed(f"{trouble}; kept as {part.name}.bad, run again to fetch it anew")
        url = record.get("url", "") if there else part.url
        new = {"name": part.name, "size": _size(path), "sha256": found, "url": url}
        if new != record:
            _write_json(self.to / SUMS, {**_read_json(self.to / SUMS), part.name: new})
        (self.report.kept if there else self.report.fetched).append(part.name)

    def _fetch(self, part: Part, partial: Path) -> Path:
        tries, most = 0, _size(partial)
        while True:
            try:
                self._receive(part, partial)
                return partial
            except _Again as error:
                if error.anew:
                    partial.unlink(missing_ok=True)
                tries = 1 if _size(partial) > most else tries + 1
                most = max(most, _size(partial))
                if tries > self.retries:
                    have = max(_size(partial), 0)
                    raise _Failed(f"{error}; {have:,} bytes are kept, run again to go on") from error
            time.sleep(min(self.backoff * 2 ** (tries - 1), LONGEST_WAIT_S))

    def _receive(self, part: Part, partial: Path) -> None:
        """Ask for what is missing of a part, once."""
        notes = _read_json(_beside(partial, ".json"))
        notes = notes if notes.get("url") == part.url else {}
        have, size, validator = _size(partial), notes.get("size"), _validator(notes)
        if size is not None and have == size:
            return
        headers = {"User-Agent": "yendor"}
        if validator and have > 0 and (size is None or have < size):
            headers |= {"Range": f"bytes={have}-", "If-Range": validator}
        with _open(urllib.request.Request(part.url, headers=headers)) as response:
            if response.status == 206 and "Range" in headers:
                size = _resumed_size(response.headers, have, notes)
            else:
                length = response.headers.get("Content-Length") or ""
                have, size = 0, int(length) if length.isdecimal() else None
                # In this order: notes on a new file must never stand beside bytes of the old one.
                partial.unlink(missing_ok=True)
                stamps = {name: response.headers.get(name) for name in ("ETag", "Last-Modified")}
                _write_json(_beside(partial, ".json"), {"url": part.url, "size": size, **stamps})
            _need(self.to, (size or have) - have)
            with partial.open("ab") as file:
                self.progress(have, size)
                for block in _blocks(response):
                    file.write(block)
                    have += len(block)
                    self.report.bytes += len(block)
                    self.progress(have, size)
        if size is not None and _size(partial) != size:
            raise _Again(f"{_size(partial):,} of {size:,} bytes came")


def _open(request: urllib.request.Request) -> Any:
    try:
        return urllib.request.urlopen(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        told = f"the server says {error.code} {error.reason} to {request.full_url}"
        again = error.code >= 500 or error.code in _BUSY or error.code == 416
        raise (_Again(told, anew=error.code == 416) if again else _Failed(told)) from error
    except (OSError, HTTPException) as error:
        raise _Again(f"cannot reach {request.full_url}: {error}") from error


def _blocks(response: Any) -> Iterator[bytes]:
    """Yield what comes; errors of the network become `_Again`, so that those of the disk stand apart."""
    while True:
        try:
            block = response.read(BLOCK)
        except (OSError, HTTPException) as error:
            raise _Again(f"the connection broke: {error}") from error
        if not block:
            return
        yield block


def _validator(notes: dict[str, Any]) -> str:
    """Return what If-Range may carry: a strong ETag, else the date, else nothing."""
    etag = notes.get("ETag") or ""
    return etag if etag and not etag.startswith("W/") else notes.get("Last-Modified") or ""


def _resumed_size(headers: Any, have: int, notes: dict[str, Any]) -> int | None:
    """Return the whole file's length, having made sure that a 206 goes on with the file that was begun."""
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", headers.get("Content-Range") or "")
    size = notes.get("size") if match is None or match[2] == "*" else int(match[2])
    same = all(headers.get(name) in (None, notes.get(name)) for name in ("ETag", "Last-Modified"))
    if match is None or int(match[1]) != have or not same or notes.get("size") not in (None, size):
        raise _Again("the server's file changed while it was fetched", anew=True)
    return size


def _unpack(path: Path, to: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                place = PureWindowsPath(member.filename)  # Both kinds of slash, and drives.
                if place.anchor or ".." in place.parts or not (place.parts or member.is_dir()):
                    raise _Failed(f"not unpacked: its member '{member.filename}' would lie outside the folder")
            files = [member for member in archive.infolist() if not member.is_dir()]
            missing = [member for member in files if _size(to / member.filename) != member.file_size]
            _need(to, sum(member.file_size for member in missing))
            for member in missing:
                target = to / member.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, _beside(target, ".part").open("wb") as sink:
                    shutil.copyfileobj(source, sink, BLOCK)
                os.replace(_beside(target, ".part"), target)
    except _ZIP_ERRORS as error:
        raise _Failed(f"not unpacked: {error}") from error


def _zip_trouble(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
    except _ZIP_ERRORS as error:
        return f"no whole zip file ({error})"
    return f"damaged zip file (member {bad})" if bad else ""


def _read_list(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text().splitlines()
    except (OSError, ValueError) as error:
        raise YendorError(f"cannot read {path}: {error}", "Give a file as `sha256sum` writes it.") from error
    sums = {}
    for number, line in enumerate(lines, 1):
        match = re.fullmatch(r"([0-9a-fA-F]{64}) [ *](?:.*/)?([^/]+)", line.rstrip())
        if match:
            sums[match[2]] = match[1].lower()
        elif line.strip() and not line.startswith("#"):
            raise YendorError(f"{path}, line {number} is no checksum: '{line[:80]}'", "Write: SHA256, 2 spaces, name.")
    return sums


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text()) if path.exists() else {}
        if not isinstance(value, dict):
            raise ValueError("no JSON object")
    except (OSError, ValueError) as error:
        raise YendorError(f"cannot read {path}: {error}", "Move it away and run the command again.") from error
    return value


def _write_json(path: Path, value: dict[str, Any]) -> None:
    temporary = _beside(path, f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
    os.replace(temporary, path)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _need(folder: Path, count: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < count:
        raise _full(folder, f": {count:,} bytes are needed, {free:,} are free")


def _full(folder: Path, details: str = "") -> YendorError:
    return YendorError(
        f"no room in {folder}{details}", "Free some space and run the command again: it goes on where it stopped."
    )
