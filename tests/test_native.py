"""The compiled kernels against slow, plain references."""

from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from yendor import _native


def slow_flood(walkable: NDArray[np.uint8], diagonal: NDArray[np.uint8], row: int, column: int) -> NDArray[np.int16]:
    distances = np.full(walkable.shape, -1, np.int16)
    distances[row, column] = 0
    queue = deque([(row, column)])
    while queue:
        y, x = queue.popleft()
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                ny, nx = y + dy, x + dx
                if not (0 <= ny < walkable.shape[0] and 0 <= nx < walkable.shape[1]):
                    continue
                if not walkable[ny, nx] or distances[ny, nx] >= 0:
                    continue
                if dy and dx and not (diagonal[y, x] and diagonal[ny, nx]):
                    continue
                distances[ny, nx] = distances[y, x] + 1
                queue.append((ny, nx))
    return distances


@given(st.data())
def test_flood_equals_the_reference(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 12), st.integers(1, 12)))
    walkable, diagonal = (data.draw(arrays(np.uint8, shape, elements=st.integers(0, 1))) for _ in range(2))
    row, column = data.draw(st.tuples(st.integers(0, shape[0] - 1), st.integers(0, shape[1] - 1)))
    assert np.array_equal(_native.flood(walkable, diagonal, row, column), slow_flood(walkable, diagonal, row, column))


@pytest.mark.parametrize("start", [(-1, 0), (0, -1), (21, 0), (0, 79)])
def test_flood_checks_the_start(start: tuple[int, int]) -> None:
    plane = np.ones((21, 79), np.uint8)
    with pytest.raises(IndexError):
        _native.flood(plane, plane, *start)


def test_flood_checks_shapes() -> None:
    plane = np.ones((21, 79), np.uint8)
    with pytest.raises(ValueError, match="same shape"):
        _native.flood(plane, plane[:20].copy(), 0, 0)
    with pytest.raises(ValueError, match="32767"):
        _native.flood(np.ones((200, 200), np.uint8), np.ones((200, 200), np.uint8), 0, 0)
    with pytest.raises(TypeError):
        _native.flood(plane.astype(np.int64), plane, 0, 0)
