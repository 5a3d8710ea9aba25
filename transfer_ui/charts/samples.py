"""Sample images of the source and the target task, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from transfer_core.arrays import Array

SCALE = 7  # screen pixels per image pixel
MOST_PIXELS = 70  # on the screen, of an image: larger ones are drawn smaller
GAP = 1  # pixels of paper between two images


def strip(images: Array, scale: int = SCALE) -> Array:
    """Lay images in a row, dark ink on white paper.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Share of ink, 0 to 1.
    scale : int
        Screen pixels per image pixel.

    Returns
    -------
    uint8 ndarray of shape (height, width)

    Examples
    --------
    >>> strip(np.zeros((2, 8, 8))).shape
    (70, 133)
    """
    framed = np.pad(images, ((0, 0), (GAP, GAP), (0, GAP)))
    row = np.pad(np.concatenate(list(framed), axis=1), ((0, 0), (GAP, 0)))
    grey = np.clip(255 * (1 - row), 0, 255).astype(np.uint8)
    return np.kron(grey, np.ones((scale, scale), np.uint8))


def show_samples(
    samples: Mapping[str, tuple[str, list[str], Array]], write: Callable[[str, str], object] | None = None
) -> None:
    """Draw both tasks, one image per class.

    Parameters
    ----------
    samples : mapping of str to (str, list of str, ndarray)
        Role -> title of the task, class names, images.
    write : callable, optional
        Writes a caption that holds words of a visitor's; by default it stands under the image.
    """
    words = {"source": "Source task", "target": "Target task"}
    for column, (role, (title, classes, images)) in zip(st.columns(len(samples)), samples.items(), strict=True):
        caption = f"{words[role]}: {title} ({', '.join(classes)})"
        scale = max(1, MOST_PIXELS // max(images.shape[1:]))
        with column:
            st.image(strip(images, min(SCALE, scale)), caption=None if write else caption, alt=caption)
            if write:
                write(caption, f"sample_{role}")
