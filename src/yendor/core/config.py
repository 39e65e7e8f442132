"""Config codec: frozen dataclasses to and from JSON and TOML, unknown keys refused, versioned."""

import dataclasses
import enum
import json
import os
import tempfile
import tomllib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from yendor.core.errors import YendorError, did_you_mean

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Turn a config (dataclass, tuple, path, enum, ...) into JSON-ready values.

    A dataclass with a `schema_version` class attribute stores it under that key.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        plain = {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        version = getattr(type(value), "schema_version", None)
        return plain if version is None else {"schema_version": version, **plain}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, enum.Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def from_plain(cls: type[T], plain: Any, where: str = "", absent: Any = dataclasses.MISSING) -> T:
    """Build a config from JSON or TOML values.

    Args:
        cls: A dataclass. Its `schema_version` class attribute, where it has one, is the newest
            version; its `migrations` maps an older version to a function dict -> dict of the next.
        plain: The values.
        where: Where they came from, for messages.
        absent: Stands for settings that must be given and are not; without it they are an error.

    Raises:
        YendorError: Unknown key (with the near names), missing key, wrong type, newer version.
    """
    if not isinstance(plain, Mapping):
        raise YendorError(f"{where or cls.__name__}: expected a table, got {plain!r}")
    plain = _migrate(cls, dict(plain), where)
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls) if f.init}  # type: ignore[arg-type]
    for key in plain:
        if key not in fields:
            raise YendorError(f"unknown setting '{_at(where, key)}'", did_you_mean(key, fields))
    values = {key: _convert(hints[key], item, _at(where, key)) for key, item in plain.items()}
    missing = [
        name
        for name, f in fields.items()
        if name not in values and f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    if absent is not dataclasses.MISSING:
        values |= dict.fromkeys(missing, absent)
    elif missing:
        raise YendorError(f"missing setting '{_at(where, missing[0])}'", "Add it to the config.")
    return cls(**values)


def _migrate(cls: type, plain: dict[str, Any], where: str) -> dict[str, Any]:
    newest = getattr(cls, "schema_version", None)
    if newest is None:
        return plain
    version = plain.pop("schema_version", newest)
    if not isinstance(version, int) or version > newest:
        raise YendorError(
            f"{where or cls.__name__} has schema_version {version!r}; this Yendor reads up to {newest}",
            "Update Yendor.",
        )
    while version < newest:
        plain = getattr(cls, "migrations", {})[version](plain)
        version += 1
    return plain


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        return _convert_union(args, value, where)
    if origin is typing.Literal:
        if value not in args:
            raise YendorError(f"{where} = {value!r}", did_you_mean(str(value), map(str, args)))
        return value
    if dataclasses.is_dataclass(hint):
        return from_plain(typing.cast(type, hint), value, where)
    if origin in (tuple, list) and isinstance(value, list | tuple):
        if origin is tuple and not (len(args) == 2 and args[1] is Ellipsis):
            if len(args) != len(value):
                raise YendorError(f"{where}: expected {len(args)} values, got {list(value)!r}")
            return tuple(_convert(a, v, where) for a, v in zip(args, value, strict=True))
        return origin(_convert(args[0], item, where) for item in value)
    if origin in (dict, Mapping) and isinstance(value, Mapping):
        return {str(k): _convert(args[1], v, _at(where, str(k))) for k, v in value.items()}
    return _convert_scalar(hint, value, where)


def _convert_union(options: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and type(None) in options:
        return None
    failures = []
    for option in options:
        if option is type(None):
            continue
        try:
            return _convert(option, value, where)
        except YendorError as error:
            failures.append(error)
    raise failures[0]


def _convert_scalar(hint: Any, value: Any, where: str) -> Any:
    if hint is Path and isinstance(value, str):
        return Path(value)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        try:
            return hint(value)
        except ValueError:
            known = [str(item.value) for item in hint]
            raise YendorError(f"{where} = {value!r}", did_you_mean(str(value), known)) from None
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    wanted = hint if isinstance(hint, type) else object
    if not isinstance(value, wanted) or (isinstance(value, bool) and hint in (int, float)):
        raise YendorError(f"{where} = {value!r} is not of type {getattr(hint, '__name__', hint)}")
    return value


def read_config(cls: type[T], path: Path, absent: Any = dataclasses.MISSING) -> T:
    """Read a config file: TOML (written by hand) or JSON (saved by a run).

    Args:
        cls: A dataclass.
        path: The file.
        absent: As for `from_plain`.

    Raises:
        YendorError: Missing or malformed file, or anything `from_plain` refuses.
    """
    try:
        text = path.read_text()
        plain = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise YendorError(f"cannot read config {path}: {error.strerror}", "Check the path.") from error
    except ValueError as error:
        raise YendorError(f"malformed config {path}: {error}", "It must be TOML (.toml) or JSON.") from error
    return from_plain(cls, plain, absent=absent)


def write_json(path: Path, value: Any) -> None:
    """Write a config as JSON: to a temporary file first, so that `path` is whole or absent."""
    write_text(path, json.dumps(to_plain(value), indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically.

    Raises:
        YendorError: The file system refuses (full disk, no permission); `path` is as it was.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise YendorError(
            f"cannot write {path}: {error.strerror}", "Free some space or choose another place."
        ) from error
