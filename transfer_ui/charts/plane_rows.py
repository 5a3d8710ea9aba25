"""Where runs stand in the plane of new task against old task, in which range, and where their names go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from transfer_core import STRATEGIES, RunResult
from transfer_ui.charts import beside
from transfer_ui.charts.strip import shown_interval
from transfer_ui.charts.two_tasks import AXES

FROZEN, UNFROZEN = "feature_extraction", "end_to_end"
ROOM = 0.12  # of the range of the points, on either side
LEAST_SHARE = 0.3  # of an axis that the path must keep: a run further away is left out


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
    """Give every label its place: over its point, clear of all others."""
    (across, up), (others, heights) = (runs[list(AXES)].to_numpy(float).T for runs in (labels, path))
    where = beside.names_beside(
        labels["label"].tolist(),
        across,
        up,
        frame["source_low"],
        frame["source_high"],
        span=(frame["target_low"], frame["target_high"]),
        others=(others, heights),
        outside=beside.ABOVE,
    )
    return labels.assign(role="label", place=where.pop("label"), **where)
