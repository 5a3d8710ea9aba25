"""Where fine-tuning overtakes freezing: the gap at every measured size, the marks beside it, and any size on request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from transfer_core import STRATEGIES, RunConfig
from transfer_core.statistics import Gap
from transfer_core.studies.grids import sizes, sizes_and_rates
from transfer_core.studies.questions.crossover import (
    ARMS,
    RULE,
    STUDY,
    Crossing,
    accuracies,
    at_best_rates,
    complete_sizes,
    gaps_by_size,
    locate,
)
from transfer_core.studies.study import Cell, Study
from transfer_core.wording import points_words, side_words
from transfer_ui.articles.decide.guessing import guess_at
from transfer_ui.articles.decide.places import mine
from transfer_ui.charts import base, gap
from transfer_ui.charts.live_panel import LivePanel
from transfer_ui.charts.study import Mark
from transfer_ui.runs import studies

YOUR_GUESS, YOUR_SIZE = "your guess", "your size"
RATES = "Each at its best of five learning rates"
VIEWS = {"gap": "The gap", "accuracies": "Accuracies"}
_RATES = (
    "Each strategy is at the best of five learning rates, from a tenth to ten times the one in the sidebar, chosen on "
    "validation images at each size. The number of epochs is the same throughout, so more images also mean more updates."
)
ABOUT = {
    "gap": "Dots: sizes that were measured. Band: 95 % interval of the paired gap. Between two dots the line is drawn straight, "
    f"and the crossing is read from it. {_RATES}",
    "accuracies": f"Line: mean over the seeds. Band: its 95 % interval. {_RATES}",
}
ABOUT_STRIP = " Strip: the 95 % interval of the size at which end-to-end overtakes feature extraction for good."


class Panel:
    """The gap or the accuracies, in one place and as tall as each other.

    Parameters
    ----------
    view : str
        A key of `VIEWS`.
    mode : {"light", "dark"}
    """

    def __init__(self, view: str, mode: str) -> None:
        self._view, self._mode, self._place = view, mode, base.Place()
        self._lines = LivePanel(STUDY, mode, tuple(STRATEGIES), self._place)

    def draw(self, rows: pd.DataFrame) -> None:
        """Draw the sizes finished so far."""
        if self._view == "accuracies" and rows["images"].nunique() > 1:
            self._lines.draw(accuracies(rows))
        elif self._view == "gap" and len(done := complete_sizes(rows)) > 1:
            gap.draw(gap_table(rows, done), self._mode, self._place, words="The gap is being measured.")

    def finish(self, found: Found, marks: Sequence[Mark], own: pd.DataFrame | None = None) -> None:
        """Draw it with its marks, and with the size that was asked for."""
        if self._view == "accuracies":
            self._lines.finish(found.accuracies, marks)
        else:
            words = described(found.gaps)
            gap.draw(found.gaps, self._mode, self._place, words=words, marks=marks, own=own)


class Found(NamedTuple):
    """What the study of the crossing gives.

    Attributes
    ----------
    accuracies, gaps : DataFrame
    where : Crossing
    """

    accuracies: pd.DataFrame
    gaps: pd.DataFrame
    where: Crossing


def find(rows: pd.DataFrame, sizes: Sequence[int]) -> Found:
    """Choose the rates, and find where the lead passes from one arm to the other."""
    return Found(accuracies(rows), gap_table(rows, sizes), locate(rows, sizes))


def gap_table(rows: pd.DataFrame, sizes: Sequence[int]) -> pd.DataFrame:
    """End-to-end minus feature extraction, each at its best rate: one row per size.

    Returns
    -------
    DataFrame
        Columns ``images``, ``mean``, ``low``, ``high``, ``wins``, ``n`` and ``ahead``, the arm that is clearly ahead or "".
    """
    gaps = gaps_by_size(at_best_rates(rows), sizes)
    return pd.DataFrame([_row(size, gap) for size, gap in gaps.items()])


def _row(size: int, gap: Gap) -> dict[str, object]:
    ahead = {1: ARMS[0], -1: ARMS[1], 0: ""}[gap.sign]
    return {"images": size, **gap.interval._asdict(), "wins": gap.wins, "n": gap.n, "ahead": ahead}


def study_at(size: int) -> Study:
    """Ask for the gap at one number of images per class that the study leaves out."""
    return replace(STUDY, name=f"crossover at {size}", grid=partial(_grid_at, size))


def _grid_at(size: int, config: RunConfig) -> Iterator[Cell]:
    """Both arms at every rate, at one size."""
    yield from sizes_and_rates(config, (size,), ARMS)


def described(table: pd.DataFrame) -> str:
    """Say what the chart of gaps shows, for whoever cannot see it."""
    first, last = table.iloc[0], table.iloc[-1]
    ends = "; ".join(f"{points_words(row['mean'], '+.1f')} at {int(row['images']):,} images" for row in (first, last))
    return f"End-to-end minus feature extraction against training images, with its zero line: {ends}."


class Own(NamedTuple):
    """What was measured for a size of the visitor's own.

    Attributes
    ----------
    row : DataFrame
        As in `gap_table`.
    words : str
    """

    row: pd.DataFrame
    words: str


def own_gap(config: RunConfig) -> Own | None:
    """Measure the gap for the visitor's number of images if the study leaves it out.

    ``None`` if the study has it anyway, or if the visitor stops the measurement.
    """
    size = mine(config).size
    if size in sizes(config):
        return None
    measured = studies.measure(study_at(size), [config])
    if measured.stopped or measured.rows.empty:
        return None
    images = int(measured.rows["images"].iloc[0])
    found = measured.once("gap", lambda: gaps_by_size(at_best_rates(measured.rows), [images])[images])
    words = f"with your {images:,} training images, measured on request, end-to-end is {side_words(found, 'feature extraction')}."
    return Own(pd.DataFrame([_row(images, found)]), words)


def about(view: str, marks: Sequence[Mark]) -> str:
    """Explain the chart."""
    return ABOUT[view] + (ABOUT_STRIP if marks[0].low is not None else "")


def marks(where: Crossing, guess: str, config: RunConfig, first: int, last: int) -> list[Mark]:
    """Place the crossing, the guess, the rule of thumb and the visitor's own size on the axis.

    Parameters
    ----------
    where : Crossing
    guess : str
    config : RunConfig
    first, last : int
        Ends of the axis, training images.
    """
    placed = []
    if np.isfinite(where.at):
        strip = (float(np.clip(edge, first, last)) for edge in (where.low, where.high))
        placed.append(Mark(where.at, "overtakes", *strip))
    placed.append(Mark(guess_at(guess, first, last), YOUR_GUESS))
    placed.append(Mark(float(np.clip(mine(config).size * config.layer_sizes[-1], first, last)), YOUR_SIZE))
    placed.append(Mark(RULE, f"the lesson: freeze below {RULE:,}"))
    return placed
