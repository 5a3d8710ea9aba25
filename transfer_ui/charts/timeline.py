"""A schedule as a timeline, layers by epochs, as a chart."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from transfer_core import Schedule
from transfer_core.schedules import with_starts
from transfer_ui.charts import alt, base
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.palette import FROZEN, INK, ON_TRAINED, TRAINED_RANGE

ROW_HEIGHT = 34  # pixels
RATES = [0.0005, 1.0]  # ends of the scale of colours
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


@kept
def timeline_template(mode: str, *, axis: bool = True, row_height: int = ROW_HEIGHT) -> Spec:
    """Make the grid of layers by epochs.

    Parameters
    ----------
    mode : {"light", "dark"}
    axis : bool
        Draw the epochs below.
    row_height : int
        Pixels a layer.
    """
    x = (
        alt.X("start:Q")
        .scale(domain=[0, base.framed("frame.n_epochs")], nice=False)
        .axis(alt.Axis(grid=False, tickCount=5) if axis else None)
        .title("Epoch" if axis else None)
    )
    y = alt.Y("layer:N").sort(layer_names(9)[::-1]).axis(domain=False, ticks=False, labelFontSize=12).title(None)
    rate = (
        alt.Color("rate:Q")
        .scale(type="log", domain=RATES, range=TRAINED_RANGE[mode], interpolate="rgb", clamp=True)
        .legend(None)
    )
    tooltip = [
        alt.Tooltip("layer:N", title="Layer"),
        alt.Tooltip("phase:N", title="When"),
        alt.Tooltip("rate:Q", title="Learning rate", format=".2g"),
    ]
    bars = alt.Chart(base.NO_DATA).encode(x=x, x2="end:Q", y=y, tooltip=tooltip)
    bar = {"height": {"band": 0.86}, "cornerRadius": 3}
    frozen = bars.transform_filter("!isValid(datum.rate)").mark_bar(**bar, color=FROZEN[mode])  # type: ignore[arg-type]
    trained = bars.transform_filter("isValid(datum.rate)").mark_bar(**bar).encode(color=rate)  # type: ignore[arg-type]
    middle = bars.transform_calculate(start="(datum.start + datum.end) / 2").encode(x2=alt.Undefined)
    locks = middle.transform_filter("!isValid(datum.rate)").mark_point(
        shape=LOCK, size=90, filled=True, color=INK[mode], opacity=0.65
    )
    deep, below, above = ON_TRAINED[mode]
    ink = alt.condition(f"datum.rate >= {deep}", alt.value(above), alt.value(below))
    rates = middle.transform_filter("datum.wide").mark_text(fontSize=11).encode(text="label:N", color=ink)
    return base.template(alt.layer(frozen, trained, locks, rates).properties(height=alt.Step(row_height)), mode)


def words(schedule: Schedule) -> str:
    """Say what a timeline shows, for whoever cannot see it."""
    phases = "; ".join(
        f"epochs {start} to {start + phase.n_epochs}: {phase.name} trained" for start, phase in with_starts(schedule)
    )
    return f"Timeline of the schedule. {phases}."


def show_schedule(schedule: Schedule, mode: str, *, small: bool = False) -> None:
    """Draw a schedule: ice blue with a lock is frozen, warm is trained, deeper for a higher rate."""
    rows = schedule_rows(schedule)
    base.show(
        timeline_template(mode, axis=not small, row_height=ROW_HEIGHT * 2 // 3 if small else ROW_HEIGHT),
        rows,
        alt=words(schedule),
        frame={"n_epochs": float(rows["end"].max())},
    )
