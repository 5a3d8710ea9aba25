"""What an example is called: an image, or a row where the data are a visitor's table."""

from __future__ import annotations

import re

from transfer_core import RunConfig

_IMAGE = re.compile(r"\b([Ii])mage(s?)\b")


def one(config: RunConfig) -> str:
    """Name an example.

    Examples
    --------
    >>> one(RunConfig())
    'image'
    """
    return "image" if config.pair.target.dataset.is_image else "row"


def of_rows(words: str) -> str:
    """Turn what is said of images into what is true of rows.

    Examples
    --------
    >>> of_rows("Images of the pool, an image each")
    'Rows of the pool, a row each'
    """
    return _IMAGE.sub(
        lambda found: ("R" if found[1] == "I" else "r") + f"ow{found[2]}", words.replace("an image", "a row")
    )


def said(config: RunConfig, words: str) -> str:
    """Say something that is written of images, of whatever the examples are.

    Examples
    --------
    >>> said(RunConfig(), "10 images per class")
    '10 images per class'
    """
    return words if one(config) == "image" else of_rows(words)
