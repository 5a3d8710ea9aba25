"""Who is best, seen at once: every row of the table on one accuracy axis, and its gap to the best seed by seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from streamlit.delta_generator import DeltaGenerator

from transfer_core import STRATEGIES
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES
from transfer_core.statistics import MIN_SEEDS, Interval, mean_interval, paired_gap
from transfer_ui.charts import alt, base
from transfer_ui.charts.encodings import frame_scale
from transfer_ui.charts.filling import Filling, fill
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.charts.series import TITLES, styles
from transfer_ui.palette import MUTED, PAPER
from transfer_ui.rows import OWN

ROW, MARGIN = 24, 46  # pixels of a row, and of axis and title
FEW_ROWS = 6  # fewer have the height of so many, or the axis would leave them no room
MEASURE = "Test accuracy"
NAMES = (*STRATEGIES, OWN, *BASELINES)
PANELS = ("accuracy", "gap")
COLUMNS = ["row", "strategy", "kind", "value", "low", "high", "words"]


def rows(scores: Mapping[str, Array], to_come: Iterable[str] = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of both panels, the best first; what is still being measured has a row without marks.

    Parameters
    ----------
    scores : mapping of str to ndarray of shape (n_seeds,)
        Strategy or baseline -> test accuracy of each seed; may be empty.
    to_come : iterable of str
        Names of what will be there.

    Returns
    -------
    tuple of DataFrame
        Of the accuracies and of the gaps to the best: one row per mean and per seed, with columns `COLUMNS`. ``row`` is
        the label on the axis: the name and the number.
    """
    order = sorted(scores, key=lambda name: -np.nan_to_num(scores[name].mean(), nan=-1.0))
    found: tuple[list[list[object]], list[list[object]]] = ([], [])
    for name in order:
        values = scores[name]
        gap = paired_gap(values, scores[order[0]])
        behind_by = 100 * (values - scores[order[0]])
        number = f"{100 * values.mean():.1f} %"
        behind = "best" if name == order[0] else f"{100 * gap.interval.mean:+.1f}".replace("-", "\u2212")
        won = "" if name == order[0] else f"ahead of the best in {gap.wins} of {gap.n} seeds"
        for table, label, interval, each, words in (
            (found[0], number, shown_interval(values), values, ""),
            (found[1], behind, shown_interval(behind_by), behind_by, won),
        ):
            table.append([f"{TITLES[name]}  {label}", name, "mean", *interval, words])
            table += [[f"{TITLES[name]}  {label}", name, "seed", value, np.nan, np.nan, ""] for value in each]
    for name in to_come:
        if name not in scores:
            for table in found:
                table.append([f"{TITLES[name]}  …", name, "mean", np.nan, np.nan, np.nan, ""])
    return pd.DataFrame(found[0], columns=COLUMNS), pd.DataFrame(found[1], columns=COLUMNS)


def shown_interval(values: Array) -> Interval:
    """Mean with the interval that a chart shows: none where there are too few seeds to judge by."""
    interval = mean_interval(values)
    return interval if len(values) >= MIN_SEEDS else Interval(interval.mean, np.nan, np.nan)


@kept
def template(panel: str, mode: str, names: tuple[str, ...] = NAMES, measure: str = MEASURE) -> Spec:
    """Make one of the two panels.

    Parameters
    ----------
    panel : {"accuracy", "gap"}
    mode : {"light", "dark"}
    names : tuple of str
        All that may have a row.
    measure : str
        What the accuracies are.
    """
    looks = styles(names)
    ink = [look.dark if mode == "dark" else look.light for look in looks]
    colour = alt.Color("strategy:N").scale(domain=list(names), range=ink).legend(None)
    fine = ".1%" if panel == "accuracy" else "+.1f"
    labels = "format(datum.value, '.0%')" if panel == "accuracy" else base.signed("datum.value", "+.1~f")
    title = measure if panel == "accuracy" else "Points behind the best, seed by seed"

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=frame_scale(clamp=True)).axis(
            labelExpr=labels, tickCount=5, title=title, orient="bottom"
        )

    y = (
        alt.Y("row:N")
        .sort(None)
        .axis(
            title=None,
            ticks=False,
            domain=False,
            labelLimit=240,
            labelPadding=6,
            labelFontWeight=alt.ExprRef("datum.index == 0 ? 'bold' : 'normal'"),
        )
    )
    every = alt.Chart(base.NO_DATA)
    means = every.transform_filter("datum.kind == 'mean'")
    tooltip = [
        alt.Tooltip("row:N", title=" "),
        alt.Tooltip("low:Q", title="95 % interval from", format=fine),
        alt.Tooltip("high:Q", title="to", format=fine),
        alt.Tooltip("words:N", title="Seeds"),
    ]
    zero = (
        alt.Chart(alt.NamedData("frame"))
        .mark_rule(color=MUTED[mode], strokeWidth=1.5, tooltip=None)
        .encode(x=x("zero"))
    )
    layers = [
        *([] if panel == "accuracy" else [zero]),
        every.transform_filter("datum.kind == 'seed'")
        .mark_circle(size=26, opacity=0.28, tooltip=None, clip=True)
        .encode(x=x("value"), y=y, color=colour),
        means.mark_rule(strokeWidth=4, strokeCap="round", tooltip=None, clip=True).encode(
            x=x("low"), x2="high:Q", y=y, color=colour
        ),
        means.mark_point(filled=True, size=110, opacity=1, stroke=PAPER[mode], strokeWidth=1.5, clip=True).encode(
            x=x("value"), y=y, color=colour, tooltip=tooltip
        ),
    ]
    return base.template(alt.layer(*layers).properties(height=len(names) * ROW), mode)


