"""Which pictures train, which choose and which judge: per seed, with pictures of the same thing on one side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_core.seeds import Purpose, stream
from transfer_core.splits import first_of_each_class
from transfer_torch.errors import MeasureError
from transfer_torch.pictures import Pictures

TEST_SHARE, MOST_TEST = 0.36, 30  # of the smallest class; pictures per class
VAL_SHARE, MOST_VAL = 0.18, 15
FEWEST = 3  # pictures of a class: one for each part


class Split(NamedTuple):
    """Positions of the pictures of each part; no two parts share a picture, or two pictures of the same thing.

    Attributes
    ----------
    pool : int ndarray
        To train on, in random order.
    val, test : int ndarray
        As many of every class.
    """

    pool: Array
    val: Array
    test: Array

    def train(self, labels: Array, size: int) -> Array:
        """Take the first of each class to train on: 5 per class are the first 5 of the 10."""
        return first_of_each_class(self.pool, labels, size)


def quotas(labels: Array) -> tuple[int, int]:
    """Pictures per class to validate on and to test on.

    Examples
    --------
    >>> quotas(np.repeat([0, 1], [85, 400])), quotas(np.repeat([0, 1], 10))
    ((15, 30), (2, 4))
    """
    smallest = np.bincount(labels).min()
    val, test = (
        int(np.clip(round(share * smallest), 1, most))
        for share, most in ((VAL_SHARE, MOST_VAL), (TEST_SHARE, MOST_TEST))
    )
    return val, test


def most_per_class(pictures: Pictures, seeds: Sequence[int]) -> int:
    """Largest number of training pictures that every class has, whatever the seed.

    Raises
    ------
    MeasureError
        If a class is too small, or all its pictures show the same thing.
    """
    counts = np.bincount(pictures.labels)
    smallest = int(counts.argmin())
    if counts[smallest] < FEWEST:
        raise MeasureError(
            f"every class must have {FEWEST} pictures or more, got {counts[smallest]} of {pictures.classes[smallest]!r}"
        )
    found = []
    for seed in seeds:
        parts = [np.bincount(pictures.labels[part], minlength=len(counts)) for part in split(pictures, seed)]
        empty = np.flatnonzero(np.min(parts, axis=0) == 0)
        if empty.size:
            raise MeasureError(
                "every class must show enough different things to train, validate and test on, got too few of "
                f"{pictures.classes[empty[0]]!r}"
            )
        found.append(int(parts[0].min()))
    return min(found)


def split(pictures: Pictures, seed: int) -> Split:
    """Cut the pictures in three.

    Parameters
    ----------
    pictures : Pictures
    seed : int

    Returns
    -------
    Split

    Examples
    --------
    >>> ours = Pictures(np.zeros(0), np.repeat([0, 1], 10), ("a", "b"), tuple(map(str, range(20))))
    >>> [len(part) for part in split(ours, seed=0)]
    [8, 4, 8]
    """
    labels = pictures.labels
    _, of_group, sizes = np.unique(pictures.groups, return_inverse=True, return_counts=True)
    groups = np.split(np.argsort(of_group, kind="stable"), np.cumsum(sizes)[:-1])
    rng = np.random.default_rng(stream(seed, Purpose.TEST_SPLIT))
    val_quota, test_quota = quotas(labels)
    left = {"test": np.full(labels.max() + 1, test_quota), "val": np.full(labels.max() + 1, val_quota)}
    taken: dict[str, list[Array]] = {"pool": [], "val": [], "test": []}
    for group in rng.permutation(len(groups)):
        members = groups[group]
        counts = np.bincount(labels[members], minlength=len(left["test"]))
        part = next((one for one, places in left.items() if (counts <= places).all()), "pool")
        if part != "pool":
            left[part] -= counts
        taken[part].append(rng.permutation(members))
    pool, val, test = (
        np.concatenate(taken[one]) if taken[one] else np.zeros(0, int) for one in ("pool", "val", "test")
    )
    return Split(pool, val, test)
