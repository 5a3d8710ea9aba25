"""What happened to the layers of a run, seen from networks that were kept of it: as if it had been measured on the way.

Its first steps are taken again, because a new head's gradients fade within a few updates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from transfer_core import RunConfig, arm_of, backward, forward, train_step
from transfer_core.arrays import Array, Examples, Layer, Params, layer_norms
from transfer_core.examples import target_of
from transfer_core.measures import Drift, Gradients, Series
from transfer_core.seeds import Purpose, stream
from transfer_core.training import Moment, TrainState, initial_state, minibatch_orders
from transfer_ui.runs.alike import Alike

L = TypeVar("L", Layer, "Layer | None")
_EVERY = 10_000  # more epochs than a run has: the measures look whenever they are asked
FIRST_STEPS = 16
MOST_LOOKED_AT = 200
"""Training images of a seed on which the gradients of the first steps are measured, so that a look stays short."""
_GRADIENTS = Gradients(most=_EVERY)


def measure_layers(moments: Iterable[Moment]) -> list[dict[str, Array]]:
    """Measure drift, similarity and gradients of all layers at some moments of a run."""
    alike = Alike()
    return [{**Drift()(moment), **alike(moment), **_GRADIENTS(moment)} for moment in moments]


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


def first_gradients(config: RunConfig, strategy: str) -> Series:
    """Measure the gradient on the training images at every layer, frozen or not, before each of the first updates of a run.

    That of a minibatch alone would mostly show how large the minibatch is.

    Parameters
    ----------
    config : RunConfig
    strategy : str
        A name in `STRATEGIES`.

    Returns
    -------
    Series
        Of ``(n_seeds, n_layers)`` norms, one for each number of updates so far, from 0.
    """
    found = []
    train_set = target_of(config).train
    every = -(-train_set.labels.shape[-1] // MOST_LOOKED_AT)  # they come class by class: all classes must be among them
    inputs, labels = (part[:, ::every] for part in train_set)
    for state, _ in first_updates(config, strategy):
        free = (False,) * len(state.params)
        with np.errstate(over="ignore", invalid="ignore"):  # a rate too high is for the reader to see
            pulls = backward(state.params, forward(state.params, inputs), labels, free)
            found.append(layer_norms(tuple(layer for layer in pulls if layer is not None)))
    return Series(tuple(range(len(found))), np.stack(found))


def first_updates(config: RunConfig, strategy: str) -> Iterator[tuple[TrainState, Examples]]:
    """Take the first steps of a run again: give the network before each update, and its minibatch."""
    arm, (inputs, labels) = arm_of(config, strategy), target_of(config).train
    n_examples = labels.shape[-1]
    size = config.batch_size or n_examples
    orders = minibatch_orders(n_examples, [stream(seed, Purpose.BATCHES, arm.repetition) for seed in config.seeds])
    state, left = initial_state(arm.start_params(config)), FIRST_STEPS
    for phase in arm.schedule:
        for _ in range(phase.n_epochs):
            order = next(orders) if config.batch_size else np.broadcast_to(np.arange(n_examples), labels.shape)
            for first in range(0, n_examples, size):
                if not left:
                    return
                chosen = order[:, first : first + size]
                batch = Examples(
                    np.take_along_axis(inputs, chosen[..., None], axis=1), np.take_along_axis(labels, chosen, axis=1)
                )
                yield state, batch
                left -= 1
                with np.errstate(over="ignore", invalid="ignore"):
                    state = train_step(
                        state,
                        *batch,
                        frozen=phase.frozen,
                        learning_rates=phase.learning_rates,
                        momentum=config.momentum,
                        weight_decay=config.weight_decay,
                    )


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
