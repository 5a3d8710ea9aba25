"""Drawing seeds anew: what the interval of anything but a mean is made of."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from transfer_core.arrays import Array

N_RESAMPLES = 5000
CONFIDENCE = 0.95


@lru_cache(maxsize=4)
def resamples(n: int, n_resamples: int = N_RESAMPLES) -> Array:
    """Draw seeds with replacement, the same draws whenever they are asked for.

    Parameters
    ----------
    n : int
        Seeds there are.
    n_resamples : int, default 5000

    Returns
    -------
    int ndarray of shape (n_resamples, n)
        Positions, read-only.

    Examples
    --------
    >>> resamples(10).shape, int(resamples(10).max())
    ((5000, 10), 9)
    """
    drawn = np.random.default_rng(0).integers(n, size=(n_resamples, n))
    drawn.setflags(write=False)
    return drawn
