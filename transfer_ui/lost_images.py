"""Which old classes an arm has lost, and which of their images: the old head had them right and has them wrong now."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array, Examples
from transfer_core.config import RunConfig
from transfer_core.experiment import RunResult
from transfer_core.splits import source_data
from transfer_ui.old_task import NO_ANSWER

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
        What the old head says now, one for each of them that gets an answer: a network that diverged gives none.
    n_lost, n_right : int
        How many in all, and how many of the class were right before.
    """

    label: str
    images: Array
    taken_for: tuple[str, ...]
    n_lost: int
    n_right: int


def lost_by_class(result: RunResult) -> Array:
    """Accuracy that the old head has lost at each look, mean over the seeds, ``(n_looks, n_classes)``."""
    by_class = result.measured["source_class_accuracy"].values.mean(axis=1)
    loss: Array = by_class[0] - by_class
    return loss


def in_order(result: RunResult) -> list[int]:
    """List the old classes, the one that has lost most first."""
    return [int(index) for index in np.argsort(-lost_by_class(result)[-1], kind="stable")]


def old_images(config: RunConfig) -> Examples:
    """Get the test images of the source that the first seed's old head is asked about."""
    inputs, labels = source_data(config.pair, config.seeds[:1]).test  # one seed: quicker
    return Examples(inputs[0], labels[0])


def lost_images(result: RunResult, images: Examples) -> list[Lost]:
    """Find them in the first seed, for the classes that have lost most.

    Parameters
    ----------
    result : RunResult
        With what `transfer_ui.old_task.old_task_measures` gives.
    images : Examples
        Of `old_images`.
    """
    pair, source = result.config.pair, result.config.pair.source
    assert source is not None
    before, after = result.measured["old_answers"].values[[0, -1]]
    found = []
    for index in in_order(result)[:MOST_CLASSES]:
        was_right = (images.labels == index) & (before == index)
        places = np.flatnonzero(was_right & (after != index))
        if places.size:
            shown = places[:MOST_IMAGES]
            names = tuple(source.classes[answer] for answer in after[shown] if answer != NO_ANSWER)
            shapes = images.inputs[shown].reshape(-1, *pair.image_shape)
            found.append(Lost(source.classes[index], shapes, names, len(places), int(was_right.sum())))
    return found
