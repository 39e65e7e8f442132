"""The compiled maps against their plain references."""

import numpy as np
import pytest

from yendor import _native
from yendor.belief import planes
from yendor.belief import terrain as t

SHAPES = [(21, 79), (1, 1), (1, 9), (7, 2)]


@pytest.fixture(params=[(seed, shape) for seed in range(3) for shape in SHAPES], ids=str)
def draw(request: pytest.FixtureRequest) -> "Draw":
    return Draw(*request.param)


class Draw:
    """Random planes of one shape."""

    def __init__(self, seed: int, shape: tuple[int, int]) -> None:
        self.rng, self.shape = np.random.default_rng(seed), shape

    def flags(self, share: float = 0.5) -> np.ndarray:
        return self.rng.random(self.shape) < share

    def plane(self, below: int, kind: type = np.uint8) -> np.ndarray:
        return self.rng.integers(below, size=self.shape).astype(kind)

    def square(self) -> tuple[int, int]:
        return int(self.rng.integers(self.shape[0])), int(self.rng.integers(self.shape[1]))


def test_where_and_find(draw: Draw) -> None:
    mask, plane, wanted = draw.flags(), draw.plane(70), planes.codes((0, 7, 33, 63))
    assert planes.where(mask) == planes.where_reference(mask) == [tuple(s) for s in np.argwhere(mask).tolist()]
    assert planes.find(plane, wanted) == planes.find_reference(plane, wanted)
    assert planes.find(plane, wanted) == planes.where(np.isin(plane, (0, 7, 33, 63)))
    assert t.find(plane, 7, 33) == planes.where((plane == 7) | (plane == 33))
    distances = draw.plane(5, np.int16) - np.int16(2)
    assert planes.within(plane, wanted, distances) == planes.within_reference(plane, wanted, distances)
    assert t.within(distances, plane, 7) == [(distances[s], *s) for s in t.find(plane, 7) if distances[s] >= 0]
    assert t.has(plane, 7) == (plane == 7).any()


def test_look_up(draw: Draw) -> None:
    table, glyphs = draw.rng.integers(256, size=400).astype(np.uint8), draw.plane(400, np.int16)
    assert np.array_equal(planes.look_up(table, glyphs), planes.look_up_reference(table, glyphs))
    glyphs[0, 0] = 400
    with pytest.raises(IndexError):
        planes.look_up(table, glyphs)


def test_cover(draw: Draw) -> None:
    shown, terrain = draw.plane(36), draw.plane(14)
    sets = planes.codes(range(1, 32)), planes.codes((32, 33)), planes.codes((0, 5, 12))
    expected = terrain.copy()
    planes.cover_reference(shown, expected, *sets, 1)
    planes.cover(shown, terrain, *sets, 1)
    assert np.array_equal(terrain, expected)


def test_mark(draw: Draw) -> None:
    table, glyphs, mask = draw.rng.random(400) < 0.1, draw.plane(400, np.int16), draw.flags(0.1)
    expected = mask.copy()
    planes.mark_reference(expected, table, glyphs)
    planes.mark(mask, table, glyphs)
    assert np.array_equal(mask, expected)


def test_notice(draw: Draw) -> None:
    glyphs, shown = draw.plane(4, np.int16), draw.plane(3)
    left = draw.plane(6, np.int16) - np.int16(2)
    expected = left.copy()
    found = planes.notice_reference(glyphs, shown, expected, 1, 2)
    assert planes.notice(glyphs, shown, left, 1, 2) == found
    assert np.array_equal(left, expected)


def test_survey(draw: Draw) -> None:
    around = draw.plane(14), draw.plane(9, np.int32), draw.plane(9, np.int32), draw.flags(0.2)
    for turn in (0, 4):
        rest = planes.codes((1, 2, 3, 4)), planes.codes((4, 5)), turn, *draw.square(), [draw.square(), draw.square()]
        *ours, reach = planes.survey(*around, *rest)
        *theirs, expected = planes.survey_reference(*around, *rest)
        assert reach == expected
        for one, other in zip(ours, theirs, strict=True):
            assert one.dtype == other.dtype
            assert np.array_equal(one, other)


def test_frontier_and_nearest(draw: Draw) -> None:
    distances = draw.plane(12, np.int16) - np.int16(3)
    around = draw.plane(2), draw.flags(0.8), draw.flags(0.2), draw.flags(0.1), draw.flags(0.1), distances
    edge = planes.frontier(*around)
    assert edge.dtype == np.bool_
    assert np.array_equal(edge, planes.frontier_reference(*around))
    for mask in (edge, draw.flags(0.01), draw.flags()):
        assert planes.nearest(mask, distances) == planes.nearest_reference(mask, distances)


@pytest.mark.parametrize("radius", [0, 1, 2, 3])
def test_box_sum_to_the_last_bit(draw: Draw, radius: int) -> None:
    values = draw.rng.random(draw.shape) ** 9
    assert np.array_equal(planes.box_sum(values, radius), planes.box_sum_reference(values, radius))


def test_promise_to_the_last_bit(draw: Draw) -> None:
    around = draw.plane(6), draw.plane(400, np.int16), draw.flags(0.1), [draw.square(), draw.square()]
    sets = planes.codes((0, 5)), planes.codes((2,)), planes.codes((1, 2, 3))
    fade = 0.86 ** np.arange(301)
    found = planes.promise(*around, *sets, fade)
    assert np.array_equal(found, planes.promise_reference(*around, *sets, fade))
    assert np.array_equal(fade[np.minimum(around[1], 300)], 0.86 ** np.minimum(around[1], 300))


def test_shapes_and_places_are_checked() -> None:
    plane, flags, distances = np.zeros((3, 4), np.uint8), np.zeros((3, 4), bool), np.zeros((3, 4), np.int16)
    with pytest.raises(ValueError, match="same shape"):
        _native.cover(plane, np.zeros((4, 3), np.uint8), 1, 1, 1, 1)
    with pytest.raises(ValueError, match="same shape"):
        _native.nearest(flags, np.zeros((3, 5), np.int16))
    with pytest.raises(IndexError):
        _native.survey(plane, distances.astype(np.int32), distances.astype(np.int32), flags, 1, 1, 0, 3, 0, [])
    with pytest.raises(IndexError):
        _native.survey(plane, distances.astype(np.int32), distances.astype(np.int32), flags, 1, 1, 0, 0, 0, [(3, 0)])
    with pytest.raises(ValueError, match="127 columns"):
        _native.flood(np.ones((2, 128), np.uint8), np.ones((2, 128), np.uint8), 0, 0)
    with pytest.raises(IndexError):
        _native.promise(plane, distances, flags, [(0, 4)], 1, 1, 1, np.ones(3))
    with pytest.raises(ValueError, match="fade"):
        _native.promise(plane, distances, flags, [], 1, 1, 1, np.ones(0))
    with pytest.raises(IndexError):
        _native.first_step(plane, plane, 0, 0, 0, 4)
    with pytest.raises(ValueError, match="radius"):
        _native.box_sum(np.zeros((3, 4)), -1)
