"""The pictures of the page: the learning curves, all ways at all labels, and fine-tuning against freezing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES
from transfer_core.own_data.advice import measured
from transfer_core.own_data.curves import Curves
from transfer_core.own_data.rivals import HEADS, NETWORKS
from transfer_core.statistics import MIN_SEEDS, mean_interval, paired_gap
from transfer_core.studies.study import Axis, Figure
from transfer_core.wording import inside, sign_words
from transfer_ui.charts import base, gap
from transfer_ui.charts.strip import Strip, described
from transfer_ui.charts.study import figure_rows, panel_template

FIGURES = {
    balanced: Figure(
        "lines", Axis("labels", "Labels, all classes together", "log"), Axis("mean", title, form="share"), series="way"
    )
    for balanced, title in ((False, "Test accuracy"), (True, "Balanced accuracy"))
}
NO_ROWS = pd.DataFrame({"x": [np.nan], "mean": [np.nan], "series": [""]})


def names_of(before: str) -> tuple[str, ...]:
    """List the ways that may be compared, by what was learnt before."""
    without = {"nothing": NETWORKS, "embeddings": HEADS}.get(before)
    if without is None:
        return (*STRATEGIES, *BASELINES)
    # Colours go by place: what needs no network has here those that it has everywhere.
    first, second = (name for name in without if name not in BASELINES)
    return (first, *(name for name in BASELINES if name in without), second)


class Figures:
    """The pictures in their places, from the first moment on.

    Parameters
    ----------
    names : tuple of str
        Of `names_of`.
    mode : {"light", "dark"}
    """

    def __init__(self, names: tuple[str, ...], mode: str) -> None:
        self._names, self._mode = names, mode
        self._lines = base.Place()

    def place_strip(self) -> None:
        """Give the picture of all ways its place here."""
        self._strip = Strip(st.columns([11, 9], gap="medium"), self._names, self._mode, self._names)

    def draw_lines(self, found: Curves | None, *, balanced: bool) -> None:
        """Draw the learning curves, or their axes."""
        figure = FIGURES[balanced]
        rows = NO_ROWS if found is None else figure_rows(curve_table(found, balanced=balanced), figure)
        base.show(
            panel_template(figure, self._names, self._mode),
            rows,
            alt=curve_words(found, figure.y.title, balanced=balanced),
            place=self._lines,
        )

    def draw_strip(self, found: Curves | None, *, balanced: bool) -> None:
        """Draw all ways at the most labels measured so far."""
        title = FIGURES[balanced].y.title
        if found is None:
            self._strip.draw({}, measure=title)
        else:
            scores = {name: values[-1] for name, values in measured(found, balanced=balanced).items()}
            self._strip.draw(scores, described(scores, title), title)

    def draw_gap(self, found: Curves, *, balanced: bool) -> None:
        """Draw end-to-end minus feature extraction at every number of labels."""
        table = gap_table(found, balanced=balanced)
        words = "End-to-end minus feature extraction against the number of labels, with its zero line."
        gap.draw(table, self._mode, base.Place(), words=words, across="Labels, all classes together")
        st.caption(f"{crossing_words(table)} Band: 95 % interval of the paired gap.")


def curve_table(found: Curves, *, balanced: bool) -> pd.DataFrame:
    """One row per way and number of labels: mean and interval over the seeds."""
    rows = []
    for name, values in measured(found, balanced=balanced).items():
        for size, each in zip(found.sizes, values, strict=True):
            rows.append({"way": name, "labels": size, **interval_of(each)})
    return pd.DataFrame(rows)


def interval_of(values: Array) -> Mapping[str, float]:
    """Mean and interval; none where too few seeds say anything."""
    mean, low, high = mean_interval(values)
    return {"mean": mean, "low": low, "high": high} if len(values) >= MIN_SEEDS else {"mean": mean} | NOWHERE


NOWHERE = {"low": float("nan"), "high": float("nan")}


def gap_table(found: Curves, *, balanced: bool) -> pd.DataFrame:
    """End-to-end minus feature extraction, one row per number of labels, as `transfer_ui.charts.gap` draws it."""
    scores = measured(found, balanced=balanced)
    rows = []
    for place, size in enumerate(found.sizes):
        one = paired_gap(*(scores[name][place] for name in gap.ARMS))
        ahead = {1: gap.ARMS[0], -1: gap.ARMS[1], 0: ""}[one.sign]
        rows.append({"images": size, **one.interval._asdict(), "wins": one.wins, "n": one.n, "ahead": ahead})
    return pd.DataFrame(rows)


def crossing_words(table: pd.DataFrame) -> str:
    """Say from how many labels on fine-tuning pays, as far as was measured.

    Examples
    --------
    >>> crossing_words(pd.DataFrame({"images": [20, 40, 80], "ahead": ["", "end_to_end", "end_to_end"]}))
    'End-to-end fine-tuning is clearly ahead of feature extraction from 40 labels up.'
    """
    titles = {name: STRATEGIES[name].title for name in gap.ARMS}
    last = str(table["ahead"].iloc[-1])
    if not last:
        return f"At all your labels, neither {inside(titles[gap.ARMS[0]])} nor feature extraction is clearly ahead."
    others = table.index[table["ahead"] != last]
    first = int(table["images"].iloc[others[-1] + 1 if len(others) else 0])
    behind = next(inside(title) for name, title in titles.items() if name != last)
    return f"{titles[last]} is {sign_words(1, behind)} from {first:,} labels up."


def curve_words(found: Curves | None, title: str, *, balanced: bool) -> str:
    """Say what the learning curves show, for whoever cannot see them."""
    if found is None or not found.complete:
        return f"{title} against the number of labels, one line per way: it is being measured."
    table = curve_table(found, balanced=balanced)
    last = table[table["labels"] == found.sizes[-1]]
    return f"{title} against the number of labels, {len(last)} ways; with {found.sizes[-1]:,} labels {last['mean'].min():.0%} to {last['mean'].max():.0%}."
