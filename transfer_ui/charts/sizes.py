"""Accuracy against the number of training images: freezing and fine-tuning, with the lesson's border."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import altair as alt
import pandas as pd

from transfer_core import STRATEGIES, RunResult
from transfer_core.statistics import mean_band
from transfer_ui.charts import base
from transfer_ui.palette import INK, MUTED, colours

ROOM_FOR_LABELS = 8.0  # on a log axis: the end as a multiple of the largest size
BORDER = 1000  # training images; below it the lesson freezes


def size_rows(swept: Mapping[str, Mapping[int, RunResult]]) -> pd.DataFrame:
    """One row a strategy and size: mean and band of the test accuracy.

    Parameters
    ----------
    swept : mapping of str to mapping of int to RunResult
        Strategy name -> number of training images, all classes together -> run.

    Returns
    -------
    DataFrame
    """
    rows = []
    for name, runs in swept.items():
        for images, result in runs.items():
            mean, low, high = (float(part) for part in mean_band(result.test_accuracy))
            row = {"strategy": STRATEGIES[name].short, "images": images, "accuracy": mean, "low": low, "high": high}
            rows.append(row)
    table = pd.DataFrame(rows)
    ends = table["images"] == table["images"].max()
    low, high = table["low"].min(), table["high"].max()
    table.loc[ends, "label"] = base.spread_labels(table.loc[ends, "accuracy"].to_numpy(), low, high)
    return table


@cache
def sizes_template(mode: str, names: tuple[str, ...]) -> base.Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    names : tuple of str
        Strategies, for the colours.
    """
    domain = [STRATEGIES[name].short for name in names]
    colour = alt.Color("strategy:N").scale(domain=domain, range=colours(list(names), mode)).legend(None)
    x = (
        alt.X("images:Q")
        .scale(type="log", domain=[alt.ExprRef("x_start"), alt.ExprRef("x_end")], nice=False)
        .axis(grid=False, format="~s", tickCount=4)
        .title("Training images, all classes together")
    )
    y = alt.Y("accuracy:Q").scale(zero=False, padding=14).axis(format=".0%", tickCount=5).title(None)
    rows = alt.Chart(base.NO_DATA)
    once = rows.transform_aggregate(n="count()")
    border = alt.X(datum=BORDER, type="quantitative")

    band = rows.mark_area(opacity=0.16).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour)
    lines = rows.mark_line(strokeWidth=2.2).encode(x=x, y=y, color=colour)
    rule = once.mark_rule(color=MUTED[mode], strokeDash=[4, 3]).encode(x=border)
    word = once.mark_text(
        text="the lesson's border", align="right", baseline="top", dx=-5, dy=2, fontSize=11, color=INK[mode]
    ).encode(x=border, y=alt.value(0))
    points = rows.mark_point(filled=True, size=45, opacity=1).encode(
        x=x,
        y=y,
        color=colour,
        tooltip=[
            alt.Tooltip("strategy:N", title="Strategy"),
            alt.Tooltip("images:Q", title="Training images"),
            alt.Tooltip("accuracy:Q", title="Test accuracy", format=".1%"),
            alt.Tooltip("low:Q", title="95 % interval from", format=".1%"),
            alt.Tooltip("high:Q", title="to", format=".1%"),
        ],
    )
    labels = (
        rows.transform_filter("isValid(datum.label)")
        .mark_text(align="left", dx=8)
        .encode(x=x, y=alt.Y("label:Q"), text="strategy:N", color=colour)
    )
    chart = alt.layer(band, lines, rule, word, points, labels).properties(title="Test accuracy", height=300)
    return base.template(chart.add_params(*(alt.param(name=name, value=1.0) for name in ("x_start", "x_end"))), mode)


def show_sizes(swept: Mapping[str, Mapping[int, RunResult]], mode: str) -> None:
    """Draw accuracy against size, the lesson's border with it."""
    rows = size_rows(swept)
    first, last = int(rows["images"].min()), int(rows["images"].max())
    ends = "; ".join(
        f"{strategy} from {group['accuracy'].iloc[0]:.1%} to {group['accuracy'].iloc[-1]:.1%}"
        for strategy, group in rows.groupby("strategy")
    )
    base.show(
        sizes_template(mode, tuple(swept)),
        rows,
        alt=f"Test accuracy for {first} to {last} training images: {ends}.",
        key="sizes",
        parameters={"x_start": first * 0.85, "x_end": max(last * ROOM_FOR_LABELS, BORDER * 2)},
    )
