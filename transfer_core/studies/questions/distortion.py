"""Fine-tuning in and out of distribution: what a random head does to the features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from transfer_core.arrays import Examples
from transfer_core.config import RunConfig
from transfer_core.experiment import target_of
from transfer_core.scenarios import SCENARIOS
from transfer_core.seeds import stream
from transfer_core.shifts import NOISE, ROTATION, Shift
from transfer_core.splits import cached_source_data
from transfer_core.statistics import Gap
from transfer_core.studies.study import (
    FRESH_SEED,
    Axis,
    Cell,
    Claim,
    Figure,
    Finding,
    Reading,
    Source,
    Study,
    Summary,
)
from transfer_core.studies.summaries import (
    at_their_best,
    gap_of,
    in_every_pair,
    intervals,
    no_worse,
    points,
)
from transfer_core.studies.tasks import Train, measured_accuracy
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
SHIFTS: Mapping[str, tuple[Shift, float]] = MappingProxyType(
    {"rotated 15°": (ROTATION, 15.0), "rotated 30°": (ROTATION, 30.0), "noisy": (NOISE, 0.35)}
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
    training : Train
    """

    training: Train

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give the accuracy on every kind of images, each beside that on the validation images of the target."""
        params = self.training.trained(config)
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
    scenario, test = SCENARIOS[config.scenario], target_of(config).test
    found = {INSIDE: test}
    if scenario.source is not None and (scenario.source.dataset != scenario.target.dataset or config.shift_amount):
        found[SOURCE] = cached_source_data(config.scenario, config.seeds).test
    return found | {kind: _moved(test, shift, amount, config) for kind, (shift, amount) in SHIFTS.items()}


def _moved(examples: Examples, shift: Shift, amount: float, config: RunConfig) -> Examples:
    """Shift flat images, every seed with a generator of its own."""
    moved = [
        shift.apply(flat.reshape(-1, 8, 8), amount, np.random.default_rng(stream(seed, shift.title))).reshape(
            flat.shape
        )
        for seed, flat in zip(config.seeds, examples.inputs, strict=True)
    ]
    return Examples(np.stack(moved), examples.labels)


def grid(config: RunConfig) -> Iterator[Cell]:
    """Every arm at every rate."""
    for arm, rate in product((PROBE, TUNED, LARGE_HEAD, HEAD_FIRST), RATES):
        # One rate for every layer and phase, so that all arms have as many candidates. Only the schedule has it.
        fields = ("head_learning_rate", "backbone_learning_rate", "unfrozen_learning_rate")
        changed = config.but(**dict.fromkeys(fields, rate), gradual=False, layer_decay=1.0)
        training = Train.of(changed, TUNED, head_scale=LARGE) if arm == LARGE_HEAD else Train.of(changed, arm)
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
            "tuning_distorts": Finding(
                in_every_pair([_distorts(gaps)[0] for gaps in tuned.values()]),
                _sentence("End-to-end, against feature extraction", tuned, _distorts),
            ),
            "head_first": Finding(
                in_every_pair([_preserves(gaps)[0] for gaps in first.values()]),
                _sentence("Head first, against end-to-end", first, _preserves),
            ),
            "large_head": Finding(
                in_every_pair([_loses_more(gaps)[0] for gaps in large.values()]),
                _sentence(
                    "End-to-end under a head 3 times as large, against end-to-end", large, _loses_more, difference=True
                ),
            ),
        },
    )


def compared(rows: pd.DataFrame, ours: str, theirs: str) -> Compared:
    """Compare two arms seed by seed, in distribution and elsewhere.

    Parameters
    ----------
    rows : DataFrame
        Of one scenario, one rate an arm.
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


def _distorts(gaps: Compared) -> tuple[int, float]:
    """Judge whether tuning wins in distribution and loses outside: 1, 0 or -1; and by how much it loses."""
    return min(gaps.inside.sign, -gaps.outside.sign), -gaps.outside.interval.mean


