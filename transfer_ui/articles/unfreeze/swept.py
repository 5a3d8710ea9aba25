"""Which unfreeze epochs are tried, and the visitor's own among them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from transfer_core import RunConfig, RunResult

N_SWEPT = 9


def sweep_epochs(config: RunConfig) -> tuple[int, ...]:
    """Choose the unfreeze epochs to try, evenly from 0 to the end.

    Examples
    --------
    >>> sweep_epochs(RunConfig(n_epochs=8, unfreeze_epoch=3))
    (0, 1, 2, 3, 4, 5, 6, 7, 8)
    """
    even = np.linspace(0, config.n_epochs, N_SWEPT).round().astype(int).tolist()
    return tuple(sorted(set(even)))


def with_present(swept: Mapping[str, RunResult], progressive: RunResult) -> dict[str, RunResult]:
    """Add the present choice, which has been trained anyway, to the others; in order."""
    points = {**swept, str(progressive.config.unfreeze_epoch): progressive}
    return {epoch: points[epoch] for epoch in sorted(points, key=int)}
