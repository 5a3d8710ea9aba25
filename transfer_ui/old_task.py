"""The measures of the old task, told of networks that diverge: those answer nothing.

Their outputs are no numbers, and the core takes them for the first class. Here and not there: the code of its classes
names the stored studies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np

from transfer_core import Params, RunConfig
from transfer_core import old_task as core
from transfer_core.arrays import Array
from transfer_core.training import Measure, Moment

NO_ANSWER = -1
"""In place of a class."""
OldMeasure = core.OldHead | core.OldAnswers | core.Reprobed | core.NewHeadOnOld


@dataclass(frozen=True)
class WithoutAnswers:
    """A measure of the old task that counts what a diverged network says as wrong.

    Attributes
    ----------
    measure : OldHead, OldAnswers, Reprobed or NewHeadOnOld
    """

    measure: OldMeasure

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give what the measure gives: 0 for seeds that have diverged, and `NO_ANSWER` in place of classes."""
        found = self.measure(moment)
        own_head = isinstance(self.measure, core.NewHeadOnOld)
        gone = diverged(moment.params if own_head else moment.params[:-1]) if found else np.zeros(1, bool)
        if not gone.any():
            return found
        if isinstance(self.measure, core.OldAnswers):
            row = gone[self.measure.row]
            return {name: np.where(row, NO_ANSWER, answers).astype(answers.dtype) for name, answers in found.items()}
        return {
            name: np.where(gone.reshape(-1, *[1] * (values.ndim - 1)), 0.0, values) for name, values in found.items()
        }

    def n_bytes(self, config: RunConfig) -> int:
        """As many as the measure's."""
        return self.measure.n_bytes(config)


def diverged(params: Params) -> Array:
    """Whether a network holds something that is no number, ``(n_seeds,)``.

    Examples
    --------
    >>> from transfer_core import Layer
    >>> diverged((Layer(np.array([[[1.0]], [[np.inf]]]), np.zeros((2, 1))),)).tolist()
    [False, True]
    """
    finite = [np.isfinite(layer.weights).all(axis=(-2, -1)) & np.isfinite(layer.bias).all(axis=-1) for layer in params]
    return np.asarray(~np.all(finite, axis=0))


def old_task_measures(config: RunConfig) -> tuple[Measure, ...]:
    """All measures of the old task, for a run of this configuration."""
    return tuple(WithoutAnswers(cast(OldMeasure, measure)) for measure in core.old_task_measures(config))
