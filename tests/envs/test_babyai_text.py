"""BabyAI-Text: its grammar, its games from seeds, its rewards and limits, and what a wrong word costs."""

import hashlib
import importlib
import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from minigrid.core import constants
from minigrid.core.actions import Actions
from minigrid.core.grid import Grid
from minigrid.core.world_object import Ball, Box, Door, Key

from yendor.core.errors import YendorError
from yendor.envs.babyai_levels import EXCLUDED
from yendor.envs.babyai_text import ACTIONS, HELD_OUT, KINDS, BabyAIText, demonstrate, describe, instruction, kind_of

KIND_NUMBERS = {" ": 1, "#": 2, "?": 0, "D": 4, "k": 5, "o": 6, "b": 7}


def view(picture: str, colours: str = "", states: str = "") -> np.ndarray:
    """A view [7, 7, 3] from seven lines, the agent in the middle of the last one.

    `#` is a wall, `?` unseen, D a door, k a key, o a ball, b a box; colours (their initials) and doors' states are
    given in the order in which the things are read, line by line.
    """
    lines = [line.ljust(7) for line in picture.strip("\n").split("\n")]
    assert [len(line) for line in lines] == [7] * 7
    cells = np.zeros((7, 7, 3), np.uint8)
    left, doors = list(colours), list(states)
    for row, line in enumerate(lines):
        for column, sign in enumerate(line):
            cells[column, row, 0] = KIND_NUMBERS[sign]
            if sign in "Dkob":
                cells[column, row, 1] = "rgbpye".index(left.pop(0))
            if sign == "D":
                cells[column, row, 2] = "ocl".index(doors.pop(0))
    assert not left
    assert not doors
    return cells


NOTHING = "\n".join([" " * 7] * 7)


def test_walls_are_told_ahead_left_and_right_with_one_step_and_many() -> None:
    picture = "???????\n???????\n###????\n#######\n#\n#\n#     #"
    assert describe(view(picture)) == "a wall 3 steps forward\na wall 3 steps left\na wall 3 steps right"
    picture = "???????\n???????\n???????\n???????\n???????\n  ###\n  # #"
    assert describe(view(picture)) == "a wall 1 step forward\na wall 1 step left\na wall 1 step right"
    assert describe(view(NOTHING)) == ""


def test_an_object_before_the_wall_hides_the_wall() -> None:
    picture = "#######\n#     #\n#     #\n#     #\n#  o  #\n#     #\n#b   k#"
    text = describe(view(picture, colours="pgy"))
    assert text == "a green box 2 steps left\na purple ball 2 steps forward\na yellow key 2 steps right"


def test_objects_come_by_column_and_in_a_column_from_far_to_near() -> None:
    picture = "   k   \n       \no     o\n       \n  b k  \n  b    \n       "
    assert describe(view(picture, colours="rgbpye")) == (
        "a green ball 3 steps left and 4 steps forward\n"
        "a purple box 1 step left and 2 steps forward\n"
        "a grey box 1 step left and 1 step forward\n"
        "a red key 6 steps forward\n"
        "a yellow key 1 step right and 2 steps forward\n"
        "a blue ball 3 steps right and 4 steps forward"
    )


def test_doors_have_a_state_and_an_open_one_takes_the_originals_article() -> None:
    picture = "       \n   D   \n       \n       \nD      \n       \n      D"
    assert describe(view(picture, colours="ypb", states="ocl")) == (
        "a closed purple door 3 steps left and 2 steps forward\n"
        "a open yellow door 5 steps forward\n"
        "a locked blue door 3 steps right"
    )


def test_what_is_carried_comes_first_and_is_not_told_again() -> None:
    cells = view("#######\n#     #\n#     #\n#     #\n#     #\n#     #\n#  k  #", colours="r")
    assert describe(cells, "red key") == (
        "You carry a red key\na wall 6 steps forward\na wall 3 steps left\na wall 3 steps right"
    )


def test_the_texts_are_the_originals_on_drawn_views() -> None:
    """The digest is of the text that the rules of the original's `gen_graph` give for these views."""
    draws, digest = np.random.default_rng(0), hashlib.sha256()
    kinds = np.array([0, 1, 1, 1, 1, 1, 2, 2, 4, 5, 6, 7], np.uint8)
    for number in range(1000):
        kind, colour, state = (draws.integers(n, size=(7, 7)) for n in (12, 6, 3))
        cells = np.stack([kinds[kind], colour, state], axis=-1).astype(np.uint8)
        text = describe(cells, "red key" if number % 3 == 0 else "")
        digest.update(text.encode() + b"\n\n")
    assert digest.hexdigest() == "990c9a0894f20711cb73ee4a987f4533a920a814ec104d1683f078c6c4024dda"


