"""What NetHack's memory says of the hero, against what the bottom line shows, and why prayers were not heard."""

import json
import platform
from pathlib import Path

import pytest

from yendor.bot.agent import BotAgent
from yendor.cli.main import main
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds
from yendor.envs.make import make
from yendor.evaluation.bench import truth
from yendor.evaluation.bench.game import play
from yendor.evaluation.bench.prayers import Unheard, explain, unheard
from yendor.nethack.bottomline import Hero

KNOWN = (platform.system(), platform.machine()) == ("Linux", "x86_64")
here = pytest.mark.skipif(not KNOWN, reason="NetHack's memory is known on Linux and x86-64 only")


@here
def test_the_numbers_follow_the_game() -> None:
    env = make(seeds=(1001, 2001))
    observation, _ = env.reset()
    agent, memory, seen = BotAgent(), None, []
    for _ in range(300):
        hero = Hero(*observation["blstats"].tolist())
        memory = memory or (truth.find(hero) if hero.turn > 1 else None)
        if memory is not None:
            seen.append((hero.turn, memory.read()))
        action = agent.act(observation).action
        agent.observe(observation, action)
        observation, *_ = env.step(action)
    env.close()
    assert len(seen) > 250
    (first, begin), (last, end) = seen[0], seen[-1]
    assert begin.timeout == 300 - first + 1
    assert begin.timeout - end.timeout == last - first, "it falls by one a turn"
    assert 900 >= begin.nutrition > end.nutrition > 0
    assert begin.luck in (-1, 0, 1)
    assert begin.anger == end.anger == 0


@here
def test_a_prayer_is_come_to_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seeds = Seeds(1000, 2000)
    line = play(seeds, max_steps=1600)
    prayer = line["prayers"][0]
    told = explain(seeds, prayer["turn"], prayer["odds"])
    assert told.truth is not None
    assert told.truth.timeout <= 200
    assert told.truth.nutrition < 150 or prayer["hp"] < prayer["max_hp"] / 6
    line["prayers"] = [prayer | {"heard": False}]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "results.jsonl").write_text(json.dumps(line) + "\n")
    assert main(["bench", "prayers", "mine", "--out", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert f"1000:2000  T{prayer['turn']}" in out
    assert "1 unheard; of those played again" in out


def test_another_nle_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(truth, "version", lambda name: "9.9.9")
    with pytest.raises(YendorError, match=r"memory of nle 9\.9\.9"):
        truth.find(Hero(*[0] * 27))


@pytest.mark.parametrize(
    ("numbers", "cause"),
    [
        (None, "another course"),
        (truth.Truth(-3, 50, 1, 0, 40), "anger"),
        (truth.Truth(-1, 50, 0, 201, 40), "too soon"),
        (truth.Truth(-1, -5, 0, 200, 40), "Luck"),
        (truth.Truth(0, -5, 0, 0, 40), "alignment"),
        (truth.Truth(0, 0, 0, 0, 40), "unknown"),
    ],
)
def test_causes_go_by_what_the_game_asks_first(numbers: truth.Truth | None, cause: str) -> None:
    assert Unheard(Seeds(1, 2), 1000, 0.9, numbers, []).cause == cause


def test_only_the_first_unheard_prayer_of_a_game_counts() -> None:
    said = [{"turn": 900, "odds": 0.9, "heard": True}, {"turn": 2000, "odds": 0.5, "heard": False}]
    later = [{"turn": 1500, "odds": 0.99, "heard": False}, {"turn": 1600, "odds": 0.0, "heard": False}]
    lines = [{"core": 1, "disp": 2, "prayers": said}, {"core": 3, "disp": 4, "prayers": later}]
    assert unheard(lines) == [(Seeds(3, 4), 1500, 0.99), (Seeds(1, 2), 2000, 0.5)]
    assert unheard(lines, odds=0.9) == [(Seeds(3, 4), 1500, 0.99)]
