"""Student's t distribution: what few seeds allow one to say about a mean.

SciPy has it too, and the tests compare with it; but importing that takes longer than drawing a page.
"""

from __future__ import annotations

from functools import cache
from math import atan, cos, pi, sin, sqrt, tan

CONFIDENCE = 0.95


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


def student_tail(t: float, degrees: int) -> float:
    """Probability that Student's t is larger than a value.

    Parameters
    ----------
    t : float
    degrees : int
        Degrees of freedom, 1 or more.

    Returns
    -------
    float

    Examples
    --------
    >>> student_tail(0.0, 9), round(student_tail(2.262157, 9), 4)
    (0.5, 0.025)
    """
    outside = 1 - _share_within(atan(abs(t) / sqrt(degrees)), degrees)
    return max(outside, 0.0) / 2 if t > 0 else 1 - max(outside, 0.0) / 2


def _share_within(angle: float, degrees: int) -> float:
    """Probability that t lies within the angle, by the series for an odd or an even number of degrees."""
    odd = degrees % 2
    term, total = (cos(angle), 0.0) if odd else (1.0, 0.0)
    for power in range(1 + odd, degrees, 2):
        total += term
        term *= cos(angle) ** 2 * power / (power + 1)
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total
