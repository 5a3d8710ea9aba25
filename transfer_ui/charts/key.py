"""What colours and dashes mean, once for several charts of the same series."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from transfer_core import STRATEGIES
from transfer_ui.palette import colours, dashes

LINE = (
    '<span style="display:inline-flex;align-items:center;gap:.4rem;margin-right:1.2rem;font-size:.875rem">'
    '<svg width="28" height="8" aria-hidden="true"><line x1="0" y1="4" x2="28" y2="4" stroke="{colour}" stroke-width="2.4" '
    'stroke-dasharray="{dash}"/></svg>{title}</span>'
)


def lines(names: Sequence[str], mode: str) -> str:
    """Write the key of some strategies as HTML.

    Examples
    --------
    >>> "End-to-end" in lines(["end_to_end"], "light")
    True
    """
    looks = zip(names, colours(list(names), mode), dashes(list(names)), strict=True)
    return "".join(
        LINE.format(colour=colour, dash=" ".join(map(str, dash)), title=STRATEGIES[name].short)
        for name, colour, dash in looks
    )


def show(names: Sequence[str], mode: str) -> None:
    """Draw the key above the charts."""
    st.html(lines(names, mode))
