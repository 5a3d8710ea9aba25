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
from transfer_core.scenarios import SCENARIOS, title_of
from transfer_core.statistics import Gap, paired_gap
from transfer_core.studies.conditions import Quantity, above, below
from transfer_core.studies.quantifiers import SCENARIO, every
from transfer_core.studies.rules import Rule
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Reading, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, by_place, intervals, points, scores
from transfer_core.wording import HIGHER, side_words

RATES = (0.01, 0.03, 0.1, 0.3)
PLACES = tuple(step / 8 for step in range(9))

# What the two networks of a pair start from: strategy, and whether the second draws its random part anew.
PAIRS = {
    "fine-tuned, same head": ("end_to_end", False),
    "fine-tuned, other heads": ("end_to_end", True),
    "from scratch, same start": ("from_scratch", False),
    "from scratch, other starts": ("from_scratch", True),
}
TUNED, SCRATCH = "fine-tuned, other heads", "from scratch, other starts"


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
    best = rows.merge(at_their_best(ends, ["rate"], by)[[*by, "rate"]].drop_duplicates(), on=[*by, "rate"])
    in_order = best.sort_values(by, key=by_place(*SCENARIOS, *PAIRS), kind="stable")
    table = intervals(in_order, [*by, "rate", "place"], "test_accuracy")
    lost: dict[str, dict[str, Gap]] = {TUNED: {}, SCRATCH: {}}
    said: dict[str, list[str]] = {TUNED: [], SCRATCH: []}
    for (scenario,), here in points(in_order, ["scenario"]):
        drops = {pair: drop(here[here["pair"] == pair]) for pair in PAIRS}
        for pair, easier in ((TUNED, "fine-tuned, same head"), (SCRATCH, "from scratch, same start")):
            lost[pair][str(scenario)] = drops[pair]
            said[pair].append(f"{title_of(str(scenario))}: {_words(here, pair, drops)}; {_words(here, easier, drops)}")
    return Summary(
        table,
        {
            "one_basin": CLAIMS["one_basin"].found(lost[TUNED], f"{'. '.join(said[TUNED])}."),
            "two_basins": CLAIMS["two_basins"].found(lost[SCRATCH], f"{'. '.join(said[SCRATCH])}."),
        },
    )


def drop(rows: pd.DataFrame) -> Gap:
    """Mean accuracy of the two ends of a line minus the accuracy halfway, seed by seed."""
    first, middle, second = (scores(rows, "test_accuracy", place=place) for place in (0.0, 0.5, 1.0))
    return paired_gap((first + second) / 2, middle)


def _words(rows: pd.DataFrame, pair: str, drops: dict[str, Gap]) -> str:
    rate = scores(rows, "rate", pair=pair)[0]
    return f"{pair} (rate {rate:g}): at the ends {side_words(drops[pair], 'halfway', HIGHER)}"


_LOST = Quantity("the accuracy lost halfway")

CLAIMS = MappingProxyType(
    {
        "one_basin": Claim(
            "Networks fine-tuned from the same pretrained network lie in one basin: no barrier between them.",
            SOURCES["neyshabur2020"],
            Rule(every(SCENARIO, below(_LOST, MARGIN)), every(SCENARIO, above(_LOST, MARGIN)), "with other heads"),
        ),
        "two_basins": Claim(
            "Networks trained from different random starts lie in different basins.",
            SOURCES["neyshabur2020"],
            Rule(
                every(SCENARIO, above(_LOST, MARGIN)), every(SCENARIO, below(_LOST, MARGIN)), "with other random starts"
            ),
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
    "throughout. The controls are the same pairs with one start for both. The rate of each pair is the best of four "
    "(0.01 to 0.3) on the validation images at the ends. What is lost is the mean test accuracy of the ends minus the"
    " accuracy halfway.",
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
    default_scenarios=("mnist_to_digits", "digits_to_parity"),
    suits=has_source,
)
