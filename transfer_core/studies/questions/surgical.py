"""Which layers to tune: the first, a middle one, the last, or all but the first, by where the task has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from transfer_core.arms import Arm
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.scenarios import Scenario, scenario_at
from transfer_core.schedules import Phase, Schedule, freeze_to
from transfer_core.shifts import ROTATION
from transfer_core.studies.conditions import lead
from transfer_core.studies.effects import Effect, among_learnt, judged, unlearnt
from transfer_core.studies.rules import Rule, as_good
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Study, Summary
from transfer_core.studies.summaries import at_their_best, gap_between, intervals, points
from transfer_core.studies.tasks import Train

RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
TURNED = 30.0  # degrees, where the scenario could turn the target and does not
FIRST, MIDDLE, LAST, UPPER, ALL = "first layer", "middle layer", "last layer", "all but the first", "all layers"


def level(scenario: Scenario) -> str:
    """Say where a target differs from its source: in the images or in the labels.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    str
        ``"input"``, ``"output"``, or nothing where it is neither or both.

    Examples
    --------
    >>> from transfer_core.scenarios import SCENARIOS
    >>> [level(SCENARIOS[name]) for name in ("digits_to_noisy", "digits_to_renamed", "low_to_high")]
    ['input', 'output', '']
    """
    source, target = scenario.source, scenario.target
    if source is None:
        return ""
    if scenario.same_labels:
        return "input" if scenario.shift else ""
    return "output" if (source.dataset, source.members) == (target.dataset, target.members) else ""


def level_of(address: str) -> str:
    """`level` of a scenario that rows name; empty if nobody holds it any more."""
    scenario = scenario_at(address)
    return level(scenario) if scenario else ""


def _keeps_its_head(scenario: Scenario) -> bool:
    """Whether there are as many answers as before, so that the old head can be kept."""
    source, target = scenario.source, scenario.target
    return bool(level(scenario)) and source is not None and len(source.classes) == len(target.classes)


def masks(n_layers: int) -> dict[str, tuple[bool, ...]]:
    """Masks of the arms, ``True`` = frozen.

    Parameters
    ----------
    n_layers : int
        The head included; two layers have no middle, and the last alone is all but the first.

    Returns
    -------
    dict of str to tuple of bool

    Examples
    --------
    >>> masks(3)["middle layer"], list(masks(2))
    ((True, False, True), ['first layer', 'last layer', 'all layers'])
    """
    tuned = {FIRST: 0, MIDDLE: n_layers // 2, LAST: n_layers - 1}
    several = {UPPER: freeze_to(n_layers, 1), ALL: freeze_to(n_layers, 0)}
    if n_layers < 3:
        del tuned[MIDDLE], several[UPPER]
    alone = {arm: tuple(index != layer for index in range(n_layers)) for arm, layer in tuned.items()}
    return {**alone, **several}


def grid(config: RunConfig) -> Iterator[Cell]:
    """Every layer alone, all but the first, and all of them, at every rate."""
    if config.pair.shift is ROTATION and not config.shift_amount:
        config = config.but(shift_amount=TURNED)
    for arm, frozen in masks(config.n_layers).items():
        for rate in RATES:
            yield Cell({"arm": arm, "rate": rate}, config, Train(Arm(_schedule(config, frozen, rate), head=None)))


def _schedule(config: RunConfig, frozen: tuple[bool, ...], rate: float) -> Schedule:
    return (Phase("tuning", config.n_epochs, frozen, tuple(0.0 if cold else rate for cold in frozen)),)


def summarise(rows: pd.DataFrame) -> Summary:
    """Choose the rates, and compare the layers by the mean over the pairs."""
    best = at_their_best(among_learnt(rows, ["scenario", "arm"]), ["rate"], ["scenario", "arm"])
    pairs = {str(scenario): pair for (scenario,), pair in points(best, ["scenario"])}
    inputs, outputs = (
        {name: pair for name, pair in pairs.items() if level_of(name) == one} for one in ("input", "output")
    )
    return Summary(
        intervals(best, ["scenario", "arm", "rate"], "test_accuracy"),
        {
            "first_for_inputs": _finding(
                "first_for_inputs", "The first layer alone, against all layers", inputs, FIRST
            ),
            "last_for_outputs": _finding("last_for_outputs", "The last layer alone, against all layers", outputs, LAST),
            "upper_layers": _finding(
                "upper_layers", "All layers but the first, against all layers", pairs, _above_first(best)
            ),
        },
    )


def _finding(name: str, words: str, pairs: Mapping[str, pd.DataFrame], arm: str) -> Finding:
    """Compare an arm with tuning all layers, in the pairs in which both have learnt their training images."""
    gaps = {
        scenario: gap_between(pair, "test_accuracy", {"arm": arm}, {"arm": ALL}) for scenario, pair in pairs.items()
    }
    compared = {f"the arm “{tuned}”": {"arm": tuned} for tuned in (arm, ALL)}
    left_out = unlearnt(pd.concat(pairs.values()), compared) if pairs else {}
    return judged(CLAIMS[name], {"lead": Effect(words, gaps)}, left_out)


def _above_first(rows: pd.DataFrame) -> str:
    """Arm that tunes all layers but the first; with two layers, that is the last alone."""
    return UPPER if (rows["arm"] == UPPER).any() else LAST


def _as_good(ours: str, which: str) -> Rule:
    """Claim that an arm matches or beats tuning all layers, on the mean of the pairs."""
    return as_good(lead(ours, "tuning all", key="lead"), given=f"on the mean of the pairs{which}")


CLAIMS = MappingProxyType(
    {
        "first_for_inputs": Claim(
            "Where the images have changed, tuning the first layer alone matches or beats tuning all.",
            SOURCES["lee2023"],
            _as_good("tuning the first layer alone", " with changed images"),
            "Their first block is convolutional and sees an image's corruption everywhere; a dense layer on 64 pixels has to "
            "learn it for each pixel.",
            "layers",
        ),
        "last_for_outputs": Claim(
            "Where the labels have changed, tuning the last layer alone matches or beats tuning all.",
            SOURCES["lee2023"],
            _as_good("tuning the last layer alone", " with changed labels"),
            "Their networks are deep and their images photographs; renamed digits are the simplest change of labels.",
            "layers",
        ),
        "upper_layers": Claim(
            "After the lesson: freezing the lower layers, here the first, and tuning the upper ones is as good as tuning all.",
            LESSON,
            _as_good("tuning all layers but the first", ""),
            "It means networks of many layers, whose lower ones hold edges and textures; three layers have hardly any lower ones.",
            "layers",
        ),
    }
)

STUDY = Study(
    name="surgical",
    title="First, middle or last layer?",
    question="Which layer should be tuned where the images have changed, and which where the labels have?",
    protocol="The pretrained network keeps its head, and one layer is tuned: the first, a middle one or the last; or all but "
    "the first, as the lesson advises (with two layers, the last alone); or all of them. By default the network has "
    "three layers: a first, a middle and a last. All arms share split, minibatch order and epochs, enough of them that "
    "every arm that can learn its training images does; the rate of each arm, of five (0.003 to 0.3), is chosen per seed "
    "on as many validation images as there are for training, among the rates with which it learns. Either the images "
    "are rotated (MNIST to UCI digits, by 30° unless another angle is set), noisy, inverted or permuted, or the images "
    "are alike and every label is different. A claim is judged by the mean over such pairs, each counting the same; a "
    "pair in which an arm that is compared does not learn its training images is left out.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "dots",
        Axis("arm", "What is tuned", "ordinal"),
        Axis("mean", "Test accuracy", form="share"),
        facet="scenario",
    ),
    order=9,
    settings=MappingProxyType({"images_per_class": 5, "n_epochs": 240}),
    default_scenarios=(
        "off_centre",
        "mnist_to_digits",
        "digits_to_noisy",
        "digits_to_inverted",
        "digits_to_permuted",
        "digits_to_renamed",
    ),
    suits=_keeps_its_head,
)
