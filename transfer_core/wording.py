"""Every phrase about a gap, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from transfer_core.statistics import MIN_SEEDS, Gap, Verdict


def verdict_sentence(found: Verdict, titles: Mapping[str, str]) -> str:
    r"""Word a verdict on accuracies.

    Parameters
    ----------
    found : Verdict
        Over accuracies from 0 to 1.
    titles : mapping of str to str
        How to call each arm.

    Returns
    -------
    str

    Examples
    --------
    >>> from transfer_core.statistics import verdict
    >>> scores = {"a": np.array(6 * [0.9]), "b": np.array(6 * [0.5])}
    >>> verdict_sentence(verdict(scores), {"a": "Freezing", "b": "fine-tuning"})
    'Freezing wins: 40.0 points ahead of fine-tuning (95\xa0% interval 40.0 to 40.0; ahead in 6 of 6 seeds).'
    """
    leader = titles[found.leader]
    closest, gap = next(iter(found.gaps.items()))
    if gap.n < MIN_SEEDS:
        seeds = "one seed is" if gap.n == 1 else f"{gap.n} seeds are"
        return f"Inconclusive: {seeds} too few to tell luck from skill, {MIN_SEEDS} or more can. {leader} has the highest mean."
    if not np.isfinite(gap.interval.mean):
        return f"Inconclusive: {_inside(titles[closest])} has no number to compare with."
    if not found.inconclusive:
        return f"{leader} wins: {gap_words(gap)} ahead of {_inside(titles[closest])} {evidence_words(gap)}."
    tied = [_inside(titles[name]) for name in found.tied]
    gap = found.gaps[found.tied[0]]
    if gap.wins == gap.losses == 0:
        return f"No difference: {_inside(leader)} and {tied[0]} have the same accuracy in every seed."
    beaten = [_inside(titles[name]) for name in found.gaps if name not in found.tied]
    clear = f" It is clearly ahead only of {join_words(beaten)}." if beaten else ""
    return (
        f"Too close to call: {_inside(leader)} is {gap_words(gap)} ahead of {tied[0]} {evidence_words(gap)}"
        f"{', and no clearer ahead of ' + join_words(tied[1:]) if len(tied) > 1 else ''}.{clear}"
    )


def gap_words(gap: Gap) -> str:
    """Size of a gap of accuracies, in points.

    Examples
    --------
    >>> from transfer_core.statistics import paired_gap
    >>> gap_words(paired_gap(np.array([0.9, 0.8]), np.array([0.8, 0.7])))
    '10.0 points'
    """
    return f"{100 * abs(gap.interval.mean):.1f} points"


def evidence_words(gap: Gap) -> str:
    """Interval and wins of a gap of accuracies, in brackets.

    Examples
    --------
    >>> from transfer_core.statistics import paired_gap
    >>> evidence_words(paired_gap(np.array([0.9]), np.array([0.8])))
    '(1 seed, no interval)'
    """
    low, high = 100 * gap.interval.low, 100 * gap.interval.high
    if np.isnan(low):
        return f"({gap.n} seed{'' if gap.n == 1 else 's'}, no interval)"
    return f"(95\u00a0% interval {_edge(low)} to {_edge(high)}; ahead in {gap.wins} of {gap.n} seeds)"


def _edge(points: float) -> str:
    """Write an edge of an interval so that the side of zero it lies on can be seen."""
    rounded = f"{points:.1f}"
    if float(rounded) or not points:
        return rounded.replace("-0.0", "0.0")
    return f"just {'above' if points > 0 else 'below'} 0"


def _inside(title: str) -> str:
    """Title inside a sentence."""
    return title[0].lower() + title[1:]


def join_words(words: Sequence[str]) -> str:
    """Join as one writes it.

    Examples
    --------
    >>> join_words(["a", "b", "c"])
    'a, b and c'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
