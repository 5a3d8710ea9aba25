"""Drawing seeds anew, and the quantile that few seeds need: what intervals are made of.

SciPy has both, and the tests compare with it; but importing it takes longer than drawing a page.
"""

from __future__ import annotations

from functools import cache, lru_cache
from math import cos, pi, sin, sqrt, tan

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


@cache
def student_quantile(degrees: int) -> float:
    """Find how far from zero 95 % of Student's t distribution reaches, on both sides together.

    Parameters
    ----------
    degrees : int
        Degrees of freedom, 1 or more.

    Returns
    -------
    float

    Notes
    -----
    For a whole number of degrees the share within ``t`` is a finite sum in the angle ``atan(t / sqrt(degrees))``; it
    rises with the angle, so halving the range finds it to the last bit.

    References
    ----------
    Abramowitz, Stegun (1964), "Handbook of mathematical functions", 26.7.3 and 26.7.4.

    Examples
    --------
    >>> round(student_quantile(9), 3), round(student_quantile(1000), 2)
    (2.262, 1.96)
    """
    low, high = 0.0, pi / 2
    while low < (middle := (low + high) / 2) < high:
        if _share_within(middle, degrees) < CONFIDENCE:
            low = middle
        else:
            high = middle
    return sqrt(degrees) * tan(low)


def _share_within(angle: float, degrees: int) -> float:
    """Probability that t lies within the angle, by the series for an odd or an even number of degrees."""
    odd = degrees % 2
    term, total = (cos(angle), 0.0) if odd else (1.0, 0.0)
    for power in range(1 + odd, degrees, 2):
        total += term
        term *= cos(angle) ** 2 * power / (power + 1)
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total
