"""What several tests of the bot need."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.nethack.bottomline import Hero


@pytest.fixture(scope="session")
def bench() -> ModuleType:
    """The benchmark of Sokoban, which knows NetHack's debug mode and how to bring a hero there."""
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "sokoban.py"
    spec = importlib.util.spec_from_file_location("benchmark_of_sokoban", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def in_a_room() -> Callable[..., Belief]:
    """A hero in the middle of a lit room on the second level; keywords change the numbers of the bottom line."""

    def belief_of(**numbers: int) -> Belief:
        belief = Belief()
        belief.role = "val"
        given = {"hp": 40, "max_hp": 40, "x": 20, "y": 9, "turn": 3000, "xl": 6, "hunger": 1, "depth": 2, "level": 2}
        given |= {"ac": 6, "strength": 16, "strength_percent": 16}
        belief.hero = Hero(*[0] * 27)._replace(**(given | numbers))
        belief.level.terrain[5:14, 10:31] = t.FLOOR
        belief.levels[belief.key] = belief.level
        return belief

    return belief_of
