"""What is kept of a run while it trains, so that whoever then looks inside trains nothing again.

Its weights at a few epochs, by reference, so that keeping them costs no time; a layer that is as it was at the start takes
no memory. Between those epochs, how far the layers had moved and how alike their features still were: a few numbers per epoch.
All of it together makes a comparison less than a tenth slower. None of it is among the results, which cross a pipe and wait on
a shelf; `transfer_ui.runs.kept_weights` keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

import numpy as np

from transfer_core import STRATEGIES, Arm, RunConfig
from transfer_core.arrays import Array, Layer, Params
from transfer_core.costs import n_parameters
from transfer_core.measures import FLOAT, Drift, Series
from transfer_core.schedules import with_starts
from transfer_core.training import Moment
from transfer_ui.runs.alike import Alike
from transfer_ui.runs.looking_back import first_seeds, looks_at, measure_layers, series

RUN_BYTES = 4_000_000
"""That the weights of one run may take."""
FEWEST = 2  # epochs after the start: when the backbone is freed, and the end
SNAPSHOT_BYTES = 4_000_000
"""That one seed's networks, of all strategies together, may take on their way to a page."""
MOST_SNAPSHOTS = 16
LOOKS = 11
"""Epochs at which features are compared with those at the start, if the run has as many: those kept, and more at the beginning."""


class Plan(NamedTuple):
    """What is kept of each run of a configuration.

    Attributes
    ----------
    epochs : tuple of int
        From 0, which is not kept but known, to the last.
    n_rows : int
        Of so many seeds, from the first: of all, unless the networks are too large.
    between : tuple of int
        Epochs between them at which features are compared while training.
    """

    epochs: tuple[int, ...]
    n_rows: int
    between: tuple[int, ...]


