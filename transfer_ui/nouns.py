"""What an example is called: an image, or a row where the data are a visitor's table."""

from __future__ import annotations

import re
from typing import Any

from transfer_core.scenarios import Scenario
from transfer_ui import session

_IMAGE = re.compile(r"\b([Ii])mage(s?)\b")
OF_ROWS = "page_is_of_rows"
WORDED = ("title", "text")
"""Keys of a chart's template under which words stand."""


def are_rows(pair: Scenario) -> bool:
    """Whether the examples of a scenario are rows of numbers.

    Examples
    --------
    >>> from transfer_core import RunConfig
    >>> are_rows(RunConfig().pair)
    False
    """
    return not pair.target.dataset.is_image


def of_rows(words: str) -> str:
    """Turn what is said of images into what is true of rows.

    Examples
    --------
    >>> of_rows("Images of the pool, an image each"), of_rows("nearest neighbour on pixels")
    ('Rows of the pool, a row each', 'nearest neighbour on the numbers')
    """
    plain = (
        words.replace("an image", "a row").replace("on pixels", "on the numbers").replace("the pixels", "the numbers")
    )
    return _IMAGE.sub(lambda found: ("R" if found[1] == "I" else "r") + f"ow{found[2]}", plain)


def said(pair: Scenario, words: str) -> str:
    """Say something that is written of images, of whatever the examples of a scenario are.

    Examples
    --------
    >>> from transfer_core import RunConfig
    >>> said(RunConfig().pair, "10 images per class")
    '10 images per class'
    """
    return of_rows(words) if are_rows(pair) else words


def speak_of(pair: Scenario) -> None:
    """Note which scenario the page speaks of from here on."""
    speak_of_rows(are_rows(pair))


def speak_of_rows(are: bool) -> None:
    """Note whether what the page speaks of are rows."""
    import streamlit as st  # a page alone says so

    st.session_state[OF_ROWS] = are


def said_here(words: str) -> str:
    """Say it of the scenario that the page speaks of."""
    return of_rows(words) if session.held(OF_ROWS) else words


def worded_here(template: Any) -> Any:
    """Word a chart's template of it: the template itself, or a copy."""
    return _of_rows(template) if session.held(OF_ROWS) else template


def _of_rows(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            key: of_rows(value) if key in WORDED and isinstance(value, str) else _of_rows(value)
            for key, value in part.items()
        }
    return [_of_rows(one) for one in part] if isinstance(part, list) else part
