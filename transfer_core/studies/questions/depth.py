"""How transferable each layer is: the lowest layers of a donor under fresh ones, cut at every depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from transfer_core.arms import Arm, Random, arm_of
from transfer_core.arrays import Array, Params
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.pretraining import pretrain
from transfer_core.schedules import Phase, freeze_to
from transfer_core.seeds import Purpose
from transfer_core.studies.conditions import Quantity, above, below, lead, not_below
from transfer_core.studies.grids import at_rate
from transfer_core.studies.quantifiers import PAIR, both, every, some
from transfer_core.studies.rules import Rule, general
from transfer_core.studies.study import (
    Axis,
    Cell,
    Claim,
    Figure,
    Finding,
    Study,
    Summary,
    has_source,
)
from transfer_core.studies.summaries import at_their_best, by_title, gap_of, points, scores
from transfer_core.studies.tasks import Train
from transfer_core.wording import pair_words

Donor = Literal["source", "target", "random"]
RATES = (0.01, 0.03, 0.1, 0.3)
BASE = "from_scratch"
ARMS: Mapping[str, tuple[Donor, bool]] = MappingProxyType(
    {
        "pretrained, frozen": ("source", True),
        "pretrained, tuned": ("source", False),
        "own, frozen": ("target", True),
        "own, tuned": ("target", False),
        "random, frozen": ("random", True),
    }
)
Gains = Mapping[tuple[str, int], Array]


@dataclass(frozen=True)
class Transplant:
    """A start whose lowest layers come from another network.

    Attributes
    ----------
    donor : {"source", "target", "random"}
        The pretrained network, another one trained on the target itself, or another one not trained at all.
    n_layers : int
        Layers taken from the donor; those above are the ones that training from scratch starts with.
    """

    donor: Donor
    n_layers: int
    from_source = False

    def params(self, config: RunConfig) -> Params:
        """Put the layers together."""
        fresh = Random().params(config)
        return (*donor_params(config, self.donor)[: self.n_layers], *fresh[self.n_layers :])


def transplanted(config: RunConfig, donor: Donor, n_layers: int, *, frozen: bool, rate: float) -> Arm:
    """Make the arm that trains above the cut, or everything, from the first epoch to the last.

    Examples
    --------
    >>> arm = transplanted(RunConfig(), "source", 1, frozen=True, rate=0.1)
    >>> arm.schedule[0].frozen, arm.schedule[0].learning_rates
    ((True, False, False), (0.0, 0.1, 0.1))
    """
    mask = freeze_to(config.n_layers, n_layers if frozen else 0)
    rates = tuple(0.0 if cold else rate for cold in mask)
    schedule = (Phase("above the cut" if frozen else "all layers", config.n_epochs, mask, rates),)
    return Arm(schedule, Transplant(donor, n_layers))


def donor_params(config: RunConfig, donor: Donor) -> Params:
    """Network that layers are taken from.

    Parameters
    ----------
    config : RunConfig
    donor : {"source", "target", "random"}

    Returns
    -------
    tuple of Layer
    """
    if donor == "source":
        return pretrain(config).params
    return _trained_on_target(config) if donor == "target" else DRAWN.params(config)


# It shares no weight with the network that training from scratch starts with.
DRAWN = Random(Purpose.DONOR)


@lru_cache(maxsize=2)  # every cut of a scenario asks for it
def _trained_on_target(config: RunConfig) -> Params:
    return arm_of(config, BASE, start=DRAWN, head=None, repetition=1).trained(config)


def grid(config: RunConfig) -> Iterator[Cell]:
    """Every donor, frozen and tuned, cut at every depth, and training from scratch at the same rates."""
    for rate in RATES:
        scratch = at_rate(config, BASE, rate)
        yield Cell({"arm": BASE, "layers": 0, "rate": rate}, config, Train(scratch))
    for (arm, (donor, frozen)), n_layers, rate in product(ARMS.items(), range(1, config.n_layers), RATES):
        cut = transplanted(config, donor, n_layers, frozen=frozen, rate=rate)
        yield Cell({"arm": arm, "layers": n_layers, "rate": rate}, config, Train(cut))


def summarise(rows: pd.DataFrame) -> Summary:
    """Choose the rates, and compare every cut with training from scratch."""
    best = at_their_best(rows, ["rate"], ["scenario", "arm", "layers"])
    by_pair = {str(scenario): gains(pair) for (scenario,), pair in points(best, ["scenario"])}
    generic, tuned = (
        {scenario: gap_of(difference(cuts)) for scenario, cuts in by_pair.items()}
        for difference in (first_to_random, tuned_to_scratch)
    )
    n_layers = int(rows["layers"].max())
    return Summary(
        _table(best, by_pair),
        {
            "falls_with_depth": _falls_with_depth(by_pair, n_layers),
            "generic_first_layer": CLAIMS["generic_first_layer"].found(
                generic,
                pair_words("A frozen pretrained first layer, against a frozen random one", by_title(generic)),
            ),
            "tuned_beat_scratch": CLAIMS["tuned_beat_scratch"].found(
                tuned,
                pair_words("Transferred and fine-tuned, averaged over the cuts, against from scratch", by_title(tuned)),
            ),
            "fragile_middle": _fragile_middle(by_pair, n_layers),
        },
    )


def _table(best: pd.DataFrame, by_pair: Mapping[str, Gains]) -> pd.DataFrame:
    bases = {scenario: pair for (scenario,), pair in points(best[best["arm"] == BASE], ["scenario"])}
    table = []
    for (scenario, arm, layers, rate), cut in points(best[best["arm"] != BASE], ["scenario", "arm", "layers", "rate"]):
        gap = gap_of(by_pair[scenario][arm, layers])
        labels = {"scenario": scenario, "arm": arm, "layers": int(layers), "rate": float(rate)}
        measured = {**gap.interval._asdict(), "wins": gap.wins, "losses": gap.losses, "n": gap.n}
        base = bases[scenario]
        accuracies = {
            "accuracy": float(cut["test_accuracy"].mean()),
            "from_scratch_accuracy": float(base["test_accuracy"].mean()),
            "from_scratch_rate": float(base["rate"].iloc[0]),
        }
        table.append({**labels, **measured, **accuracies})
    return pd.DataFrame(table)


def gains(rows: pd.DataFrame) -> Gains:
    """Subtract the accuracy of training from scratch from that of every cut, seed by seed.

    Parameters
    ----------
    rows : DataFrame
        Of one scenario, one rate per arm and cut.

    Returns
    -------
    dict of (arm, layers) to ndarray of shape (n_seeds,)
    """
    base = scores(rows, "test_accuracy", arm=BASE)
    return {
        (str(arm), int(layers)): scores(cut, "test_accuracy") - base
        for (arm, layers), cut in points(rows[rows["arm"] != BASE], ["arm", "layers"])
    }


def along(cuts: Gains, arm: str) -> Array:
    """Collect the gains of one arm, shape ``(n_cuts, n_seeds)``, the first cut first.

    Examples
    --------
    >>> along({("a", 2): np.array([0.1]), ("a", 1): np.array([0.2]), ("b", 1): np.array([0.3])}, "a").tolist()
    [[0.2], [0.1]]
    """
    return np.stack([values for (name, _), values in sorted(cuts.items()) if name == arm])


def deepest_to_first(cuts: Gains) -> Array:
    """Compare all frozen pretrained layers with the first one alone."""
    frozen = along(cuts, "pretrained, frozen")
    return np.asarray(frozen[-1] - frozen[0])


def first_to_random(cuts: Gains) -> Array:
    """Compare a frozen pretrained first layer with a frozen random one."""
    return cuts["pretrained, frozen", 1] - cuts["random, frozen", 1]


def tuned_to_scratch(cuts: Gains) -> Array:
    """Average the transferred and tuned layers over the cuts."""
    return np.asarray(along(cuts, "pretrained, tuned").mean(axis=0))


def dip(cuts: Gains) -> Array:
    """Compare the network's own frozen layers, cut in the middle, with the first and the last cut.

    Examples
    --------
    >>> dip({("own, frozen", n): np.array([gain]) for n, gain in enumerate([0.1, -0.3, -0.1], 1)}).round(2).tolist()
    [-0.3]
    """
    own = along(cuts, "own, frozen")
    return np.asarray(own[1:-1].mean(axis=0) - (own[0] + own[-1]) / 2)


def _falls_with_depth(by_pair: Mapping[str, Gains], n_layers: int) -> Finding:
    if n_layers < 2:
        words = f"A first layer and a deeper one take at least 2 hidden layers, and here there is {n_layers}."
        return CLAIMS["falls_with_depth"].found({}, words)
    deeper = {scenario: gap_of(deepest_to_first(cuts)) for scenario, cuts in by_pair.items()}
    return CLAIMS["falls_with_depth"].found(
        deeper,
        pair_words(
            f"All {n_layers} pretrained layers frozen, against the first one alone", by_title(deeper), wanted=-1
        ),
    )


def _fragile_middle(by_pair: Mapping[str, Gains], n_layers: int) -> Finding:
    if n_layers < 3:
        there = "is" if n_layers == 1 else "are"
        words = f"A cut in the middle takes at least 3 hidden layers, and here there {there} {n_layers}."
        return CLAIMS["fragile_middle"].found({}, words)
    dips = {scenario: gap_of(dip(cuts)) for scenario, cuts in by_pair.items()}
    return CLAIMS["fragile_middle"].found(
        dips,
        pair_words(
            "The network's own layers frozen, cut in the middle, against the first and last cut",
            by_title(dips),
            wanted=-1,
        ),
    )


_DEEPEST = lead("the network with all pretrained layers frozen", "the one with the first alone")
_GENERIC = Quantity(
    "the lead of a frozen pretrained first layer over a frozen random one",
    above="a frozen pretrained first layer is clearly better than a frozen random one",
    below="a frozen pretrained first layer is clearly worse than a frozen random one",
)
_TUNED = Quantity(
    "the lead of transferred and tuned layers over training from scratch",
    above="transferred and tuned layers are, averaged over the cuts, clearly ahead of training from scratch",
    below="transferred and tuned layers are, averaged over the cuts, clearly behind training from scratch",
)
_DIP = Quantity(
    "the accuracy of the network's own frozen layers cut in the middle minus that at the first and last cut on average",
    below="the network's own frozen layers are clearly worse cut in the middle than at the first and last cut on average",
)

CLAIMS = MappingProxyType(
    {
        "falls_with_depth": Claim(
            "Transferability falls with depth: the first layers are general, the last ones specific.",
            SOURCES["yosinski2014"],
            Rule(every(PAIR, below(_DEEPEST)), some(PAIR, above(_DEEPEST))),
        ),
        "generic_first_layer": Claim(
            "Lower layers hold generic features; freezing them preserves what transfers.",
            LESSON,
            general(PAIR, _GENERIC),
        ),
        "tuned_beat_scratch": Claim(
            "Transferred layers that are then fine-tuned beat training from scratch.",
            SOURCES["yosinski2014"],
            general(PAIR, _TUNED),
        ),
        "fragile_middle": Claim(
            "Layers in the middle are fragile when frozen, even when the layers above are retrained on the same task: they were "
            "adapted to those above.",
            SOURCES["yosinski2014"],
            # That no dip reaches a point must be shown too: an interval that contains zero does not show it.
            Rule(every(PAIR, below(_DIP)), both(every(PAIR, above(_DIP, -MARGIN)), some(PAIR, not_below(_DIP)))),
        ),
    }
)

STUDY = Study(
    name="depth",
    title="How transferable is each layer?",
    question="How many of the lowest layers carry over to another task, frozen or tuned?",
    protocol="The lowest layers come from a donor, those above the cut are fresh, and the network is trained on the target "
    "with the donor's layers frozen, or tuned with the rest. The donor is the pretrained network, another network "
    "trained on the target itself at the rate of the knob (own), or a random one. Every arm is compared with training"
    " from scratch, with the same fresh layers, head, split, minibatch order and epochs; the rate of each arm and cut"
    " is the best of four (0.01 to 0.3) on the validation images. By default the target is a new question about the "
    "same images (odd or even), new classes (0-4 to 5-9), or a question that the source task ignores (ink). A claim "
    "is about transfer in general: it must hold in every pair, and one clear counterexample refutes it.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "lines",
        Axis("layers", "Layers taken from the donor", "ordinal"),
        Axis("mean", "Test accuracy minus from scratch", form="points"),
        series="arm",
        facet="scenario",
        zero=True,
    ),
    order=8,
    settings=MappingProxyType({"hidden_sizes": (48, 48, 48, 48), "images_per_class": 30}),
    default_scenarios=("digits_to_parity", "low_to_high", "digits_to_ink"),
    suits=has_source,
)
