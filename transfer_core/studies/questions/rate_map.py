"""Accuracy of joint fine-tuning, by the rate of the head and the rate of the backbone."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.arms import Arm, FromSource, Random, Start
from transfer_core.bibliography import SOURCES
from transfer_core.config import RunConfig
from transfer_core.schedules import Phase, Schedule, freeze_to
from transfer_core.studies.conditions import MARGIN, Quantity, above, below, lead, negligible
from transfer_core.studies.quantifiers import both, either
from transfer_core.studies.rules import Rule, signed
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Label, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, gap_between, gap_of, has_learnt, intervals
from transfer_core.studies.tasks import Train
from transfer_core.wording import comparative, number_words, side_words

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # two to each power of ten
TEN_TIMES = 2  # steps of the grid that make a factor of ten
HIGH = 0.3  # the highest rate of the map at which training does not break as such
PRETRAINED, SCRATCH = "pretrained", "from_scratch"
EQUAL, LOWER_BACKBONE, LOWER_HEAD = "equal rates", "slower backbone", "slower head"


def schedule(config: RunConfig, head_rate: float, backbone_rate: float) -> Schedule:
    """Train every layer from the first epoch, the head at one rate and all below at another.

    Examples
    --------
    >>> schedule(RunConfig(), 0.1, 0.01)[0].learning_rates
    (0.01, 0.01, 0.1)
    """
    rates = (backbone_rate,) * (config.n_layers - 1) + (head_rate,)
    # Named as end-to-end training is: with two equal rates it is nothing else, and the cell is shared.
    return (Phase("all layers", config.n_epochs, freeze_to(config.n_layers, 0), rates),)


def grid(config: RunConfig) -> Iterator[Cell]:
    """Every rate of the head with every rate of the backbone; where one of them is high, from scratch as well."""
    starts: dict[str, Start] = {PRETRAINED: FromSource(), SCRATCH: Random()}
    for network, start in starts.items():
        for backbone_rate in RATES:
            for head_rate in RATES:
                if network == PRETRAINED or HIGH in (head_rate, backbone_rate):
                    labels: dict[str, Label] = {
                        "network": network,
                        "head_rate": head_rate,
                        "backbone_rate": backbone_rate,
                    }
                    yield Cell(labels, config, Train(Arm(schedule(config, head_rate, backbone_rate), start)))


def arm_of(head_rate: float, backbone_rate: float) -> str:
    """Name the arm of a cell; empty for a cell that is in none.

    All arms have the same candidates: the higher of the two rates takes the five upper values.

    Examples
    --------
    >>> arm_of(0.1, 0.1), arm_of(0.1, 0.01), arm_of(0.01, 0.1), arm_of(0.1, 0.03)
    ('equal rates', 'slower backbone', 'slower head', '')
    """
    head, backbone = RATES.index(head_rate), RATES.index(backbone_rate)
    if max(head, backbone) < TEN_TIMES:
        return ""
    return {0: EQUAL, TEN_TIMES: LOWER_BACKBONE, -TEN_TIMES: LOWER_HEAD}.get(head - backbone, "")


def summarise(rows: pd.DataFrame) -> Summary:
    """Draw the map, and compare the diagonals, and a high rate in either part, at their best."""
    rates = ["head_rate", "backbone_rate"]
    rows = rows.assign(arm=[arm_of(*pair) for pair in zip(rows["head_rate"], rows["backbone_rate"], strict=True)])
    drawn = rows[rows["network"] == PRETRAINED]
    table = intervals(drawn, ["scenario", *rates, "arm"], "test_accuracy")
    arms = at_their_best(drawn[drawn["arm"] != ""], rates, ["arm"])
    high = pd.concat(
        at_their_best(rows[rows[f"{part}_rate"] == HIGH].assign(part=part), rates, ["network", "part"])
        for part in ("head", "backbone")
    )
    return Summary(table, {"lower_backbone": _lower_backbone(arms), "backbone_breaks": _backbone_breaks(high)})


def _lower_backbone(arms: pd.DataFrame) -> Finding:
    """Compare the lower backbone with equal rates; a lower head stands beside it."""
    gaps = {
        arm: gap_between(arms, "test_accuracy", {"arm": LOWER_BACKBONE}, {"arm": arm}) for arm in (EQUAL, LOWER_HEAD)
    }
    compared = " and ".join(side_words(gap, f"{'a ' * (arm != EQUAL)}{arm}") for arm, gap in gaps.items())
    return CLAIMS["lower_backbone"].found(gaps[EQUAL], f"A ten times {LOWER_BACKBONE} is {compared}.")


def _backbone_breaks(high: pd.DataFrame) -> Finding:
    """Compare a high rate in the head with one in the backbone, on pretrained and on random weights."""
    if not all(has_learnt(arm) for _, arm in high.groupby(["network", "part"])):
        return Claim.untested(
            f"At {HIGH:g} in one part not every network learns its training images: training itself breaks down."
        )
    leads = {
        name: gap_between(network, "test_accuracy", {"part": "head"}, {"part": "backbone"})
        for name, network in high.groupby("network")
    }
    beyond = gap_of(np.subtract(leads[PRETRAINED].differences, leads[SCRATCH].differences))
    scratch = number_words(100 * leads[SCRATCH].interval.mean, "+.1f")
    words = side_words(beyond, "from scratch", comparative("more", "less"))
    return CLAIMS["backbone_breaks"].found(
        {"lead": leads[PRETRAINED], "beyond": beyond},
        f"With the other part at its best, {HIGH:g} in the head is {side_words(leads[PRETRAINED], f'{HIGH:g} in the backbone')}. "
        f"From scratch that lead is {scratch} points: pretrained weights lose {words}.",
    )


_TEN_TIMES = "a backbone ten times slower than the head"
_HARM = Quantity(
    f"the lead of {HIGH:g} in the head over {HIGH:g} in the backbone",
    above=f"with {HIGH:g} for the head and the best rate for the backbone, accuracy is clearly higher than with {HIGH:g} for the backbone and the best for the head",
    below=f"with {HIGH:g} for the head and the best rate for the backbone, accuracy is clearly lower than with {HIGH:g} for the backbone and the best for the head",
    key="lead",
)
_BEYOND = Quantity(
    "how much more a high rate in the backbone costs than in the head, beyond the same from scratch",
    above="that lead is clearly larger than from scratch, where no weights are good yet",
    below="that lead is clearly smaller than from scratch, where no weights are good yet",
    key="beyond",
)

CLAIMS = MappingProxyType(
    {
        "lower_backbone": Claim(
            "After CS231n: a pretrained backbone should learn at a lower rate, here a tenth, than the new head above it.",
            SOURCES["cs231n"],
            signed(lead(_TEN_TIMES, "equal rates"), "each at its best"),
            "It is meant for deep networks, whose pretrained weights are better than those of two small layers.",
            "rates",
        ),
        "backbone_breaks": Claim(
            "After CS231n: a high rate does its harm in the backbone, whose weights are already good, rather than in the head.",
            SOURCES["cs231n"],
            Rule(
                both(above(_HARM), above(_BEYOND)),
                either(below(_HARM), below(_BEYOND)),
                both(above(_HARM, -MARGIN), either(negligible(_HARM), negligible(_BEYOND))),
            ),
            "Weights learnt from 8x8 digits in seconds are good by the measure of this lab only.",
            "rates",
        ),
    }
)

STUDY = Study(
    name="rate_map",
    title="One rate for the head, one for the backbone",
    question="Which pair of rates, for the head and for the backbone, suits joint fine-tuning best, and where does it collapse?",
    protocol="Every layer trains from the first epoch, the head at one rate and all layers below it at another, with seven "
    "rates from 0.001 to 1 for each. Split, head, minibatch order and epochs are the same in every cell. Three arms are "
    "compared at the best pair of rates on each seed's validation images, as many as there are for training, each with five "
    "candidates: equal rates, a backbone ten times slower than the head, and the reverse, the higher rate being 0.01 to 1. "
    f"A rate of {HIGH:g} in one part, with the best rate in the other, is also given to a network from random weights: what "
    "harms that as much is no harm to pretrained weights, but to training. At 1 in the backbone nothing learns, pretrained or "
    "not. The colour is accuracy on the test images of the target; it does not show what the source task loses.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "map",
        Axis("head_rate", "Learning rate of the head", "ordinal"),
        Axis("backbone_rate", "Learning rate of the backbone", "ordinal"),
        series="mean",
    ),
    order=14,
    swept=("head_learning_rate", "backbone_learning_rate"),
    suits=has_source,
)
