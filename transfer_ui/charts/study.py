"""Any study as charts, drawn from its `Figure`: lines with bands, dots with bars, or a map; one panel per facet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import RunConfig
from transfer_core.studies.study import Axis, Figure, Study
from transfer_core.wording import number_words
from transfer_ui.charts import alt, base
from transfer_ui.charts.map_panel import MARK, Grid
from transfer_ui.charts.panels import panel
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.charts.series import shown

MAP_ROW, MAP_MARGIN = 56, 90  # pixels; the margin is for axis and legend
WIDE = 560  # pixels of a panel in a separate file


class Mark(NamedTuple):
    """A place on the horizontal axis that deserves a label.

    Attributes
    ----------
    at : float
    words : str
    low, high : float or None
        Its interval, drawn as a strip.
    """

    at: float
    words: str
    low: float | None = None
    high: float | None = None


def figure_rows(table: pd.DataFrame, figure: Figure, marks: Sequence[Mark] = ()) -> pd.DataFrame:
    """Take the columns that the figure draws, as it calls them.

    Parameters
    ----------
    table : DataFrame
        Of a `transfer_core.studies.study.Summary`.
    figure : Figure
    marks : sequence of Mark
        Of lines: drawn in every facet.

    Returns
    -------
    DataFrame
        Columns ``x``, ``y``, ``mean``, ``low``, ``high``, ``series``, ``facet``, ``marked``; for marks ``words``,
        ``x``, ``low_x``, ``high_x``, ``line`` (the line their words stand on) and ``side``.
    """
    rows = pd.DataFrame(
        {
            "x": table[figure.x.column].astype(float) if figure.kind == "lines" else _values(table, figure.x),
            "y": _values(table, figure.y),
            **{name: table[name].astype(float) for name in ("mean", "low", "high")},
            "series": [shown(value) for value in table[figure.series]] if figure.series else "",
            "facet": [shown(value) for value in table[figure.facet]] if figure.facet else "",
            "marked": table[figure.mark].astype(bool) if figure.mark else False,
        }
    )
    # A band without an interval is as narrow as its line.
    rows["low"], rows["high"] = rows["low"].fillna(rows["mean"]), rows["high"].fillna(rows["mean"])
    if figure.x.scale == "log":
        # A row at zero has no place on the axis: it needs none of what is counted there, and is a level.
        levels, rows = rows[rows["x"] <= 0], rows[rows["x"] > 0]
        ends = [levels.assign(x=edge) for edge in (rows["x"].min(), rows["x"].max())]
        rows = pd.concat([rows, *ends]) if len(levels) else rows
    if not marks:
        return rows
    places = pd.DataFrame(
        {
            "x": [mark.at for mark in marks],
            "words": [mark.words for mark in marks],
            "low_x": [mark.at if mark.low is None else mark.low for mark in marks],
            "high_x": [mark.at if mark.high is None else mark.high for mark in marks],
            "line": range(len(marks)),
            # Words turn towards the middle of the axis, where there is room.
            "side": ["left" if _share(mark.at, rows["x"], figure.x) < 0.5 else "right" for mark in marks],
        }
    )
    return pd.concat([rows, *(places.assign(facet=facet) for facet in rows["facet"].unique())], ignore_index=True)


def _share(at: float, values: pd.Series[float], axis: Axis) -> float:
    """Place on an axis as a share of its length."""
    ends = np.array([values.min(), at, values.max()])
    first, here, last = np.log(ends) if axis.scale == "log" else ends
    return float((here - first) / (last - first)) if last > first else 0.0


def _values(table: pd.DataFrame, axis: Axis) -> pd.Series[float] | list[str]:
    if axis.scale == "ordinal":
        return [shown(value) for value in table[axis.column]]
    return table[axis.column].astype(float)


def series_of(table: pd.DataFrame, figure: Figure) -> tuple[str, ...]:
    """Values of the series column, in the order of the table."""
    return tuple(dict.fromkeys(str(value) for value in table[figure.series])) if figure.series else ("",)


def mark_words(figure: Figure, table: pd.DataFrame) -> str:
    """Say what the mark in some cells means; nothing if no cell has it."""
    return f"{MARK} {figure.mark_title}. " if figure.mark and table[figure.mark].any() else ""


@kept
def panel_template(
    figure: Figure, series: tuple[str, ...], mode: str, grid: Grid | None = None, n_marks: int = 0
) -> Spec:
    """Make the template of one panel."""
    return base.template(panel(figure, series, mode, grid, n_marks), mode)


def grid_of(study: Study, configs: Sequence[RunConfig]) -> Grid:
    """Name the places of a map as its study lays them out, measured or not.

    Examples
    --------
    >>> from transfer_core.studies.registry import STUDIES
    >>> grid_of(STUDIES["decision_map"], [RunConfig()]).x
    ('1', '2', '5', '10', '20', '50')
    """
    labels = [cell.labels for cell in study.cells(configs)]
    x, y = (
        tuple(dict.fromkeys(shown(label[axis.column]) for label in labels)) for axis in (study.figure.x, study.figure.y)
    )
    return Grid(x, y)


def panels(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Cut the rows of a figure into its facets."""
    return [(str(facet), group.drop(columns="facet")) for facet, group in rows.groupby("facet", sort=False)]


