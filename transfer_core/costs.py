"""What a run costs: trainable parameters and multiply-adds, counted from its schedule."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from transfer_core.schedules import Schedule


class Cost(NamedTuple):
    """The price of one strategy.

    Attributes
    ----------
    trainable_parameters : int
        Parameters that some phase updates, one network.
    trainable_layers : int
        Layers that some phase updates.
    multiply_adds : int
        For the whole training of one network, not counting the curves.
    seconds : float
        Measured over all seeds together.
    """

    trainable_parameters: int
    trainable_layers: int
    multiply_adds: int
    seconds: float


def trained_layers(schedule: Schedule) -> tuple[int, ...]:
    """List the layers that some phase updates.

    Examples
    --------
    >>> from transfer_core.schedules import Phase
    >>> trained_layers((Phase("head only", 5, (True, True, False), (0.0, 0.0, 0.1)),))
    (2,)
    """
    return tuple(sorted({i for phase in schedule for i, frozen in enumerate(phase.frozen) if not frozen}))


def n_parameters(layer_sizes: Sequence[int], layers: Sequence[int]) -> int:
    """Weights and biases of the named layers.

    Examples
    --------
    >>> n_parameters((64, 128, 10), (0, 1)), n_parameters((64, 128, 10), (1,))
    (9610, 1290)
    """
    return sum((layer_sizes[index] + 1) * layer_sizes[index + 1] for index in layers)


def multiply_adds(
    schedule: Schedule, layer_sizes: Sequence[int], n_examples: int, *, cache_features: bool = True
) -> int:
    """Multiply-adds of the matrix products that training one network takes.

    Parameters
    ----------
    schedule : tuple of Phase
    layer_sizes : sequence of int
    n_examples : int
        Training examples; each epoch sees every one once.
    cache_features : bool, default True
        Count the frozen lowest layers once per phase, not once per epoch.

    Returns
    -------
    int

    Notes
    -----
    A layer of ``fan_in x fan_out`` takes ``fan_in * fan_out`` multiply-adds per example to go forward,
    as many for the gradient of its weights, and as many to hand the gradient to the layer below.

    Examples
    --------
    >>> from transfer_core.schedules import Phase
    >>> everything = (Phase("all layers", 1, (False, False), (0.1, 0.1)),)
    >>> multiply_adds(everything, (4, 3, 2), n_examples=1)  # forward 18, weights 18, handed down 6
    42
    """
    products = [fan_in * fan_out for fan_in, fan_out in pairwise(layer_sizes)]
    total = 0
    for phase in schedule:
        lowest = phase.first_trainable
        below = sum(products[:lowest])
        forward = sum(products[lowest:])
        weights = sum(product for product, frozen in zip(products, phase.frozen, strict=True) if not frozen)
        handed_down = sum(products[lowest + 1 :])
        passes_below = 1 if cache_features else phase.n_epochs
        total += n_examples * (below * passes_below + phase.n_epochs * (forward + weights + handed_down))
    return total


def cost(schedule: Schedule, layer_sizes: Sequence[int], n_examples: int, seconds: float) -> Cost:
    """Put the price of a run together."""
    layers = trained_layers(schedule)
    return Cost(
        n_parameters(layer_sizes, layers),
        len(layers),
        multiply_adds(schedule, layer_sizes, n_examples),
        seconds,
    )
