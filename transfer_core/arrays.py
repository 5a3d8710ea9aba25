"""What the network is made of, as values, and the checks that they fit together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Layer(NamedTuple):
    """One affine layer.

    Attributes
    ----------
    weights : ndarray of shape (..., fan_in, fan_out)
    bias : ndarray of shape (..., fan_out)
    """

    weights: Array
    bias: Array


Params = tuple[Layer, ...]
"""A network: the head is ``params[-1]``, the backbone ``params[:-1]``."""

Gradients = tuple[Layer | None, ...]
"""Same structure as `Params`; ``None`` stands for a frozen layer."""


class Examples(NamedTuple):
    """Inputs with their labels.

    Attributes
    ----------
    inputs : ndarray of shape (..., n, d)
    labels : int ndarray of shape (..., n)
    """

    inputs: Array
    labels: Array


def layer_norm(layer: Layer) -> Array:
    """Euclidean norm of each network's weights and biases, shape ``(...)``.

    Examples
    --------
    >>> layer_norm(Layer(np.full((2, 2), 2.0), np.array([0.0, 3.0]))).item()
    5.0
    """
    flat = layer.weights.reshape(*layer.weights.shape[:-2], -1)
    return np.asarray(np.sqrt(np.vecdot(flat, flat) + np.vecdot(layer.bias, layer.bias)))


def layer_norms(params: Params) -> Array:
    """Norm of every layer, ``(..., n_layers)``."""
    return np.stack([layer_norm(layer) for layer in params], axis=-1)


def checked_labels(labels: Array, logits: Array) -> Array:
    """Refuse labels that no logit stands for; spread labels that all networks share over them."""
    check_labels(labels, logits.shape[-1])
    return labels if labels.shape == logits.shape[:-1] else np.broadcast_to(labels, logits.shape[:-1])


def check_labels(labels: Array, n_classes: int) -> None:
    """Refuse labels below 0 or above ``n_classes - 1``."""
    lowest, highest = labels.min(), labels.max()
    if lowest < 0 or highest >= n_classes:
        raise ValueError(
            f"labels must be between 0 and {n_classes - 1} for {n_classes} classes, "
            f"got values from {lowest} to {highest}"
        )


def check_frozen(frozen: Sequence[bool], n_layers: int) -> None:
    """Refuse a mask that does not fit the network, or leaves nothing to train."""
    if len(frozen) != n_layers:
        raise ValueError(f"frozen must have one entry for each of the {n_layers} layers, got {len(frozen)}")
    if all(frozen):
        raise ValueError(f"frozen must leave at least one layer to train, got {tuple(frozen)}")


def check_mask_and_rates(n_layers: int, frozen: Sequence[bool], learning_rates: Sequence[float]) -> None:
    """Refuse a mask or rates that do not fit the network."""
    check_frozen(frozen, n_layers)
    if len(learning_rates) != n_layers:
        raise ValueError(
            f"learning_rates must have one entry for each of the {n_layers} layers, got {len(learning_rates)}"
        )


def check_inputs(inputs: Array) -> None:
    """Refuse inputs that are not finite."""
    if not np.isfinite(inputs).all():
        raise ValueError("inputs must be finite, got NaN or infinity")
