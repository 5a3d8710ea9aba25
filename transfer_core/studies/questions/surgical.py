"""Which layers to tune: the first, a middle one, the last, or all but the first, by where the task has changed."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import pandas as pd

from transfer_core.arms import Arm
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.scenarios import Scenario, scenario_at
from transfer_core.schedules import Phase, Schedule, freeze_to
from transfer_core.shifts import ROTATION
from transfer_core.statistics import Gap
from transfer_core.studies.conditions import lead
from transfer_core.studies.quantifiers import PAIR
from transfer_core.studies.rules import as_good, general
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Study, Summary
from transfer_core.studies.summaries import at_their_best, by_title, gap_between, intervals, points
from transfer_core.studies.tasks import Train
from transfer_core.wording import pair_words

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
    """Choose the rates, and compare the layers in every pair."""
    best = at_their_best(rows, ["rate"], ["scenario", "arm"])
    table = intervals(best, ["scenario", "arm", "rate"], "test_accuracy")
    pairs = {str(scenario): pair for (scenario,), pair in points(best, ["scenario"])}
    inputs, outputs = (
        {name: pair for name, pair in pairs.items() if level_of(name) == one} for one in ("input", "output")
    )
    first = {name: _gap(pair, FIRST, ALL) for name, pair in inputs.items()}
    last = {name: _gap(pair, LAST, ALL) for name, pair in outputs.items()}
    upper = {name: _gap(pair, _above_first(pair), FIRST) for name, pair in inputs.items()}
    return Summary(
        table,
        {
            "first_for_inputs": CLAIMS["first_for_inputs"].found(
                first,
                pair_words("The first layer alone, against all layers", by_title(first)),
            ),
            "last_for_outputs": CLAIMS["last_for_outputs"].found(
                last,
                pair_words("The last layer alone, against all layers", by_title(last)),
            ),
            "upper_for_inputs": CLAIMS["upper_for_inputs"].found(
                upper,
                pair_words("All layers but the first, against the first alone", by_title(upper)),
            ),
        },
    )


def _above_first(rows: pd.DataFrame) -> str:
    """Arm that tunes all layers but the first; with two layers, that is the last alone."""
    return UPPER if (rows["arm"] == UPPER).any() else LAST


def _gap(rows: pd.DataFrame, ours: str, theirs: str) -> Gap:
    return gap_between(rows, "test_accuracy", {"arm": ours}, {"arm": theirs})


_INPUTS = PAIR._replace(which=" with changed images")
_OUTPUTS = PAIR._replace(which=" with changed labels")

CLAIMS = MappingProxyType(
    {
        "first_for_inputs": Claim(
            "Where the images have changed, tuning the first layer alone matches or beats tuning all.",
            SOURCES["lee2023"],
            as_good(_INPUTS, lead("tuning the first layer alone", "tuning all"), MARGIN),
        ),
        "last_for_outputs": Claim(
            "Where the labels have changed, tuning the last layer alone matches or beats tuning all.",
            SOURCES["lee2023"],
            as_good(_OUTPUTS, lead("tuning the last layer alone", "tuning all"), MARGIN),
        ),
        "upper_for_inputs": Claim(
            "Keep the lower layers frozen, which hold generic features, and adapt the upper ones.",
            LESSON,
            general(_INPUTS, lead("tuning all layers but the first", "tuning the first alone")),
        ),
    }
)

STUDY = Study(
    name="surgical",
    title="First, middle or last layer?",
    question="Which layer should be tuned where the images have changed, and which where the labels have?",
    protocol="The pretrained network keeps its head, and one layer is tuned: the first, a middle one or the last; or all but "
    "the first, as the lesson advises (with two layers, the last alone); or all of them. By default the network has "
    "three layers: a first, a middle and a last. All arms share split, minibatch order and epochs; the rate of each "
    "arm is the best of five (0.003 to 0.3) on the validation images. Either the images are rotated (MNIST to UCI "
    "digits, by 30° unless another angle is set), noisy, inverted or permuted, or the images are alike and every "
    "label is different. A claim is about every such change: it must hold in every pair, and one clear counterexample"
    " refutes it.",
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
    settings=MappingProxyType({"images_per_class": 5}),
    default_scenarios=(
        "mnist_to_digits",
        "digits_to_noisy",
        "digits_to_inverted",
        "digits_to_permuted",
        "digits_to_renamed",
    ),
    suits=_keeps_its_head,
)
