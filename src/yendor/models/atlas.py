"""The character images that the published imitation-learning agents read the screen through, and a plain renderer.

The renderer was written for the NLE challenge's Sample Factory baseline ("Chaotic Dwarven GPT-5", 2021,
github.com/Miffyli/nle-sample-factory-baseline). Dungeons and Data (Hambro et al., 2022), Katakomba (Kurenkov et al.,
2023) and HiHack (Piterbarg et al., 2023) use it unchanged. It draws the 256 characters of Latin-1 as one line in each
of 16 colours, cuts the line into 256 equal cells, and shrinks each from 11 x 6 pixels to 6 x 6.

The images are shipped as data because the published code makes others today, without an error. It measures the line in
Hack, a font it loads, but draws it in Pillow's default, which up to Pillow 10.0 was a bitmap font that happens to be as
wide as the cells. Since Pillow 10.1 the default is a proportional font: the characters drift away from their cells,
some of which stay empty. A network trained on the old images then reads noise.

`tools/make_atlas.py` makes the table. It is equal byte for byte to what the published steps give with Pillow 8.2, 8.4,
9.5 and 10.0, with OpenCV 4.5 and 5.0, and with either of Pillow's text layouts. The shapes are those of Pillow's bitmap
font (courB08), not NetHack's.
"""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

ATLAS_SHA256 = "5582de63c4d8be4a8f001a077cbacd052170ee4510bc0ab5b91485186692df40"
"""Of the atlas's bytes in C order."""

CELL = 6
"""Height and width in pixels of a character."""


@cache
def glyph_atlas() -> NDArray[np.uint8]:
    """Return the images of all characters, [256, 16, 6, 6, 3] uint8, read-only.

    By character code and colour (0 to 15): rows of pixels in RGB, 0 to 255. All of colour 0 is black, and so is every
    character that does not print.
    """
    table = files("yendor.models") / "tables" / "atlas.npz"
    with table.open("rb") as file, np.load(file) as archive:
        atlas: NDArray[np.uint8] = archive["atlas"]
    atlas.flags.writeable = False
    return atlas


def render(chars: NDArray[np.uint8], colors: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Draw characters: the reference for faster renderers.

    NLE marks reverse video, such as the headings of menus, by adding 16 to a colour. It is drawn here in the colour
    without the mark (`colors & 15`). The published renderers do not mask: they read past the colours of a character
    into those of the next, and so draw `o` in reverse as a `p`. A network with their weights sees what it saw in
    training with `glyph_atlas().reshape(4096, 6, 6, 3)` indexed by `16 * chars + colors`.

    Args:
        chars: [..., H, W], codes as in NLE's `tty_chars`.
        colors: [..., H, W], as in NLE's `tty_colors`.

    Returns:
        [..., 6 H, 6 W, 3], rows of pixels in RGB. The published networks take [..., 3, 6 H, 6 W], divided by 255.
    """
    cells = glyph_atlas()[chars, colors & 15]  # [..., H, W, 6, 6, 3]
    *leading, height, width = chars.shape
    return np.swapaxes(cells, -4, -3).reshape(*leading, height * CELL, width * CELL, 3)
