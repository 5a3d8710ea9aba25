"""Features as a cloud of points: how alike two clouds are, a plane to look at them in, how well classes part in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array


def linear_cka(one: Array, other: Array) -> Array:
    """Compare two sets of features of the same examples by linear centred kernel alignment.

    Parameters
    ----------
    one, other : ndarray of shape (..., n, d) and (..., n, e)

    Returns
    -------
    ndarray of shape (...)
        0 to 1; 1 for features that differ by a rotation and a scale only. NaN if one of them does not vary at all.

    References
    ----------
    Kornblith et al. (2019), "Similarity of neural network representations revisited", arXiv:1905.00414.

    Examples
    --------
    >>> features = np.random.default_rng(0).normal(size=(20, 3))
    >>> float(linear_cka(features, 2 * features[:, ::-1]).round(6))
    1.0
    """
    x, y = (part - part.mean(axis=-2, keepdims=True, dtype=np.float64) for part in (one, other))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        shared, own, others = (_squared(left, right) for left, right in ((x, y), (x, x), (y, y)))
        return np.asarray(shared / np.sqrt(own * others))


def _squared(left: Array, right: Array) -> Array:
    """Squared Frobenius norm of ``left.T @ right``."""
    product = np.swapaxes(left, -1, -2) @ right
    return np.asarray((product**2).sum(axis=(-2, -1)))


class Plane(NamedTuple):
    """A plane through a cloud of features.

    Attributes
    ----------
    centre : ndarray of shape (d,)
    axes : ndarray of shape (d, 2)
    """

    centre: Array
    axes: Array

    def places(self, features: Array) -> Array:
        """Project features, ``(..., n, d)``, onto the plane, ``(..., n, 2)``."""
        places: Array = (features - self.centre) @ self.axes
        return places


def principal_plane(features: Array) -> Plane:
    """Find the plane in which a cloud is widest; each axis points to where its largest entry is positive.

    Parameters
    ----------
    features : ndarray of shape (n, d)
        With d of 2 or more.

    Returns
    -------
    Plane

    Examples
    --------
    >>> cloud = np.array([[0.0, 0, 0], [4, 0, 0], [0, 0, 2], [4, 0, 2]])
    >>> principal_plane(cloud).places(cloud).round(3).tolist()
    [[-2.0, -1.0], [2.0, -1.0], [-2.0, 1.0], [2.0, 1.0]]
    """
    centre = features.mean(axis=0)
    axes = np.linalg.svd(features - centre, full_matrices=False)[2][:2].T
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0)
    return Plane(centre, axes * np.where(largest < 0, -1, 1))


def separability(features: Array, labels: Array) -> float:
    """Share of the examples whose nearest other example has the same label.

    Parameters
    ----------
    features : ndarray of shape (n, d)
    labels : ndarray of shape (n,)

    Returns
    -------
    float
        0 to 1: the accuracy of one nearest neighbour, each example left out in turn. All dimensions count.

    Examples
    --------
    >>> separability(np.array([[0.0], [0.1], [5.0], [5.2], [0.2]]), np.array([0, 0, 1, 1, 1]))
    0.8
    """
    squares = (features.astype(np.float64) ** 2).sum(axis=1)
    apart = squares[:, None] - 2 * (features @ features.T) + squares
    np.fill_diagonal(apart, np.inf)
    return float((labels[apart.argmin(axis=1)] == labels).mean())
