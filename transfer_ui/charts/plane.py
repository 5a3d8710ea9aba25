"""The plane of new task against old task, with the path that the unfreeze epoch draws through it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from transfer_core import STRATEGIES, RunResult
from transfer_core.wording import inside
from transfer_ui.charts import base
from transfer_ui.charts.followed import looks
from transfer_ui.charts.strip import shown_interval
from transfer_ui.charts.trade import AXES, TITLES
from transfer_ui.palette import INK, MUTED, PAPER
from transfer_ui.sentences import percent

HEIGHT = 346
ROOM = 0.12  # of the range of the points, on either side
LEAST_SHARE = 0.3  # of an axis that the path must keep: a run further away is left out
LABEL_ABOVE = 14  # pixels
FROZEN, UNFROZEN = "feature_extraction", "end_to_end"
UNDER_WAY = "Training is under way."
NO_ROWS = pd.DataFrame({"role": [""]})


class Picture(NamedTuple):
    """What there is to draw of some runs.

    Attributes
    ----------
    rows : DataFrame
        ``role``: one "path" per unfreeze epoch; "end_to_end"; one "joined" per end of the line between the two; one "label"
        per name; "outside" if end-to-end lies too far away to be shown.
    frame : dict of str to float
    """

    rows: pd.DataFrame
    frame: dict[str, float]


def picture(swept: Mapping[str, RunResult], references: Mapping[str, RunResult], chosen: int) -> Picture:
    """Put together what there is to draw.

    Parameters
    ----------
    swept : mapping of str to RunResult
        Unfreeze epoch as text -> run; perhaps not all of them yet.
    references : mapping of str to RunResult
        Feature extraction, at which the path ends, and end-to-end.
    chosen : int
        The present unfreeze epoch.
    """
    never, plain = references[FROZEN], references[UNFROZEN]
    last = never.config.n_epochs
    runs = {int(epoch): result for epoch, result in swept.items()} | {last: never}
    path = pd.DataFrame([_row(runs[epoch], epoch, chosen, last) for epoch in sorted(runs)])
    other = pd.DataFrame([_row(plain, None, chosen, last)])
    start = path[path["epoch"] == 0]
    if len(start) and (start[list(AXES)].to_numpy() == other[list(AXES)].to_numpy()).all():
        other = other[:0]  # end-to-end under another name
    frame = _window(path)
    wide = _window(pd.concat([path, other]))
    left_out = any(_span(frame, axis) < LEAST_SHARE * _span(wide, axis) for axis in AXES)
    if not left_out:
        frame = wide
    joined = pd.concat([other, start]).assign(role="joined") if len(start) and len(other) else path[:0]
    labels = pd.concat([path[path["now"]].assign(label=f"you are here: {chosen}"), path, other])
    labels = labels[labels["label"] != ""]
    outside = path[:0]
    if left_out:
        labels = labels[labels["role"] != UNFROZEN]
        outside = other.assign(role="outside", label=[f"off the chart: {other['label'].iloc[0]}"])
    rows = [path, other, joined, outside, _placed(labels, frame)]
    return Picture(pd.concat(rows, ignore_index=True), frame)


def _row(result: RunResult, epoch: int | None, chosen: int, last: int) -> dict[str, object]:
    """Where a run stands; what never unfreezes is feature extraction under another name."""
    name = UNFROZEN if epoch is None else FROZEN if epoch == last else "progressive_unfreezing"
    config = result.config
    how = "layer by layer" if config.gradual else "end-to-end"
    row: dict[str, object] = {
        "role": UNFROZEN if epoch is None else "path",
        "epoch": np.nan if epoch is None else epoch,
        "arm": STRATEGIES[name].short,
        "what": f"End-to-end at rate {config.backbone_learning_rate:g}" if epoch is None else f"Unfrozen at {epoch}",
        "now": epoch is not None and epoch == chosen,
        "weight": 220 if epoch is not None and epoch == chosen else 110 if epoch in (None, 0, last) else 45,
        "label": "",
    }
    if epoch is None:
        row["label"] = f"end-to-end, rate {config.backbone_learning_rate:g}"
    elif epoch == last:
        row |= {"label": f"{last}: feature extraction", "what": f"Never unfrozen ({last})"}
    elif epoch == 0:
        row |= {"label": f"0: {how}, rate {config.unfrozen_learning_rate:g}", "what": "Unfrozen from the start (0)"}
    for axis, scores in zip(AXES, (result.val_accuracy, result.source_accuracy_after), strict=True):
        mean, low, high = shown_interval(scores)
        row |= {axis: mean, f"{axis}_low": low, f"{axis}_high": high}
    return row


def _window(runs: pd.DataFrame) -> dict[str, float]:
    """Range of the runs, and of the intervals that are drawn, with some room."""
    found: dict[str, float] = {}
    drawn = runs[(runs["label"] != "") | runs["now"]]
    for axis in AXES:
        values = np.array([*runs[axis], *drawn[f"{axis}_low"], *drawn[f"{axis}_high"]], float)
        values = values[np.isfinite(values)]
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
        room = max(ROOM * (high - low), 0.004)
        found |= {f"{axis}_low": low - room, f"{axis}_high": high + room}
    return found


def _span(frame: Mapping[str, float], axis: str) -> float:
    return frame[f"{axis}_high"] - frame[f"{axis}_low"]


def _placed(labels: pd.DataFrame, frame: Mapping[str, float]) -> pd.DataFrame:
    """Give every label its place: beside its point, towards the middle, apart from the others on that side."""
    middle = (frame["target_low"] + frame["target_high"]) / 2
    sides = []
    for to_the_right, side in labels.groupby(labels["target"] > middle):
        places = base.label_rows(side["source"].to_numpy(float), frame["source_low"], frame["source_high"])
        sides.append(side.assign(role="label", right=to_the_right, place=places.pop("label"), **places))
    return pd.concat(sides) if sides else labels


@cache
def plane_template(mode: str) -> base.Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    look = looks(mode, legend=False)
    x, x_low = (_axis(0, field) for field in ("target", "target_low"))
    y, y_low, y_label = (_axis(1, field) for field in ("source", "source_low", "place"))
    rows = alt.Chart(base.NO_DATA)
    path = rows.transform_filter("datum.role == 'path'")
    runs = rows.transform_filter("datum.role == 'path' || datum.role == 'end_to_end'")
    nearest = alt.selection_point(name="nearest", nearest=True, on="pointermove", empty=False, clear="pointerout")

    joined = (
        rows.transform_filter("datum.role == 'joined'")
        .mark_line(strokeDash=[2, 4], color=MUTED[mode], clip=True, tooltip=None)
        .encode(x=x, y=y)
    )
    line = path.mark_line(strokeWidth=2.2, tooltip=None).encode(
        x=x, y=y, order="epoch:Q", color=alt.datum(STRATEGIES["progressive_unfreezing"].short)
    )
    crosses = [
        part.mark_rule(strokeWidth=width, opacity=opacity, clip=True, tooltip=None).encode(
            x=one_x, y=one_y, color=look.colour, **other_end
        )
        for part, width, opacity in (
            (runs.transform_filter("datum.label != '' && !datum.now"), 1.2, 0.45),
            (path.transform_filter("datum.now"), 1.2, 0.8),
            (path.transform_filter(nearest), 1.6, 0.9),
        )
        for one_x, one_y, other_end in ((x_low, y, {"x2": "target_high:Q"}), (x, y_low, {"y2": "source_high:Q"}))
    ]
    words = rows.transform_filter("datum.role == 'label'")
    beside: dict[str, Any] = {
        "align": alt.ExprRef("datum.right ? 'right' : 'left'"),
        "dx": alt.ExprRef("datum.right ? -7 : 7"),
        "dy": alt.ExprRef(f"{base.label_nudge().expr} - {LABEL_ABOVE}"),
        "tooltip": None,
    }
    labels = [
        # On paper of its own: a line behind it does not strike it through.
        words.mark_text(**beside, stroke=PAPER[mode], strokeWidth=5, strokeJoin="round").encode(
            x=x, y=y_label, text="label:N"
        ),
        words.mark_text(**beside, color=INK[mode]).encode(x=x, y=y_label, text="label:N"),
    ]
    outside = (
        rows.transform_filter("datum.role == 'outside'")
        .mark_text(align="left", baseline="bottom", dx=6, dy=-5, color=MUTED[mode], tooltip=None)
        .encode(x=alt.value(0), y=alt.value("height"), text="label:N")
    )
    marks = (
        runs.mark_point(filled=True, opacity=1, strokeWidth=2, clip=True)
        .encode(
            x=x,
            y=y,
            color=look.colour,
            shape=look.shape,
            size=alt.Size("weight:Q", scale=None),
            stroke=alt.condition("datum.now", alt.value(INK[mode]), alt.value("transparent")),
            tooltip=[
                alt.Tooltip("what:N", title="Backbone"),
                alt.Tooltip("target:Q", title="New task", format=".1%"),
                alt.Tooltip("target_low:Q", title="95 % interval from", format=".1%"),
                alt.Tooltip("target_high:Q", title="to", format=".1%"),
                alt.Tooltip("source:Q", title="Old task", format=".1%"),
                alt.Tooltip("source_low:Q", title="95 % interval from ", format=".1%"),
                alt.Tooltip("source_high:Q", title="to ", format=".1%"),
            ],
        )
        .add_params(nearest)
    )
    return base.template(alt.layer(joined, *crosses, line, outside, *labels, marks).properties(height=HEIGHT), mode)


def _axis(which: int, field: str) -> alt.X | alt.Y:
    """Encode one of the two accuracies, all on the range of the frame."""
    axis = AXES[which]
    scale = alt.Scale(domain=[base.framed(f"frame.{axis}_{end}") for end in ("low", "high")], nice=False, zero=False)
    ticks = alt.Axis(format=".0%", tickCount=5)
    return (alt.X, alt.Y)[which](f"{field}:Q", scale=scale, axis=ticks, title=TITLES[which])


def described(drawn: Picture) -> str:
    """Say where the ends of the path are, and where the visitor is, for whoever cannot see them."""
    rows = drawn.rows
    named = rows[rows["role"].isin(["path", UNFROZEN]) & ((rows["label"] != "") | rows["now"])]
    said = [
        f"{'you are here: ' if now else ''}{inside(what)}, new {percent(new)}, old {percent(old)}"
        for now, what, new, old in named[["now", "what", *AXES]].to_numpy()
    ]
    return f"{'; '.join(said)}."


def draw(drawn: Picture | None, mode: str, place: base.Place, words: str = UNDER_WAY) -> None:
    """Draw the runs so far in place of the previous picture; without any, the axes alone."""
    nothing = {f"{axis}_{end}": value for axis in AXES for end, value in (("low", 0.0), ("high", 1.0))}
    base.show(
        plane_template(mode),
        NO_ROWS if drawn is None else drawn.rows,
        alt=f"Accuracy on the old task against accuracy on the new one, by unfreeze epoch: {words}",
        frame=nothing if drawn is None else drawn.frame,
        place=place,
    )
