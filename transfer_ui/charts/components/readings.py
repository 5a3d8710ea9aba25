"""What each strategy has reached at the epoch of the slider, and at what work: the curves in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from transfer_core.arrays import Array
from transfer_ui.charts.components.parts import colours, component
from transfer_ui.charts.curves import TITLES


def data_of(
    rows: pd.DataFrame, work: Mapping[str, Array], looks: Mapping[str, str], mode: str, *, metric: str
) -> dict[str, Any]:
    """Put together what the browser shows.

    Parameters
    ----------
    rows : DataFrame
        ``strategy``, ``epoch``, ``mean``; the epochs are the same for all strategies.
    work : mapping of str to ndarray of shape (n_epochs + 1,)
        Strategy -> multiply-adds until the end of each epoch.
    looks : mapping of str to str
        Strategy -> colour.
    mode : {"light", "dark"}
    metric : str
        An accuracy is written in per cent, a loss as it is.
    """
    of_each = {str(name): each for name, each in rows.groupby("strategy", sort=False, observed=True)}
    epochs = next(iter(of_each.values()))["epoch"].astype(int).tolist() if of_each else [0]
    return {
        "epochs": epochs,
        "about": f"{TITLES[metric]}, and multiply-adds so far",
        "share": metric.endswith("accuracy"),
        "colours": colours(mode),
        "arms": [
            {
                "title": name,
                "colour": looks[name],
                "values": [round(float(mean), 4) if np.isfinite(mean) else None for mean in each["mean"]],
                # Three digits are more than anybody reads.
                "work": [float(f"{work[name][epoch]:.3g}") for epoch in epochs],
            }
            for name, each in of_each.items()
        ],
    }


def show(data: dict[str, Any]) -> None:
    """Draw the numbers."""
    component("readings")(key="epoch_readings", data=data, height="content")
