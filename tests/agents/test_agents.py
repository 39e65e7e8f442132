"""Every agent keeps the protocol; specs are found or refused with near names."""

from pathlib import Path

import numpy as np
import pytest

from yendor.agents.contract import check_agent
from yendor.agents.human import action_of
from yendor.agents.make import make_agent
from yendor.core.errors import YendorError
from yendor.nethack import actions as a


@pytest.mark.parametrize(("spec", "pickles"), [("bot", True), ("random", True), ("walker", True)])
def test_contract(spec: str, pickles: bool) -> None:
    check_agent(lambda: make_agent(spec), pickles=pickles)


def test_frequency_follows_the_counts(tmp_path: Path) -> None:
    (tmp_path / "key_counts.json").write_text('{"version": 1, "counts": {"Command.EAT": 1, "CompassDirection.N": 3}}')
    agent = make_agent(f"frequency:{tmp_path}")
    agent.reset(0)
    drawn = []
    for _ in range(400):
        drawn.append(agent.act({}).action)
        agent.observe({}, drawn[-1])
    counts = np.bincount(drawn, minlength=121)
    assert set(np.flatnonzero(counts)) == {a.EAT, 0}
    assert 0.65 < counts[0] / 400 < 0.85


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("bto", "Did you mean 'bot'"),
        ("frequency:nowhere", "no key counts"),
        ("nomodule:Agent", "cannot load agent"),
        ("collections:OrderedDict", "is not an agent: it lacks name"),
    ],
)
def test_refusals(spec: str, said: str) -> None:
    with pytest.raises(YendorError) as caught:
        make_agent(spec)
    assert said in str(caught.value)


def test_keys_of_a_terminal() -> None:
    assert action_of(b"k") == 0
    assert action_of(b"\x1b[A") == 0
    assert action_of(b"\x1bp") == a.PRAY
    assert action_of(b"\n") == a.MORE
    assert action_of("é".encode()) is None
    with pytest.raises(KeyboardInterrupt):
        action_of(b"\x03")
