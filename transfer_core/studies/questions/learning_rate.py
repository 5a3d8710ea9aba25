"""Accuracy of each strategy against its learning rate, and what one loses at the rates that the lesson gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.statistics import Gap
from transfer_core.strategies import STRATEGIES
from transfer_core.studies.conditions import Quantity, lead
from transfer_core.studies.grids import at_rate
from transfer_core.studies.rules import as_good, signed
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Label, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, gap_between, gap_of, has_learnt, intervals, points, scores
from transfer_core.studies.tasks import Train
from transfer_core.wording import MORE, MORE_ACCURATE, number_words, side_words

# Two to each power of ten. The lowest is what the lesson's table gives for end-to-end learning.
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
HEAD_RANGE, FULL_RANGE = (0.001, 0.1), (0.0001, 0.001)  # what the lesson gives
LONG = 600  # epochs in which end-to-end learns its training images at the lowest rate, too
FROZEN, FULL, SCRATCH = "feature_extraction", "end_to_end", "from_scratch"


def grid(config: RunConfig) -> Iterator[Cell]:
    """Every strategy at every rate; and end-to-end for long, at rates that need it and rates that do not."""
    for rate in RATES:
        for strategy in STRATEGIES:
            yield Cell(_labels(config, strategy, rate), config, Train(at_rate(config, strategy, rate)))
    long = config.but(n_epochs=LONG)
    for rate in RATES:
        if rate <= HEAD_RANGE[1]:
            yield Cell(_labels(long, FULL, rate), long, Train(at_rate(long, FULL, rate)))


def _labels(config: RunConfig, strategy: str, rate: float) -> dict[str, Label]:
    return {"strategy": strategy, "rate": rate, "epochs": config.n_epochs}


def summarise(rows: pd.DataFrame) -> Summary:
    """Choose each seed's rates, and compare what they are, what they reach and what they keep."""
    long = rows[(rows["epochs"] == LONG) & (rows["strategy"] == FULL)]
    rows = rows[rows["epochs"] == rows["epochs"].min()]
    table = intervals(rows, ["scenario", "strategy", "rate"], "test_accuracy")
    best = _best(rows)
    typical = best.groupby("strategy")["rate"].first()
    table["best"] = [typical[name] == rate for name, rate in zip(table["strategy"], table["rate"], strict=True)]
    return Summary(
        table,
        {
            "lower_rate": _lower_rate(rows, best),
            "collapse": _collapse(rows, best),
            "head_range": _head_range(rows, best),
            "full_range": _full_range(long),
            "less_forgetting": _less_forgetting(long),
        },
    )


def _best(rows: pd.DataFrame, low: float = 0.0, high: float = np.inf) -> pd.DataFrame:
    """Keep each seed's best rate in a range."""
    return at_their_best(rows[(rows["rate"] >= low) & (rows["rate"] <= high)], ["rate"], ["strategy"])


def _lower_rate(rows: pd.DataFrame, best: pd.DataFrame) -> Finding:
    """Compare the best rates seed by seed; and say what end-to-end loses at those of feature extraction."""
    rates = {name: scores(best, "rate_chosen", strategy=name) for name in (FULL, FROZEN)}
    below = gap_of(np.log10(rates[FROZEN] / rates[FULL]))
    full = rows[rows["strategy"] == FULL].set_index(["seed", "rate"])["test_accuracy"]
    there = full.loc[list(zip(sorted(best["seed"].unique()), rates[FROZEN], strict=True))]
    lost = gap_of(scores(best, "test_accuracy", strategy=FULL) - there.to_numpy())
    times, most, least = (f"{10**-edge:.2g}" for edge in below.interval)
    return CLAIMS["lower_rate"].found(
        below,
        f"On average the best rate of end-to-end is {times} times that of feature extraction (95\u00a0% interval {least} to "
        f"{most}; lower in {below.wins} of {below.n} seeds, higher in {below.losses}). At its own best rate end-to-end is "
        f"{side_words(lost, 'at that of feature extraction', MORE_ACCURATE)}.",
    )


