"""Accuracy on the straight line between two networks, trained in two runs of the same arm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.arms import Arm, NewHead, Random, arm_of
from transfer_core.arrays import Layer, Params
from transfer_core.bibliography import SOURCES
from transfer_core.config import RunConfig
from transfer_core.measures import target_accuracies
from transfer_core.scenarios import SCENARIOS
from transfer_core.statistics import Gap, paired_gap
from transfer_core.studies.conditions import MARGIN, Quantity, above, below
from transfer_core.studies.effects import ONE_OF_EACH_KIND, mean_effect, mean_effect_words
from transfer_core.studies.rules import Rule
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Reading, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, by_place, has_learnt, intervals, points, scores
from transfer_core.wording import HIGHER, sentence_case

RATES = (0.01, 0.03, 0.1)
PLACES = tuple(step / 8 for step in range(9))

# What the two networks of a pair start from: strategy, and whether the second draws its random part anew.
PAIRS = {
    "fine-tuned, same head": ("end_to_end", False),
    "fine-tuned, other heads": ("end_to_end", True),
    "from scratch, same start": ("from_scratch", False),
    "from scratch, other starts": ("from_scratch", True),
}
TUNED, SCRATCH = "fine-tuned, other heads", "from scratch, other starts"
# Whose barrier each claim is about, and the pair that has an easier task.
ASKED = {"one_basin": (TUNED, "fine-tuned, same head"), "two_basins": (SCRATCH, "from scratch, same start")}


@dataclass(frozen=True)
class Line:
    """Train an arm twice, with other minibatches, and measure the networks between the two.

    Attributes
    ----------
    arm : Arm
    drawn_anew : bool
        The second network starts with other random weights: another head, and where nothing is pretrained
        another backbone too.
    places : tuple of float
        Shares of the way from the first network to the second.
    """

    arm: Arm
    drawn_anew: bool
    places: tuple[float, ...] = PLACES

    @property
    def again(self) -> Arm:
        """The second arm: other minibatches, and other random numbers where they are drawn anew."""
        repetition = self.arm.repetition + 1
        second = replace(self.arm, repetition=repetition)
        if not self.drawn_anew:
            return second
        start = self.arm.start if self.arm.start.from_source else Random(repetition=repetition)
        return replace(second, head=NewHead(repetition=repetition), start=start)

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give the accuracy on all parts of the target at each place."""
        first, second = (arm.trained(config) for arm in (self.arm, self.again))
        return [
            Reading({"place": place}, target_accuracies(config, between(first, second, place))) for place in self.places
        ]


def between(first: Params, second: Params, place: float) -> Params:
    """Take the network at a place on the straight line: every weight and bias, including the head's.

    Examples
    --------
    >>> first, second = ((Layer(np.full((1, 1), value), np.zeros(1)),) for value in (1.0, 3.0))
    >>> float(between(first, second, 0.25)[0].weights[0, 0])
    1.5
    """
    if place in (0, 1):  # the ends to the bit
        return second if place else first
    with np.errstate(over="ignore", invalid="ignore"):
        return tuple(
            Layer(*((1 - place) * ours + place * theirs for ours, theirs in zip(one, other, strict=True)))
            for one, other in zip(first, second, strict=True)
        )


def grid(config: RunConfig) -> Iterator[Cell]:
    """Every pair at every rate."""
    for rate in RATES:
        changed = config.but(backbone_learning_rate=rate)
        for pair, (strategy, drawn_anew) in PAIRS.items():
            yield Cell({"pair": pair, "rate": rate}, config, Line(arm_of(changed, strategy), drawn_anew))


