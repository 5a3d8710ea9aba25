"""Fine-tuning in and out of distribution: what a random head does to the features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from transfer_core.arms import Arm, NewHead, arm_of
from transfer_core.arrays import Examples
from transfer_core.bibliography import SOURCES
from transfer_core.config import RunConfig
from transfer_core.examples import source_of, target_of
from transfer_core.measures import measured_accuracy
from transfer_core.scenarios import title_of
from transfer_core.seeds import Purpose, stream
from transfer_core.shifts import NOISE, ROTATION, Shift
from transfer_core.statistics import Gap
from transfer_core.studies.conditions import Quantity, Useful, above, below, lead
from transfer_core.studies.quantifiers import PAIR, both, either, every, some
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, Rule
from transfer_core.studies.study import (
    Axis,
    Cell,
    Claim,
    Figure,
    Finding,
    Reading,
    Study,
    Summary,
    has_source,
)
from transfer_core.studies.summaries import at_their_best, gap_of, intervals, points
from transfer_core.wording import side_words

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
LARGE = 3.0
PROBE, TUNED, LARGE_HEAD, HEAD_FIRST = (
    "feature_extraction",
    "end_to_end",
    "end-to-end, 3x head",
    "progressive_unfreezing",
)
INSIDE, SOURCE = "in distribution", "source images"


class Shifted(NamedTuple):
    """A kind of images to be tested on.

    Attributes
    ----------
    shift : Shift
    amount : float
    purpose : Purpose
        What its random numbers are drawn for.
    """

    shift: Shift
    amount: float
    purpose: Purpose


SHIFTS: Mapping[str, Shifted] = MappingProxyType(
    {
        "rotated 15°": Shifted(ROTATION, 15.0, Purpose.TEST_ROTATION),
        "rotated 30°": Shifted(ROTATION, 30.0, Purpose.TEST_ROTATION),
        "noisy": Shifted(NOISE, 0.35, Purpose.TEST_NOISE),
    }
)


class Compared(NamedTuple):
    """How much better one arm is than another.

    Attributes
    ----------
    inside : Gap
        In distribution.
    outside : Gap
        Out of distribution: on the images of the source, which the pretrained features cover; where there are
        none, on the mean of the other kinds.
    beyond : Gap
        Outside minus inside.
    others : Gap or None
        On the mean of all kinds but that in distribution, where that is not what ``outside`` is.
    """

    inside: Gap
    outside: Gap
    beyond: Gap
    others: Gap | None


@dataclass(frozen=True)
class TrainAndTest:
    """Train one arm on the target and test it on several kinds of images.

    Attributes
    ----------
    arm : Arm
    """

    arm: Arm

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give the accuracy on every kind of images, each beside that on the validation images of the target."""
        params = self.arm.trained(config)
        val = measured_accuracy(params, target_of(config).val)
        return [
            Reading({"images": kind}, {"val_accuracy": val, "accuracy": measured_accuracy(params, examples)})
            for kind, examples in kinds(config).items()
        ]


@lru_cache(maxsize=1)  # every cell of a scenario asks for them
def kinds(config: RunConfig) -> dict[str, Examples]:
    """Collect the images that a network is tested on, in distribution first.

    Parameters
    ----------
    config : RunConfig

    Returns
    -------
    dict of str to Examples
        Of the source its test images, unless they are of the same kind as those of the target.

    Examples
    --------
    >>> list(kinds(RunConfig(n_seeds=1)))
    ['in distribution', 'source images', 'rotated 15°', 'rotated 30°', 'noisy']
    """
    scenario, test = config.pair, target_of(config).test
    found = {INSIDE: test}
    if scenario.source is not None and (scenario.source.dataset != scenario.target.dataset or config.shift_amount):
        found[SOURCE] = source_of(config).test
    # A row of numbers cannot be turned: what makes no sense for the data is left out.
    fitting = {kind: shifted for kind, shifted in SHIFTS.items() if shifted.shift.suits(scenario.target.dataset)}
    return found | {kind: _moved(test, shifted, config) for kind, shifted in fitting.items()}


