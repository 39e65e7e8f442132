"""The atlas of character images: its bytes, what can be told apart in it, and the renderer against single cells."""

import importlib.util
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from yendor.models.atlas import ATLAS_SHA256, glyph_atlas, render

TOOL = Path(__file__).resolve().parents[2] / "tools" / "make_atlas.py"
WHITE = 15
PRINTED = slice(33, 127)


def test_the_atlas_is_the_published_one() -> None:
    atlas = glyph_atlas()
    assert atlas.shape == (256, 16, 6, 6, 3)
    assert atlas.dtype == np.uint8
    assert sha256(atlas.tobytes()).hexdigest() == ATLAS_SHA256


def test_it_is_read_once_and_cannot_be_written() -> None:
    assert glyph_atlas() is glyph_atlas()
    with pytest.raises(ValueError, match="read-only"):
        glyph_atlas()[0, 0] = 1


@pytest.mark.parametrize("color", range(1, 16))
def test_every_printed_character_is_seen_and_unlike_the_others(color: int) -> None:
    cells = glyph_atlas()[PRINTED, color]
    assert all(cell.any() for cell in cells)
    assert len({cell.tobytes() for cell in cells}) == 94


def test_spaces_controls_and_the_colour_black_are_empty() -> None:
    assert not glyph_atlas()[:, 0].any()
    for code in range(256):
        assert glyph_atlas()[code, WHITE].any() == (chr(code).isprintable() and not chr(code).isspace())


def test_colours_differ_in_brightness_only() -> None:
    atlas = glyph_atlas().astype(np.float64)
    ink = np.rint(atlas[:, WHITE] / 255 * 11) / 11  # [256, 6, 6, 3]: how much of a pixel is drawn
    full = atlas.max(axis=(0, 2, 3))  # [16, 3]: a pixel that is drawn wholly
    np.testing.assert_array_equal(atlas, np.rint(ink[:, None] * full[:, None, None, :]))
    assert full.tolist()[1:9:2] == [[128, 0, 0], [128, 128, 0], [128, 0, 128], [128, 128, 128]]
    assert full.tolist()[8:13:2] == [[192, 192, 192], [0, 255, 0], [0, 0, 255]]


def test_a_screen_is_drawn_cell_by_cell() -> None:
    rng = np.random.default_rng(0)
    chars = rng.integers(0, 256, (2, 3, 4, 5), np.uint8)
    colors = rng.integers(0, 16, chars.shape, np.int8)
    image = render(chars, colors)
    assert image.shape == (2, 3, 24, 30, 3)
    assert image.dtype == np.uint8
    for place in np.ndindex(*chars.shape):
        top, left = place[2] * 6, place[3] * 6
        cell = image[place[0], place[1], top : top + 6, left : left + 6]
        np.testing.assert_array_equal(cell, glyph_atlas()[chars[place], colors[place]])


def test_reverse_video_is_drawn_like_plain() -> None:
    chars = np.frombuffer(b"Coins", np.uint8)[None]
    plain = np.full(chars.shape, 7, np.int8)
    np.testing.assert_array_equal(render(chars, plain + np.int8(16)), render(chars, plain))


def test_the_tool_makes_the_shipped_atlas() -> None:
    font = pytest.importorskip("PIL.ImageFont")
    if not hasattr(font, "load_default_imagefont"):
        pytest.skip("this Pillow does not offer its old bitmap font")
    spec = importlib.util.spec_from_file_location("make_atlas", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    np.testing.assert_array_equal(tool.make_atlas(), glyph_atlas())
