"""The numbers behind the pictures, to look at and to take away."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import RunResult
from transfer_ui import nouns
from transfer_ui.charts.followed import short
from transfer_ui.tables import PERCENT

COLUMNS = {
    "new_task": ("New task", "Accuracy on the validation images of the target."),
    "old_before": ("Old, before", "Old head, before training on the target."),
    "old_after": ("Old, after", "Old head on the backbone, after training on the target."),
    "probe_before": ("Re-probed, before", "A new head trained on the old task's images, on the pretrained features."),
    "probe_after": (
        "Re-probed, after",
        "A new head trained on the old task's images, on the features as they are now.",
    ),
    "named": ("Named by the new head", "Old images that the head in use now gives the name of their class."),
}


def seeds_table(results: Mapping[str, RunResult]) -> pd.DataFrame:
    """One row per arm and seed: the new task, and the old one in every sense."""
    tables = []
    for name, result in results.items():
        of = {one: series.values for one, series in result.measured.items()}
        tables.append(
            pd.DataFrame(
                {
                    "arm": short(name),
                    "seed": result.config.seeds,
                    "new_task": result.val_accuracy,
                    "old_before": of["source_accuracy"][0],
                    "old_after": of["source_accuracy"][-1],
                    "probe_before": of["source_reprobed"][0],
                    "probe_after": of["source_reprobed"][-1],
                    "named": of["source_named"][-1],
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def means(table: pd.DataFrame) -> pd.DataFrame:
    """Take the means of a table of seeds, one row per arm, in per cent."""
    found = table.drop(columns="seed").groupby("arm", sort=False).mean().reset_index()
    found[list(COLUMNS)] *= 100
    return found


def show(table: pd.DataFrame) -> None:
    """Draw the means."""
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        alt="Accuracy on the new task, and on the old one in every sense, one row per arm",
        column_config={
            "arm": st.column_config.TextColumn("Arm", pinned=True),
            **{
                name: st.column_config.NumberColumn(title, help=nouns.said_here(meaning), **PERCENT)
                for name, (title, meaning) in COLUMNS.items()
            },
        },
    )


def epochs_table(results: Mapping[str, RunResult]) -> pd.DataFrame:
    """One row per arm, seed and look: the old head in all, and on each old class."""
    tables = []
    for name, result in results.items():
        source = result.config.pair.source
        assert source is not None
        overall, by_class = (result.measured[one] for one in ("source_accuracy", "source_class_accuracy"))
        n_looks, n_seeds = overall.values.shape
        tables.append(
            pd.DataFrame(
                {
                    "arm": short(name),
                    "epoch": np.repeat(overall.epochs, n_seeds),
                    "seed": np.tile(result.config.seeds, n_looks),
                    "old_head": overall.values.ravel(),
                }
                | {f"class {label}": by_class.values[..., index].ravel() for index, label in enumerate(source.classes)}
            )
        )
    return pd.concat(tables, ignore_index=True)
