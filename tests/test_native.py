"""The compiled kernels against their plain references."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from yendor import _native
from yendor.skills.paths import flood_reference


@given(st.data())
def test_flood_equals_the_reference(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 12), st.integers(1, 12)))
    walkable, diagonal = (data.draw(arrays(np.uint8, shape, elements=st.integers(0, 1))) for _ in range(2))
    row, column = data.draw(st.tuples(st.integers(0, shape[0] - 1), st.integers(0, shape[1] - 1)))
    reference = flood_reference(walkable, diagonal, (row, column))
    assert np.array_equal(_native.flood(walkable, diagonal, row, column), reference)


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
