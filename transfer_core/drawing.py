"""A drawing on a fine grid, brought to the size and the units of the digits, as these once were."""

from __future__ import annotations

import numpy as np

from transfer_core.arrays import Array

BLOCK = 4  # side of the block whose ink is counted, as for the digits of UCI


def to_ink(drawing: Array, shape: tuple[int, int]) -> Array:
    """Crop a drawing to its ink, fit it into a box, and count the ink of each block.

    Parameters
    ----------
    drawing : bool ndarray of shape (height, width)
        ``True`` is ink.
    shape : (int, int)
        Rows and columns of the result.

    Returns
    -------
    float32 ndarray of shape `shape`
        Shares of ink, 0 to 1; the drawing keeps its proportions and stands in the middle. An empty one stays empty.

    Notes
    -----
    As in ``tools/build_mnist_8x8.py``, which did the same to grey images: crop, fit into 4 x 4 times the result, count.

    Examples
    --------
    >>> stroke = np.zeros((56, 56), bool)
    >>> stroke[10:50, 20:25] = True
    >>> to_ink(stroke, (8, 8)).sum(axis=0).round(2).tolist()
    [0.0, 0.0, 0.0, 4.0, 4.0, 0.0, 0.0, 0.0]
    """
    box = np.zeros((shape[0] * BLOCK, shape[1] * BLOCK), bool)
    rows, columns = np.nonzero(drawing)
    if len(rows):
        ink = drawing[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        scale = min(box.shape[0] / ink.shape[0], box.shape[1] / ink.shape[1])
        height, width = (max(1, round(side * scale)) for side in ink.shape)
        nearest = [
            ((np.arange(new) + 0.5) * old / new).astype(int)
            for new, old in zip((height, width), ink.shape, strict=True)
        ]
        top, left = (box.shape[0] - height) // 2, (box.shape[1] - width) // 2
        box[top : top + height, left : left + width] = ink[np.ix_(*nearest)]
    blocks = box.reshape(shape[0], BLOCK, shape[1], BLOCK)
    shares: Array = blocks.mean(axis=(1, 3), dtype=np.float32)
    return shares
