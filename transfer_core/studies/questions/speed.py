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
from transfer_core.statistics import Gap, mean_interval
from transfer_core.strategies import STRATEGIES
from transfer_core.studies.conditions import Quantity, above, below
from transfer_core.studies.quantifiers import both, either
from transfer_core.studies.rules import Rule, signed
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Reading, Study, Summary
from transfer_core.studies.summaries import gap_of, points, scores
from transfer_core.training import train
from transfer_core.wording import interval_words

WIDTHS = (32, 64, 128, 256)
DEPTHS = (1, 2, 3, 4)
WORTH_HAVING = 0.1  # more time; less is no speed-up to speak of
LOW = 0.5  # more work; less is no difference between "low" and "high"
CACHE_NEEDS = "Cached features need every image to look the same in every epoch: no augmentation."
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
    """Judge the speed-up on the clock without cached features: the lesson's code has none."""
    gap = _mean_gap(groups, "clock_uncached")
    return CLAIMS["fast"].found(
        {"clock": gap},
        f"Without cached features, end-to-end takes {1 + gap.interval.mean:.1f} times as long as feature extraction "
        f"({_interval(gap)}; {_range(groups, 'clock_uncached')} by width and depth); with them, "
        f"{_range(groups, 'clock_cached')} times as long. {CACHE_NEEDS}",
    )


def _cost(groups: list[pd.DataFrame]) -> Finding:
    """Judge the work that is counted, and whether the clock bears it out."""
    gaps = {key: _mean_gap(groups, f"{key}_uncached") for key in MEASURES}
    return CLAIMS["cost"].found(
        gaps,
        f"Without cached features, end-to-end takes {1 + gaps['counted'].interval.mean:.1f} times the multiply-adds of feature "
        f"extraction ({_range(groups, 'counted_uncached')} by width and depth), and {1 + gaps['clock'].interval.mean:.1f} times "
        f"the time ({_interval(gaps['clock'])}); with them, {_range(groups, 'counted_cached')} times the multiply-adds. "
        f"{CACHE_NEEDS}",
    )


def _mean_gap(groups: list[pd.DataFrame], column: str) -> Gap:
    """Average a ratio over the architectures, round by round, and subtract 1: the geometric mean favours neither side."""
    return gap_of(np.exp(np.mean([np.log(scores(group, column)) for group in groups], axis=0)) - 1)


def _interval(gap: Gap) -> str:
    return interval_words(1 + gap.interval.low, 1 + gap.interval.high, 2)


def _range(groups: list[pd.DataFrame], column: str) -> str:
    """Smallest and largest mean over the architectures.

    Examples
    --------
    >>> _range([pd.DataFrame({"a": [1.0, 2.0]}), pd.DataFrame({"a": [4.0]})], "a")
    '1.5 to 4.0'
    """
    means = [group[column].mean() for group in groups]
    return f"{min(means):.1f} to {max(means):.1f}"


def _depth_words(layers: int) -> str:
    return f"{layers} layer{'' if layers == 1 else 's'}"


_CLOCK = Quantity(
    "the extra time of end-to-end, as a share of that of feature extraction",
    above="end-to-end clearly takes longer than feature extraction",
    below="end-to-end is clearly faster than feature extraction",
    key="clock",
    unit="",
    matters=WORTH_HAVING,
)
_COUNTED = Quantity(
    "the extra multiply-adds of end-to-end, as a share of those of feature extraction",
    key="counted",
    unit="",
    matters=LOW,
)
_GIVEN = (
    "for the same epochs without cached features, as in the lesson's code, on the geometric mean over widths and depths"
)

CLAIMS = MappingProxyType(
    {
        "fast": Claim(
            "Training is fast with feature extraction, slower end-to-end.",
            LESSON,
            signed(_CLOCK, _GIVEN),
            "It means deep networks, where the backbone is nearly all of the work; here the head is a fair share of it.",
            "cost",
        ),
        "cost": Claim(
            "Feature extraction costs little computation; end-to-end costs much, over half as much again in multiply-adds and time.",
            LESSON,
            Rule(
                both(above(_COUNTED, LOW), above(_CLOCK, LOW)),
                either(below(_COUNTED, LOW), below(_CLOCK, LOW)),
                given=_GIVEN,
            ),
            "It means deep networks, where the head's share of the work is nothing; here it is a fair share, so less is saved.",
            "cost",
        ),
    }
)

STUDY = Study(
    name="speed",
    title="How much faster is feature extraction?",
    question="How much less time and how much less work does feature extraction take, by width and depth of the network?",
    protocol="The speed-up is the time of end-to-end divided by that of feature extraction, with and without caching the output "
    "of the frozen backbone. There is one round per seed: the three arms train one network after another, on the same "
    "images, in minibatches, for the same number of epochs, and the ratio is taken within the round. A claim is judged by the "
    "geometric mean of the ratio over widths and depths, round by round. Time is the processor time of one thread; nothing is "
    "measured along the way. Work is counted in multiply-adds of the matrix products. The more epochs use the cache, the more "
    f"it pays. {CACHE_NEEDS} The networks are random, since time does not depend on the values of the weights. "
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
