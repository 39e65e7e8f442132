"""Recorded games as chunks of text: a chunk says what happened; whole or absent; equal settings, equal bytes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from yendor.cli.main import main
from yendor.core.errors import YendorError
from yendor.core.labels import asked_action
from yendor.core.seeds import seed_list
from yendor.data.games import Games
from yendor.data.recorder import record
from yendor.data.text_chunks_reader import ACTION, LEFT_OUT, OBSERVATION, PROMPT, Chunks
from yendor.data.text_corpus import corpus
from yendor.data.text_games import TextConfig, make_chunks, steps_of, texts_of
from yendor.text.actions import ACTION_NAMES
from yendor.text.describe import Describer, StyleName
from yendor.text.history import ACTION as ACTION_MARK
from yendor.text.history import NETHACK_INSTRUCTION, encoding
from yendor.text.history import OBSERVATION as OBSERVATION_MARK
from yendor.text.tokeniser import Tokeniser

OBSERVED = ("glyphs", "blstats", "inv_strs", "inv_letters")


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("text") / "games"
    record("bot", seed_list("dev:300-304"), out, max_steps=150, observations=OBSERVED, workers=0, quiet=True)
    return out


def told(folder: Path, part: str = "train") -> list[str]:
    chunks, tokeniser = Chunks(folder), Tokeniser.load(folder / "tokeniser")
    return [tokeniser.decode(chunks.part(part).chunk(i).tokens) for i in range(len(chunks.part(part)))]


@pytest.mark.parametrize("name", ["diff", "diff-marked", "fields", "full"])
@pytest.mark.parametrize("style", ["clean", "compat"])
def test_a_chunk_says_what_happened(games: Path, tmp_path: Path, name: str, style: StyleName) -> None:
    config = TextConfig(horizon=12, chunks=20, encoding=name, style=style, valid=0.0)
    make_chunks(games, tmp_path / "c", config, workers=0, quiet=True)
    chunks, how, played = Chunks(tmp_path / "c").part("train"), encoding(name), Games(games)
    describer = Describer(style)
    for number, text in enumerate(told(tmp_path / "c")):
        gameid, first = map(int, chunks.sources[number])
        head, *steps = text.split(f"\n{ACTION_MARK}")
        last = first + len(steps)
        (observations, actions, _), *_ = texts_of(played, gameid, [(first, last)], describer)
        assert head == f"{NETHACK_INSTRUCTION}\n\n{observations[0]}"
        seen = observations[0]
        for i, step in enumerate(steps):
            action, _, update = step.partition(f"\n{OBSERVATION_MARK}")
            assert action == actions[i]
            if i + 1 < len(steps):
                seen = how.restore(seen, update[1:])
                assert seen == observations[i + 1]
        assert text.endswith(f"\n{OBSERVATION_MARK}")


def test_marks_part_prompt_actions_and_observations(games: Path, tmp_path: Path) -> None:
    make_chunks(games, tmp_path / "c", TextConfig(horizon=8, chunks=10, valid=0.0), workers=0, quiet=True)
    part, tokeniser = Chunks(tmp_path / "c").part("train"), Tokeniser.load(tmp_path / "c" / "tokeniser")
    for i in range(len(part)):
        tokens, marks = part.chunk(i)
        assert tokens[marks == PROMPT][-1] == tokeniser.action
        actions = tokens[marks == ACTION]
        assert len(actions) == 2 * 8
        assert set(actions[1::2]) == {tokeniser.observation}
        assert {tokeniser.decode([a]) for a in actions[::2]} <= set(ACTION_NAMES)
        assert (tokens == tokeniser.action).sum() == 8
        assert (tokens[marks == OBSERVATION] == tokeniser.action).sum() == 7


def test_without_memory_each_step_is_a_chunk(games: Path, tmp_path: Path) -> None:
    found = make_chunks(
        games, tmp_path / "c", TextConfig(horizon=4, chunks=5, encoding="none", valid=0.0), workers=0, quiet=True
    )
    assert found["parts"]["train"]["chunks"] == 20
    assert all(text.count(ACTION_MARK) == 1 for text in told(tmp_path / "c"))


def test_equal_settings_give_equal_bytes_whoever_works(games: Path, tmp_path: Path) -> None:
    config = TextConfig(horizon=6, chunks=30, valid=0.4)
    for name, workers in (("a", 0), ("b", 2)):
        make_chunks(games, tmp_path / name, config, workers=workers, quiet=True)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) == 12
    for file in files:
        assert (tmp_path / "a" / file).read_bytes().replace(b"# a", b"# b") == (tmp_path / "b" / file).read_bytes()
    anew = TextConfig(horizon=6, chunks=30, valid=0.4, seed=1)
    other = make_chunks(games, tmp_path / "c", anew, workers=0, quiet=True)
    assert told(tmp_path / "c") != told(tmp_path / "a")
    assert other["parts"]["train"]["chunks"] + other["parts"]["valid"]["chunks"] == 30


def test_a_game_is_in_one_part_alone(games: Path, tmp_path: Path) -> None:
    make_chunks(games, tmp_path / "c", TextConfig(horizon=6, chunks=40, valid=0.5), workers=0, quiet=True)
    chunks = Chunks(tmp_path / "c")
    train, valid = ({int(row[0]) for row in chunks.part(name).sources} for name in ("train", "valid"))
    assert train
    assert valid
    assert not train & valid


def test_a_budget_of_tokens_is_kept(games: Path, tmp_path: Path) -> None:
    found = make_chunks(
        games, tmp_path / "c", TextConfig(horizon=6, chunks=40, valid=0.0, tokens=5000), workers=0, quiet=True
    )
    assert 3000 < found["statistics"]["total_tokens"] <= 5000
    with pytest.raises(YendorError, match="no chunk fits"):
        make_chunks(games, tmp_path / "d", TextConfig(chunks=5, tokens=10), workers=0, quiet=True)


def test_the_statistics_are_those_of_the_tokens(games: Path, tmp_path: Path) -> None:
    found = make_chunks(games, tmp_path / "c", TextConfig(horizon=6, chunks=25, valid=0.0), workers=0, quiet=True)
    part = Chunks(tmp_path / "c").part("train")
    lengths = part.lengths()
    chunk = found["statistics"]["tokens_per_chunk"]
    assert (chunk["min"], chunk["max"]) == (lengths.min(), lengths.max())
    assert chunk["mean"] == pytest.approx(lengths.mean(), abs=0.01)
    assert found["statistics"]["total_tokens"] == lengths.sum()
    assert found["statistics"]["tokens_per_action"]["max"] == 1
    observed = (np.asarray(part.marks) == OBSERVATION).sum() - 25 * 5
    assert found["statistics"]["tokens_per_update"]["mean"] == pytest.approx(observed / (25 * 5), abs=0.01)
    assert f"{chunk['mean']:,}" in (tmp_path / "c" / "CARD.md").read_text()


def test_an_interrupted_run_goes_on(games: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = TextConfig(horizon=6, chunks=20, valid=0.0)
    made = make_chunks(games, tmp_path / "whole", config, workers=0, quiet=True)
    with monkeypatch.context() as patch:
        patch.setattr("yendor.data.text_games.write_chunks", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            make_chunks(games, tmp_path / "c", config, workers=0, quiet=True)
    assert not (tmp_path / "c").exists()
    assert len(list((tmp_path / "c.games").glob("*.npz"))) > 1
    with monkeypatch.context() as patch:  # nothing is described again
        patch.setattr("yendor.data.text_games._describe", lambda *_: 1 / 0)
        assert make_chunks(games, tmp_path / "c", config, workers=0, quiet=True) == made
    assert told(tmp_path / "c") == told(tmp_path / "whole")
    assert not (tmp_path / "c.games").exists()


def test_what_cannot_be_done_is_said(games: Path, tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="steps to begin at"):
        make_chunks(games, tmp_path / "c", TextConfig(chunks=100_000), workers=0, quiet=True)
    with pytest.raises(YendorError, match="unknown encoding"):
        TextConfig(encoding="dif")
    record("walker", seed_list("dev:1"), tmp_path / "blind", max_steps=20, workers=0, quiet=True)
    with pytest.raises(YendorError, match="without glyphs"):
        make_chunks(tmp_path / "blind", tmp_path / "c", TextConfig(), workers=0, quiet=True)
    with pytest.raises(YendorError, match="was recorded with"):
        list(corpus([tmp_path / "blind"], 100, quiet=True))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    with pytest.raises(YendorError, match="not empty"):
        make_chunks(games, tmp_path / "full", TextConfig(chunks=5), workers=0, quiet=True)
    assert (tmp_path / "full" / "mine").exists()


def test_every_observation_but_the_last_has_a_key(games: Path) -> None:
    played = Games(games)
    for gameid in played:
        assert steps_of(played, gameid) == played.row(gameid)["steps"]


def test_the_commands_make_a_tokeniser_and_chunks(
    games: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(games), "--to", str(tmp_path / "t"), "--size", "600", "--steps", "200"]
    assert main(["data", "tokeniser", *words]) == 0
    words = [str(games), "--to", str(tmp_path / "c"), "--tokeniser", str(tmp_path / "t"), "--chunks", "9"]
    assert main(["data", "text", *words, "--horizon", "5", "--workers", "0"]) == 0
    assert "chunks to train" in capsys.readouterr().out
    description = json.loads((tmp_path / "c" / "chunks.json").read_text())
    assert description["tokeniser"] == Tokeniser.load(tmp_path / "t").fingerprint
    assert sum(part["chunks"] for part in description["parts"].values()) == 9


def test_of_asked_games_only_the_experts_keys_are_learned(games: Path, tmp_path: Path) -> None:
    asked, seeds = tmp_path / "asked", seed_list("dev:300-302")
    record("walker", seeds, asked, max_steps=150, observations=OBSERVED, ask="bot", ask_share=0.7, workers=0)
    config = TextConfig(horizon=6, chunks=40, valid=0.0, asked=True)
    make_chunks(asked, tmp_path / "c", config, workers=0, quiet=True)
    make_chunks(asked, tmp_path / "all", replace(config, asked=False), workers=0, quiet=True)
    assert told(tmp_path / "c") == told(tmp_path / "all")  # the history keeps everybody's keys
    part, played = Chunks(tmp_path / "c").part("train"), Games(asked, "", "path")
    answers, seen = [asked_action(name) for name in played.label_names], set[int]()
    for number in range(len(part)):
        gameid, first = map(int, part.sources[number])
        batch, offset = played[gameid], played.observed(gameid)[0]
        marks = part.chunk(number).marks
        runs = marks[np.flatnonzero(np.diff(marks, prepend=PROMPT))]
        kinds = runs[np.isin(runs, (ACTION, LEFT_OUT))].tolist()
        agreed = [answers[batch.labels[t]] == batch.actions[t] for t in range(first + offset, first + offset + 6)]
        assert kinds == [ACTION if same else LEFT_OUT for same in agreed]
        seen |= set(kinds)
    assert seen == {ACTION, LEFT_OUT}
    alone = replace(config, encoding="none")
    found = make_chunks(asked, tmp_path / "none", alone, workers=0, quiet=True)
    assert found["parts"]["train"]["chunks"] < 40 * 6
    with pytest.raises(YendorError, match="nobody was asked"):
        make_chunks(games, tmp_path / "d", config, workers=0, quiet=True)
    assert not list(tmp_path.glob("d*"))
