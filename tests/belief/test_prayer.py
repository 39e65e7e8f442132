"""The odds of a prayer against NetHack's own recipe for the timeout, drawn many times."""

import random

import pytest

from yendor.belief.prayer import odds


def timeout(dice: random.Random) -> int:
    """rnz(350) of rnd.c below experience level 15."""
    x, factor = 350, 1000 + dice.randrange(1000)
    k = 1
    while k < 5 and dice.randrange(4) == 0:
        k += 1
    factor *= k
    return x * factor // 1000 if dice.randrange(2) else x * 1000 // factor


@pytest.mark.parametrize("elapsed", [0, 50, 150, 300, 500, 850, 1000, 1500, 3000])
def test_the_odds_are_those_of_the_drawn_timeouts(elapsed: int) -> None:
    dice = random.Random(elapsed)
    heard = sum(timeout(dice) - elapsed <= 200 for _ in range(20_000)) / 20_000
    assert odds(5000 + elapsed, 5000) == pytest.approx(heard, abs=0.012)


def test_the_first_prayer_waits_for_the_timeout_the_game_begins_with() -> None:
    assert odds(90, None) == 0.0
    assert odds(110, None) == 1.0


def test_the_odds_only_grow() -> None:
    grown = [odds(1000 + elapsed, 1000) for elapsed in range(0, 3000, 7)]
    assert grown == sorted(grown)
    assert grown[-1] > 0.99
