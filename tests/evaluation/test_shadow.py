"""Shadowing: the games of others watched from the middle, stored ones labelled, agreement counted."""

import os
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from yendor.agents.make import make_agent
from yendor.core.agent import Decision, Observation
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds, seed_list
from yendor.data.catalogue import Catalogue
from yendor.data.datasets import merge
from yendor.data.games import Games
from yendor.data.importers import import_folder
from yendor.data.labels import read_labels
from yendor.data.recorder import record
from yendor.data.stream import Stream, StreamConfig
from yendor.data.transcode import TranscodeConfig, transcode
from yendor.evaluation.shadow.agreement import Agreement, strategy_of
from yendor.evaluation.shadow.dataset import label_dataset
from yendor.evaluation.shadow.played import watch_played
from yendor.evaluation.shadow.stored import move_between, watch_stored
from yendor.evaluation.shadow.watcher import Watcher
from yendor.nethack.terminal.reader import TerminalReader


class Clumsy:
    """Fails in each way that there is, in turn."""

    name = "clumsy"

    def __init__(self) -> None:
        self.calls = self.faults = 0

    def reset(self, seed: int) -> None:
        self.calls = 0

    def act(self, observation: Observation) -> Decision:
        self.calls += 1
        if self.calls % 4 == 1:
            raise RuntimeError("out of ideas")
        self.faults += self.calls % 4 == 2
        return Decision(0, "explore" if self.calls % 4 else "")

    def observe(self, observation: Observation, action: int) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("shadow")
    kept = ("glyphs", "blstats", "message", "misc", "inv_glyphs", "inv_strs", "inv_letters", "inv_oclasses")
    record("bot", seed_list("dev:1"), out / "full", max_steps=250, observations=kept, workers=1, quiet=True)
    record("bot", seed_list("dev:1"), out / "bare", max_steps=250, workers=1, quiet=True)
    return out


def test_failures_are_counted_and_do_not_end_the_watch() -> None:
    watcher = Watcher(Clumsy())
    answers = [watcher.ask({}) for _ in range(8)]
    assert [answer is not None for answer in answers] == [False, False, True, False] * 2
    assert (watcher.asked, watcher.failed) == (8, 6)
    assert "answered" in watcher.trouble


@pytest.mark.parametrize("player", ["random", "walker"])
def test_a_stranger_is_watched_from_the_middle(player: str) -> None:
    found = watch_played(make_agent(player), Watcher(make_agent("bot")), Seeds(1003, 2003), 400, 200)
    assert (found.steps, found.asked, found.failed) == (400, 200, 0), found.trouble
    assert sum(found.labels.values()) == 200
    assert found.agreement.steps == 0, "these players have no labels"
    assert found.agreement.keys == 200


def test_from_the_terminal_alone_it_says_nearly_the_same() -> None:
    reader = TerminalReader()

    def bare(observation: Observation, before: int) -> Observation:
        reader.press(before)
        return reader.read(observation["tty_chars"], observation["tty_colors"], observation["tty_cursor"])

    found = watch_played(make_agent("bot"), Watcher(make_agent("bot")), Seeds(1010, 2010), 400, 0, view=bare)
    assert found.failed == 0, found.trouble
    assert found.same_labels >= 0.8 * found.asked


def test_recorded_observations_give_the_players_own_labels(recorded: Path) -> None:
    games = Games(recorded / "full", projection="path")
    (gameid,) = games
    found = watch_stored(games, gameid, Watcher(make_agent("bot")))
    assert found.full
    assert found.failed == 0, found.trouble
    assert found.agreement.steps == found.agreement.keys == 250
    assert found.agreement.share == found.agreement.named / 250 == 1.0


def test_a_stored_game_entered_late(recorded: Path) -> None:
    games = Games(recorded / "bare", projection="path")
    (gameid,) = games
    found = watch_stored(games, gameid, Watcher(make_agent("bot")), enter=100, limit=50)
    assert not found.full
    assert [label is not None for label in found.labels] == [False] * 100 + [True] * 50


def test_labels_of_a_dataset_stream_like_any_others(recorded: Path, tmp_path: Path) -> None:
    done = label_dataset(recorded / "bare", tmp_path / "new", workers=0, quiet=True)
    assert (done.games, done.found, done.full, done.frames, done.failed) == (1, 0, 0, 250, [])
    again = label_dataset(recorded / "bare", tmp_path / "new", workers=0, quiet=True)
    assert (again.games, again.found) == (0, 1)
    assert np.array_equal(again.agreement.counts, done.agreement.counts)
    file = Catalogue(tmp_path / "new").games()[0].files[0]
    assert file.labels is not None
    labels = read_labels(file.labels)
    stream = Stream(tmp_path / "new", StreamConfig(1, 50, projection="path", loop=False))
    streamed = [stream.label_names[i] for batch in stream for i in batch.labels[:, 0] if i >= 0]
    assert streamed == [labels.names[i] for i in labels.indices if i >= 0]
    assert len(streamed) == 250