def frame(table: pd.DataFrame, panel: str) -> dict[str, float]:
    """Domain of a panel: all means, intervals and seeds.

    Examples
    --------
    >>> frame(rows({"end_to_end": np.array([0.9, 0.9])})[0], "accuracy")
    {'low': 0.88, 'high': 0.92}
    """
    values = table[["value", "low", "high"]].to_numpy(float)
    known = values[np.isfinite(values)]
    if not len(known):
        return {"low": 0.0, "high": 1.0} if panel == "accuracy" else {"zero": 0.0, "low": -10.0, "high": 2.0}
    low, high = float(known.min()), float(known.max())
    if panel == "accuracy":
        room = max(0.02, 0.04 * (high - low))  # beyond 0 and 100 % too: a point there must not be cut in half
        return {"low": round(low - room, 3), "high": round(high + room, 3)}
    room = max(0.5, 0.05 * (high - low))
    return {"zero": 0.0, "low": round(low - room, 2), "high": round(max(high, 0.0) + room, 2)}


class Filled(NamedTuple):
    """What fills a strip.

    Attributes
    ----------
    panels : sequence of Filling
        One per panel.
    n_rows : int
    """

    panels: Sequence[Filling]
    n_rows: int


class Strip:
    """Both panels in their places, side by side; on a phone one below the other.

    Parameters
    ----------
    columns : iterable of DeltaGenerator
        Two places.
    to_come : iterable of str
        All rows that there will be, so that the height stays.
    mode : {"light", "dark"}
    names : tuple of str
        As for `template`.
    """

    def __init__(
        self, columns: Iterable[DeltaGenerator], to_come: Iterable[str], mode: str, names: tuple[str, ...] = NAMES
    ) -> None:
        self._places = [base.Place(column.container()) for column in columns]
        self._to_come, self._mode, self._names = tuple(to_come), mode, names

    def draw(
        self, scores: Mapping[str, Array], words: str = "Test accuracy: not measured yet.", measure: str = MEASURE
    ) -> None:
        """Draw what is known, in place of what was drawn before.

        Parameters
        ----------
        scores : mapping of str to ndarray of shape (n_seeds,)
        words : str
            What the chart shows, in a sentence.
        measure : str
            What the accuracies are.
        """
        self.draw_filled(self.filled(scores, words), measure)

    def filled(self, scores: Mapping[str, Array], words: str) -> Filled:
        """Put together what is drawn; arguments as for `draw`."""
        tables = rows(scores, self._to_come)
        panels = [
            fill(table, alt=words, frame=frame(table, panel)) for panel, table in zip(PANELS, tables, strict=True)
        ]
        return Filled(panels, len({*scores, *self._to_come}))

    def draw_filled(self, filled: Filled, measure: str = MEASURE) -> None:
        """Draw what was put together before, in place of what was drawn then."""
        for panel, place, filling in zip(PANELS, self._places, filled.panels, strict=True):
            spec = template(panel, self._mode, self._names, measure)
            base.show_filled({**spec, "height": ROW * max(FEW_ROWS, filled.n_rows)}, filling, place)


def described(scores: Mapping[str, Array], measure: str = MEASURE) -> str:
    r"""Say what the strip shows, for whoever cannot see it.

    Examples
    --------
    >>> described({"end_to_end": np.array([0.9, 0.9]), "zero_shot": np.array([0.8, 0.8])})
    'Test accuracy, the best first: End-to-end 90.0 %, Zero-shot 80.0 %.'
    """
    order = sorted(scores, key=lambda name: -np.nan_to_num(scores[name].mean(), nan=-1.0))
    return f"{measure}, the best first: {', '.join(f'{TITLES[name]} {100 * scores[name].mean():.1f} %' for name in order)}."
