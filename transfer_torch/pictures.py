"""A folder of class folders, read into memory: what the pictures are, and which must not part."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from transfer_core.arrays import Array
from transfer_core.datasets import content_key
from transfer_torch.errors import MeasureError

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
APART = "--"
"""File names that agree up to here belong together: they stand on one side of every split."""


@dataclass(frozen=True, eq=False)
class Pictures:
    """Labelled pictures of one size.

    Attributes
    ----------
    pixels : uint8 ndarray of shape (n, 3, side, side)
    labels : int ndarray of shape (n,)
    classes : tuple of str
        Names of the folders.
    names : tuple of str
        Folder and file, without what follows the last dot.
    """

    pixels: Array
    labels: Array
    classes: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """What each picture shows; pictures of the same thing are not independent.

        Examples
        --------
        >>> Pictures(np.zeros(0), np.zeros(0), ("cat",), ("cat/tom--1", "cat/tom--2", "cat/puss")).groups
        ('tom', 'tom', 'puss')
        """
        return tuple(name.rpartition("/")[2].partition(APART)[0] for name in self.names)

    @cached_property
    def key(self) -> str:
        """Name of the content."""
        return content_key(self.pixels, self.labels, self.classes, self.names)


def read(folder: Path, side: int) -> Pictures:
    """Read a folder that holds one folder per class.

    Parameters
    ----------
    folder : Path
        Files whose names do not end like a picture's are left alone, and so is what begins with a dot.
    side : int
        Pixels. The middle square of a picture is brought to this size; what is transparent becomes white.

    Returns
    -------
    Pictures

    Raises
    ------
    MeasureError
        If there are fewer than two classes, or a picture cannot be read.
    """
    try:
        folders = sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
        files = {one.name: _pictures_in(one) for one in folders}
    except OSError as error:
        raise MeasureError(f"folder must be one that can be read, got {str(folder)!r} ({error.strerror})") from error
    files = {name: inside for name, inside in files.items() if inside}
    if len(files) < 2:
        raise MeasureError(
            f"folder must hold a folder of pictures for each of at least two classes, got {len(files)} in {str(folder)!r}"
        )
    every = [path for inside in files.values() for path in inside]
    return Pictures(
        np.stack([_read(path, side) for path in every]),
        np.repeat(np.arange(len(files)), [len(inside) for inside in files.values()]),
        tuple(files),
        tuple(path.relative_to(folder).with_suffix("").as_posix() for path in every),
    )


def read_other(folder: Path, side: int, like: Pictures) -> Pictures:
    """Read the same pictures in another style: the same classes and the same names.

    Raises
    ------
    MeasureError
        As `read`, or if names differ.
    """
    other = read(folder, side)
    if other.names != like.names:
        missing = sorted(set(like.names) ^ set(other.names)) or ["two of one name"]
        raise MeasureError(
            f"--other must hold the same classes and file names as the folder, got {missing[0]!r} in one only"
        )
    return other


def _pictures_in(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.suffix.lower() in SUFFIXES and not one.name.startswith("."))


def _read(path: Path, side: int) -> Array:
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # half a picture, or one too large to be true
            with Image.open(path) as opened:
                opened.draft("RGB", (2 * side, 2 * side))  # a large JPEG is decoded small
                upright = ImageOps.exif_transpose(opened).convert("RGBA")
        fitted = ImageOps.fit(upright, (side, side), Image.Resampling.BICUBIC)
        white = Image.new("RGBA", fitted.size, "white")
        return np.asarray(Image.alpha_composite(white, fitted).convert("RGB")).transpose(2, 0, 1)
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        raise MeasureError(f"every picture must be one that can be read, got {str(path)!r} ({error})") from error
