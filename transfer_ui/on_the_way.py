"""What a comparison measures while it trains. Here and not in the core: the code of its classes names the stored studies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from transfer_core import Params, RunConfig, RunResult
from transfer_core.arrays import Array, Examples
from transfer_core.examples import source_of
from transfer_core.measures import DEFAULT_MEASURES, measured_accuracy, snapshot_epochs
from transfer_core.pretraining import pretrain
from transfer_core.training import Measure, Moment

SERIES = "source_on_the_way"
N_IMAGES = 100
"""Of the old task's test, per seed: so few that a comparison takes less than a tenth longer."""


@dataclass(frozen=True)
class OldTaskOnTheWay:
    """The old head on the backbone as it moves, on a sample of the old task's test images: a glance, in every comparison.

    With all of them, three looks would take a tenth of a comparison.

    Attributes
    ----------
    config : RunConfig
        That of the run; its scenario has a source.
    most : int
        Look at most this often, at even distances, before the first epoch and after the last one too.
    """

    config: RunConfig
    most: int = 13

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``source_on_the_way``, ``(n_seeds,)``; NaN for a backbone that never knew the old task."""
        if moment.number not in snapshot_epochs(moment.n_epochs, self.most):
            return {}
        backbone, pretrained = moment.params[:-1], pretrain(self.config).params[:-1]
        if not _same(moment.start[:-1], pretrained):
            return {SERIES: np.full(self.config.n_seeds, np.nan)}
        if all(layer is old for layer, old in zip(backbone, moment.start[:-1], strict=True)):
            return {SERIES: _before(self.config)}
        return {SERIES: on_sample(self.config, backbone)}

    def n_bytes(self, config: RunConfig) -> int:
        """One number per seed and look."""
        return 8 * config.n_seeds * self.most


def sample(config: RunConfig) -> Examples:
    """Take the first of the old task's test images, which stand in random order.

    Examples
    --------
    >>> sample(RunConfig(n_seeds=2)).labels.shape
    (2, 100)
    """
    inputs, labels = source_of(config).test
    return Examples(inputs[..., :N_IMAGES, :], labels[..., :N_IMAGES])


def on_sample(config: RunConfig, backbone: Params) -> Array:
    """Accuracy of the old head on `sample`, ``(n_seeds,)``."""
    return measured_accuracy((*backbone, pretrain(config).params[-1]), sample(config))


def kept_by_epoch(result: RunResult) -> tuple[tuple[int, ...], Array]:
    """Say what the old head still gets right, on the way and at the end.

    A sample of the images lies a little above or below all of them. Both ends are measured on all, and between them the
    sample is moved by what it is off there.

    Returns
    -------
    epochs : tuple of int
        From 0 to the last that ran.
    kept : ndarray of shape (n_seeds, len(epochs))
        0 to 1.
    """
    before, after, last = result.source_accuracy_before, result.source_accuracy_after, result.n_epochs
    if SERIES not in result.measured:  # a visitor's data, for one: nothing looked at the old task on the way
        return (0, last), np.stack([before, after], axis=1)
    epochs, sampled = result.measured[SERIES]
    off = before - sampled[0]
    off_at_end = after - sampled[-1] if epochs[-1] == last else off
    share = np.array(epochs)[:, None] / max(last, 1)
    kept = sampled + (1 - share) * off + share * off_at_end
    if epochs[-1] < last:  # stopped between two looks
        epochs, kept = (*epochs, last), np.vstack([kept, after])
    return epochs, kept.T


def measures_of(config: RunConfig) -> tuple[Measure, ...]:
    """Name what every comparison measures at these settings."""
    return (*DEFAULT_MEASURES, OldTaskOnTheWay(config)) if config.has_old_task else DEFAULT_MEASURES


def _same(one: Params, other: Params) -> bool:
    pairs = [(a, b) for layers in zip(one, other, strict=True) for a, b in zip(*layers, strict=True)]
    return all(a is b or np.array_equal(a, b) for a, b in pairs)


@lru_cache(maxsize=2)
def _before(config: RunConfig) -> Array:
    return on_sample(config, pretrain(config).params[:-1])
