"""A game shown from a moment on: found from its end, told in lines, and equal however it is entered."""

from typing import Any

import pytest

from yendor.agents.make import make_agent
from yendor.core.errors import YendorError
from yendor.envs.make import make
from yendor.viewer.live import LiveGame
from yendor.viewer.moment import Moment, read_moment
from yendor.viewer.terminal import Shown, lines


def game(until: str, steps: int = 300, agent: str = "bot") -> LiveGame:
    return LiveGame(lambda: make(seeds=(1007, 2007), max_steps=steps), make_agent(agent), read_moment(until))


def frames(played: LiveGame) -> list[Shown]:
    played.wind()
    return [frame._replace(tty_chars=frame.tty_chars.copy()) for frame in played.frames()]


def test_moments() -> None:
    assert read_moment("") == Moment("step", 0)
    assert read_moment("turn-5000") == read_moment("5000") == Moment("turn", 5000)
    assert read_moment("step-20") == Moment("step", 20)
    assert read_moment("death-100").needs_end
    for text in ("soon", "death", "turn--5", "death-x", "step-1.5"):
        with pytest.raises(YendorError, match="no moment") as error:
            read_moment(text)
        assert "death-100" in error.value.hint


def test_the_last_turns_are_found_from_the_end() -> None:
    whole = game("")
    all_frames = frames(whole)
    late = game("death-50")
    shown = frames(late)
    assert len(all_frames) == 300
    assert late.end == whole.end
    assert late.end.startswith("max_steps after 300 steps")
    last = all_frames[-1].hero
    assert last is not None
    first = shown[0].hero
    assert first is not None
    assert 45 <= last.turn - first.turn <= 50
    told = [(f.step, f.key, f.label, f.message, f.tty_chars.tobytes()) for f in shown]
    assert told == [(f.step, f.key, f.label, f.message, f.tty_chars.tobytes()) for f in all_frames[-len(shown) :]]


def test_other_moments_and_games_that_end_before() -> None:
    assert frames(game("step-280"))[0].step == 280
    first = frames(game("turn-100"))[0].hero
    assert first is not None
    assert first.turn >= 100
    over = game("turn-100000", steps=50)
    assert frames(over) == []
    assert over.end.startswith("max_steps after 50 steps")


def test_lines_tell_the_game_with_a_map_now_and_then() -> None:
    shown = frames(game("", steps=120))
    told = list(lines(shown, map_every=20))
    steps = [line for line in told if "  hp " in line]
    assert len(steps) == 120
    maps = [line for line in told if "Dlvl:" in line]
    turns = shown[-1].hero.turn if shown[-1].hero else 0
    assert 2 <= len(maps) <= turns / 20 + 1
    assert sum("(prayer " in line for line in told) == len(maps)
    assert len(list(lines(shown, map_every=0))) == 120


def test_an_agent_without_a_belief_is_shown_too() -> None:
    played = game("death-5", steps=40, agent="walker")
    shown: list[Any] = frames(played)
    assert shown
    assert all(frame.belief == "" for frame in shown)
