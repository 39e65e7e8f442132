"""The report: one file, offline, looked at in a real browser where there is one."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from yendor.core.errors import YendorError
from yendor.core.seeds import seed_list
from yendor.evaluation.runner import evaluate
from yendor.reports.page import write_report
from yendor.reports.replay import asciicast


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judged")
    for agent in ("walker", "bot"):
        evaluate(agent, seed_list("dev:4"), folder / agent, rules={"max_steps": 800}, workers=2, quiet=True)
    (folder / "run").mkdir()
    lines = ['{"step": 1, "loss": 5.0}', '{"step": 20, "loss": 3.0, "action_accuracy": 0.5}', '{"step": 4']
    (folder / "run" / "metrics.jsonl").write_text("\n".join(lines))
    return folder


def test_the_page_holds_everything_and_asks_nothing(judged: Path, tmp_path: Path) -> None:
    page = write_report([judged / "walker", judged / "bot", judged / "run"], tmp_path / "r.html").read_text()
    board = page[page.index('id="leaderboard"') : page.index("</table>")]
    assert board.index("<td>bot</td>") < board.index("<td>walker</td>")
    for heading in ("Score distributions", "By role", "How games ended", "Learning curves", "Replays", "Rules"):
        assert heading in page
    assert "Best game of bot" in page
    assert not re.search(r"""(?:src|href)=["']https?:""", page)
    assert not re.search(r"@import|url\(['\"]?https?:", page)


def test_in_a_browser(judged: Path, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no chromium on this machine: the page was not opened in a browser")
    page = write_report([judged / "walker", judged / "bot", judged / "run"], tmp_path / "r.html")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}"]
    command = [browser, *flags, "--virtual-time-budget=8000", "--dump-dom", page.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    assert dom.count('class="ap-player') == 2, "both replays must have started their player"
    assert "<svg" in dom


def test_a_cut_replay_says_so_and_goes_on_from_a_whole_screen(judged: Path) -> None:
    path = next((judged / "bot" / "replays").glob("*/*.ttyrec3.bz2"))
    whole, note = asciicast(path, 10_000, 10_000)
    assert "are shown" not in note
    cut, note = asciicast(path, 20, 50)
    assert "the first 20 and the last 50" in note
    assert len(cut) < len(whole)
    import json

    import pyte

    screens = []
    for cast in (whole, cut):
        screen = pyte.Screen(80, 24)
        stream = pyte.Stream(screen)
        for event in cast.splitlines()[1:]:
            stream.feed(json.loads(event)[2])
        screens.append([line.rstrip() for line in screen.display])
    assert screens[0] == screens[1]


def test_folders_that_are_none(judged: Path, tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="does not exist"):
        write_report([tmp_path / "no"], tmp_path / "r.html")
    (tmp_path / "empty").mkdir()
    with pytest.raises(YendorError, match="holds neither"):
        write_report([tmp_path / "empty"], tmp_path / "r.html")
    (tmp_path / "empty" / "results.jsonl").touch()
    with pytest.raises(YendorError, match="no finished game"):
        write_report([tmp_path / "empty"], tmp_path / "r.html")
    assert not (tmp_path / "r.html").exists()
