"""Images of any size and colour, brought to one size in grey."""

from __future__ import annotations

import numpy as np

from transfer_core.arrays import Array
from transfer_core.own_data.limits import Refused

LARGEST = 28
"""Side of the images that are kept."""
SIDES = (8, 12, 16, 20, 24, 28)
"""Sides that images may be reduced to."""
SMALLEST = 4
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)


def grey(images: Array) -> Array:
    """Bring images to shares of white, 0 to 1.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), (n, height, width, c) or (n, c, height, width)
        With c of 1, 3 or 4 colours; bytes, or numbers of any range.

    Examples
    --------
    >>> grey(np.full((1, 4, 4, 3), 255, np.uint8)).shape
    (1, 4, 4)
    """
    if images.ndim == 4 and images.shape[-1] not in (1, 3, 4) and images.shape[1] in (1, 3, 4):
        images = np.moveaxis(images, 1, -1)
    if images.ndim == 4 and images.shape[-1] not in (1, 3, 4):
        raise Refused(f"Images must have 1, 3 or 4 colours, got an array of shape {images.shape}.")
    shares = images.astype(np.float32)
    if images.ndim == 4:
        shares = shares[..., 0] if images.shape[-1] == 1 else shares[..., :3] @ LUMINANCE
    if images.dtype == np.uint8:
        return shares / 255
    known = shares[np.isfinite(shares)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if low >= 0 and high <= 1:
        return shares
    return (shares - min(low, 0.0)) / max(high - min(low, 0.0), 1e-12)


def reduced(images: Array, side: int) -> Array:
    """Cut images to their middle square and reduce them by averaging areas.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    side : int
        No larger than either side of the images.

    Returns
    -------
    float32 ndarray of shape (n, side, side)

    Examples
    --------
    >>> reduced(np.arange(16.0).reshape(1, 4, 4), 2).tolist()
    [[[2.5, 4.5], [10.5, 12.5]]]
    """
    _, height, width = images.shape
    square = min(height, width)
    if square < side:
        raise Refused(f"Images must be at least {side} by {side} pixels, got {height} by {width}.")
    top, left = (height - square) // 2, (width - square) // 2
    cut = images[:, top : top + square, left : left + square]
    if square == side:
        return np.ascontiguousarray(cut, np.float32)
    weights = _overlaps(square, side)
    smaller: Array = weights @ cut.astype(np.float32) @ weights.T
    return smaller


def _overlaps(old: int, new: int) -> Array:
    """Share of each old pixel in each new one, along one side."""
    edges = np.linspace(0, old, new + 1)
    low, high = edges[:-1, None], edges[1:, None]
    pixels = np.arange(old)[None]
    shares = np.clip(np.minimum(high, pixels + 1) - np.maximum(low, pixels), 0, None)
    weights: Array = (shares * new / old).astype(np.float32)
    return weights


def is_dark_on_light(images: Array) -> bool:
    """Whether the edges of most images are light, as those of ink on paper are.

    Examples
    --------
    >>> is_dark_on_light(np.ones((2, 8, 8)))
    True
    """
    edges = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    return bool(np.median(edges) > 0.5)
