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
from transfer_core.measures import measured_accuracy, target_accuracies
from transfer_core.pretraining import pretrain
from transfer_core.seeds import Purpose, stream
from transfer_core.shifts import NOISE, ROTATION, Shift
from transfer_core.statistics import Gap
from transfer_core.studies.conditions import MARGIN, Quantity, above, below, lead, negligible
from transfer_core.studies.effects import Effect, among_learnt, judged, unlearnt
from transfer_core.studies.quantifiers import both, either
from transfer_core.studies.rules import Rule
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Reading, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, gap_of, intervals, points

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
LARGE = 3.0
PROBE, TUNED, LARGE_HEAD, HEAD_FIRST = (
    "feature_extraction",
    "end_to_end",
    "end-to-end, 3x head",
    "progressive_unfreezing",
)
ZERO_SHOT = "zero-shot"
INSIDE, SOURCE = "in distribution", "source images"
GOOD = 0.5  # share of images that the pretrained network gets right as it is
LARGE_SHIFT = 0.1  # difference of that share, in distribution and out of it


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


@dataclass(frozen=True)
class TrainAndTest:
    """Train one arm on the target and test it on several kinds of images.

    Attributes
    ----------
    arm : Arm or None
        ``None`` tests the pretrained network as it is.
    """

    arm: Arm | None

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give the accuracy on every kind of images, each beside what was learnt and what settings are chosen by."""
        params = self.arm.trained(config) if self.arm else pretrain(config).params
        own = target_accuracies(config, params)
        known = {name: own[name] for name in ("train_accuracy", "val_score")}
        return [
            Reading({"images": kind}, {**known, "accuracy": measured_accuracy(params, examples)})
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
    """Every arm at every rate, and the pretrained network as it is."""
    yield Cell({"arm": ZERO_SHOT, "rate": 0.0}, config, TrainAndTest(None))
    for arm, rate in product((PROBE, TUNED, LARGE_HEAD, HEAD_FIRST), RATES):
        # One rate for every layer and phase, so that all arms have equally many candidates. Only the schedule has it.
        fields = ("head_learning_rate", "backbone_learning_rate", "unfrozen_learning_rate")
        changed = config.but(**dict.fromkeys(fields, rate), gradual=False, layer_decay=1.0)
        training = arm_of(changed, TUNED, head=NewHead(LARGE)) if arm == LARGE_HEAD else arm_of(changed, arm)
        yield Cell({"arm": arm, "rate": rate}, config, TrainAndTest(training))


def summarise(rows: pd.DataFrame) -> Summary:
    """Choose the rates in distribution, and compare there and elsewhere by the mean over the pairs."""
    best = at_their_best(among_learnt(rows, ["scenario", "arm"]), ["rate"], ["scenario", "arm"])
    pairs = {str(scenario): pair for (scenario,), pair in points(best, ["scenario"])}
    unfit = {scenario: reason for scenario, pair in pairs.items() if (reason := presupposed(pair))}
    findings = {
        name: judged(
            CLAIMS[name],
            {key: effect for key, effect in compared(words, pairs, ours, theirs).items() if key in asked},
            unlearnt(best, {f"the arm “{arm}”": {"arm": arm} for arm in (ours, theirs)}) | unfit,
        )
        for name, (words, ours, theirs, asked) in COMPARED.items()
    }
    return Summary(intervals(best, ["scenario", "images", "arm", "rate"], "accuracy"), findings)


def presupposed(rows: pd.DataFrame) -> str:
    """Say what is missing of what Kumar et al. presuppose: features that fit both kinds of images, and a large shift.

    Parameters
    ----------
    rows : DataFrame
        Of one scenario. The network as it is tells, which no arm has changed.

    Returns
    -------
    str
        Empty if nothing is missing.
    """
    untouched = rows[rows["arm"] == ZERO_SHOT].pivot_table(index="seed", columns="images", values="accuracy")
    here, outside = float(untouched[INSIDE].mean()), float(_outside(untouched).mean())
    for share, where in ((here, "in distribution"), (outside, "out of distribution")):
        if share < GOOD:
            return f"the features do not fit: the pretrained network as it is gets {100 * share:.0f} % right {where}"
    if abs(here - outside) < LARGE_SHIFT:
        return (
            f"the shift is small: the pretrained network as it is gets {100 * here:.0f} % right in distribution and "
            f"{100 * outside:.0f} % out of distribution"
        )
    return ""


def compared(words: str, pairs: Mapping[str, pd.DataFrame], ours: str, theirs: str) -> dict[str, Effect]:
    """Compare two arms seed by seed in every pair, in distribution and elsewhere.

    Parameters
    ----------
    words : str
        "Ours, against theirs".
    pairs : mapping of str to DataFrame
        By scenario, one rate per arm and seed.
    ours, theirs : str
        Arms.

    Returns
    -------
    dict of str to Effect
        ``inside``; ``outside``, on the source images where they are of another kind, which the pretrained features
        cover, and otherwise on the mean of the other kinds; ``beyond``, inside minus outside; and ``others``, on the
        mean of all other kinds where that is not what ``outside`` is.
    """
    found: dict[str, dict[str, Gap]] = {"inside": {}, "outside": {}, "beyond": {}, "others": {}}
    for scenario, rows in pairs.items():
        wide = rows.pivot_table(index=["images", "seed"], columns="arm", values="accuracy")
        gaps = pd.DataFrame((wide[ours] - wide[theirs]).unstack("images"))
        here, outside = gaps[INSIDE], _outside(gaps)
        kinds_of = {"inside": here, "outside": outside, "beyond": here - outside}
        if SOURCE in gaps:
            kinds_of["others"] = gaps.drop(columns=[INSIDE, SOURCE]).mean(axis="columns")
        for key, values in kinds_of.items():
            found[key][scenario] = gap_of(values)
    said = {
        "inside": f"{words}, in distribution",
        "outside": f"{words}, out of distribution",
        "beyond": "The gap in distribution, against that out of it",
        "others": "On the mean of all other kinds of images",
    }
    return {key: Effect(said[key], gaps) for key, gaps in found.items() if gaps}


def _outside(by_kind: pd.DataFrame) -> pd.Series:
    """Take what is out of distribution: the source images, or the mean of the other kinds if there are none."""
    return by_kind[SOURCE] if SOURCE in by_kind else by_kind.drop(columns=INSIDE).mean(axis="columns")


_BOTH = ("inside", "outside", "others")
COMPARED = MappingProxyType(
    {
        "tuning_distorts": ("End-to-end, against feature extraction", TUNED, PROBE, _BOTH),
        "head_first": ("Head first, against end-to-end", HEAD_FIRST, TUNED, _BOTH),
        "large_head": (
            "End-to-end under a head 3 times as large, against end-to-end",
            LARGE_HEAD,
            TUNED,
            ("inside", "outside", "beyond", "others"),
        ),
    }
)
"""By claim: what is compared, in words; both arms; and which gaps are said."""

_TUNED_IN = replace(lead("end-to-end", "feature extraction in distribution"), key="inside")
_TUNED_OUT = replace(lead("end-to-end", "feature extraction out of distribution"), key="outside")
_FIRST_IN = replace(lead("head first", "end-to-end in distribution"), key="inside")
_FIRST_OUT = replace(lead("head first", "end-to-end out of distribution"), key="outside")
_BEYOND = Quantity(
    "what random head weights 3 times as large cost out of distribution beyond what they cost in distribution",
    above="random head weights 3 times as large clearly cost end-to-end more out of distribution than in distribution",
    below="random head weights 3 times as large clearly cost end-to-end less out of distribution than in distribution",
    key="beyond",
)
_LARGE_OUT = Quantity(
    "what random head weights 3 times as large gain end-to-end out of distribution",
    above="random head weights 3 times as large clearly gain end-to-end accuracy out of distribution",
    below="random head weights 3 times as large clearly cost end-to-end accuracy out of distribution",
    key="outside",
)
_MEAN = "on the mean of the pairs with features that fit and a large shift"

CLAIMS = MappingProxyType(
    {
        "tuning_distorts": Claim(
            "Where the pretrained features fit and the shift is large, fine-tuning is better than a linear probe in "
            "distribution, and worse out of distribution.",
            SOURCES["kumar2022"],
            Rule(
                both(above(_TUNED_IN), below(_TUNED_OUT)),
                either(below(_TUNED_IN), above(_TUNED_OUT)),
                both(negligible(_TUNED_IN), negligible(_TUNED_OUT)),
                _MEAN,
            ),
            "Their networks are deep and their images photographs; small digits are a toy beside them.",
            "layers",
        ),
        "head_first": Claim(
            "Where the pretrained features fit and the shift is large, training the head first and then all layers is "
            "better out of distribution than fine-tuning at once, at no loss in distribution.",
            SOURCES["kumar2022"],
            Rule(
                both(above(_FIRST_OUT), above(_FIRST_IN, -MARGIN)),
                either(below(_FIRST_OUT), below(_FIRST_IN, -MARGIN)),
                both(negligible(_FIRST_OUT), negligible(_FIRST_IN)),
                _MEAN,
            ),
            "Their gain is ten points, where a random head does far more harm to deep features than it can to two small layers.",
            "unfreezing",
        ),
        "large_head": Claim(
            "After Kumar et al.: the larger the weights of the random head, the more fine-tuning loses out of distribution, and "
            "more than in distribution.",
            SOURCES["kumar2022"],
            Rule(both(below(_LARGE_OUT), above(_BEYOND)), below(_BEYOND), negligible(_BEYOND), _MEAN),
            "Their argument is about how far the random head is from a good one; size is only one part of it.",
            "layers",
        ),
    }
)

STUDY = Study(
    name="distortion",
    title="Does fine-tuning distort the features?",
    question="Is fine-tuning better in distribution and worse out of distribution, and does it help to train the head first?",
    protocol="Every arm puts a new head on the pretrained network and trains on the target: the head alone, all layers, all "
    "layers under a head that starts 3 times as large, or the head first and then all layers. Split, head, minibatch "
    "order and epochs are the same; the rate of each arm, one for all its layers and phases and of six (0.001 to 0.3), is "
    "chosen per seed on as many validation images of the target as there are for training, among the rates with which the "
    "arm learns its training images, and nothing else is chosen. The target's test images are in distribution. The source "
    "images are out of distribution if they are of another kind; otherwise the target's test images, rotated by 15° and "
    "30° and with noise, are. Kumar et al. presuppose good features and a large shift. The features are good here if the "
    "pretrained network as it is gets at least half of the images right, in distribution and out of it; the shift is "
    "large if both shares differ by at least ten points. By default it runs on every pair of the lab for which that is so, "
    "and a claim is judged by the mean over them, each counting the same.",
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
    default_scenarios=("off_centre", "mnist_to_digits", "digits_to_digits", "digits_to_noisy"),
    suits=lambda scenario: has_source(scenario) and scenario.same_labels,
)
