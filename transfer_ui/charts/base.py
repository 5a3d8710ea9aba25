"""What all charts share: how a specification is made once, filled often, and put on the page.

Making an Altair chart costs more than training does, so each chart is made once a theme and kept as a
template. Numbers that change from run to run are Vega parameters, set by name, or stand in the data.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from transfer_core.arrays import Array
from transfer_ui.palette import INK, MUTED

Spec = dict[str, Any]
NO_DATA: alt.NamedData = alt.NamedData("rows")


def template(chart: alt.TopLevelMixin, mode: str) -> Spec:
    """Turn an Altair chart into a template, with the look of the house."""
    styled = (
        chart.configure(font="Source Sans, sans-serif", background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED[mode],
            titleColor=INK[mode],
            gridColor=MUTED[mode],
            gridOpacity=0.18,
            domainColor=MUTED[mode],
            tickColor=MUTED[mode],
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
        .configure_title(color=INK[mode], fontSize=14, fontWeight="bold", anchor="start", offset=8)
        .configure_legend(labelColor=INK[mode], titleColor=MUTED[mode], labelFontSize=12, titleFontWeight="normal")
        .configure_text(color=INK[mode], fontSize=12)
    )
    # Validation takes most of the time of a first visit; the tests do it instead.
    spec: Spec = styled.to_dict(validate=False)
    spec.pop("data")  # comes with each drawing
    return spec


def show(
    spec: Spec,
    rows: pd.DataFrame,
    *,
    alt: str,
    key: str | None,
    parameters: Mapping[str, float] | None = None,
    pick: str | None = None,
) -> Mapping[str, Any] | None:
    """Fill a template and draw it, with a text for those who do not see it.

    Parameters
    ----------
    spec : dict
        From `template`.
    rows : DataFrame
    alt : str
        What the chart shows, as a sentence.
    key : str or None
    parameters : mapping of str to float, optional
        Values of the template's parameters.
    pick : str, optional
        Name of the template's selection that runs the page again.

    Returns
    -------
    mapping or None
        The fields of what was picked.
    """
    filled = copy.copy(spec)
    values = dict(parameters or {})
    filled["params"] = [
        entry | {"value": values.pop(entry["name"])} if entry["name"] in values else entry
        for entry in spec.get("params", [])
    ]
    assert not values, f"the template has no parameter {', '.join(values)}"
    drawn: dict[str, Any] = {"width": "stretch", "key": key, "alt": alt, "theme": None}
    if pick is None:
        st.vega_lite_chart(rows, filled, **drawn)
        return None
    state = st.vega_lite_chart(rows, filled, **drawn, on_select="rerun", selection_mode=pick)
    picked = state["selection"].get(pick) or [None]
    return picked[0]  # type: ignore[no-any-return]


def spread_labels(wanted: Array, low: float, high: float) -> Array:
    """Move labels apart until they are readable, keeping their order."""
    gap = (high - low) * 0.085
    heights = np.clip(np.nan_to_num(wanted, nan=low, posinf=high), low, high)
    order = np.argsort(heights)
    places = heights[order]
    for _ in range(50):
        for i in range(len(places) - 1):
            overlap = gap - (places[i + 1] - places[i])
            if overlap > 0:
                places[i] -= overlap / 2
                places[i + 1] += overlap / 2
        places += min(0.0, high - places[-1])
        places += max(0.0, low + gap / 2 - places[0])
    spread: Array = np.empty_like(places)
    spread[order] = places
    return spread
