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
from transfer_core.strategies import STRATEGIES
from transfer_core.studies.conditions import MARGIN, Quantity, above, below, lead, negligible
from transfer_core.studies.effects import ONE_OF_EACH_KIND, mean_effect, mean_effect_words
from transfer_core.studies.quantifiers import Place, both, either, every, some
from transfer_core.studies.rules import Rule, as_good
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, by_place, chosen, intervals, points, scores
from transfer_core.studies.unfreezing import (
    FROZEN,
    GRADUAL,
    OURS,
    PLAIN,
    TWO_PHASES,
    have_learnt,
    rivals,
    sides,
)
from transfer_core.studies.watch import FIRST_EPOCHS
from transfer_core.wording import comparative, inside, interval_words

LESS = comparative("less", "more")
Against = dict[str, dict[str, Gap]]
"""Gaps by what is compared, then by scenario."""


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
    against = {pure: _against(rows, pure) for pure in (PLAIN, FROZEN)}
    found = {
        "stable": _stable(against[PLAIN]["steadier"]),
        "head_stabilises": _head_stabilises(moves(rows)),
        "balance": _balance(against),
    }
    return Summary(table, found)


def _against(rows: pd.DataFrame, pure: str) -> Against:
    """Compare the better form with a pure approach: its lead in test accuracy, and by how much accuracy falls less."""
    ours = sides(rows)
    theirs = at_their_best(rows[rows["unfreezing"] == pure], ["rate"], ["scenario"]).assign(side=pure)
    found: Against = {"accuracy": {}, "steadier": {}}
    for (scenario,), here in points(pd.concat([ours[ours["side"] == OURS], theirs]), ["scenario"]):
        if not have_learnt(here, ["side"]):
            continue
        accuracies, falls = (
            [scores(here, value, side=side) for side in (OURS, pure)] for value in ("test_accuracy", "total_fall")
        )
        found["accuracy"][str(scenario)] = paired_gap(*accuracies)
        found["steadier"][str(scenario)] = paired_gap(*reversed(falls))
    return found


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


def _balance(against: dict[str, Against]) -> Finding:
    claim = CLAIMS["balance"]
    if not all(gaps for compared in against.values() for gaps in compared.values()):
        return _unlearnt(claim)
    said = [
        f"Progressive unfreezing is {mean_effect_words(compared['accuracy'], inside(STRATEGIES[pure].title))}; all falls of "
        f"the validation accuracy added up, it has {mean_effect_words(compared['steadier'], sides=LESS)}."
        for pure, compared in against.items()
    ]
    means = {pure: {key: mean_effect(gaps) for key, gaps in compared.items()} for pure, compared in against.items()}
    return claim.found(means, " ".join(said))


def _unlearnt(claim: Claim) -> Finding:
    return claim.untested("In 0 scenarios have the arms that it compares learnt 90 % of their training images.")


_FALL = "the total fall of progressive unfreezing"
A_FALL_MATTERS = 0.06  # over 60 epochs: a tenth of a point per epoch


def _steadier(other: str, key: str = "") -> Quantity:
    return Quantity(
        f"how much smaller {_FALL} is than the total fall of {other}",
        f"{_FALL} is clearly smaller than the total fall of {other}",
        f"{_FALL} is clearly larger than the total fall of {other}",
        key,
        matters=A_FALL_MATTERS,
    )


def _further(part: str) -> Quantity:
    """Name how much further a part moves; a quarter further matters, which is 0.32 doublings."""
    return Quantity(
        f"the number of doublings by which the {part} moves further when all layers are tuned at once than after the head was trained",
        f"the {part} clearly moves further when all layers are tuned at once than after the head was trained",
        f"the {part} clearly moves less far when all layers are tuned at once than after the head was trained",
        part,
        unit="",
        matters=float(np.log2(1.25).round(2)),
    )


_HEAD, _BACKBONE = _further("head"), _further("backbone")
_PURE = Place("against", "pure approach", "pure approaches")
_STEADIER = _steadier("that approach", "steadier")
_ACCURACY = lead("progressive unfreezing", "that approach", key="accuracy")
_NO_WORSE = both(above(_ACCURACY, -MARGIN), above(_STEADIER, -A_FALL_MATTERS))
_AVERAGED = "averaged over the scenarios, each arm at its best rate, total fall being the sum of all falls of the validation accuracy from epoch to epoch"

CLAIMS = MappingProxyType(
    {
        "stable": Claim(
            "Progressive unfreezing maintains training stability: on the way, its accuracy falls no more than that of end-to-end.",
            LESSON,
            as_good(_steadier("end-to-end"), A_FALL_MATTERS, _AVERAGED),
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
            "On average, progressive unfreezing gives the best balance of performance and stability: no worse than a pure approach in either, better in one.",
            LESSON,
            Rule(
                every(_PURE, both(_NO_WORSE, either(above(_ACCURACY), above(_STEADIER)))),
                some(_PURE, either(below(_ACCURACY, -MARGIN), below(_STEADIER, -A_FALL_MATTERS))),
                every(_PURE, both(negligible(_ACCURACY), negligible(_STEADIER))),
                _AVERAGED,
            ),
            "A balance needs weights: here, whoever is better in one respect and no worse in the other has the better balance.",
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
    "of each arm and the better form are chosen, for each seed, on validation images, at most as many as there are for "
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
