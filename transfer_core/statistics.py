"""Paired comparisons, and the verdict they allow.

Strategies share split, head, minibatch order and budget within a seed, so their accuracies are
compared seed by seed. A verdict is a value; `transfer_core.wording.verdict_sentence` is the one place that words it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_core.selection import contenders
from transfer_core.student import student_quantile, student_tail

MIN_SEEDS = 6
"""Below this no test at 5 % can be passed, even if every seed agrees: 2 / 2**5 is more than 0.05."""


class Interval(NamedTuple):
    """A mean with its 95 % interval.

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
    differences : tuple of float
        Seed by seed; empty where only the summary is known.
    """

    interval: Interval
    wins: int
    losses: int
    n: int
    differences: tuple[float, ...] = ()

    @property
    def sign(self) -> int:
        """1 or -1 if the interval lies on one side of zero, 0 if it contains zero or too few seeds differ."""
        if self.n < MIN_SEEDS or self.mostly_ties:
            return 0
        return int(self.interval.low > 0) - int(self.interval.high < 0)

    def p_beyond(self, margin: float = 0.0, side: int = 1) -> float:
        """Probability of a mean at least this far beyond a margin if the true one did not lie beyond it.

        Parameters
        ----------
        margin : float, default 0
        side : {1, -1}
            Above the margin, or below it.

        Returns
        -------
        float
            One-sided p-value of Student's t test, so that it is 0.025 or less exactly where the 95 % interval lies
            beyond the margin; 1 if there are too few seeds to say anything.

        Examples
        --------
        >>> gap = paired_gap(np.array([0.3, 0.4, 0.5, 0.3, 0.4, 0.5]), np.zeros(6))
        >>> gap.p_beyond() < 0.001 < 0.025 < gap.p_beyond(0.4) < gap.p_beyond(0.4, -1) + 0.1
        True
        """
        mean, low, high = self.interval
        if self.n < MIN_SEEDS or not low <= high or (margin == 0 and self.mostly_ties):
            return 1.0
        beyond = side * (mean - margin)
        error = (high - low) / 2 / student_quantile(self.n - 1)
        if error == 0:
            return 0.0 if beyond > 0 else 1.0
        return student_tail(beyond / error, self.n - 1)

    @property
    def mostly_ties(self) -> bool:
        """Whether so few seeds differ that no test could be passed, even if all of them agreed."""
        return bool(self.differences) and self.wins + self.losses < MIN_SEEDS

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
    """Mean and its 95 % interval over fresh seeds.

    Parameters
    ----------
    values : ndarray of shape (n,)
        One value per seed.

    Returns
    -------
    Interval

    Notes
    -----
    Student's interval: it widens as it should where there are few values, has a p-value to each margin and, unlike
    a bootstrap, is the same whoever draws it. Bootstrap intervals of two to five values are far too short.

    References
    ----------
    Student (1908), "The probable error of a mean", Biometrika 6. Hesterberg (2015), "What teachers should know about
    the bootstrap", arXiv:1411.5279, compares them.

    Examples
    --------
    >>> interval = mean_interval(np.array([0.1, 0.2, 0.3]))
    >>> [round(edge, 3) for edge in interval]
    [0.2, -0.048, 0.448]
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 2 or not np.isfinite(values).all():
        return Interval(float(np.mean(values)), np.nan, np.nan)
    mean, low, high = mean_band(values)
    return Interval(float(mean), float(low), float(high))


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
    wins, losses = int((differences > 0).sum()), int((differences < 0).sum())
    return Gap(mean_interval(differences), wins, losses, len(differences), tuple(differences.tolist()))


def pooled(gaps: Sequence[Gap]) -> Gap:
    """Average gaps seed by seed: the mean effect over several places.

    Parameters
    ----------
    gaps : sequence of Gap
        At least one, all over the same seeds and with their differences.

    Returns
    -------
    Gap

    Examples
    --------
    >>> one, other = (paired_gap(np.full(6, ahead), np.zeros(6)) for ahead in (0.2, 0.4))
    >>> round(pooled([one, other]).interval.mean, 3)
    0.3
    """
    mean = np.mean([gap.differences for gap in gaps], axis=0)
    return paired_gap(mean, np.zeros(len(mean)))


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
