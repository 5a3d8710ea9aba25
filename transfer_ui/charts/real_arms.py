"""The arms of a real network: accuracy in both styles, what each gains for its work, and which stages it moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from transfer_core.arrays import Array
from transfer_core.strategies import Look
from transfer_ui.charts import alt, base, beside, price
from transfer_ui.charts.encodings import frame_scale, mean_tooltips
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.palette import FROZEN, MUTED, PAPER, TRAINED_RANGE

ROW, LINE, MARGIN = 34, 18, 70  # pixels of a row, a style in it, axis and title
WORK_HEIGHT = 300
MOVES = (0.0005, 0.5)  # ends of the scale of colours
BRIGHT = 0.1
TINY = 0.0005  # below it one decimal of a per cent would read 0.0
NARROW = "width < 420"  # a cell is no wider than half a word
STILL = "exactly 0"
Arms = tuple[tuple[str, Look], ...]
"""Title and look of each arm, in their order: what a template is made for."""
SAME, OTHER = "Same style", "Other style"
PADDING = 30  # pixels beside the points of the work


def _colour(arms: Arms, mode: str) -> alt.Color:
    ink = [look.dark if mode == "dark" else look.light for _, look in arms]
    return alt.Color("arm:N").scale(domain=[title for title, _ in arms], range=ink).legend(None)


def _names(arms: Arms) -> alt.Y:
    return (
        alt.Y("arm:N")
        .scale(domain=[title for title, _ in arms])
        .axis(title=None, ticks=False, domain=False, labelLimit=170, labelPadding=8)
    )


@kept
def strip_template(arms: Arms, mode: str) -> Spec:
    """Make the strip: a row per arm, filled where the style is the same, open where it is the other."""
    colour, y = _colour(arms, mode), _names(arms)

    def x(field: str) -> alt.X:
        return (
            alt.X(f"{field}:Q")
            .scale(zero=False, nice=False, padding=14)
            .axis(format=".0%", tickCount=6)
            .title("Test accuracy")
        )

    fill = (
        alt.Shape("style:N")
        .scale(domain=[SAME, OTHER], range=["circle", "diamond"])
        .legend(orient="top", direction="horizontal", symbolFillColor=MUTED[mode], symbolStrokeColor=MUTED[mode])
        .title(None)
    )
    tooltip = [
        alt.Tooltip("arm:N", title=" "),
        alt.Tooltip("style:N", title="Tested in"),
        *mean_tooltips("Accuracy"),
        alt.Tooltip("n:Q", title="Seeds"),
    ]
    # One line for each style: with few pictures their intervals overlap.
    beside_each_other = alt.YOffset("style:N").scale(domain=[SAME, OTHER])
    every = alt.Chart(base.NO_DATA).encode(y=y, yOffset=beside_each_other, color=colour)
    return base.template(
        alt.layer(
            every.mark_rule(strokeWidth=4, strokeCap="round", opacity=0.55, tooltip=None).encode(
                x=x("low"), x2="high:Q"
            ),
            every.mark_point(filled=True, size=110, opacity=1, stroke=PAPER[mode], strokeWidth=1.5).encode(
                x=x("mean"), shape=fill, tooltip=tooltip
            ),
        ).properties(height=MARGIN + 2 * LINE * len(arms)),
        mode,
    )


@kept
def work_template(arms: Arms, mode: str) -> Spec:
    """Make accuracy against the multiply-adds of the backward pass."""
    colour = _colour(arms, mode)

    def x(field: str) -> alt.X:
        return (
            alt.X(f"{field}:Q")
            .scale(type="log", nice=False, padding=PADDING)
            .axis(format="~s", tickCount=4, grid=False)
            .title("Multiply-adds of the backward pass, one training")
        )

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q").scale(frame_scale()).axis(format=".0%", tickCount=5).title("Test accuracy")

    tooltip = [
        alt.Tooltip("arm:N", title=" "),
        alt.Tooltip("mean:Q", title="Accuracy", format=".1%"),
        alt.Tooltip("backward:Q", title="Multiply-adds backward", format=".3s"),
        alt.Tooltip("forward:Q", title="Multiply-adds forward", format=".3s"),
    ]
    every = alt.Chart(base.NO_DATA)
    return base.template(
        alt.layer(
            every.mark_rule(strokeWidth=2, tooltip=None).encode(x=x("backward"), y=y("low"), y2="high:Q", color=colour),
            *beside.name_layers(every, x("edge"), y("label"), colour, mode),
            every.mark_point(filled=True, size=120, opacity=1, stroke=PAPER[mode], strokeWidth=1.5).encode(
                x=x("backward"), y=y("mean"), color=colour, tooltip=tooltip
            ),
        ).properties(height=WORK_HEIGHT),
        mode,
    )


@kept
def moves_template(arms: Arms, stages: tuple[str, ...], mode: str) -> Spec:
    """Make the grid of arms by stages, coloured by how far the weights of a stage moved."""
    upright: dict[str, Any] = {
        "labelAngle": alt.ExprRef(f"{NARROW} ? -90 : 0"),
        "labelAlign": alt.ExprRef(f"{NARROW} ? 'right' : 'center'"),
        "labelBaseline": alt.ExprRef(f"{NARROW} ? 'middle' : 'top'"),
    }
    x = alt.X("stage:N").sort(stages).axis(domain=False, ticks=False, **upright).title("Stage, from the pictures up")
    moved = (
        alt.Color("mean:Q")
        .scale(type="log", domain=MOVES, range=TRAINED_RANGE[mode], interpolate="rgb", clamp=True)
        .legend(
            orient="bottom",
            values=[0.0005, 0.005, 0.05, 0.5],
            format=".2~%",
            gradientLength=alt.ExprRef(f"{NARROW} ? 110 : 150"),
            gradientThickness=10,
        )
        .title("Weights moved by")
    )
    still = (
        alt.Fill("still:N")
        .scale(domain=[STILL], range=[FROZEN[mode]])
        .legend(orient="bottom", symbolType="square")
        .title(None)
    )
    tooltip = [
        alt.Tooltip("arm:N", title=" "),
        alt.Tooltip("stage:N", title="Stage"),
        *mean_tooltips("Moved by", ".2%"),
    ]
    cells = alt.Chart(base.NO_DATA).encode(x=x, y=_names(arms), tooltip=tooltip)
    # Words on a cell: the scale grows deeper in the light, brighter in the dark.
    on_dim, on_bright = ("'#000000'", "'#FFFFFF'") if mode == "light" else ("'#FFFFFF'", "'#000000'")
    cell = {"width": {"band": 0.94}, "height": {"band": 0.86}}
    return base.template(
        alt.layer(
            cells.transform_filter("datum.mean == 0")
            .transform_calculate(still=f"'{STILL}'")
            .mark_bar(**cell)  # type: ignore[arg-type]
            .encode(fill=still),
            cells.transform_filter("datum.mean > 0").mark_bar(**cell).encode(color=moved),  # type: ignore[arg-type]
            cells.transform_filter("datum.mean > 0")
            .transform_calculate(words=f"format(datum.mean, datum.mean < {TINY} ? '.1p' : '.1%')")
            .mark_text(
                fontSize=alt.ExprRef(f"{NARROW} ? 0 : 11"),
                tooltip=None,
                color=alt.ExprRef(f"datum.mean > {BRIGHT} ? {on_bright} : {on_dim}"),
            )
            .encode(text="words:N"),
        ).properties(height=alt.Step(ROW)),
        mode,
    )


def show_strip(rows: pd.DataFrame, arms: Arms, mode: str) -> None:
    """Draw ``arm``, ``style``, ``mean``, ``low``, ``high`` and ``n``."""
    said = _said(rows[rows["style"] == SAME])
    base.show(strip_template(arms, mode), rows, alt=f"Test accuracy of each arm, in the same style: {said}.")


def show_work(rows: pd.DataFrame, arms: Arms, mode: str) -> None:
    """Draw ``arm``, ``mean``, ``low``, ``high``, ``forward`` and ``backward``."""
    frame = price.frame(rows)
    work = np.log(rows["backward"].to_numpy(float))
    places = beside.names_beside(
        rows["arm"].tolist(),
        work,
        rows["mean"].to_numpy(float),
        frame["low"],
        frame["high"],
        edges=_flanks(work),
        padding=PADDING,
    )
    drawn = rows.assign(strategy=rows["arm"], **places | {"edge": np.exp(places["edge"])})
    words = f"Test accuracy against backward multiply-adds: {_said(rows)}."
    base.show(work_template(arms, mode), drawn, alt=words, frame=frame)


def _flanks(points: Array) -> tuple[Array, Array]:
    """Say where the names of points begin, to the left of them or to the right: beside all points of their half.

    Points near one another then have their names in one column, each at its own height and none over another's interval.

    Examples
    --------
    >>> [side.tolist() for side in _flanks(np.array([1.0, 7.0, 8.0, 9.0]))]
    [[1.0, 7.0, 7.0, 7.0], [1.0, 9.0, 9.0, 9.0]]
    """
    right = points > (points.min() + points.max()) / 2
    halves = [points[right == side] for side in right]
    return np.array([half.min() for half in halves]), np.array([half.max() for half in halves])


def show_moves(rows: pd.DataFrame, arms: Arms, stages: Sequence[str], mode: str) -> None:
    """Draw ``arm``, ``stage``, ``mean``, ``low`` and ``high``."""
    still = sorted(str(arm) for arm, group in rows[rows["stage"] != "head"].groupby("arm") if not group["mean"].any())
    words = f"How far the weights of each stage moved, arm by arm. Backbone never moved: {', '.join(still) or 'none'}."
    base.show(moves_template(arms, tuple(stages), mode), rows, alt=words)


def _said(rows: pd.DataFrame) -> str:
    return ", ".join(f"{arm} {100 * mean:.1f} %" for arm, mean in zip(rows["arm"], rows["mean"], strict=True))
