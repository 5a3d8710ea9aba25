"""Progressive unfreezing against the pure approaches, and which part of its recipe does the work."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, product
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from transfer_core.arms import Arm
from transfer_core.arrays import Array
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.scenarios import SCENARIOS, title_of
from transfer_core.schedules import Phase, Schedule, freeze_to
from transfer_core.statistics import Gap, paired_gap
from transfer_core.studies.conditions import Quantity, Useless, above
from transfer_core.studies.grids import at_rate
from transfer_core.studies.quantifiers import SCENARIO, Place, every, some
from transfer_core.studies.rules import Rule
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, by_place, intervals, points, scores
from transfer_core.studies.tasks import Train
from transfer_core.wording import side_words

RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
LAYER_DECAY = 1 / 2.6
CUT_SHARE, RATIO = 0.1, 32  # of the slanted triangle
STEP_SHARE = 0.1  # of the epochs: the time between one layer and the next
USEFUL = 0.005  # a gain below half a point is none

PLAIN, GRADUAL = "end_to_end", "gradual unfreezing"
ONE_RATE = "one rate"
ORDER = ("feature_extraction", PLAIN, "progressive_unfreezing", GRADUAL)  # in the figure
RECIPES = {
    ONE_RATE: (False, False),
    "discriminative": (True, False),
    "slanted": (False, True),
    "discriminative and slanted": (True, True),
}


def slant(epoch: int, n_epochs: int) -> float:
    """Factor of a slanted triangular rate: a short rise, then a long way down.

    Parameters
    ----------
    epoch : int
        From 0.
    n_epochs : int

    Returns
    -------
    float
        From 1/32 to 1.

    References
    ----------
    Howard, Ruder (2018), arXiv:1801.06146, equation 3, with one value per epoch.

    Examples
    --------
    >>> [slant(epoch, 20) for epoch in (0, 2, 20)]
    [0.03125, 1.0, 0.03125]
    """
    cut = max(1, int(n_epochs * CUT_SHARE))
    height = epoch / cut if epoch < cut else 1 - (epoch - cut) / (cut * (1 / CUT_SHARE - 1))
    return (1 + max(0.0, height) * (RATIO - 1)) / RATIO


def recipe(config: RunConfig, rate: float, *, gradual: bool, discriminative: bool, slanted: bool) -> Schedule:
    """Build one of the eight arms; with nothing switched on it is end-to-end training.

    Parameters
    ----------
    config : RunConfig
    rate : float
        Highest rate of the head.
    gradual : bool
        Start with the head and free one layer more after each tenth of the epochs.
    discriminative : bool
        Each layer learns at 1/2.6 of the rate of the layer above it.
    slanted : bool
        The rates rise and fall as `slant` says.

    Returns
    -------
    Schedule

    Examples
    --------
    >>> ours = recipe(RunConfig(n_epochs=20), 0.1, gradual=True, discriminative=False, slanted=False)
    >>> [(phase.n_epochs, phase.first_trainable) for phase in ours]
    [(2, 2), (2, 1), (16, 0)]
    """
    top = config.n_layers - 1
    step = max(1, int(config.n_epochs * STEP_SHARE))
    epochs = []
    for epoch in range(config.n_epochs):
        lowest = max(0, top - epoch // step) if gradual else 0
        height = rate * (slant(epoch, config.n_epochs) if slanted else 1.0)
        decay = LAYER_DECAY if discriminative else 1.0
        rates = tuple(round(height * decay ** (top - layer), 9) if layer >= lowest else 0.0 for layer in range(top + 1))
        epochs.append((lowest, rates))
    return tuple(
        Phase(_phase_name(lowest, top), len(list(same)), freeze_to(config.n_layers, lowest), rates)
        for (lowest, rates), same in groupby(epochs)
    )


def _phase_name(lowest: int, top: int) -> str:
    if lowest == 0:
        return "all layers"
    return "head only" if lowest == top else f"layer {lowest + 1} and up"


def grid(config: RunConfig) -> Iterator[Cell]:
    """Eight arms, feature extraction and the lesson's own two phases, each at every rate."""
    for rate in RATES:
        for unfreezing, (rates, (discriminative, slanted)) in product((PLAIN, GRADUAL), RECIPES.items()):
            schedule = recipe(
                config, rate, gradual=unfreezing == GRADUAL, discriminative=discriminative, slanted=slanted
            )
            yield Cell({"unfreezing": unfreezing, "rates": rates, "rate": rate}, config, Train(Arm(schedule)))
        for strategy in ("feature_extraction", "progressive_unfreezing"):
            pure = at_rate(config, strategy, rate)
            yield Cell({"unfreezing": strategy, "rates": ONE_RATE, "rate": rate}, config, Train(pure))


