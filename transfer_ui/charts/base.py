"""What all charts share: how a specification is made once, filled often, and put on the page.

Making an Altair chart costs more than training does, so each chart is made once a theme and kept as a
template. Numbers that change from run to run stand in the data: in the rows, or in the *frame*, one row that
scales and axes read. The browser then puts new data into the chart that is there, instead of building another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from transfer_core.arrays import Array
from transfer_core.statistics import MIN_SEEDS, mean_band
from transfer_ui import nouns
from transfer_ui.charts import alt
from transfer_ui.charts.filling import Filling, fill
from transfer_ui.charts.projected import enlarged
from transfer_ui.charts.ready import Spec
from transfer_ui.controls import class_mode
from transfer_ui.palette import INK, MUTED

FULL_SCREEN = "height > 450"
TEXT_SIZE = {"expr": f"{FULL_SCREEN} ? 15 : 12"}  # at most a pixel less than `line_ends.LABEL_GAP`
# Pixels that a bar reaches into the one beside it: where one ends within a pixel, the paper would shine through.
OVERLAP = 0.7
NO_DATA = {"name": "rows"}
# A layer that draws nothing: without it the frame would not be among the data of the chart.
FRAME = {"data": {"name": "frame"}, "mark": {"type": "rule", "opacity": 0, "tooltip": None}, "encoding": {}}


def framed(expression: str) -> alt.ExprRef:
    """Write an expression in which ``frame.name`` is a number of the frame.

    Examples
    --------
    >>> framed("frame.n_epochs + 1").expr
    "data('frame')[0].n_epochs + 1"
    """
    return alt.ExprRef(expression.replace("frame.", "data('frame')[0]."))


def signed(number: str, form: str = "+.0f") -> str:
    """Write an expression for a number with its sign, a true minus; zero has none.

    Examples
    --------
    >>> signed("datum.value")
    "datum.value ? replace(format(datum.value, '+.0f'), '-', '−') : '0'"
    """
    return f"{number} ? replace(format({number}, '{form}'), '-', '\u2212') : '0'"


def room(pixels: int) -> str:
    """Write how much room labels of `TEXT_SIZE` take that take so many pixels on a page.

    Examples
    --------
    >>> room(100)
    '(height > 450 ? 125 : 100)'
    """
    return f"({FULL_SCREEN} ? {pixels * 15 // 12} : {pixels})"


def epoch_ticks(last: str) -> alt.ExprRef:
    """Place the ticks of an axis of epochs, none beyond the last, which is a number of the frame."""
    step = f"frame.{last} > 100 ? 40 : frame.{last} > 40 ? 20 : frame.{last} > 15 ? 10 : 5"
    return framed(f"sequence(0, frame.{last} + 1, {step})")


def template(chart: alt.LayerChart | alt.FacetChart, mode: str) -> Spec:
    """Turn an Altair chart into a template, with the look of the house; letters are larger where it fills a screen."""
    spec: Spec = chart.to_dict(validate=False)
    # Each of Altair's own `configure` methods copies every layer: together they took longer than all the rest.
    spec["config"] = _look(mode, TEXT_SIZE if isinstance(chart, alt.LayerChart) else 12)
    spec["layer"].insert(0, FRAME)
    return spec


def _look(mode: str, letters: Any) -> Spec:
    """Configure the look of a chart."""
    ink, muted = INK[mode], MUTED[mode]
    return {
        "font": "Source Sans, sans-serif",
        "background": "transparent",
        "view": {"continuousWidth": 300, "continuousHeight": 300, "stroke": None},
        "axis": {
            "labelColor": muted,
            "titleColor": ink,
            "gridColor": muted,
            "gridOpacity": 0.18,
            "domainColor": muted,
            "tickColor": muted,
            "labelFontSize": letters,
            "titleFontSize": letters,
            "titleFontWeight": "normal",
        },
        "title": {"color": ink, "fontSize": 14, "fontWeight": "bold", "anchor": "start", "offset": 8},
        "legend": {"labelColor": ink, "titleColor": muted, "labelFontSize": 12, "titleFontWeight": "normal"},
        "text": {"color": ink, "fontSize": letters},
    }


def measured_rows() -> alt.Chart:
    """Leave out rows without a mean."""
    return alt.Chart(NO_DATA).transform_filter("isValid(datum.mean)")


def follow_epoch(spec: Spec) -> Spec:
    """Have a template follow the slider over the epochs (`transfer_ui.charts.components.player`), in the browser alone.

    Its expressions read ``at``: the epoch of the slider, and without one, or beyond it, ``frame.last``.
    """
    moves = [{"source": "window", "type": name} for name in ("epoch", "epoch-again")]
    # Vega-Lite hands what it does not know of a parameter to Vega, which listens.
    spec["params"] = [
        *spec.get("params", []),
        {"name": "epoch", "value": None, "on": [{"events": moves, "update": "event.detail"}]},
        {"name": "at", "expr": framed("isValid(epoch) ? min(epoch, frame.last) : frame.last").expr},
    ]
    return spec


def shown_band(values: Array) -> tuple[Array, Array, Array]:
    """Mean with the band that a chart shows, point by point: without width where there are too few seeds to judge by.

    Two or three seeds give a band as wide as the chart, which says nothing.

    Parameters
    ----------
    values : ndarray of shape (n_seeds, ...)

    Examples
    --------
    >>> import numpy as np
    >>> [edge.tolist() for edge in shown_band(np.array([[1.0, 2.0], [3.0, 2.0]]))]
    [[2.0, 2.0], [2.0, 2.0], [2.0, 2.0]]
    """
    mean, low, high = mean_band(values)
    return (mean, low, high) if len(values) >= MIN_SEEDS else (mean, mean, mean)


class Place:
    """A place on the page for one chart, redrawn whenever there is news.

    What was there before, in this run of the page or in the one before, stays until the next chart is there: it is
    never emptied, and so the page neither blinks nor jumps.

    Parameters
    ----------
    parent : DeltaGenerator, optional
        A container that holds nothing else; one of its own otherwise.
    """

    def __init__(self, parent: DeltaGenerator | None = None) -> None:
        self.at = parent or st.container()


def show(
    spec: Spec,
    rows: pd.DataFrame,
    *,
    alt: str,
    frame: Mapping[str, float] | None = None,
    place: Place | None = None,
    **further: pd.DataFrame,
) -> None:
    """Fill a template and draw it, with a text for whoever cannot see it.

    Parameters
    ----------
    spec : dict
        From `template`.
    rows : DataFrame
    alt : str
        What the chart shows, as a sentence. While a run is under way it should stay the same: where it changes, the
        browser builds the chart anew.
    frame : mapping of str to float, optional
        Numbers that the template reads by `framed`.
    place : Place, optional
        Where to draw it, and draw it over; at the end of the page otherwise.
    **further : DataFrame
        More data of the template, by name.
    """
    show_filled(spec, fill(rows, alt=alt, frame=frame, **further), place)


def show_filled(spec: Spec, filling: Filling, place: Place | None = None) -> None:
    """Draw a template that has been filled already.

    Parameters
    ----------
    spec : dict
        From `template`.
    filling : Filling
    place : Place, optional
        As for `show`.
    """
    place = place or Place()
    place.at = place.at.vega_lite_chart(
        None,
        {**shown(nouns.worded_here(spec)), "datasets": dict(filling.datasets)},
        width="stretch",
        alt=nouns.said_here(filling.alt),
        theme=None,
    )


def show_and_pick(
    spec: Spec,
    rows: pd.DataFrame,
    *,
    alt: str,
    key: str,
    pick: str,
    frame: Mapping[str, float] | None = None,
    place: Place | None = None,
) -> Mapping[str, Any] | None:
    """Draw a chart in which a click runs the page again.

    Parameters
    ----------
    spec, rows, alt, frame, place
        As for `show`.
    key : str
    pick : str
        Name of the template's selection.

    Returns
    -------
    mapping or None
        The fields of what was picked.
    """
    state = (place or Place()).at.vega_lite_chart(
        None,
        {**shown(spec), "datasets": fill(rows, alt=alt, frame=frame).datasets},
        width="stretch",
        alt=alt,
        theme=None,
        key=key,
        on_select="rerun",
        selection_mode=pick,
    )
    picked = state["selection"].get(pick) or [None]
    return picked[0]  # type: ignore[no-any-return]


def shown(spec: Spec) -> Spec:
    """Give a template as it is drawn in this view of the page."""
    return enlarged(spec) if class_mode.is_projected() else spec
