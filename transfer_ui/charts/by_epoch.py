"""Old task and new task epoch by epoch, side by side: the same arms, the same axis of epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import RunResult
from transfer_ui.charts import alt, base, line_ends
from transfer_ui.charts.encodings import epochs, frame_scale, mean_tooltips
from transfer_ui.charts.followed import looks, short
from transfer_ui.charts.lettering import at_the_ends
from transfer_ui.charts.ready import Spec, kept

HEIGHT = 280
MAX_POINTS = 61
UNDER_WAY = "Runs are under way."
TASKS = {"source": "Old task, with the old head", "target": "New task, validation images"}


def epoch_rows(results: Mapping[str, RunResult], task: str) -> pd.DataFrame:
    """One row per arm and epoch: mean and band.

    Parameters
    ----------
    results : mapping of str to RunResult
        At least one; their old heads were followed, if that is the task.
    task : str
        A key of `TASKS`.

    Returns
    -------
    DataFrame
        ``arm``, ``epoch``, ``mean``, ``low``, ``high``.
    """
    found = []
    for name, result in results.items():
        if task == "target":
            epochs = np.unique(np.linspace(0, result.n_epochs, MAX_POINTS).round().astype(int))
            values = result.history["val_accuracy"][:, epochs]
        else:
            series = result.measured["source_accuracy"]
            epochs, values = np.array(series.epochs), series.values.T
        mean, low, high = base.shown_band(values)
        found.append(pd.DataFrame({"arm": short(name), "epoch": epochs, "mean": mean, "low": low, "high": high}))
    return pd.concat(found, ignore_index=True)


def frame(rows: pd.DataFrame, n_epochs: int, task: str) -> dict[str, float]:
    """Range of the axes: all of what the old task loses; of the new one, what the lines do after the first rise."""
    seen = rows if task == "source" else rows[rows["epoch"] >= n_epochs / 4]
    values = seen[["low", "high"]].to_numpy()
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = max(0.06 * (high - low), 0.005)
    return {"n_epochs": n_epochs, "low": max(low - room, 0.0), "high": min(high + room, 1.0)}


@kept
def epoch_template(task: str, mode: str) -> Spec:
    """Make the chart of one task.

    Parameters
    ----------
    task : str
        A key of `TASKS`.
    mode : {"light", "dark"}
    """
    look = looks(mode, legend=False)
    x = epochs(line_ends.ROOM)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q").scale(frame_scale()).axis(format=".0%", tickCount=5).title(None)

    nearest = alt.selection_point(name="nearest", nearest=True, on="pointermove", empty=False, clear="pointerout")
    lines = alt.Chart(base.NO_DATA)
    band = lines.mark_area(opacity=0.16, clip=True, tooltip=None).encode(
        x=x, y=y("low"), y2="high:Q", color=look.colour
    )
    line = lines.mark_line(strokeWidth=2.2, clip=True, tooltip=None).encode(
        x=x, y=y("mean"), color=look.colour, strokeDash=look.dash
    )
    labels = at_the_ends(alt.Chart(alt.NamedData("ends")), x, y("label"), "arm", mode, look.colour)
    points = (
        lines.mark_point(filled=True, size=70, clip=True)
        .encode(
            x=x,
            y=y("mean"),
            color=look.colour,
            opacity=alt.condition(nearest, alt.value(1), alt.value(0)),
            tooltip=[
                alt.Tooltip("arm:N", title="Arm"),
                alt.Tooltip("epoch:Q", title="Epoch"),
                *mean_tooltips("Accuracy"),
            ],
        )
        .add_params(nearest)
    )
    title = alt.TitleParams(TASKS[task])
    return base.template(alt.layer(band, line, *labels, points).properties(title=title, height=HEIGHT), mode)


class Picture(NamedTuple):
    """What there is to draw of one task.

    Attributes
    ----------
    rows : DataFrame
        Of `epoch_rows`.
    frame : dict of str to float
    ends : DataFrame
        Where the names of the arms stand.
    words : str
        What it shows at the end.
    """

    rows: pd.DataFrame
    frame: dict[str, float]
    ends: pd.DataFrame
    words: str


def picture(results: Mapping[str, RunResult], n_epochs: int, task: str) -> Picture:
    """Put together what there is to draw of one task, a key of `TASKS`."""
    rows = epoch_rows(results, task)
    ranges = frame(rows, n_epochs, task)
    last = rows.drop_duplicates("arm", keep="last")
    labels = line_ends.label_rows(last["mean"].to_numpy(dtype=float), ranges["low"], ranges["high"])
    ends = pd.DataFrame({"arm": last["arm"].to_numpy(), "epoch": last["epoch"].to_numpy()} | labels)
    said = [f"{arm} {mean:.1%}" for arm, mean in zip(last["arm"], last["mean"], strict=True)]
    return Picture(rows, ranges, ends, f"At the end: {', '.join(said)}.")


def nothing(n_epochs: int) -> Picture:
    """Put together what there is to draw of a task before any run may be seen: the axes."""
    columns = ["arm", "epoch", "mean", "low", "high", "label", "nudge_low", "nudge_high"]
    none = pd.DataFrame(columns=columns)
    return Picture(none, {"n_epochs": n_epochs, "low": 0.0, "high": 1.0}, none, "Not shown yet.")


class Charts:
    """The charts in their places, one per task.

    Parameters
    ----------
    mode : {"light", "dark"}
    tasks : sequence of str
        Keys of `TASKS`; both by default.
    """

    def __init__(self, mode: str, tasks: Sequence[str] = tuple(TASKS)) -> None:
        self._mode = mode
        columns = st.columns(len(tasks), gap="medium")
        self._places = {task: base.Place(column) for task, column in zip(tasks, columns, strict=True)}

    def draw(self, pictures: Mapping[str, Picture], *, complete: bool = True) -> None:
        """Draw the arms so far, in place of the previous pictures."""
        for task, place in self._places.items():
            drawn = pictures[task]
            base.show(
                epoch_template(task, self._mode),
                drawn.rows,
                alt=f"{TASKS[task]}: accuracy by epoch, one line per arm. {drawn.words if complete else UNDER_WAY}",
                frame=drawn.frame,
                place=place,
                ends=drawn.ends,
            )
