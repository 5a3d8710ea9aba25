"""A map in its place on the page: all its cells have theirs from the first moment, and are filled while they are measured."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from transfer_core.studies.study import Study
from transfer_ui.charts import base
from transfer_ui.charts.live_panel import NO_ROWS
from transfer_ui.charts.map_panel import PICK, Grid, You
from transfer_ui.charts.panels import LEGEND_LINE
from transfer_ui.charts.ready import Spec
from transfer_ui.charts.study import described, figure_rows, panel_template

ROW, AXIS = 44, 56  # pixels of a row of a map, and of its axis with its title
COLUMNS = 3  # of the legend, where the map has a place beside it
VEILED, WAITING = "?", "…"


class LiveMap:
    """A map in its place on the page: all its cells have theirs, measured or not.

    Parameters
    ----------
    study : Study
    mode : {"light", "dark"}
    series : sequence of str
        All that the series column may hold, so that colours and legend stay.
    grid : Grid
    you : You
        Where the reader's settings are.
    """

    def __init__(self, study: Study, mode: str, series: Sequence[str], grid: Grid, you: You) -> None:
        self._study, self._mode, self._series = study, mode, tuple(series)
        self._grid, self._you = grid, you
        # A map that can be clicked takes the place of one that cannot: for a moment, neither is there.
        room = st.container(height=base.shown(self._spec())["height"], border=False, key="map_room")
        self._place = base.Place(room)

    def draw_veiled(self) -> None:
        """Draw the frame: the axes, every place, and the reader's own."""
        words = (
            f"{self._study.title} A map of {len(self._grid.x)} by {len(self._grid.y)} places, hidden until you guess."
        )
        base.show(self._spec(), self._rows(None, VEILED), alt=words, place=self._place)

    def draw(self, table: pd.DataFrame | None = None) -> None:
        """Draw the results so far."""
        words = f"{self._study.title} It is being measured."
        base.show(self._spec(), self._rows(table, WAITING), alt=words, place=self._place)

    def picked(self, key: str) -> tuple[str, str] | None:
        """Get the cell that was clicked last: its place on both axes as they are labelled.

        What is known before the map is drawn, so that whatever stands beside it can follow.
        """
        state = st.session_state.get(key) or {"selection": {}}
        cells = state["selection"].get(PICK)
        return (str(cells[0]["x"]), str(cells[0]["y"])) if cells else None

    def finish(self, table: pd.DataFrame, key: str, opened: tuple[str, str]) -> None:
        """Draw the map so that a click on a cell runs the page again.

        Parameters
        ----------
        table : DataFrame
        key : str
        opened : tuple of (str, str)
            The cell that is open, if it is one.
        """
        rows = self._rows(table, WAITING)
        rows["opened"] = (rows["x"] == opened[0]) & (rows["y"] == opened[1])
        words = described(self._study, table)
        base.show_and_pick(self._spec(), rows, alt=words, key=key, pick=PICK, place=self._place)

    def _rows(self, table: pd.DataFrame | None, waiting: str) -> pd.DataFrame:
        """Cells that are measured, the places of the others, and the reader's own place."""
        rows = NO_ROWS if table is None or table.empty else figure_rows(table, self._study.figure)
        there = set(zip(rows["x"], rows["y"], strict=True))
        places = [(x, y) for y in self._grid.y for x in self._grid.x if (x, y) not in there]
        empty = pd.DataFrame([{"x": x, "y": y, "waiting": waiting} for x, y in places])
        return pd.concat([rows, empty, pd.DataFrame([self._you._asdict()])], ignore_index=True)

    def _spec(self) -> Spec:
        spec = panel_template(self._study.figure, self._series, self._mode, self._grid)
        legend = LEGEND_LINE * -(-len(self._series) // COLUMNS)
        return {**spec, "height": ROW * len(self._grid.y) + AXIS + legend}
