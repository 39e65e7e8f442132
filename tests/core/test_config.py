"""The config codec: round trips, refusals with near names, migrations, whole files or none."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yendor.core.config import from_plain, read_config, to_plain, write_json, write_text
from yendor.core.errors import YendorError


@dataclass(frozen=True)
class Inner:
    rate: float = 0.5
    mode: Literal["fast", "slow"] = "fast"


@dataclass(frozen=True)
class Outer:
    name: str
    size: int = 3
    folder: Path | None = None
    shape: tuple[int, ...] = (1, 2)
    inner: Inner = field(default_factory=Inner)
    schema_version: ClassVar[int] = 2
    migrations: ClassVar[dict[int, Any]] = {1: lambda old: {"name": old["title"]}}


configs = st.builds(
    Outer,
    name=st.text(),
    size=st.integers(-(2**40), 2**40),
    folder=st.none() | st.sampled_from([Path("a"), Path("/b/c")]),
    shape=st.lists(st.integers(0, 99)).map(tuple),
    inner=st.builds(
        Inner, rate=st.floats(allow_nan=False, allow_infinity=False), mode=st.sampled_from(["fast", "slow"])
    ),
)


@given(configs)
def test_round_trip(config: Outer) -> None:
    assert from_plain(Outer, to_plain(config)) == config


def test_file_round_trip(tmp_path: Path) -> None:
    write_json(tmp_path / "new" / "config.json", Outer("n", folder=Path("x")))
    assert read_config(Outer, tmp_path / "new" / "config.json") == Outer("n", folder=Path("x"))


def test_toml(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('name = "n"\n[inner]\nrate = 2\n')
    assert read_config(Outer, tmp_path / "c.toml") == Outer("n", inner=Inner(rate=2.0))


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ({"name": "n", "sise": 1}, ["sise", "size"]),
        ({"name": "n", "inner": {"mdoe": "fast"}}, ["inner.mdoe", "mode"]),
        ({}, ["missing", "name"]),
        ({"name": 3}, ["name", "3", "str"]),
        ({"name": "n", "size": True}, ["size", "True"]),
        ({"name": "n", "inner": {"mode": "fats"}}, ["inner.mode", "fast"]),
        ({"name": "n", "schema_version": 3}, ["schema_version", "3"]),
        ([1], ["expected a table"]),
    ],
)
def test_refusals_name_what_is_wrong(plain: Any, words: list[str]) -> None:
    with pytest.raises(YendorError) as caught:
        from_plain(Outer, plain)
    for word in words:
        assert word in str(caught.value)


def test_old_version_is_migrated() -> None:
    assert from_plain(Outer, {"schema_version": 1, "title": "old"}).name == "old"


@pytest.mark.parametrize("text", ["{", "\x00"])
def test_malformed_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(YendorError, match=r"malformed config .*c\.json"):
        read_config(Outer, tmp_path / "c.json")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="cannot read config"):
        read_config(Outer, tmp_path / "none.json")


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_text(tmp_path / "f", "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(YendorError, match="No space left on device"):
        write_text(tmp_path / "f", "new")
    assert [p.name for p in tmp_path.iterdir()] == ["f"]
    assert (tmp_path / "f").read_text() == "old"
