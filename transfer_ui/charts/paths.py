"""A path per strategy, epoch by epoch: faint to its end, strong up to the slider's epoch, with a dot and an interval there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from transfer_core import STRATEGIES
from transfer_ui.charts import alt, base
from transfer_ui.charts.encodings import frame_scale
from transfer_ui.charts.filling import Filling, fill
from transfer_ui.charts.ready import Spec
from transfer_ui.palette import PAPER, colours

HEIGHT = 230  # pixels


def last_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Where each path ends."""
    return table.drop_duplicates("strategy", keep="last").reset_index(drop=True)


def frame(table: pd.DataFrame) -> dict[str, float]:
    """Domains that show the differences: those of the second half of the run, with room for the names."""
    last = int(table["epoch"].max()) if len(table) else 0
    late = table.loc[table["epoch"] >= last / 2, ["mean", "low", "high"]].to_numpy(float)
    known = late[np.isfinite(late)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    room = max(0.06, 0.13 * (high - low))
    return {"last": last, "low": max(0.0, round(low - 0.06, 3)), "high": round(high + room, 3)}


def colour_of(names: Iterable[str], mode: str) -> alt.Color:
    """Colour the strategies, which the rows call by their short names."""
    domain = [STRATEGIES[name].short for name in names]
    return alt.Color("strategy:N").scale(domain=domain, range=colours(list(names), mode)).legend(None)


def accuracy(field: str, title: str) -> alt.Y:
    """Lay out an accuracy from bottom to top, over the range of the frame."""
    return alt.Y(f"{field}:Q", scale=frame_scale()).axis(format=".0%", tickCount=4).title(title)


def here(when: str) -> alt.Chart:
    """Take the rows where the slider's epoch stands; `when` is an expression with ``datum`` and ``at``."""
    return alt.Chart(base.NO_DATA).transform_filter(when)


def template(
    x: alt.X,
    y: Callable[[str], alt.Y],
    colour: alt.Color,
    when: str,
    tooltip: list[alt.Tooltip],
    mode: str,
    *,
    below: Sequence[alt.Chart] = (),
    intervals: Sequence[alt.Chart] = (),
    names: Sequence[alt.Chart] = (),
) -> Spec:
    """Make a chart of paths that follows the slider.

    Parameters
    ----------
    x : altair.X
    y : callable
        Lays out one of the columns ``mean``, ``low`` and ``high``.
    colour : altair.Color
    when : str
        Of `here`.
    tooltip : list of altair.Tooltip
        Of the dots.
    mode : {"light", "dark"}
    below, intervals, names : sequence of altair.Chart
        Layers under the paths, and between the paths and the dots.
    """
    every = alt.Chart(base.NO_DATA)
    line: dict[str, Any] = {"strokeJoin": "round", "clip": True, "tooltip": None}
    place = {"x": x, "y": y("mean"), "color": colour, "order": alt.Order("epoch:Q")}
    layers = [
        *below,
        every.mark_line(strokeWidth=1.5, opacity=0.3, **line).encode(**place),
        every.transform_filter("datum.epoch <= at").mark_line(strokeWidth=2, **line).encode(**place),
        here(when).mark_rule(strokeWidth=2, clip=True, tooltip=None).encode(x=x, y=y("low"), y2="high:Q", color=colour),
        *intervals,
        *names,
        # Over the names: while the slider moves, a dot may pass the name of another.
        here(when)
        .mark_point(filled=True, size=120, opacity=1, stroke=PAPER[mode], strokeWidth=1.5, clip=True)
        .encode(x=x, y=y("mean"), color=colour, tooltip=tooltip),
    ]
    return base.follow_epoch(base.template(alt.layer(*layers).properties(height=HEIGHT), mode))


def filled(
    table: pd.DataFrame, names: pd.DataFrame, frame: Mapping[str, float], words: str, at: Callable[[pd.Series], str]
) -> Filling:
    """Fill a template.

    Parameters
    ----------
    table : DataFrame
        One row per strategy and epoch.
    names : DataFrame
        One row per path: its name, and where that stands.
    frame : mapping of str to float
    words : str
        What is drawn against what.
    at : callable
        Writes what a path has reached across, from its last row.
    """
    said = [f"{row['strategy']} {100 * row['mean']:.1f} % at {at(row)}" for _, row in last_rows(table).iterrows()]
    words = f"{words}, epoch by epoch; at the end: {'; '.join(said)}."
    return fill(table, alt=words, frame=frame, ends=names)
