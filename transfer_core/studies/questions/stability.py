"""Whether progressive unfreezing keeps the training stable, and what training the head first does to it."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.bibliography import LESSON
from transfer_core.config import RunConfig
from transfer_core.scenarios import SCENARIOS
from transfer_core.statistics import Gap, paired_gap
from transfer_core.studies.conditions import MARGIN, Quantity, above, below, lead, negligible
from transfer_core.studies.effects import ONE_OF_EACH_KIND, mean_effect, mean_effect_words
from transfer_core.studies.quantifiers import both, either
from transfer_core.studies.rules import Rule, as_good
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, by_place, chosen, intervals, points, scores
from transfer_core.studies.unfreezing import (
    FROZEN,
    GRADUAL,
    OURS,
    PLAIN,
    PURE,
    TWO_PHASES,
    have_learnt,
    rivals,
    sides,
)
from transfer_core.studies.watch import FIRST_EPOCHS
from transfer_core.wording import comparative, interval_words

LESS = comparative("less", "more")


def grid(config: RunConfig) -> Iterator[Cell]:
    """Lay out both forms of progressive unfreezing and both pure approaches, at every rate."""
    yield from rivals(config)


def summarise(rows: pd.DataFrame) -> Summary:
    """Compare the falls at the best rates, and how far the layers move at one rate for both."""
    best = at_their_best(rows, ["rate"], ["scenario", "unfreezing"])
    in_order = best.sort_values(
        ["scenario", "unfreezing"], key=by_place(*SCENARIOS, FROZEN, PLAIN, TWO_PHASES, GRADUAL), kind="stable"
    )
    table = intervals(in_order, ["scenario", "unfreezing", "rate"], "total_fall")
    steadier, accuracy = _against_end_to_end(rows), _against_the_better(rows)
    found = {
        "stable": _stable(steadier),
        "head_stabilises": _head_stabilises(moves(rows)),
        "balance": _balance({name: gap for name, gap in steadier.items() if name in accuracy}, accuracy),
    }
    return Summary(table, found)


def _against_end_to_end(rows: pd.DataFrame) -> dict[str, Gap]:
    """By how much accuracy falls less with the better form than with end-to-end, in each scenario."""
    ours = sides(rows)
    both_sides = pd.concat(
        [
            ours[ours["side"] == OURS],
            at_their_best(rows[rows["unfreezing"] == PLAIN], ["rate"], ["scenario"]).assign(side=PLAIN),
        ]
    )
    return {
        str(scenario): paired_gap(*(scores(here, "total_fall", side=side) for side in (PLAIN, OURS)))
        for (scenario,), here in points(both_sides, ["scenario"])
        if have_learnt(here, ["side"])
    }


def _against_the_better(rows: pd.DataFrame) -> dict[str, Gap]:
    """Lead in test accuracy of the better form over the better pure approach, in each scenario."""
    return {
        str(scenario): paired_gap(*(scores(here, "test_accuracy", side=side) for side in (OURS, PURE)))
        for (scenario,), here in points(sides(rows), ["scenario"])
        if have_learnt(here, ["side"])
    }


def moves(rows: pd.DataFrame) -> dict[str, dict[str, Gap]]:
    """How many doublings further the layers move at once than after the head was trained, in each scenario.

    Both arms at the rate that is best for end-to-end, seed by seed.

    Returns
    -------
    dict of str to dict of str to Gap
        By ``"head"`` and ``"backbone"``, then by scenario.
    """
    rates = chosen(rows[rows["unfreezing"] == PLAIN], ["rate"], ["scenario"])
    paired = rows[rows["unfreezing"].isin([PLAIN, TWO_PHASES])].merge(rates, on=["scenario", "seed", "rate"])
    found: dict[str, dict[str, Gap]] = {"head": {}, "backbone": {}}
    for (scenario,), here in points(paired, ["scenario"]):
        if not have_learnt(here, ["unfreezing"]):
            continue
        for part, gaps in found.items():
            at_once, after = (scores(here, f"{part}_moved", unfreezing=arm) for arm in (PLAIN, TWO_PHASES))
            gaps[str(scenario)] = paired_gap(np.log2(at_once), np.log2(after))
    return found


def _stable(steadier: dict[str, Gap]) -> Finding:
    claim = CLAIMS["stable"]
    if not steadier:
        return _unlearnt(claim)
    words = mean_effect_words(steadier, "end-to-end", LESS)
    return claim.found(
        mean_effect(steadier), f"All falls of the validation accuracy added up, progressive unfreezing has {words}."
    )


def _head_stabilises(moved: dict[str, dict[str, Gap]]) -> Finding:
    claim = CLAIMS["head_stabilises"]
    if not moved["head"]:
        return _unlearnt(claim)
    means = {part: mean_effect(gaps) for part, gaps in moved.items()}
    said = " and ".join(
        f"the {part} {2**gap.interval.mean:.1f} times as far ({interval_words(2**gap.interval.low, 2**gap.interval.high)})"
        for part, gap in means.items()
    )
    return claim.found(
        means,
        f"In the first {FIRST_EPOCHS} epochs in which all layers learn, at the same rate, training all at once moves {said} as "
        f"training after the head.",
    )


def _balance(steadier: dict[str, Gap], accuracy: dict[str, Gap]) -> Finding:
    claim = CLAIMS["balance"]
    if not steadier:
        return _unlearnt(claim)
    return claim.found(
        {"accuracy": mean_effect(accuracy), "steadier": mean_effect(steadier)},
        f"Progressive unfreezing is {mean_effect_words(accuracy, 'the better pure approach')}. All falls of the validation "
        f"accuracy added up, it has {mean_effect_words(steadier, 'end-to-end', LESS)}.",
    )


def _unlearnt(claim: Claim) -> Finding:
    return claim.untested("In 0 scenarios have the arms that it compares learnt 90 % of their training images.")


_FALL = "the sum of all falls of progressive unfreezing's validation accuracy from epoch to epoch"
A_FALL_MATTERS = 0.06  # over 60 epochs: a tenth of a point per epoch


def _steadier(key: str = "") -> Quantity:
    return Quantity(
        f"how much smaller {_FALL} is than that of end-to-end",
        f"{_FALL} is clearly smaller than that of end-to-end",
        f"{_FALL} is clearly larger than that of end-to-end",
        key,
        matters=A_FALL_MATTERS,
    )


def _further(part: str) -> Quantity:
    """Name how much further a part moves; a quarter further matters, which is 0.32 doublings."""
    return Quantity(
        f"the number of doublings by which the {part} moves further at once than after the head was trained",
        f"the {part} clearly moves further at once than after the head was trained",
        f"the {part} clearly moves less far at once than after the head was trained",
        part,
        unit="",
        matters=float(np.log2(1.25).round(2)),
    )


_HEAD, _BACKBONE, _STEADIER = _further("head"), _further("backbone"), _steadier("steadier")
_ACCURACY = lead("progressive unfreezing", "the better pure approach", "accuracy")
_AVERAGED = "averaged over the scenarios, each arm at its best rate"

CLAIMS = MappingProxyType(
    {
        "stable": Claim(
            "Progressive unfreezing maintains training stability.",
            LESSON,
            as_good(_steadier(), A_FALL_MATTERS, _AVERAGED),
            "In a deep network with normalisation layers, unfreezing at once can break the training altogether; three layers hardly "
            "can.",
            "unfreezing",
        ),
        "head_stabilises": Claim(
            "Training the head first lets the classifier stabilise, so that head and backbone move less when all layers are tuned.",
            LESSON,
            Rule(
                both(above(_HEAD), above(_BACKBONE)),
                either(below(_HEAD), below(_BACKBONE)),
                both(negligible(_HEAD), negligible(_BACKBONE)),
                f"in the first {FIRST_EPOCHS} epochs in which all layers learn, at the same rate",
            ),
            "How far weights move says little about features in a network with normalisation layers.",
            "unfreezing",
        ),
        "balance": Claim(
            "On average, progressive unfreezing gives a better balance of performance and stability than fine-tuning at once.",
            LESSON,
            Rule(
                both(above(_ACCURACY, -MARGIN), above(_STEADIER)),
                either(below(_ACCURACY, -MARGIN), below(_STEADIER)),
                both(negligible(_ACCURACY), negligible(_STEADIER)),
                _AVERAGED,
            ),
            "A balance needs weights: here, up to a point of accuracy may be paid for any gain in stability.",
            "unfreezing",
        ),
    }
)

STUDY = Study(
    name="stability",
    title="Does training the head first keep it stable?",
    question="Is training more stable if the head is trained first, and at what price?",
    protocol="The two forms of progressive unfreezing (the lesson's two phases; one more layer after each tenth of the epochs, "
    "at one rate) and the two pure approaches, each at four rates (0.01 to 0.3). How stable a training is is measured by "
    "how far its accuracy on the validation images falls from one epoch to the next, all falls added up. The rate "
    "of each arm, the better form and the better pure approach are chosen, for each seed, on validation images, at most as many as there are for "
    "training. How far the layers move is compared between end-to-end and the two phases at one rate, the best for "
    f"end-to-end: the relative change of the weights over the first {FIRST_EPOCHS} epochs in which all layers learn. One scenario "
    "of each kind; what is judged is the mean over them. A scenario in which an arm has not learnt its training "
    "images is left out.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "dots",
        Axis("unfreezing", "What is trained when", "ordinal"),
        Axis("mean", "Falls of the validation accuracy, added up", form="points"),
        series="unfreezing",
        facet="scenario",
    ),
    order=15,
    settings=MappingProxyType({"hidden_sizes": (64, 64, 64), "images_per_class": 20}),
    swept=("backbone_learning_rate", "unfrozen_learning_rate"),
    default_scenarios=ONE_OF_EACH_KIND,
    suits=has_source,
)
