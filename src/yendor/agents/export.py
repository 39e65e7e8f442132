"""Write the bot as a folder that plays without Yendor: `yendor export bot --to DIR`.

The folder holds the source of `yendor.agents.arena` and of all that it imports, as the package `yendor_bot` whose
imports are relative, so that it has nothing to do with an installed Yendor and exports of several versions can play
in one process.
"""

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import ClassVar

import yendor
from yendor.agents.export_texts import BOT, INIT, README
from yendor.agents.folder import ENTRY
from yendor.core.config import write_json
from yendor.core.errors import YendorError

ROOT = "yendor.agents.arena"
"""What is exported, with all that it imports."""
DATA = ("nethack/tables",)
"""Folders of data that the exported modules read, with their licence notices."""
PACKAGE = "yendor_bot"
MANIFEST = "manifest.json"
_SOURCE = Path(yendor.__file__).parent


@dataclass(frozen=True)
class Manifest:
    """What an exported folder holds."""

    schema_version: ClassVar[int] = 1
    name: str
    yendor: str
    """Version of the Yendor that wrote it."""
    commit: str
    """Of Yendor's sources, with `-dirty` when they were changed since; "" when unknown."""
    nle: str
    """Version of nle that it plays with."""
    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 of every other file by its path in the folder."""


def export_bot(to: Path, force: bool = False) -> Manifest:
    """Write the bot's folder; it appears whole or not at all.

    Args:
        to: The folder, new or empty.
        force: Replace what was exported there before.

    Raises:
        YendorError: `to` holds something; the file system refuses.
    """
    final = to.resolve()
    _check_place(to, final, force)
    part = final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        part.mkdir(parents=True)
        manifest = _fill(part)
        _put(part, final)
    except OSError as error:
        raise YendorError(f"cannot write {to}: {error.strerror or error}", "Choose another place.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _check_place(to: Path, final: Path, force: bool) -> None:
    if final.exists() and not final.is_dir():
        raise YendorError(f"{to} exists and is no folder", "Choose another --to.")
    if Path.cwd().is_relative_to(final):  # the folder is put in place by a rename, which would pull away our ground
        raise YendorError(f"{to} is the folder you are in, or holds it", "Choose another --to.")
    if not final.exists() or not any(final.iterdir()):
        return
    if not force:
        raise YendorError(f"{to} exists and is not empty", "Choose another --to; --force replaces an older export.")
    if not (final / MANIFEST).is_file() or not (final / PACKAGE).is_dir():
        raise YendorError(f"{to} is no exported bot: it is left as it is", "Choose another --to, or delete it first.")


def _fill(folder: Path) -> Manifest:
    """Write everything into an empty folder."""
    package, commit, nle = folder / PACKAGE, _commit(), version("nle")
    for module, source in modules_of(ROOT).items():
        target = package / source.relative_to(_SOURCE)
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, INIT if module == "yendor" else privately(module, source))
    for name in DATA:
        shutil.copytree(_SOURCE / name, package / name)
    contents = sha256("".join(_hashes(folder).values()).encode()).hexdigest()[:16]
    words = f"{yendor.__version__} (commit {commit})" if commit else yendor.__version__
    _write(folder / ENTRY, BOT.format(package=PACKAGE, contents=contents))
    _write(folder / "README.md", README.format(version=words, nle=nle, package=PACKAGE))
    _write(folder / "LICENSE", _licence())
    manifest = Manifest("yendor-bot", yendor.__version__, commit, nle, _hashes(folder))
    write_json(folder / MANIFEST, manifest)
    return manifest


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def _put(part: Path, final: Path) -> None:
    """Rename a finished folder into its place; what was there goes when the new one stands."""
    old = final.with_name(f".{final.name}.{os.getpid()}.old")
    if final.exists():
        final.rename(old)
    try:
        part.rename(final)
    except OSError:
        if old.exists():
            old.rename(final)
        raise
    shutil.rmtree(old, ignore_errors=True)


def modules_of(root: str) -> dict[str, Path]:
    """Return the modules of Yendor that `root` imports, directly or not, with itself and all packages around them.

    Args:
        root: A module's name.

    Returns:
        Module name to source file, in the order of the names. Compiled modules are not among them.
    """
    found: dict[str, Path] = {}
    waiting = [root]
    while waiting:
        module = waiting.pop()
        source = _source_of(module)
        if source is None or module in found:
            continue
        found[module] = source
        waiting += [module.rpartition(".")[0], *_imported(module, source)]
    return dict(sorted(found.items()))


def _source_of(module: str) -> Path | None:
    """Return a module's file; None when it has no source here: a compiled one, or a name inside a module."""
    first, *rest = module.split(".")
    place = _SOURCE.joinpath(*rest)
    for file in (place / "__init__.py", place.with_suffix(".py")):
        if first == "yendor" and file.is_file():
            return file
    return None


