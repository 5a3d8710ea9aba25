"""Many claims at once: some would pass a test at 5 % by luck, so their p-values are raised by the number of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

RATE = 0.05
"""Share of the verdicts that may be false discoveries, on average."""


def benjamini_hochberg(p: Mapping[str, float]) -> dict[str, float]:
    """Adjust p-values so that of those below a rate at most that share is false, on average.

    Parameters
    ----------
    p : mapping of str to float
        By claim, 0 to 1.

    Returns
    -------
    dict of str to float
        In the same order; never below the p-value itself.

    References
    ----------
    Benjamini and Hochberg (1995), "Controlling the false discovery rate: a practical and powerful approach to
    multiple testing", Journal of the Royal Statistical Society B 57.

    Examples
    --------
    >>> benjamini_hochberg({"a": 0.03, "b": 0.01, "c": 0.5})
    {'a': 0.045, 'b': 0.03, 'c': 0.5}
    """
    falling = sorted(p, key=lambda name: p[name], reverse=True)
    raised = [p[name] * len(p) / (len(p) - place) for place, name in enumerate(falling)]
    adjusted = dict(zip(falling, accumulate(raised, min), strict=True))
    return {name: min(1.0, adjusted[name]) for name in p}


def holm(p: Mapping[str, float]) -> dict[str, float]:
    """Adjust p-values so that at 5 % not even one false verdict is likely: stricter than `benjamini_hochberg`.

    Parameters
    ----------
    p : mapping of str to float

    Returns
    -------
    dict of str to float

    References
    ----------
    Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.

    Examples
    --------
    >>> holm({"a": 0.03, "b": 0.01, "c": 0.5})
    {'a': 0.06, 'b': 0.03, 'c': 0.5}
    """
    rising = sorted(p, key=lambda name: p[name])
    raised = [p[name] * (len(p) - place) for place, name in enumerate(rising)]
    adjusted = dict(zip(rising, accumulate(raised, max), strict=True))
    return {name: min(1.0, adjusted[name]) for name in p}
