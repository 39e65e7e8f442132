"""Positions: kept as seeds and keys, led to again, and judged by what is expected there."""

import json
from pathlib import Path

import pytest

from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature
from yendor.core.agent import Decision
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds
from yendor.evaluation.bench.expectation import read_expectation
from yendor.evaluation.bench.position import (
    judge,
    make_position,
    playable,
    positions_in,
    read_position,
    write_position,
)
from yendor.nethack import actions as a
from yendor.nethack.monsters import index_of


def test_a_position_is_reached_again(tmp_path: Path) -> None:
    position, verdict = make_position(Seeds(1007, 2007), 60, ("label=*", "key=Command.PRAY"), "a reason")
    assert verdict.unmet == ("key=Command.PRAY",)
    write_position(tmp_path / "one.json", position)
    read = read_position(tmp_path / "one.json")
    assert read == position
    assert playable(read)
    assert judge(read) == verdict
    assert positions_in([tmp_path]) == [tmp_path / "one.json"]


def test_another_game_is_noticed(tmp_path: Path) -> None:
    position, _ = make_position(Seeds(1007, 2007), 30, ("label=*",), "a reason")
    write_position(tmp_path / "one.json", position)
    plain = json.loads((tmp_path / "one.json").read_text())
    (tmp_path / "one.json").write_text(json.dumps(plain | {"seeds": [1008, 2008]}))
    with pytest.raises(YendorError, match="another screen"):
        judge(read_position(tmp_path / "one.json"))


def test_what_is_no_position(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    for text, said in (("{", "no position"), ("[]", "no position"), ('{"format": 99}', "format 99")):
        path.write_text(text)
        with pytest.raises(YendorError, match=said):
            read_position(path)
    with pytest.raises(YendorError, match="cannot read"):
        read_position(tmp_path / "none.json")
    with pytest.raises(YendorError, match="withheld"):
        make_position(Seeds(50000, 60000), 3, (), "")
    with pytest.raises(YendorError, match="step -1"):
        make_position(Seeds(1007, 2007), -1, (), "")
    (tmp_path / "empty").mkdir()
    with pytest.raises(YendorError, match="no position in"):
        positions_in([tmp_path / "empty"])


def test_expectations() -> None:
    eye = Creature(5, 12, index_of("floating eye"), "hostile", 2, 0)
    belief = Belief(creatures=[eye])
    belief.hero = belief.hero._replace(x=10, y=5)
    east, north, far_east = Decision(1, "fight/melee", "go for it"), Decision(0), Decision(9)
    pray = Decision(a.PRAY, "survive/pray")
    for text, decision, wanted in (
        ("label=fight/*", east, True),
        ("label=eat/*|fight/melee", east, True),
        ("label!=fight/*", east, False),
        ("why=*for*", east, True),
        ("key=Command.PRAY", pray, True),
        ("key!=Command.*", pray, False),
        ("key=l", east, True),
        ("key!=y", east, True),
        ("towards=floating eye", east, True),
        ("towards=floating eye", far_east, True),
        ("towards!=floating eye", north, True),
        ("towards=newt", east, False),
        ("towards=5,20", east, True),
        ("towards!=newt|5,20", east, False),
        ("towards!=floating eye", pray, True),
    ):
        assert read_expectation(text).met(decision, belief) == wanted, text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "label=PATTERN"),
        ("lable=x", "label=PATTERN"),
        ("key=Command.PRAI", "'Command.PRAY'"),
        ("towards!=newtt", "'newt'"),
    ],
)
def test_malformed_expectations(text: str, said: str) -> None:
    with pytest.raises(YendorError) as error:
        read_expectation(text)
    assert said in str(error.value)
