"""Paired comparisons, and the verdict they allow.

Strategies share split, head, minibatch order and budget within a seed, so their accuracies are
compared seed by seed. A verdict is a value; `transfer_core.wording.verdict_sentence` is the one place that words it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import erf, sqrt
from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_core.resampling import resamples, student_quantile
from transfer_core.selection import contenders

MIN_SEEDS = 6
"""Below this no test at 5 % can be passed, even if every seed agrees: 2 / 2**5 is more than 0.05."""


class Interval(NamedTuple):
    """A mean with its bootstrap interval.

    Attributes
    ----------
    mean, low, high : float
        With fewer than two values the interval is unknown: ``low`` and ``high`` are NaN.
    """

    mean: float
    low: float
    high: float


class Gap(NamedTuple):
    """How much better one arm is than another, seed by seed.

    Attributes
    ----------
    interval : Interval
        Of the paired differences.
    wins, losses, n : int
        Seeds in which the first arm is ahead, those in which it is behind, and all seeds.
    """

    interval: Interval
    wins: int
    losses: int
    n: int

    @property
    def sign(self) -> int:
        """1 or -1 if the interval lies on one side of zero, 0 if it contains zero or there are too few seeds."""
        if self.n < MIN_SEEDS:
            return 0
        return int(self.interval.low > 0) - int(self.interval.high < 0)

    @property
    def is_nothing(self) -> bool:
        """Whether both arms are equal in every seed."""
        return self.wins == self.losses == 0 and self.interval.mean == 0


class Verdict(NamedTuple):
    """What a comparison allows us to say.

    Attributes
    ----------
    leader : str
        The arm with the highest mean.
    gaps : dict of str to Gap
        Leader minus each other arm, the closest first. Each is judged alone; `tied` judges them together.
    contenders : tuple of str
        Arms that may be the best, from `transfer_core.selection.contenders`; the leader is one of them.
    """

    leader: str
    gaps: dict[str, Gap]
    contenders: tuple[str, ...]

    @property
    def closest(self) -> tuple[str, Gap]:
        """The arm next to the leader, and the gap to it."""
        return next(iter(self.gaps.items()))

    @property
    def tied(self) -> tuple[str, ...]:
        """Arms that may be as good as the leader, which was chosen by the very seeds that judge it."""
        return tuple(name for name, gap in self.gaps.items() if name in self.contenders or gap.sign <= 0)

    @property
    def inconclusive(self) -> bool:
        """Whether some other arm cannot be told apart from the leader."""
        return bool(self.tied)


def mean_interval(values: Array) -> Interval:
    """Mean and bootstrap 95 % interval.

    Parameters
    ----------
    values : ndarray of shape (n,)
        One value per seed.

    Returns
    -------
    Interval

    Notes
    -----
    The percentile interval of a mean of few values is too short, as if the normal quantile stood where
    Student's belongs and n where n - 1 does. The expanded percentile interval asks the bootstrap for the
    level that makes up for both.

    References
    ----------
    Efron, Tibshirani (1993), "An Introduction to the Bootstrap", chapter 13. Hesterberg (2015), "What
    teachers should know about the bootstrap", section 4.3, arXiv:1411.5279.

    Examples
    --------
    >>> interval = mean_interval(np.array([0.1, 0.2, 0.3]))
    >>> bool(interval.low < interval.mean < interval.high)
    True
    """
    return _mean_interval(tuple(np.asarray(values, dtype=float).tolist()))


# A running study asks for the same intervals again and again.
@lru_cache(maxsize=5000)
def _mean_interval(values: tuple[float, ...]) -> Interval:
    mean, n = float(np.mean(values)), len(values)
    if n < 2 or not np.isfinite(values).all():
        return Interval(mean, np.nan, np.nan)
    # The error function of z / sqrt(2) is the share of a normal distribution within z standard deviations.
    level = erf(student_quantile(n - 1) * sqrt(n / (n - 1)) / sqrt(2))
    means = np.array(values)[resamples(n)].mean(axis=-1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(mean, float(low), float(high))


def mean_band(values: Array) -> tuple[Array, Array, Array]:
    """Mean over the first axis with its 95 % interval, point by point, for curves.

    Parameters
    ----------
    values : ndarray of shape (n_seeds, ...)

    Returns
    -------
    tuple of ndarray of shape (...)
        Mean, low, high: Student's t interval, which needs no resampling. One seed gives no width.

    Examples
    --------
    >>> mean, low, high = mean_band(np.array([[1.0, 2.0], [3.0, 2.0]]))
    >>> mean.tolist(), bool(low[0] < 2 < high[0]), float(high[1] - low[1])
    ([2.0, 2.0], True, 0.0)
    """
    values = np.asarray(values, dtype=float)
    mean = values.mean(axis=0)
    if len(values) < 2:
        return mean, mean, mean
    with np.errstate(invalid="ignore", over="ignore"):
        half = student_quantile(len(values) - 1) * values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return mean, mean - half, mean + half


def paired_gap(ours: Array, theirs: Array) -> Gap:
    """Compare two arms over the same seeds.

    Parameters
    ----------
    ours, theirs : ndarray of shape (n,)
        Entry ``s`` of both comes from seed ``s``.

    Returns
    -------
    Gap

    Raises
    ------
    ValueError
        If the lengths differ.

    Examples
    --------
    >>> gap = paired_gap(np.array([0.9, 0.8, 0.9]), np.array([0.8, 0.7, 0.9]))
    >>> gap.wins, gap.losses, gap.n
    (2, 0, 3)
    """
    if len(ours) != len(theirs):
        raise ValueError(f"arms must have the same seeds, got {len(ours)} and {len(theirs)} values")
    differences = np.asarray(ours, dtype=float) - np.asarray(theirs, dtype=float)
    return Gap(mean_interval(differences), int((differences > 0).sum()), int((differences < 0).sum()), len(differences))


def verdict(scores: Mapping[str, Array]) -> Verdict:
    """Find the leader and how clearly it leads.

    Parameters
    ----------
    scores : mapping of str to ndarray of shape (n,)
        At least two arms over the same seeds; higher is better. An arm without a number never leads.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> scores = {"a": np.array(2 * [0.9, 0.8, 0.9]), "b": np.array(2 * [0.5, 0.4, 0.6])}
    >>> found = verdict(scores)
    >>> found.leader, found.inconclusive
    ('a', False)
    """
    if len(scores) < 2:
        raise ValueError(f"scores must hold at least two arms, got {list(scores)}")
    leader = max(scores, key=lambda name: float(np.nan_to_num(np.mean(scores[name]), nan=-np.inf)))
    gaps = {name: paired_gap(scores[leader], scores[name]) for name in scores if name != leader}
    closest_first = sorted(gaps.items(), key=lambda item: item[1].interval.mean)
    numbers = [name for name, values in scores.items() if np.isfinite(values).all()]
    positions = contenders(np.stack([scores[name] for name in numbers], axis=-1)) if numbers else ()
    return Verdict(leader, dict(closest_first), tuple(numbers[position] for position in positions))
