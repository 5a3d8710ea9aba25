"""A few arms on one axis of accuracy that never moves: first the frame and a prediction, then the measurement on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from transfer_core.arrays import Array
from transfer_ui.charts import alt, base
from transfer_ui.charts.encodings import mean_tooltips
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.charts.series import TITLES, styles
from transfer_ui.charts.strip import shown_interval
from transfer_ui.palette import INK, MUTED, PAPER

ROW, MARGIN = 52, 70  # pixels of a row, and of axis, title and words above


def rows(names: Sequence[str], scores: Mapping[str, Array]) -> pd.DataFrame:
    """One row per mean and per seed; an arm that is not measured yet has a row without marks.

    Examples
    --------
    >>> rows(["end_to_end"], {"end_to_end": np.array([0.5, 0.7])})[["kind", "value"]].to_numpy().tolist()
    [['mean', 0.6], ['seed', 0.5], ['seed', 0.7]]
    """
    table: list[list[object]] = []
    for name in names:
        values = scores.get(name)
        interval = (np.nan,) * 3 if values is None else shown_interval(values)
        table.append([TITLES[name], name, "mean", *interval])
        table += [[TITLES[name], name, "seed", value, np.nan, np.nan] for value in ([] if values is None else values)]
    return pd.DataFrame(table, columns=["row", "strategy", "kind", "value", "low", "high"])


@kept
def template(mode: str, names: tuple[str, ...], title: str) -> Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    names : tuple of str
        Of the arms, from top to bottom.
    title : str
        Of the axis.
    """
    ink = [look.dark if mode == "dark" else look.light for look in styles(names)]
    colour = alt.Color("strategy:N").scale(domain=list(names), range=ink).legend(None)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q").scale(domain=[0, 1]).axis(format=".0%", tickCount=6, title=title)

    y = (
        alt.Y("row:N")
        .scale(domain=[TITLES[name] for name in names])
        .axis(title=None, ticks=False, domain=False, labelLimit=150, labelPadding=8)
    )
    every = alt.Chart(base.NO_DATA)
    means = every.transform_filter("datum.kind == 'mean' && isValid(datum.value)")
    tooltip = [
        alt.Tooltip("row:N", title=" "),
        *mean_tooltips(title, mean="value"),
    ]
    # Unseen, as high as the words above the plot: it keeps their room before they come.
    room = alt.Chart(alt.NamedData("frame")).mark_text(text="x", opacity=0, dy=-20, baseline="bottom", tooltip=None)
    layers = [room.encode(x=alt.value(0), y=alt.value(0))]
    for field, words, dash, tint in (
        ("before", "before", [4, 3], MUTED[mode]),
        ("predicted", "your prediction", [1, 0], INK[mode]),
    ):
        known = alt.Chart(alt.NamedData("frame")).transform_filter(f"isValid(datum.{field})")
        layers += [
            known.mark_rule(color=tint, strokeDash=dash, strokeWidth=1.5, tooltip=None).encode(x=x(field)),
            known.mark_text(
                text=words,
                color=tint,
                align=alt.ExprRef(f"datum.{field} > 0.5 ? 'right' : 'left'"),
                dx=alt.ExprRef(f"datum.{field} > 0.5 ? -4 : 4"),
                dy=-6 if field == "before" else -20,
                baseline="bottom",
                tooltip=None,
            ).encode(x=x(field), y=alt.value(0)),
        ]
    layers += [
        every.transform_filter("datum.kind == 'seed'")
        .mark_circle(size=28, opacity=0.28, tooltip=None)
        .encode(x=x("value"), y=y, color=colour),
        means.mark_rule(strokeWidth=4, strokeCap="round", tooltip=None).encode(
            x=x("low"), x2="high:Q", y=y, color=colour
        ),
        every.transform_filter("datum.kind == 'mean'")
        .mark_point(filled=True, size=130, opacity=1, stroke=PAPER[mode], strokeWidth=1.5)
        .encode(x=x("value"), y=y, color=colour, tooltip=tooltip),
        means.mark_text(
            align=alt.ExprRef("datum.value > 0.7 ? 'right' : 'left'"),
            dx=alt.ExprRef("datum.value > 0.7 ? -8 : 8"),
            dy=-14,
            fontWeight="bold",
            tooltip=None,
        )
        .transform_calculate(words="format(100 * datum.value, '.1f') + ' %'")
        .encode(x=x("value"), y=y, text="words:N", color=colour),
    ]
    return base.template(alt.layer(*layers).properties(height=MARGIN + ROW * len(names)), mode)


def show(
    names: Sequence[str],
    scores: Mapping[str, Array],
    title: str,
    mode: str,
    place: base.Place,
    *,
    before: float = np.nan,
    predicted: float = np.nan,
) -> None:
    """Draw the arms that are known, in place of what was drawn before.

    Parameters
    ----------
    names : sequence of str
        All rows, from top to bottom.
    scores : mapping of str to ndarray of shape (n_seeds,)
        May be empty.
    title : str
    mode : {"light", "dark"}
    place : Place
    before : float, optional
        Where everything started.
    predicted : float, optional
        What the reader said.
    """
    said = ", ".join(f"{TITLES[name]} {100 * scores[name].mean():.1f} %" for name in names if name in scores)
    base.show(
        template(mode, tuple(names), title),
        rows(names, scores),
        alt=f"{title}: {said or 'not shown yet'}.",
        frame={"before": before, "predicted": predicted},
        place=place,
    )