def test_colours_types_and_states_are_minigrids_own() -> None:
    for colour, c in constants.COLOR_TO_IDX.items():
        for kind in ("key", "ball", "box"):
            cells = view(NOTHING)
            cells[3, 5] = constants.OBJECT_TO_IDX[kind], c, 0
            assert describe(cells) == f"a {colour} {kind} 1 step forward"
    for state, s in constants.STATE_TO_IDX.items():
        cells = view(NOTHING)
        cells[3, 5] = constants.OBJECT_TO_IDX["door"], 0, s
        assert describe(cells) == f"a {state} red door 1 step forward"


def test_the_actions_are_minigrids_in_its_order() -> None:
    assert BabyAIText.action_names == ACTIONS
    assert [action.name for action in Actions] == ["left", "right", "forward", "pickup", "drop", "toggle", "done"]


def laid_by_hand() -> BabyAIText:
    """A room with a box, a ball and a locked door; the agent looks east and a key lies two steps ahead."""
    env = BabyAIText("goto")
    env.reset(0)
    grid = Grid(8, 8)
    grid.wall_rect(0, 0, 8, 8)
    things = ((4, 3, Key("red")), (2, 5, Ball("blue")), (2, 1, Box("grey")), (7, 3, Door("red", is_locked=True)))
    for x, y, thing in things:
        grid.set(x, y, thing)
    env.level.grid, env.level.agent_pos, env.level.agent_dir = grid, (2, 3), 0
    env.level.instrs.desc.obj_poss = []  # nothing here ends the game
    return env


def test_every_action_does_what_it_says() -> None:
    env = laid_by_hand()
    assert env.step("turn left").text == "a wall 2 steps left\na grey box 2 steps forward\na red key 2 steps right"
    assert env.step("turn right").text == (
        "a grey box 2 steps left\n"
        "a locked red door 5 steps forward\n"
        "a red key 2 steps forward\n"
        "a blue ball 2 steps right"
    )
    near = "a wall 3 steps left\na locked red door 4 steps forward\na red key 1 step forward"
    assert env.step("go forward").text == near
    assert env.step("pick up").text == "You carry a red key\na wall 3 steps left\na locked red door 4 steps forward"
    assert env.step("drop").text == near
    env.step("pick up")
    for _ in range(3):
        env.step("go forward")
    assert env.step("toggle").text == "You carry a red key\na wall 3 steps left\na open red door 1 step forward"
    assert env.step("go forward").text == (  # what lies beyond the grid counts as wall
        "You carry a red key\na wall 1 step forward\na wall 1 step left\na wall 1 step right"
    )


@pytest.mark.parametrize("num_dists", [0, 8])
@pytest.mark.parametrize("kind", KINDS)
def test_the_bot_solves_every_class(kind: str, num_dists: int) -> None:
    env = BabyAIText(kind, num_dists)
    words = {"goto": "go to", "pickup": "pick up", "open": "open", "putnext": "next to", "seq": "pick up"}[kind]
    for seed in range(6):
        game = demonstrate(env, seed)
        assert game.kind == kind
        assert len(game.texts) == len(game.actions) + 1
        assert words in env.mission
        assert game.instruction.startswith(f"Your task is to {env.mission}.\n")
        assert env.max_steps == (64 if kind in ("goto", "pickup") else 128)
        assert game.reward == pytest.approx(1 - 0.9 * len(game.actions) / env.max_steps)
        things = sum(cell is not None and cell.type in ("key", "ball", "box") for cell in env.level.grid.grid)
        carried = env.level.carrying is not None
        needed = 2 if kind in ("putnext", "seq") else 1  # for `open`, the key
        assert things + carried == num_dists + needed


def test_missions_name_nothing_that_is_excluded_and_say_both_orders() -> None:
    missions = []
    for num_dists in (0, 8):
        env = BabyAIText(num_dists=num_dists)
        for seed in range(150):
            env.reset(seed)
            missions.append(env.mission)
    assert not [mission for mission in missions if any(name in mission for name in EXCLUDED)]
    assert any(" then go to " in mission for mission in missions)
    assert any(" after you pick up " in mission for mission in missions)
    assert any(mission == "open the door" for mission in missions)
    assert any(mission.startswith("open the ") and len(mission.split()) == 4 for mission in missions)


def test_the_instruction() -> None:
    assert instruction("go to the yellow key") == (
        "Your task is to go to the yellow key.\n"
        "You can take 6 different actions: turn left, turn right, go forward, pick up, drop, and toggle.\n"
        "Predict the next actions."
    )


