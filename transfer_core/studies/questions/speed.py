"""How much faster feature extraction is: on the clock, and in multiply-adds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import get_clock_info, thread_time
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.arms import Random
from transfer_core.arrays import Examples, Layer, Params
from transfer_core.bibliography import LESSON
from transfer_core.config import RunConfig
from transfer_core.costs import multiply_adds
from transfer_core.examples import target_of
from transfer_core.schedules import Schedule, first_epochs
from transfer_core.seeds import Purpose, stream
from transfer_core.statistics import Gap, mean_interval, paired_gap
from transfer_core.strategies import STRATEGIES
from transfer_core.studies.conditions import Quantity, Ratio, above, below, not_below
from transfer_core.studies.quantifiers import Place, both, count, every, some
from transfer_core.studies.rules import Rule
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Reading, Study, Summary
from transfer_core.studies.summaries import gap_of, points
from transfer_core.training import train
from transfer_core.wording import counted_words, interval_words, sentence_case

WIDTHS = (32, 64, 128, 256)
DEPTHS = (1, 2, 3, 4)
WORTH_HAVING = 1.1  # times as fast; less is no speed-up to speak of
TOLERANCE = 1.5  # two speed-ups agree if neither is more than this many times the other
MEASURES = MappingProxyType({"clock": "seconds", "counted": "multiply_adds"})
WAYS = MappingProxyType({"cached": "cached features", "uncached": "no cache"})


@dataclass(frozen=True)
class Race:
    """Train one network after another, one round per seed, and time each.

    In every round feature extraction with cached features, without them, and end-to-end fine-tuning
    take turns, so that whatever else the machine does meanwhile meets all three.
    """

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give the seconds of each arm in each round, and its multiply-adds."""
        frozen, full = (STRATEGIES[name].build(config) for name in ("feature_extraction", "end_to_end"))
        arms = {"cached": (frozen, True), "uncached": (frozen, False), "end_to_end": (full, True)}
        # How long a product takes does not depend on what the weights are, so nothing is pretrained for this.
        params, examples = Random().params(config), target_of(config).train
        seconds = np.empty((config.n_seeds, len(arms)))
        warm_up = first_epochs(full, 1)  # what is done for the first time takes longer
        for turn in range(config.n_seeds):
            network, images = _one(params, turn), Examples(*(array[turn : turn + 1] for array in examples))
            _seconds(config, network, images, warm_up, config.seeds[turn])
            for arm, (schedule, cache_features) in enumerate(arms.values()):
                seconds[turn, arm] = _seconds(config, network, images, schedule, config.seeds[turn], cache_features)
        n_images = examples.labels.shape[-1]
        values = {f"seconds_{name}": seconds[:, arm] for arm, name in enumerate(arms)}
        for name, (schedule, cache_features) in arms.items():
            counted = multiply_adds(schedule, config.layer_sizes, n_images, cache_features=cache_features)
            values[f"multiply_adds_{name}"] = np.full(config.n_seeds, float(counted))
        return [Reading({}, values)]


def _one(params: Params, index: int) -> Params:
    """Network of one seed, with the seed axis kept."""
    return tuple(Layer(layer.weights[index : index + 1], layer.bias[index : index + 1]) for layer in params)


def _seconds(
    config: RunConfig, params: Params, images: Examples, schedule: Schedule, seed: int, cache_features: bool = True
) -> float:
    """Train once, in processor time of this thread: BLAS uses no other, and other work is not counted."""
    epochs = train(
        params,
        schedule,
        images,
        batch_seeds=[stream(seed, Purpose.BATCHES)],
        batch_size=config.batch_size,
        momentum=config.momentum,
        weight_decay=config.weight_decay,
        cache_features=cache_features,
    )
    started = thread_time()
    for _ in epochs:
        pass
    return max(thread_time() - started, get_clock_info("thread_time").resolution)


def grid(config: RunConfig) -> Iterator[Cell]:
    """Every width at every depth."""
    for depth in DEPTHS:
        for width in WIDTHS:
            yield Cell({"layers": depth, "width": width}, config.but(hidden_sizes=(width,) * depth), Race())


def with_speed_ups(rows: pd.DataFrame) -> pd.DataFrame:
    """Add how many times as long end-to-end takes, on the clock and counted, round by round.

    Examples
    --------
    >>> row = {f"{what}_{arm}": 1.0 for what in ("seconds", "multiply_adds") for arm in ("cached", "uncached")}
    >>> found = with_speed_ups(pd.DataFrame([{**row, "seconds_end_to_end": 2.0, "multiply_adds_end_to_end": 3.0}]))
    >>> found[["clock_cached", "counted_cached"]].values.tolist()
    [[2.0, 3.0]]
    """
    return rows.assign(
        **{
            f"{name}_{way}": rows[f"{what}_end_to_end"] / rows[f"{what}_{way}"]
            for name, what in MEASURES.items()
            for way in WAYS
        }
    )


def summarise(rows: pd.DataFrame) -> Summary:
    """Tabulate the speed-ups, and compare the counted ones with the clock's."""
    rows = with_speed_ups(rows)
    places = list(points(rows, ["scenario", "layers", "width"]))
    table = pd.DataFrame([line for place, group in places for line in _lines(place, group)])
    groups = [group for _, group in places]
    return Summary(table, {"fast": _fast(groups), "cost": _cost(groups)})


