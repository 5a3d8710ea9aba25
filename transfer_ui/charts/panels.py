"""The kinds of charts that a study can ask for: one panel each, without its rows."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from transfer_core.studies.study import Axis, Figure
from transfer_ui.charts import alt, base, map_panel
from transfer_ui.charts.encodings import mean_tooltips
from transfer_ui.charts.lettering import on_paper
from transfer_ui.charts.map_panel import HEIGHT, Grid
from transfer_ui.charts.series import SERIES_TITLE, shown, styles
from transfer_ui.palette import INK, MUTED

LEGEND_LINE = 20  # pixels; the legend takes its place from the height
LEGEND_COLUMNS = {"expr": "width < 640 ? 2 : 4"}
FORMATS = {"share": ".0%", "points": "+.0%", "number": "~s"}
FINE_FORMATS = {"share": ".1%", "points": "+.1%", "number": ",.4~g"}
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
MARK_LINE = 16  # pixels of a line of words at a mark


@cache
def panel(
    figure: Figure,
    series: tuple[str, ...],
    mode: str,
    grid: Grid | None = None,
    n_marks: int = 0,
    reader: str = "nearest",
) -> Any:
    """Make the chart of one facet.

    Parameters
    ----------
    figure : Figure
    series : tuple of str
        Values of the series column.
    mode : {"light", "dark"}
    grid : Grid, optional
        Of a map: its axes, where not all cells may be there yet.
    n_marks : int
        Of lines: how many marks there are. Their words stand below the curves, in a strip of their own.
    reader : str
        Name of the selection that reads the nearest point; another one for each chart of a sheet.

    Returns
    -------
    altair.LayerChart
    """
    if figure.kind == "map":
        return alt.layer(*map_panel.layers(figure, series, mode, grid)).properties(height=HEIGHT)
    layers = [_zero(mode)] if figure.zero else []
    layers += _lines(figure, series, mode, n_marks, reader) if figure.kind == "lines" else _dots(figure, series, mode)
    return alt.layer(*layers).properties(
        height=HEIGHT + LEGEND_LINE * (-(-len(series) // (2 if figure.facet else 4)) if len(series) > 1 else 0)
    )


def _lines(figure: Figure, series: tuple[str, ...], mode: str, n_marks: int, reader: str) -> list[alt.Chart]:
    """Draw lines with bands, and marks behind them."""
    colour, dash = _series(figure, series, mode)
    x = (
        alt.X("x:Q")
        .scale(type=_scale(figure.x), zero=False, nice=False, padding=12)
        .axis(grid=False, tickCount=5, tickMinStep=1 if figure.x.scale == "ordinal" else 0, format=",~g")
        .title(figure.x.title)
    )
    y, low = _value(figure.y, n_marks)
    nearest = alt.selection_point(name=reader, nearest=True, on="pointermove", empty=False, clear="pointerout")
    rows = base.measured_rows()
    return [
        *mark_layers(x, mode),
        rows.mark_area(opacity=0.14, tooltip=None).encode(x=x, y=low, y2="high:Q", color=colour),
        rows.mark_line(strokeWidth=2.2, tooltip=None).encode(x=x, y=y, color=colour, strokeDash=dash),
        rows.mark_point(filled=True, opacity=1)
        .encode(
            x=x,
            y=y,
            color=colour,
            size=alt.condition(nearest, alt.value(100), alt.value(40)),
            tooltip=_tooltip(figure, series),
        )
        .add_params(nearest),
    ]


def mark_layers(x: alt.X, mode: str) -> list[alt.Chart]:
    """Draw the marks of an axis: a strip for an interval, a rule, and words below the curves."""
    marks = alt.Chart(base.NO_DATA).transform_filter("isValid(datum.words)")
    return [
        marks.mark_rect(color=MUTED[mode], opacity=0.16, tooltip=None).encode(x=alt.X("low_x:Q"), x2="high_x:Q"),
        marks.mark_rule(color=MUTED[mode], strokeDash=[4, 3], strokeWidth=1.5, tooltip=None).encode(x=x),
        *(
            layer
            for side in SIDES
            for layer in on_paper(
                marks.transform_filter(f"datum.side == '{side}'").transform_calculate(
                    place=f"height - {MARK_LINE // 2} - {MARK_LINE} * datum.line"
                ),
                {"align": side, "dx": 6 if side == "left" else -6, "fontSize": 12},
                mode,
                alt.value(INK[mode]),
                x=x,
                y=alt.Y("place:Q").scale(None),
                text="words:N",
            )
        ),
    ]


def _dots(figure: Figure, series: tuple[str, ...], mode: str) -> list[alt.Chart]:
    """Draw dots with bars, side by side within a category."""
    colour, _ = _series(figure, series, mode)
    x = alt.X("x:N").sort(None).axis(grid=False, labelAngle=0, labelExpr="split(datum.label, ' ')", labelOverlap=False)
    x = x.title(figure.x.title)
    beside: Any = alt.XOffset("series:N").sort([shown(name) for name in series]) if len(series) > 1 else alt.Undefined
    y, low = _value(figure.y)
    return [
        base.measured_rows()
        .mark_rule(strokeWidth=2.5, tooltip=None)
        .encode(x=x, xOffset=beside, y=low, y2="high:Q", color=colour),
        base.measured_rows()
        .mark_point(filled=True, size=80, opacity=1)
        .encode(x=x, xOffset=beside, y=y, color=colour, shape=_shape(series), tooltip=_tooltip(figure, series)),
    ]


def _zero(mode: str) -> alt.Chart:
    """Draw the line that gaps are read against."""
    once = base.measured_rows().transform_aggregate(n="count()")
    rule: alt.Chart = once.mark_rule(color=INK[mode], strokeDash=[2, 2], tooltip=None).encode(y=alt.datum(0))
    return rule


def _scale(axis: Axis) -> Literal["log", "linear"]:
    return "log" if axis.scale == "log" else "linear"


def _value(axis: Axis, n_marks: int = 0) -> tuple[alt.Y, alt.Y]:
    """Encode the mean, and the lower end of its interval on the same scale, above the words of marks."""
    scale = alt.Scale(type=_scale(axis), zero=False, padding=10)
    if n_marks:
        scale.range = [alt.ExprRef(f"height - {MARK_LINE * n_marks}"), 0]
    ticks = alt.Axis(format=FORMATS[axis.form], tickCount=5)
    title = axis.title
    if axis.form == "points":
        ticks.labelExpr = base.signed("100 * datum.value")
        title += ", points"
    mean = alt.Y("mean:Q").scale(scale).axis(ticks).title(title)
    return mean, alt.Y("low:Q").scale(scale)


def _series(figure: Figure, series: tuple[str, ...], mode: str) -> tuple[alt.Color, alt.StrokeDash]:
    """Tell the series apart by colour and by dash, with one legend."""
    looks, domain = styles(series), [shown(name) for name in series]
    legend: Any = None
    if len(series) > 1:
        legend = alt.Legend(
            orient="bottom",
            columns=LEGEND_COLUMNS,
            title=None,
            labelLimit=280,
            symbolOpacity=1,
            symbolType="stroke" if figure.kind == "lines" else "circle",
            symbolSize=260 if figure.kind == "lines" else 90,
        )
    colours = [look.dark if mode == "dark" else look.light for look in looks]
    return (
        alt.Color("series:N").scale(domain=domain, range=colours).legend(legend),
        alt.StrokeDash("series:N").scale(domain=domain, range=[look.dash for look in looks]).legend(legend),
    )


def _shape(series: tuple[str, ...]) -> alt.Shape:
    """Tell dots apart without colour too; the legend is that of the colour."""
    domain = [shown(name) for name in series]
    return alt.Shape("series:N").scale(domain=domain, range=[SHAPES[i % len(SHAPES)] for i in range(len(domain))])


def _tooltip(figure: Figure, series: tuple[str, ...]) -> list[alt.Tooltip]:
    form = FINE_FORMATS[figure.y.form]
    return [
        *([alt.Tooltip("series:N", title=SERIES_TITLE)] if len(series) > 1 else []),
        alt.Tooltip("x:N" if figure.x.scale == "ordinal" else "x:Q", title=figure.x.title),
        *mean_tooltips(figure.y.title, form),
    ]
