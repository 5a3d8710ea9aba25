"""An effect over several pairs of tasks: its mean is judged, and how it differs from pair to pair is told."""

from __future__ import annotations

from collections.abc import Mapping

from transfer_core.scenarios import title_of
from transfer_core.statistics import Gap, pooled
from transfer_core.wording import AHEAD, Sides, join_words, lead_words, side_words

ONE_OF_EACH_KIND = ("mnist_to_digits", "digits_to_inverted", "low_to_high", "digits_to_parity")
"""The first scenario of each kind: another collection, changed images, other classes, another question."""


def mean_effect(gaps: Mapping[str, Gap]) -> Gap:
    """Average the gaps of several scenarios seed by seed.

    Examples
    --------
    >>> from transfer_core.studies.summaries import gap_of
    >>> gaps = {"low_to_high": gap_of([0.1, 0.2]), "digits_to_ink": gap_of([0.3, 0.4])}
    >>> round(mean_effect(gaps).interval.mean, 3)
    0.25
    """
    return pooled(list(gaps.values()))


def mean_effect_words(gaps: Mapping[str, Gap], other: str = "", sides: Sides = AHEAD) -> str:
    r"""Say the mean effect over scenarios, how far it reaches, and where it clearly goes the other way.

    Parameters
    ----------
    gaps : mapping of str to Gap
        By scenario; at least one.
    other : str
        What is compared with.
    sides : Sides, default ahead and behind

    Examples
    --------
    >>> from transfer_core.studies.summaries import gap_of
    >>> gaps = {"low_to_high": gap_of([0.1, 0.3, 0.2, 0.1, 0.3, 0.2]), "digits_to_ink": gap_of(6 * [-0.1])}
    >>> print(mean_effect_words(gaps, "freezing").replace("\xa0", " "))
    5.0 points ahead of freezing (95 % interval 0.3 to 9.7; ahead in 4 of 6 seeds), from 10.0 points behind (Digits to much or little ink) to 20.0 points ahead (Digits 0-4 to digits 5-9); clearly the other way: Digits to much or little ink
    """
    mean = mean_effect(gaps)
    said = side_words(mean, other, sides)
    if len(gaps) == 1:
        return said
    ordered = sorted(gaps.items(), key=lambda one: one[1].interval.mean)
    low, high = (f"{lead_words(gap, '', sides)} ({title_of(name)})" for name, gap in (ordered[0], ordered[-1]))
    side = 1 if mean.interval.mean > 0 else -1
    against = [title_of(name) for name, gap in ordered if gap.sign == -side]
    return f"{said}, from {low} to {high}{f'; clearly the other way: {join_words(against)}' if against else ''}"
