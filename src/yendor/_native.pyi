"""Compiled kernels; each has a plain Python reference that the tests hold it against."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

def flood(walkable: NDArray[np.uint8], diagonal: NDArray[np.uint8], row: int, column: int) -> NDArray[np.int16]:
    """Return walking distances [rows, columns] from a cell; -1 where unreachable.

    Args:
        walkable: [rows, columns], nonzero where a step may end.
        diagonal: [rows, columns], zero at doorways: no diagonal step starts or ends there.
        row: The start's row; the start need not be walkable.
        column: The start's column.

    Raises:
        ValueError: Different shapes, or more than 126 rows or 127 columns.
        IndexError: The start lies outside.
    """

def first_step(
    walkable: NDArray[np.uint8], diagonal: NDArray[np.uint8], row: int, column: int, goal_row: int, goal_column: int
) -> int:
    """Return the first step of a shortest way as an action index, 0 to 7; -1 without a way.

    Raises:
        ValueError: Different shapes, or more than 126 rows or 127 columns.
        IndexError: Start or goal lies outside.
    """

# The planes of `yendor.belief.planes`, where the plain references say what each does. All raise ValueError for planes
# of different shapes.
def where(mask: NDArray[np.bool_]) -> list[tuple[int, int]]: ...
def find(plane: NDArray[np.uint8], codes: int) -> list[tuple[int, int]]: ...
def within(plane: NDArray[np.uint8], codes: int, distances: NDArray[np.int16]) -> list[tuple[int, int, int]]: ...
def look_up(table: NDArray[np.uint8], glyphs: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Raises IndexError for a glyph outside the table."""

def cover(
    codes: NDArray[np.uint8], terrain: NDArray[np.uint8], lasting: int, covering: int, doubtful: int, floor: int
) -> None: ...
def mark(mask: NDArray[np.bool_], table: NDArray[np.bool_], glyphs: NDArray[np.int16]) -> None:
    """Raises IndexError for a glyph outside the table."""

def notice(
    glyphs: NDArray[np.int16], codes: NDArray[np.uint8], left: NDArray[np.int16], monster: int, item: int
) -> list[tuple[int, int]]: ...
def survey(
    terrain: NDArray[np.uint8],
    blocked: NDArray[np.int32],
    straight: NDArray[np.int32],
    shop: NDArray[np.bool_],
    walkable: int,
    doors: int,
    turn: int,
    row: int,
    column: int,
    closed: list[tuple[int, int]],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int16], int]:
    """Raises IndexError when the hero or a closed square lies outside."""

