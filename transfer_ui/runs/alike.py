"""How alike features still are to those at the start, at half of what `transfer_core.measures.Similarity` costs.

Here because it is looked at while a comparison trains, which must stay quick: the features at the start are computed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array, Params
from transfer_core.network import hidden
from transfer_core.training import Moment


class Features(NamedTuple):
    """Features of one layer, as linear CKA compares them.

    Attributes
    ----------
    values : ndarray of shape (n_seeds, n, width)
        Centred.
    own : ndarray of shape (n_seeds,)
        Squared norm of their covariance.
    """

    values: Array
    own: Array


class Alike:
    """`transfer_core.measures.Similarity` in single precision, to about five digits, whenever it is asked.

    Parameters
    ----------
    n_seeds : int, optional
        Compare those of the first seeds only.
    """

    def __init__(self, n_seeds: int | None = None) -> None:
        self._seeds = slice(n_seeds)
        self._starts: list[tuple[Params, list[Features]]] = []

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``similarity``, ``(n_seeds, n_layers - 1)``: 1 is the same but for a turn and a scale."""
        was, now = moment.start[:-1], moment.params[:-1]
        still = next((i for i, (old, new) in enumerate(zip(was, now, strict=True)) if new is not old), len(now))
        same = np.ones((len(moment.params[-1].bias[self._seeds]), still))
        if still == len(now):
            return {"similarity": same}
        inputs = moment.data["val"].inputs
        pairs = zip(self._at_start(was, inputs)[still:], self._features(now, inputs)[still:], strict=True)
        moved = np.stack([linear_cka(old, new) for old, new in pairs], axis=-1)
        return {"similarity": np.concatenate([same, moved], axis=-1)}

    def _at_start(self, was: Params, inputs: Array) -> list[Features]:
        """Get the features at the start, which arms with the same start share."""
        for start, features in self._starts:
            if all(one is other for one, other in zip(start, was, strict=True)):
                return features
        self._starts.append((was, self._features(was, inputs)))
        return self._starts[-1][1]

    def _features(self, backbone: Params, inputs: Array) -> list[Features]:
        layers = tuple(type(layer)(layer.weights[self._seeds], layer.bias[self._seeds]) for layer in backbone)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a rate too high is for the reader to see
            return [prepared(one) for one in hidden(layers, inputs[self._seeds])[1:]]


def prepared(features: Array) -> Features:
    """Prepare features for `linear_cka`; the array is ours to overwrite."""
    features -= features.mean(axis=-2, keepdims=True)
    return Features(features, _squared(features, features))


def linear_cka(one: Features, other: Features) -> Array:
    """Compare as `transfer_core.features.linear_cka` does.

    Examples
    --------
    >>> features = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    >>> turned = 2 * features[:, ::-1]
    >>> float(linear_cka(prepared(features), prepared(turned)).round(5))
    1.0
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return np.asarray(_squared(one.values, other.values) / np.sqrt(one.own * other.own))


def _squared(left: Array, right: Array) -> Array:
    """Squared Frobenius norm of ``left.T @ right``."""
    product = np.swapaxes(left, -1, -2) @ right
    return np.asarray(np.einsum("...ij,...ij->...", product, product))
