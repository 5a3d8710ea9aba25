"""Names at the ends of lines: placed so that each can be read, at every height of the chart."""

from __future__ import annotations

import numpy as np

from transfer_core.arrays import Array
from transfer_ui.charts import alt

LABEL_GAP = 16  # pixels between two labels
ROOM = 104  # pixels on the right for the names of lines, of which Feature extraction is the longest
LABEL_HEIGHTS = (150, 560)  # pixels of a chart on the page, and of one that fills a screen


def label_rows(wanted: Array, low: float, high: float) -> dict[str, Array]:
    """Place the names at the ends of lines, apart from each other at every height of the chart.

    Parameters
    ----------
    wanted : ndarray of shape (n,)
        Where the lines end.
    low, high : float
        Domain of the axis.

    Returns
    -------
    dict of str to ndarray
        ``label``, on the axis, and ``nudge_low`` and ``nudge_high``, pixels to move it by in a low chart and in
        a high one. Between the two heights the nudges run straight, and so the labels stay apart.
    """
    ends = np.clip(np.nan_to_num(wanted, nan=low, posinf=high), low, high)
    shares = (high - ends) / (high - low) if high > low else np.zeros_like(ends)
    nudges = [spread_labels(shares * height, height) - shares * height for height in LABEL_HEIGHTS]
    return {"label": ends, "nudge_low": nudges[0], "nudge_high": nudges[1]}


def label_nudge() -> alt.ExprRef:
    """Write how far a label of `label_rows` moves at the height that the chart has now."""
    low, high = LABEL_HEIGHTS
    return alt.ExprRef(
        f"datum.nudge_low + (datum.nudge_high - datum.nudge_low) * clamp((height - {low}) / {high - low}, 0, 1)"
    )


def spread_labels(wanted: Array, height: float) -> Array:
    """Move labels apart until they are readable: as little as possible, and in their order.

    Parameters
    ----------
    wanted : ndarray of shape (n,)
        Pixels from the top.
    height : float
        Pixels there are.

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> spread_labels(np.array([50.0, 52.0, 90.0]), 100).tolist()
    [43.0, 59.0, 90.0]
    """
    order = np.argsort(wanted, kind="stable")
    steps = LABEL_GAP * np.arange(len(order))
    # Less the step of each, the places must not fall: labels that would fall are merged at their mean.
    groups: list[tuple[float, int]] = []
    for mean, count in zip(wanted[order] - steps, [1] * len(order), strict=True):
        while groups and groups[-1][0] > mean:
            above, n_above = groups.pop()
            mean, count = (above * n_above + mean * count) / (n_above + count), n_above + count
        groups.append((float(mean), count))
    levels = np.repeat([mean for mean, _ in groups], [count for _, count in groups])
    spread: Array = np.empty(len(order))
    lowest = height - LABEL_GAP / 2  # or the line of the axis would strike the word through
    spread[order] = np.clip(levels, 0, max(lowest - LABEL_GAP * (len(order) - 1), 0)) + steps
    return spread
