"""One place of the map, opened beside it: every way on one accuracy axis, and the way to its curves."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from transfer_core import STRATEGIES, RunConfig
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES
from transfer_ui.charts import base, strip
from transfer_ui.shell import frame

NOT_MEASURED = "Not measured yet."
COMPUTED = "No cell of the map: computed for exactly these settings."


HEIGHT = len((*STRATEGIES, *BASELINES)) * strip.ROW + strip.MARGIN


def show(scores: Mapping[str, Array], config: RunConfig, is_cell: bool, mode: str, at: base.Place) -> None:
    """Draw the place that is open, where it stands beside the map.

    Parameters
    ----------
    scores : mapping of str to ndarray of shape (n_seeds,)
        Strategy or baseline -> test accuracy of each seed there; may be empty.
    config : RunConfig
        The settings there.
    is_cell : bool
        Whether it is a cell of the map.
    mode : {"light", "dark"}
    at : Place
    """
    table = strip.rows(scores)[0]
    spec = {**strip.template("accuracy", mode), "height": HEIGHT}
    words = strip.described(scores) if scores else NOT_MEASURED
    base.show(spec, table, alt=words, frame=strip.frame(table, "accuracy"), place=at)
    if not is_cell:
        st.caption(COMPUTED)
    frame.link("compare", config, "**The same settings in Compare**: curves, costs, the old task")