def sound_rate(rows: pd.DataFrame) -> float | None:
    """Find the highest rate at which from scratch still learns its training images: above it, training itself breaks.

    Examples
    --------
    >>> rows = pd.DataFrame({"strategy": "from_scratch", "rate": [0.1, 1.0], "train_accuracy": [1.0, 0.1]})
    >>> sound_rate(rows)
    0.1
    """
    scratch = rows[rows["strategy"] == SCRATCH]
    return max((float(rate) for (rate,), group in points(scratch, ["rate"]) if has_learnt(group)), default=None)


def _collapse(rows: pd.DataFrame, best: pd.DataFrame) -> Finding:
    """Compare what fine-tuning and from scratch lose at the highest rate that training itself stands."""
    rate = sound_rate(rows)
    if rate is None or rate <= best.loc[best["strategy"] == SCRATCH, "rate"].iloc[0]:
        return Claim.untested(
            "From scratch learns its training images at no rate above its best: nothing to compare with."
        )
    losses = {
        name: gap_of(
            scores(best, "test_accuracy", strategy=name) - scores(rows, "test_accuracy", strategy=name, rate=rate)
        )
        for name in (FULL, SCRATCH)
    }
    beyond = gap_of(np.subtract(losses[FULL].differences, losses[SCRATCH].differences))
    full, scratch = (number_words(100 * losses[name].interval.mean) for name in (FULL, SCRATCH))
    said = (
        f"At {rate:g}, the highest rate at which from scratch still learns its training images, end-to-end loses {full} points "
        f"against its best and from scratch {scratch}: {side_words(beyond, sides=MORE)}."
    )
    if higher := [other for other in sorted(rows["rate"].unique()) if other > rate]:
        lost = scores(rows, "test_accuracy", strategy=FULL, rate=higher[0]).mean()
        said += f" At {higher[0]:g} training itself diverges: end-to-end reaches {100 * lost:.0f} %."
    return CLAIMS["collapse"].found(beyond, said)


def _head_range(rows: pd.DataFrame, best: pd.DataFrame) -> Finding:
    inside = _best(rows[rows["strategy"] == FROZEN], *HEAD_RANGE)
    if not has_learnt(inside):
        return Claim.untested(_NOT_LEARNT.format("feature extraction"))
    gap = _between(inside, best[best["strategy"] == FROZEN])
    share = best.loc[best["strategy"] == FROZEN, "rate_chosen"].between(*HEAD_RANGE)
    return CLAIMS["head_range"].found(
        gap,
        f"At its best rate from {HEAD_RANGE[0]:g} to {HEAD_RANGE[1]:g}, feature extraction is "
        f"{side_words(gap, 'at its best of all rates', MORE_ACCURATE)}; of all, the best lies in this range in {share.sum()} of {len(share)} seeds.",
    )


def _full_range(long: pd.DataFrame) -> Finding:
    inside, of_all = _best(long, *FULL_RANGE), _best(long)
    if not has_learnt(inside):
        return Claim.untested(_NOT_LEARNT.format("end-to-end"))
    gap = _between(inside, of_all)
    share = of_all["rate_chosen"].between(*FULL_RANGE)
    return CLAIMS["full_range"].found(
        gap,
        f"After {LONG} epochs, end-to-end at its best rate from {FULL_RANGE[0]:g} to {FULL_RANGE[1]:g} is "
        f"{side_words(gap, 'at its best of all rates', MORE_ACCURATE)}; of all, the best lies in this range in {share.sum()} of {len(share)} seeds.",
    )


def _less_forgetting(long: pd.DataFrame) -> Finding:
    low, high = _best(long, *FULL_RANGE), _best(long[long["rate"] > FULL_RANGE[1]])
    if not (has_learnt(low) and has_learnt(high)):
        return Claim.untested(_NOT_LEARNT.format("end-to-end"))
    gap = _between(low, high, "source_accuracy_after")
    before, after = (100 * low[f"source_accuracy_{when}"].mean() for when in ("before", "after"))
    target = side_words(_between(low, high), sides=MORE_ACCURATE)
    return CLAIMS["less_forgetting"].found(
        gap,
        f"At its best rate from {FULL_RANGE[0]:g} to {FULL_RANGE[1]:g}, end-to-end keeps {after:.1f} of {before:.1f} % on the "
        f"source task: {side_words(gap, f'at its best rate above {FULL_RANGE[1]:g}', MORE)}. On the target it is {target}.",
    )