def _lines(place: tuple[str, int, int], group: pd.DataFrame) -> Iterator[dict[str, object]]:
    scenario, layers, width = place
    for name, what in MEASURES.items():
        unit = what.replace("_", "-")
        for way, title in WAYS.items():
            yield {
                "scenario": scenario,
                "depth": _depth_words(layers),
                "width": int(width),
                "speed_up": f"{name}, {title}",
                **mean_interval(group[f"{name}_{way}"].to_numpy())._asdict(),
                "n": len(group),
                "unit": unit,
                "cost": float(group[f"{what}_{way}"].mean()),
                "cost_end_to_end": float(group[f"{what}_end_to_end"].mean()),
            }


def _fast(groups: list[pd.DataFrame]) -> Finding:
    """Judge the speed-up without cached features: the lesson's code has none."""
    gains = [paired_gap(group["clock_uncached"].to_numpy(), np.ones(len(group))) for group in groups]
    clearly = sum(gain.sign > 0 for gain in gains)
    least, gain = min(zip(groups, gains, strict=True), key=lambda one: one[1].interval.mean)
    return CLAIMS["fast"].found(
        {place: gap_of(group["clock_uncached"]) for place, group in enumerate(groups)},
        f"Feature extraction is {_range(groups, 'clock_uncached')} times as fast as end-to-end on the clock, clearly faster "
        f"in {clearly} of {len(gains)} architectures, least at {_place_words(least)} {_evidence(gain)}; with the features "
        f"cached it is {_range(groups, 'clock_cached')} times as fast.",
    )


def _place_words(group: pd.DataFrame) -> str:
    """Name an architecture.

    Examples
    --------
    >>> _place_words(pd.DataFrame({"layers": [1, 1], "width": [64, 64]}))
    '1 layer of 64'
    """
    layers, width = int(group["layers"].iloc[0]), int(group["width"].iloc[0])
    return f"{_depth_words(layers)} of {width}"


def _depth_words(layers: int) -> str:
    return f"{layers} layer{'' if layers == 1 else 's'}"


def _evidence(gain: Gap) -> str:
    """Interval and wins of a speed-up, from its gap to 1."""
    if np.isnan(gain.interval.low):
        return "(one round, no interval)"
    low, high = 1 + gain.interval.low, 1 + gain.interval.high
    return counted_words(interval_words(low, high, 2), "faster", gain.wins, gain.n, "round")


def _cost(groups: list[pd.DataFrame]) -> Finding:
    """Compare the counted speed-up with the clock's."""
    shares = {
        way: {place: gap_of(group[f"clock_{way}"] / group[f"counted_{way}"]) for place, group in enumerate(groups)}
        for way in WAYS
    }
    agreed = {way: count(_AGREES, shares[way]) for way in WAYS}
    said = "; ".join(
        f"{title}: {_range(groups, f'counted_{way}')} times less work counted, {_range(groups, f'clock_{way}')} times less "
        f"time, in agreement in {agreed[way]} of {len(groups)} architectures"
        for way, title in WAYS.items()
    )
    evidence = {(way, place): share for way, by_place in shares.items() for place, share in by_place.items()}
    return CLAIMS["cost"].found(evidence, f"{sentence_case(said)}.")


def _range(groups: list[pd.DataFrame], column: str) -> str:
    """Smallest and largest mean over the architectures.

    Examples
    --------
    >>> _range([pd.DataFrame({"a": [1.0, 2.0]}), pd.DataFrame({"a": [4.0]})], "a")
    '1.5 to 4.0'
    """
    means = [group[column].mean() for group in groups]
    return f"{min(means):.1f} to {max(means):.1f}"


_ARCHITECTURE = Place("at", "width and depth", "widths and depths")
_EITHER_WAY = _ARCHITECTURE._replace(which=", with cached features or without")
_FASTER = Quantity("the speed-up on the clock", unit="")
_SHARE = Quantity("the speed-up on the clock divided by the one counted in multiply-adds", unit="")
_AGREES = Ratio(_SHARE, TOLERANCE)

CLAIMS = MappingProxyType(
    {
        "fast": Claim(
            "Training is fast with feature extraction, slower end-to-end.",
            LESSON,
            Rule(
                both(every(_ARCHITECTURE, above(_FASTER, 1.0)), some(_ARCHITECTURE, not_below(_FASTER, WORTH_HAVING))),
                every(_ARCHITECTURE, below(_FASTER, WORTH_HAVING)),
                "without cached features, as in the lesson's code",
            ),
        ),
        "cost": Claim(
            "What feature extraction saves in computation it saves in time.",
            LESSON,
            Rule(
                every(_EITHER_WAY, _AGREES),
                some(_EITHER_WAY, Ratio(_SHARE, TOLERANCE, outside=True)),
            ),
        ),
    }
)

STUDY = Study(
    name="speed",
    title="How much faster is feature extraction?",
    question="How much less time and how much less work does feature extraction take, by width and depth of the network?",
    protocol="The speed-up is the time of end-to-end divided by that of feature extraction, with and without caching the output "
    "of the frozen backbone. There is one round per seed: the three arms train one network after another, on the same "
    "images, in minibatches, for the same number of epochs, and the ratio is taken within the round. Time is the processor "
    "time of one thread; nothing is measured along the way. Work is counted in multiply-adds of the matrix products. The "
    "more epochs use the cache, the more it pays. The networks are random, since time does not depend on the values of the weights. "
    "Seconds depend on the machine that measured them.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "lines",
        Axis("width", "Width of each layer", "log"),
        Axis("mean", "Times as fast as end-to-end", "log"),
        series="speed_up",
        facet="depth",
    ),
    order=3,
    settings=MappingProxyType({"images_per_class": 16}),  # full minibatches only
    swept=("hidden_sizes",),
)
