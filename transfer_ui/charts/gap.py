"""The crossing as a gap: one arm minus the other against the number of images, with its interval and its zero line."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from transfer_core.studies.study import Axis, Figure
from transfer_core.wording import AHEAD
from transfer_ui.charts import alt, base
from transfer_ui.charts.encodings import mean_tooltips
from transfer_ui.charts.lettering import on_paper
from transfer_ui.charts.map_panel import HEIGHT
from transfer_ui.charts.panels import LEGEND_LINE, MARK_LINE, mark_layers
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.charts.series import TITLES
from transfer_ui.charts.study import Mark, figure_rows
from transfer_ui.palette import INK, MUTED, PAPER, STRATEGY_STYLES

FIGURE = Figure(
    "lines",
    Axis("images", "Training images, all classes together", "log"),
    Axis("mean", "End-to-end minus feature extraction", form="points"),
    zero=True,
)
ARMS = ("end_to_end", "feature_extraction")
TALL = HEIGHT + 2 * LEGEND_LINE  # as tall as the accuracies, which have a legend of two lines in its place


@kept
def template(mode: str, n_marks: int, across: str = FIGURE.x.title) -> Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    n_marks : int
        How many marks there are; their words stand below the curve.
    across : str
        Title of the horizontal axis.
    """
    looks = [STRATEGY_STYLES[name] for name in ARMS]
    ink = [look.dark if mode == "dark" else look.light for look in looks]
    ahead = alt.Color("ahead:N").scale(domain=[*ARMS, ""], range=[*ink, MUTED[mode]]).legend(None)
    x = (
        alt.X("x:Q")
        .scale(type="log", zero=False, nice=False, padding=12)
        .axis(grid=False, tickCount=5, format=",~g")
        .title(across)
    )
    scale = alt.Scale(zero=True, padding=10, range=[alt.ExprRef(f"height - {MARK_LINE * n_marks}"), 0])
    points = alt.Axis(tickCount=5, labelExpr=base.signed("100 * datum.value"))

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q").scale(scale).axis(points).title("End-to-end minus feature extraction, points")

    every = base.measured_rows()
    grid, own = every.transform_filter("!datum.own"), every.transform_filter("datum.own")
    once = every.transform_aggregate(n="count()")
    nearest = alt.selection_point(name="nearest", nearest=True, on="pointermove", empty=False, clear="pointerout")
    tooltip = [
        alt.Tooltip("x:Q", title=across, format=","),
        *mean_tooltips("End-to-end minus feature extraction", "+.1%"),
        alt.Tooltip("seeds:N", title="End-to-end is ahead in"),
    ]
    sides = [
        layer
        for name, colour, arrow, place in zip(
            ARMS, ink, "↑↓", (8, alt.ExprRef(f"height - {MARK_LINE * n_marks + 10}")), strict=True
        )
        for layer in on_paper(
            once,
            {
                "text": f"{arrow} {TITLES[name]} {AHEAD.more}",
                "align": "left",
                "baseline": "middle",
                "fontSize": 12,
                "fontWeight": "bold",
            },
            mode,
            alt.value(colour),
            x=alt.value(8),
            y=alt.value(place),
        )
    ]
    return base.template(
        alt.layer(
            *mark_layers(x, mode),
            once.mark_rule(color=INK[mode], strokeWidth=1.5, tooltip=None).encode(y=alt.datum(0)),
            grid.mark_area(color=MUTED[mode], opacity=0.22, tooltip=None).encode(x=x, y=y("low"), y2="high:Q"),
            grid.mark_line(color=INK[mode], strokeWidth=2, tooltip=None).encode(x=x, y=y("mean")),
            *sides,
            own.mark_rule(strokeWidth=3, tooltip=None).encode(x=x, y=y("low"), y2="high:Q", color=ahead),
            own.mark_point(
                shape="diamond", filled=True, size=170, opacity=1, stroke=PAPER[mode], strokeWidth=1.5
            ).encode(x=x, y=y("mean"), color=ahead, tooltip=tooltip),
            grid.mark_point(filled=True, opacity=1, stroke=PAPER[mode], strokeWidth=1)
            .encode(
                x=x,
                y=y("mean"),
                color=ahead,
                size=alt.condition(nearest, alt.value(150), alt.value(80)),
                tooltip=tooltip,
            )
            .add_params(nearest),
        ).properties(height=TALL),
        mode,
    )


def rows(table: pd.DataFrame, marks: Sequence[Mark] = (), own: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rows of the chart: sizes that everybody gets, marks, and one size that was asked for.

    Parameters
    ----------
    table : DataFrame
        Columns ``images``, ``mean``, ``low``, ``high``, ``wins``, ``n`` and ``ahead``.
    marks : sequence of Mark
    own : DataFrame, optional
        One more row of that kind; no part of the line.
    """
    of_all = table.assign(own=False) if own is None else pd.concat([table.assign(own=False), own.assign(own=True)])
    of_all = of_all.reset_index(drop=True)
    found = figure_rows(of_all, FIGURE, marks)
    found["ahead"], found["own"] = of_all["ahead"], of_all["own"]
    found["seeds"] = [f"{wins} of {n} seeds" for wins, n in of_all[["wins", "n"]].to_numpy()] + [""] * (
        len(found) - len(of_all)
    )
    return found


def draw(
    table: pd.DataFrame,
    mode: str,
    place: base.Place,
    *,
    words: str,
    marks: Sequence[Mark] = (),
    own: pd.DataFrame | None = None,
    across: str = FIGURE.x.title,
) -> None:
    """Draw it, in place of what was there."""
    base.show(template(mode, len(marks), across), rows(table, marks, own), alt=words, place=place)
