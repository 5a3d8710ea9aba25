"""What the accuracy so far has cost: a path per strategy, with a dot where the slider's epoch stands."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import altair as alt
import numpy as np
import pandas as pd

from transfer_core import STRATEGIES, RunResult
from transfer_core.arrays import Array
from transfer_core.costs import multiply_adds
from transfer_core.schedules import first_epochs
from transfer_ui.charts import base, beside
from transfer_ui.charts.curves import curve_rows
from transfer_ui.charts.encodings import frame_scale
from transfer_ui.palette import PAPER, colours

HEIGHT = 230  # pixels


def work_by_epoch(result: RunResult) -> Array:
    """Multiply-adds up to the end of each epoch, ``(n_epochs + 1,)``; the first entry is before any training."""
    sizes = result.config.layer_sizes
    per_image = np.array(
        [multiply_adds(first_epochs(result.schedule, n), sizes, 1) for n in range(result.n_epochs + 1)]
    )
    n_images = result.cost.multiply_adds // max(int(per_image[-1]), 1)  # the work is proportional to them
    work: Array = per_image * n_images
    return work


def rows(results: Mapping[str, RunResult]) -> pd.DataFrame:
    """One row per strategy and epoch after the first update: validation accuracy, and the work until then.

    Returns
    -------
    DataFrame
        ``strategy``, ``epoch``, ``mean``, ``low``, ``high``, ``multiply_adds``.
    """
    curves = curve_rows(results, {}, "val_accuracy").query("run == 'this run' and epoch > 0").drop(columns="run")
    work = {STRATEGIES[name].short: work_by_epoch(result) for name, result in results.items()}
    so_far = [work[strategy][epoch] for strategy, epoch in zip(curves["strategy"], curves["epoch"], strict=True)]
    return curves.assign(multiply_adds=np.array(so_far, np.float32))


def ends(table: pd.DataFrame) -> pd.DataFrame:
    """One row per path: its name, and where that stands.

    Parameters
    ----------
    table : DataFrame
        Of `rows`.
    """
    last = table.drop_duplicates("strategy", keep="last").reset_index(drop=True)
    low, high = (frame(table)[edge] for edge in ("low", "high"))
    work = np.log(table["multiply_adds"].to_numpy(float))
    places = beside.names_beside(
        last["strategy"].tolist(),
        np.log(last["multiply_adds"].to_numpy(float)),
        last["mean"].to_numpy(float),
        low,
        high,
        span=(work.min(), work.max()),
        outside=beside.ABOVE,
    )
    return last[["strategy", "multiply_adds"]].assign(**places)


def frame(table: pd.DataFrame) -> dict[str, float]:
    """Domains that show the differences: those of the second half of the run, with room for the names."""
    last = int(table["epoch"].max()) if len(table) else 0
    late = table.loc[table["epoch"] >= last / 2, ["mean", "low", "high"]].to_numpy(float)
    known = late[np.isfinite(late)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    room = max(0.06, 0.13 * (high - low))
    return {"last": last, "low": max(0.0, round(low - 0.06, 3)), "high": round(high + room, 3)}


@cache
def template(mode: str) -> base.Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    names = list(STRATEGIES)
    colour = (
        alt.Color("strategy:N")
        .scale(domain=[STRATEGIES[name].short for name in names], range=colours(names, mode))
        .legend(None)
    )
    x = (
        alt.X("multiply_adds:Q")
        .scale(type="log", nice=False, padding=18)
        .axis(format="~s", tickCount=3, grid=False)
        .title("Multiply-adds so far, one network")
    )

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=frame_scale()).axis(format=".0%", tickCount=4).title("Validation accuracy")

    every = alt.Chart(base.NO_DATA)
    here = every.transform_filter("datum.epoch == at")
    path = every.mark_line(strokeWidth=1.5, strokeJoin="round", opacity=0.3, clip=True, tooltip=None)
    so_far = every.transform_filter("datum.epoch <= at").mark_line(
        strokeWidth=2, strokeJoin="round", clip=True, tooltip=None
    )
    place = {"x": x, "y": y("mean"), "color": colour, "order": alt.Order("epoch:Q")}
    tooltip = [
        alt.Tooltip("strategy:N", title=" "),
        alt.Tooltip("epoch:Q", title="Epoch"),
        alt.Tooltip("mean:Q", title="Validation accuracy", format=".1%"),
        alt.Tooltip("multiply_adds:Q", title="Multiply-adds so far", format=".3s"),
    ]
    layers = [
        path.encode(**place),
        so_far.encode(**place),
        here.mark_rule(strokeWidth=2, clip=True, tooltip=None).encode(x=x, y=y("low"), y2="high:Q", color=colour),
        *beside.name_layers(alt.Chart(alt.NamedData("ends")), x, y("label"), colour, mode, outside=beside.ABOVE),
        # Over the names: while the slider moves, a dot may pass the name of another.
        here.mark_point(filled=True, size=120, opacity=1, stroke=PAPER[mode], strokeWidth=1.5, clip=True).encode(
            x=x, y=y("mean"), color=colour, tooltip=tooltip
        ),
    ]
    return base.follow_epoch(base.template(alt.layer(*layers).properties(height=HEIGHT), mode))


def show(table: pd.DataFrame, names: pd.DataFrame, mode: str) -> None:
    """Draw the paths.

    Parameters
    ----------
    table : DataFrame
        Of `rows`.
    names : DataFrame
        Of `ends`.
    mode : {"light", "dark"}
    """
    last = table.drop_duplicates("strategy", keep="last")
    said = [
        f"{strategy} {100 * mean:.1f} % at {work:,.3g}"
        for strategy, mean, work in zip(last["strategy"], last["mean"], last["multiply_adds"], strict=True)
    ]
    words = f"Validation accuracy against multiply-adds, epoch by epoch; at the end: {'; '.join(said)}."
    base.show(template(mode), table, alt=words, frame=frame(table), ends=names)
