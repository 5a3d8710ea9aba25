"""One update, and the epoch loop around it.

`train_step` is the public, checked form of an update; the loop checks once and then uses the same
unchecked code. While the lowest layers are frozen the loop computes their output once and trains the
rest as a shorter network: the same functions, less work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from time import perf_counter
from types import MappingProxyType
from typing import NamedTuple, Protocol

import numpy as np

from transfer_core.arrays import (
    Array,
    Examples,
    Layer,
    Params,
    check_inputs,
    check_labels,
    check_mask_and_rates,
    layer_norms,
)
from transfer_core.network import backward, forward, hidden, predict_logits
from transfer_core.schedules import Schedule
from transfer_core.schedules import n_epochs as n_epochs_of

# glibc returns freed memory above a threshold to the system, and a step that frees as much as it takes
# would fetch it back page by page. The threshold grows to the largest block ever freed: one block of
# 16 MB, freed here untouched, makes a stacked step about twice as fast. Elsewhere it does nothing.
np.empty(16 << 20, np.uint8)


class TrainState(NamedTuple):
    """What an update starts from and returns.

    Attributes
    ----------
    params : tuple of Layer
    velocity : tuple of (Layer or None)
        Momentum buffers; ``None`` for a layer that has never been updated. A frozen layer keeps its
        buffer untouched.
    """

    params: Params
    velocity: tuple[Layer | None, ...]


class Epoch(NamedTuple):
    """Where a training stands after some epoch (number 0: before any training).

    Attributes
    ----------
    number : int
    params : tuple of Layer
    metrics : dict of str to ndarray
        What the measures gave, each under its name.
    seconds : float
        Time spent on training so far; measuring is not counted.
    """

    number: int
    params: Params
    metrics: dict[str, Array]
    seconds: float


class Measure(Protocol):
    """What to look at while a network trains: a frozen dataclass of `transfer_core.measures`, or any such function."""

    def __call__(self, moment: Moment, /) -> Mapping[str, Array]:
        """Give numbers by name; none if there is nothing to say at this epoch."""
        ...


class Moment:
    """A training after some epoch, as a measure sees it. Nothing is computed before a measure asks for it.

    Attributes
    ----------
    number, n_epochs : int
        Epochs done, and epochs in all.
    params, before, start : tuple of Layer
        The network now, one epoch ago (now, if none has passed), and before any training.
    data : mapping of str to Examples
        By part: ``"train"``, and whatever else was handed to `train`.
    """

    def __init__(self, number: int, params: Params, before: Params, inside: _Inside) -> None:
        self.number, self.params, self.before, self._inside = number, params, before, inside
        self._logits: dict[str, Array] = {}

    @property
    def n_epochs(self) -> int:
        """Epochs of the whole schedule."""
        return self._inside.n_epochs

    @property
    def start(self) -> Params:
        """The network before any training."""
        return self._inside.start

    @property
    def start_norms(self) -> Array:
        """Norm of each layer before any training, ``(n_seeds, n_layers)``."""
        return self._inside.start_norms

    @property
    def data(self) -> Mapping[str, Examples]:
        """Examples by part."""
        return self._inside.data

    def logits(self, part: str) -> Array:
        """Logits on a part, using the features of the frozen layers if these are already computed."""
        if part not in self._logits:
            self._logits[part] = predict_logits(self.params[self._inside.n_below :], self._inside.features(part).inputs)
        return self._logits[part]


class _Inside:
    """What all moments of one training share: the data, and its features below the layers that train."""

    def __init__(self, start: Params, n_epochs: int, data: Mapping[str, Examples]) -> None:
        self.start, self.n_epochs, self.data = start, n_epochs, data
        self.enter(())

    def enter(self, prefix: Params, features: Examples | None = None) -> None:
        """Begin a phase: everything below the layers that train is now a fixed function."""
        self._prefix = prefix
        self._features = {} if features is None else {"train": features}

    @property
    def n_below(self) -> int:
        return len(self._prefix)

    def features(self, part: str) -> Examples:
        if part not in self._features:
            self._features[part] = _through(self._prefix, self.data[part])
        return self._features[part]

    @cached_property
    def start_norms(self) -> Array:
        return layer_norms(self.start)


def initial_state(params: Params) -> TrainState:
    """Start an optimizer that has not seen any layer."""
    return TrainState(params, (None,) * len(params))


def train_step(
    state: TrainState,
    inputs: Array,
    labels: Array,
    *,
    frozen: Sequence[bool],
    learning_rates: Sequence[float],
    momentum: float = 0.0,
    weight_decay: float = 0.0,
    decay_to: Params | None = None,
) -> TrainState:
    """Make one update on one minibatch.

    Parameters
    ----------
    state : TrainState
    inputs : ndarray of shape (..., n, d)
    labels : int ndarray of shape (..., n)
        Values 0 to ``n_classes - 1``.
    frozen : sequence of bool
        One entry per layer, ``True`` = frozen. A frozen layer comes back as the same object, whatever
        momentum and weight decay do.
    learning_rates : sequence of float
        One entry per layer; ignored if frozen.
    momentum : float, default 0
        From 0 to below 1.
    weight_decay : float, default 0
        Added to the gradient as ``weight_decay * parameter``, for weights and biases alike.
    decay_to : tuple of Layer, optional
        Where weight decay pulls to instead of to zero: ``weight_decay * (parameter - target)`` (L2-SP).

    Returns
    -------
    TrainState

    Raises
    ------
    ValueError
        Mask or rates of the wrong length, everything frozen, labels out of range, inputs not finite.

    Notes
    -----
    SGD with momentum as PyTorch writes it: ``v = m v + g + wd w``, then ``w = w - lr v``.

    References
    ----------
    Sutskever, Martens, Dahl, Hinton (2013), "On the importance of initialization and momentum in deep
    learning", ICML. Li, Grandvalet, Davoine (2018), "Explicit inductive bias for transfer learning with
    convolutional networks", arXiv:1802.01483 (decay towards the start, L2-SP).

    Examples
    --------
    >>> from transfer_core.network import init_params
    >>> state = initial_state(init_params((4, 3, 2), seeds=0))
    >>> new = train_step(state, np.ones((5, 4), np.float32), np.zeros(5, int),
    ...                  frozen=(True, False), learning_rates=(0.1, 0.1), weight_decay=0.01)
    >>> new.params[0] is state.params[0], new.params[1] is state.params[1]
    (True, False)
    """
    frozen = tuple(frozen)
    check_mask_and_rates(len(state.params), frozen, learning_rates)
    check_inputs(inputs)
    inputs = inputs.astype(state.params[-1].weights.dtype, copy=False)
    return _step(state, inputs, labels, frozen, tuple(learning_rates), momentum, weight_decay, decay_to)


def _step(
    state: TrainState,
    inputs: Array,
    labels: Array,
    frozen: tuple[bool, ...],
    learning_rates: tuple[float, ...],
    momentum: float,
    weight_decay: float,
    decay_to: Params | None,
) -> TrainState:
    """`train_step` without its checks."""
    gradients = backward(state.params, forward(state.params, inputs), labels, frozen)
    params, velocity = list(state.params), list(state.velocity)
    for index, gradient in enumerate(gradients):
        if gradient is None:
            continue
        layer = state.params[index]
        decaying = layer if decay_to is None else _difference(layer, decay_to[index])
        velocity[index] = moved = _velocity(state.velocity[index], gradient, decaying, momentum, weight_decay)
        rate = float(learning_rates[index])  # a NumPy scalar of float64 would widen float32 weights
        params[index] = Layer(_moved(layer.weights, moved.weights, rate), _moved(layer.bias, moved.bias, rate))
    return TrainState(tuple(params), tuple(velocity))


def _moved(parameter: Array, velocity: Array, rate: float) -> Array:
    """``w - lr v`` with one new array instead of two."""
    moved = velocity * -rate
    moved += parameter
    return moved


def _difference(layer: Layer, target: Layer) -> Layer:
    """``w - w0``: the gradient of half its square is itself, so it takes the place of ``w`` in the decay."""
    return Layer(layer.weights - target.weights, layer.bias - target.bias)


def _velocity(old: Layer | None, gradient: Layer, decaying: Layer, momentum: float, weight_decay: float) -> Layer:
    """``m v + g + wd w``, skipping the terms that are zero. The gradient is ours to overwrite."""
    for into, parameter in zip(gradient, decaying, strict=True):
        if weight_decay:
            into += weight_decay * parameter
    if momentum and old is not None:
        for into, before in zip(gradient, old, strict=True):
            into += momentum * before
    return gradient


def minibatch_orders(n_examples: int, seeds: Sequence[int]) -> Iterator[Array]:
    """Yield one order of the examples per epoch and seed, without end.

    Parameters
    ----------
    n_examples : int
    seeds : sequence of int
        Each seed has its own generator, so its order does not depend on its neighbours.

    Yields
    ------
    int ndarray of shape (len(seeds), n_examples)
    """
    generators = [np.random.default_rng(seed) for seed in seeds]
    while True:
        yield np.stack([generator.permutation(n_examples) for generator in generators])


def train(
    params: Params,
    schedule: Schedule,
    train_set: Examples,
    *,
    batch_seeds: Sequence[int],
    batch_size: int | None = 32,
    momentum: float = 0.0,
    weight_decay: float = 0.0,
    decay_to: Params | None = None,
    cache_features: bool = True,
    measures: Sequence[Measure] = (),
    others: Mapping[str, Examples] = MappingProxyType({}),
) -> Iterator[Epoch]:
    """Follow a schedule, epoch by epoch.

    Parameters
    ----------
    params : tuple of Layer
        With one leading axis, the seed axis.
    schedule : tuple of Phase
    train_set : Examples
        With the same leading axis.
    batch_seeds : sequence of int
        One per network; fixes the order of the minibatches.
    batch_size : int or None, default 32
        ``None`` is full batch: one update per epoch, examples in their given order.
    momentum, weight_decay : float, default 0
    decay_to : tuple of Layer, optional
        As in `train_step`.
    cache_features : bool, default True
        Compute the output of the frozen lowest layers once per phase instead of at every step.
    measures : sequence of Measure
        What to look at before the first epoch and after each; by default nothing, so nothing is computed.
    others : mapping of str to Examples
        Other parts that measures may look at, such as ``"val"``, with the same leading axis.

    Yields
    ------
    Epoch
        First number 0, before any training; then one per epoch.

    Raises
    ------
    ValueError
        As `train_step`.
    """
    n_classes = params[-1].bias.shape[-1]
    for phase in schedule:
        check_mask_and_rates(len(params), phase.frozen, phase.learning_rates)
    data = {}
    for part, examples in {"train": train_set, **(others if measures else {})}.items():
        check_inputs(examples.inputs)
        check_labels(examples.labels, n_classes)
        data[part] = _as_dtype_of(params, examples)
    inside = _Inside(params, n_epochs_of(schedule), data)
    orders = minibatch_orders(train_set.labels.shape[-1], batch_seeds)
    state = initial_state(params)
    number, seconds = 0, 0.0
    yield Epoch(0, params, _measured(measures, Moment(0, params, params, inside)), 0.0)

    for phase in schedule:
        # A frozen prefix is a fixed function of the inputs: apply it once and train what is above it.
        below = phase.first_trainable if cache_features else 0
        prefix, frozen, rates = state.params[:below], phase.frozen[below:], phase.learning_rates[below:]
        started = perf_counter()
        features = _through(prefix, data["train"])
        seconds += perf_counter() - started
        inside.enter(prefix, features)
        tail = TrainState(state.params[below:], state.velocity[below:])
        tail_decay = None if decay_to is None else decay_to[below:]
        for _ in range(phase.n_epochs):
            # Too high a rate may overflow: the run then shows NaN losses, which is its lesson.
            with np.errstate(over="ignore", invalid="ignore"):
                started = perf_counter()
                for batch in _minibatches(features, orders, batch_size):
                    tail = _step(tail, *batch, frozen, rates, momentum, weight_decay, tail_decay)
                seconds += perf_counter() - started
                number += 1
                before = state.params
                state = TrainState(prefix + tail.params, state.velocity[:below] + tail.velocity)
                metrics = _measured(measures, Moment(number, state.params, before, inside))
            yield Epoch(number, state.params, metrics, seconds)


def _measured(measures: Sequence[Measure], moment: Moment) -> dict[str, Array]:
    """Ask every measure."""
    found: dict[str, Array] = {}
    for measure in measures:
        found |= measure(moment)
    return found


def _as_dtype_of(params: Params, examples: Examples) -> Examples:
    """Bring the inputs to the precision of the network."""
    return Examples(examples.inputs.astype(params[-1].weights.dtype, copy=False), examples.labels)


def _through(prefix: Params, examples: Examples) -> Examples:
    """Replace the inputs with the output of the frozen layers."""
    return Examples(hidden(prefix, examples.inputs)[-1], examples.labels)


def _minibatches(examples: Examples, orders: Iterator[Array], batch_size: int | None) -> Iterator[Examples]:
    """Cut one epoch into minibatches; the last one may be smaller."""
    if batch_size is None:
        yield examples
        return
    # One flat index into all networks' examples makes the gathering of a minibatch a single `take`.
    order = next(orders)
    flat = order + np.arange(len(order))[:, None] * order.shape[-1]
    inputs = examples.inputs.reshape(-1, examples.inputs.shape[-1])
    labels = examples.labels.reshape(-1)
    for start in range(0, order.shape[-1], batch_size):
        chosen = flat[:, start : start + batch_size]
        yield Examples(inputs.take(chosen, axis=0), labels.take(chosen))
