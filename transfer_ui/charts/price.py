"""What an answer costs: accuracy against work, and the new task against the old one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import altair as alt
import numpy as np
import pandas as pd

from transfer_core import RunResult
from transfer_core.arrays import Array
from transfer_ui.charts import base
from transfer_ui.charts.panels import TITLES
from transfer_ui.charts.strip import shown_interval
from transfer_ui.palette import ARM_STYLES, MUTED, PAPER, colours
from transfer_ui.rows import FROM_PRETRAINED, OWN

HEIGHT, PLOT = 230, 175  # pixels, and those between the axes
WORK, OLD_TASK = "work", "old task"
AXES = {WORK: "multiply_adds", OLD_TASK: "source"}


def rows(results: Mapping[str, RunResult], part: str = "test") -> pd.DataFrame:
    """One row per arm: what it gains on the new task, the work it takes, what the old task keeps.

    Parameters
    ----------
    results : mapping of str to RunResult
        A strategy, or an attempt of the visitor's under the mark that the picture shows.
    part : {"test", "val"}
        Images of the new task to look at: those for a choice are the validation images.

    Returns
    -------
    DataFrame
        ``strategy``, ``look``, ``mean``, ``low``, ``high``, ``multiply_adds``, ``source``, ``source_low``, ``source_high``,
        ``source_before``; those of the old task are missing where there is none.
    """
    table = []
    for name, result in results.items():
        keeps = result.config.has_old_task and (name in FROM_PRETRAINED or name not in TITLES)
        scores = result.test_accuracy if part == "test" else result.val_accuracy
        source = shown_interval(result.source_accuracy_after) if keeps else (np.nan,) * 3
        table.append(
            {
                "strategy": TITLES.get(name, name),
                "look": TITLES.get(name, TITLES[OWN]),
                **shown_interval(scores)._asdict(),
                "multiply_adds": result.cost.multiply_adds,
                **dict(zip(("source", "source_low", "source_high"), source, strict=True)),
                "source_before": result.source_accuracy_before.mean() if keeps else np.nan,
            }
        )
    found = pd.DataFrame(table)
    for panel, axis in AXES.items():
        found[f"nudge_{panel.replace(' ', '_')}"] = _nudges(found, axis)
    return found


def _nudges(table: pd.DataFrame, axis: str) -> Array:
    """Pixels to move each name by so that those on one side of the picture do not cover each other."""
    low, high = frame(table).values()
    places = np.log(table[axis]) if axis == AXES[WORK] else table[axis]
    right = (places > (places.min() + places.max()) / 2).to_numpy()
    wanted = PLOT * (high - table["mean"].to_numpy()) / (high - low)
    nudges = np.zeros(len(table))
    for side in (right, ~right & places.notna().to_numpy()):
        if side.any():
            nudges[side] = base.spread_labels(wanted[side], PLOT) - wanted[side]
    return nudges


@cache
def template(panel: str, mode: str) -> base.Spec:
    """Make one of the two panels.

    Parameters
    ----------
    panel : {"work", "old task"}
    mode : {"light", "dark"}
    """
    names = list(ARM_STYLES)
    colour = alt.Color("look:N").scale(domain=[TITLES[name] for name in names], range=colours(names, mode)).legend(None)
    y_scale = alt.Scale(domain=[base.framed("frame.low"), base.framed("frame.high")], nice=False)
    y = alt.Y("mean:Q", scale=y_scale).axis(format=".0%", tickCount=4).title("New task")
    every = alt.Chart(base.NO_DATA)
    if panel == WORK:
        x = (
            alt.X("multiply_adds:Q")
            .scale(type="log", nice=False, padding=28)
            .axis(format="~s", tickCount=3, grid=False)
            .title("Multiply-adds to train one network")
        )
        further = []
    else:
        every = every.transform_filter("isValid(datum.source)")
        x = (
            alt.X("source:Q")
            .scale(zero=False, nice=False, padding=28)
            .axis(format=".0%", tickCount=4)
            .title("Old task, with its old head")
        )
        further = [
            every.transform_aggregate(before="mean(source_before)")
            .mark_rule(color=MUTED[mode], strokeDash=[4, 3], tooltip=None)
            .encode(x=alt.X("before:Q")),
            every.mark_rule(strokeWidth=2, tooltip=None).encode(
                x=alt.X("source_low:Q"), x2="source_high:Q", y=y, color=colour
            ),
        ]
    tooltip = [
        alt.Tooltip("strategy:N", title=" "),
        alt.Tooltip("mean:Q", title="New task", format=".1%"),
        alt.Tooltip("source:Q", title="Old task", format=".1%"),
        alt.Tooltip("multiply_adds:Q", title="Multiply-adds", format=".3s"),
    ]
    layers = [
        *further,
        every.mark_rule(strokeWidth=2, tooltip=None).encode(
            x=x, y=alt.Y("low:Q", scale=y_scale), y2="high:Q", color=colour
        ),
        every.mark_point(filled=True, size=120, opacity=1, stroke=PAPER[mode], strokeWidth=1.5).encode(
            x=x, y=y, color=colour, tooltip=tooltip
        ),
        # Names to the left of points in the right half, so that none is cut.
        every.mark_text(
            align=alt.ExprRef("scale('x', datum.x_value) > width / 2 ? 'right' : 'left'"),
            dx=alt.ExprRef("scale('x', datum.x_value) > width / 2 ? 4 : -4"),
            dy=alt.ExprRef(f"datum.nudge_{panel.replace(' ', '_')} - 11"),
            tooltip=None,
        )
        .transform_calculate(x_value=f"datum.{AXES[panel]}")
        .encode(x=x, y=y, text="strategy:N", color=colour),
    ]
    return base.template(alt.layer(*layers).properties(height=HEIGHT), mode)


def frame(table: pd.DataFrame) -> dict[str, float]:
    """Domain of the new task's axis, the same in both panels."""
    values = table[["mean", "low", "high"]].to_numpy(float)
    known = values[np.isfinite(values)]
    if not len(known):
        return {"low": 0.0, "high": 1.0}
    low, high = float(known.min()), float(known.max())
    return {"low": max(0.0, round(low - 0.04, 3)), "high": min(1.02, round(high + 0.04, 3))}


def show(results: Mapping[str, RunResult], panel: str, mode: str, part: str = "test") -> None:
    """Draw one of the two panels; arguments as for `rows`."""
    table = rows(results, part)
    axis = AXES[panel]
    said = [
        f"{strategy} {100 * mean:.1f} % at {place:,.3g}"
        for strategy, mean, place in zip(table["strategy"], table["mean"], table[axis], strict=True)
        if np.isfinite(place)
    ]
    about = "multiply-adds" if panel == WORK else "accuracy on the old task"
    base.show(template(panel, mode), table, alt=f"New task against {about}: {'; '.join(said)}.", frame=frame(table))