def summarise(rows: pd.DataFrame) -> Summary:
    """Choose the rates by the ends of the lines, and take what is lost halfway."""
    ends = rows[rows["place"].isin([0.0, 1.0])]
    by = ["scenario", "pair"]
    judged = ends.groupby([*by, "rate", "seed"], sort=False)["val_score"].mean().reset_index()
    best = at_their_best(rows, ["rate"], by, judged=judged)
    in_order = best.sort_values(by, key=by_place(*SCENARIOS, *PAIRS), kind="stable")
    table = intervals(in_order, [*by, "rate", "place"], "test_accuracy")
    drops = {pair: _drops(in_order[in_order["pair"] == pair]) for pair in PAIRS}
    found = {name: _found(CLAIMS[name], pair, easier, drops) for name, (pair, easier) in ASKED.items()}
    return Summary(table, found)


def _drops(rows: pd.DataFrame) -> dict[str, Gap]:
    """Take what a pair loses halfway, in each scenario in which its networks have learnt their training images."""
    ends = rows[rows["place"].isin([0.0, 1.0])]
    learnt = [scenario for (scenario,), here in points(ends, ["scenario"]) if has_learnt(here)]
    return {str(scenario): drop(rows[rows["scenario"] == scenario]) for scenario in learnt}


def _found(claim: Claim, pair: str, easier: str, drops: dict[str, dict[str, Gap]]) -> Finding:
    if not drops[pair]:
        return claim.untested("In 0 scenarios have the networks learnt 90 % of their training images.")
    said = [
        f"{one}: at the ends {mean_effect_words(drops[one], 'halfway', HIGHER)}" for one in (pair, easier) if drops[one]
    ]
    return claim.found(mean_effect(drops[pair]), f"{'. '.join(map(sentence_case, said))}.")


def drop(rows: pd.DataFrame) -> Gap:
    """Mean accuracy of the two ends of a line minus the accuracy halfway, seed by seed."""
    first, middle, second = (scores(rows, "test_accuracy", place=place) for place in (0.0, 0.5, 1.0))
    return paired_gap((first + second) / 2, middle)


_LOST = Quantity("the accuracy lost halfway between two networks, against the mean of both,")
_AVERAGED = "averaged over the scenarios"

CLAIMS = MappingProxyType(
    {
        "one_basin": Claim(
            "Networks fine-tuned from the same pretrained network lie in one basin: no barrier between them.",
            SOURCES["neyshabur2020"],
            Rule(
                below(_LOST, MARGIN),
                above(_LOST, MARGIN),
                given=f"from different random heads on one pretrained network, {_AVERAGED}",
            ),
            "Its networks are deep and well trained; a small one with a new head has further to go from the same start.",
            "layers",
        ),
        "two_basins": Claim(
            "Networks trained from different random starts lie in different basins.",
            SOURCES["neyshabur2020"],
            Rule(above(_LOST, MARGIN), below(_LOST, MARGIN), given=f"from different random starts, {_AVERAGED}"),
            "Their networks are deep; and hidden units are not matched here before the networks are averaged.",
            "layers",
        ),
    }
)

STUDY = Study(
    name="same_basin",
    title="Do fine-tuned networks share a basin?",
    question="Is the straight line between two fine-tuned networks free of a barrier, and between two from scratch?",
    protocol="Two networks per seed are trained on the same images with different minibatch orders, and all of their weights, "
    "including the head's, are averaged. The second fine-tuned network starts from the same pretrained backbone under "
    "another random head, which is the harder case; the second network from scratch has different random weights "
    "throughout. The controls are the same pairs with one start for both. The rate of each pair is, for each seed, the best of three "
    "(0.01 to 0.1) at the ends, on validation images, at most as many as there are for training. What is lost is the mean test accuracy of the ends minus the"
    " accuracy halfway; what is judged is its mean over the scenarios, one of each kind. A point of accuracy matters.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "lines",
        Axis("place", "Share of the way from one network to the other"),
        Axis("mean", "Test accuracy", form="share"),
        series="pair",
        facet="scenario",
    ),
    order=12,
    settings=MappingProxyType({"images_per_class": 20}),
    swept=("backbone_learning_rate",),
    default_scenarios=ONE_OF_EACH_KIND,
    suits=has_source,
)
