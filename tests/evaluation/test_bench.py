"""The bench: complete lines, kept per version, resumed, compared game by game."""

import fcntl
import json
import math
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yendor.belief.belief import Belief
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds
from yendor.evaluation.bench import run, version
from yendor.evaluation.bench.compare import compare, read_others
from yendor.evaluation.bench.death import CLASSES, death_class, killed_by
from yendor.evaluation.bench.ends import ends, last_decisions
from yendor.evaluation.bench.game import Course, heard, play
from yendor.evaluation.bench.hazard import BEFORE, Spent, hazards, place_of, states_of
from yendor.evaluation.bench.run import bench, bench_seeds, read_lines, versions
from yendor.evaluation.bench.shadow import shadow
from yendor.evaluation.bench.summary import summarise
from yendor.evaluation.game import play_game
from yendor.evaluation.statistics import bootstrap, bootstrap_difference
from yendor.nethack.bottomline import Condition, Hero

PAGE = Path(__file__).resolve().parents[2] / "docs" / "09-improving-the-bot.md"


@pytest.fixture(scope="module")
def line() -> dict[str, Any]:
    return play(Seeds(1007, 2007), max_steps=400)


def test_a_line_adds_up_and_every_field_is_documented(line: dict[str, Any]) -> None:
    assert sum(line["steps_by"].values()) == line["steps"] == 400
    assert sum(line["turns_by"].values()) == line["turns"] - 1
    assert line["ended"] == "max_steps"
    assert line["class"] == "alive"
    assert line["character"].startswith(line["role"] + "-")
    assert len(line["tail"]) == 30
    assert line["faults"] == 0
    assert json.loads(json.dumps(line)) is not None
    for field in line:
        assert f"`{field}`" in PAGE.read_text(), f"{field} is not on {PAGE.name}"


def test_a_line_agrees_with_the_judges(line: dict[str, Any]) -> None:
    from yendor.agents.make import make_agent
    from yendor.envs.make import make

    env = make(seeds=Seeds(1007, 2007), max_steps=400)
    judged = play_game(env, make_agent("bot"), Seeds(1007, 2007))
    env.close()
    assert all(line[key] == judged[key] for key in ("score", "steps", "turns", "xl"))
    assert line["deepest"] == judged["depth"]


def test_the_course_of_a_game() -> None:
    def hero(**numbers: int) -> list[int]:
        return list(Hero(*[0] * 27)._replace(**{"max_hp": 12, "xl": 1, "depth": 1, **numbers}))

    course = Course(Hero(*hero(turn=1)))
    for label, numbers in (
        ("explore", {"turn": 400}),
        ("dive", {"turn": 600, "depth": 3, "dungeon": 2, "xl": 2, "score": 70}),
        ("fight", {"turn": 610, "depth": 2, "xl": 2, "hunger": 4}),
        ("fight", {"max_hp": 0}),
    ):
        course.decide(label, "why", "message")
        course.see(hero(**numbers))
    assert course.turns_by == {"explore": 399, "dive": 200, "fight": 10}
    assert course.milestones == {500: [70, 2, 3, 12]}
    assert (course.depth_turn, course.dungeons) == ({1: 1, 3: 600}, {0: 2, 2: 3})
    assert (course.xl_turn, course.dungeon_turn) == ({1: 1, 2: 600}, {0: 1, 2: 600})
    assert course.ever_fainted
    assert course.hero.turn == 610


