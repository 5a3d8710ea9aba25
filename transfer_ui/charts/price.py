"""What an answer costs the old task: the new task against the old one, at the end."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import altair as alt
import numpy as np
import pandas as pd

from transfer_core import STRATEGIES, RunResult
from transfer_ui.charts import base, beside
from transfer_ui.charts.panels import TITLES
from transfer_ui.charts.strip import shown_interval
from transfer_ui.palette import MUTED, PAPER, colours

HEIGHT = 230  # pixels


def rows(results: Mapping[str, RunResult]) -> pd.DataFrame:
    """One row per pretrained strategy: what it gains on the new task, what the old one keeps, where its name stands.

    Returns
    -------
    DataFrame
        ``strategy``, ``mean``, ``low``, ``high``, ``source``, ``source_low``, ``source_high``, ``source_before``,
        ``edge``, the end of the interval where the name stands, and what `beside.names_beside` gives.
    """
    found = pd.DataFrame(
        [
            {
                "strategy": TITLES[name],
                **shown_interval(result.test_accuracy)._asdict(),
                **dict(
                    zip(
                        ("source", "source_low", "source_high"),
                        shown_interval(result.source_accuracy_after),
                        strict=True,
                    )
                ),
                "source_before": result.source_accuracy_before.mean(),
            }
            for name, result in results.items()
            if STRATEGIES[name].pretrained
        ]
    )
    low, high = frame(found).values()
    places = beside.names_beside(found["source"].to_numpy(), found["mean"].to_numpy(), low, high)
    edge = np.where(places["right"], found["source_low"], found["source_high"])
    return found.assign(edge=np.where(np.isfinite(edge), edge, found["source"]), **places)


@cache
def template(mode: str) -> base.Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    names = list(STRATEGIES)
    colour = (
        alt.Color("strategy:N").scale(domain=[TITLES[name] for name in names], range=colours(names, mode)).legend(None)
    )
    y_scale = alt.Scale(domain=[base.framed("frame.low"), base.framed("frame.high")], nice=False)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=y_scale).axis(format=".0%", tickCount=4).title("New task: test accuracy")

    def x(field: str) -> alt.X:
        scale = alt.Scale(zero=False, nice=False, padding=28)
        axis = alt.Axis(format=".0%", tickCount=4, title="Old task, with its old head, at the end")
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    every = alt.Chart(base.NO_DATA)
    before = every.transform_aggregate(before="mean(source_before)")
    tooltip = [
        alt.Tooltip("strategy:N", title=" "),
        alt.Tooltip("mean:Q", title="New task", format=".1%"),
        alt.Tooltip("source:Q", title="Old task", format=".1%"),
    ]
    layers = [
        before.mark_rule(color=MUTED[mode], strokeDash=[4, 3], tooltip=None).encode(x=x("before")),
        every.mark_rule(strokeWidth=2, tooltip=None).encode(
            x=x("source_low"), x2="source_high:Q", y=y("mean"), color=colour
        ),
        every.mark_rule(strokeWidth=2, tooltip=None).encode(x=x("source"), y=y("low"), y2="high:Q", color=colour),
        *beside.name_layers(every, x("edge"), y("label"), colour, mode, outside=8),
        every.mark_point(filled=True, size=120, opacity=1, stroke=PAPER[mode], strokeWidth=1.5).encode(
            x=x("source"), y=y("mean"), color=colour, tooltip=tooltip
        ),
    ]
    return base.template(alt.layer(*layers).properties(height=HEIGHT), mode)


def frame(table: pd.DataFrame) -> dict[str, float]:
    """Domain of the new task's axis."""
    values = table[["mean", "low", "high"]].to_numpy(float)
    known = values[np.isfinite(values)]
    if not len(known):
        return {"low": 0.0, "high": 1.0}
    low, high = float(known.min()), float(known.max())
    return {"low": max(0.0, round(low - 0.04, 3)), "high": min(1.02, round(high + 0.04, 3))}


def show(table: pd.DataFrame, mode: str) -> None:
    """Draw the strategies.

    Parameters
    ----------
    table : DataFrame
        Of `rows`.
    mode : {"light", "dark"}
    """
    said = [
        f"{strategy} {100 * mean:.1f} % at {old:.3g}"
        for strategy, mean, old in zip(table["strategy"], table["mean"], table["source"], strict=True)
    ]
    words = f"New task against accuracy on the old task: {'; '.join(said)}."
    base.show(template(mode), table, alt=words, frame=frame(table))
