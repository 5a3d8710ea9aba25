"""Any study as charts, drawn from its `Figure`: lines with bands, dots with bars, or a map; one panel a facet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import SCENARIOS, STRATEGIES
from transfer_core.studies.study import Axis, Figure, Study
from transfer_ui.charts import base
from transfer_ui.palette import INK, MUTED, OPEN_STYLE, OTHERS, PAPER, STRATEGY_STYLES, Style

HEIGHT = 330
LEGEND_LINE = 20  # pixels; the legend takes its place from the height
LEGEND_COLUMNS = alt.ExprRef("width < 420 ? 1 : width < 700 ? 2 : 4")
FORMATS = {"share": ".0%", "points": "+.0%", "number": "~s"}
FINE_FORMATS = {"share": ".1%", "points": "+.1%", "number": ",.4~g"}
WIDE = 560  # pixels of a panel in a file of its own
POINTS = "format(abs(datum.mean) < 0.0005 ? 0 : 100 * datum.mean, '+.1f')"
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
MARK = "▼"
PICK = "pick"
TITLES = {
    **{name: strategy.short for name, strategy in STRATEGIES.items()},
    "logistic_regression": "Logistic regression",
    "zero_shot": "Zero-shot",
}


def shown(value: object) -> str:
    """Name a value of a column as people read it.

    Examples
    --------
    >>> shown("end_to_end"), shown("mnist_to_digits"), shown(0.05), shown(30.0)
    ('End-to-end', 'MNIST to UCI digits', '0.05', '30')
    """
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    return TITLES.get(text) or (SCENARIOS[text].title if text in SCENARIOS else text)


class Mark(NamedTuple):
    """A place on the horizontal axis that is worth a word.

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
        Of a `Summary`.
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
            "x": _values(table, figure.x),
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
        # What stands at zero has no place on the axis: it needs nothing of what is counted there, and is a level.
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


def styles(series: Sequence[str]) -> list[Style]:
    """Look of each series: strategies as everywhere, the others in turn."""
    others = iter(2 * OTHERS)
    return [STRATEGY_STYLES.get(name) or next(others, OTHERS[-1]) for name in series]


