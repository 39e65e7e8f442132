"""Demonstrations of BabyAI-Text and the passages drawn from them."""

import pytest

from yendor.core.errors import YendorError
from yendor.data import babyai_demos
from yendor.data.babyai_demos import demonstrations, game_seeds, sample
from yendor.envs.babyai_text import HELD_OUT, BabyAIText, Demonstration, demonstrate


def game(seed: int, steps: int, reward: float = 1.0) -> Demonstration:
    texts = tuple(f"seen {seed}.{k}" for k in range(steps + 1))
    return Demonstration(seed, "goto", f"Do {seed}.", texts, tuple(f"act {seed}.{k}" for k in range(steps)), reward)


def test_games_come_in_the_order_of_their_seeds_however_many_play(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(babyai_demos, "_BLOCK", 3)
    seeds = [5, 900, 2, 77, 3, 41, 8]
    here = demonstrations(seeds, num_dists=8)
    assert [one.seed for one in here] == seeds
    assert demonstrations(seeds, num_dists=8, workers=2) == here
    assert here[3] == demonstrate(BabyAIText(num_dists=8), 77)
    assert {one.kind for one in demonstrations(seeds, kind="seq")} == {"seq"}


def test_held_out_games_are_refused() -> None:
    with pytest.raises(YendorError, match="held out for judging, the first seed 1000000"):
        demonstrations([3, HELD_OUT[0]])
    seeds = game_seeds(4, 5000)
    assert seeds == game_seeds(4, 5000) != game_seeds(5, 5000)
    assert len(set(seeds)) == 5000
    assert max(seeds) < HELD_OUT[0]
    with pytest.raises(YendorError, match="0 games"):
        game_seeds(0, 0)


def test_bad_settings_are_said_before_anybody_works() -> None:
    with pytest.raises(YendorError, match="unknown kind"):
        demonstrations([1], kind="fight", workers=2)


def test_a_failing_worker_is_told_with_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ArithmeticError("the bot is ill")

    monkeypatch.setattr(babyai_demos, "demonstrate", fail)
    with pytest.raises(RuntimeError, match=r"a worker raised(?s:.*)ArithmeticError: the bot is ill"):
        demonstrations([1, 2])


def test_a_passage_is_a_stretch_of_one_game() -> None:
    games = [game(7, 6), game(8, 1), game(9, 3, reward=0.0)]
    passages = sample(games, 7, horizon=4)
    assert sorted(p.source for p in passages) == [(7, k) for k in range(6)] + [(8, 0)]  # each step once, none unsolved
    for passage in passages:
        seed, first = passage.source
        length = min(4, (6 if seed == 7 else 1) - first)
        assert passage.instruction == f"Do {seed}."
        assert passage.observations == tuple(f"seen {seed}.{k}" for k in range(first, first + length))
        assert passage.actions == tuple(f"act {seed}.{k}" for k in range(first, first + length))


def test_passages_cut_short_by_the_end_can_be_left_out() -> None:
    games = [game(7, 6), game(8, 2)]
    passages = sample(games, 5, horizon=3, short=False)
    assert sorted(p.source for p in passages) == [(7, 0), (7, 1), (7, 2), (7, 3), (8, 0)]
    assert {p.source[0]: len(p.actions) for p in passages} == {7: 3, 8: 2}
    with pytest.raises(YendorError, match="6 passages"):
        sample(games, 6, horizon=3, short=False)


def test_samples_come_from_one_seed_and_the_smaller_begins_the_larger() -> None:
    games = [game(seed, 10) for seed in range(20)]
    large = sample(games, 100, seed=3)
    assert sample(games, 100, seed=3) == large
    assert sample(games, 30, seed=3) == large[:30]
    assert sample(games, 100, seed=4) != large
    assert len({passage.source for passage in large}) == 100
    assert len({passage.source[0] for passage in large}) > 15


def test_more_passages_than_steps_are_refused() -> None:
    with pytest.raises(YendorError, match="11 passages from games with 10 to draw"):
        sample([game(0, 10)], 11)
    with pytest.raises(YendorError, match="1 passages from games with 0 to draw"):
        sample([], 1)
    with pytest.raises(YendorError, match="horizon = 0"):
        sample([game(0, 10)], 1, horizon=0)
