"""Names beside points, where there is no room at the end of a line."""

from __future__ import annotations

from typing import Any

import numpy as np

from transfer_core.arrays import Array
from transfer_ui.charts import alt, base
from transfer_ui.palette import PAPER

NAME = 0.4  # of a small chart's width, from the first point to the last: the longest name


def names_beside(points: Array, wanted: Array, low: float, high: float) -> dict[str, Array]:
    """Place names beside points: to the left of those in the right half, so that none is cut, and apart from each other.

    Parameters
    ----------
    points : ndarray of shape (n,)
        Where they stand, from left to right.
    wanted, low, high
        As for `transfer_ui.charts.base.label_rows`.

    Returns
    -------
    dict of str to ndarray
        ``right``, and what `transfer_ui.charts.base.label_rows` gives.

    Examples
    --------
    >>> names_beside(np.array([1.0, 5.0, 5.0]), np.array([0.5, 0.5, 0.51]), 0.0, 1.0)["right"].tolist()
    [False, True, True]
    """
    right = points > (points.min() + points.max()) / 2 if len(points) else points > 0
    places = {name: np.zeros(len(points)) for name in ("label", "nudge_low", "nudge_high")}
    # Names of both sides meet in the middle, if their points are near enough.
    meet = right.any() and not right.all() and points[right].min() - points[~right].max() < 2 * NAME * np.ptp(points)
    for side in (right | True,) if meet else (right, ~right):
        for name, values in base.label_rows(wanted[side], low, high).items():
            places[name][side] = values
    return {"right": right} | places


def name_layers(
    names: alt.Chart, x: alt.X, y: alt.Y, colour: alt.Color, mode: str, *, outside: int = -4, above: int = 0
) -> list[alt.Chart]:
    """Write the names of `names_beside`, in paper first, so that no line strikes one through.

    Parameters
    ----------
    names : altair.Chart
        Of rows with ``strategy`` and what `names_beside` gives.
    x, y : altair.X, altair.Y
        The point, and the column ``label``.
    colour : altair.Color
    mode : {"light", "dark"}
    outside, above : int
        Pixels from the point to the near end of its name, and up to it.
    """
    look: dict[str, Any] = {
        "align": alt.ExprRef("datum.right ? 'right' : 'left'"),
        "baseline": "middle",
        "dx": alt.ExprRef(f"datum.right ? {-outside} : {outside}"),
        "dy": alt.ExprRef(f"{base.label_nudge().expr} - {above}"),
        "tooltip": None,
    }
    paper = names.mark_text(**look, stroke=PAPER[mode], strokeWidth=4, strokeJoin="round")
    return [
        paper.encode(x=x, y=y, text="strategy:N"),
        names.mark_text(**look).encode(x=x, y=y, text="strategy:N", color=colour),
    ]
