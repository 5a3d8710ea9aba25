"""Logistic regression as scikit-learn fits it, without importing it: that takes more memory than all the rest of a fit."""

from __future__ import annotations

import numpy as np

from transfer_core.arrays import Array

MOST_STEPS = 1000
SLOPE = 1e-4
"""A loss that is no steeper is at its lowest."""


def logistic_labels(known: Array, labels: Array, asked: Array) -> Array:
    """Label examples by logistic regression with scikit-learn's default penalty.

    Parameters
    ----------
    known : ndarray of shape (n, d)
    labels : int ndarray of shape (n,)
    asked : ndarray of shape (n_asked, d)

    Returns
    -------
    int ndarray of shape (n_asked,)

    Examples
    --------
    >>> logistic_labels(np.array([[0.0], [1.0]]), np.array([4, 7]), np.array([[0.2], [0.9]])).tolist()
    [4, 7]
    """
    from scipy.optimize import minimize  # only here: a page needs it for nothing else

    classes, numbers = np.unique(labels, return_inverse=True)
    n, n_classes = len(known), len(classes)
    # Of two classes, scikit-learn fits one set of weights: two opposite ones of half the size would cost half as much.
    penalty = 2.0 if n_classes == 2 else 1.0
    rows = np.arange(n)

    def loss(flat: Array) -> tuple[float, Array]:
        weights = flat.reshape(-1, n_classes).astype(known.dtype)
        logits = known @ weights[:-1] + weights[-1]
        logits -= logits.max(axis=1, keepdims=True)
        chances = np.exp(logits)
        totals = chances.sum(axis=1, keepdims=True)
        value = np.log(totals).sum() - logits[rows, numbers].sum() + penalty / 2 * (weights[:-1] ** 2).sum()
        chances /= totals
        chances[rows, numbers] -= 1
        slopes = np.vstack([known.T @ chances + penalty * weights[:-1], chances.sum(axis=0)])
        return float(value) / n, slopes.ravel().astype(float) / n

    start = np.zeros((known.shape[1] + 1) * n_classes)
    options = {"maxiter": MOST_STEPS, "gtol": SLOPE, "ftol": 64 * np.finfo(float).eps, "maxls": 50}
    weights = minimize(loss, start, method="L-BFGS-B", jac=True, options=options).x.reshape(-1, n_classes)
    chosen: Array = classes[(asked @ weights[:-1] + weights[-1]).argmax(axis=1)]
    return chosen
