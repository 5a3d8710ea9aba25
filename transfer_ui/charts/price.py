"""What an answer costs, at the end: the new task against the work it took, and against what the old task keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from transfer_core import RunResult
from transfer_ui.charts import alt, base, beside
from transfer_ui.charts.encodings import frame_scale
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.charts.series import TITLES
from transfer_ui.charts.strip import shown_interval
from transfer_ui.palette import ARM_STYLES, MUTED, PAPER, colours
from transfer_ui.rows import FROM_PRETRAINED, OWN

HEIGHT = 230  # pixels
PADDING = 28  # pixels beside the points
Panel = Literal["work", "old task"]
Part = Literal["test", "val"]
WORK: Panel = "work"
OLD_TASK: Panel = "old task"
ACROSS = {WORK: "multiply_adds", OLD_TASK: "source"}
PARTS = {"test": "test accuracy", "val": "validation accuracy"}


def rows(results: Mapping[str, RunResult], panel: Panel, part: Part) -> pd.DataFrame:
    """One row per arm that has a place: what it gains on the new task, the work, what the old task keeps, its name's place.

    Parameters
    ----------
    results : mapping of str to RunResult
        A strategy, or an attempt of the visitor's under the mark that the picture shows.
    panel : {"work", "old task"}
        What it is drawn against. Only arms with a pretrained backbone have an old task.
    part : {"test", "val"}
        Images of the new task: those for a choice are the validation images.

    Returns
    -------
    DataFrame
        ``strategy``, ``look``, ``mean``, ``low``, ``high``, ``multiply_adds``, ``source``, ``source_low``, ``source_high``,
        ``source_before``, and what `beside.names_beside` gives.
    """
    found = pd.DataFrame([_row(name, result, part) for name, result in results.items()])
    found = found[found[ACROSS[panel]].notna()].reset_index(drop=True)
    points = found[ACROSS[panel]].to_numpy(float)
    low, high = frame(found).values()
    old_task = panel == OLD_TASK
    places = beside.names_beside(
        found["strategy"].tolist(),
        points if old_task else np.log(points),
        found["mean"].to_numpy(float),
        low,
        high,
        edges=(found["source_low"].to_numpy(float), found["source_high"].to_numpy(float)) if old_task else None,
        padding=PADDING,
    )
    return found.assign(**places | ({} if old_task else {"edge": points}))


def _row(name: str, result: RunResult, part: Part) -> dict[str, object]:
    keeps = result.config.has_old_task and (name in FROM_PRETRAINED or name not in TITLES)
    source = shown_interval(result.source_accuracy_after) if keeps else (np.nan,) * 3
    return {
        "strategy": TITLES.get(name, name),
        "look": TITLES.get(name, TITLES[OWN]),
        **shown_interval(result.test_accuracy if part == "test" else result.val_accuracy)._asdict(),
        "multiply_adds": result.cost.multiply_adds,
        **dict(zip(("source", "source_low", "source_high"), source, strict=True)),
        "source_before": result.source_accuracy_before.mean() if keeps else np.nan,
    }


@kept
def template(panel: Panel, part: Part, mode: str) -> Spec:
    """Make one of the two panels.

    Parameters
    ----------
    panel : {"work", "old task"}
    part : {"test", "val"}
    mode : {"light", "dark"}
    """
    names = list(ARM_STYLES)
    colour = alt.Color("look:N").scale(domain=[TITLES[name] for name in names], range=colours(names, mode)).legend(None)
    if panel == WORK:
        x_scale = alt.Scale(type="log", nice=False, padding=PADDING)
        x_axis = alt.Axis(format="~s", tickCount=3, grid=False, title="Multiply-adds to train one network")
    else:
        x_scale = alt.Scale(zero=False, nice=False, padding=PADDING)
        x_axis = alt.Axis(format=".0%", tickCount=4, title="Old task, with its old head, at the end")

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=x_scale, axis=x_axis)

    def y(field: str) -> alt.Y:
        return (
            alt.Y(f"{field}:Q", scale=frame_scale()).axis(format=".0%", tickCount=4).title(f"New task: {PARTS[part]}")
        )

    every = alt.Chart(base.NO_DATA)
    across = ACROSS[panel]
    of_the_old_task = [
        every.transform_aggregate(before="mean(source_before)")
        .mark_rule(color=MUTED[mode], strokeDash=[4, 3], tooltip=None)
        .encode(x=x("before")),
        every.mark_rule(strokeWidth=2, tooltip=None).encode(
            x=x("source_low"), x2="source_high:Q", y=y("mean"), color=colour
        ),
    ]
    tooltip = [
        alt.Tooltip("strategy:N", title=" "),
        alt.Tooltip("mean:Q", title="New task", format=".1%"),
        alt.Tooltip("source:Q", title="Old task", format=".1%"),
        alt.Tooltip("multiply_adds:Q", title="Multiply-adds", format=".3s"),
    ]
    layers = [
        *(of_the_old_task if panel == OLD_TASK else []),
        every.mark_rule(strokeWidth=2, tooltip=None).encode(x=x(across), y=y("low"), y2="high:Q", color=colour),
        *beside.name_layers(every, x("edge"), y("label"), colour, mode),
        every.mark_point(filled=True, size=120, opacity=1, stroke=PAPER[mode], strokeWidth=1.5).encode(
            x=x(across), y=y("mean"), color=colour, tooltip=tooltip
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


def show(table: pd.DataFrame, panel: Panel, part: Part, mode: str) -> None:
    """Draw one of the two panels.

    Parameters
    ----------
    table : DataFrame
        Of `rows`.
    panel, part
        As for `rows`.
    mode : {"light", "dark"}
    """
    said = [
        f"{strategy} {100 * mean:.1f} % at {place:,.3g}"
        for strategy, mean, place in zip(table["strategy"], table["mean"], table[ACROSS[panel]], strict=True)
    ]
    about = "multiply-adds" if panel == WORK else "accuracy on the old task"
    words = f"New task against {about}: {'; '.join(said)}."
    base.show(template(panel, part, mode), table, alt=words, frame=frame(table))
