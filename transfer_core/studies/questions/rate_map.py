"""Accuracy of joint fine-tuning, by the rate of the head and the rate of the backbone."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import pandas as pd

from transfer_core.arms import Arm
from transfer_core.bibliography import SOURCES
from transfer_core.config import RunConfig
from transfer_core.schedules import Phase, Schedule, freeze_to
from transfer_core.studies.conditions import Quantity, above, below, lead, not_below
from transfer_core.studies.quantifiers import both, either
from transfer_core.studies.rules import Rule, signed
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, gap_between, intervals
from transfer_core.studies.tasks import Train
from transfer_core.wording import side_words

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # two to each power of ten
TEN_TIMES = 2  # steps of the grid that make a factor of ten
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
    """Every rate of the head with every rate of the backbone."""
    for backbone_rate in RATES:
        for head_rate in RATES:
            labels = {"head_rate": head_rate, "backbone_rate": backbone_rate}
            yield Cell(labels, config, Train(Arm(schedule(config, head_rate, backbone_rate))))


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
    """Draw the map, and compare the diagonals and the two edges at their best."""
    rates = ["head_rate", "backbone_rate"]
    table = intervals(rows, ["scenario", *rates], "test_accuracy")
    table["arm"] = [arm_of(*pair) for pair in zip(table["head_rate"], table["backbone_rate"], strict=True)]
    rows = rows.assign(arm=[arm_of(*pair) for pair in zip(rows["head_rate"], rows["backbone_rate"], strict=True)])
    arms = at_their_best(rows[rows["arm"] != ""], rates, ["arm"])
    top = max(RATES)
    edges = pd.concat(
        at_their_best(rows[rows[f"{part}_rate"] == top].assign(arm=part), rates, ["arm"])
        for part in ("head", "backbone")
    )
    best = table["mean"].max()
    collapsed = table[table["mean"] < best / 2]
    return Summary(
        table,
        {"lower_backbone": _lower_backbone(arms), "backbone_breaks": _backbone_breaks(edges, collapsed, len(table))},
    )


def _lower_backbone(arms: pd.DataFrame) -> Finding:
    """Compare the lower backbone with equal rates, and with a lower head."""
    gaps = {
        arm: gap_between(arms, "test_accuracy", {"arm": LOWER_BACKBONE}, {"arm": arm}) for arm in (EQUAL, LOWER_HEAD)
    }
    compared = " and ".join(side_words(gap, f"{'a ' * (arm != EQUAL)}{_at(arms, arm)}") for arm, gap in gaps.items())
    return CLAIMS["lower_backbone"].found(gaps, f"A ten times {_at(arms, LOWER_BACKBONE)} is {compared}.")


def _backbone_breaks(edges: pd.DataFrame, collapsed: pd.DataFrame, n_cells: int) -> Finding:
    """Compare the highest rate in the head alone with the highest rate in the backbone alone."""
    gap = gap_between(edges, "test_accuracy", {"arm": "head"}, {"arm": "backbone"})
    where = f"Accuracy falls to less than half of the best in {len(collapsed)} of {n_cells} cells"
    least = collapsed["backbone_rate"].min()
    if least > min(RATES):
        where += f", none of them with a backbone rate below {least:g}"
    return CLAIMS["backbone_breaks"].found(
        gap,
        f"With the other part at its best ({_rates(edges, 'head')}; {_rates(edges, 'backbone')}), a head at the highest rate "
        f"is {side_words(gap, 'a backbone at the highest rate')}. {where}.",
    )


def _at(arms: pd.DataFrame, arm: str) -> str:
    return f"{arm} ({_rates(arms, arm)})"


def _rates(arms: pd.DataFrame, arm: str) -> str:
    """Chosen rates of an arm."""
    first = arms[arms["arm"] == arm].iloc[0]
    return f"head {first['head_rate']:g}, backbone {first['backbone_rate']:g}"


_TEN_TIMES = "a backbone ten times slower than the head"
_OVER_EQUAL = lead(_TEN_TIMES, "equal rates", EQUAL)
_OVER_HEAD = lead("it", "a head ten times slower than the backbone", LOWER_HEAD)
_HIGHEST = f"with {max(RATES):g} for the head and the best rate for the backbone, accuracy is clearly"

CLAIMS = MappingProxyType(
    {
        "lower_backbone": Claim(
            "A pretrained backbone should learn at a lower rate than the new head above it.",
            SOURCES["cs231n"],
            Rule(
                both(above(_OVER_EQUAL), not_below(_OVER_HEAD)),
                either(below(_OVER_EQUAL), below(_OVER_HEAD)),
                "each at its best",
            ),
        ),
        "backbone_breaks": Claim(
            "A high rate does its harm in the backbone, whose weights are already good, not in the head.",
            SOURCES["cs231n"],
            signed(
                Quantity(
                    "the lead of the highest rate in the head over the highest rate in the backbone",
                    above=f"{_HIGHEST} higher than the other way round",
                    below=f"{_HIGHEST} lower than the other way round",
                )
            ),
        ),
    }
)

STUDY = Study(
    name="rate_map",
    title="One rate for the head, one for the backbone",
    question="Which pair of rates, for the head and for the backbone, suits joint fine-tuning best, and where does it collapse?",
    protocol="Every layer trains from the first epoch, the head at one rate and all layers below it at another, with seven "
    "rates from 0.001 to 1 for each. Split, head, minibatch order and epochs are the same in every cell. Three arms are "
    "compared at their best on the validation images, each with five candidates: equal rates, a backbone ten times "
    "slower than the head, and the reverse, the higher rate being 0.01 to 1. The colour is accuracy on the test "
    "images of the target; it does not show what the source task loses.",
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
