"""Folders of bots as agents: any arena's bot plays, and what goes wrong in one is said in words."""

import sys
from pathlib import Path

import numpy as np
import pytest

from yendor.agents.contract import check_agent
from yendor.agents.make import make_agent
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds
from yendor.envs.make import make
from yendor.evaluation.game import play_game


@pytest.fixture(autouse=True)
def same_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders of bots come before everything on `sys.path`; not in the tests that follow."""
    monkeypatch.setattr(sys, "path", list(sys.path))


HEAD = "class Bot:\n    def reset(self, observation): pass\n"
TAIL = "def make_agent(): return Bot()\n"


def bot_folder(place: Path, text: str) -> str:
    place.mkdir(exist_ok=True)
    (place / "bot.py").write_text(text)
    return str(place)


LIVELY = """
import random
import numpy as np
import lively_neighbour

class Bot:
    def __init__(self):
        self.first = None
    def reset(self, observation):
        lively_neighbour.told.append("reset")
        self.first = observation
    def act(self, observation):
        assert (self.first is observation) == (self.first is not None)
        self.first = None
        assert not observation["glyphs"].flags.writeable
        return np.int64(random.choice(lively_neighbour.KEYS) + 0 * np.random.randint(3))
    def close(self):
        lively_neighbour.told.append("close")

def make_agent():
    import lively_later
    lively_neighbour.told.append("make")
    return Bot()
"""


def test_any_arena_bot_keeps_the_protocol(tmp_path: Path) -> None:
    (tmp_path / "lively_neighbour.py").write_text("KEYS = (0, 1, 2, 3)\ntold = []\n")
    (tmp_path / "lively_later.py").write_text("")
    spec = bot_folder(tmp_path, LIVELY)
    check_agent(lambda: make_agent(spec), steps=40)
    import lively_neighbour  # type: ignore[import-not-found]

    assert lively_neighbour.told[:6] == ["make", "close", "make", "reset", "close", "make"]
    assert make_agent(spec).name == tmp_path.name


def test_observe_shows_what_was_not_asked_about(tmp_path: Path) -> None:
    counting = "    n = -1\n    def act(self, observation):\n        self.n += 1\n        return self.n\n"
    agent = make_agent(bot_folder(tmp_path, HEAD + counting + TAIL))
    observation = {"glyphs": np.zeros((21, 79), np.int16)}
    agent.observe(observation, 7)
    assert agent.act(observation).action == 1
    agent.observe(observation, 1)
    assert agent.act(observation).action == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no make_agent"),
        ("make_agent = 3", "has no make_agent"),
        ("import no_such_thing", "cannot be imported: ModuleNotFoundError: No module named 'no_such_thing'"),
        ("import sys; sys.exit('no licence')", "cannot be imported: SystemExit: no licence"),
        ("def f(:", "cannot be imported: SyntaxError"),
        ("def make_agent(): 1 / 0", "make_agent() failed: ZeroDivisionError: division by zero"),
        ("def make_agent(): return 5", "has no reset and no act"),
        (HEAD + TAIL, "has no act"),
    ],
)
def test_a_folder_that_makes_no_bot(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(YendorError) as caught:
        make_agent(bot_folder(tmp_path / "faulty", text))
    assert said in str(caught.value)
    assert str(tmp_path / "faulty") in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("121", "answered 121"),
        ("-1", "answered -1"),
        ("True", "answered True"),
        ("None", "answered None"),
        ("'k'", "answered 'k'"),
        ("3.0", "answered 3.0"),
        ("observation['nothing']", "act() failed: KeyError: 'nothing'"),
        ("exit(3)", "act() failed: SystemExit: 3"),
    ],
)
def test_a_bot_that_fails_in_a_game(tmp_path: Path, answer: str, said: str) -> None:
    spec = bot_folder(tmp_path / "faulty", f"{HEAD}    def act(self, observation): return {answer}\n{TAIL}")
    agent = make_agent(spec)
    with pytest.raises(YendorError) as caught:
        agent.act({"glyphs": np.zeros((21, 79), np.int16)})
    assert said in str(caught.value)
    assert spec in str(caught.value)
    assert "\n" not in str(caught.value)


def test_its_failure_ends_its_game(tmp_path: Path) -> None:
    spec = bot_folder(tmp_path / "faulty", f"{HEAD}    def act(self, observation): return 1 // 0\n{TAIL}")
    env = make(seeds=(1000, 2000))
    line = play_game(env, make_agent(spec), Seeds(1000, 2000))
    env.close()
    assert line["ended"] == "crash"
    assert "act() failed: ZeroDivisionError" in line["crash"]


def test_a_changed_bot_is_read_again(tmp_path: Path) -> None:
    observation = {"glyphs": np.zeros((21, 79), np.int16)}
    for key in (3, 4):
        agent = make_agent(bot_folder(tmp_path, f"{HEAD}    def act(self, observation): return {key}\n{TAIL}"))
        assert agent.act(observation).action == key


def test_a_folder_without_bot_is_a_checkpoint_or_nothing(tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="no checkpoint"):
        make_agent(str(tmp_path))
