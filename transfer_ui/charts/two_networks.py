"""The same gap in the lab's network and in a real one, against images per class, with its zero line."""

from __future__ import annotations

import pandas as pd

from transfer_ui.charts import alt, base
from transfer_ui.charts.encodings import mean_tooltips
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.palette import INK, MUTED, OTHERS, PAPER

LAB, REAL = "This lab’s network", "The real network"
HEIGHT = 300
TICKS = [1, 2, 5, 10, 20, 50, 100]


@kept
def template(mode: str) -> Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    real = OTHERS[0].dark if mode == "dark" else OTHERS[0].light
    colour = (
        alt.Color("network:N")
        .scale(domain=[REAL, LAB], range=[real, MUTED[mode]])
        .legend(
            orient="top", direction="horizontal", symbolType="circle", symbolStrokeWidth=0, symbolOpacity=1, offset=2
        )
        .title(None)
    )
    x = (
        alt.X("size:Q")
        .scale(type="log", nice=False, padding=14)
        .axis(grid=False, values=TICKS, format="d")
        .title("Training images per class")
    )
    points = alt.Axis(tickCount=5, labelExpr=base.signed("100 * datum.value"))

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q").scale(zero=True, padding=14).axis(points).title("End-to-end minus freezing, points")

    tooltip = [
        alt.Tooltip("network:N", title=" "),
        alt.Tooltip("size:Q", title="Images per class"),
        *mean_tooltips("End-to-end minus freezing", "+.1%"),
        alt.Tooltip("seeds:N", title="End-to-end is ahead in"),
    ]
    every = alt.Chart(base.NO_DATA)
    once = every.transform_aggregate(n="count()")
    sides = [
        once.mark_text(text=words, align="left", baseline="middle", color=MUTED[mode], tooltip=None).encode(
            x=alt.value(8), y=alt.value(place)
        )
        for words, place in (("↑ Fine-tuning ahead", 8), ("↓ Freezing ahead", alt.ExprRef("height - 8")))
    ]
    return base.template(
        alt.layer(
            once.mark_rule(color=INK[mode], strokeWidth=1.5, tooltip=None).encode(y=alt.datum(0)),
            every.mark_area(opacity=0.16, tooltip=None).encode(x=x, y=y("low"), y2="high:Q", color=colour),
            every.mark_line(strokeWidth=2.5, tooltip=None).encode(x=x, y=y("mean"), color=colour),
            *sides,
            every.mark_point(filled=True, size=90, opacity=1, stroke=PAPER[mode], strokeWidth=1).encode(
                x=x, y=y("mean"), color=colour, tooltip=tooltip
            ),
        ).properties(height=HEIGHT),
        mode,
    )


def show(rows: pd.DataFrame, words: str, mode: str) -> None:
    """Draw it.

    Parameters
    ----------
    rows : DataFrame
        ``network``, ``size`` (images per class), ``mean``, ``low``, ``high``, ``seeds`` (in words).
    words : str
        What it shows.
    mode : {"light", "dark"}
    """
    base.show(template(mode), rows, alt=words)
