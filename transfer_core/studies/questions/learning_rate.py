"""Accuracy of each strategy against its learning rate, and what one loses at the rate of another."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.statistics import Gap
from transfer_core.strategies import STRATEGIES
from transfer_core.studies.conditions import Exists, Lower, Number, Quantity, Useful, below
from transfer_core.studies.grids import at_rate
from transfer_core.studies.quantifiers import both, either
from transfer_core.studies.rules import Rule
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, gap_between, intervals
from transfer_core.studies.tasks import Train
from transfer_core.wording import change_words, sentence_case

# Two to each power of ten. The lowest is what the lesson's table gives for end-to-end learning.
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
SMALL_LOSS, COLLAPSE = 0.01, 0.1
LESSON_RATES = (0.001, 0.0001)  # of feature extraction, and end-to-end


class Sensitivity(NamedTuple):
    """How one strategy depends on its rate.

    Attributes
    ----------
    best : float
        Rate with the highest mean accuracy on the validation images.
    losses : dict of float to Gap
        Test accuracy at the best rate minus test accuracy at each rate.
    """

    best: float
    losses: dict[float, Gap]

    @property
    def collapse(self) -> float | None:
        """Lowest rate above the best at which clearly more than `COLLAPSE` is lost; ``None`` if there is none."""
        collapsed = [
            rate
            for rate, loss in self.losses.items()
            if rate > self.best and loss.sign > 0 and loss.interval.low > COLLAPSE
        ]
        return min(collapsed, default=None)


def grid(config: RunConfig) -> Iterator[Cell]:
    """Every strategy at every rate."""
    for rate in RATES:
        for strategy in STRATEGIES:
            yield Cell({"strategy": strategy, "rate": rate}, config, Train(at_rate(config, strategy, rate)))


def sensitivity(rows: pd.DataFrame, strategy: str) -> Sensitivity:
    """Find the best rate of a strategy, and what is lost at the others.

    Parameters
    ----------
    rows : DataFrame
        Columns ``strategy``, ``rate``, ``seed``, ``val_accuracy``, ``test_accuracy``.
    strategy : str

    Returns
    -------
    Sensitivity

    Examples
    --------
    >>> rows = pd.DataFrame({"strategy": "end_to_end", "rate": [0.1, 1.0], "seed": [0, 0]})
    >>> found = sensitivity(rows.assign(val_accuracy=[0.9, 0.5], test_accuracy=[0.8, 0.5]), "end_to_end")
    >>> found.best, round(found.losses[1.0].interval.mean, 3)
    (0.1, 0.3)
    """
    rows = rows[rows["strategy"] == strategy]
    best = float(at_their_best(rows, ["rate"], ["strategy"])["rate"].iloc[0])
    losses = {
        float(rate): gap_between(rows, "test_accuracy", {"rate": best}, {"rate": rate})
        for rate in rows["rate"].unique()
    }
    return Sensitivity(best, losses)


def summarise(rows: pd.DataFrame) -> Summary:
    """Compare the two pure strategies at each other's best rate, and where they collapse."""
    table = intervals(rows, ["scenario", "strategy", "rate"], "test_accuracy")
    by_strategy = {str(name): sensitivity(rows, name) for name in rows["strategy"].unique()}
    chosen = {name: found.best for name, found in by_strategy.items()}
    table["best"] = [chosen[name] == rate for name, rate in zip(table["strategy"], table["rate"], strict=True)]
    frozen, full = by_strategy["feature_extraction"], by_strategy["end_to_end"]
    return Summary(
        table,
        {
            "lower_rate": CLAIMS["lower_rate"].found(
                {"full": full.best, "frozen": frozen.best, "loss": full.losses[frozen.best]}, _lower_words(frozen, full)
            ),
            "collapse": CLAIMS["collapse"].found(
                {"full": full.collapse or np.inf, "frozen": frozen.collapse or np.inf}, _collapse_words(frozen, full)
            ),
        },
    )


def _lower_words(frozen: Sensitivity, full: Sensitivity) -> str:
    frozen_rate, full_rate = LESSON_RATES
    return (
        f"Best on the validation images are {frozen.best:g} for feature extraction and {full.best:g} end-to-end. "
        f"End-to-end at {frozen.best:g} {change_words(full.losses[frozen.best])}; feature extraction at {full.best:g} "
        f"{change_words(frozen.losses[full.best])}. Against its best, feature extraction at the lesson's {frozen_rate:g} "
        f"{change_words(frozen.losses[frozen_rate])}, end-to-end at the lesson's {full_rate:g} {change_words(full.losses[full_rate])}."
    )


def _collapse_words(frozen: Sensitivity, full: Sensitivity) -> str:
    arms = (("end-to-end", full), ("feature extraction", frozen))
    words = []
    for (name, found), (other_name, other) in (arms, arms[::-1]):
        if found.collapse is None:
            words.append(f"{name} loses more than {100 * COLLAPSE:g} points at no rate up to {max(found.losses):g}")
        else:
            words.append(
                f"at {found.collapse:g} {name} {change_words(found.losses[found.collapse])}, {other_name} "
                f"{change_words(other.losses[found.collapse])}"
            )
    said = "; ".join(words)
    return f"{sentence_case(said)}."


_BEST = (Number("full", "the best rate of end-to-end"), Number("frozen", "that of feature extraction"))
_LOSS = Quantity(
    "what end-to-end loses at the best rate of feature extraction",
    above="at the best rate of feature extraction end-to-end clearly loses test accuracy",
    key="loss",
)
_COLLAPSE = (
    Number(
        "full", f"the lowest rate above its best at which end-to-end clearly loses more than {100 * COLLAPSE:g} points"
    ),
    Number("frozen", "that of feature extraction", exists="feature extraction has such a rate"),
)

CLAIMS = MappingProxyType(
    {
        "lower_rate": Claim(
            "Feature extraction takes a standard learning rate (0.001), end-to-end a lower one (0.0001).",
            LESSON,
            Rule(
                both(Lower(*_BEST), Useful(_LOSS, SMALL_LOSS)),
                either(Lower(*_BEST, negated=True), below(_LOSS, SMALL_LOSS)),
            ),
        ),
        "collapse": Claim(
            "Fine-tuning collapses at a lower rate than a head alone.",
            SOURCES["kumar2022"],
            Rule(Lower(*_COLLAPSE), both(Lower(*_COLLAPSE, negated=True), Exists(_COLLAPSE[1]))),
        ),
    }
)

STUDY = Study(
    name="learning_rate",
    title="Which learning rate, and how much does it matter?",
    question="How does the accuracy of each strategy depend on its learning rate, and where does fine-tuning collapse?",
    protocol="Test accuracy against the learning rate, ten rates from 0.0001 to 3 for every strategy: the head's rate where "
    "the backbone is frozen, the rate of all layers for end-to-end and from scratch, and the rate of all layers after"
    " unfreezing for progressive unfreezing. Split, head, minibatch order and epochs are the same for all, so a low "
    "rate may simply need more epochs. The best rate is chosen on the validation images. The optimiser is gradient "
    "descent, with the momentum of the knobs: rates meant for Adam, as those of the lesson's table may be, do not "
    "carry over, but their ratio can be compared.",
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
