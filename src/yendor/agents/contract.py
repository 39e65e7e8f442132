"""What every agent must do: checks for Yendor's own agents and for those of plug-ins."""

import pickle
from collections.abc import Callable

from yendor.core.agent import Agent, Decision, copy_observation
from yendor.core.labels import check_label
from yendor.core.seeds import Seeds
from yendor.envs.make import make


def check_agent(make_agent: Callable[[], Agent], steps: int = 200, pickles: bool = False) -> None:
    """Play short games and raise AssertionError where the agent breaks its protocol.

    Checked: decisions are in range, with well-formed labels; `act` may be asked twice; the
    observation is left as it was; after `reset` with the same seed the same game is played; and, on
    demand, a pickled copy in mid-game plays on like the original.
    """
    agent = make_agent()
    assert isinstance(agent, Agent), "name, reset, act and observe are needed"
    first = _play(agent, steps, pickles)
    assert _play(agent, steps, False) == first, "reset with the same seed must give the same game"
    assert _play(make_agent(), steps, False) == first, "a new agent with the same seed must play the same game"


def _play(agent: Agent, steps: int, pickles: bool) -> list[int]:
    env = make(seeds=Seeds(71, 72), max_steps=steps)
    observation, _ = env.reset()
    agent.reset(7)
    actions = []
    for step in range(steps):
        before = copy_observation(observation)
        decision = agent.act(observation)
        assert isinstance(decision, Decision)
        assert 0 <= decision.action < len(env.engine.actions)
        assert agent.act(observation) == decision, "act must give the same answer when asked again"
        check_label(decision.label)
        assert all((before[key] == observation[key]).all() for key in before), "the observation was changed"
        if pickles and step == steps // 2:
            agent = pickle.loads(pickle.dumps(agent))
            assert agent.act(observation) == decision, "a pickled copy must answer alike"
        agent.observe(observation, decision.action)
        actions.append(decision.action)
        observation, _, terminated, truncated, _ = env.step(decision.action)
        if terminated or truncated:
            break
    env.close()
    return actions
