"""The images that the old head had right and has wrong now."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st

from transfer_core import RunResult
from transfer_core.arrays import Array
from transfer_core.splits import source_data
from transfer_ui.charts.old_classes import in_order
from transfer_ui.charts.samples import strip
from transfer_ui.sentences import count

MOST_CLASSES, MOST_IMAGES = 3, 8


class Lost(NamedTuple):
    """Images of one old class that were right before and are wrong after.

    Attributes
    ----------
    label : str
        Name of their class.
    images : ndarray of shape (n, height, width)
        The first few.
    taken_for : tuple of str
        What the old head says now, one for each of them.
    n_lost, n_right : int
        How many in all, and how many of the class were right before.
    """

    label: str
    images: Array
    taken_for: tuple[str, ...]
    n_lost: int
    n_right: int


def lost_images(result: RunResult) -> list[Lost]:
    """Find them in the first seed, for the classes that have lost most.

    Parameters
    ----------
    result : RunResult
        With `transfer_core.old_task.OldHead` and `transfer_core.old_task.OldAnswers`.
    """
    config = result.config
    source, examples = config.pair.source, source_data(config.pair, config.seeds[:1]).test  # one seed: quicker
    assert source is not None
    before, after = result.measured["old_answers"].values[[0, -1]]
    labels = examples.labels[0]
    found = []
    for index in in_order(result)[:MOST_CLASSES]:
        was_right = (labels == index) & (before == index)
        places = np.flatnonzero(was_right & (after != index))
        if places.size:
            shown = places[:MOST_IMAGES]
            images = examples.inputs[0, shown].reshape(-1, *config.pair.image_shape)
            names = tuple(source.classes[answer] for answer in after[shown])
            found.append(Lost(source.classes[index], images, names, len(places), int(was_right.sum())))
    return found


def show(found: list[Lost]) -> None:
    """Draw them, one strip per class."""
    if not found:
        st.caption("In the first seed, no image of the classes above was right before and is wrong now.")
        return
    for column, one in zip(st.columns(MOST_CLASSES), found, strict=False):
        caption = (
            f"Class {one.label}: {one.n_lost} of the {count(one.n_right, 'image')} that were right are wrong now. "
            f"These are now taken for {', '.join(one.taken_for)}."
        )
        blank = np.zeros((MOST_IMAGES - len(one.images), *one.images.shape[1:]))  # few images are not drawn larger
        column.image(strip(np.concatenate([one.images, blank])), caption=caption, alt=caption)
