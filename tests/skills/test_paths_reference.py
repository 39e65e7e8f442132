"""Paths: the reference flood, the first step, and the doors' rule."""

import numpy as np
import pytest

from yendor.skills import paths


def grid(*rows: str) -> tuple[np.ndarray, np.ndarray]:
    walkable = np.zeros((21, 79), np.uint8)
    diagonal = np.ones((21, 79), np.uint8)
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            walkable[r, c] = cell in ".+"
            diagonal[r, c] = cell != "+"
    return walkable, diagonal


@pytest.mark.parametrize("seed", range(5))
def test_distances_are_the_reference_s(seed: int) -> None:
    rng = np.random.default_rng(seed)
    walkable = (rng.random((21, 79)) < 0.6).astype(np.uint8)
    diagonal = (rng.random((21, 79)) < 0.8).astype(np.uint8)
    start = (int(rng.integers(21)), int(rng.integers(79)))
    assert (paths.distances(walkable, diagonal, start) == paths.flood_reference(walkable, diagonal, start)).all()


@pytest.mark.parametrize("seed", range(40))
def test_first_steps_are_the_reference_s(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (21, 79) if seed % 2 else (5, 6)
    walkable = (rng.random(shape) < rng.choice([0.4, 0.6, 0.9])).astype(np.uint8)
    diagonal = (rng.random(shape) < 0.8).astype(np.uint8)
    for _ in range(20):
        start, goal = ((int(rng.integers(shape[0])), int(rng.integers(shape[1]))) for _ in range(2))
        expected = paths.first_step_reference(walkable, diagonal, start, goal)
        assert paths.first_step(walkable, diagonal, start, goal) == expected


def test_no_diagonal_step_through_a_door() -> None:
    walkable, diagonal = grid("..  ", " +. ", "    ")
    assert paths.first_step(walkable, diagonal, (0, 0), (1, 1)) == (0, 1)
    assert paths.distances(walkable, diagonal, (0, 0))[1, 1] == 2


def test_no_way_is_none() -> None:
    walkable, diagonal = grid(".. ..")
    assert paths.first_step(walkable, diagonal, (0, 0), (0, 4)) is None


def test_following_first_steps_arrives() -> None:
    walkable, diagonal = grid(".....", "    .", "..+..", ".    ", ".....")
    square = (0, 0)
    for _ in range(20):
        if square == (4, 4):
            break
        step = paths.first_step(walkable, diagonal, square, (4, 4))
        assert step is not None
        square = (square[0] + step[0], square[1] + step[1])
    assert square == (4, 4)
