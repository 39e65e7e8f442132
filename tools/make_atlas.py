"""Make src/yendor/models/tables/atlas.npz: the character images of the published image-reading NetHack agents.

    python tools/make_atlas.py

Needs Pillow with its old bitmap font (`ImageFont.load_default_imagefont`, 10.4 or newer). Where the numbers come from:
`yendor.models.atlas`.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

TABLE = Path(__file__).resolve().parent.parent / "src" / "yendor" / "models" / "tables" / "atlas.npz"

STRIP = (1536, 11)
"""Width and height in pixels of the 256 characters in a row.

This is the box of the text in Hack Regular at 9 px, its width rounded up to a multiple of 256. The box is 1281 px wide
in Pillow's basic layout and 1389 px in Raqm's, with one result.
"""
PIXELS = 6
"""Height and width of a cell in the atlas. In the strip it is as wide and 11 px high."""

COLOURS = (
    0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080, 0x008080, 0x808080,
    0xC0C0C0, 0xFF0000, 0x00FF00, 0xFFFF00, 0x0000FF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
)  # fmt: skip
"""RGB by NLE's colour. 7 is the darker grey and 8 the lighter one, as published."""


def draw_strip() -> NDArray[np.bool_]:
    """Draw the 256 characters of Latin-1, those that do not print as spaces. Returns [11, 1536] bool."""
    text = "".join(chr(code) if chr(code).isprintable() else " " for code in range(256))
    image = Image.new("L", STRIP)
    ImageDraw.Draw(image).text((0, 0), text, fill=255, font=ImageFont.load_default_imagefont())
    return np.asarray(image) > 0


def shares(size: int, target: int) -> NDArray[np.int64]:
    """Return how much of each of `size` pixels falls into each of `target` larger ones.

    Returns:
        [target, size], whole numbers of 1 / `target` of a pixel; a row adds up to `size`.
    """
    old, new = np.arange(size) * target, np.arange(target)[:, None] * size
    return np.clip(np.minimum(old + target, new + size) - np.maximum(old, new), 0, None)


def make_atlas() -> NDArray[np.uint8]:
    """Make the atlas, [256, 16, 6, 6, 3] uint8: by character and colour, rows of pixels in RGB.

    A cell shrinks by averaging over areas, which is OpenCV's INTER_AREA. Averages are in elevenths, and 11 is odd: none
    lies half-way between two integers, so that both round alike.
    """
    height = STRIP[1]
    cells = draw_strip().reshape(height, 256, PIXELS)
    inked = np.einsum("rh,hcw->crw", shares(height, PIXELS), cells.astype(np.int64))
    rgb = np.array([[colour >> shift & 0xFF for shift in (16, 8, 0)] for colour in COLOURS])
    doubled = 2 * inked[:, None, :, :, None] * rgb[:, None, None, :]
    return ((doubled + height) // (2 * height)).astype(np.uint8)


if __name__ == "__main__":
    if len(sys.argv) != 1:
        sys.exit(__doc__)
    np.savez_compressed(TABLE, atlas=make_atlas())
