"""Mean effects over pairs of tasks: what claims about transfer in general are judged by; how they differ is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from transfer_core.scenarios import title_of
from transfer_core.statistics import Gap, pooled
from transfer_core.studies.study import Claim, Finding
from transfer_core.studies.summaries import LEARNT, has_learnt
from transfer_core.wording import AHEAD, Sides, join_words, lead_words, side_words

ONE_OF_EACH_KIND = ("off_centre", "mnist_to_digits", "digits_to_inverted", "low_to_high", "digits_to_parity")
"""One scenario of each kind, and the one where pretraining pays most: another collection, changed images, other classes, another question."""


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


class Effect(NamedTuple):
    """What is compared within every pair.

    Attributes
    ----------
    words : str
        "Ours, against theirs".
    gaps : mapping of str to Gap
        By scenario, between accuracies, all over the same seeds.
    """

    words: str
    gaps: Mapping[str, Gap]

    @property
    def mean(self) -> Gap:
        """Average over the pairs, seed by seed: every pair counts the same, and none decides alone."""
        return mean_effect(self.gaps)

    @property
    def sentence(self) -> str:
        r"""Say the mean effect, and how it differs by pair.

        Examples
        --------
        >>> from transfer_core.studies.summaries import gap_of
        >>> effect = Effect("A, against B", {"digits_to_parity": gap_of([0.4] * 6), "digits_to_ink": gap_of([0.1] * 6)})
        >>> print(effect.sentence.replace("\xa0", " "))
        A, against B, mean of 2 pairs: 25.0 points ahead (95 % interval 25.0 to 25.0; ahead in 6 of 6 seeds), from 10.0 points ahead (Digits to much or little ink) to 40.0 points ahead (Digits to odd or even).
        """
        where = f"in {title_of(*self.gaps)}" if len(self.gaps) == 1 else f"mean of {len(self.gaps)} pairs"
        return f"{self.words}, {where}: {mean_effect_words(self.gaps)}."


def judged(claim: Claim, effects: Mapping[str, Effect], left_out: Mapping[str, str] | None = None) -> Finding:
    """Judge a claim by mean effects.

    Parameters
    ----------
    claim : Claim
    effects : mapping of str to Effect
        By what the rule calls them.
    left_out : mapping of str to str, optional
        Scenarios that say nothing, each with the reason.

    Returns
    -------
    Finding
    """
    left_out = left_out or {}
    kept = {
        key: Effect(words, {scenario: gap for scenario, gap in gaps.items() if scenario not in left_out})
        for key, (words, gaps) in effects.items()
    }
    reasons = "; ".join(f"{title_of(scenario)}, where {reason}" for scenario, reason in left_out.items())
    said = [effect.sentence for effect in kept.values() if effect.gaps]
    if len(said) < len(kept):
        return claim.untested(f"Nothing to judge: {reasons or 'no such pair was measured (0 pairs)'}.")
    if reasons:
        said.append(f"Left out: {reasons}.")
    return claim.found({key: effect.mean for key, effect in kept.items()}, " ".join(said))


def among_learnt(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Keep the settings with which an arm has learnt its training images in a seed; all of them if there is none.

    Parameters
    ----------
    rows : DataFrame
    by : sequence of str
        Columns that make an arm.

    Examples
    --------
    >>> rows = pd.DataFrame({"arm": "a", "seed": [0, 0, 1, 1], "rate": [1, 2, 1, 2], "train_accuracy": [1.0, 0.2, 0.3, 0.2]})
    >>> among_learnt(rows, ["arm"])["rate"].tolist()
    [1, 1, 2]
    """
    learnt = rows["train_accuracy"] >= LEARNT
    some = learnt.groupby([rows[column] for column in (*by, "seed")]).transform("any")
    return rows[learnt | ~some]


def unlearnt(rows: pd.DataFrame, arms: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    r"""Find the scenarios in which an arm has not learnt its training images, each with the reason to leave it out.

    Parameters
    ----------
    rows : DataFrame
        One setting per arm and seed.
    arms : mapping of str to mapping
        Name of each arm -> columns and their values.

    Examples
    --------
    >>> rows = pd.DataFrame({"scenario": ["low_to_high"], "arm": ["a"], "train_accuracy": [0.612]})
    >>> unlearnt(rows, {"the first layer alone": {"arm": "a"}})
    {'low_to_high': 'the first layer alone gets only 61\xa0% of its own training images right'}
    """
    found: dict[str, str] = {}
    for name, where in arms.items():
        own = rows.loc[(rows[list(where)] == pd.Series(where)).all(axis=1)]
        for scenario, pair in own.groupby("scenario", sort=False):
            if not has_learnt(pair):
                share = f"{100 * pair['train_accuracy'].mean():.0f}\u00a0%"
                found.setdefault(str(scenario), f"{name} gets only {share} of its own training images right")
    return found