def _moved(examples: Examples, shifted: Shifted, config: RunConfig) -> Examples:
    """Shift flat images, each seed with its own generator."""
    moved = []
    for seed, flat in zip(config.seeds, examples.inputs, strict=True):
        rng = np.random.default_rng(stream(seed, shifted.purpose))
        images = flat.reshape(-1, *config.pair.image_shape)
        moved.append(shifted.shift.apply(images, shifted.amount, rng).reshape(flat.shape))
    return Examples(np.stack(moved), examples.labels)


def grid(config: RunConfig) -> Iterator[Cell]:
    """Every arm at every rate."""
    for arm, rate in product((PROBE, TUNED, LARGE_HEAD, HEAD_FIRST), RATES):
        # One rate for every layer and phase, so that all arms have equally many candidates. Only the schedule has it.
        fields = ("head_learning_rate", "backbone_learning_rate", "unfrozen_learning_rate")
        changed = config.but(**dict.fromkeys(fields, rate), gradual=False, layer_decay=1.0)
        training = arm_of(changed, TUNED, head=NewHead(LARGE)) if arm == LARGE_HEAD else arm_of(changed, arm)
        yield Cell({"arm": arm, "rate": rate}, config, TrainAndTest(training))


def summarise(rows: pd.DataFrame) -> Summary:
    """Choose the rates in distribution, and compare there and elsewhere."""
    best = at_their_best(rows, ["rate"], ["scenario", "arm"])
    tuned, first, large = (
        {str(scenario): compared(pair, ours, theirs) for (scenario,), pair in points(best, ["scenario"])}
        for ours, theirs in ((TUNED, PROBE), (HEAD_FIRST, TUNED), (LARGE_HEAD, TUNED))
    )
    return Summary(
        intervals(best, ["scenario", "images", "arm", "rate"], "accuracy"),
        {
            "tuning_distorts": _finding("tuning_distorts", "End-to-end, against feature extraction", tuned),
            "head_first": _finding("head_first", "Head first, against end-to-end", first),
            "large_head": _finding("large_head", "End-to-end under a head 3 times as large, against end-to-end", large),
        },
    )


def compared(rows: pd.DataFrame, ours: str, theirs: str) -> Compared:
    """Compare two arms seed by seed, in distribution and elsewhere.

    Parameters
    ----------
    rows : DataFrame
        Of one scenario, one rate per arm.
    ours, theirs : str
        Arms.

    Returns
    -------
    Compared
    """
    wide = rows.pivot_table(index=["images", "seed"], columns="arm", values="accuracy")
    gaps = (wide[ours] - wide[theirs]).unstack("images")
    inside, others = gaps[INSIDE], gaps.drop(columns=INSIDE).mean(axis="columns")
    outside = gaps.get(SOURCE, others)
    return Compared(
        gap_of(inside), gap_of(outside), gap_of(outside - inside), gap_of(others) if SOURCE in gaps else None
    )


def _finding(name: str, lead_in: str, pairs: Mapping[str, Compared]) -> Finding:
    """Judge a claim in all pairs and say the gaps of each, the pair most against the claim first."""
    claim, (quantity, wanted) = CLAIMS[name], DECIDES[name]

    def support(scenario: str) -> tuple[int, float]:
        evidence = pairs[scenario]._asdict()
        return RANK[claim.rule.judge({scenario: evidence})], wanted * quantity.of(evidence).interval.mean

    said = []
    for scenario in sorted(pairs, key=support):
        gaps = pairs[scenario]
        inside, outside = side_words(gaps.inside), side_words(gaps.outside)
        words = f"{title_of(scenario)}, in distribution {inside}, out of distribution {outside}"
        if quantity == _BEYOND:
            words += f", outside minus inside {side_words(gaps.beyond)}"
        if gaps.others is not None:
            words += f", on the mean of all other kinds {side_words(gaps.others)}"
        said.append(words)
    evidence = {scenario: gaps._asdict() for scenario, gaps in pairs.items()}
    return claim.found(evidence, f"{lead_in}: {'; '.join(said)}.")


