"""Accuracy against training images, and the size at which fine-tuning overtakes freezing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from transfer_core.arrays import Array
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.resampling import N_RESAMPLES, resamples
from transfer_core.statistics import Gap, pooled
from transfer_core.student import CONFIDENCE
from transfer_core.studies.conditions import MARGIN, Condition, Quantity, above, below, lead, negligible
from transfer_core.studies.grids import RATE_FACTORS, sizes, sizes_and_rates
from transfer_core.studies.quantifiers import SIZE, At, Place, Times, both, either, every
from transfer_core.studies.rules import Rule, best_of_all, signed
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Label, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, enough, gap_between, gap_of, intervals
from transfer_core.studies.tasks import CONTROLS
from transfer_core.wording import comparative, sentence_case, side_words

ARMS = ("end_to_end", "feature_extraction")
RULE = 1000  # training images; below it the lesson freezes
FEW = 50  # training images, all classes together: what we call a small data set where the lesson gives no number
RIVALS = {
    "from_scratch": "from scratch",
    "random_features": "random features",
    "logistic_regression": "logistic regression on the pixels",
    "nearest_neighbour": "the nearest neighbour in pixels",
}
"""What needs no pretraining."""


class Crossing(NamedTuple):
    """Where the lead passes from one arm to the other for good.

    Attributes
    ----------
    at, low, high : float
        Training images; minus infinity if below the smallest size, infinity if above the largest. ``low`` and
        ``high`` are NaN if there are too few seeds.
    """

    at: float
    low: float
    high: float


def grid(config: RunConfig) -> Iterator[Cell]:
    """Every strategy at every size and rate, and the controls."""
    yield from sizes_and_rates(config)
    for count in sizes(config):
        for name in ("logistic_regression", "nearest_neighbour"):
            labels: dict[str, Label] = {"images": count * config.layer_sizes[-1], "strategy": name, "rate": 0.0}
            yield Cell(labels, config.but(images_per_class=count), CONTROLS[name])
    yield Cell({"images": 0, "strategy": "zero_shot", "rate": 0.0}, config, CONTROLS["zero_shot"])


def summarise(rows: pd.DataFrame) -> Summary:
    """Choose the rates, compare at every size, locate the sign change."""
    sizes, best = complete_sizes(rows), at_best_rates(rows)
    gaps = gaps_by_size(best, sizes)
    small = {size: gap for size, gap in gaps.items() if size < RULE}
    few = [size for size in sizes if size <= FEW] or sizes[:1]
    said = crossing_words(locate(rows, sizes), sizes)
    first, last = gaps[sizes[0]], gaps[sizes[-1]]
    ends = "; ".join(_at(size, gaps[size]) for size in (sizes[0], sizes[-1]))
    with_few = pooled([gaps[size] for size in few])
    growth = gap_of(np.subtract(last.differences, with_few.differences))
    rivals = leads_over_rivals(best, few)
    return Summary(
        accuracies(rows),
        {
            "rule_of_thumb": CLAIMS["rule_of_thumb"].found(
                small, f"{_below_words(small)} {said} {sentence_case(ends)}."
            ),
            "few_shot": CLAIMS["few_shot"].found(
                {"smallest": first, "largest": last}, f"{sentence_case(ends)}. {said}"
            ),
            "small_data": CLAIMS["small_data"].found(rivals, _small_data_words(rivals)),
            "more_data": CLAIMS["more_data"].found(
                {"few": with_few, "growth": growth},
                f"With at most {FEW} images end-to-end is {side_words(with_few, 'feature extraction')}; at "
                f"{sizes[-1]:,} its lead is {side_words(growth, 'with so few', comparative('larger', 'smaller'))}.",
            ),
            "enough_data": CLAIMS["enough_data"].found(last, f"{sentence_case(_at(sizes[-1], last))}."),
        },
    )


def leads_over_rivals(best: pd.DataFrame, sizes: Sequence[int]) -> dict[str, Gap]:
    """Feature extraction minus each rival that needs no pretraining, on the mean over some sizes."""
    mean = best[best["images"].isin(sizes)].groupby(["strategy", "seed"])[["test_accuracy"]].mean().reset_index()
    return {
        name: gap_between(mean, "test_accuracy", {"strategy": "feature_extraction"}, {"strategy": name})
        for name in RIVALS
        if name in set(mean["strategy"])
    }


def at_best_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the rate that is best on each seed's validation images, for each strategy and size."""
    return at_their_best(rows, ["rate"], ["images", "strategy"])


