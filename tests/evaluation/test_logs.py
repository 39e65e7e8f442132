"""Whole games as text: what stands in them, games found again, and no half of a file."""

import gzip
import re
from pathlib import Path

import pytest

from yendor.cli.main import main
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds, seed_list
from yendor.evaluation.bench import log
from yendor.evaluation.bench.log import Job, log_path, write_log, write_logs

_DECISION = re.compile(r"T\d+ D\d+ \(\d+,\d+\) XL\d+ HP-?\d+/\d+ AC-?\d+ \[[a-z ]*\] [a-z_]+/[a-z_]+: .+ \| .* \| .*")


def test_games_are_written_once_and_hold_decisions_and_the_pack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["bench", "log", "--seeds", "1:1:2", "--max-steps", "120", "--workers", "0", "--out", str(tmp_path)]
    assert main(command) == 0
    assert "2 games written, 0 found, 0 failed" in capsys.readouterr().out
    assert main(command) == 0
    assert "0 games written, 2 found, 0 failed" in capsys.readouterr().out
    with gzip.open(log_path(tmp_path, Seeds(1, 1)), "rt") as file:
        lines = file.read().splitlines()
    assert sum(bool(_DECISION.fullmatch(line)) for line in lines) > 50
    assert lines[0].startswith("    pack + a* 1 katana")
    assert re.fullmatch(r"sam XL\d, \d+ points, T\d+: max_steps", lines[-1])


def test_an_interrupted_game_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(log, "_play", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_log(Job(Seeds(1, 1), log_path(tmp_path, Seeds(1, 1)), 10), lambda **_: None)
    assert not list(tmp_path.iterdir())


def test_withheld_games_are_not_read(tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="withheld"):
        list(write_logs(seed_list("withheld:1"), tmp_path / "logs", quiet=True))
    assert not (tmp_path / "logs").exists()
