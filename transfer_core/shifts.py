"""Ways to move the images away from what the backbone has seen, each with an amount.

A shift is a function ``(images, amount, rng) -> images`` with a range for the amount and words for
the slider. Amount 0 leaves the images as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from transfer_core.arrays import Array
from transfer_core.datasets import Dataset


@dataclass(frozen=True)
class Shift:
    """A kind of change with a dial.

    Attributes
    ----------
    title : str
        What the amount is, for the slider.
    unit : str
        Printed after the amount.
    max_amount : float
        The amount runs from 0 to this.
    step : float
        Distance between two positions of the slider.
    apply : callable
        ``(images (n, ...), amount, rng) -> images``; a new array.
    draws : bool
        Whether it uses the generator; otherwise every seed sees the same images.
    needs : {"", "images", "ink"}
        What it makes sense for: anything, images with rows and columns, or values from 0 to 1.
    """

    title: str
    unit: str
    max_amount: float
    step: float
    apply: Callable[[Array, float, np.random.Generator], Array]
    draws: bool = False
    needs: Literal["", "images", "ink"] = ""

    def suits(self, dataset: Dataset) -> bool:
        """Whether it makes sense for the data."""
        return not (self.needs == "images" and not dataset.is_image) and not (
            self.needs == "ink" and not dataset.is_ink
        )

    def check(self, dataset: Dataset) -> None:
        """Refuse data that it makes no sense for, in one sentence.

        Raises
        ------
        ValueError
            If it does; the message names what is needed and what there is.
        """
        if self.needs == "images" and not dataset.is_image:
            raise ValueError(f"{self.title} needs images with rows and columns, got rows of {dataset.n_inputs} numbers")
        if self.needs == "ink" and not dataset.is_ink:
            low, high = dataset.images.min(), dataset.images.max()
            raise ValueError(f"{self.title} needs values from 0 to 1, got values from {low:g} to {high:g}")


def rotate(images: Array, amount: float, rng: np.random.Generator) -> Array:
    """Turn every image by `amount` degrees, anticlockwise, with bilinear interpolation.

    Examples
    --------
    >>> image = np.arange(64, dtype=np.float32).reshape(1, 8, 8)
    >>> bool(np.allclose(rotate(image, 90, np.random.default_rng(0))[0], np.rot90(image[0]), atol=1e-4))
    True
    """
    from scipy import ndimage  # only here: importing it takes a while, and few scenarios turn images

    turned = ndimage.rotate(images, amount, axes=(2, 1), reshape=False, order=1)
    return np.asarray(turned, dtype=images.dtype)


def invert(images: Array, amount: float, rng: np.random.Generator) -> Array:
    """Fade towards the negative: 0 keeps the image, 1 is white ink on black paper.

    Examples
    --------
    >>> float(invert(np.full((1, 8, 8), 0.25), 1.0, np.random.default_rng(0))[0, 0, 0])
    0.75
    """
    return (1 - amount) * images + amount * (1 - images)


def add_noise(images: Array, amount: float, rng: np.random.Generator) -> Array:
    """Add normal noise with standard deviation `amount` (full ink is 1), cut to 0 to 1.

    Examples
    --------
    >>> noisy = add_noise(np.zeros((2, 8, 8)), 0.5, np.random.default_rng(0))
    >>> bool(noisy.min() == 0 and 0.1 < noisy.std() < 0.5)
    True
    """
    noise = rng.standard_normal(images.shape).astype(images.dtype)
    return np.clip(images + amount * noise, 0, 1)


def permute_pixels(images: Array, amount: float, rng: np.random.Generator) -> Array:
    """Send a share `amount` of the pixels to other places, the same places in every image.

    Examples
    --------
    >>> image = np.arange(64.0).reshape(1, 8, 8)
    >>> moved = permute_pixels(image, 0.5, np.random.default_rng(0)) != image
    >>> int(moved.sum())
    32
    """
    flat = images.reshape(len(images), -1)
    n_pixels = flat.shape[1]
    places = np.arange(n_pixels)
    moving = rng.permutation(n_pixels)[: round(amount * n_pixels)]
    # Rolling a random list by one moves each of its members: no pixel stays by chance.
    places[moving] = np.roll(moving, 1)
    return flat[:, places].reshape(images.shape)


ROTATION = Shift("Rotation of the target", "°", 90.0, 5.0, rotate, needs="images")
INVERSION = Shift("Inversion of the target", "", 1.0, 0.1, invert, needs="ink")
NOISE = Shift("Noise on the target", "of full ink", 1.0, 0.05, add_noise, draws=True, needs="ink")
PERMUTATION = Shift("Share of pixels moved", "", 1.0, 0.1, permute_pixels, draws=True)
