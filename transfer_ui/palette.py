"""Colours by meaning, light and dark, and the dash that says the same without colour.

The pairs are those of Okabe and Ito (2008), "Color universal design", lightened for dark backgrounds.
"""

from __future__ import annotations

import streamlit as st

from transfer_core.baselines import BASELINES
from transfer_core.strategies import STRATEGIES, Look
from transfer_ui.rows import OWN

STRATEGY_STYLES: dict[str, Look] = {name: strategy.look for name, strategy in STRATEGIES.items()}
# A schedule of the visitor's own stands out from all: ink.
ARM_STYLES = STRATEGY_STYLES | {OWN: Look("#111827", "#F9FAFB", (12, 2))}
OTHER_STYLE = Look("#8B5CF6", "#B79CFF", (4, 2))
OPEN_STYLE = Look("#E5E7EB", "#2B323C", (1, 0))
# Anything that is not a strategy takes these in turn; none is a strategy's colour.
OTHERS = (
    OTHER_STYLE,
    Look("#BE185D", "#F472B6", (2, 2)),
    Look("#854D0E", "#F2C14E", (1, 0)),
    Look("#1E3A8A", "#A5B4FC", (10, 3)),
    Look("#3F6212", "#BEF264", (6, 2, 1, 2)),
    Look("#0F766E", "#5EEAD4", (8, 3)),
)
# On a map, where strategies and baselines compete; whatever is in neither is an open cell.
CELL_STYLES: dict[str, Look] = STRATEGY_STYLES | dict(zip(BASELINES, OTHERS[1:], strict=False))

FROZEN = {"light": "#CFE8F7", "dark": "#1F4A63"}
TRAINED_RANGE = {"light": ["#FDE3CC", "#C2410C"], "dark": ["#5A3A22", "#FF9A5C"]}
# Words on a trained layer: below this rate, and from it on, where the bar is deeper (light) or brighter (dark).
ON_TRAINED = {"light": (0.3, "#000000", "#FFFFFF"), "dark": (0.015, "#FFFFFF", "#000000")}
INK = {"light": "#1F2937", "dark": "#E5E7EB"}
MUTED = {"light": "#6B7280", "dark": "#A9B0BA"}
PAPER = {"light": "#FFFFFF", "dark": "#0F1419"}


def theme() -> str:
    """``"light"`` or ``"dark"``, as the visitor sees the page."""
    return "dark" if st.context.theme.type == "dark" else "light"


def colours(strategies: list[str], mode: str) -> list[str]:
    """Colours of some strategies, in their order."""
    styles = [ARM_STYLES.get(name, OTHER_STYLE) for name in strategies]
    return [style.dark if mode == "dark" else style.light for style in styles]


def dashes(strategies: list[str]) -> list[tuple[int, ...]]:
    """Dashes of some strategies, in their order."""
    return [ARM_STYLES.get(name, OTHER_STYLE).dash for name in strategies]
