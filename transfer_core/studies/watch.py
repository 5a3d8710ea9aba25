"""A training that is watched: how steady it is, and how far it moves the network when the backbone is freed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transfer_core.arms import Arm
from transfer_core.arrays import Array, Params, layer_norms
from transfer_core.config import RunConfig
from transfer_core.measures import Curves, relative_change, target_accuracies
from transfer_core.schedules import Schedule
from transfer_core.studies.study import Reading

FIRST_EPOCHS = 5  # after the backbone is freed


@dataclass(frozen=True)
class Watch:
    """Train one arm on the target task, measure it at the end and watch it on the way.

    Attributes
    ----------
    arm : Arm
    """

    arm: Arm

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give the accuracies in the end, how far accuracy fell on the way, and how far the layers moved.

        ``total_fall`` is of the accuracy on the validation images. ``head_moved`` and ``backbone_moved`` are taken over
        the first epochs in which the whole backbone learns, relative to the norms at their start; they are missing
        if it never does.
        """
        freed = freed_at(self.arm.schedule)
        curve, before, after = [], None, None
        for epoch in self.arm.epochs(config, (Curves(("val",)),)):
            curve.append(epoch.metrics["val_accuracy"])
            params = epoch.params
            if freed is not None and epoch.number == freed:
                before = params
            if freed is not None and epoch.number <= freed + FIRST_EPOCHS:
                after = params
        values = {**target_accuracies(config, params), "total_fall": total_fall(np.stack(curve, axis=-1))}
        if before is not None and after is not None:
            values |= _moved(before, after)
        return [Reading({}, values)]


def freed_at(schedule: Schedule) -> int | None:
    """Find the epoch after which every layer learns.

    Examples
    --------
    >>> from transfer_core.strategies import STRATEGIES
    >>> config = RunConfig(unfreeze_epoch=20)
    >>> [freed_at(STRATEGIES[name].build(config)) for name in ("end_to_end", "progressive_unfreezing", "feature_extraction")]
    [0, 20, None]
    """
    number = 0
    for phase in schedule:
        if phase.first_trainable == 0:
            return number
        number += phase.n_epochs
    return None


def total_fall(curve: Array) -> Array:
    """Add up how far a curve falls from one epoch to the next, over all epochs in which it does.

    Parameters
    ----------
    curve : ndarray of shape (n_seeds, n_epochs + 1)

    Returns
    -------
    ndarray of shape (n_seeds,)

    Examples
    --------
    >>> total_fall(np.array([[0.25, 0.75, 0.5, 0.25], [0.0, 0.25, 0.25, 0.5]])).tolist()
    [0.5, 0.0]
    """
    return np.asarray(np.maximum(-np.diff(curve, axis=-1), 0).sum(axis=-1))


def _moved(before: Params, after: Params) -> dict[str, Array]:
    """Relative change of the head, and the mean of that of the backbone's layers."""
    moved = relative_change(after, before, layer_norms(before))
    return {"head_moved": moved[:, -1], "backbone_moved": moved[:, :-1].mean(axis=-1)}
