"""ruff, the type checker and the order of the rooms, as tests."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def check(*command: str) -> None:
    run = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        pytest.fail(f"{' '.join(command)}\n{run.stdout}{run.stderr}", pytrace=False)


def test_ruff() -> None:
    check("ruff", "check", ".")


def test_types() -> None:
    check("mypy")


def test_the_rooms_keep_their_order() -> None:
    code = "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout
