"""Rows of the figures, and the lab's side of the comparison."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from transfer_core.real_network.evidence import FROZEN, FULL
from transfer_core.real_network.results import Results
from transfer_core.statistics import Gap
from transfer_core.studies import execute
from transfer_core.studies.questions import crossover
from transfer_ui.charts.real_arms import OTHER, SAME, Arms
from transfer_ui.charts.two_networks import LAB, REAL
from transfer_ui.runs import studies


def both_networks(found: Results) -> pd.DataFrame:
    """Give the gap of both networks, one row per network and size."""
    sides = {REAL: found.gaps(FULL, FROZEN), LAB: lab_gaps()}
    return pd.DataFrame(
        [
            {
                "network": network,
                "size": size,
                **gap.interval._asdict(),
                "seeds": f"{gap.wins} of {gap.n} seeds",
            }
            for network, gaps in sides.items()
            for size, gap in gaps.items()
        ]
    )


@st.cache_resource(show_spinner=False)
def lab_gaps() -> dict[int, Gap]:
    """Give the gap in the lab's study of the crossing by images per class, each arm at its best rate."""
    study = crossover.STUDY
    shipped = studies.shipped_study(study.name)
    assert shipped is not None
    (config,) = study.default_configs()
    # The two arms alone: who adds a strategy has cells that are not stored.
    cells = [cell for cell in study.cells([config]) if cell.labels["strategy"] in crossover.ARMS]
    rows = execute.rows(cells, shipped.done(cells))
    gaps = crossover.gaps_by_size(crossover.at_best_rates(rows), crossover.complete_sizes(rows))
    return {round(images / config.layer_sizes[-1]): gap for images, gap in gaps.items()}


def styles(found: Results, size: int) -> pd.DataFrame:
    """Give accuracy in both styles at a size, one row per arm and style."""
    parts = {"test": SAME} | ({"other": OTHER} if found.others else {})
    tables = [_titled(found, found.accuracies(part), size).assign(style=words) for part, words in parts.items()]
    return pd.concat(tables, ignore_index=True)


def work(found: Results, size: int) -> pd.DataFrame:
    """Give accuracy and work at a size, one row per arm."""
    merged = found.accuracies().merge(found.work, on=["arm", "size"])
    return _titled(found, merged, size)


def moves(found: Results, size: int) -> pd.DataFrame:
    """Give how far each stage moved at a size, one row per arm and stage; a network that starts at random is left out."""
    drift = found.drift(size)
    return _titled(found, drift[drift["arm"] != "from_scratch"].assign(size=size), size)


def arms(found: Results, size: int, *, pretrained: bool = False) -> Arms:
    """Give titles and looks of the arms that were measured at a size."""
    names = [name for name in found.arms_at(size) if not (pretrained and name == "from_scratch")]
    return tuple((found.arms[name].title, found.arms[name].look) for name in names)


def table(found: Results) -> pd.DataFrame:
    """Give everything in one table, to take away."""
    parts = {"test": "same"} | ({"other": "other"} if found.others else {})
    tables = [found.accuracies(part).assign(style=style) for part, style in parts.items()]
    return pd.concat(tables, ignore_index=True).merge(found.work, on=["arm", "size"])


def _titled(found: Results, rows: pd.DataFrame, size: int) -> pd.DataFrame:
    here = rows[rows["size"] == size].reset_index(drop=True)
    return here.assign(arm=[found.arms[name].title for name in here["arm"]])