def accuracies(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean test accuracy with its interval, at the chosen rates; rows without a number are left out.

    Returns
    -------
    DataFrame
        Columns ``scenario``, ``images`` (0 for zero-shot), ``strategy``, ``rate``, ``mean``, ``low``, ``high``, ``n``.
    """
    table = intervals(at_best_rates(rows), ["scenario", "images", "strategy", "rate"], "test_accuracy")
    return table[table["mean"].notna()].reset_index(drop=True)


def complete_sizes(rows: pd.DataFrame) -> list[int]:
    """List the sizes at which both arms have been trained at every rate."""
    trained = rows[rows["strategy"].isin(ARMS)]
    n_done = trained[["images", "strategy", "rate"]].drop_duplicates()["images"].value_counts()
    return sorted(n_done.index[n_done == len(ARMS) * len(RATE_FACTORS)].astype(int).tolist())


def locate(rows: pd.DataFrame, sizes: Sequence[int]) -> Crossing:
    """Find the sign change of end-to-end minus feature extraction, with its interval if there are enough seeds."""
    if not enough(rows):
        return Crossing(np.nan, np.nan, np.nan)
    wide = at_best_rates(rows).pivot_table(index="seed", columns=["strategy", "images"], values="test_accuracy")
    difference = wide["end_to_end"] - wide["feature_extraction"]
    return crossing(sizes, np.asarray(difference[list(sizes)]))


def gaps_by_size(rows: pd.DataFrame, sizes: Sequence[int]) -> dict[int, Gap]:
    """End-to-end minus feature extraction on the test images, at some sizes."""
    ours, theirs = ({"strategy": name} for name in ARMS)
    return {size: gap_between(rows[rows["images"] == size], "test_accuracy", ours, theirs) for size in sizes}


def crossing_of(sizes: Sequence[int], means: Array) -> float:
    """Find the size from which the gap stays at zero or above, on a logarithmic scale.

    Parameters
    ----------
    sizes : sequence of int
        Ascending.
    means : ndarray of shape (n_sizes,)

    Returns
    -------
    float
        Minus infinity where no gap is negative, infinity where the last one is.

    Examples
    --------
    >>> round(crossing_of([10, 100, 1000], np.array([-0.1, -0.1, 0.1])))
    316
    >>> crossing_of([10, 100], np.array([0.1, 0.2]))
    -inf
    """
    behind = np.flatnonzero(means < 0)
    if not len(behind):
        return -np.inf
    last = behind[-1]
    if last == len(sizes) - 1:
        return np.inf
    left, right = np.log(sizes[last]), np.log(sizes[last + 1])
    share = -means[last] / (means[last + 1] - means[last])
    return float(np.exp(left + share * (right - left)))


def crossing(sizes: Sequence[int], gaps: Array) -> Crossing:
    """Locate the sign change, with the uncertainty that comes from the seeds.

    Parameters
    ----------
    sizes : sequence of int
    gaps : ndarray of shape (n_seeds, n_sizes)
        Seeds are drawn anew as wholes, since the training sets of a seed are nested.

    Returns
    -------
    Crossing
    """

    def of_seeds(chosen: Array) -> float:
        return crossing_of(sizes, gaps[chosen].mean(axis=0))

    drawn = [of_seeds(chosen) for chosen in resamples(len(gaps), N_RESAMPLES // 5)]
    tail = (1 - CONFIDENCE) / 2
    # No value in between two draws is made up: they may be infinite.
    low, high = np.quantile(drawn, [tail, 1 - tail], method="inverted_cdf")
    return Crossing(crossing_of(sizes, gaps.mean(axis=0)), float(low), float(high))


def crossing_words(where: Crossing, sizes: Sequence[int]) -> str:
    r"""Say where the sign change lies.

    Examples
    --------
    >>> crossing_words(Crossing(55.0, 31.0, 140.0), [10, 1000])
    'End-to-end overtakes feature extraction at about 55 training images (95\xa0% interval 31 to 140).'
    >>> crossing_words(Crossing(-np.inf, -np.inf, 12.0), [10, 1000])
    'End-to-end is ahead at every size (95\xa0% interval of the sign change: 10 or fewer to 12 training images).'
    >>> crossing_words(Crossing(np.inf, np.inf, np.inf), [10, 1000])
    'Feature extraction is ahead at the largest size, 1,000 training images, however the seeds are drawn.'
    """
    if np.isnan(where.at):
        return "Too few seeds to locate a sign change."
    low, high = (_size_words(edge, sizes) for edge in (where.low, where.high))
    if np.isfinite(where.at):
        return (
            f"End-to-end overtakes feature extraction at about {_rounded(where.at):,} training images "
            f"(95\u00a0% interval {low} to {high})."
        )
    ahead = "End-to-end is ahead at every size" if where.at < 0 else "Feature extraction is ahead at the largest size"
    if where.low == where.high:
        place = f"from {sizes[0]:,} to {sizes[-1]:,}" if where.at < 0 else f"{sizes[-1]:,}"
        return f"{ahead}, {place} training images, however the seeds are drawn."
    return f"{ahead} (95\u00a0% interval of the sign change: {low} to {high} training images)."


def _size_words(edge: float, sizes: Sequence[int]) -> str:
    if np.isinf(edge):
        return f"{sizes[0]:,} or fewer" if edge < 0 else f"{sizes[-1]:,} or more"
    return f"{_rounded(edge):,}"


def _rounded(size: float) -> int:
    """Round to two digits, already more than a crossing is known to."""
    return int(float(f"{size:.2g}"))


def _at(size: int, gap: Gap) -> str:
    return f"at {size:,} images end-to-end is {side_words(gap)}"


def _small_data_words(leads: dict[str, Gap]) -> str:
    """Give the lead over each rival, the strongest rival first."""
    ordered = sorted(leads.items(), key=lambda rival: rival[1].interval.mean)
    said = "; ".join(side_words(gap, RIVALS[name]) for name, gap in ordered)
    return f"With at most {FEW} images, on the mean over the sizes, feature extraction is {said}."


def _below_words(small: dict[int, Gap]) -> str:
    """Count which arm is ahead where the rule says to freeze."""
    signs = [gap.sign for gap in small.values()]
    return (
        f"Of {len(small)} sizes below {RULE:,} images, end-to-end is clearly ahead at {signs.count(1)} and feature "
        f"extraction at {signs.count(-1)}."
    )


_LEAD = lead("end-to-end", "feature extraction")
_GROWTH = Quantity(
    "what end-to-end gains on feature extraction from the small sizes to the largest",
    above="the lead of end-to-end over feature extraction clearly grows from the small sizes to the largest",
    below="the lead of end-to-end over feature extraction clearly shrinks from the small sizes to the largest",
    key="growth",
)
_RIVAL = Place("against", "rival without pretraining", "rivals without pretraining")
_SMALL = SIZE._replace(which=f" below {RULE:,} images")


def _smallest(condition: Condition) -> At:
    """Ask at the smallest size."""
    return At("smallest", "at the smallest size", condition)


def _largest(condition: Condition) -> At:
    """Ask at the largest size."""
    return At("largest", "at the largest size", condition)


def _with_few(condition: Condition) -> At:
    """Ask on the mean over the small sizes."""
    return At("few", f"on the mean over the sizes of at most {FEW} images", condition)


CLAIMS = MappingProxyType(
    {
        "rule_of_thumb": Claim(
            f"Below {RULE:,} samples, train only the head.",
            LESSON,
            Rule(
                both(Times(_SMALL, below(_LEAD), 2), every(_SMALL, below(_LEAD, MARGIN))),
                Times(_SMALL, above(_LEAD), 2),
                every(_SMALL, negligible(_LEAD)),
            ),
            f"{RULE:,} photographs say far less about their task than {RULE:,} digits of 64 pixels.",
        ),
        "few_shot": Claim(
            "A frozen backbone wins with extremely few images; fine-tuning overtakes it as they grow in number.",
            SOURCES["kim2022"],
            Rule(
                both(_smallest(below(_LEAD)), _largest(above(_LEAD))),
                either(_smallest(above(_LEAD)), _largest(below(_LEAD))),
                both(_smallest(negligible(_LEAD)), _largest(negligible(_LEAD))),
            ),
            "It was found with deep networks, whose features hold far more than two layers can.",
        ),
        "small_data": Claim(
            "Feature extraction works with small data sets: there it beats training without pretraining.",
            LESSON,
            best_of_all(
                _RIVAL,
                replace(
                    lead("feature extraction", "it"),
                    name="the lead of feature extraction over a rival without pretraining",
                ),
                f"on the mean over the sizes of at most {FEW} images",
            ),
            "Features of a network pretrained on a million photographs are worth more than those of two small layers.",
        ),
        "more_data": Claim(
            "End-to-end learning requires more data than feature extraction: it is behind with few images, and gains as they grow in number.",
            LESSON,
            Rule(
                both(_with_few(below(_LEAD)), above(_GROWTH)),
                _with_few(above(_LEAD)),
                both(_with_few(negligible(_LEAD)), negligible(_GROWTH)),
            ),
            "A deep network has thousands of times as many weights to fit with the same images.",
        ),
        "enough_data": Claim(
            "With enough data, end-to-end learning performs better: here with all there is, a thousand images.",
            LESSON,
            signed(_LEAD, "at the largest size"),
            "The lesson calls 10,000 images sufficient; here there are a tenth of that.",
        ),
    }
)

STUDY = Study(
    name="crossover",
    title="How much data until fine-tuning pays?",
    question="At how many training images does end-to-end fine-tuning overtake feature extraction?",
    protocol="Test accuracy against the number of training images. The training sets of one seed are nested; all arms share "
    "split, head and minibatch order, and train for the same number of epochs. The learning rate of each arm at each "
    "size is the best of five (a tenth to ten times the knob's) on each seed's validation images, as many as there are "
    "for training. Rivals without pretraining are networks from random weights, logistic regression and the nearest "
    "neighbour. The sign change is where the mean gap turns positive for good; its interval comes from resampling the "
    "seeds.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "lines",
        Axis("images", "Training images, all classes together", "log"),
        Axis("mean", "Test accuracy", form="share"),
        series="strategy",
    ),
    swept=("images_per_class",),
    order=1,
    suits=has_source,
)