def _preserves(gaps: Compared) -> tuple[int, float]:
    """Judge whether head first wins outside at no loss in distribution: 1, 0 or -1; and by how much it wins."""
    return min(no_worse(gaps.inside), gaps.outside.sign), gaps.outside.interval.mean


def _loses_more(gaps: Compared) -> tuple[int, float]:
    """Judge whether more is lost outside than in distribution: 1, 0 or -1; and by how much more."""
    return -gaps.beyond.sign, -gaps.beyond.interval.mean


def _sentence(
    lead: str,
    pairs: Mapping[str, Compared],
    judge: Callable[[Compared], tuple[int, float]],
    difference: bool = False,
) -> str:
    """Say the gaps of each pair, first the pair that is most against the claim."""
    said = []
    for scenario, gaps in sorted(pairs.items(), key=lambda pair: judge(pair[1])):
        inside, outside = side_words(gaps.inside), side_words(gaps.outside)
        words = f"{SCENARIOS[scenario].title}, in distribution {inside}, out of distribution {outside}"
        if difference:
            words += f", outside minus inside {side_words(gaps.beyond)}"
        if gaps.others is not None:
            words += f", on the mean of all other kinds {side_words(gaps.others)}"
        said.append(words)
    return f"{lead}: {'; '.join(said)}."


KUMAR = Source("Kumar et al.", 2022, "2202.10054")
CLAIMS = MappingProxyType(
    {
        "tuning_distorts": Claim(
            "Fine-tuning is better than a linear probe in distribution, and worse out of distribution.",
            KUMAR,
            confirmed_if="in every pair end-to-end is clearly ahead of feature extraction in distribution, and clearly behind "
            "out of distribution",
            refuted_if="in some pair it is clearly behind in distribution, or clearly ahead out of distribution",
        ),
        "head_first": Claim(
            "To train the head first and then all layers is better out of distribution than fine-tuning at once, at no loss "
            "in distribution.",
            KUMAR,
            confirmed_if="in every pair head first is clearly ahead of end-to-end out of distribution, and in distribution the "
            "interval of the gap lies above -1 point",
            refuted_if="in some pair it is clearly behind out of distribution, or the interval in distribution lies below zero and "
            "reaches below -1 point",
        ),
        "large_head": Claim(
            "After Kumar et al.: the larger the random head, the more fine-tuning distorts the features.",
            KUMAR,
            confirmed_if="in every pair end-to-end under a head 3 times as large, against end-to-end, clearly loses more out "
            "of distribution than in distribution (the gap outside minus the gap inside is clearly below zero)",
            refuted_if="in some pair it clearly loses less (that difference is clearly above zero)",
        ),
    }
)

STUDY = Study(
    name="distortion",
    title="Does fine-tuning distort the features?",
    question="Is fine-tuning better in distribution and worse out of distribution, and does it help to train the head first?",
    protocol="Every arm puts a new head on the pretrained network and trains on the target: the head alone, all layers, all "
    "layers under a head that starts 3 times as large, or the head first and then all layers. Split, head, minibatch order "
    "and epochs are the same; the rate of each arm, one for all its layers and phases, is the best of six "
    "(0.001 to 0.3) on the validation images of the target, and nothing else is chosen. In distribution are the target's "
    "test images. Other images with the same labels are the test images of the source task, where they are another "
    "kind, and the target's test images turned by 15 and 30 degrees and under noise. Kumar et al. presume that the "
    "pretrained features are good out of distribution too; of ours, that is so of the source images only. So out of "
    "distribution are these, where there are any, else the mean of the other kinds; the mean over all other kinds is "
    "reported beside it. The claims are judged in every pair: one clear counterexample refutes them.",
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
    settings=MappingProxyType({"seed": FRESH_SEED}),
    default_scenarios=("mnist_to_digits", "digits_to_noisy"),
    scenarios=tuple(
        name for name, scenario in SCENARIOS.items() if scenario.source is not None and scenario.same_labels
    ),
)
