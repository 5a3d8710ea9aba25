"""Train minus validation accuracy of each strategy, against training images."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from transfer_core.bibliography import LESSON
from transfer_core.statistics import Gap
from transfer_core.studies.conditions import Quantity, above, below
from transfer_core.studies.grids import sizes_and_rates
from transfer_core.studies.quantifiers import SIZE, Times, Where, both, some
from transfer_core.studies.rules import Rule
from transfer_core.studies.study import Axis, Claim, Figure, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, gap_between, intervals, points
from transfer_core.wording import MORE_ACCURATE, WIDER, Sides, side_words


def summarise(rows: pd.DataFrame) -> Summary:
    """Take the gap at the rates that are best on validation, with the test accuracy beside it."""
    best = at_their_best(rows, ["rate"], ["scenario", "images", "strategy"])
    best = best.assign(gap=best["train_accuracy"] - best["val_accuracy"])
    place = ["scenario", "images", "strategy", "rate"]
    table = intervals(best, place, "gap").merge(
        best.groupby(place, sort=False)[["train_accuracy", "val_accuracy", "test_accuracy"]].mean().reset_index(),
        on=place,
    )
    wider, better = (
        {int(size): _end_to_end_minus_frozen(group, value) for (size,), group in points(best, ["images"])}
        for value in ("gap", "test_accuracy")
    )
    return Summary(
        table,
        {
            "risk": CLAIMS["risk"].found(wider, _risk_words(wider)),
            "harm": CLAIMS["harm"].found(
                {size: {"gap": wider[size], "test": better[size]} for size in wider}, _harm_words(wider, better)
            ),
        },
    )


def _end_to_end_minus_frozen(rows: pd.DataFrame, value: str) -> Gap:
    return gap_between(rows, value, {"strategy": "end_to_end"}, {"strategy": "feature_extraction"})


def _risk_words(wider: dict[int, Gap]) -> str:
    end_to_end, frozen = (sum(gap.sign == sign for gap in wider.values()) for sign in (1, -1))
    ends = "; ".join(_at(size, wider[size], WIDER) for size in (min(wider), max(wider)))
    return (
        f"The gap is clearly wider end-to-end at {end_to_end} of {len(wider)} sizes, clearly wider for feature extraction at "
        f"{frozen}; {ends}."
    )


def _harm_words(wider: dict[int, Gap], better: dict[int, Gap]) -> str:
    overfits = [size for size, gap in wider.items() if gap.sign > 0]
    if not overfits:
        return f"At none of {len(wider)} sizes is the gap clearly wider end-to-end."
    worse, ahead = (sum(better[size].sign == sign for size in overfits) for sign in (-1, 1))
    ends = "; ".join(_at(size, better[size], MORE_ACCURATE) for size in sorted({*overfits[:1], *overfits[-1:]}))
    return (
        f"Of the {len(overfits)} sizes at which its gap is clearly wider, end-to-end is clearly less accurate on the test "
        f"images at {worse} and clearly more accurate at {ahead}; {ends}."
    )


def _at(size: int, gap: Gap, sides: Sides) -> str:
    return f"at {size:,} images it is {side_words(gap, 'with feature extraction', sides)}"


_WIDER = Quantity(
    "train minus validation accuracy, end-to-end minus feature extraction,",
    above="the gap between train and validation accuracy is clearly wider end-to-end than with feature extraction",
    below="the gap between train and validation accuracy is clearly narrower end-to-end than with feature extraction",
)
_OVERFITS = above(replace(_WIDER, key="gap"))
_BETTER = Quantity(
    "the lead of end-to-end over feature extraction",
    above="end-to-end is clearly more accurate on the test images",
    below="end-to-end is clearly less accurate on the test images",
    key="test",
)

CLAIMS = MappingProxyType(
    {
        "risk": Claim(
            "The risk of overfitting is lower with feature extraction, higher end-to-end.",
            LESSON,
            Rule(
                both(Times(SIZE, above(_WIDER), "most"), Times(SIZE, below(_WIDER), "no")),
                both(Times(SIZE, below(_WIDER), "most"), Times(SIZE, above(_WIDER), "no")),
            ),
        ),
        "harm": Claim(
            "End-to-end learning risks overfitting with limited data.",
            LESSON,
            Rule(
                some(SIZE, Where(_OVERFITS, below(_BETTER))),
                both(
                    Times(SIZE, both(_OVERFITS, below(_BETTER)), "no"),
                    some(SIZE, Where(_OVERFITS, above(_BETTER))),
                ),
            ),
        ),
    }
)

STUDY = Study(
    name="overfitting",
    title="Does fine-tuning overfit?",
    question="How much better is each strategy on its training images than on the validation images, by number of training images?",
    protocol="Train minus validation accuracy at the end of training, from the same runs as the crossover study: all arms "
    "share split, head, minibatch order and epochs, and at each size each has the best of five learning rates (a "
    "tenth to ten times the knob's) on the validation images. The table gives the accuracy on training, validation "
    "and test images beside the gap, since a wider gap need not be a loss: an arm can gain on both. Where every "
    "training image is fitted, the gap is the validation error itself.",
    claims=CLAIMS,
    grid=sizes_and_rates,
    summarise=summarise,
    figure=Figure(
        "lines",
        Axis("images", "Training images, all classes together", "log"),
        Axis("mean", "Train minus validation accuracy", form="points"),
        series="strategy",
        zero=True,
    ),
    swept=("images_per_class",),
    order=4,
    suits=has_source,
)