def test_the_class_comes_from_the_seed_or_from_the_caller() -> None:
    counts = Counter(kind_of(seed) for seed in range(1000))
    assert set(counts) == set(KINDS)
    assert min(counts.values()) > 150
    env, opener = BabyAIText(), BabyAIText("open")
    for seed in range(8):
        env.reset(seed)
        assert env.kind == kind_of(seed)
        opener.reset(seed)
        assert opener.kind == "open"


GAMES = """
import hashlib
from yendor.envs.babyai_text import BabyAIText, demonstrate
digest = hashlib.sha256()
for num_dists in (0, 8):
    env = BabyAIText(num_dists=num_dists)
    for seed in (3, 1_000_005, 4, 3):
        digest.update(repr(demonstrate(env, seed)).encode())
print(digest.hexdigest())
"""


def run(code: str, **variables: str) -> str:
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | variables)
    return ran.stdout


def test_equal_seeds_give_equal_games_here_and_in_fresh_processes(capsys: pytest.CaptureFixture[str]) -> None:
    exec(GAMES, {})
    here = capsys.readouterr().out
    assert here == run(GAMES, PYTHONHASHSEED="1")  # and nothing else is printed, by pygame or minigrid


def test_other_games_between_do_not_change_a_game() -> None:
    env = BabyAIText(num_dists=8)
    first = demonstrate(env, 21)
    for seed in range(5):
        env.reset(seed)
        env.step(0)
    assert demonstrate(env, 21) == first
    assert demonstrate(env, 22) != first


def test_the_limit_ends_a_game_with_nothing() -> None:
    env = BabyAIText("open")
    env.reset(5)
    steps = [env.step("drop") for _ in range(128)]
    assert {step.reward for step in steps} == {0.0}
    assert [step.truncated for step in steps] == [False] * 127 + [True]
    assert not any(step.terminated for step in steps)
    with pytest.raises(YendorError, match="without a game"):
        env.step("drop")


def test_success_at_the_very_limit_is_success() -> None:
    env = BabyAIText("goto")
    actions = demonstrate(env, 1).actions
    env.reset(1)
    for _ in range(env.max_steps - len(actions)):
        env.step("drop")
    last = [env.step(action) for action in actions][-1]
    assert (last.terminated, last.truncated) == (True, False)
    assert last.reward == pytest.approx(0.1)


def test_an_unknown_word_costs_a_step_and_is_counted() -> None:
    env = BabyAIText("putnext", num_dists=8)
    before = env.reset(2)
    words: list[str | int] = ["fly", "", "TURN LEFT", 6, -1]
    for count, word in enumerate(words, start=1):
        step = env.step(word)
        assert step == (before, 0.0, False, False)
        assert (env.unknown_words, env.steps) == (count, count)
    assert env.step(" turn left ").text != before
    assert env.unknown_words == 5
    assert env.reset(2) == before
    assert (env.unknown_words, env.steps) == (0, 0)


def test_names_and_indices_are_the_same_actions() -> None:
    by_name, by_index = BabyAIText(num_dists=8), BabyAIText(num_dists=8)
    game = demonstrate(by_name, 11)
    texts = [by_index.reset(11), *(by_index.step(ACTIONS.index(name)).text for name in game.actions)]
    assert tuple(texts) == game.texts


@pytest.mark.parametrize(
    ("settings", "seed", "words"),
    [
        ({"kind": "pickupp"}, 0, "Did you mean 'pickup'"),
        ({"num_dists": -1}, 0, "num_dists = -1"),
        ({"num_dists": 30}, 0, "between 0 and 12"),
        ({}, -4, "seed = -4"),
    ],
)
def test_what_cannot_be_played_is_refused(settings: dict[str, object], seed: int, words: str) -> None:
    with pytest.raises(YendorError, match=words):
        BabyAIText(**settings).reset(seed)  # type: ignore[arg-type]


def test_the_most_objects_still_make_levels() -> None:
    for kind in KINDS:
        assert BabyAIText(kind, num_dists=12).reset(HELD_OUT[0])


def test_without_minigrid_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "minigrid"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "yendor.envs.babyai_levels")
    with pytest.raises(YendorError, match=r'pip install "yendor\[babyai\]"'):
        BabyAIText()
    monkeypatch.undo()
    assert importlib.import_module("yendor.envs.babyai_levels").TaskLevel


def test_importing_the_room_leaves_minigrid_alone() -> None:
    code = "import sys, yendor.envs.babyai_text; print({'minigrid', 'pygame', 'nle'} & set(sys.modules))"
    assert run(code) == "set()\n"
