"""Weights that trainings leave in the process that trained them: whoever then looks inside trains nothing again.

They are kept at a few epochs and by reference, so that keeping them costs no time; a layer that is as it was at the start
takes no memory. They never leave this process: results that cross a pipe, or wait on a shelf, are without them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from transfer_core import STRATEGIES, Arm, RunConfig, arm_of
from transfer_core.arrays import Array, Layer, Params
from transfer_core.costs import n_parameters
from transfer_core.measures import FLOAT, Drift, Series
from transfer_core.schedules import with_starts
from transfer_core.training import Moment
from transfer_ui.runs.known_arms import key_of_arm
from transfer_ui.runs.looking_back import first_seeds, looks_at, measure_layers, series

RUN_BYTES = 4_000_000
"""That the weights of one run may take."""
MAX_RUNS = 2 * len(STRATEGIES)
"""Runs kept in a process: those of two comparisons, 40 MB at most and 19 MB at the default size."""
FEWEST = 2  # epochs after the start: when the backbone is freed, and the end
SNAPSHOT_BYTES = 4_000_000
"""That one seed's networks, of all strategies together, may take on their way to a page."""
MOST_SNAPSHOTS = 16


class Plan(NamedTuple):
    """What is kept of each run of a configuration.

    Attributes
    ----------
    epochs : tuple of int
        From 0, which is not kept but known, to the last.
    n_rows : int
        Of so many seeds, from the first: of all, unless the networks are too large.
    """

    epochs: tuple[int, ...]
    n_rows: int


def plan(config: RunConfig) -> Plan:
    """Choose the epochs: the start, the end, those at which a strategy frees layers, and between them as many as fit.

    Examples
    --------
    >>> plan(RunConfig())
    Plan(epochs=(0, 5, 10, 15, 20, 30, 40, 50, 60), n_rows=10)
    >>> plan(RunConfig(hidden_sizes=(128,) * 4, n_seeds=20))
    Plan(epochs=(0, 20, 60), n_rows=7)
    """
    one = FLOAT * n_parameters(config.layer_sizes, range(config.n_layers))
    n_rows = max(1, min(config.n_seeds, RUN_BYTES // (one * min(FEWEST, config.n_epochs))))
    most = min(n_snapshots(config), 1 + RUN_BYTES // (one * n_rows), 1 + config.n_epochs)
    freed = {start for strategy in STRATEGIES.values() for start, _ in with_starts(strategy.build(config))}
    chosen = sorted([0, config.n_epochs, *sorted(freed - {0, config.n_epochs})][:most])
    while len(chosen) < most:
        before, after = max(pairwise(chosen), key=_apart)
        chosen.insert(chosen.index(after), (before + after) // 2)
    return Plan(tuple(chosen), n_rows)


def _apart(pair: tuple[int, int]) -> int:
    return pair[1] - pair[0]


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
    measured : dict of str to Series
        How far the layers had moved, over all seeds, if the weights of only some are here.
    """

    plan: Plan
    networks: tuple[tuple[Layer | None, ...], ...]
    measured: dict[str, Series]

    def of_seed(self, start: Params, row: int) -> list[Params]:
        """Give the networks of a seed, without a seed axis, from the start on."""
        return [tuple(Layer(*(part[row] for part in layer)) for layer in network) for network in self._all(start)]

    def of_layers(self, config: RunConfig, arm: Arm) -> dict[str, Series]:
        """Give drift, similarity and gradients of the layers by a look at the weights, over the seeds that are here."""
        start = first_seeds(arm.start_params(config), self.plan.n_rows)
        networks = dict(zip(self.plan.epochs, self._all(start), strict=True))
        found = [measure_layers(moment) for moment in looks_at(networks, config)]
        return series(self.plan.epochs, found) | self.measured

    def _all(self, start: Params) -> Iterator[Params]:
        yield start
        for network in self.networks:
            yield tuple(was if now is None else now for was, now in zip(start, network, strict=True))


class Keeping:
    """A measure that gives no numbers, and keeps the weights of each run that it looks at.

    Parameters
    ----------
    config : RunConfig
    """

    def __init__(self, config: RunConfig) -> None:
        self._plan, self._n_seeds = plan(config), config.n_seeds
        self._runs: list[tuple[Params, list[tuple[Layer | None, ...]], list[Mapping[str, Array]]]] = []

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Keep the weights if it is time."""
        if not moment.number:
            self._runs.append((moment.start, [], []))
        if moment.number not in self._plan.epochs:
            return {}
        start, networks, found = next(run for run in self._runs if run[0] is moment.start)
        if moment.number:
            pairs = zip(start, moment.params, strict=True)
            moved = tuple(None if now is was else now for was, now in pairs)
            networks.append(first_seeds(moved, self._plan.n_rows))
        if self._plan.n_rows < self._n_seeds:
            found.append(Drift()(moment))
        return {}

    def weights(self) -> list[Weights]:
        """Give what was kept of the runs, in their order."""
        epochs = self._plan.epochs
        return [
            Weights(self._plan, tuple(networks), series(epochs, found) if found else {})
            for _, networks, found in self._runs
        ]


class KeptWeights:
    """The weights of the latest runs of this process, each by its arm and by what the arm was trained on.

    Parameters
    ----------
    max_runs : int
        The least recently used go first.
    """

    def __init__(self, max_runs: int = MAX_RUNS) -> None:
        self._runs: OrderedDict[Hashable, Weights] = OrderedDict()
        self._max_runs = max_runs
        self._one_at_a_time = threading.Lock()

    def add(self, config: RunConfig, weights: Mapping[str, Weights], wanted: bool = True) -> None:
        """Keep the weights of some strategies; what nobody has asked for yet takes no other's place."""
        with self._one_at_a_time:
            for name, one in weights.items():
                key = key_of_arm(config, arm_of(config, name))
                self._runs[key] = one
                self._runs.move_to_end(key, last=wanted)
            while len(self._runs) > self._max_runs:
                self._runs.popitem(last=False)

    def find(self, config: RunConfig) -> dict[str, Weights]:
        """Find the strategies whose weights at these settings are here."""
        found = {}
        with self._one_at_a_time:
            for name in STRATEGIES:
                key = key_of_arm(config, arm_of(config, name))
                if key in self._runs:
                    self._runs.move_to_end(key)
                    found[name] = self._runs[key]
        return found

    def clear(self) -> None:
        """Forget all."""
        with self._one_at_a_time:
            self._runs.clear()


KEPT = KeptWeights()
"""Those of this process."""