@pytest.mark.parametrize(
    ("death", "while_", "hunger", "said", "wanted"),
    [
        ("killed by a jackal", "", 1, (), "fight"),
        ("killed by an invisible titan", "", 1, (), "fight"),
        ("killed by Medusa", "", 1, (), "fight"),
        ("poisoned by an orcish arrow", "", 1, (), "fight"),
        ("killed by a jackal", "fainted from lack of food", 5, (), "hunger"),
        ("died of starvation", "", 6, (), "hunger"),
        ("killed by a troll", "sleeping", 1, (), "helpless"),
        ("killed by a gnome", "frozen by a monster's gaze", 1, (), "folly"),
        ("killed by a dwarf king", "praying", 1, (), "folly"),
        ("killed by Mr. Skibbereen; the shopkeeper", "", 1, (), "folly"),
        ("killed by a watch captain", "", 1, (), "folly"),
        ("killed by the wrath of Manannan Mac Lir", "", 4, (), "folly"),
        ("killed by a blue jelly", "", 1, (), "folly"),
        ("killed by a gas spore's explosion", "", 1, (), "folly"),
        ("poisoned by a rotted hill orc corpse", "", 1, (), "folly"),
        ("petrified by a chickatrice corpse", "", 1, (), "folly"),
        ("petrified by a cockatrice", "", 1, ("You are slowing down.", "Your limbs have turned to stone."), "fight"),
        ("killed by a falling rock", "", 1, (), "other"),
        ("", "", 1, (), "other"),
    ],
)
def test_classes_of_death(death: str, while_: str, hunger: int, said: tuple[str, ...], wanted: str) -> None:
    assert death_class(death, while_, hunger, "death", said) == wanted
    assert wanted in CLASSES
    assert death_class(death, while_, hunger, "max_steps", said) == "alive"


def test_killers() -> None:
    assert killed_by("killed by a little dog called Slasher") == "little dog"
    assert killed_by("died of starvation") == "starvation"
    assert killed_by("killed by Mr. Izchak; the shopkeeper") == "Mr. Izchak; the shopkeeper"


def test_prayers_are_heard_or_not() -> None:
    assert heard("You begin praying to Mitra. You are surrounded by a shimmering light. You feel much better.") is True
    assert heard("You begin praying to Mitra. You feel that Mitra is displeased.") is False
    assert heard("You begin praying to Mitra.") is None


def test_only_missing_games_are_played_and_versions_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = bench(bench_seeds("dev", 0, 2), tmp_path, max_steps=60, workers=0, quiet=True)
    assert (len(first.lines), first.found) == (2, 0)
    with open(first.folder / "results.jsonl", "a") as file:
        file.write('{"core": 1002, "di')  # as a kill in the middle of a write leaves it
    again = bench(bench_seeds("dev", 0, 3), tmp_path, max_steps=60, workers=0, quiet=True)
    assert (len(again.lines), again.found) == (3, 2)
    assert again.lines[:2] == first.lines
    assert len(bench(bench_seeds("dev", 0, 1), tmp_path, max_steps=50, workers=0, quiet=True).lines) == 1
    assert len(read_lines(first.folder)) == 4  # a game of another limit is another game
    monkeypatch.setattr(run, "source_version", lambda: "other")
    other = bench(bench_seeds("dev", 1, 1), tmp_path, max_steps=60, workers=0, quiet=True)
    assert (other.folder.name, other.found) == ("other", 0)
    assert {v.name: v.games for v in versions(tmp_path)} == {first.version: 4, "other": 1}
    summary = summarise(again.lines)
    assert (summary.games, summary.classes) == (3, {"alive": 1.0})
    assert sum(steps for _, steps, _ in summary.labels) == pytest.approx(1)
    assert [group.games for group in summary.deaths] == [3]


def test_what_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for words, said in ((("withheld", 0, 2), "yendor eval"), (("deb", 0, 2), "'dev'"), (("dev", 0, 0), "--games")):
        with pytest.raises(YendorError, match=said):
            bench_seeds(*words)
    with pytest.raises(YendorError, match="withheld"):
        bench([Seeds(50000, 60000)], tmp_path, workers=0, quiet=True)
    with pytest.raises(YendorError, match="nothing has been measured"):
        versions(tmp_path)
    hashes = iter(("before", "after"))
    monkeypatch.setattr(run, "source_hash", lambda: next(hashes))
    with pytest.raises(YendorError, match="source was changed"):
        bench(bench_seeds("dev", 0, 1), tmp_path, max_steps=20, workers=0, quiet=True)


def test_one_measurement_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / version.source_version()
    folder.mkdir()
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(YendorError, match="another measurement"):
            bench(bench_seeds("dev", 0, 1), tmp_path, max_steps=20, workers=0, quiet=True)


