"""What several tests of the bot need."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


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