def promise(
    terrain: NDArray[np.uint8],
    searched: NDArray[np.int16],
    shop: NDArray[np.bool_],
    rooted: list[tuple[int, int]],
    solid: int,
    corridors: int,
    walkable: int,
    fade: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Raises IndexError when a rooted square lies outside, ValueError for an empty `fade`."""

def frontier(
    terrain: NDArray[np.uint8],
    seen: NDArray[np.bool_],
    visited: NDArray[np.bool_],
    passed: NDArray[np.bool_],
    shop: NDArray[np.bool_],
    distances: NDArray[np.int16],
) -> NDArray[np.bool_]: ...
def nearest(mask: NDArray[np.bool_], distances: NDArray[np.int16]) -> int: ...
def box_sum(values: NDArray[np.float64], radius: int) -> NDArray[np.float64]: ...

class Status:
    """Whether a reader wants data (`hungry`), has a frame (`ready`), is at its end, or met a malformed record."""

    hungry: Status
    ready: Status
    ended: Status
    broken: Status

class Terminal:
    """A terminal's screen: `nle` as NLE's converter draws it, otherwise as real terminals do.

    Raises:
        ValueError: An impossible size or version; in `load`, bytes that are no keyframe of this terminal.
    """

    def __init__(self, rows: int, columns: int, nle: bool, version: int) -> None: ...
    def reset(self) -> None: ...
    def write(self, data: bytes) -> None: ...
    def screen(self) -> tuple[bytes, bytes, int, int]:
        """Return characters, colours, and the cursor's row and column."""
    def save(self) -> bytes: ...
    def load(self, data: bytes) -> None: ...

class Reader:
    """Plays games frame by frame, from ttyrec records or from the store's blocks."""

    status: Status
    frame: int
    trouble: str
    def __init__(
        self, rows: int, columns: int, nle: bool, version: int, action_of_key: NDArray[np.int16]
    ) -> None: ...
    def open_records(
        self,
        gameid: int,
        version: int,
        has_labels: bool,
        labels: NDArray[np.int16],
        label_map: NDArray[np.int16],
    ) -> None: ...
    def open_blocks(self, gameid: int, has_labels: bool, label_map: NDArray[np.int16], first_frame: int) -> None: ...
    def next_file(self) -> None: ...
    def feed(self, data: bytes) -> None: ...
    def finish(self, whole: bool) -> None: ...
    def skip(self, count: int) -> int: ...

class Targets:
    """The arrays that `fill` writes to, checked once: [T, B, ...], or [B, T, ...] without `time_first`."""

    def __init__(
        self,
        chars: NDArray[np.uint8],
        colors: NDArray[np.int8],
        cursor: NDArray[np.int16],
        timestamps: NDArray[np.int64],
        keypresses: NDArray[np.uint8],
        scores: NDArray[np.int32],
        rewards: NDArray[np.int32],
        actions: NDArray[np.int16],
        labels: NDArray[np.int16],
        gameids: NDArray[np.int64],
        is_first: NDArray[np.bool_],
        mask: NDArray[np.bool_],
        time_first: bool,
    ) -> None: ...

def fill(readers: Sequence[Reader], at: NDArray[np.int64], targets: Targets) -> list[int]:
    """Fill each row b from step at[b] on, moving at[b]; return the rows whose readers are not ready afterwards."""

class Packer:
    """Turns a game's records into blocks of the store."""

    frames: int
    keys: int
    differing_cells: int
    trouble: str
    def __init__(self, rows: int, columns: int, nle: bool, version: int, block_frames: int) -> None: ...
    def set_labels(self, labels: NDArray[np.int16]) -> None: ...
    def next_file(self) -> None: ...
    def feed(self, data: bytes) -> None: ...
    def finish(self, whole: bool) -> None: ...
    def take(self) -> list[tuple[int, int, int, bytes]]:
        """Return the blocks finished so far: first frame, frames, frame hash, bytes."""

def hash_block(data: bytes, rows: int, columns: int, nle: bool, version: int) -> int:
    """Draw a block from its keyframe and return the hash of its frames.

    Raises:
        ValueError: The bytes are no block.
    """

def block_columns(data: bytes) -> tuple[bytes, bytes, bytes, bytes, bytes, bytes]:
    """Return keys, int64 times, int32 scores, int16 labels, uint32 lengths and the text of a block.

    Raises:
        ValueError: The bytes are no block.
    """

class Scan:
    """Counts what a file's records hold, without drawing."""

    trouble: str
    frames: int
    microseconds: int
    score: int | None
    keys: bytes
    strategies: bytes
    rows: int
    columns: int
    def __init__(self, version: int) -> None: ...
    def feed(self, data: bytes) -> None: ...
    def finish(self) -> None: ...

class Extent:
    """Measures the terminal that a version 1 recording was made on."""

    rows: int
    columns: int
    def __init__(self) -> None: ...
    def feed(self, data: bytes) -> None: ...

def bzip_blocks(data: bytes) -> tuple[bool, bool, int, list[tuple[int, int, int, bool, int]]]:
    """Return: is a mark or sum wrong, is it whole, its streams; of each block bits, level, completeness, stream."""

def bzip_ends(data: bytes, begin: int) -> list[int]:
    """Return bits at which the block may end whose next mark is damaged or cut off."""

def bzip_block(data: bytes, begin: int, end: int, level: int) -> bytes:
    """Return one block as a bzip2 file of its own.

    Raises:
        ValueError: No block lies between these bits.
    """

class Scribe:
    """Says in English what observations show; `message` is the rule: 0 the wrapper's, 1 its main branch's, 2 clean."""

    def __init__(
        self,
        text: list[str],
        plural: list[int],
        anywhere: NDArray[np.int16],
        nearby: NDArray[np.int16],
        blocks: NDArray[np.uint8],
        clean: bool,
        message: int,
    ) -> None: ...
    def describe(
        self,
        glyphs: np.ndarray,
        blstats: np.ndarray,
        tty_chars: np.ndarray,
        inv_strs: np.ndarray,
        inv_letters: np.ndarray,
        tty_cursor: np.ndarray,
    ) -> list[tuple[str, str, str, str, str]]:
        """Return statistics, glyphs, message, inventory and cursor of each of N observations.

        Raises:
            ValueError: Shapes that do not fit.
            IndexError: A glyph outside the table, a hero outside the map.
        """

    def glyphs(self, glyphs: np.ndarray, blstats: np.ndarray, positions: bool = False) -> list[str]:
        """Return what is seen on each of N maps: by distance and direction, or by position."""

def diff_lines(before: str, after: str) -> str:
    """Return the hunks of difflib's unified diff with n=0 that turn one text into the other."""

def diff_chain(texts: list[str]) -> list[str]:
    """Return the hunks from each text to the next."""
