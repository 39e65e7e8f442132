"""The exported bot: whole, alone, the same games; and any such folder as an agent."""

import ast
import importlib.util
import json
import re
import runpy
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import yendor
from yendor.agents import export
from yendor.agents.arena import NEEDED, make_agent
from yendor.agents.export import export_bot, modules_of, privately
from yendor.bot.agent import BotAgent
from yendor.core.errors import YendorError

YENDOR = str(Path(sys.executable).parent / "yendor")
ALONE = Path(__file__).with_name("alone.py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("exports") / "mybot"
    export_bot(place)
    return place


def load(folder: Path, name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, folder / "bot.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_alone_it_plays_the_same_keys(folder: Path, tmp_path: Path) -> None:
    seeds, steps = (1000, 1007), 300
    command = [sys.executable, "-I", str(ALONE), str(folder), str(steps), *map(str, seeds)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    play, bot = runpy.run_path(str(ALONE))["play"], BotAgent()

    def act(observation: Any) -> int:
        action = bot.act(observation).action
        bot.observe(observation, action)
        return action

    ours = [play(seed, steps, lambda _: bot.reset(0), act) for seed in seeds]
    assert bot.faults == 0, bot.last_fault
    assert json.loads(run.stdout) == ours
    assert [len(keys) for keys in ours] == [steps] * 2


def test_the_folder_is_whole(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    files = {name for name in files if "__pycache__" not in name}  # of the tests that played with it
    assert files == manifest["files"].keys() | {"manifest.json"}
    for name, digest in manifest["files"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest, name
    assert (manifest["schema_version"], manifest["name"]) == (1, "yendor-bot")
    assert (manifest["yendor"], manifest["nle"]) == (yendor.__version__, version("nle"))
    assert "MIT License" in (folder / "LICENSE").read_text()
    tables = folder / "yendor_bot" / "nethack" / "tables"
    assert "NETHACK GENERAL PUBLIC LICENSE" in (tables / "LICENSE.nethack").read_text().upper()
    assert manifest["nle"] in (folder / "README.md").read_text()


def test_it_needs_numpy_and_nle_and_itself(folder: Path) -> None:
    needed = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                needed |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                needed.add(str(node.module).split(".")[0])
    assert needed - set(sys.stdlib_module_names) == {"numpy", "nle"}


def test_the_needed_keys_are_those_that_are_read(folder: Path) -> None:
    sources = "".join(file.read_text() for file in (folder / "yendor_bot").rglob("*.py"))
    assert set(re.findall(r'observation\["(\w+)"\]', sources)) == set(NEEDED)


@pytest.mark.parametrize("key", NEEDED)
def test_a_missing_key_is_named(key: str) -> None:
    bot = make_agent()
    observation = dict.fromkeys(NEEDED)
    del observation[key]
    for asked in (bot.reset, bot.act):
        with pytest.raises(ValueError, match=f"lacks {key};"):
            asked(observation)  # type: ignore[arg-type]


def test_the_program_of_its_readme(folder: Path) -> None:
    program = re.search(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    assert program is not None
    text = program[1].replace('"NetHackChallenge-v0"', '"NetHackChallenge-v0", max_episode_steps=50')
    assert "max_episode_steps" in text
    run = subprocess.run([sys.executable, "-c", text], cwd=folder, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr


def test_two_exports_play_side_by_side(folder: Path, tmp_path: Path) -> None:
    export_bot(tmp_path / "other")
    first, again, other = (load(place, "bot").make_agent for place in (folder, folder, tmp_path / "other"))
    assert first is again
    assert first is not other
    assert type(first()) is not type(other())
    assert not any(str(folder) in place for place in sys.path)


def test_a_full_folder_is_kept_unless_it_is_an_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "bot"
    place.mkdir()
    export_bot(place)  # an empty one is filled
    (place / "mine.txt").write_text("precious")
    with pytest.raises(YendorError, match="is not empty"):
        export_bot(place)
    with monkeypatch.context() as patch:  # a disk that is full in the end

        def fail(path: Path, value: Any) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(export, "write_json", fail)
        with pytest.raises(YendorError, match="No space left"):
            export_bot(place, force=True)
    assert (place / "mine.txt").exists()
    export_bot(place, force=True)
    assert not (place / "mine.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["bot"]
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter").write_text("precious")
    with pytest.raises(YendorError, match="no exported bot"):
        export_bot(tmp_path / "thesis", force=True)
    with pytest.raises(YendorError, match="no folder"):
        export_bot(tmp_path / "thesis" / "chapter")
    monkeypatch.chdir(tmp_path / "thesis")
    with pytest.raises(YendorError, match="you are in"):
        export_bot(tmp_path / "thesis", force=True)
    assert (tmp_path / "thesis" / "chapter").read_text() == "precious"


def test_only_plain_imports_can_be_exported(tmp_path: Path) -> None:
    source = tmp_path / "x.py"
    source.write_text("def f():\n    from yendor.core import agent\n    from yendor import _native\n")
    assert privately("yendor.bot.x", source) == "def f():\n    from ..core import agent\n    from .. import _native\n"
    source.write_text('table = files("yendor.bot") / "x", files("yendor.bot")\n')
    assert privately("yendor.bot.x", source) == 'table = files(__package__) / "x", files(__package__)\n'
    lines = ["import yendor.core.agent", "from . import y", "from \\\n yendor.core import agent"]
    lines.append('files("yendor.core")')
    for line in lines:
        source.write_text(line + "\n")
        with pytest.raises(ValueError, match=re.escape("yendor.bot.x, line 1")):
            privately("yendor.bot.x", source)
    assert "yendor.agents.export" not in modules_of("yendor.agents.arena")


def test_the_command(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([YENDOR, *words], cwd=tmp_path, capture_output=True, text=True, timeout=120)

    made = run("export", "bot", "--to", "mybot")
    assert made.returncode == 0, made.stderr
    assert "yendor play --agent mybot" in made.stdout
    scores = []
    for agent in ("mybot", "bot"):
        out = f"results-{agent}"
        short = ("--seeds", "valid:2", "--max-steps", "200", "--workers", "1", "--keep", "none")
        judged = run("eval", "--agent", agent, "--out", out, *short)
        assert judged.returncode == 0, judged.stderr
        lines = [json.loads(line) for line in (tmp_path / out / "results.jsonl").read_text().splitlines()]
        scores.append([[line[key] for key in ("core", "score", "steps", "turns", "ended")] for line in lines])
    assert scores[0] == scores[1]
    assert len(scores[0]) == 2
    again = run("export", "bot", "--to", "mybot")
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert "Did you mean 'bot'" in run("export", "bto").stderr