def test_the_version_names_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
        subprocess.run(["git", "-C", str(tmp_path), *who, *words], check=True, capture_output=True)

    package = tmp_path / "yendor"
    (package / "bot").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "bot" / "agent.py").write_text("a = 1\n")
    (package / "note.py").write_text("")
    monkeypatch.setattr(version, "_PACKAGE", package)

    def now() -> str:
        version.source_version.cache_clear()
        version.source_hash.cache_clear()
        return version.source_version()

    try:
        assert now().startswith("0.")  # no checkout
        git("init")
        assert now().startswith("0.")  # in a checkout that does not know the package
        git("add", ".")
        git("commit", "-m", "one")
        clean = now()
        assert len(clean) == 10
        (package / "note.py").write_text("b = 2\n")
        assert now() == clean  # does not decide how the bot plays
        (package / "bot" / "agent.py").write_text("a = 2\n")
        dirty = now()
        assert dirty.startswith(f"{clean}+dirty-")
        (package / "bot" / "new.py").write_text("")
        assert now() not in (clean, dirty)
    finally:
        version.source_version.cache_clear()
        version.source_hash.cache_clear()


def test_differences_are_paired() -> None:
    hard = np.random.default_rng(0).exponential(5000, 64)
    found = bootstrap_difference(list(hard + 100), list(hard))
    assert found.value == pytest.approx(100)
    assert (found.low, found.high) == pytest.approx((100, 100))  # the luck of the draw drops out
    assert bootstrap(list(hard)).high - bootstrap(list(hard)).low > 1000
    assert math.isnan(bootstrap_difference([1.0], [2.0], np.median).low)
    with pytest.raises(ValueError, match="no values"):
        bootstrap_difference([], [])


def test_games_are_compared_one_by_one(tmp_path: Path) -> None:
    ours = [{"core": k, "disp": k, "score": 10 * k, "ended": "death", "max_steps": None} for k in range(30)]
    peers = tmp_path / "peer.jsonl"
    peers.write_text("".join(json.dumps({"core": k, "disp": k, "score": 100}) + "\n" for k in range(5, 40)))
    name, theirs = read_others(peers)
    found = compare(ours, theirs)
    assert (name, found.games, found.wins, found.losses, found.draws) == ("peer", 25, 19, 5, 1)
    assert [change.core for change in found.up] == list(range(29, 19, -1))
    assert [change.core for change in found.down] == [5, 6, 7, 8, 9]
    assert found.median.value == 70
    short = [{**line, "max_steps": 50} for line in ours]
    with pytest.raises(YendorError, match="no game in common"):
        compare(ours, short)
    assert compare(short, theirs).games == 25  # a peer does not say under which limit it played


