"""Loss and accuracy against epoch: every strategy, mean and band, one hover that reads them all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import altair as alt
import numpy as np
import pandas as pd

from transfer_core import STRATEGIES, RunResult
from transfer_core.statistics import mean_band
from transfer_ui.charts import base
from transfer_ui.palette import INK, MUTED, colours, dashes

PANELS = {
    "val_accuracy": "Validation accuracy",
    "val_loss": "Validation loss (nats)",
    "train_accuracy": "Training accuracy",
    "train_loss": "Training loss (nats)",
}
ROOM_FOR_LABELS = 1.42  # length of the x axis in units of the run; the lines' names stand on the right
MAX_POINTS = 101


def curve_rows(results: Mapping[str, RunResult], pinned: Mapping[str, RunResult]) -> pd.DataFrame:
    """One row a strategy, epoch and run: mean and band of the four curves, and where labels go.

    Parameters
    ----------
    results : mapping of str to RunResult
        Strategy name -> run on show.
    pinned : mapping of str to RunResult
        The same for an earlier run to lay under it; may be empty.

    Returns
    -------
    DataFrame
    """
    frames = []
    for run, group in (("this run", results), ("pinned", pinned)):
        for name, result in group.items():
            epochs = np.unique(np.linspace(0, result.n_epochs, MAX_POINTS).round().astype(int))
            columns: dict[str, object] = {"run": run, "strategy": STRATEGIES[name].short, "epoch": epochs}
            for metric, values in result.history.items():
                mean, low, high = mean_band(values[:, epochs])
                columns |= {metric: mean, f"{metric}_low": low, f"{metric}_high": high}
            frames.append(pd.DataFrame(columns))
    rows = pd.concat(frames, ignore_index=True).astype({"epoch": int})
    current = rows["run"] == "this run"
    last = current & (rows["epoch"] == rows.loc[current, "epoch"].max())
    for metric in PANELS:
        ends = rows.loc[last, metric].to_numpy()
        rows.loc[last, f"{metric}_label"] = base.spread_labels(ends, *_domain(rows, metric))
    return rows


def parameters(results: Mapping[str, RunResult], rows: pd.DataFrame, metric: str) -> dict[str, float]:
    """Values for the template of a metric."""
    any_result = next(iter(results.values()))
    low, high = _domain(rows, metric)
    return {
        "n_epochs": any_result.n_epochs,
        "x_end": any_result.n_epochs * ROOM_FOR_LABELS,
        "unfreeze": any_result.config.unfreeze_epoch,
        "y_low": low,
        "y_high": high,
    }


def _domain(rows: pd.DataFrame, metric: str) -> tuple[float, float]:
    """Range that shows the differences: what the lines do in the second half of the run."""
    late = rows.loc[(rows["run"] == "this run") & (rows["epoch"] >= rows["epoch"].max() / 2), metric]
    values = late[np.isfinite(late)]
    if values.empty:
        return 0.0, 1.0
    if metric.endswith("accuracy"):
        return max(0.0, float(np.floor(20 * values.min()) / 20) - 0.05), 1.0
    return 0.0, float(np.clip(values.max() * 1.15, 0.05, 4.0))


@cache
def curves_template(metric: str, mode: str) -> base.Spec:
    """Make the chart of one metric.

    Parameters
    ----------
    metric : str
        A key of `PANELS`.
    mode : {"light", "dark"}
    """
    names = list(STRATEGIES)
    shorts = [STRATEGIES[name].short for name in names]
    colour = alt.Color("strategy:N").scale(domain=shorts, range=colours(names, mode)).legend(None)
    dash = alt.StrokeDash("strategy:N").scale(domain=shorts, range=dashes(names)).legend(None)
    number, axis_number = (".1%", ".0%") if metric.endswith("accuracy") else (".3f", "~g")
    ticks = "sequence(0, n_epochs + 1, n_epochs > 100 ? 40 : n_epochs > 40 ? 20 : n_epochs > 15 ? 10 : 5)"
    x = (
        alt.X("epoch:Q")
        .scale(domainMin=0, domainMax=alt.ExprRef("x_end"), nice=False)
        .axis(values=alt.ExprRef(ticks), grid=False)
        .title("Epoch")
    )
    freed = alt.X(datum=alt.ExprRef("unfreeze"), type="quantitative")
    hover = alt.selection_point(
        name="hover", fields=["epoch"], nearest=True, on="pointermove", empty=False, clear="pointerout"
    )

    def y(field: str) -> alt.Y:
        return (
            alt.Y(f"{field}:Q")
            .scale(domain=[alt.ExprRef("y_low"), alt.ExprRef("y_high")], nice=False)
            .axis(format=axis_number, tickCount=5)
            .title(None)
        )

    rows = alt.Chart(base.NO_DATA)
    current = rows.transform_filter("datum.run == 'this run'")
    moment = current.transform_aggregate(groupby=["run"]).transform_filter("unfreeze < n_epochs")

    band = current.mark_area(opacity=0.16, clip=True).encode(
        x=x, y=y(f"{metric}_low"), y2=f"{metric}_high:Q", color=colour
    )
    rule = moment.mark_rule(strokeDash=[2, 2], color=MUTED[mode]).encode(x=freed)
    # Accuracies leave room below their curves, losses above.
    below = metric.endswith("accuracy")
    word = moment.mark_text(
        text="backbone freed",
        align="left",
        baseline="bottom" if below else "top",
        dx=4,
        dy=-4 if below else 4,
        color=MUTED[mode],
        fontSize=11,
    ).encode(x=freed, y=alt.value(alt.ExprRef("height") if below else 0))
    earlier = (
        rows.transform_filter("datum.run == 'pinned'")
        .mark_line(strokeWidth=1.4, opacity=0.8, clip=True)
        .encode(x=x, y=y(metric), color=colour, strokeDash=alt.value([1, 3]))
    )
    line = current.mark_line(strokeWidth=2.2, clip=True).encode(x=x, y=y(metric), color=colour, strokeDash=dash)
    labels = (
        current.transform_filter(f"isValid(datum.{metric}_label)")
        .mark_text(align="left", dx=6, fontSize=12)
        .encode(x=x, y=y(f"{metric}_label"), text="strategy:N", color=colour)
    )
    dots = (
        current.transform_filter(hover)
        .mark_point(filled=True, size=45, clip=True)
        .encode(x=x, y=y(metric), color=colour)
    )
    reader = (
        current.transform_pivot("strategy", value=metric, groupby=["epoch"])
        .mark_rule(color=INK[mode], strokeWidth=1)
        .encode(
            x=x,
            opacity=alt.condition(hover, alt.value(0.5), alt.value(0)),
            tooltip=[alt.Tooltip("epoch:Q", title="Epoch")]
            + [alt.Tooltip(f"{short}:Q", title=short, format=number) for short in shorts],
        )
        .add_params(hover)
    )
    chart = alt.layer(band, rule, word, earlier, line, labels, dots, reader)
    named = [alt.param(name=name, value=1.0) for name in ("n_epochs", "x_end", "unfreeze", "y_low", "y_high")]
    return base.template(chart.properties(title=PANELS[metric], height=250).add_params(*named), mode)
