"""The kinds of charts that a study can ask for: one panel each, without its rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

import altair as alt

from transfer_core.baselines import BASELINES
from transfer_core.own_data.rivals import HEADS, NETWORKS
from transfer_core.scenarios import title_of
from transfer_core.strategies import Look
from transfer_core.studies.study import Axis, Figure
from transfer_ui.charts import base
from transfer_ui.palette import ARM_STYLES, CELL_STYLES, INK, MUTED, OPEN_STYLE, OTHERS, PAPER
from transfer_ui.rows import SHORTS

HEIGHT = 330
LEGEND_LINE = 20  # pixels; the legend takes its place from the height
LEGEND_COLUMNS = alt.ExprRef("width < 640 ? 2 : 4")
MAP_COLUMNS = alt.ExprRef("width < 360 ? 2 : width < 640 ? 3 : 4")
FORMATS = {"share": ".0%", "points": "+.0%", "number": "~s"}
FINE_FORMATS = {"share": ".1%", "points": "+.1%", "number": ",.4~g"}
POINTS = "format(abs(datum.mean) < 0.0005 ? 0 : 100 * datum.mean, '+.1f')"
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
SERIES_TITLE = "Which"
MARK = "▼"
MARK_LINE = 16  # pixels of a line of words at a mark
PICK = "pick"
YOU_BELOW = 14  # pixels below the middle of a cell, where its number stands
TITLES = (
    {name: rival.title for name, rival in {**HEADS, **NETWORKS}.items()}
    | SHORTS
    | {name: baseline.short for name, baseline in BASELINES.items()}
)


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
    return TITLES.get(text) or title_of(text)


def styles(series: Sequence[str]) -> list[Look]:
    """Look of each series: strategies as everywhere, the others in turn."""
    others = iter(2 * OTHERS)
    return [ARM_STYLES.get(name) or next(others, OTHERS[-1]) for name in series]


class Grid(NamedTuple):
    """All places of a map, as its axes name them.

    Attributes
    ----------
    x, y : tuple of str
    """

    x: tuple[str, ...]
    y: tuple[str, ...]


class You(NamedTuple):
    """Where the reader's own settings are on a map, as shares of its width and height.

    Attributes
    ----------
    left, top : float
    """

    left: float
    top: float


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
        return alt.layer(*_map(figure, series, mode, grid)).properties(height=HEIGHT)
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
    rows = _rows()
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
            marks.transform_filter(f"datum.side == '{side}'")
            .transform_calculate(place=f"height - {MARK_LINE // 2} - {MARK_LINE} * datum.line")
            .mark_text(align=side, dx=6 if side == "left" else -6, fontSize=12, color=INK[mode], tooltip=None)
            .encode(x=x, y=alt.Y("place:Q").scale(None), text="words:N")
            for side in SIDES
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
        _rows().mark_rule(strokeWidth=2.5, tooltip=None).encode(x=x, xOffset=beside, y=low, y2="high:Q", color=colour),
        _rows()
        .mark_point(filled=True, size=80, opacity=1)
        .encode(x=x, xOffset=beside, y=y, color=colour, shape=_shape(series), tooltip=_tooltip(figure, series)),
    ]


def _map(figure: Figure, series: tuple[str, ...], mode: str, grid: Grid | None) -> list[alt.Chart]:
    """Coloured cells: by category, or by the mean where that is the series. A click picks one."""
    x = alt.X("x:N").sort(None).axis(labelAngle=0, domain=False, ticks=False).title(figure.x.title)
    y = alt.Y("y:N").sort(None).axis(domain=False, ticks=False).title(figure.y.title)
    if grid:
        x, y = x.scale(domain=grid.x), y.scale(domain=grid.y)
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
        looks = [CELL_STYLES.get(name, OPEN_STYLE) for name in series]
        colour = (
            alt.Color("series:N")
            .scale(
                domain=[shown(name) for name in series],
                range=[look.dark if mode == "dark" else look.light for look in looks],
            )
            .legend(orient="bottom", columns=MAP_COLUMNS, title=None, symbolType="square", symbolSize=160)
        )
        tooltips = [alt.Tooltip("series:N", title=SERIES_TITLE)]
        open_cells = [shown(name) for name in series if name not in CELL_STYLES]
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
    cells = _rows().encode(x=x, y=y)
    pick = alt.selection_point(PICK, fields=["x", "y"], empty=False)
    edge = alt.condition("datum.opened" if grid else pick, alt.value(INK[mode]), alt.value(PAPER[mode]))
    number = "format(datum.mean, '.0%')" if figure.series == "mean" else POINTS
    return [
        *(_places(x, y, mode) if grid else []),
        cells.mark_rect(cornerRadius=3, strokeWidth=2.5, cursor="pointer")
        .encode(color=colour, stroke=edge, tooltip=tooltip)
        .add_params(pick)
        .properties(name="cells"),
        cells.transform_calculate(words=f"{number} + (datum.marked ? ' {MARK}' : '')")
        .mark_text(fontSize=12, tooltip=None)
        .encode(text="words:N", color=words, tooltip=alt.value(None)),
        *(_you(mode) if grid else []),
    ]


def _places(x: alt.X, y: alt.Y, mode: str) -> list[alt.Chart]:
    """Draw the cells that are not there yet, each in its place."""
    waiting = alt.Chart(base.NO_DATA).transform_filter("isValid(datum.waiting)").encode(x=x, y=y)
    look = OPEN_STYLE.dark if mode == "dark" else OPEN_STYLE.light
    return [
        waiting.mark_rect(color=look, opacity=0.45, cornerRadius=3, stroke=PAPER[mode], strokeWidth=2, tooltip=None),
        waiting.mark_text(fontSize=13, color=MUTED[mode], tooltip=None).encode(text="waiting:N"),
    ]


def _you(mode: str) -> list[alt.Chart]:
    """Mark the reader's own settings, in a cell or between cells; below the number of a cell."""
    at = (
        alt.Chart(base.NO_DATA)
        .transform_filter("isValid(datum.left)")
        .transform_calculate(
            across="width * datum.left", down=f"height * datum.top + {YOU_BELOW} * (height > {HEIGHT} ? 1.5 : 1)"
        )
        .encode(x=alt.X("across:Q").scale(None), y=alt.Y("down:Q").scale(None))
    )
    words: dict[str, Any] = {"text": "◆ you", "fontSize": 12, "fontWeight": "bold", "tooltip": None}
    return [
        at.mark_text(**words, stroke=PAPER[mode], strokeWidth=4, strokeJoin="round"),
        at.mark_text(**words, color=INK[mode]),
    ]


def _rows() -> alt.Chart:
    return alt.Chart(base.NO_DATA).transform_filter("isValid(datum.mean)")


def _zero(mode: str) -> alt.Chart:
    """Draw the line that gaps are read against."""
    once = _rows().transform_aggregate(n="count()")
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
        alt.Tooltip("mean:Q", title=figure.y.title, format=form),
        alt.Tooltip("low:Q", title="95 % interval from", format=form),
        alt.Tooltip("high:Q", title="to", format=form),
    ]