def test_others_are_found_or_named(tmp_path: Path) -> None:
    for name in ("abc1", "abd2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "results.jsonl").write_text('{"core": 1, "disp": 1, "score": 3, "max_steps": null}\n')
    assert read_others(Path("abc"), tmp_path)[0] == "abc1"
    assert read_others(tmp_path / "abd2")[0] == "abd2"
    for place, said in ((Path("ab"), "beginning of 2"), (Path("x"), "no folder, file"), (tmp_path, "Name one")):
        with pytest.raises(YendorError, match=said):
            read_others(place, tmp_path)
    broken = tmp_path / "broken.jsonl"
    for text, said in (('{"core": 1, "disp": 1}\n', "no score"), ("nonsense\n{}\n", "not JSON"), ("[]\n", "no core")):
        broken.write_text(text)
        with pytest.raises(YendorError, match=said):
            read_others(broken)


def test_a_newcomer_shadows() -> None:
    found = shadow(Seeds(1007, 2007), 300)
    assert found["asked"] == 150
    assert found["named"] > 100


def believed(**numbers: int) -> Belief:
    belief = Belief()
    given = {"hp": 20, "max_hp": 20, "level": 2, "depth": 2, "xl": 7, "hunger": 1, "ac": 6, "turn": 1000}
    belief.hero = Hero(*[0] * 27)._replace(**(given | numbers))
    return belief


def test_turns_and_points_are_counted_by_state_and_place(line: dict[str, Any]) -> None:
    spent = line["spent"]
    assert spent["all turns"] == [line["turns"] - 1, line["score"]]
    assert sum(turns for name, (turns, _) in spent.items() if ", XL " in name) == line["turns"] - 1
    assert sum(turns for name, (turns, _) in spent.items() if name.startswith("AC ")) == line["turns"] - 1
    assert set(line["before_end"]) <= set(spent)


def test_states_of_a_hero() -> None:
    belief = believed()
    assert place_of(belief) == "Doom 2, XL 7"
    assert set(states_of(belief)) == {"all turns", "AC 6 to 8", "not hungry", "prayed longer ago"}
    belief = believed(hp=9, ac=-3, hunger=4, burden=1, condition=int(Condition.BLIND | Condition.STUNNED), dungeon=2)
    belief.prayed, belief.forsaken, belief.lycanthrope, belief.shifted = 600, 2000, True, 2000
    wanted = {"all turns", "AC 2 or better", "fainting", "prayed 500 turns ago or less", "god angry", "lycanthrope",
              "another's shape", "burdened", "less than half of the hit points", "blind", "stunned"}  # fmt: skip
    assert set(states_of(belief)) == wanted
    assert place_of(belief) == "Mines 2, XL 7"


def test_a_death_counts_where_the_hero_was_some_turns_before() -> None:
    spent = Spent()
    for turn in range(1000, 1201, 10):
        belief = believed(turn=turn, score=turn // 2, hp=20 if turn < 1150 else 3)
        belief.lycanthrope = turn >= 1100
        spent.see(belief)
    assert spent.by["lycanthrope"] == [110, 55]
    assert spent.by["less than half of the hit points"][0] == 60
    assert "lycanthrope" in spent.last()
    assert "less than half of the hit points" not in spent.last()  # the end itself
    assert BEFORE == 60
    assert Spent().last() == []


def test_hazards_put_what_kills_most_first() -> None:
    lines = [
        {"spent": {"all turns": [5000, 900], "blind": [100, 0], "Doom 10, XL 1": [10, 1], "Doom 2, XL 3": [10, 1]},
         "before_end": ["all turns", "blind", "Doom 2, XL 3"], "ended": "death", "hunger": 1},
        {"spent": {"all turns": [3000, 100]}, "before_end": ["all turns"], "ended": "death", "hunger": 4},
        {"spent": {"all turns": [2000, 0]}, "before_end": ["all turns"], "ended": "max_steps", "hunger": 1},
        {"ended": "death", "hunger": 1},  # from before it was kept
    ]  # fmt: skip
    blind, everything = hazards(lines)
    assert (blind.name, blind.killed, blind.starved, blind.rate, blind.worth) == ("blind", 1, 0, 10.0, 0.0)
    assert (everything.turns, everything.killed, everything.starved) == (10_000, 1, 1)
    assert (everything.rate, everything.worth) == (0.2, 500.0)
    assert [place.name for place in hazards(lines, places=True)] == ["Doom 2, XL 3", "Doom 10, XL 1"]


def test_ends_are_chosen_by_kind_killer_level_and_role() -> None:
    wererat = {"death": "killed by a wererat", "death_while": "praying", "class": "folly", "xl": 7, "role": "tou"}
    starved = {"death": "died of starvation", "death_while": "", "class": "hunger", "xl": 3, "role": "wiz"}
    lines = [wererat, starved]
    assert list(ends(lines)) == lines
    assert list(ends(lines, kinds=["hunger"])) == [starved]
    assert list(ends(lines, killer="WERE.*while pray")) == [wererat]
    assert list(ends(lines, levels=range(6, 9))) == [wererat]
    assert list(ends(lines, roles=["wiz"])) == [starved]


def test_a_decision_of_several_keys_is_told_in_a_line() -> None:
    line = {"tail": ["T1 hp9 fight/melee: strike | ", "T2 hp4 survive/quaff: drink | What do you want to drink? [a]",
                     "T2 hp4 survive/quaff: drink | The newt bites!"]}  # fmt: skip
    assert last_decisions(line, 5) == [line["tail"][0], line["tail"][2]]
    assert last_decisions(line, 1) == [line["tail"][2]]
    assert last_decisions(line, 0) == []
