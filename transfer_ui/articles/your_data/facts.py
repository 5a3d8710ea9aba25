"""What was found in the data: examples per class, sample images, and whatever is odd."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core.own_data.answering import Facts
from transfer_core.own_data.contents import counted, listed
from transfer_ui.charts import samples
from transfer_ui.shell import plain

MOST_SHOWN = 10  # images
PIXELS = 56  # of an image on the screen, about


def show(facts: Facts) -> None:
    """Draw it; what a visitor wrote stands there as it is."""
    left, right = st.columns(2, gap="medium")
    with left:
        _show_counts(facts)
    with right:
        if len(facts.samples):
            _show_samples(facts)
        if facts.findings:
            st.markdown(f"**{summary(facts)}**")
            plain.listed((finding.words for finding in facts.findings), key="findings")
        else:
            st.markdown("**Nothing odd was found**: no gaps, no copies, no leaks.")


def summary(facts: Facts) -> str:
    """Count the findings."""
    return f"{counted(len(facts.findings), 'finding')} in the data" if facts.findings else "Nothing odd in the data"


def counts_table(facts: Facts) -> pd.DataFrame:
    """One row per class: how many examples can be used."""
    names = [*dict.fromkeys((*facts.counts, *facts.source_counts))]
    table = pd.DataFrame({"class": names, "examples": [facts.counts.get(name, 0) for name in names]})
    if facts.source_counts:
        table["source"] = [facts.source_counts.get(name, 0) for name in names]
    return table


def _show_counts(facts: Facts) -> None:
    bars = st.column_config.ProgressColumn
    columns = {
        name: bars(title, width="small", format="%d", min_value=0, max_value=max([1, *counts.values()]))
        for name, title, counts in (
            ("examples", "Your labels", facts.counts),
            ("source", "Learnt before", facts.source_counts),
        )
    }
    st.dataframe(
        counts_table(facts),
        hide_index=True,
        width="stretch",
        height="content" if len(facts.counts) <= MOST_SHOWN else 388,
        alt="Examples per class",
        column_config={"class": st.column_config.TextColumn("Class", width="small"), **columns},
    )


def _show_samples(facts: Facts) -> None:
    images = facts.samples[:MOST_SHOWN]
    shown = images if facts.basis == "pretrained" and max(facts.shape) <= np.sqrt(PIXELS) + 1 else 1 - images
    st.image(samples.strip(shown, max(1, PIXELS // images.shape[1])), alt="One image per class, as it is used")
    names = list(facts.counts)[:MOST_SHOWN]
    height, width = facts.shape
    plain.show(f"One image per class, {height} × {width}: {listed(names, MOST_SHOWN)}", key="samples")
