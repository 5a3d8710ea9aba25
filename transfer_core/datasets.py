"""The images: what they are, never what is done with them.

A dataset is a name and a function that returns images and labels. Both of ours are 8 x 8 with ink
counts from 0 to 16, and both ship with the product or its libraries: nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_digits

from transfer_core.arrays import Array

MAX_INK = 16
IMAGE_SIDE = 8


class Dataset(NamedTuple):
    """Images with the digit each one shows.

    Attributes
    ----------
    images : float32 ndarray of shape (n, 8, 8)
        Share of ink, 0 to 1.
    digits : int ndarray of shape (n,)
    """

    images: Array
    digits: Array


def load_uci_digits() -> Dataset:
    """Load the UCI optical digits that come with scikit-learn.

    Returns
    -------
    Dataset
        1,797 images, 174 to 183 a digit. They are ordered by blocks of writers: shuffle.

    References
    ----------
    Alpaydin, Kaynak (1998), "Optical recognition of handwritten digits", UCI Machine Learning Repository.
    """
    bunch = load_digits()
    return Dataset((bunch.images / MAX_INK).astype(np.float32), bunch.target.astype(np.int64))


def load_mnist_8x8() -> Dataset:
    """Load the 5,000 MNIST digits that ``tools/build_mnist_8x8.py`` brought to the UCI format.

    Returns
    -------
    Dataset
        500 images a digit.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner (1998), "Gradient-based learning applied to document recognition",
    Proceedings of the IEEE 86(11).
    """
    with np.load(Path(__file__).parent / "data" / "mnist_8x8.npz", allow_pickle=False) as stored:
        images, digits = stored["images"], stored["labels"]
    return Dataset((images / MAX_INK).astype(np.float32), digits.astype(np.int64))


DATASETS: dict[str, Callable[[], Dataset]] = {"digits": load_uci_digits, "mnist_8x8": load_mnist_8x8}


@lru_cache(maxsize=len(DATASETS))
def load(name: str) -> Dataset:
    """Load a dataset once; the arrays are read-only because everyone shares them.

    Examples
    --------
    >>> load("digits").images.shape
    (1797, 8, 8)
    """
    dataset = DATASETS[name]()
    for array in dataset:
        array.setflags(write=False)
    return dataset
