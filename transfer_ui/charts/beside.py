"""Names beside points, where there is no room at the end of a line: none covers a point, and none another name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from transfer_core.arrays import Array
from transfer_ui.charts import alt, line_ends
from transfer_ui.charts.lettering import on_paper

NARROWEST = 282  # pixels of the plot on a phone that is 360 wide
PLOTS = np.arange(NARROWEST, 1300, 10.0)
"""Widths of a plot, from that to one that fills a screen: names that are apart at one may meet at another."""
LETTER = 5.6  # pixels of a letter, on average
CLEAR = 14  # pixels from the middle of a point to that of a name that it does not touch
BESIDE, ABOVE = 10, -4  # pixels from a point to the near end of its name: at its side, or over it
COVERED = 10_000.0  # what a covered point costs: more than any distance
FAR = 20  # pixels
STEP = 2  # pixels between two heights that are tried
MISLEADING = 1_000.0  # what it costs to stand nearer to another point than to one's own
TURNED = 6.0  # what it costs that two names stand the other way round than their points


def names_beside(
    names: Sequence[str],
    points: Array,
    wanted: Array,
    low: float,
    high: float,
    *,
    span: tuple[float, float] | None = None,
    edges: tuple[Array, Array] | None = None,
    others: tuple[Array, Array] | None = None,
    outside: int = BESIDE,
    padding: int = 0,
) -> dict[str, Array]:
    """Place names by points: to the left of those in the right half, so that none is cut.

    Parameters
    ----------
    names : sequence of str
    points : ndarray of shape (n,)
        Where they stand, from left to right.
    wanted : ndarray of shape (n,)
        Where they stand on the axis that goes up.
    low, high : float
        Domain of that axis.
    span : tuple of (float, float), optional
        Ends of the axis from left to right; those of the points and their intervals otherwise.
    edges : tuple of ndarray of shape (n,), optional
        Where the interval of each point begins and ends: its name stands beside that.
    others : tuple of ndarray of shape (m,), optional
        Further points without names, across and up.
    outside : int
        `BESIDE`: a name begins at the side of its point; `ABOVE`: over it.
    padding : int
        Pixels that the axis goes on at either end.

    Returns
    -------
    dict of str to ndarray
        ``edge``, from where a name is written; ``right``, whether it ends there; and what
        `transfer_ui.charts.line_ends.label_rows` gives.

    Examples
    --------
    >>> placed = names_beside(["a", "b", "c"], np.array([1.0, 5.0, 5.0]), np.array([0.5, 0.5, 0.51]), 0.0, 1.0)
    >>> placed["right"].tolist()
    [False, True, True]
    """
    right = points > (points.min() + points.max()) / 2 if len(points) else points > 0
    edge = points if edges is None else np.where(right, *edges)
    edge = np.where(np.isfinite(edge), edge, points)
    first, last = span or _ends(points, *(edges or ()))
    across, up = (points, wanted) if others is None else (np.append(points, others[0]), np.append(wanted, others[1]))
    plots = (PLOTS - 2 * padding)[:, None] / ((last - first) or 1.0)
    dots, near = (plots * (place - first) for place in (across, edge))
    widths = LETTER * np.array([len(name) for name in names], float)
    begin = np.where(right, near - outside - widths, near + outside)[..., None]
    end, dots = begin + widths[:, None], dots[:, None, :]
    over = np.any((begin - CLEAR / 2 < dots) & (dots < end + CLEAR / 2), axis=0)
    meets = np.any((begin < end.swapaxes(1, 2)) & (end > begin.swapaxes(1, 2)), axis=0)

    ends = np.clip(np.nan_to_num(up, nan=low, posinf=high), low, high)
    shares = (high - ends) / (high - low) if high > low else np.zeros_like(ends)
    lower, higher = line_ends.LABEL_HEIGHTS
    at_first = _apart(shares * lower, lower, over, meets, outside)
    # Between the two heights the names move straight: whatever was below a name stays below it.
    below = (at_first[:, None] < shares * lower, at_first[:, None] < at_first)
    at_last = _apart(shares * higher, higher, over, meets, outside, below)
    own = shares[: len(points)]
    nudges = {"nudge_low": at_first - own * lower, "nudge_high": at_last - own * higher}
    return {"edge": edge, "right": right, "label": ends[: len(points)]} | nudges


def _ends(*places: Array) -> tuple[float, float]:
    """Find the first and the last of some places."""
    known = np.concatenate(places)
    known = known[np.isfinite(known)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)


def _apart(
    dots: Array, height: int, over: Array, meets: Array, outside: int, below: tuple[Array, Array] | None = None
) -> Array:
    """Choose a height for each name, one after the other: as near to its point as the others let it.

    Who comes first has the choice, so several orders are tried: from the top, from the bottom, and each name before all.

    Parameters
    ----------
    dots : ndarray of shape (m,)
        Pixels from the top; those with names come first.
    height : int
    over : bool ndarray of shape (n, m)
        Whether a name, in its row, reaches over a point.
    meets : bool ndarray of shape (n, n)
        Whether two names would touch at one height.
    outside : int
    below : tuple of bool ndarrays of shape (n, m) and (n, n), optional
        Which points, and which names, must stay below a name; the others stay above it. Otherwise each may be either.
    """
    rows = np.arange(0.0, height - line_ends.LABEL_GAP // 2 + 1, STEP)[:, None]
    ideal = dots - (CLEAR if outside == ABOVE else 0)

    def n_too_near(name: int, of: int, which: Array, places: Array, least: int) -> Array:
        gaps = places[which[name]] - rows
        room = np.where(below[of][name, which[name]], gaps, -gaps) if below else np.abs(gaps)
        found: Array = np.count_nonzero(room < least, axis=1)
        return found

    def cost_alone(name: int) -> Array:
        off = np.abs(dots - rows)
        misleads = (off < off[:, [name]])[:, over[name]].any(axis=1)
        away = np.abs(rows[:, 0] - ideal[name])
        # Two names that are a little off read better than one that is far away.
        found: Array = away + away**2 / FAR + COVERED * n_too_near(name, 0, over, dots, CLEAR) + MISLEADING * misleads
        return found

    def cost_beside(name: int, placed: Array) -> Array:
        too_near = n_too_near(name, 1, meets, placed, line_ends.LABEL_GAP)
        turned = (((placed - rows) * (dots[: len(placed)] - dots[name]) < 0) & meets[name]).sum(axis=1)
        found: Array = COVERED * too_near + TURNED * turned
        return found

    alone = [cost_alone(name) for name in range(len(over))]

    best, least_cost = np.zeros(len(over)), np.inf
    from_top = np.argsort(dots[: len(over)], kind="stable").tolist()
    for order in (
        from_top,
        from_top[::-1],
        *([first, *(one for one in from_top if one != first)] for first in from_top),
    ):
        placed, cost = np.full(len(over), np.nan), 0.0
        for name in order:
            row = alone[name] + cost_beside(name, placed)
            placed[name], cost = rows[np.argmin(row), 0], cost + row.min()
        if cost < least_cost:
            best, least_cost = placed, cost
    return best


def name_layers(
    names: alt.Chart,
    x: alt.X | alt.Y,
    y: alt.X | alt.Y,
    colour: alt.Color | Mapping[str, Any],
    mode: str,
    *,
    outside: int = BESIDE,
    name: str = "strategy",
) -> list[alt.Chart]:
    """Write the names of `names_beside`, on paper.

    Parameters
    ----------
    names : altair.Chart
        Of rows with the names and what `names_beside` gives.
    x, y : altair.X, altair.Y
        The point, and the column ``label``.
    colour : altair.Color, or mapping from ``altair.value``
    mode : {"light", "dark"}
    outside : int
        As for `names_beside`.
    name : str
        Field of the names.
    """
    look: dict[str, Any] = {
        "align": alt.ExprRef("datum.right ? 'right' : 'left'"),
        "baseline": "middle",
        "dx": alt.ExprRef(f"datum.right ? {-outside} : {outside}"),
        "dy": line_ends.label_nudge(),
    }
    return on_paper(names, look, mode, colour, x=x, y=y, text=f"{name}:N")
