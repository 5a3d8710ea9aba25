"""New task against old task, in numbers: one row per arm and rate, and the front that no other row beats on both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from transfer_core import RunResult
from transfer_core.arrays import Array
from transfer_ui.charts.followed import short
from transfer_ui.charts.strip import shown_interval
from transfer_ui.charts.two_tasks import AXES, UNSEEN

ROOM = 0.3  # of the range of what must be seen, below it


class Point(NamedTuple):
    """Where a run stands among those of its arm.

    Attributes
    ----------
    arm : str
    value : float
        Learning rate, or strength of L2-SP.
    here : bool
        Whether it is the run at the settings of the page.
    """

    arm: str
    value: float
    here: bool

    @property
    def words(self) -> str:
        """What distinguishes it from the others of its arm."""
        return f"{'strength' if short(self.arm) == 'L2-SP' else 'rate'} {self.value:g}"


def trade_table(results: Mapping[str, RunResult], points: Mapping[str, Point]) -> pd.DataFrame:
    """One row per run: its arm, rate or strength, and both accuracies with their intervals.

    Parameters
    ----------
    results : mapping of str to RunResult
    points : mapping of str to Point
        Under the names of the results; a name without a result is left out.

    Returns
    -------
    DataFrame
        ``front``: no other run is better on both tasks.
    """
    table = pd.DataFrame([_row(results[name], point) for name, point in points.items() if name in results])
    return table.assign(front=on_front(table[list(AXES)].to_numpy()))


def _row(result: RunResult, point: Point) -> dict[str, object]:
    row: dict[str, object] = {"arm": short(point.arm), "what": point.words, "value": point.value, "here": point.here}
    for axis, scores in zip(AXES, _scores(result), strict=True):
        mean, low, high = shown_interval(scores)
        row |= {axis: mean, f"{axis}_low": low, f"{axis}_high": high}
    return row


def _scores(result: RunResult) -> tuple[Array, Array]:
    return result.val_accuracy, result.source_accuracy_after


def on_front(scores: Array) -> Array:
    """Mark the points that no other point beats: as good on both axes and better on one.

    Examples
    --------
    >>> on_front(np.array([[0.9, 0.5], [0.8, 0.9], [0.7, 0.8], [0.9, 0.5]])).tolist()
    [True, True, False, True]
    """
    at_least = (scores[None] >= scores[:, None]).all(axis=-1)
    better = (scores[None] > scores[:, None]).any(axis=-1)
    return np.asarray(~np.any(at_least & better, axis=1))


def window(table: pd.DataFrame, before: float) -> dict[str, float]:
    """Choose the ranges that show the differences: the front, the runs here and the pretrained network, with some room.

    A run that has broken down elsewhere would squeeze all others into a corner.

    Returns
    -------
    dict of str to float
        ``target_low``, ``target_high``, ``source_low``, ``source_high``.
    """
    shown = table[table["here"] | table["front"]]
    found: dict[str, float] = {}
    for axis, further in zip(AXES, ([], [before]), strict=True):
        values = np.array([*shown[axis], *shown[f"{axis}_low"], *shown[f"{axis}_high"], *further])
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        room = max(ROOM * (high - low), 0.004)
        found |= {f"{axis}_low": max(low - room, 0.0), f"{axis}_high": min(high + room / 2, 1.0)}
    return found


def outside(table: pd.DataFrame, frame: Mapping[str, float]) -> pd.DataFrame:
    """Find the runs that a window leaves out."""
    inside = [table[axis].between(frame[f"{axis}_low"], frame[f"{axis}_high"]) for axis in AXES]
    return table[~(inside[0] & inside[1])]


def trade_rows(results: Mapping[str, RunResult], points: Mapping[str, Point], table: pd.DataFrame) -> pd.DataFrame:
    """`trade_table` for the chart, with the front as a line, each seed of the runs here and the pretrained network."""
    front = table[table["front"]].drop_duplicates(list(AXES)).sort_values("target")
    seeds = [
        pd.DataFrame(dict(zip(AXES, _scores(results[name]), strict=True))).assign(arm=short(point.arm))
        for name, point in points.items()
        if point.here and name in results
    ]
    before = pd.DataFrame({"source": [_before(results)]})
    kinds = {"point": table.sort_values("value"), "front": front, "seed": pd.concat(seeds), "before": before}
    return pd.concat([rows.assign(kind=kind) for kind, rows in kinds.items()], ignore_index=True)


def _before(results: Mapping[str, RunResult]) -> float:
    return float(next(iter(results.values())).source_accuracy_before.mean())


class Picture(NamedTuple):
    """What there is to draw of some runs.

    Attributes
    ----------
    table : DataFrame
        Of `trade_table`.
    rows : DataFrame
        Of `trade_rows`.
    frame : dict of str to float
    """

    table: pd.DataFrame
    rows: pd.DataFrame
    frame: dict[str, float]


def picture(results: Mapping[str, RunResult], points: Mapping[str, Point]) -> Picture:
    """Put together what there is to draw.

    Parameters
    ----------
    results : mapping of str to RunResult
        At least one of them at the settings of the page.
    points : mapping of str to Point
    """
    table = trade_table(results, points)
    return Picture(table, trade_rows(results, points, table), window(table, _before(results)))


def nothing() -> Picture:
    """Put together what there is to draw before any run may be seen: the axes."""
    columns = ["kind", "arm", "what", "value", "here", *AXES]
    return Picture(pd.DataFrame(), pd.DataFrame(columns=columns), dict(UNSEEN))
