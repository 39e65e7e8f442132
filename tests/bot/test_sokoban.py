"""Sokoban: the solutions under the game's rules, what is made of what is seen, and the real game."""

from types import ModuleType

import numpy as np
import pytest

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.level import Level
from yendor.bot.agent import BotAgent
from yendor.bot.sokoban.progress import next_task
from yendor.bot.sokoban.routes import distances, first_step
from yendor.bot.sokoban.sight import Sight, look
from yendor.bot.state import State
from yendor.bot.strategies import sokoban
from yendor.nethack import actions as a
from yendor.nethack.sokoban import Map, Position, Square, after, beside, maps, single_pushes

ORIGIN = (3, 20)
EVERY = pytest.mark.parametrize("level", maps(), ids=lambda level: level.name)


def walk(level: Map, position: Position, start: Square) -> set[Square]:
    """Return all that is reached: NetHack's rules once more, written down afresh."""

    def sign(square: Square) -> str:
        r, c = square
        inside = 0 <= r < len(level.rows) and 0 <= c < len(level.rows[r])
        return "`" if square in position.boulders else level.rows[r][c] if inside else " "

    reached, todo = {start}, [start]
    while todo:
        r, c = todo.pop()
        for there in ((r + dr, c + dc) for dr in (-1, 0, 1) for dc in (-1, 0, 1)):
            if there in reached or sign(there) not in ".+" or there in position.traps:
                continue
            if there[0] != r and there[1] != c:
                squeeze = sign((r, there[1])) not in ".+" and sign((there[0], c)) not in ".+"
                if squeeze or "+" in (sign((r, c)), sign(there)):
                    continue
            reached.add(there)
            todo.append(there)
    return reached


def seen(level: Map, position: Position, hero: Square, covered: dict[Square, int] | None = None) -> Level:
    """Return what the bot remembers of a map of which everything is shown."""
    codes = np.zeros((t.ROWS, t.COLUMNS), np.uint8)
    for r, row in enumerate(level.rows):
        for c, what in enumerate(row):
            code = {".": t.FLOOR, "+": t.CLOSED_DOOR, " ": t.UNKNOWN}.get(what, t.WALL)
            codes[r + ORIGIN[0], c + ORIGIN[1]] = code
    marks = {**dict.fromkeys(position.traps, t.TRAP), **dict.fromkeys(position.boulders, t.BOULDER)}
    out = Level()
    for r, c in marks:
        codes[r + ORIGIN[0], c + ORIGIN[1]] = marks[r, c]
    out.show(codes.copy())
    for (r, c), code in {hero: t.MONSTER, **(covered or {})}.items():
        codes[r + ORIGIN[0], c + ORIGIN[1]] = code
    out.show(codes)
    return out


def sight_of(level: Map, position: Position, hero: Square, covered: dict[Square, int] | None = None) -> Sight:
    found = look(seen(level, position, hero, covered), (hero[0] + ORIGIN[0], hero[1] + ORIGIN[1]))
    assert found is not None
    return found


@EVERY
def test_the_solution_fills_all_traps_by_the_rules_of_the_game(level: Map) -> None:
    position, hero = level.start, level.down
    assert len(position.boulders) >= len(position.traps) > 0
    for square, direction in single_pushes(level.solution):
        assert square in position.boulders
        assert beside(square, direction, -1) in walk(level, position, hero)
        goal = beside(square, direction)
        assert level.rows[goal[0]][goal[1]] == "."
        assert goal not in position.boulders
        position, hero = after(position, square, direction), square
    assert not position.traps
    exits = [level.up] if level.up else [*level.prizes]
    assert {*exits, level.down} <= walk(level, position, hero)


@EVERY
def test_a_level_is_recognised_wherever_it_lies(level: Map) -> None:
    sight = sight_of(level, level.start, level.down)
    assert (sight.map, sight.origin, sight.hero) == (level, ORIGIN, level.down)
    assert np.argwhere(sight.traps).tolist() == sorted(map(list, level.start.traps))


@EVERY
def test_it_plays_the_solution_through_from_what_it_sees(level: Map) -> None:
    position, hero = level.start, level.down
    for _ in range(2 * len(list(single_pushes(level.solution)))):
        task = next_task(sight_of(level, position, hero))
        assert task.position == position
        if not position.traps:
            return
        assert task.boulder is not None
        assert task.stand in distances(level, position, hero)
        position, hero = after(position, task.boulder, task.direction), task.boulder
    pytest.fail("it pushes to and fro")


