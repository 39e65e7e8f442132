"""Seeds, labels, registry and errors through their public doors."""

import sys
from types import ModuleType

import pytest

from yendor.core.errors import YendorError, did_you_mean
from yendor.core.labels import HIHACK_STRATEGIES, check_label, hihack_strategy
from yendor.core.registry import find, names, register
from yendor.core.seeds import Seeds, is_withheld, refuse_withheld, seed_list


def test_named_lists_are_what_the_documents_say() -> None:
    assert seed_list("dev:2") == [Seeds(1000, 2000), Seeds(1001, 2001)]
    assert seed_list("valid:5-7") == [Seeds(30005, 40005), Seeds(30006, 40006)]
    assert seed_list("withheld", 1) == [Seeds(50000, 60000)]
    assert seed_list("7:9:2") == [Seeds(7, 9), Seeds(8, 10)]


def test_the_lists_do_not_overlap() -> None:
    lists = [set(seed_list(f"{name}:9999")) for name in ("dev", "valid", "withheld")]
    assert len(set.union(*lists)) == 3 * 9999
    assert [any(map(is_withheld, games)) for games in lists] == [False, False, True]


@pytest.mark.parametrize(
    "spec", ["", "devv:3", "dev:x", "dev:0", "dev:5-5", "1:2:0", "1:2:3:4", "-1:2:3", "withheld:10001"]
)
def test_malformed_seeds_are_refused(spec: str) -> None:
    with pytest.raises(YendorError):
        seed_list(spec)


def test_withheld_games_are_refused_by_core_seed() -> None:
    refuse_withheld(seed_list("dev:10"), "recording")
    with pytest.raises(YendorError, match="1 withheld games in a list for recording, the first core=59999"):
        refuse_withheld([Seeds(1, 1), Seeds(59999, 3)], "recording")


@pytest.mark.parametrize(
    ("path", "strategy"),
    [
        ("explore/door", "explore"),
        ("fight/melee", "fight"),
        ("fight/engulfed", "engulfed_fight"),
        ("survive/pray", "emergency"),
        ("eat/ground/corpse", "ground_eat"),
        ("eat/inventory", "inventory_eat"),
        ("solve_sokoban", "solve_sokoban"),
        ("follow_guard/walk", "follow_guard"),
        ("", "error"),
        ("dance", "error"),
    ],
)
def test_projection_on_hihack(path: str, strategy: str) -> None:
    assert HIHACK_STRATEGIES[hihack_strategy(path)] == strategy


@pytest.mark.parametrize("path", ["Fight", "fight/", "/x", "a b", "fight//melee"])
def test_malformed_labels_are_refused(path: str) -> None:
    with pytest.raises(YendorError, match="not a strategy label"):
        check_label(path)


def test_registry_finds_what_was_registered() -> None:
    @register("agent", "test-words-agent")
    class Part:
        pass

    assert find("agent", "test-words-agent") is Part
    assert "test-words-agent" in names("agent")
    with pytest.raises(YendorError, match="registered twice"):
        register("agent", "test-words-agent")(object())


def test_registry_imports_module_and_class(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("plug")
    module.Player = int  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "plug", module)
    assert find("agent", "plug:Player") is int
    with pytest.raises(YendorError, match="cannot load agent 'plug:Plyer'"):
        find("agent", "plug:Plyer")


def test_unknown_parts_get_near_names() -> None:
    with pytest.raises(YendorError, match=r"unknown agent 'bott'(.|\n)*Did you mean 'bot'\?"):
        find("agent", "bott")
    with pytest.raises(YendorError, match="unknown kind of part 'agents'"):
        find("agents", "bot")


def test_did_you_mean_lists_all_when_none_is_near() -> None:
    assert did_you_mean("zzz", ["a", "b"]) == "Known: a, b."
