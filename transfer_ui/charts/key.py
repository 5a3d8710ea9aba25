"""What colours and dashes mean, once for several charts of the same series."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from transfer_core import STRATEGIES
from transfer_ui.charts import svg
from transfer_ui.palette import colours, dashes

WIDTH, HEIGHT = 28, 8  # pixels of the line before a name


def lines(names: Sequence[str], mode: str) -> str:
    """Write the key of some strategies as HTML.

    Examples
    --------
    >>> lines(["end_to_end"], "light").count("<img"), "End-to-end" in lines(["end_to_end"], "light")
    (1, True)
    """
    looks = zip(names, colours(list(names), mode), dashes(list(names)), strict=True)
    return "".join(_line(STRATEGIES[name].short, colour, dash) for name, colour, dash in looks)


def _line(title: str, colour: str, dash: Sequence[int]) -> str:
    drawn = (
        f'<line x1="0" x2="{WIDTH}" y1="{HEIGHT / 2}" y2="{HEIGHT / 2}" stroke="{colour}" stroke-width="2.4" '
        f'stroke-dasharray="{" ".join(map(str, dash))}"/>'
    )
    return (
        '<span style="display: inline-flex; align-items: center; gap: .4rem; margin-right: 1.2rem; font-size: .875rem">'
        f"{svg.image(WIDTH, HEIGHT, drawn, '', f'width: {WIDTH}px')}{title}</span>"
    )


def show(names: Sequence[str], mode: str) -> None:
    """Draw the key above the charts."""
    st.html(lines(names, mode))