@EVERY
def test_a_boulder_out_of_place_is_put_back_or_done_without(level: Map) -> None:
    position, hero = level.start, level.down
    pushes = list(single_pushes(level.solution))
    for square, direction in pushes[: len(pushes) // 2]:
        position, hero = after(position, square, direction), square
    reach = walk(level, position, hero)
    for boulder in sorted(position.boulders):
        for direction in ("up", "down", "left", "right"):
            goal, stand = beside(boulder, direction), beside(boulder, direction, -1)
            free = level.rows[goal[0]][goal[1]] == "." and goal not in position.boulders | position.traps
            away = after(position, boulder, direction)
            if stand in reach and free and beside(boulder, direction, 2) in walk(level, away, boulder):
                task = next_task(sight_of(level, away, boulder))
                assert task.stand in distances(level, away, boulder)
                return


def test_a_creature_in_front_hides_nothing_that_matters() -> None:
    level = maps()[0]
    square, direction = next(single_pushes(level.solution))
    behind = beside(square, direction)
    task = next_task(sight_of(level, level.start, level.down, {behind: t.MONSTER}))
    assert (task.boulder, task.direction, task.mimics) == (square, direction, frozenset())


def test_a_boulder_too_many_is_taken_for_a_mimic_until_it_was_struck() -> None:
    level = next(level for level in maps() if level.name == "soko1-1")
    used = {beside(square, direction) for square, direction in single_pushes(level.solution)}
    mimic = min(used - level.start.boulders - level.start.traps)
    sight = sight_of(level, level.start._replace(boulders=level.start.boulders | {mimic}), level.down)
    task = next_task(sight)
    assert task.mimics == {mimic}
    assert task.hindering == {mimic}
    assert next_task(sight, frozenset({mimic})).mimics == frozenset()


def test_nobody_squeezes_between_boulders() -> None:
    level = maps()[0]
    position = Position(frozenset({(2, 2), (3, 3)}), frozenset())
    assert first_step(level, position, (2, 3), (3, 2)) is not None
    assert first_step(level, position, (2, 3), (3, 2)) != (1, -1)


def state_of(level: Map, position: Position, hero: Square, number: int = 4) -> State:
    belief = Belief()
    y, x = hero[0] + ORIGIN[0], hero[1] + ORIGIN[1]
    belief.hero = belief.hero._replace(dungeon=sokoban.SOKOBAN, level=number, y=y, x=x, hp=50, max_hp=50, turn=99)
    belief.level = belief.levels[sokoban.SOKOBAN, number] = seen(level, position, hero)
    return State(belief)


def test_a_push_that_failed_waits_a_turn() -> None:
    level = maps()[0]
    square, direction = next(single_pushes(level.solution))
    state = state_of(level, level.start, beside(square, direction, -1))
    plan = sokoban.propose(state)
    assert plan is not None
    assert plan.label == "sokoban/push"
    state.belief.tries[plan.keys[0]] = 1
    plan = sokoban.propose(state)
    assert plan is not None
    assert (plan.label, plan.keys[-1]) == ("sokoban/wait", a.SEARCH)
    assert not sokoban.given_up(state)
    state.level.given_up = dict.fromkeys(state.level.given_up, 10**6)
    assert sokoban.given_up(state)
    assert sokoban.propose(state) is None


def test_with_the_traps_filled_it_climbs() -> None:
    level = maps()[0]
    end = level.start
    for square, direction in single_pushes(level.solution):
        end = after(end, square, direction)
    assert level.up is not None
    state = state_of(level, end, level.up)
    assert sokoban.solved(state)
    plan = sokoban.propose(state)
    assert plan is not None
    assert (plan.label, plan.keys) == ("sokoban/climb", (a.UP,))


def test_traps_under_things_are_known() -> None:
    level = maps()[2]
    state = state_of(level, level.start, level.down)
    r, c = min(level.start.traps)
    square = r + ORIGIN[0], c + ORIGIN[1]
    state.level.terrain[square], state.level.shown[square] = t.FLOOR, t.ITEM
    assert sokoban.hold(state) is None
    assert state.level.terrain[square] == t.TRAP


def test_a_bolt_spares_the_boulders() -> None:
    level = maps()[0]
    square, direction = next(single_pushes(level.solution))
    stand = beside(square, direction, -1)
    state = state_of(level, level.start, stand)
    assert sokoban.breaks_boulders(state, (square[0] - stand[0], square[1] - stand[1]))
    assert not sokoban.breaks_boulders(state_of(level, level.start, level.down), (1, 0))


@pytest.mark.parametrize("core", [5, 8])
def test_it_solves_the_four_levels_in_the_real_game(
    core: int, monkeypatch: pytest.MonkeyPatch, bench: ModuleType
) -> None:
    """No monsters are born in these games; which of the two maps of a level comes is up to the game."""
    monkeypatch.setattr(bench, "LATE", 1)
    line = bench.play((core, True), lambda **_: None)
    told = {name.split("-")[0]: met["open"] for name, met in line["met"].items()}
    assert told == {"soko4": 0, "soko3": 0, "soko2": 0, "soko1": 0}, "\n".join(line["tail"])
    assert line["faults"] == 0, line["fault"]


def test_the_entry_level_in_the_real_game(bench: ModuleType) -> None:
    game, agent = bench.Game(3, True), BotAgent()
    agent.act(game.enter())
    assert agent.belief.hero.dungeon == sokoban.SOKOBAN
    state = State(agent.belief)
    sight = look(state.level, state.square)
    assert sight is not None
    assert sight.hero == sight.map.down
    assert not sokoban.solved(state)
    plan = sokoban.propose(state)
    assert plan is not None
    assert plan.label.startswith("sokoban/")
    game.env.close()
