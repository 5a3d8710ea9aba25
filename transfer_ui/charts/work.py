"""What the accuracy so far has cost: a path per strategy, with a dot where the slider's epoch stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from transfer_core import STRATEGIES, RunResult
from transfer_core.arrays import Array
from transfer_core.costs import multiply_adds
from transfer_ui.charts import alt, beside, paths
from transfer_ui.charts.curves import curve_rows, shown_epochs
from transfer_ui.charts.filling import Filling
from transfer_ui.charts.ready import Spec, kept

PADDING = 18  # pixels beside the paths


def work_by_epoch(result: RunResult) -> Array:
    """Multiply-adds up to the end of each epoch, ``(n_epochs + 1,)``; the first entry is before any training."""
    sizes, added = result.config.layer_sizes, [0]
    for phase in result.schedule:
        # The first epoch of a phase also takes the features of the layers that are frozen.
        first, both = (multiply_adds((replace(phase, n_epochs=n),), sizes, 1) for n in (1, 2))
        added += [first, *[both - first] * (phase.n_epochs - 1)][: phase.n_epochs]
    per_image = np.cumsum(added)
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
    curves = curve_rows(results, {}, "val_accuracy")
    curves = curves[(curves["run"] == "this run") & (curves["epoch"] > 0)].drop(columns="run")
    so_far = [work_by_epoch(result)[shown_epochs(result.n_epochs)[1:]] for result in results.values()]
    return curves.assign(multiply_adds=np.concatenate(so_far).astype(np.float32))


def ends(table: pd.DataFrame) -> pd.DataFrame:
    """One row per path: its name, and where that stands; names on one side of the chart stand apart.

    Parameters
    ----------
    table : DataFrame
        Of `rows`.
    """
    last = paths.last_rows(table)
    low, high = (paths.frame(table)[edge] for edge in ("low", "high"))
    work = np.log(table["multiply_adds"].to_numpy(float))
    places = beside.names_beside(
        last["strategy"].tolist(),
        np.log(last["multiply_adds"].to_numpy(float)),
        last["mean"].to_numpy(float),
        low,
        high,
        span=(work.min(), work.max()),
        outside=beside.ABOVE,
        padding=PADDING,
    )
    return last[["strategy", "multiply_adds"]].assign(**places)


@kept
def template(mode: str) -> Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    colour = paths.colour_of(STRATEGIES, mode)
    y = partial(paths.accuracy, title="Validation accuracy")
    x = (
        alt.X("multiply_adds:Q")
        .scale(type="log", nice=False, padding=PADDING)
        .axis(format="~s", tickCount=3, grid=False)
        .title("Multiply-adds so far, one network")
    )
    tooltip = [
        alt.Tooltip("strategy:N", title=" "),
        alt.Tooltip("epoch:Q", title="Epoch"),
        alt.Tooltip("mean:Q", title="Validation accuracy", format=".1%"),
        alt.Tooltip("multiply_adds:Q", title="Multiply-adds so far", format=".3s"),
    ]
    names = beside.name_layers(alt.Chart(alt.NamedData("ends")), x, y("label"), colour, mode, outside=beside.ABOVE)
    return paths.template(x, y, colour, "datum.epoch == at", tooltip, mode, names=names)


def filled(results: Mapping[str, RunResult]) -> Filling:
    """Put together what is drawn."""
    table = rows(results)
    words = "Validation accuracy against multiply-adds"
    return paths.filled(table, ends(table), paths.frame(table), words, lambda row: f"{row['multiply_adds']:,.3g}")