def _imported(module: str, source: Path) -> Iterator[str]:
    """Yield the names of modules that a module imports from Yendor, and of things in them."""
    if module == "yendor":
        return  # its version is looked up in the installed package: the exported one says nothing
    for node in _imports(ast.parse(source.read_text("utf-8")), module):
        yield str(node.module)
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _imports(tree: ast.AST, module: str) -> Iterator[ast.ImportFrom]:
    """Yield the statements `from yendor... import ...`, also those inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and _ours(node.module or ""):
            yield node
        elif (isinstance(node, ast.Import) and any(_ours(alias.name) for alias in node.names)) or (
            isinstance(node, ast.ImportFrom) and node.level
        ):
            raise ValueError(f"{module}, line {node.lineno}: only `from yendor.x import y` can be exported")


def _ours(module: str) -> bool:
    return module.split(".")[0] == "yendor"


def privately(module: str, source: Path) -> str:
    """Return a module's source without the name of Yendor: imports are relative, data is that of its own package.

    Raises:
        ValueError: An import, or a place of data, is written in a way that cannot be exported.
    """
    text = source.read_text("utf-8")
    tree = ast.parse(text)
    package = module if source.name == "__init__.py" else module.rpartition(".")[0]
    dots = "." * len(package.split("."))
    changes: list[tuple[ast.ImportFrom | ast.Call, str, str]] = []
    changes += [(node, r"from yendor\.?", f"from {dots}") for node in _imports(tree, module)]
    changes += [(node, rf'files\("{re.escape(package)}"\)', "files(__package__)") for node in _data_calls(tree)]
    lines = text.splitlines(keepends=True)
    # From the end, so that of two changes in a line the first one's column still holds.
    for node, old, new in sorted(changes, key=lambda change: (change[0].lineno, change[0].col_offset), reverse=True):
        line, start = lines[node.lineno - 1], node.col_offset
        found = re.match(old, line[start:])
        if found is None:
            raise ValueError(f"{module}, line {node.lineno}: {line.strip()!r} cannot be exported")
        lines[node.lineno - 1] = line[:start] + new + line[start + found.end() :]
    return "".join(lines)


def _data_calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls `files("yendor...")`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "files":
            continue
        if any(isinstance(word, ast.Constant) and _ours(str(word.value)) for word in node.args):
            yield node


def _licence() -> str:
    """Return Yendor's licence, from the installed package or from the sources around this file."""
    try:
        text = distribution("yendor").read_text("licenses/LICENSE")
    except PackageNotFoundError:
        text = None
    file = _SOURCE.parents[1] / "LICENSE"
    if text is None and not file.is_file():
        raise YendorError("Yendor's licence is not found, and the bot goes nowhere without it", "Reinstall Yendor.")
    return text or file.read_text("utf-8")


def _commit() -> str:
    """Return the commit of the sources when they are a git checkout with git at hand; "" otherwise."""
    root = _SOURCE.parents[1]
    if not (root / ".git").exists():  # an installed package: a repository further up would not be Yendor's
        return ""
    command = ["git", "--no-optional-locks", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=30).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""