_TUNED_IN = replace(lead("end-to-end", "feature extraction in distribution"), key="inside")
_TUNED_OUT = replace(lead("end-to-end", "feature extraction out of distribution"), key="outside")
_FIRST_IN = replace(lead("head first", "end-to-end in distribution"), key="inside")
_FIRST_OUT = replace(lead("head first", "end-to-end out of distribution"), key="outside")
_BEYOND = Quantity(
    "the gap outside minus the gap inside",
    above="end-to-end under a head 3 times as large, against end-to-end, clearly loses less out of distribution than in "
    "distribution (the gap outside minus the gap inside is above zero)",
    below="end-to-end under a head 3 times as large, against end-to-end, clearly loses more out of distribution than in "
    "distribution (the gap outside minus the gap inside is below zero)",
    key="beyond",
)

CLAIMS = MappingProxyType(
    {
        "tuning_distorts": Claim(
            "Fine-tuning is better than a linear probe in distribution, and worse out of distribution.",
            SOURCES["kumar2022"],
            Rule(
                every(PAIR, both(above(_TUNED_IN), below(_TUNED_OUT))),
                some(PAIR, either(below(_TUNED_IN), above(_TUNED_OUT))),
            ),
        ),
        "head_first": Claim(
            "Training the head first and then all layers is better out of distribution than fine-tuning at once, at no loss "
            "in distribution.",
            SOURCES["kumar2022"],
            Rule(
                every(PAIR, both(above(_FIRST_OUT), above(_FIRST_IN, -MARGIN))),
                some(PAIR, either(below(_FIRST_OUT), Useful(_FIRST_IN, MARGIN, -1))),
            ),
        ),
        "large_head": Claim(
            "After Kumar et al.: the larger the random head, the more fine-tuning distorts the features.",
            SOURCES["kumar2022"],
            Rule(every(PAIR, below(_BEYOND)), some(PAIR, above(_BEYOND))),
        ),
    }
)
DECIDES = MappingProxyType(
    {"tuning_distorts": (_TUNED_OUT, -1), "head_first": (_FIRST_OUT, 1), "large_head": (_BEYOND, -1)}
)
"""What sorts the pairs of a claim that are judged alike, and its sign where the claim holds."""
RANK = {REFUTED: -1, INCONCLUSIVE: 0, CONFIRMED: 1}

STUDY = Study(
    name="distortion",
    title="Does fine-tuning distort the features?",
    question="Is fine-tuning better in distribution and worse out of distribution, and does it help to train the head first?",
    protocol="Every arm puts a new head on the pretrained network and trains on the target: the head alone, all layers, all "
    "layers under a head that starts 3 times as large, or the head first and then all layers. Split, head, minibatch "
    "order and epochs are the same; the rate of each arm, one for all its layers and phases, is the best of six "
    "(0.001 to 0.3) on the validation images of the target, and nothing else is chosen. The target's "
    "test images are in distribution. Other images with the same labels are the test images of the source task, if they "
    "are of another kind, and the target's test images rotated by 15° and 30° and with noise. Kumar et al. assume that "
    "the pretrained features are good out of distribution too; here that is true only of the source images. So these "
    "are out of distribution where there are any, otherwise the mean of the other kinds; the mean over all other "
    "kinds is reported beside it. The claims are judged in every pair: one clear counterexample refutes them.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "dots",
        Axis("images", "Images it is tested on", "ordinal"),
        Axis("mean", "Accuracy", form="share"),
        series="arm",
        facet="scenario",
    ),
    order=10,
    default_scenarios=("mnist_to_digits", "digits_to_noisy"),
    suits=lambda scenario: has_source(scenario) and scenario.same_labels,
)
