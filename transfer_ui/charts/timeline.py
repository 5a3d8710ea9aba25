"""A schedule as a timeline, layers by epochs; and what the weights of each layer actually did."""

from __future__ import annotations

from functools import cache, lru_cache

import altair as alt
import numpy as np
import pandas as pd

from transfer_core import RunConfig, RunResult, Schedule
from transfer_core.schedules import with_starts
from transfer_ui.charts import base
from transfer_ui.palette import FROZEN, INK, ON_TRAINED, TRAINED_RANGE

ROW_HEIGHT = 34  # pixels
RATES = [0.0005, 1.0]  # ends of the scale of colours
UNDER_WAY = "Training is under way."
LOCK = "M-0.55,0H0.55V0.9H-0.55ZM-0.36,0V-0.35A0.36,0.36,0,0,1,0.36,-0.35V0H0.22V-0.35A0.22,0.22,0,0,0,-0.22,-0.35V0Z"


def layer_names(n_layers: int) -> list[str]:
    """Names of the layers from the inputs up.

    Examples
    --------
    >>> layer_names(3)
    ['layer 1', 'layer 2', 'head']
    """
    return [f"layer {index + 1}" for index in range(n_layers - 1)] + ["head"]


@lru_cache(maxsize=100)
def schedule_rows(schedule: Schedule) -> pd.DataFrame:
    """One row per phase and layer, the head first.

    Returns
    -------
    DataFrame
        ``layer``, ``start``, ``end`` (epochs), ``rate`` (empty where frozen), ``label`` and whether it is
        ``wide`` enough for it, ``phase``.
    """
    names = layer_names(len(schedule[0].frozen))
    n_epochs = sum(phase.n_epochs for phase in schedule)
    return pd.DataFrame(
        [
            {
                "layer": name,
                "start": start,
                "end": start + phase.n_epochs,
                "rate": np.nan if frozen else rate,
                "label": "" if frozen else f"{rate:.2g}",
                "wide": phase.n_epochs > n_epochs / 9,
                "phase": phase.name,
            }
            for start, phase in with_starts(schedule)
            for name, frozen, rate in reversed(list(zip(names, phase.frozen, phase.learning_rates, strict=True)))
        ]
    )


def change_rows(result: RunResult) -> pd.DataFrame:
    """One row per epoch and layer: mean relative change of the weights over the seeds, the head first.

    Returns
    -------
    DataFrame
        ``layer``, ``start``, ``end`` (epochs), ``rate`` (the change; empty where it is exactly 0).
    """
    # Where a rate was so high that no numbers are left, the change is as large as the scale goes.
    change = np.nan_to_num(result.layer_change, nan=1.0, posinf=1.0).mean(axis=0)
    n_epochs, n_layers = change.shape
    names = layer_names(n_layers)
    return pd.DataFrame(
        [
            {
                "layer": names[layer],
                "start": epoch,
                "end": epoch + 1,
                "rate": np.nan if change[epoch, layer] == 0 else change[epoch, layer],
                "label": "",
                "phase": f"epoch {epoch + 1}",
            }
            for layer in reversed(range(n_layers))
            for epoch in range(n_epochs)
        ]
    )


@cache
def timeline_template(mode: str, kind: str, *, axis: bool = True, row_height: int = ROW_HEIGHT) -> base.Spec:
    """Make the grid of layers by epochs.

    Parameters
    ----------
    mode : {"light", "dark"}
    kind : {"schedule", "change"}
        Colour is the learning rate, or the change of the weights in one epoch.
    axis : bool
        Draw the epochs below.
    row_height : int
        Pixels a layer.
    """
    title, domain = {"schedule": ("Learning rate", RATES), "change": ("Change in one epoch", [0.0005, 0.2])}[kind]
    number = ".2g" if kind == "schedule" else ".2%"
    x = (
        alt.X("start:Q")
        .scale(domain=[0, base.framed("frame.n_epochs")], nice=False)
        .axis(alt.Axis(grid=False, tickCount=5) if axis else None)
        .title("Epoch" if axis else None)
    )
    y = alt.Y("layer:N").sort(layer_names(9)[::-1]).axis(domain=False, ticks=False, labelFontSize=12).title(None)
    rate = alt.Color("rate:Q").scale(type="log", domain=domain, range=TRAINED_RANGE[mode], clamp=True).legend(None)
    tooltip = [
        alt.Tooltip("layer:N", title="Layer"),
        alt.Tooltip("phase:N", title="When"),
        alt.Tooltip("rate:Q", title=title, format=number),
    ]
    bars = alt.Chart(base.NO_DATA).encode(x=x, x2="end:Q", y=y, tooltip=tooltip)
    bar = {"height": {"band": 0.86}, "cornerRadius": 3 if kind == "schedule" else 0}
    frozen = bars.transform_filter("!isValid(datum.rate)").mark_bar(**bar, color=FROZEN[mode])  # type: ignore[arg-type]
    trained = bars.transform_filter("isValid(datum.rate)").mark_bar(**bar).encode(color=rate)  # type: ignore[arg-type]
    layers = [frozen, trained]
    if kind == "schedule":
        middle = bars.transform_calculate(start="(datum.start + datum.end) / 2").encode(x2=alt.Undefined)
        locks = middle.transform_filter("!isValid(datum.rate)").mark_point(
            shape=LOCK, size=90, filled=True, color=INK[mode], opacity=0.65
        )
        deep, below, above = ON_TRAINED[mode]
        ink = alt.condition(f"datum.rate >= {deep}", alt.value(above), alt.value(below))
        words = middle.transform_filter("datum.wide").mark_text(fontSize=11).encode(text="label:N", color=ink)
        layers += [locks, words]
    return base.template(alt.layer(*layers).properties(height=alt.Step(row_height)), mode)


def show_schedule(schedule: Schedule, mode: str, *, small: bool = False) -> None:
    """Draw a schedule: ice blue with a lock is frozen, warm is trained, deeper for a higher rate."""
    rows = schedule_rows(schedule)
    phases = "; ".join(
        f"epochs {start} to {start + phase.n_epochs}: {phase.name} trained" for start, phase in with_starts(schedule)
    )
    base.show(
        timeline_template(mode, "schedule", axis=not small, row_height=ROW_HEIGHT * 2 // 3 if small else ROW_HEIGHT),
        rows,
        alt=f"Timeline of the schedule. {phases}.",
        frame={"n_epochs": float(rows["end"].max())},
    )


def show_change(result: RunResult, mode: str, place: base.Place, *, complete: bool = True) -> None:
    """Draw how far each layer moved in each epoch; ice blue means not a single bit. The axis spans the whole run."""
    rows = change_rows(result)
    still = [str(name) for name, group in rows.groupby("layer") if group["rate"].isna().all()]
    words = f"Never moved: {', '.join(still) or 'none'}." if complete else UNDER_WAY
    _show_change(rows, words, result.config, mode, place)


def show_no_change(config: RunConfig, mode: str, place: base.Place) -> None:
    """Draw the axes of `show_change` until there is an epoch."""
    names = layer_names(len(config.layer_sizes) - 1)[::-1]
    rows = pd.DataFrame({"layer": names, "start": 0, "end": 0, "rate": np.nan, "label": "", "phase": ""})
    _show_change(rows, UNDER_WAY, config, mode, place)


def _show_change(rows: pd.DataFrame, words: str, config: RunConfig, mode: str, place: base.Place) -> None:
    base.show(
        timeline_template(mode, "change"),
        rows,
        alt=f"Change of each layer's weights per epoch. {words}",
        frame={"n_epochs": config.n_epochs},
        place=place,
    )
