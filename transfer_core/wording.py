"""Every phrase about a gap, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from transfer_core.statistics import MIN_SEEDS, Gap, Verdict


def verdict_sentence(found: Verdict, titles: Mapping[str, str]) -> str:
    """Word a verdict on accuracies in a line; `verdict_evidence` says what it rests on.

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
    'Freezing wins, 40.0 points ahead of fine-tuning.'
    """
    leader = titles[found.leader]
    closest, gap = found.closest
    if gap.n < MIN_SEEDS:
        seeds = "one seed is" if gap.n == 1 else f"{gap.n} seeds are"
        return f"Inconclusive: {seeds} too few to judge. {leader} has the highest mean."
    if not np.isfinite(gap.interval.mean):
        return f"Inconclusive: {inside(titles[closest])} has no number to compare with."
    if not found.inconclusive:
        return f"{leader} wins, {gap_words(gap)} ahead of {inside(titles[closest])}."
    tied = [inside(titles[name]) for name in found.tied]
    if len(tied) == 1 and gap.is_nothing:
        return f"No difference: {inside(leader)} and {tied[0]} have the same accuracy in every seed."
    if len(tied) > 2:
        return f"Too close to call between {inside(leader)} and {len(tied)} others."
    return f"Too close to call between {join_words([inside(leader), *tied])}."


def verdict_evidence(found: Verdict, titles: Mapping[str, str], measure: str = "test accuracy") -> str:
    r"""Say what a verdict rests on: the closest gap with its interval, and who is level.

    Parameters
    ----------
    found : Verdict
        Over accuracies from 0 to 1.
    titles : mapping of str to str
        How to call each arm.
    measure : str
        What the accuracies are.

    Returns
    -------
    str
        One sentence or two; none where there is no number to compare with.

    Examples
    --------
    >>> from transfer_core.statistics import verdict
    >>> scores = {"a": np.array(6 * [0.9]), "b": np.array(6 * [0.5])}
    >>> verdict_evidence(verdict(scores), {"a": "Freezing", "b": "fine-tuning"})
    'In test accuracy, freezing leads fine-tuning by 40.0 points (95\xa0% interval 40.0 to 40.0; ahead in 6 of 6 seeds).'
    """
    leader, gap = inside(titles[found.leader]), found.closest[1]
    if gap.n < MIN_SEEDS:
        return f"It takes {MIN_SEEDS} seeds or more to tell luck from skill."
    if not np.isfinite(gap.interval.mean):
        return ""
    tied = [inside(titles[name]) for name in found.tied]
    if not tied:
        rival = inside(titles[found.closest[0]])
        return f"In {measure}, {leader} leads {rival} by {gap_words(gap)} {evidence_words(gap)}."
    gap = found.gaps[found.tied[0]]
    said = f"In {measure}, {leader} leads {tied[0]} by {gap_words(gap)} {evidence_words(gap)}"
    if gap.is_nothing:
        said = f"In {measure}, {leader} and {tied[0]} are equal in every seed"
    if len(tied) > 1:
        said += f"; {join_words(tied[1:])} {'is' if len(tied) == 2 else 'are'} not clearly behind either"
    beaten = [inside(titles[name]) for name in found.gaps if name not in found.tied]
    return f"{said}.{f' Clearly behind: {join_words(beaten)}.' if beaten else ''}"


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


def inside(title: str) -> str:
    """Begin with a small letter, as inside a sentence; an abbreviation stays what it is.

    Examples
    --------
    >>> inside("From scratch"), inside("L2-SP 0.1"), inside("UCI digits")
    ('from scratch', 'L2-SP 0.1', 'UCI digits')
    """
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def join_words(words: Sequence[str]) -> str:
    """Join as one writes it.

    Examples
    --------
    >>> join_words(["a", "b", "c"])
    'a, b and c'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
