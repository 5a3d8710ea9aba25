"""What the components share: how a script becomes one, how numbers travel, colours by meaning."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from transfer_core.arrays import Array
from transfer_ui.palette import FROZEN, INK, MUTED, PAPER, TRAINED_RANGE

FOLDER = Path(__file__).parent
NEGATIVE, POSITIVE = ("#2166AC", "#4393C3"), ("#C2410C", "#FF8A4C")  # light and dark
CLASS_COLOURS = {
    "light": [
        "#0072B2",
        "#B45309",
        "#007A5A",
        "#A21CAF",
        "#B91C1C",
        "#0E7490",
        "#4D7C0F",
        "#4338CA",
        "#9D174D",
        "#374151",
    ],
    "dark": [
        "#56B4E9",
        "#FBBF24",
        "#2FCB9A",
        "#E879F9",
        "#FB7185",
        "#67E8F9",
        "#BEF264",
        "#A5B4FC",
        "#F9A8D4",
        "#E5E7EB",
    ],
}


@cache
def component(name: str) -> Any:
    """Register a component once: its script after what all scripts share, under one style. Nothing in them comes from a visitor."""
    script = "\n".join((FOLDER / f"{part}.js").read_text(encoding="utf-8") for part in ("shared", "saving", name))
    style = (FOLDER / "style.css").read_text(encoding="utf-8")
    return st.components.v2.component(f"inside_{name}", html='<div class="root"></div>', css=style, js=script)


def as_bytes(values: Array, most: float) -> str:
    """Send numbers from 0 to `most` as one byte each.

    Examples
    --------
    >>> as_bytes(np.array([0.0, 0.5, 2.0]), 1.0)
    'AID/'
    """
    return _text(np.clip(np.nan_to_num(values) / (most or 1) * 255, 0, 255).round().astype(np.uint8))


def as_signed_bytes(values: Array, most: float) -> str:
    """Send numbers from ``-most`` to `most` as one byte each, 0 exactly in the middle.

    Examples
    --------
    >>> as_signed_bytes(np.array([-1.0, 0.0, 1.0]), 1.0)
    'AYD/'
    """
    scaled = np.clip(np.nan_to_num(values) / (most or 1) * 127, -127, 127).round()
    return _text((scaled + 128).astype(np.uint8))


def _text(values: Array) -> str:
    return b64encode(np.ascontiguousarray(values).tobytes()).decode()


def colours(mode: str) -> dict[str, Any]:
    """Colours by meaning for a theme."""
    dark = int(mode == "dark")
    return {
        "frozen": FROZEN[mode],
        "trained": TRAINED_RANGE[mode],
        "ink": INK[mode],
        "muted": MUTED[mode],
        "paper": PAPER[mode],
        "negative": NEGATIVE[dark],
        "positive": POSITIVE[dark],
        "classes": CLASS_COLOURS[mode],
    }
