"""The commands and programs of the README and the first pages work as they stand, with fewer and shorter games."""

import re
import shlex
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
YENDOR = str(Path(sys.executable).parent / "yendor")


def commands(page: str) -> list[str]:
    """Return the yendor commands of a page's fenced blocks and tables, in order, each once."""
    text = (ROOT / page).read_text()
    fenced = [
        line.split("  #")[0].strip()
        for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        if not language
        for line in block.splitlines()
    ]
    cells = re.findall(r"^\| `(yendor [^`]+)` \|", text, re.MULTILINE)
    return list(dict.fromkeys(c for c in [*fenced, *cells] if c.startswith("yendor ")))


def shorter(command: str) -> list[str]:
    """Make a command of the documents short enough for a test, without changing what it does."""
    words = shlex.split(re.sub(r"\b(dev|valid):\d+(-\d+)?", r"\1:2", command))[1:]
    if words[0] in ("record", "eval", "play") and "--max-steps" not in words:
        words += ["--max-steps", "120"]
    if words[0] == "bench":
        words = ["2" if before == "--games" else word for before, word in zip(["", *words], words, strict=False)]
        words += ["--max-steps", "120"]
    if words[:2] == ["study", "scaling"]:
        words += ["--scales", "0.0625", "--frames", "1024", "--held-out", "0.9"]
    if words[:2] == ["data", "text"]:
        words += ["--chunks", "20", "--horizon", "6", "--valid", "0.5"]
    if words[:2] == ["data", "babyai"]:
        words += ["--games", "40", "--chunks", "20", "--valid", "0.5"]
    if words[:2] == ["train", "lm"]:
        sizes = ["--sizes", "layers=1", "heads=2", "width=16"]
        return [*words, "--steps", "3", *sizes, "--batch-size", "4", "--no-tensorboard"]
    if words[0] == "train":
        if "--steps" in words:
            words[words.index("--steps") + 1] = "5" if "--resume" not in words else "8"
        words += ["--sizes", "hidden=16", "--batch-size", "2", "--unroll", "8", "--no-tensorboard"]
    return words


@pytest.mark.parametrize("page", ["README.md", "docs/01-first-game.md", "docs/10-language.md"])
def test_commands(page: str, tmp_path: Path) -> None:
    ran = 0
    (tmp_path / "FOLDER").mkdir()
    shutil.copy(Path(str(files("nle") / "tests" / "nle.2783801.0.ttyrec3.bz2")), tmp_path / "FOLDER")
    for command in commands(page):
        if "|" in command or any(word in command for word in ("human", "mymodule", "URL", "http")):
            continue  # a choice of words, a person at the keyboard, a module or a service of the reader's own
        words = shorter(command)
        if words[0] == "train" and "--steps" not in words and "--minutes" not in words:
            words += ["--steps", "5"]
        if words[0] == "record" and (tmp_path / "games" / "recording.json").exists():
            continue
        run = subprocess.run([YENDOR, *words], cwd=tmp_path, capture_output=True, text=True, timeout=300)
        assert run.returncode == 0, f"{command}\n{run.stdout}\n{run.stderr}"
        ran += 1
    assert ran >= 5


def test_the_readmes_program(tmp_path: Path) -> None:
    program = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert program is not None
    text = program[1].replace("seeds=(1000, 2000)", "seeds=(1000, 2000), max_steps=300")
    assert "max_steps=300" in text
    run = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() in ("death", "max_steps")


def test_the_example_agent(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "06-your-own-agent.md").read_text()
    program = re.search(r"```python\n# mymodule.py\n(.*?)```", page, re.DOTALL)
    assert program is not None
    (tmp_path / "mymodule.py").write_text(program[1])
    command = next(c for c in commands("docs/06-your-own-agent.md") if c.startswith("yendor eval"))
    run = subprocess.run(
        [YENDOR, *shorter(command)], cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)}
    )
    assert run.returncode == 0, run.stderr


def test_the_demo_end_to_end(tmp_path: Path) -> None:
    words = ["demo", "--out", "demo", "--games", "4", "--minutes", "0.05", "--judge", "2", "--judge-steps", "150"]
    run = subprocess.run([YENDOR, *words], cwd=tmp_path, capture_output=True, text=True, timeout=400)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "ascensions" in run.stdout
    assert (tmp_path / "demo" / "report.html").stat().st_size > 100_000
