"""Lines in their place on the page, drawn from the first moment and redrawn while they are measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from transfer_core.studies.study import Study
from transfer_ui.charts import base
from transfer_ui.charts.ready import Spec
from transfer_ui.charts.study import Mark, described, figure_rows, panel_template

NO_ROWS = pd.DataFrame({"x": [""], "y": [""], "mean": [np.nan], "series": [""]})


class LivePanel:
    """The lines of a study of one panel.

    Parameters
    ----------
    study : Study
    mode : {"light", "dark"}
    series : sequence of str
        All that the series column may hold, so that colours and legend stay.
    place : Place, optional
        One of its own otherwise.
    """

    def __init__(self, study: Study, mode: str, series: Sequence[str], place: base.Place | None = None) -> None:
        self._study, self._mode, self._series = study, mode, tuple(series)
        self._place = place or base.Place()

    def draw(self, table: pd.DataFrame | None = None) -> None:
        """Draw the results so far; only the axes if there are none."""
        rows = NO_ROWS if table is None else figure_rows(table, self._study.figure)
        words = f"{self._study.title} It is being measured."
        base.show(self._spec(0), rows, alt=words, place=self._place)

    def finish(self, table: pd.DataFrame, marks: Sequence[Mark] = ()) -> None:
        """Draw the figure with its marks and its words."""
        rows = figure_rows(table, self._study.figure, marks)
        base.show(self._spec(len(marks)), rows, alt=described(self._study, table), place=self._place)

    def _spec(self, n_marks: int) -> Spec:
        return panel_template(self._study.figure, self._series, self._mode, None, n_marks)
