"""What a comparison trades: new task against old task, a path per strategy, with a dot where the slider's epoch stands."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from transfer_core import STRATEGIES, RunResult
from transfer_core.arrays import Array
from transfer_ui.charts import alt, base, beside, paths
from transfer_ui.charts.filling import Filling
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.on_the_way import kept_by_epoch
from transfer_ui.palette import MUTED

PADDING = 28  # pixels beside the paths
PRETRAINED = tuple(name for name, strategy in STRATEGIES.items() if strategy.pretrained)


def rows(results: Mapping[str, RunResult]) -> pd.DataFrame:
    """One row per pretrained strategy and look: validation accuracy on the new task, and what the old task keeps.

    Returns
    -------
    DataFrame
        ``strategy``, ``epoch``, ``until`` (the epoch of the next look), ``mean``, ``low``, ``high``, ``source``,
        ``source_low``, ``source_high``.
    """
    parts = []
    for name in PRETRAINED:
        result = results[name]
        epochs, kept = kept_by_epoch(result)
        columns: dict[str, Array] = {}
        for field, values in (("", result.history["val_accuracy"][:, list(epochs)]), ("source_", kept)):
            mean, low, high = base.shown_band(values)
            columns |= {field.rstrip("_") or "mean": mean, f"{field}low": low, f"{field}high": high}
        until = [*epochs[1:], epochs[-1] + 1]
        parts.append(pd.DataFrame({"strategy": STRATEGIES[name].short, "epoch": epochs, "until": until} | columns))
    return pd.concat(parts, ignore_index=True)


def ends(table: pd.DataFrame) -> pd.DataFrame:
    """One row per path: its name, and where that stands.

    Parameters
    ----------
    table : DataFrame
        Of `rows`.
    """
    last = paths.last_rows(table)
    low, high = (paths.frame(table)[edge] for edge in ("low", "high"))
    source, begin, end = (last[field].to_numpy(float) for field in ("source", "source_low", "source_high"))
    places = beside.names_beside(
        last["strategy"].tolist(),
        source,
        last["mean"].to_numpy(float),
        low,
        high,
        span=(float(table["source_low"].min()), float(table["source_high"].max())),
        edges=(begin, end),
        padding=PADDING,
    )
    return last[["strategy"]].assign(**places)


def frame(table: pd.DataFrame) -> dict[str, float]:
    """Domains that show the differences, and where the old task started."""
    return {**paths.frame(table), "before": float(table["source"].iloc[0])}


@kept
def template(mode: str) -> Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    colour = paths.colour_of(PRETRAINED, mode)
    y = partial(paths.accuracy, title="New task: validation accuracy")

    def x(field: str) -> alt.X:
        scale = alt.Scale(zero=False, nice=False, padding=PADDING)
        return alt.X(f"{field}:Q", scale=scale).axis(format=".0%", tickCount=4, title="Old task, with its old head")

    when = "datum.epoch <= at && at < datum.until"
    tooltip = [
        alt.Tooltip("strategy:N", title=" "),
        alt.Tooltip("epoch:Q", title="Epoch"),
        alt.Tooltip("mean:Q", title="New task", format=".1%"),
        alt.Tooltip("source:Q", title="Old task", format=".1%"),
    ]
    before = alt.Chart(alt.NamedData("frame")).mark_rule(color=MUTED[mode], strokeDash=[4, 3], tooltip=None)
    of_the_old_task = paths.here(when).mark_rule(strokeWidth=2, clip=True, tooltip=None)
    return paths.template(
        x("source"),
        y,
        colour,
        when,
        tooltip,
        mode,
        below=[before.encode(x=x("before"))],
        intervals=[of_the_old_task.encode(x=x("source_low"), x2="source_high:Q", y=y("mean"), color=colour)],
        names=beside.name_layers(alt.Chart(alt.NamedData("ends")), x("edge"), y("label"), colour, mode),
    )


def filled(results: Mapping[str, RunResult]) -> Filling:
    """Put together what is drawn."""
    table = rows(results)
    words = "New task against accuracy on the old task"
    return paths.filled(table, ends(table), frame(table), words, lambda row: f"{100 * row['source']:.1f} %")
