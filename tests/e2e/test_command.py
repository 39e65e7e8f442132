"""The real command: quick to explain itself, clear about mistakes, with exit codes that tell."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from yendor.cli.main import VERBS

YENDOR = str(Path(sys.executable).parent / "yendor")


def yendor(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([YENDOR, *words], capture_output=True, text=True, cwd=cwd, timeout=300)


def test_help_is_quick_and_light() -> None:
    code = (
        "import sys; from yendor.cli.main import main; main(['--help']);"
        "heavy = {'torch', 'ray', 'nle', 'gymnasium', 'numpy', 'tyro'} & set(sys.modules);"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert run.returncode == 0, run.stderr
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 0.5
    assert all(verb in run.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_explains_itself(verb: str) -> None:
    run = yendor(verb, "--help")
    assert run.returncode == 0, run.stderr
    assert "usage" in run.stdout.lower()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["recrod"], "Did you mean 'record'"),
        (["list", "agnets"], "Did you mean 'agents'"),
        (["demo", "--ouut", "x"], "unknown option '--ouut'"),
        (["demo", "--minutes", "soon"], "'soon' is not a number"),
        (["eval", "--agent", "no-such-run", "--protocol", "babyai-txt", "--out", "x"], "Did you mean 'babyai-text'"),
    ],
)
def test_mistakes_are_explained(words: list[str], said: str) -> None:
    run = yendor(*words)
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(("words", "code"), [(["list", "agents"], 0), (["list", "agnets"], 2)])
def test_a_process_of_a_torchrun_survives_an_abort_at_the_interpreters_end(words: list[str], code: int) -> None:
    """What it has to do at exit it does, what it said is out, and its code is its own."""
    program = (
        "import atexit, os, runpy, sys\n"
        "class Aborts:\n"
        "    def __del__(self, abort=os.abort): abort()\n"
        "kept = Aborts(); kept.itself = kept\n"
        "atexit.register(print, 'at exit')\n"
        "runpy.run_module('yendor.cli.main', run_name='__main__')"
    )
    env = os.environ | {"WORLD_SIZE": "2", "RANK": "1"}
    run = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, env=env)
    assert run.returncode == code, run.stderr
    assert run.stdout.endswith("at exit\n")
    assert ("bot" in run.stdout) if code == 0 else ("Did you mean 'agents'" in run.stderr)


def test_debug_shows_the_traceback() -> None:
    run = yendor("--debug", "list", "agnets")
    assert run.returncode == 2
    assert "Traceback" in run.stderr


def test_version_and_list() -> None:
    assert yendor("--version").stdout.startswith("yendor 0.")
    assert "bot" in yendor("list", "agents").stdout.split()
    assert "NetHackChallenge-v0" in yendor("list", "envs").stdout.split()


def test_doctor_finds_all_well() -> None:
    run = yendor("doctor")
    assert run.returncode == 0, run.stdout
    assert "All is well." in run.stdout


def test_a_closed_pipe_is_no_error() -> None:
    run = subprocess.run(f"{YENDOR} list | head -1", shell=True, capture_output=True, text=True, env=os.environ)
    assert "Traceback" not in run.stderr
