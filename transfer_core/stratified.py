"""Splitting in two so that both parts have the classes in proportion.

The same numbers as scikit-learn's ``train_test_split(stratify=...)``, to the bit and for every seed, without importing
it: on a small server that import would take longer than everything else a first visitor waits for.
"""

from __future__ import annotations

from math import ceil

import numpy as np

from transfer_core.arrays import Array


def stratified_split(labels: Array, share: float, seed: int) -> tuple[Array, Array]:
    """Split examples in two.

    Parameters
    ----------
    labels : int ndarray of shape (n,)
    share : float
        Of the second part, above 0 and below 1; its size is rounded up.
    seed : int
        From 0 to below 2**32.

    Returns
    -------
    tuple of int ndarray
        Positions of the first part and of the second, each in random order.

    Raises
    ------
    ValueError
        If a class has only one example, or a part would have fewer examples than there are classes.

    Examples
    --------
    >>> labels = np.array([0, 0, 1, 1, 1, 1])
    >>> [np.bincount(labels[part]).tolist() for part in stratified_split(labels, 0.5, seed=0)]
    [[1, 2], [1, 2]]
    """
    _, of_class, counts = np.unique(labels, return_inverse=True, return_counts=True)
    n_second = ceil(share * len(labels))
    n_first = len(labels) - n_second
    if counts.min() < 2:
        raise ValueError("labels must hold at least two examples of every class, got a class with only one")
    if min(n_first, n_second) < len(counts):
        raise ValueError(
            f"both parts must have at least {len(counts)} examples, one per class, got {n_first} and {n_second}"
        )
    # scikit-learn draws from NumPy's older generator; a newer one would give other splits, and so other results.
    rng = np.random.RandomState(seed)
    in_first = _in_proportion(counts, n_first, rng)
    in_second = _in_proportion(counts - in_first, n_second, rng)
    first, second = [], []
    for index, (n_ours, n_theirs) in enumerate(zip(in_first, in_second, strict=True)):
        members = rng.permutation(np.flatnonzero(of_class == index))
        first.append(members[:n_ours])
        second.append(members[n_ours : n_ours + n_theirs])
    return rng.permutation(np.concatenate(first)), rng.permutation(np.concatenate(second))


def _in_proportion(counts: Array, n: int, rng: np.random.RandomState) -> Array:
    """Share `n` places out among classes: whole places first, the rest by the largest remainder, ties at random."""
    exact = counts / counts.sum() * n
    places = np.floor(exact)
    remainders = exact - places
    left = int(n - places.sum())
    for remainder in sorted(set(remainders.tolist()), reverse=True):
        if not left:
            break
        tied = np.flatnonzero(remainders == remainder)
        chosen = rng.choice(tied, size=min(len(tied), left), replace=False)
        places[chosen] += 1
        left -= len(chosen)
    return np.asarray(places, dtype=int)
