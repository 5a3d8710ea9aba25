"""The images: what they are, never what is done with them.

A data set is a value that is known by its content: two sets under one name are two sets, in every cache
and every store. Ours are two collections of digits, 8 x 8 with ink counts from 0 to 16, which ship with the product:
nothing is downloaded. Off centre, the same images stand at random places in a 10 x 10 frame.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod
from pathlib import Path

import numpy as np

from transfer_core.arrays import Array, check_labels
from transfer_core.seeds import Purpose, stream

MAX_INK = 16
DIGIT_NAMES = tuple("0123456789")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images, or rows of numbers, with their labels. Data sets are equal if their content is.

    Attributes
    ----------
    images : float32 ndarray of shape (n, height, width) or (n, d)
        Ours are shares of ink, 0 to 1. Made read-only, since everyone shares them.
    labels : int ndarray of shape (n,)
        Values 0 to ``len(classes) - 1``. Made read-only.
    classes : tuple of str
        What the labels stand for.

    Raises
    ------
    ValueError
        If the shapes do not fit, a value is not finite, or a label names no class.

    Examples
    --------
    >>> rows = Dataset(np.zeros((4, 40), np.float32), np.array([0, 1, 0, 1]), ("no", "yes"))
    >>> rows.image_shape, rows.is_image, rows == Dataset(rows.images + 1, rows.labels, rows.classes)
    ((40,), False, False)
    """

    images: Array
    labels: Array
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.images.ndim not in (2, 3) or len(self.images) != len(self.labels) or not len(self.labels):
            raise ValueError(
                "images must be (n, height, width) or (n, d) with n labels and n of 1 or more, "
                f"got {self.images.shape} and {len(self.labels)} labels"
            )
        if not np.isfinite(self.images).all():
            raise ValueError("images must be finite, got NaN or infinity")
        check_labels(self.labels, len(self.classes))
        for name in ("images", "labels"):
            array = np.ascontiguousarray(getattr(self, name)).view()
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @cached_property
    def key(self) -> str:
        """Name of the content: images, labels and classes."""
        return content_key(self.images, self.labels, self.classes)

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Height and width, or the length of a row of numbers."""
        return self.images.shape[1:]

    @property
    def n_inputs(self) -> int:
        """Numbers per image: what the first layer of a network takes."""
        return prod(self.image_shape)

    @property
    def is_image(self) -> bool:
        """Whether there are rows and columns to look at and to rotate."""
        return len(self.image_shape) == 2

    @cached_property
    def is_ink(self) -> bool:
        """Whether every value is a share of ink, 0 to 1."""
        return bool(self.images.min() >= 0 and self.images.max() <= 1)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dataset) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Dataset({len(self.labels)} of shape {self.image_shape}, {self.key[:12]})"


def content_key(*parts: object) -> str:
    """Hash arrays by their bytes, and everything else by how Python writes it.

    Examples
    --------
    >>> content_key(np.zeros(2), "a") == content_key(np.zeros(2), "a")
    True
    >>> content_key(np.zeros(2)) == content_key(np.zeros((2, 1)))
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str} {part.shape} ".encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            digest.update(f"{part!r} ".encode())
    return digest.hexdigest()


def load_uci_digits() -> Dataset:
    """Load the UCI optical digits, which ``tools/build_uci_digits.py`` took from scikit-learn.

    Returns
    -------
    Dataset
        1,797 images, 174 to 183 per digit. They are ordered by blocks of writers: shuffle.

    References
    ----------
    Alpaydin, Kaynak (1998), "Optical recognition of handwritten digits", UCI Machine Learning Repository.
    """
    return _stored("uci_digits")


def load_mnist_8x8() -> Dataset:
    """Load the 5,000 MNIST digits that ``tools/build_mnist_8x8.py`` brought to the UCI format.

    Returns
    -------
    Dataset
        500 images per digit.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner (1998), "Gradient-based learning applied to document recognition",
    Proceedings of the IEEE 86(11).
    """
    return _stored("mnist_8x8")


def off_centre(dataset: Dataset, margin: int = 1) -> Dataset:
    """Put every image at a random place in an empty frame that is larger by a margin on each side.

    Parameters
    ----------
    dataset : Dataset
        Of images with rows and columns.
    margin : int, default 1
        Pixels. An image is up to this far from the centre, in both directions, every place as likely as another.

    Returns
    -------
    Dataset
        The places are the same whenever and wherever it is made.

    Examples
    --------
    >>> off_centre(load("digits"), 2).image_shape
    (12, 12)
    """
    n, height, width = dataset.images.shape
    framed = np.zeros((n, height + 2 * margin, width + 2 * margin), dataset.images.dtype)
    places = np.random.default_rng(stream(0, Purpose.PLACES)).integers(0, 2 * margin + 1, (n, 2))
    rows, columns = (places[:, axis, None] + np.arange(side) for axis, side in enumerate((height, width)))
    framed[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]] = dataset.images
    return Dataset(framed, dataset.labels, dataset.classes)


def _stored(name: str) -> Dataset:
    with np.load(Path(__file__).parent / "data" / f"{name}.npz", allow_pickle=False) as stored:
        images, labels = stored["images"], stored["labels"]
    return Dataset((images / MAX_INK).astype(np.float32), labels.astype(np.int64), DIGIT_NAMES)


DATASETS: dict[str, Callable[[], Dataset]] = {
    "digits": load_uci_digits,
    "mnist_8x8": load_mnist_8x8,
    "digits_off_centre": lambda: off_centre(load_uci_digits()),
    "mnist_off_centre": lambda: off_centre(load_mnist_8x8()),
}


@lru_cache(maxsize=len(DATASETS))
def load(name: str) -> Dataset:
    """Load one of our data sets, once.

    Examples
    --------
    >>> load("digits").images.shape
    (1797, 8, 8)
    """
    return DATASETS[name]()
