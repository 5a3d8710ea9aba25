"""Where runs stand in the plane of new task against old task, in which range, and where their names go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from transfer_core import STRATEGIES, RunResult
from transfer_core.arrays import Array
from transfer_ui.charts import base
from transfer_ui.charts.strip import shown_interval
from transfer_ui.charts.two_tasks import AXES

FROZEN, UNFROZEN = "feature_extraction", "end_to_end"
ROOM = 0.12  # of the range of the points, on either side
LEAST_SHARE = 0.3  # of an axis that the path must keep: a run further away is left out
CHARACTER = 0.017  # of the width of the plot, about
NEAR = 0.08  # of its height: a point as near as this to the height of a label is hidden by it


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
    rows = [path, other, joined, outside, _placed(labels, path, frame)]
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


def _placed(labels: pd.DataFrame, path: pd.DataFrame, frame: Mapping[str, float]) -> pd.DataFrame:
    """Give every label its place: beside its point where it fits and hides least, apart from the others on that side."""
    places = _shares(labels, frame)
    points = _shares(path, frame)
    lengths = CHARACTER * labels["label"].str.len().to_numpy()
    left = np.array([_left(place, length, points) for place, length in zip(places, lengths, strict=True)], bool)
    labels = labels.assign(left=left)
    sides = []
    for side in (labels[left], labels[~left]):
        where = base.label_rows(side["source"].to_numpy(float), frame["source_low"], frame["source_high"])
        sides.append(side.assign(role="label", place=where.pop("label"), **where))
    return pd.concat(sides)


def _shares(runs: pd.DataFrame, frame: Mapping[str, float]) -> Array:
    """Where runs stand in the frame, as shares of its width and height."""
    low = np.array([frame[f"{axis}_low"] for axis in AXES])
    shares: Array = (runs[list(AXES)].to_numpy(float) - low) / [_span(frame, axis) for axis in AXES]
    return shares


def _left(place: Array, length: float, points: Array) -> bool:
    """Whether the label of a point stands to its left: where there is room, or where it hides fewer points."""
    fits = bool(place[0] - length > 0), bool(place[0] + length < 1)
    if fits[0] != fits[1]:
        return fits[0]
    if not fits[0]:
        return bool(place[0] > 0.5)
    near = points[(np.abs(points[:, 1] - place[1]) < NEAR) & (np.abs(points[:, 0] - place[0]) < length)]
    return int((near[:, 0] < place[0]).sum()) < int((near[:, 0] > place[0]).sum())
