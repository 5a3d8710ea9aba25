"""What happened to the layers of a run, seen from networks that were kept of it: as if it had been measured on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from transfer_core import RunConfig
from transfer_core.arrays import Array, Examples, Layer, Params, layer_norms
from transfer_core.examples import target_of
from transfer_core.measures import Drift, Gradients, Series, Similarity
from transfer_core.training import Moment

L = TypeVar("L", Layer, "Layer | None")
_EVERY = 10_000  # more epochs than a run has: the measures look whenever they are asked
_OF_LAYERS = (Drift(), Similarity(most=_EVERY), Gradients(most=_EVERY))


def measure_layers(moment: Moment) -> dict[str, Array]:
    """Measure drift, similarity and gradients of all layers."""
    found: dict[str, Array] = {}
    for measure in _OF_LAYERS:
        found |= measure(moment)
    return found


def looks_at(networks: Mapping[int, Params], config: RunConfig) -> Iterator[Moment]:
    """Look at the networks of a run of a configuration, by their epochs, the start first; perhaps of its first seeds only."""
    start = next(iter(networks.values()))
    n_seeds = len(start[-1].bias)
    data = {
        part: Examples(all_inputs[:n_seeds], all_labels[:n_seeds])
        for part, (all_inputs, all_labels) in target_of(config)._asdict().items()
    }
    norms = layer_norms(start)
    for number, params in networks.items():
        yield _Past(number, params, start, norms, data, config.n_epochs)


def first_seeds(layers: Sequence[L], n_seeds: int) -> tuple[L, ...]:
    """Give the layers of the first seeds, whose memory does not hold that of all; the very same if these are all.

    Examples
    --------
    >>> head = Layer(np.ones((3, 4, 2)), np.ones((3, 2)))
    >>> (cut, none), (same,) = first_seeds((head, None), 2), first_seeds((head,), 3)
    >>> cut.weights.shape, cut.weights.base is None, none, same is head
    ((2, 4, 2), True, None, True)
    """
    return tuple(
        layer if layer is None or len(layer.bias) == n_seeds else Layer(*(part[:n_seeds].copy() for part in layer))
        for layer in layers
    )


def series(epochs: Sequence[int], found: Sequence[Mapping[str, Array]]) -> dict[str, Series]:
    """Line up what was measured at some epochs."""
    return {name: Series(tuple(epochs), np.stack([one[name] for one in found])) for name in found[0]}


class _Past(Moment):
    """A training after some epoch, put together from what is known of it."""

    def __init__(
        self, number: int, params: Params, start: Params, norms: Array, data: Mapping[str, Examples], n_epochs: int
    ) -> None:
        self.number, self.params = number, params
        self._start, self._norms, self._data, self._n_epochs = start, norms, data, n_epochs

    @property
    def n_epochs(self) -> int:
        return self._n_epochs

    @property
    def start(self) -> Params:
        return self._start

    @property
    def start_norms(self) -> Array:
        return self._norms

    @property
    def data(self) -> Mapping[str, Examples]:
        return self._data
