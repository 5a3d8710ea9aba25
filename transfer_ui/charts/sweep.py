"""One knob swept: target and source accuracy with their bands, beside the strategies that do not have the knob."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES, RunResult
from transfer_core.arrays import Array
from transfer_core.statistics import mean_band
from transfer_ui.charts import base
from transfer_ui.charts.base import spread_labels
from transfer_ui.palette import INK, colours

PANELS = {"val_accuracy": "New task: validation accuracy", "source_accuracy": "Old task: source accuracy"}
ROOM_FOR_LABELS = 1.45


def _scores(result: RunResult) -> dict[str, Array]:
    return {"val_accuracy": result.history["val_accuracy"][:, -1], "source_accuracy": result.source_accuracy_after}


def sweep_rows(swept: Mapping[str, RunResult], references: Mapping[str, RunResult]) -> pd.DataFrame:
    """One row a value: mean and band of both accuracies; and two rows for each reference, its level.

    Parameters
    ----------
    swept : mapping of str to RunResult
        Value of the knob as text -> run.
    references : mapping of str to RunResult
        Strategy name -> run that the knob does not touch.

    Returns
    -------
    DataFrame
    """
    rows = []
    values = [int(text) for text in swept]
    for text, result in swept.items():
        rows.append(_row(result, int(text), STRATEGIES[result.strategy].short, "swept"))
    for name, result in references.items():
        rows += [_row(result, value, STRATEGIES[name].short, "reference") for value in (min(values), max(values))]
    table = pd.DataFrame(rows)
    ends = table["value"] == max(values)
    for metric in PANELS:
        levels = table.loc[ends, metric].to_numpy()
        if np.isfinite(levels).all():
            low, high = table[f"{metric}_low"].min(), table[f"{metric}_high"].max()
            table.loc[ends, f"{metric}_label"] = spread_labels(levels, low, high)
    return table


def _row(result: RunResult, value: int, strategy: str, role: str) -> dict[str, object]:
    row: dict[str, object] = {"value": value, "strategy": strategy, "role": role}
    for metric, scores in _scores(result).items():
        mean, low, high = (float(part) for part in mean_band(scores))
        row |= {metric: mean, f"{metric}_low": low, f"{metric}_high": high}
    return row


@cache
def sweep_template(metric: str, mode: str, knob_title: str) -> base.Spec:
    """Make the chart of one accuracy.

    Parameters
    ----------
    metric : str
        A key of `PANELS`.
    mode : {"light", "dark"}
    knob_title : str
    """
    names = ["progressive_unfreezing", "feature_extraction", "end_to_end"]
    domain = [STRATEGIES[name].short for name in names]
    colour = alt.Color("strategy:N").scale(domain=domain, range=colours(names, mode)).legend(None)
    dash = alt.StrokeDash("role:N").scale(domain=["swept", "reference"], range=[[1, 0], [6, 3]]).legend(None)
    x = (
        alt.X("value:Q")
        .scale(domainMin=0, domainMax=alt.ExprRef("x_end"), nice=False)
        .axis(grid=False, tickCount=5)
        .title(knob_title)
    )
    y = alt.Y(f"{metric}:Q").scale(zero=False, padding=14).axis(format=".0%", tickCount=5).title(None)
    rows = alt.Chart(base.NO_DATA)
    swept = rows.transform_filter("datum.role == 'swept'")
    now = swept.transform_filter("datum.value == chosen")

    band = swept.mark_area(opacity=0.16).encode(x=x, y=f"{metric}_low:Q", y2=f"{metric}_high:Q", color=colour)
    lines = rows.mark_line(strokeWidth=2.2).encode(x=x, y=y, color=colour, strokeDash=dash)
    rule = now.mark_rule(color=INK[mode], strokeDash=[2, 2]).encode(x=x)
    word = now.mark_text(text="now", dy=-6, baseline="bottom", color=INK[mode]).encode(x=x, y=alt.value(0))
    points = swept.mark_point(filled=True, size=45, opacity=1).encode(
        x=x,
        y=y,
        color=colour,
        tooltip=[
            alt.Tooltip("value:Q", title=knob_title),
            alt.Tooltip(f"{metric}:Q", title=PANELS[metric], format=".1%"),
            alt.Tooltip(f"{metric}_low:Q", title="95 % interval from", format=".1%"),
            alt.Tooltip(f"{metric}_high:Q", title="to", format=".1%"),
        ],
    )
    labels = (
        rows.transform_filter(f"isValid(datum.{metric}_label)")
        .mark_text(align="left", dx=8)
        .encode(x=x, y=alt.Y(f"{metric}_label:Q"), text="strategy:N", color=colour)
    )
    chart = alt.layer(band, lines, rule, word, points, labels).properties(title=PANELS[metric], height=240)
    return base.template(chart.add_params(*(alt.param(name=name, value=1.0) for name in ("x_end", "chosen"))), mode)


def show_sweep(
    swept: Mapping[str, RunResult], references: Mapping[str, RunResult], *, chosen: int, knob_title: str, mode: str
) -> None:
    """Draw the sweep with the present choice marked, one chart an accuracy."""
    rows = sweep_rows(swept, references)
    metrics = [metric for metric in PANELS if rows[metric].notna().all()]
    last = max(int(text) for text in swept)
    for column, metric in zip(st.columns(len(metrics), gap="medium"), metrics, strict=True):
        best = rows[rows["role"] == "swept"].sort_values(metric).iloc[-1]
        with column:
            base.show(
                sweep_template(metric, mode, knob_title),
                rows,
                alt=f"{PANELS[metric]} for {knob_title.lower()} up to {last}: highest, "
                f"{best[metric]:.1%}, at {best['value']}.",
                key=f"sweep_{metric}",
                parameters={"x_end": last * ROOM_FOR_LABELS, "chosen": chosen},
            )