def described(study: Study, table: pd.DataFrame) -> str:
    """Say in one sentence what the figure shows, for whoever cannot see it."""
    figure = study.figure
    if figure.kind == "map":
        return f"{study.title} A map of {figure.x.title.lower()} by {figure.y.title.lower()}, {len(table)} cells; the table has them."
    parts = []
    for name in series_of(table, figure):
        rows = table[table[figure.series].astype(str) == name] if figure.series else table
        low, high = rows["mean"].min(), rows["mean"].max()
        of = " to ".join(number_words(edge, ".3g" if figure.y.form == "number" else ".1%") for edge in (low, high))
        parts.append(f"{shown(name)} {of}".strip())
    return f"{figure.y.title} against {figure.x.title.lower()}: {'; '.join(parts)}."


def show_study(study: Study, table: pd.DataFrame, mode: str, marks: Sequence[Mark] = ()) -> None:
    """Draw the figure of a study, two panels side by side.

    Parameters
    ----------
    study : Study
    table : DataFrame
    mode : {"light", "dark"}
    marks : sequence of Mark
    """
    figure, series = study.figure, series_of(table, study.figure)
    spec = panel_template(figure, series, mode, None, len(marks))
    drawn = panels(figure_rows(table, figure, marks))
    if figure.kind == "map":
        spec = {**spec, "height": MAP_MARGIN + MAP_ROW * table[figure.y.column].nunique()}
    n_columns = 1 if len(drawn) == 1 else 2
    for start in range(0, len(drawn), n_columns):
        for column, (facet, rows) in zip(st.columns(n_columns, gap="medium"), drawn[start:], strict=False):
            with column:
                base.show({**spec, "title": facet} if facet else spec, rows, alt=described(study, table))
    if mark_words(figure, table):
        st.caption(mark_words(figure, table))


def standalone(study: Study, table: pd.DataFrame, subtitle: Sequence[str]) -> alt.TopLevelMixin:
    """Make one chart of all panels, with its rows, for a separate file.

    Parameters
    ----------
    study : Study
    table : DataFrame
    subtitle : sequence of str
        Lines under the title.
    """
    figure, series = study.figure, series_of(table, study.figure)
    charts = [
        panel(figure, series, "light", reader=f"nearest_{index}").properties(width=WIDE, title=facet, data=rows)
        for index, (facet, rows) in enumerate(panels(figure_rows(table, figure)))
    ]
    title = alt.TitleParams(study.title, subtitle=list(subtitle), anchor="start", fontSize=18, offset=16)
    sheet: alt.ConcatChart = alt.concat(*charts, columns=2)
    return sheet.properties(title=title)
