"""Compiled kernels; each has a plain Python reference that the tests hold it against."""

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
        ValueError: Different shapes, or more than 32,767 cells.
        IndexError: The start lies outside.
    """
