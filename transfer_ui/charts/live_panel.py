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

    def wait(self, first: float, last: float) -> None:
        """Draw the axes alone, for shares from one end of what will be measured to the other."""
        words = f"{self._study.figure.y.title}, axes only: predict first."
        base.show(_stretched(self._spec(0), x=[first, last], y=[0, 1]), NO_ROWS, alt=words, place=self._place)

    def draw(self, table: pd.DataFrame) -> None:
        """Draw the results so far."""
        rows = figure_rows(table, self._study.figure)
        words = f"{self._study.title} It is being measured."
        base.show(self._spec(0), rows, alt=words, place=self._place)

    def finish(self, table: pd.DataFrame, marks: Sequence[Mark] = ()) -> None:
        """Draw the figure with its marks and its words."""
        rows = figure_rows(table, self._study.figure, marks)
        base.show(self._spec(len(marks)), rows, alt=described(self._study, table), place=self._place)

    def _spec(self, n_marks: int) -> Spec:
        return panel_template(self._study.figure, self._series, self._mode, None, n_marks)


def _stretched(spec: Spec, **ends: list[float]) -> Spec:
    """Give each axis its ends: without rows it has neither ticks nor lines."""
    layers = []
    for layer in spec["layer"]:
        encoding = {
            channel: {**how, "scale": {**how["scale"], "domain": ends[channel]}}
            for channel, how in layer.get("encoding", {}).items()
            if channel in ends and how.get("scale")
        }
        layers.append({**layer, "encoding": layer["encoding"] | encoding} if encoding else layer)
    return {**spec, "layer": layers}
