"""The bot as an agent: sound, deterministic, picklable in mid-game, and able to shadow."""

import pickle
from typing import Any

import pytest

from yendor.bot.agent import BotAgent
from yendor.core.agent import Agent, Decision
from yendor.core.labels import check_label
from yendor.core.registry import find
from yendor.envs.make import make
from yendor.nethack import actions as a


def play(core: int, steps: int, agent: BotAgent, shadow: BotAgent | None = None, enter: int = 0) -> dict[str, Any]:
    env = make(seeds=(core, core + 1000))
    observation, _ = env.reset()
    decisions: list[Decision] = []
    right = asked = 0
    for step in range(steps):
        decision = agent.act(observation)
        if shadow is not None and step >= enter:
            asked += 1
            right += shadow.act(observation).action == decision.action
            shadow.observe(observation, decision.action)
        agent.observe(observation, decision.action)
        decisions.append(decision)
        observation, _, terminated, truncated, _ = env.step(decision.action)
        if terminated or truncated:
            break
    turn = int(observation["blstats"][20])
    env.close()
    return {"decisions": decisions, "turn": turn, "share": right / max(asked, 1)}


def test_it_is_the_registered_agent() -> None:
    assert find("agent", "bot") is BotAgent
    assert isinstance(BotAgent(), Agent)


@pytest.mark.parametrize("core", [1000, 1007, 1020])
def test_it_plays_without_faults_and_the_clock_runs(core: int) -> None:
    agent = BotAgent()
    game = play(core, 600, agent)
    assert agent.faults == 0, agent.last_fault
    assert game["turn"] > 100
    for decision in game["decisions"]:
        assert 0 <= decision.action < 121
        assert check_label(decision.label)
        assert decision.explanation
        assert "\n" not in decision.explanation


def test_asked_twice_it_answers_the_same() -> None:
    env = make(seeds=(1001, 2001))
    observation, _ = env.reset()
    agent = BotAgent()
    for _ in range(100):
        assert agent.act(observation) == agent.act(observation)
        action = agent.act(observation).action
        agent.observe(observation, action)
        observation, *_ = env.step(action)
    env.close()


def test_pickled_in_mid_game_it_goes_on_the_same() -> None:
    env = make(seeds=(1007, 2007))
    observation, _ = env.reset()
    agent = BotAgent()
    twin: BotAgent | None = None
    for step in range(500):
        if step == 250:
            twin = pickle.loads(pickle.dumps(agent))
        decision = agent.act(observation)
        agent.observe(observation, decision.action)
        if twin is not None:
            assert twin.act(observation) == decision
            twin.observe(observation, decision.action)
        observation, *_ = env.step(decision.action)
    env.close()


def test_reset_makes_it_new() -> None:
    agent = BotAgent()
    first = play(1002, 200, agent)["decisions"]
    agent.reset(5)
    assert play(1002, 200, agent)["decisions"] == first


def test_it_shadows_a_game_entered_in_the_middle() -> None:
    shares = [play(core, 2000, BotAgent(), shadow=BotAgent(), enter=1000)["share"] for core in (1001, 1003, 1005)]
    assert sum(shares) / len(shares) >= 0.95


def test_a_locked_door_is_kicked_until_it_gives() -> None:
    decisions = play(1171, 200, BotAgent())["decisions"]
    kicks = [i for i, d in enumerate(decisions) if d.action == a.KICK]
    assert len(kicks) >= 2  # the direction key of a kick once counted as a failed step, and the door was given up
    assert kicks[1] - kicks[0] <= 3
