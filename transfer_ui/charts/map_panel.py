"""A map as one panel: coloured cells in their places, a mark where the reader is, a click that picks one."""

from __future__ import annotations

from typing import Any, NamedTuple

from transfer_core.studies.study import Figure
from transfer_ui.charts import alt, base
from transfer_ui.charts.encodings import mean_tooltips
from transfer_ui.charts.lettering import on_paper
from transfer_ui.charts.series import SERIES_TITLE, shown
from transfer_ui.palette import CELL_STYLES, INK, MUTED, OPEN_STYLE, PAPER

HEIGHT = 330
MAP_COLUMNS = {"expr": "width < 360 ? 2 : width < 640 ? 3 : 4"}
POINTS = "format(abs(datum.mean) < 0.0005 ? 0 : 100 * datum.mean, '+.1f')"
MARK = "▼"
PICK = "pick"
BRIGHT = 0.4  # from this mean on, a cell is so bright that black words read better on it than white ones
YOU_BELOW = 12  # pixels below the middle of a cell, where its number stands


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


def layers(figure: Figure, series: tuple[str, ...], mode: str, grid: Grid | None) -> list[alt.Chart]:
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
        words = alt.condition(f"datum.mean > {BRIGHT}", alt.value("#000000"), alt.value("#FFFFFF"))
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
        *mean_tooltips(figure.cell),
    ]
    cells = base.measured_rows().encode(x=x, y=y)
    pick = alt.selection_point(PICK, fields=["x", "y"], empty=False)
    edge = alt.value(PAPER[mode]) if grid else alt.condition(pick, alt.value(INK[mode]), alt.value(PAPER[mode]))
    number = "format(datum.mean, '.0%')" if figure.series == "mean" else POINTS
    return [
        *(_places(x, y, mode) if grid else []),
        cells.mark_rect(cornerRadius=3, strokeWidth=2.5, cursor="pointer")
        .encode(color=colour, stroke=edge, tooltip=tooltip)
        .add_params(pick)
        .properties(name="cells"),
        *(_opened(x, y, mode) if grid else []),
        cells.transform_calculate(words=f"{number} + (datum.marked ? ' {MARK}' : '')")
        .mark_text(fontSize=12, tooltip=None)
        .encode(text="words:N", color=words, tooltip=alt.value(None)),
        *(_you(mode) if grid else []),
    ]


def _opened(x: alt.X, y: alt.Y, mode: str) -> list[alt.Chart]:
    """Frame the cell that is open, over the edges of the cells around it."""
    cell = alt.Chart(base.NO_DATA).transform_filter("datum.opened").encode(x=x, y=y)
    return [cell.mark_rect(filled=False, cornerRadius=3, strokeWidth=2.5, stroke=INK[mode], tooltip=None)]


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
    words = {"text": "◆ you", "fontSize": 12, "fontWeight": "bold"}
    return on_paper(at, words, mode, alt.value(INK[mode]))
