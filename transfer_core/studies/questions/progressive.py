"""Progressive unfreezing against the pure approaches, and which part of its recipe does the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.arms import Arm
from transfer_core.arrays import Array
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.scenarios import SCENARIOS
from transfer_core.statistics import Gap, paired_gap
from transfer_core.studies.conditions import Quantity, lead
from transfer_core.studies.effects import ONE_OF_EACH_KIND, mean_effect, mean_effect_words
from transfer_core.studies.recipes import recipe
from transfer_core.studies.rules import signed
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, by_place, intervals, points, scores
from transfer_core.studies.tasks import Train
from transfer_core.studies.unfreezing import (
    FROZEN,
    GRADUAL,
    ONE_RATE,
    OURS,
    PLAIN,
    PURE,
    RATES,
    TWO_PHASES,
    have_learnt,
    rivals,
    sides,
)
from transfer_core.wording import sentence_case

FALLING = "falling by phase"
ORDER = (FROZEN, PLAIN, TWO_PHASES, GRADUAL)  # in the figure
RECIPES = {
    ONE_RATE: (False, False),
    "discriminative": (True, False),
    "slanted": (False, True),
    "discriminative and slanted": (True, True),
}
PARTS = ("gradual", "discriminative", "slanted")
BY = ["scenario", "unfreezing", "rates"]


def grid(config: RunConfig) -> Iterator[Cell]:
    """Lay out the forms and their rivals, and what is left of eight arms made of parts, each at every rate."""
    yield from rivals(config)
    for rate, unfreezing, (rates, (discriminative, slanted)) in product(RATES, (PLAIN, GRADUAL), RECIPES.items()):
        if rates == ONE_RATE:
            continue  # among the rivals
        schedule = recipe(config, rate, gradual=unfreezing == GRADUAL, discriminative=discriminative, slanted=slanted)
        yield Cell({"unfreezing": unfreezing, "rates": rates, "rate": rate}, config, Train(Arm(schedule)))
    for rate in RATES:
        schedule = recipe(config, rate, gradual=True, falling=True)
        yield Cell({"unfreezing": GRADUAL, "rates": FALLING, "rate": rate}, config, Train(Arm(schedule)))


def summarise(rows: pd.DataFrame) -> Summary:
    """Choose the rates, take the mean effects of the parts, and compare both forms with the pure approaches."""
    best = at_their_best(rows, ["rate"], BY)
    in_order = best.sort_values(
        ["scenario", "rates", "unfreezing"], key=by_place(*SCENARIOS, *RECIPES, *ORDER), kind="stable"
    )
    table = intervals(in_order, ["scenario", "rates", "unfreezing", "rate"], "test_accuracy")
    effects = {
        "best": (_over_pure(rows), "progressive unfreezing in its better form is", "the better pure approach"),
        **{name: (_part(best, place), "arms with it are", "arms without") for place, name in enumerate(PARTS)},
        "lower_later": (_falling(best), "rates that fall by phase are", "one rate for all phases"),
    }
    return Summary(
        table.join(_gaps_to_plain(best, table)),
        {name: _found(CLAIMS[name], *measured) for name, measured in effects.items()},
    )


def main_effect(rows: pd.DataFrame, factor: int) -> Gap:
    """Mean of the four arms that have a factor, minus the mean of the four that do not, seed by seed.

    Parameters
    ----------
    rows : DataFrame
        The eight arms of one scenario, each at its rate.
    factor : int
        0 gradual unfreezing, 1 discriminative, 2 slanted triangular rates.
    """
    sides: dict[bool, list[Array]] = {True: [], False: []}
    for unfreezing, (rates, (discriminative, slanted)) in product((PLAIN, GRADUAL), RECIPES.items()):
        has = (unfreezing == GRADUAL, discriminative, slanted)[factor]
        sides[has].append(_accuracy(rows, unfreezing, rates))
    return paired_gap(np.mean(sides[True], axis=0), np.mean(sides[False], axis=0))


def _found(claim: Claim, gaps: Mapping[str, Gap], ours: str, theirs: str) -> Finding:
    """Judge the mean effect over the scenarios in which every arm has learnt its training images."""
    if not gaps:
        return claim.untested("In 0 scenarios have all arms that it compares learnt 90 % of their training images.")
    said = f"{ours} {mean_effect_words(gaps, theirs)}"
    return claim.found(mean_effect(gaps), f"{sentence_case(said)}.")


def _over_pure(rows: pd.DataFrame) -> dict[str, Gap]:
    """Either form of progressive unfreezing against either pure approach."""
    return {
        str(scenario): paired_gap(*(scores(here, "test_accuracy", side=side) for side in (OURS, PURE)))
        for (scenario,), here in points(sides(rows), ["scenario"])
        if have_learnt(here, ["side"])
    }


def _part(best: pd.DataFrame, factor: int) -> dict[str, Gap]:
    eight = best[best["unfreezing"].isin([PLAIN, GRADUAL]) & best["rates"].isin(list(RECIPES))]
    return {
        str(scenario): main_effect(here, factor)
        for (scenario,), here in points(eight, ["scenario"])
        if have_learnt(here, BY)
    }


def _falling(best: pd.DataFrame) -> dict[str, Gap]:
    two = best[(best["unfreezing"] == GRADUAL) & best["rates"].isin([ONE_RATE, FALLING])]
    return {
        str(scenario): paired_gap(_accuracy(here, GRADUAL, FALLING), _accuracy(here, GRADUAL))
        for (scenario,), here in points(two, ["scenario"])
        if have_learnt(here, BY)
    }


def _gaps_to_plain(best: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Each row of the table against plain end-to-end training of its scenario."""
    gaps = []
    for row in table.itertuples():
        here = best[best["scenario"] == row.scenario]
        gaps.append(paired_gap(_accuracy(here, str(row.unfreezing), str(row.rates)), _accuracy(here, PLAIN)))
    return pd.DataFrame(
        {
            **{f"gap_{edge}": [getattr(gap.interval, edge) for gap in gaps] for edge in ("mean", "low", "high")},
            "wins": [gap.wins for gap in gaps],
        }
    )