def summarise(rows: pd.DataFrame) -> Summary:
    """Choose the rates, take the main effects, and compare the lesson's two phases with the pure approaches."""
    best = at_their_best(rows, ["rate"], ["scenario", "unfreezing", "rates"])
    in_order = best.sort_values(
        ["scenario", "rates", "unfreezing"], key=by_place(*SCENARIOS, *RECIPES, *ORDER), kind="stable"
    )
    table = intervals(in_order, ["scenario", "rates", "unfreezing", "rate"], "test_accuracy")
    table = table.join(_gaps_to_plain(best, table))
    evidence: dict[str, dict[str, Any]] = {name: {} for name in CLAIMS}
    said: dict[str, list[str]] = {name: [] for name in CLAIMS}
    for (scenario,), here in points(best, ["scenario"]):
        title = title_of(str(scenario))
        for name, (gaps, words) in {"best": _lesson(here), **_effects(here)}.items():
            evidence[name][str(scenario)] = gaps
            said[name].append(f"{title}: {words}")
    return Summary(
        table,
        {name: claim.found(evidence[name], f"{'. '.join(said[name])}.") for name, claim in CLAIMS.items()},
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
        sides[has].append(scores(rows, "test_accuracy", unfreezing=unfreezing, rates=rates))
    return paired_gap(np.mean(sides[True], axis=0), np.mean(sides[False], axis=0))


def _effects(here: pd.DataFrame) -> dict[str, tuple[Gap, str]]:
    found = {}
    alone = {"gradual": (GRADUAL, ONE_RATE), "discriminative": (PLAIN, "discriminative"), "slanted": (PLAIN, "slanted")}
    for factor, (name, (unfreezing, rates)) in enumerate(alone.items()):
        effect = main_effect(here, factor)
        single = paired_gap(_accuracy(here, unfreezing, rates), _accuracy(here, PLAIN))
        words = (
            f"arms with it are {side_words(effect, 'arms without')}; added alone, at {_rate_words(here, unfreezing, rates)}, "
            f"it is {side_words(single, f'end-to-end at {_rate_words(here, PLAIN)}')}"
        )
        found[name] = (effect, words)
    return found


def _lesson(here: pd.DataFrame) -> tuple[dict[str, Gap], str]:
    ours = _accuracy(here, "progressive_unfreezing")
    pure = {"feature extraction": "feature_extraction", "end-to-end": PLAIN}
    gaps = {title: paired_gap(ours, _accuracy(here, name)) for title, name in pure.items()}
    against = " and ".join(
        side_words(gap, f"{title} at {_rate_words(here, pure[title])}") for title, gap in gaps.items()
    )
    return gaps, f"head first, then all layers at {_rate_words(here, 'progressive_unfreezing')} is {against}"


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


def _rate_words(here: pd.DataFrame, unfreezing: str, rates: str = ONE_RATE) -> str:
    return f"rate {scores(here, 'rate', unfreezing=unfreezing, rates=rates)[0]:g}"


_PURE = Place("against", "pure approach", "pure approaches")
_GAIN = Quantity(
    "the lead of progressive unfreezing (head first, then all layers)",
    above="progressive unfreezing (head first, then all layers) is clearly ahead",
)
_EFFECT = Quantity("the main effect over the four pairs of arms")
_HELPS = Rule(every(SCENARIO, above(_EFFECT)), every(SCENARIO, Useless(_EFFECT, USEFUL)))

CLAIMS = MappingProxyType(
    {
        "best": Claim(
            "Progressive unfreezing often yields the best results, better than either pure approach.",
            LESSON,
            Rule(
                every(SCENARIO, every(_PURE, above(_GAIN))),
                every(SCENARIO, some(_PURE, Useless(_GAIN, USEFUL))),
                "each at its best rate",
            ),
        ),
        "gradual": Claim("Gradual unfreezing helps.", SOURCES["howard2018"], _HELPS),
        "discriminative": Claim("Discriminative learning rates help.", SOURCES["howard2018"], _HELPS),
        "slanted": Claim("Slanted triangular learning rates help.", SOURCES["howard2018"], _HELPS),
    }
)

STUDY = Study(
    name="progressive",
    title="Does progressive unfreezing pay?",
    question="Does progressive unfreezing beat both pure approaches, and which part of its recipe does the work?",
    protocol="Eight arms: gradual unfreezing (one more layer after each tenth of the epochs), discriminative rates (divided by"
    " 2.6 per layer) and slanted triangular rates (cut 0.1, ratio 32, one value per epoch), each on or off. Beside "
    "them stand feature extraction and the lesson's two phases: the head at the rate of its knob, then all layers at "
    "the rate that is searched. All arms share split, head, minibatch order and epochs; the rate of each is the best of "
    "the same six (0.003 to 1) on the validation images, so a lower rate alone is among the rivals. A main effect is "
    "the mean of the four arms with a part minus that of the four without it, paired by seed.",
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
    default_scenarios=("mnist_to_digits", "digits_to_parity"),
    suits=has_source,
)
