"""Colours by meaning, light and dark, and the dash that tells the same without colour.

The pairs are those of Okabe and Ito (2008), "Color universal design", lightened for dark backgrounds.
"""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st


class Style(NamedTuple):
    """How one strategy is drawn everywhere.

    Attributes
    ----------
    light, dark : str
        Colour on a light and on a dark background.
    dash : tuple of int
        Lengths of dash and gap, pixels; ``(1, 0)`` is a solid line.
    """

    light: str
    dark: str
    dash: tuple[int, ...]


STRATEGY_STYLES: dict[str, Style] = {
    "feature_extraction": Style("#0072B2", "#56B4E9", (1, 0)),
    "end_to_end": Style("#D55E00", "#FF8A4C", (9, 2)),
    "progressive_unfreezing": Style("#009E73", "#2FCB9A", (8, 2, 2, 2)),
    "from_scratch": Style("#6B7280", "#A9B0BA", (6, 3)),
    "random_features": Style("#9AA1AB", "#7E8794", (2, 3)),
}
OTHER_STYLE = Style("#8B5CF6", "#B79CFF", (4, 2))
OPEN_STYLE = Style("#E5E7EB", "#2B323C", (1, 0))
# What is not a strategy takes these in turn; none is a strategy's colour.
OTHERS = (
    OTHER_STYLE,
    Style("#BE185D", "#F472B6", (2, 2)),
    Style("#854D0E", "#F2C14E", (1, 0)),
    Style("#1E3A8A", "#A5B4FC", (10, 3)),
    Style("#3F6212", "#BEF264", (6, 2, 1, 2)),
    Style("#0F766E", "#5EEAD4", (8, 3)),
)


FROZEN = {"light": "#CFE8F7", "dark": "#1F4A63"}
TRAINED_RANGE = {"light": ["#FDE3CC", "#C2410C"], "dark": ["#5A3A22", "#FF9A5C"]}
INK = {"light": "#1F2937", "dark": "#E5E7EB"}
MUTED = {"light": "#6B7280", "dark": "#A9B0BA"}
PAPER = {"light": "#FFFFFF", "dark": "#0F1419"}


def theme() -> str:
    """``"light"`` or ``"dark"``, as the visitor sees the page."""
    return "dark" if st.context.theme.type == "dark" else "light"


def colours(strategies: list[str], mode: str) -> list[str]:
    """Colours of some strategies, in their order."""
    styles = [STRATEGY_STYLES.get(name, OTHER_STYLE) for name in strategies]
    return [style.dark if mode == "dark" else style.light for style in styles]


def dashes(strategies: list[str]) -> list[tuple[int, ...]]:
    """Dashes of some strategies, in their order."""
    return [STRATEGY_STYLES.get(name, OTHER_STYLE).dash for name in strategies]