def _accuracy(here: pd.DataFrame, unfreezing: str, rates: str = ONE_RATE) -> Array:
    return scores(here, "test_accuracy", unfreezing=unfreezing, rates=rates)


_AVERAGED = "averaged over the scenarios, each arm at its best rate"


def _part_claim(text: str, objection: str) -> Claim:
    effect = Quantity(
        "the lead of the four arms with it over the four without",
        "the four arms with it are clearly ahead of the four without",
        "the four arms with it are clearly behind the four without",
    )
    return Claim(text, SOURCES["howard2018"], signed(effect, _AVERAGED), objection, "unfreezing")


_DEEP = "A language model has many layers to unfreeze and far more to forget than three layers on 8x8 digits."
_SLOPE = "They were proposed for a deep language model in a long training; a small network may need no warm-up."
_RATES = "They were proposed for a deep language model; a small network tolerates one rate for all layers."

CLAIMS = MappingProxyType(
    {
        "best": Claim(
            "On average, progressive unfreezing yields the best results: its better form beats the better pure approach, both chosen on validation.",
            LESSON,
            signed(lead("progressive unfreezing", "the pure approach that is better on validation"), _AVERAGED),
            "Its advice is meant for deep networks, whose lower layers are generic enough to be worth protecting.",
            "unfreezing",
        ),
        "gradual": _part_claim(
            "On the mean over the other parts of ULMFiT, gradual unfreezing improves fine-tuning.", _DEEP
        ),
        "discriminative": _part_claim(
            "On the mean over the other parts of ULMFiT, discriminative learning rates improve fine-tuning.", _RATES
        ),
        "slanted": _part_claim(
            "On the mean over the other parts of ULMFiT, slanted triangular learning rates improve fine-tuning.", _SLOPE
        ),
        "lower_later": Claim(
            "Fine-tune with progressively lower learning rates: each time more layers are unfrozen, the rate falls.",
            LESSON,
            signed(lead("gradual unfreezing at falling rates", "gradual unfreezing at one rate"), _AVERAGED),
            "Deep pretrained networks are more easily damaged by a high rate than three layers.",
            "unfreezing",
        ),
    }
)

STUDY = Study(
    name="progressive",
    title="Does progressive unfreezing pay?",
    question="Does progressive unfreezing beat both pure approaches, and which part of its recipe does the work?",
    protocol="Eight arms: gradual unfreezing (one more layer after each tenth of the epochs), discriminative rates (divided by "
    "2.6 per layer) and slanted triangular rates (cut 0.1, ratio 32, one value per epoch), each on or off. The effect of a "
    "part is the mean of the four arms with it minus that of the four without it, paired by seed. Beside them stand feature "
    "extraction, the lesson's two phases (the head at the rate of its knob, then all layers at the rate that is "
    "searched) and gradual unfreezing at rates that fall by phase to a tenth, as they do in the lesson's notebook. All arms share "
    "split, head, minibatch order and epochs. The rate of each is, for each seed, the best of the same four (0.01 to 0.3) on "
    "validation images, at most as many as there are for training; so is the better of two approaches: the two forms of progressive unfreezing (two phases, or gradual at one rate) stand "
    "against two pure approaches, at as many settings. One scenario of each kind: another collection, changed images, other "
    "classes, another question. What is judged is the mean over them, one weight each; a scenario in which an arm has not "
    "learnt its training images is left out.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "dots",
        Axis("rates", "Learning rates over layers and epochs", "ordinal"),
        Axis("mean", "Test accuracy", form="share"),
        series="unfreezing",
        facet="scenario",
    ),
    order=6,
    settings=MappingProxyType({"hidden_sizes": (64, 64, 64), "images_per_class": 20}),
    swept=("backbone_learning_rate", "unfrozen_learning_rate"),
    default_scenarios=ONE_OF_EACH_KIND,
    suits=has_source,
)
