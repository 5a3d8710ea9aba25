"""Every phrase about a gap, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from transfer_core.statistics import MIN_SEEDS, Gap, Verdict


class Sides(NamedTuple):
    """What the two sides of zero are called.

    Attributes
    ----------
    more, less : str
        On their own: "ahead", "behind".
    more_than, less_than : str
        Before the other side of a comparison: "ahead of", "behind".
    """

    more: str
    less: str
    more_than: str
    less_than: str


def comparative(more: str, less: str) -> Sides:
    """Make the sides from two comparatives.

    Examples
    --------
    >>> comparative("wider", "narrower").less_than
    'narrower than'
    """
    return Sides(more, less, f"{more} than", f"{less} than")


TOO_FEW_SEEDS = "too few seeds"
JUST = "just"
ROUNDING = 1e-9
"""An edge this close to zero is there because floats are rounded."""
AHEAD = Sides("ahead", "behind", "ahead of", "behind")
MORE = comparative("more", "less")
HIGHER = comparative("higher", "lower")
MORE_ACCURATE = comparative("more accurate", "less accurate")


def verdict_sentence(found: Verdict, titles: Mapping[str, str]) -> str:
    """Word a verdict on accuracies in one line; `verdict_evidence` says what it rests on.

    Parameters
    ----------
    found : Verdict
        Over accuracies from 0 to 1.
    titles : mapping of str to str
        What to call each arm.

    Returns
    -------
    str

    Examples
    --------
    >>> from transfer_core.statistics import verdict
    >>> scores = {"a": np.array(6 * [0.9]), "b": np.array(6 * [0.5])}
    >>> verdict_sentence(verdict(scores), {"a": "Freezing", "b": "fine-tuning"})
    'Freezing wins, at least 40.0 points ahead of fine-tuning.'
    """
    leader = titles[found.leader]
    closest, gap = found.closest
    if gap.n < MIN_SEEDS:
        return f"Inconclusive: too few seeds. {leader} has the highest mean."
    if not np.isfinite(gap.interval.mean):
        return f"Inconclusive: {inside(titles[closest])} has no number to compare with."
    if not found.inconclusive:
        return f"{leader} wins, {clear_lead_words(gap, inside(titles[closest]))}."
    tied = [inside(titles[name]) for name in found.tied]
    if len(tied) == 1 and gap.is_nothing:
        return f"No difference: {inside(leader)} and {tied[0]} have the same accuracy in every seed."
    if len(tied) > 2:
        return f"Too close to call between {inside(leader)} and {len(tied)} others."
    return f"Too close to call between {join_words([inside(leader), *tied])}."


def verdict_evidence(found: Verdict, titles: Mapping[str, str], measure: str = "test accuracy") -> str:
    r"""Say what a verdict rests on: the closest gap with its interval, and which arms are level.

    Parameters
    ----------
    found : Verdict
        Over accuracies from 0 to 1.
    titles : mapping of str to str
        What to call each arm.
    measure : str
        What the accuracies are.

    Returns
    -------
    str
        One sentence or two; empty if there is no number to compare with, or nothing to add to the sentence.

    Notes
    -----
    How far a winner leads is said by the interval alone: the mean lead of an arm chosen because it was ahead is
    larger than what fresh seeds give (`tools.selection_error` measures how much).

    Examples
    --------
    >>> from transfer_core.statistics import verdict
    >>> scores = {"a": np.array(6 * [0.9]), "b": np.array(6 * [0.5])}
    >>> verdict_evidence(verdict(scores), {"a": "Freezing", "b": "fine-tuning"})
    'In test accuracy, freezing leads fine-tuning by 40.0 to 40.0 points (95\xa0% interval; ahead in 6 of 6 seeds).'
    """
    leader, gap = inside(titles[found.leader]), found.closest[1]
    if gap.n < MIN_SEEDS:
        return f"It takes at least {MIN_SEEDS} seeds to tell luck from skill."
    if not np.isfinite(gap.interval.mean):
        return ""
    tied = [inside(titles[name]) for name in found.tied]
    if not tied:
        rival = inside(titles[found.closest[0]])
        return f"In {measure}, {leader} leads {rival} by {range_words(gap)}."
    gap = found.gaps[found.tied[0]]
    said = f"In {measure}, {leader} leads {tied[0]} by {gap_words(gap)} {evidence_words(gap)}"
    if gap.is_nothing:
        said = f"In {measure}, {leader} and {tied[0]} are equal in every seed"
    if len(tied) > 1:
        said += f"; {join_words(tied[1:])} {'is' if len(tied) == 2 else 'are'} not clearly behind either"
    beaten = [inside(titles[name]) for name in found.gaps if name not in found.tied]
    sentences = [] if len(tied) == 1 and gap.is_nothing else [f"{said}."]  # or it would say the verdict once more
    return " ".join([*sentences, *([f"Clearly behind: {join_words(beaten)}."] if beaten else [])])


def gap_words(gap: Gap) -> str:
    """Size of a gap between accuracies, in points.

    Examples
    --------
    >>> from transfer_core.statistics import paired_gap
    >>> gap_words(paired_gap(np.array([0.9, 0.8]), np.array([0.8, 0.7])))
    '10.0 points'
    """
    return points_words(abs(gap.interval.mean))


def points_words(share: float, form: str = ".1f") -> str:
    """Write a difference between two shares in points, with a true minus.

    Parameters
    ----------
    share : float
    form : str
        As for ``format``.

    Examples
    --------
    >>> points_words(-0.019), points_words(0.02, "+.1f")
    ('−1.9 points', '+2.0 points')
    """
    return f"{number_words(100 * share, form)} points"


def sign_words(sign: int, other: str) -> str:
    """Word the sign of a gap: which side is clearly ahead, or that the one with the higher mean is not.

    Examples
    --------
    >>> [sign_words(sign, "freezing") for sign in (1, 0, -1)]
    ['clearly ahead of freezing', 'not clearly ahead of freezing', 'clearly behind freezing']
    """
    return f"{'' if sign else 'not '}clearly {AHEAD.less_than if sign < 0 else AHEAD.more_than} {other}"


def clear_lead_words(gap: Gap, other: str) -> str:
    """Say by how much an arm that was chosen for being ahead is ahead at least: the lower end of its interval.

    Examples
    --------
    >>> from transfer_core.statistics import Interval
    >>> clear_lead_words(Gap(Interval(0.011, 0.0059, 0.019), 9, 1, 10), "freezing")
    'at least 0.5 points ahead of freezing'
    >>> clear_lead_words(Gap(Interval(0.011, 0.0005, 0.019), 9, 1, 10), "freezing")
    'just ahead of freezing'
    """
    tenths = int(1000 * gap.interval.low + 1e-9)  # rounded down, or "at least" would be untrue
    return f"at least {tenths / 10:.1f} points ahead of {other}" if tenths else f"just ahead of {other}"


def range_words(gap: Gap) -> str:
    r"""Say how far an arm that was chosen for being ahead is ahead, from where to where.

    Examples
    --------
    >>> from transfer_core.statistics import Interval
    >>> range_words(Gap(Interval(0.011, 0.005, 0.019), 9, 1, 10))
    '0.5 to 1.9 points (95\xa0% interval; ahead in 9 of 10 seeds)'
    """
    low, high = (_edge(100 * edge, 1) for edge in gap.interval[1:])
    evidence = counted_words("95\u00a0% interval", AHEAD.more, gap.wins, gap.n)
    return f"{low} to {high} points {evidence}"


def lead_words(gap: Gap, other: str = "", sides: Sides = AHEAD) -> str:
    """Say how far one arm is ahead or behind, without the evidence.

    Parameters
    ----------
    gap : Gap
        Between shares.
    other : str
        What the arm is compared with.
    sides : Sides, default ahead and behind

    Examples
    --------
    >>> from transfer_core.statistics import paired_gap
    >>> lead_words(paired_gap(np.array([0.5]), np.array([0.8])), "from scratch")
    '30.0 points behind from scratch'
    """
    ahead = not gap.interval.mean < 0
    if not other:
        return f"{gap_words(gap)} {sides.more if ahead else sides.less}"
    return f"{gap_words(gap)} {sides.more_than if ahead else sides.less_than} {other}"


def evidence_words(gap: Gap, sides: Sides = AHEAD) -> str:
    r"""Interval and count of a gap between accuracies, in brackets, with the sign of the side that the words name.

    Examples
    --------
    >>> from transfer_core.statistics import Interval, paired_gap
    >>> evidence_words(paired_gap(np.array([0.9]), np.array([0.8])))
    '(too few seeds: 1)'
    >>> evidence_words(Gap(Interval(-0.019, -0.026, -0.012), 1, 8, 10))
    '(95\xa0% interval 1.2 to 2.6; behind in 8 of 10 seeds)'
    """
    mean, low, high = (100 * edge for edge in gap.interval)
    if gap.n < MIN_SEEDS:
        return f"({TOO_FEW_SEEDS}: {gap.n})"
    if np.isnan(low):
        return "(no interval)"
    if mean < 0:
        return counted_words(interval_words(-high, -low), sides.less, gap.losses, gap.n)
    return counted_words(interval_words(low, high), sides.more, gap.wins, gap.n)


def counted_words(interval: str, how: str, times: int, n: int, unit: str = "seed") -> str:
    """Put an interval beside the number of seeds on its side, in brackets.

    Examples
    --------
    >>> counted_words(interval_words(np.nan, np.nan), "faster", 1, 1, "round")
    '(no interval; faster in 1 of 1 rounds)'
    """
    return f"({interval}; {how} in {times} of {n} {unit}s)"


def side_words(gap: Gap, other: str = "", sides: Sides = AHEAD) -> str:
    r"""Say how far one arm is ahead or behind, with the evidence.

    Examples
    --------
    >>> from transfer_core.statistics import Interval
    >>> gap = Gap(Interval(-0.019, -0.026, -0.012), 1, 8, 10)
    >>> side_words(gap)
    '1.9 points behind (95\xa0% interval 1.2 to 2.6; behind in 8 of 10 seeds)'
    >>> side_words(gap, "from scratch", MORE_ACCURATE)
    '1.9 points less accurate than from scratch (95\xa0% interval 1.2 to 2.6; less accurate in 8 of 10 seeds)'
    """
    return f"{lead_words(gap, other, sides)} {evidence_words(gap, sides)}"


def change_words(loss: Gap) -> str:
    r"""Word a loss of accuracy, or a gain if it is negative.

    Examples
    --------
    >>> from transfer_core.statistics import Interval
    >>> change_words(Gap(Interval(-0.1, -0.12, -0.08), 0, 9, 9))
    'gains 10.0 points (95\xa0% interval 8.0 to 12.0; in 9 of 9 seeds)'
    """
    if not loss.wins and not loss.losses:
        return "loses nothing"
    evidence = evidence_words(loss).replace("; ahead in", "; in").replace("; behind in", "; in")
    return f"{'gains' if loss.interval.mean < 0 else 'loses'} {gap_words(loss)} {evidence}"


def size_words(lost: Gap) -> str:
    r"""Word a loss that may be less than nothing.

    Examples
    --------
    >>> from transfer_core.statistics import Interval
    >>> size_words(Gap(Interval(-0.01, -0.02, 0.01), 3, 4, 7))
    '−1.0 points (95\xa0% interval −2.0 to 1.0)'
    """
    low, high = (100 * edge for edge in lost.interval[1:])
    evidence = f"{TOO_FEW_SEEDS}: {lost.n}" if lost.n < MIN_SEEDS else interval_words(low, high)
    return f"{points_words(lost.interval.mean)} ({evidence})"


def pair_words(lead: str, gaps: Mapping[str, Gap], wanted: int = 1) -> str:
    """Say one gap per pair of tasks, the one most against the claim first.

    Parameters
    ----------
    lead : str
        What is compared with what.
    gaps : mapping of str to Gap
        By the title of the pair.
    wanted : {1, -1}, default 1
        Sign that the gaps have if the claim holds.

    Examples
    --------
    >>> from transfer_core.statistics import paired_gap
    >>> pair_words("Ours, against theirs", {"Digits to ink": paired_gap(np.array([0.4]), np.array([0.3]))})
    'Ours, against theirs: Digits to ink 10.0 points ahead (too few seeds: 1).'
    """
    if not gaps:
        return f"{lead}: no such pair was measured (0 pairs)."
    ordered = sorted(gaps.items(), key=lambda pair: (wanted * pair[1].sign, wanted * pair[1].interval.mean))
    return f"{lead}: {'; '.join(f'{title} {side_words(gap)}' for title, gap in ordered)}."


def interval_words(low: float, high: float, digits: int = 1) -> str:
    r"""Word an interval, in the unit of its edges.

    Examples
    --------
    >>> interval_words(1.25, 3.0), interval_words(np.nan, np.nan)
    ('95\xa0% interval 1.2 to 3.0', 'no interval')
    >>> interval_words(-0.02, -0.01), interval_words(-1e-15, 0.0)
    ('95\xa0% interval just below 0', '95\xa0% interval 0.0 to 0.0')
    """
    if np.isnan(low):
        return "no interval"
    first, last = (_edge(value, digits) for value in (low, high))
    return f"95\u00a0% interval {first}" + f" to {last}" * (first != last or not first.startswith(JUST))


def _edge(value: float, digits: int) -> str:
    """Write an edge of an interval so that its side of zero shows."""
    form = f".{digits}f"
    if abs(value) < ROUNDING or float(format(value, form)):
        return number_words(value, form)
    return f"{JUST} {'above' if value > 0 else 'below'} 0"


def number_words(value: float, form: str = ".1f") -> str:
    """Write a number for people: with a true minus sign, and zero without one. Files and links keep the hyphen.

    Parameters
    ----------
    value : float
    form : str
        As for ``format``.

    Examples
    --------
    >>> number_words(-2.04), number_words(-0.04), number_words(3.0, "+.1f"), number_words(-1e-5, "g")
    ('−2.0', '0.0', '+3.0', '−1e−05')
    """
    written = format(value, form)
    if not any(digit in "123456789" for digit in written):
        written = written.removeprefix("-")
    return written.replace("-", "−")


def amount_words(value: float, unit: str) -> str:
    """Write an amount with its unit: a degree sign follows directly, a word after a space.

    Examples
    --------
    >>> amount_words(30.0, "°"), amount_words(0.5, "sd"), amount_words(0.5, "")
    ('30°', '0.5 sd', '0.5')
    """
    return f"{number_words(value, 'g')}{'' if unit == '°' else ' '}{unit}".rstrip()


def sentence_case(words: str) -> str:
    """Capitalise the first letter and leave the rest as it is.

    Examples
    --------
    >>> sentence_case("the L2-SP arm")
    'The L2-SP arm'
    """
    return words[:1].upper() + words[1:]


def inside(title: str) -> str:
    """Begin with a small letter, as inside a sentence; an abbreviation stays as it is.

    Examples
    --------
    >>> inside("From scratch"), inside("L2-SP 0.1"), inside("UCI digits")
    ('from scratch', 'L2-SP 0.1', 'UCI digits')
    """
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def join_words(words: Sequence[str]) -> str:
    """Join as in a sentence.

    Examples
    --------
    >>> join_words(["a", "b", "c"])
    'a, b and c'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