def test_what_a_labelling_refuses(recorded: Path, tmp_path: Path) -> None:
    label_dataset(recorded / "bare", tmp_path / "new", workers=0, quiet=True)
    with pytest.raises(YendorError, match="holds labels with dataset"):
        label_dataset(recorded / "full", tmp_path / "new", workers=0, quiet=True)
    with pytest.raises(YendorError, match="something else"):
        label_dataset(recorded / "bare", recorded, workers=0, quiet=True)
    with pytest.raises(YendorError, match="no games selected"):
        label_dataset(recorded / "bare", tmp_path / "other", where="steps > 1e9", workers=0, quiet=True)
    assert not (tmp_path / "other").exists()


def test_a_game_that_is_only_in_the_store_is_named(recorded: Path, tmp_path: Path) -> None:
    shutil.copytree(recorded / "bare", tmp_path / "bare")
    transcode(Catalogue(tmp_path / "bare"), TranscodeConfig(dictionary=False), workers=1)
    merge([tmp_path / "bare"], tmp_path / "merged")
    done = label_dataset(tmp_path / "merged", tmp_path / "new", workers=0, quiet=True)
    assert (done.games, len(done.failed)) == (0, 1)
    assert "in the store only" in done.failed[0][1]


def test_games_of_people_get_a_label_on_every_frame(tmp_path: Path) -> None:
    import_folder(Path(str(files("nle") / "tests")), Catalogue(tmp_path / "people", create=True), "nao")
    done = label_dataset(tmp_path / "people", tmp_path / "new", where="frames < 1000", workers=0, quiet=True)
    assert (done.games, done.failed, done.failed_frames) == (5, [], 0)
    assert done.frames == sum(game.row["frames"] for game in Catalogue(tmp_path / "new").games())


def test_hihacks_games_keep_their_labels_beside_ours(tmp_path: Path) -> None:
    sample = os.environ.get("YENDOR_HIHACK_SAMPLE")
    if not sample:
        pytest.skip("YENDOR_HIHACK_SAMPLE is not set: no HiHack games to label")
    import_folder(Path(sample), Catalogue(tmp_path / "hihack", create=True), "hihack")
    done = label_dataset(tmp_path / "hihack", tmp_path / "new", where="frames < 1000", workers=0, quiet=True)
    assert (done.games, done.failed, done.failed_frames) == (1, [], 0)
    assert done.agreement.steps == done.frames
    assert done.agreement.commonest[0] == "fight"
    stream = Stream(tmp_path / "new", StreamConfig(1, 64, projection="path", loop=False))
    assert "explore/frontier" in stream.label_names


def test_agreement_counts() -> None:
    agreement = Agreement()
    pairs = [("fight", "fight/melee")] * 6 + [("fight", "explore/frontier")] * 2 + [("explore", "wait/patrol")] * 2
    for theirs, ours in pairs:
        agreement.add(theirs, ours)
    for nothing in ("", None):
        agreement.add(nothing, "fight/melee")
    assert agreement.steps == 10
    assert agreement.commonest == ("fight", 0.8)
    assert agreement.share == pytest.approx(0.8)
    assert agreement.kappa == pytest.approx((0.8 - 0.56) / (1 - 0.56))
    assert agreement.without("fight").share == 1.0
    assert agreement.without("fight").steps == 2
    fight, explore = agreement.rows()
    assert fight == {
        "strategy": "fight", "theirs": 8, "ours": 6, "both": 6, "recall": 0.75, "precision": 1.0,
        "f1": pytest.approx(12 / 14), "lift": pytest.approx(0.75 / 0.6),
    }  # fmt: skip
    assert explore["precision"] == 0.5
    agreement.add_key(3, 3)
    agreement.add_key(3, 4)
    total = Agreement.from_json(agreement.to_json())
    total.merge(agreement)
    assert (total.steps, total.keys, total.named) == (20, 4, 2)
    with pytest.raises(ValueError, match="shape"):
        Agreement.from_json({"counts": [[1]], "keys": 0, "named": 0})


def test_patrols_are_compared_as_exploring() -> None:
    assert strategy_of("wait/patrol") == strategy_of("explore")
    assert strategy_of("wait/blind") == strategy_of("wait_out")


def test_moves_are_read_off_the_hero() -> None:
    def at(row: int, column: int, depth: int = 1) -> Observation:
        numbers = np.zeros(27, np.int64)
        numbers[[0, 1, 12]] = column, row, depth
        return {
            "blstats": numbers, "misc": np.zeros(3, np.int32), "tty_cursor": np.array([row + 1, column]),
            "message": np.zeros(256, np.uint8), "tty_chars": np.full((24, 80), 32, np.uint8),
        }  # fmt: skip

    assert move_between(at(5, 5), at(4, 5)) == 0
    assert move_between(at(5, 5), at(6, 6)) == 5
    assert move_between(at(5, 5), at(5, 5)) == -1
    assert move_between(at(5, 5), at(5, 8)) == -1
    assert move_between(at(5, 5), at(5, 6, depth=2)) == -1