def plan(config: RunConfig) -> Plan:
    """Choose the epochs: the start, the end, those at which a strategy frees layers, and between them as many as fit.

    Examples
    --------
    >>> plan(RunConfig())
    Plan(epochs=(0, 5, 10, 15, 20, 30, 40, 50, 60), n_rows=10, between=(1, 2))
    >>> plan(RunConfig(hidden_sizes=(128,) * 4, n_seeds=20))
    Plan(epochs=(0, 20, 60), n_rows=7, between=(1, 2, 5, 10, 15, 30, 40, 50))
    """
    one = FLOAT * n_parameters(config.layer_sizes, range(config.n_layers))
    n_rows = max(1, min(config.n_seeds, RUN_BYTES // (one * min(FEWEST, config.n_epochs))))
    most = min(n_snapshots(config), 1 + RUN_BYTES // (one * n_rows), 1 + config.n_epochs)
    freed = {start for strategy in STRATEGIES.values() for start, _ in with_starts(strategy.build(config))}
    kept = _filled(sorted([0, config.n_epochs, *sorted(freed - {0, config.n_epochs})][:most]), most)
    looked_at = _filled(kept, min(LOOKS, 1 + config.n_epochs), _change)
    return Plan(tuple(kept), n_rows, tuple(sorted(set(looked_at) - set(kept))))


def _filled(
    epochs: list[int], most: int, width: Callable[[int, int], float] = lambda one, other: other - one
) -> list[int]:
    """Halve the widest gap between epochs until there are as many as asked for.

    Examples
    --------
    >>> _filled([0, 20, 60], 5), _filled([0, 20, 60], 5, _change)
    ([0, 10, 20, 40, 60], [0, 10, 20, 40, 60])
    >>> _filled([0, 20, 60], 7), _filled([0, 20, 60], 7, _change)
    ([0, 10, 20, 30, 40, 50, 60], [0, 2, 5, 10, 20, 40, 60])
    """
    filled = list(epochs)
    while len(filled) < most:
        before, after = max(pairwise(filled), key=lambda gap: width(*gap))
        filled.insert(filled.index(after), (before + after) // 2)
    return filled


def _change(before: int, after: int) -> float:
    """Guess how much features change between two epochs: most at first. Between neighbours there is nothing to look at."""
    return sqrt(after) - sqrt(before) if after - before > 1 else 0.0


def n_snapshots(config: RunConfig) -> int:
    """How many snapshots of one seed and every strategy fit into the memory for them; never fewer than the ends.

    Examples
    --------
    >>> n_snapshots(RunConfig()), n_snapshots(RunConfig(hidden_sizes=(128,) * 4))
    (16, 3)
    """
    one = FLOAT * n_parameters(config.layer_sizes, range(config.n_layers))
    return min(MOST_SNAPSHOTS, max(2, SNAPSHOT_BYTES // (one * len(STRATEGIES))))


class Weights(NamedTuple):
    """What is kept of one run.

    Attributes
    ----------
    plan : Plan
    networks : tuple of tuple of (Layer or None)
        The networks after epoch 0; ``None`` for a layer that is as it was at the start.
    drift : Series
        How far the layers had moved after every epoch, over all seeds.
    similarity : Series
        How alike the features were between the epochs kept; perhaps empty.
    """

    plan: Plan
    networks: tuple[tuple[Layer | None, ...], ...]
    drift: Series
    similarity: Series

    @property
    def n_bytes(self) -> int:
        """Memory of the networks; what an epoch shares with another is counted once."""
        layers = {id(layer): layer for network in self.networks for layer in network if layer is not None}
        return sum(part.nbytes for layer in layers.values() for part in layer)

    def of_seed(self, start: Params, row: int) -> list[Params]:
        """Give the networks of a seed, without a seed axis, from the start on."""
        return [tuple(Layer(*(part[row] for part in layer)) for layer in network) for network in self._all(start)]

    def of_layers(self, config: RunConfig, arm: Arm) -> dict[str, Series]:
        """Give drift, similarity and gradients of the layers, the last two over the seeds whose weights are here."""
        start = first_seeds(arm.start_params(config), self.plan.n_rows)
        networks = dict(zip(self.plan.epochs, self._all(start), strict=True))
        seen = series(self.plan.epochs, measure_layers(looks_at(networks, config)))
        return seen | {"drift": self.drift, "similarity": merged(seen["similarity"], self.similarity)}

    def _all(self, start: Params) -> Iterator[Params]:
        yield start
        for network in self.networks:
            yield tuple(was if now is None else now for was, now in zip(start, network, strict=True))


def merged(one: Series, other: Series) -> Series:
    """Put what was measured at some epochs among what was measured at others.

    Examples
    --------
    >>> merged(Series((0, 4), np.array([1.0, 0.5])), Series((2,), np.array([0.7])))
    Series(epochs=(0, 2, 4), values=array([1. , 0.7, 0.5]))
    """
    found = dict(zip((*one.epochs, *other.epochs), (*one.values, *other.values), strict=True))
    return Series(tuple(sorted(found)), np.stack([found[epoch] for epoch in sorted(found)]))


class Keeping:
    """A measure that gives no numbers, and keeps of each run that it looks at what a plan says.

    Parameters
    ----------
    config : RunConfig
    """

    def __init__(self, config: RunConfig) -> None:
        self._plan = plan(config)
        self._alike = Alike(self._plan.n_rows)
        self._runs: list[_Kept] = []

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Keep what it is time for."""
        if not moment.number:
            self._runs.append(_Kept(moment.start, [], [], []))
        kept = next(run for run in self._runs if run.start is moment.start)
        kept.drift.append(Drift()(moment)["drift"])
        if moment.number in self._plan.between:
            kept.similarity.append(self._alike(moment)["similarity"])
        if moment.number and moment.number in self._plan.epochs:
            pairs = zip(kept.start, moment.params, strict=True)
            moved = tuple(None if now is was else now for was, now in pairs)
            kept.networks.append(first_seeds(moved, self._plan.n_rows))
        return {}

    def weights(self) -> list[Weights]:
        """Give what was kept of the runs, in their order."""
        return [
            Weights(
                self._plan,
                tuple(kept.networks),
                Series(tuple(range(len(kept.drift))), np.stack(kept.drift)),
                Series(self._plan.between, np.array(kept.similarity)),
            )
            for kept in self._runs
        ]


class _Kept(NamedTuple):
    """What is kept of a run under way."""

    start: Params
    networks: list[tuple[Layer | None, ...]]
    drift: list[Array]
    similarity: list[Array]