def _between(ours: pd.DataFrame, theirs: pd.DataFrame, value: str = "test_accuracy") -> Gap:
    return gap_between(
        pd.concat([ours.assign(side="ours"), theirs.assign(side="theirs")]), value, {"side": "ours"}, {"side": "theirs"}
    )


_NOT_LEARNT = "At these rates {} does not learn its training images in the epochs it has."
_OPTIMISER = "With more updates a lower rate would catch up; the optimiser here is gradient descent with momentum."

CLAIMS: Mapping[str, Claim] = MappingProxyType(
    {
        "lower_rate": Claim(
            "End-to-end learning takes a lower learning rate than feature extraction.",
            LESSON,
            signed(
                Quantity(
                    "how far the best rate of end-to-end lies below that of feature extraction, in powers of ten,",
                    above="the best rate of end-to-end is clearly lower than that of feature extraction",
                    below="the best rate of end-to-end is clearly higher than that of feature extraction",
                    unit="",
                    matters=0.3,  # a factor of two
                )
            ),
            "Deep pretrained networks are far more easily upset than two layers, and the advice is meant for them.",
            "rates",
        ),
        "collapse": Claim(
            "After CS231n: too high a rate costs fine-tuning, whose features are already good, more than training from scratch.",
            SOURCES["cs231n"],
            signed(
                Quantity(
                    "what fine-tuning loses beyond what from scratch loses",
                    above="end-to-end clearly loses more than from scratch",
                    below="end-to-end clearly loses less than from scratch",
                ),
                "at the highest rate at which from scratch still learns its training images, against the best rate of each",
            ),
            "Features of two layers, learnt from 8x8 digits in seconds, are not worth as much as those of a deep network.",
            "rates",
        ),
        "head_range": Claim(
            "A good learning rate for feature extraction lies between 0.001 and 0.1.",
            LESSON,
            as_good(lead("the best rate of this range", "the best of all rates"), given="for feature extraction"),
            _OPTIMISER,
            "rates",
        ),
        "full_range": Claim(
            "A good learning rate for end-to-end learning lies between 0.0001 and 0.001.",
            LESSON,
            as_good(lead("the best rate of this range", "the best of all rates"), given="for end-to-end"),
            _OPTIMISER,
            "rates",
        ),
        "less_forgetting": Claim(
            "Rates from 0.0001 to 0.001 make end-to-end learning forget less of what was pretrained.",
            LESSON,
            signed(
                Quantity(
                    "what the old head keeps on the source task at the best rate of this range beyond the best higher rate",
                    above="the old head clearly keeps more of the source task at the best rate of this range than at the best "
                    "higher one",
                    below="the old head clearly keeps less of the source task at the best rate of this range than at the best "
                    "higher one",
                )
            ),
            "Two tasks with the same ten digits give little reason to forget; photographs and another task give more.",
            "forgetting",
        ),
    }
)

STUDY = Study(
    name="learning_rate",
    title="Which learning rate, and how much does it matter?",
    question="How does the accuracy of each strategy depend on its learning rate, and does a low one keep the pretrained features?",
    protocol="Test accuracy against the learning rate, ten rates from 0.0001 to 3 for every strategy: the head's rate where "
    "the backbone is frozen, the rate of all layers for end-to-end and from scratch, and the rate of all layers after"
    " unfreezing for progressive unfreezing. Split, head, minibatch order and epochs are the same for all. For the lesson's "
    f"low rates, end-to-end is trained for {LONG} epochs as well, in which it learns its training images at the lowest of "
    "them, too. Each seed takes the rate that is best on its validation images, as many as there are for training. The "
    "optimiser is gradient descent in minibatches, with the momentum of the knobs; the lesson's own notebook has no momentum "
    "and takes all images at once, at 0.1, whatever its table says.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "lines",
        Axis("rate", "Learning rate", "log"),
        Axis("mean", "Test accuracy", form="share"),
        series="strategy",
    ),
    order=5,
    # Not the rate of the head: progressive unfreezing starts with that of the knob.
    swept=("backbone_learning_rate", "unfrozen_learning_rate"),
    suits=has_source,
)