@cache
def panel(figure: Figure, series: tuple[str, ...], mode: str) -> Any:
    """Make the chart of one facet, without its rows.

    Parameters
    ----------
    figure : Figure
    series : tuple of str
        Values of the series column.
    mode : {"light", "dark"}
    """
    if figure.kind == "map":
        return _map(figure, series, mode)
    looks = styles(series)
    domain = [shown(name) for name in series]
    legend = (
        None
        if len(series) == 1
        else alt.Legend(
            orient="bottom",
            columns=LEGEND_COLUMNS,
            title=None,
            labelLimit=280,
            symbolOpacity=1,
            symbolType="stroke" if figure.kind == "lines" else "circle",
            symbolSize=260 if figure.kind == "lines" else 90,
        )
    )
    colour = (
        alt.Color("series:N")
        .scale(domain=domain, range=[look.dark if mode == "dark" else look.light for look in looks])
        .legend(legend)
    )
    dash = alt.StrokeDash("series:N").scale(domain=domain, range=[look.dash for look in looks]).legend(legend)
    value = figure.y
    y = alt.Y("mean:Q").scale(zero=False, padding=10).axis(format=FORMATS[value.form], tickCount=5).title(value.title)
    tooltip = [
        *([alt.Tooltip("series:N", title=" ")] if len(series) > 1 else []),
        alt.Tooltip("x:N" if figure.x.scale == "ordinal" else "x:Q", title=figure.x.title),
        alt.Tooltip("mean:Q", title=value.title, format=FINE_FORMATS[value.form]),
        alt.Tooltip("low:Q", title="95 % interval from", format=FINE_FORMATS[value.form]),
        alt.Tooltip("high:Q", title="to", format=FINE_FORMATS[value.form]),
    ]
    everything = alt.Chart(base.NO_DATA)
    rows = everything.transform_filter("isValid(datum.mean)")
    layers: list[alt.Chart] = []
    if figure.zero:
        layers.append(
            rows.transform_aggregate(n="count()").mark_rule(color=INK[mode], strokeDash=[2, 2]).encode(y=alt.datum(0))
        )
    if figure.kind == "lines":
        kind: Literal["log", "linear"] = "log" if figure.x.scale == "log" else "linear"
        x = (
            alt.X("x:Q")
            .scale(type=kind, nice=False, padding=12)
            .axis(grid=False, tickCount=5, format="~s")
            .title(figure.x.title)
        )
        marks = everything.transform_filter("isValid(datum.words)")
        layers += [
            marks.mark_rect(color=MUTED[mode], opacity=0.16).encode(x=alt.X("low_x:Q"), x2="high_x:Q"),
            marks.mark_rule(color=MUTED[mode], strokeDash=[4, 3], strokeWidth=1.5).encode(x=x),
            *(
                marks.transform_filter(f"datum.side == '{side}'")
                .transform_calculate(place="height - 12 - 16 * datum.line")
                .mark_text(align=side, dx=6 if side == "left" else -6, fontSize=12, color=INK[mode])
                .encode(x=x, y=alt.Y("place:Q").scale(None), text="words:N")
                for side in SIDES
            ),
            rows.mark_area(opacity=0.14).encode(x=x, y=alt.Y("low:Q").scale(zero=False), y2="high:Q", color=colour),
            rows.mark_line(strokeWidth=2.2).encode(x=x, y=y, color=colour, strokeDash=dash),
            rows.mark_point(filled=True, size=40, opacity=1).encode(x=x, y=y, color=colour, tooltip=tooltip),
        ]
    else:
        x = (
            alt.X("x:N")
            .sort(None)
            .axis(grid=False, labelAngle=0, labelLimit=140, labelOverlap=False)
            .title(figure.x.title)
        )
        beside = alt.XOffset("series:N").sort(domain) if len(series) > 1 else alt.Undefined
        layers += [
            rows.mark_rule(strokeWidth=2.5).encode(
                x=x, xOffset=beside, y=alt.Y("low:Q").scale(zero=False), y2="high:Q", color=colour
            ),
            rows.mark_point(filled=True, size=70, opacity=1).encode(
                x=x, xOffset=beside, y=y, color=colour, tooltip=tooltip
            ),
        ]
    return alt.layer(*layers).properties(height=HEIGHT + LEGEND_LINE * (len(series) // 3 if len(series) > 1 else 0))


def _map(figure: Figure, series: tuple[str, ...], mode: str) -> Any:
    """Coloured cells: by category, or by the mean where that is the series. A click picks one."""
    x = alt.X("x:N").sort(None).axis(labelAngle=0, domain=False, ticks=False).title(figure.x.title)
    y = alt.Y("y:N").sort(None).axis(domain=False, ticks=False).title(figure.y.title)
    words: Any = alt.value(INK[mode])
    if figure.series == "mean":
        colour = (
            alt.Color("mean:Q")
            .scale(scheme="cividis")
            .legend(orient="bottom", title=None, format=".0%", gradientLength=220)
        )
        tooltips = []
        words = alt.condition("datum.mean > 0.6", alt.value("#000000"), alt.value("#FFFFFF"))
    else:
        looks = [STRATEGY_STYLES.get(name, OPEN_STYLE) for name in series]
        colour = (
            alt.Color("series:N")
            .scale(
                domain=[shown(name) for name in series],
                range=[look.dark if mode == "dark" else look.light for look in looks],
            )
            .legend(orient="bottom", columns=LEGEND_COLUMNS, title=None, symbolType="square", symbolSize=160)
        )
        tooltips = [alt.Tooltip("series:N", title=" ")]
        open_cells = [shown(name) for name in series if name not in STRATEGIES]
        on_colour = alt.value(PAPER[mode])
        words = alt.condition(alt.FieldOneOfPredicate("series", open_cells), words, on_colour)
    tooltip = [
        alt.Tooltip("x:N", title=figure.x.title),
        alt.Tooltip("y:N", title=figure.y.title),
        *tooltips,
        alt.Tooltip("mean:Q", title=figure.cell, format=".1%"),
        alt.Tooltip("low:Q", title="95 % interval from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
    ]
    cells = alt.Chart(base.NO_DATA).encode(x=x, y=y)
    pick = alt.selection_point(PICK, fields=["x", "y"], empty=False)
    edge = alt.condition(pick, alt.value(INK[mode]), alt.value(PAPER[mode]))
    number = "format(datum.mean, '.0%')" if figure.series == "mean" else POINTS
    return alt.layer(
        cells.mark_rect(cornerRadius=3, strokeWidth=2, cursor="pointer")
        .encode(color=colour, stroke=edge, tooltip=tooltip)
        .add_params(pick),
        cells.transform_calculate(words=f"{number} + (datum.marked ? ' {MARK}' : '')")
        .mark_text(fontSize=12)
        .encode(text="words:N", color=words),
    ).properties(height=HEIGHT)


def mark_words(figure: Figure, table: pd.DataFrame) -> str:
    """Say what the mark in some cells means; nothing where no cell has it."""
    return f"{MARK} {figure.mark_title}. " if figure.mark and table[figure.mark].any() else ""


@cache
def panel_template(figure: Figure, series: tuple[str, ...], mode: str) -> base.Spec:
    """Make the template of one panel."""
    return base.template(panel(figure, series, mode), mode)


def panels(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Cut the rows of a figure into its facets."""
    return [(str(facet), group.drop(columns="facet")) for facet, group in rows.groupby("facet", sort=False)]


def described(study: Study, table: pd.DataFrame) -> str:
    """Say in a sentence what the figure shows, for those who do not see it."""
    figure = study.figure
    if figure.kind == "map":
        return f"{study.title} A map of {figure.x.title.lower()} by {figure.y.title.lower()}, {len(table)} cells; the table has them."
    parts = []
    for name in series_of(table, figure):
        rows = table[table[figure.series].astype(str) == name] if figure.series else table
        low, high = rows["mean"].min(), rows["mean"].max()
        of = f"{low:.1%} to {high:.1%}" if figure.y.form != "number" else f"{low:.3g} to {high:.3g}"
        parts.append(f"{shown(name)} {of}".strip())
    return f"{figure.y.title} against {figure.x.title.lower()}: {'; '.join(parts)}."


def show_study(
    study: Study,
    table: pd.DataFrame,
    mode: str,
    key: str | None = None,
    marks: Sequence[Mark] = (),
    *,
    pick: bool = False,
) -> tuple[str, str] | None:
    """Draw the figure of a study, two panels beside each other.

    Parameters
    ----------
    study : Study
    table : DataFrame
    mode : {"light", "dark"}
    key : str, optional
        Not where the same figure is drawn again in one run, as for a study that is under way.
    marks : sequence of Mark
    pick : bool
        Run the page again when a cell of a map is clicked.

    Returns
    -------
    tuple of (str, str) or None
        The cell that was clicked: its place on both axes as they are labelled.
    """
    figure, series = study.figure, series_of(table, study.figure)
    spec = panel_template(figure, series, mode)
    drawn = panels(figure_rows(table, figure, marks))
    n_columns = 1 if len(drawn) == 1 else 2
    picked = None
    for start in range(0, len(drawn), n_columns):
        for column, (facet, rows) in zip(st.columns(n_columns, gap="medium"), drawn[start:], strict=False):
            with column:
                picked = picked or base.show(
                    {**spec, "title": facet} if facet else spec,
                    rows,
                    alt=described(study, table),
                    key=key and f"{key}_{facet}",
                    pick=PICK if pick else None,
                )
    return (str(picked["x"]), str(picked["y"])) if picked else None


def standalone(study: Study, table: pd.DataFrame, subtitle: Sequence[str]) -> alt.TopLevelMixin:
    """Make one chart of all panels, with its rows, for a file of its own.

    Parameters
    ----------
    study : Study
    table : DataFrame
    subtitle : sequence of str
        Lines under the title.
    """
    figure = study.figure
    charts = [
        panel(figure, series_of(table, figure), "light").properties(width=WIDE, title=facet, data=rows)
        for facet, rows in panels(figure_rows(table, figure))
    ]
    title = alt.TitleParams(study.title, subtitle=list(subtitle), anchor="start", fontSize=18, offset=16)
    sheet: alt.ConcatChart = alt.concat(*charts, columns=2)
    return sheet.properties(title=title)
