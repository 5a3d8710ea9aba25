"""Studies for the pages: shipped with the product, or measured here, cell by cell, and kept in the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from transfer_core import RunConfig
from transfer_core.studies.execute import Done, rows
from transfer_core.studies.shipped import FOLDER, PAGES, Shipped, read
from transfer_core.studies.study import Cell, Study
from transfer_ui.runs.found import Found
from transfer_ui.runs.places import workbench
from transfer_ui.runs.study_steps import Stored, stored_study_steps
from transfer_ui.runs.waiting import keep_place, outcome


@dataclass(frozen=True)
class Measured(Found):
    """A study as far as it has come.

    Attributes
    ----------
    rows : DataFrame
        One row per cell, reading and seed; perhaps none.
    stopped : bool
        The visitor stopped it: some cells are missing.
    made : dict of str to str or None
        When and with what it was computed; ``None`` if it was computed here.
    """

    rows: pd.DataFrame
    stopped: bool
    made: dict[str, str] | None


def measure(
    asked: Study, configs: Sequence[RunConfig], draw: Callable[[pd.DataFrame], object] | None = None
) -> Measured:
    """Measure a study, or get what was shipped with the product.

    Parameters
    ----------
    asked : Study
    configs : sequence of RunConfig
        One per scenario.
    draw : callable, optional
        Shows the rows so far while more are on their way.
    """
    configs = [asked.without_swept(config) for config in configs]
    cells = asked.cells(configs)
    wanted = [repr(config) for config in configs]
    ready = None
    for folder in (FOLDER, PAGES):
        shipped = shipped_study(asked.name, folder)
        if shipped and shipped.configs == wanted:
            if shipped.fits(cells):
                keep_place()
                return shipped_measured(asked.name, folder, cells)
            ready = shipped
    # Shipped cells need not be computed again, even if there is one more strategy by now.
    stored = ready.done(cells) if ready else []
    places = sorted(set(range(len(cells))) - {one.place for one in stored})
    missing = [cells[place] for place in places]

    def all_rows(done: Sequence[Done]) -> pd.DataFrame:
        return rows(cells, [*stored, *(one._replace(place=places[one.place]) for one in done)])

    def draw_done(so_far: Stored) -> None:
        if draw and (so_far.done or stored):
            draw(all_rows(so_far.done))

    found = outcome(workbench(), ("study", asked.name, *configs), partial(stored_study_steps, missing), draw_done)
    done, trouble = found.results or Stored([], "")
    if trouble:
        st.caption(":material/cloud_off: This server cannot store results on its disk; they last until it restarts.")
    return Measured(all_rows(done), found.stopped, None, derived=found.derived)


def is_stored(asked: Study, configs: Sequence[RunConfig]) -> bool:
    """Whether a study was shipped with these settings, all of it or most: then there is little to wait for."""
    wanted = [repr(asked.without_swept(config)) for config in configs]
    return any(
        shipped and shipped.configs == wanted for shipped in map(partial(shipped_study, asked.name), (FOLDER, PAGES))
    )


@st.cache_resource(show_spinner=False)
def shipped_study(name: str, folder: Path = FOLDER) -> Shipped | None:
    """Get what was shipped of a study."""
    return read(name, folder)


@st.cache_resource(show_spinner=False)
def shipped_measured(name: str, folder: Path, _cells: Sequence[Cell]) -> Measured:
    """Get what was shipped, as if it had been measured."""
    ready = shipped_study(name, folder)
    assert ready is not None
    return Measured(ready.rows(_cells), False, ready.made)
