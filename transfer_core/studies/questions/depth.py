"""How transferable each layer is: the lowest layers of a donor under fresh ones, cut at every depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import product
from types import MappingProxyType
from typing import Literal, NamedTuple

import pandas as pd

from transfer_core.arms import Arm, Random, arm_of
from transfer_core.arrays import Array, Params
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.pretraining import pretrain
from transfer_core.schedules import Phase, freeze_to
from transfer_core.seeds import Purpose
from transfer_core.studies.conditions import Quantity, above, below, lead, negligible
from transfer_core.studies.cuts import (
    BASE,
    Gains,
    fall,
    first_to_middle,
    first_to_random,
    gains,
    last_to_middle,
    middle_to_all,
    specific,
    tuned_to_scratch,
)
from transfer_core.studies.effects import Effect, among_learnt, judged, unlearnt
from transfer_core.studies.grids import at_rate
from transfer_core.studies.quantifiers import both, either
from transfer_core.studies.rules import Rule, signed
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
from transfer_core.studies.summaries import at_their_best, gap_of, points
from transfer_core.studies.tasks import Train

Donor = Literal["source", "target", "random"]
RATES = (0.01, 0.03, 0.1, 0.3)
ARMS: Mapping[str, tuple[Donor, bool]] = MappingProxyType(
    {
        "pretrained, frozen": ("source", True),
        "pretrained, tuned": ("source", False),
        "own, frozen": ("target", True),
        "own, tuned": ("target", False),
        "random, frozen": ("random", True),
    }
)


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
    """Choose the rates, and compare the cuts in every pair."""
    points_of = ["scenario", "arm", "layers"]
    best = at_their_best(among_learnt(rows, points_of), ["rate"], points_of)
    by_pair = {str(scenario): gains(pair) for (scenario,), pair in points(best, ["scenario"])}
    return Summary(_table(best, by_pair), {name: _finding(name, best, by_pair) for name in CLAIMS})


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


class Comparison(NamedTuple):
    """What a claim compares within every pair.

    Attributes
    ----------
    words : str
        "Ours, against theirs".
    of : callable
        ``Gains -> ndarray of shape (n_seeds,)``.
    arms : tuple of str
        Whose cuts it looks at.
    cuts : {"first", "outer", "all"}
        At the first one, at the first and the last, or at all.
    """

    words: str
    of: Callable[[Gains], Array]
    arms: tuple[str, ...]
    cuts: Literal["first", "outer", "all"]

    def places(self, n_layers: int) -> dict[str, Mapping[str, object]]:
        """List the arms it looks at by name; none may be judged before it has learnt its training images."""
        cuts = {"first": {1}, "outer": {1, n_layers}, "all": set(range(1, n_layers + 1))}[self.cuts]
        return {
            f"the arm “{arm}” with {cut} layer{'' if cut == 1 else 's'}": {"arm": arm, "layers": cut}
            for arm, cut in product(self.arms, sorted(cuts))
        }


_PRETRAINED, _OWN, _TUNED_ARM, _DRAWN = "pretrained, frozen", "own, frozen", "pretrained, tuned", "random, frozen"
COMPARED: Mapping[str, Mapping[str, Comparison]] = MappingProxyType(
    {
        "falls_with_depth": {
            "fall": Comparison(
                "The first pretrained layer alone, frozen, against all of them", fall, (_PRETRAINED,), "outer"
            )
        },
        "generic_first_layer": {
            "generic": Comparison(
                "A frozen pretrained first layer, against a frozen random one",
                first_to_random,
                (_PRETRAINED, _DRAWN),
                "first",
            )
        },
        "middle_layers": {
            "first": Comparison(
                "The first pretrained layer alone, frozen, against the cuts in the middle",
                first_to_middle,
                (_PRETRAINED,),
                "all",
            ),
            "last": Comparison(
                "The cuts in the middle, against all pretrained layers frozen", middle_to_all, (_PRETRAINED,), "all"
            ),
        },
        "specific_top": {
            "specific": Comparison(
                "The lead of the network's own frozen layers over pretrained ones, at the last cut against the first",
                specific,
                (_OWN, _PRETRAINED),
                "outer",
            )
        },
        "tuned_beat_scratch": {
            "tuned": Comparison(
                "Transferred and fine-tuned, averaged over the cuts, against from scratch",
                tuned_to_scratch,
                (_TUNED_ARM,),
                "all",
            )
        },
        "fragile_middle": {
            "first": Comparison(
                "The network's own layers, frozen, at the first cut, against the cuts in the middle",
                partial(first_to_middle, arm=_OWN),
                (_OWN,),
                "all",
            ),
            "last": Comparison(
                "At the last cut, against the cuts in the middle", partial(last_to_middle, arm=_OWN), (_OWN,), "all"
            ),
        },
    }
)
"""By claim and by what its rule asks for."""
NEEDS = MappingProxyType({"falls_with_depth": 2, "specific_top": 2, "middle_layers": 3, "fragile_middle": 3})
"""Hidden layers without which a claim says nothing."""


def _finding(name: str, best: pd.DataFrame, by_pair: Mapping[str, Gains]) -> Finding:
    """Judge a claim by the mean effect over the pairs in which its arms have learnt their training images."""
    n_layers, needed = int(best["layers"].max()), NEEDS.get(name, 1)
    if n_layers < needed:
        there = "is" if n_layers == 1 else "are"
        return CLAIMS[name].untested(
            f"It takes {needed} hidden layers or more to tell, and here there {there} {n_layers}."
        )
    left_out: dict[str, str] = {}
    effects = {}
    for key, compared in COMPARED[name].items():
        left_out |= unlearnt(best, compared.places(n_layers) | {"training from scratch": {"arm": BASE}})
        gaps = {scenario: compared.of(cuts) for scenario, cuts in by_pair.items()}
        effects[key] = Effect(compared.words, {scenario: gap_of(values) for scenario, values in gaps.items()})
    return judged(CLAIMS[name], effects, left_out)


_FALL = replace(lead("the network with the first pretrained layer frozen alone", "the one with all frozen"), key="fall")
_GENERIC = Quantity(
    "the lead of a frozen pretrained first layer over a frozen random one",
    above="a frozen pretrained first layer is clearly better than a frozen random one",
    below="a frozen pretrained first layer is clearly worse than a frozen random one",
    key="generic",
)
_FIRST = replace(
    lead("the network with the first pretrained layer frozen alone", "the average of the networks cut in the middle"),
    key="first",
)
_LAST = replace(lead("the average of the networks cut in the middle", "the one with all layers frozen"), key="last")
_SPECIFIC = Quantity(
    "what the network's own frozen layers gain on pretrained ones from the first cut to the last",
    above="the network's own frozen layers are ahead of pretrained ones by clearly more at the last cut than at the first",
    below="the network's own frozen layers are ahead of pretrained ones by clearly less at the last cut than at the first",
    key="specific",
)
_TUNED = Quantity(
    "the lead of transferred and tuned layers, averaged over the cuts, over training from scratch",
    above="transferred and tuned layers are, averaged over the cuts, clearly ahead of training from scratch",
    below="transferred and tuned layers are, averaged over the cuts, clearly behind training from scratch",
    key="tuned",
)
_MIDDLE = "the average of its own frozen layers cut in the middle"
_DIPS = tuple(
    replace(lead(f"the network with its own layers frozen up to the {end} cut", _MIDDLE), key=end)
    for end in ("first", "last")
)
_MEAN = "on the mean of the pairs"

CLAIMS = MappingProxyType(
    {
        "falls_with_depth": Claim(
            "Transferability falls with depth: frozen, the first layer alone carries over better than all of them.",
            SOURCES["yosinski2014"],
            signed(_FALL, _MEAN),
            "Eight convolutional layers learn features of growing abstraction from a million photographs; four dense layers "
            "on 8x8 digits hardly do.",
            "layers",
        ),
        "generic_first_layer": Claim(
            "Lower layers hold generic features: frozen, a pretrained first layer carries over better than a random one.",
            LESSON,
            signed(_GENERIC, _MEAN),
            "It means edges and textures in photographs, which a dense layer on 64 pixels has little need of.",
            "layers",
        ),
        "middle_layers": Claim(
            "Middle layers hold mid-level features: frozen up to the middle, a network does less well than with its first layer "
            "frozen, and better than with all.",
            LESSON,
            Rule(
                both(above(_FIRST), above(_LAST)),
                either(below(_FIRST), below(_LAST)),
                both(negligible(_FIRST), negligible(_LAST)),
                _MEAN,
            ),
            "It means parts and patterns of objects, and an 8x8 digit has hardly any.",
            "layers",
        ),
        "specific_top": Claim(
            "Upper layers hold features that are specific to their task.",
            LESSON,
            signed(_SPECIFIC, _MEAN),
            "It means detectors for the objects of a thousand classes; here both tasks ask about digits.",
            "layers",
        ),
        "tuned_beat_scratch": Claim(
            "Transferred layers that are then fine-tuned beat training from scratch.",
            SOURCES["yosinski2014"],
            signed(_TUNED, _MEAN),
            "Their donor had learnt 500 classes of ImageNet; the donors here have seen a few thousand digits at most.",
            "layers",
        ),
        "fragile_middle": Claim(
            "Layers in the middle are fragile when frozen, even when the layers above are retrained on the same task: cut there, a "
            "network does worse than at either end.",
            SOURCES["yosinski2014"],
            Rule(
                both(*map(above, _DIPS)),
                either(*map(below, _DIPS)),
                both(*map(negligible, _DIPS)),
                _MEAN,
            ),
            "Their eight layers are trained to adapt to each other on far more data; four layers have little middle.",
            "layers",
        ),
    }
)

STUDY = Study(
    name="depth",
    title="How transferable is each layer?",
    question="How many of the lowest layers carry over to another task, frozen or tuned?",
    protocol="The lowest layers come from a donor, those above the cut are fresh, and the network is trained on the target "
    "with the donor's layers frozen, or tuned with the rest. The donor is the pretrained network, another network "
    "trained on the target itself at the rate of the knob (own), or a random one. Every arm is compared with training "
    "from scratch, with the same fresh layers, head, split, minibatch order and epochs; the rate of each arm and cut, of "
    "four (0.01 to 0.3), is chosen per seed on as many validation images as there are for training, among the rates with "
    "which the arm learns its training images. By default it runs on every pair of the lab whose images are not altered. "
    "A claim is judged by the mean over the pairs, each counting the same; a pair in which an arm that is compared does "
    "not learn its training images is left out.",
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
    default_scenarios=(
        "off_centre",
        "mnist_to_digits",
        "digits_to_digits",
        "digits_to_parity",
        "low_to_high",
        "digits_to_ink",
    ),
    suits=has_source,
)
