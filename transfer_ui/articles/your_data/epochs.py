"""The strategies epoch by epoch on a visitor's data, and what they cost, as Compare shows them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from transfer_core import RunResult
from transfer_core.own_data.answering import Answer
from transfer_ui import sentences, tables
from transfer_ui.articles import comparison
from transfer_ui.articles.your_data.tables import offer
from transfer_ui.charts import curves
from transfer_ui.controls import sidebar
from transfer_ui.runs.own import Brought
from transfer_ui.runs.waiting import Outcome
from transfer_ui.shell import slider

ABOUT = (
    "Epoch 0 is before any training. To follow the curves, a tenth of your labels is set aside for validation here; for the "
    "answer, it is trained on too."
)


def draw(data: Brought, answer: Answer, mode: str) -> None:
    """Draw curves, numbers at the epoch of the slider, costs and the table."""
    runs = dict(answer.runs)
    found = Outcome(runs, False)
    n_epochs = next(iter(runs.values())).n_epochs
    metric = sidebar.choose_in_link("curve", curves.TITLES, st.segmented_control) or "val_accuracy"
    chart = curves.Chart(n_epochs, metric, mode)
    slider.draw("at_epoch", curves.shown_epochs(n_epochs), f"own {data.number} {n_epochs}", mode)
    rows = curves.curve_rows(runs, {}, metric)
    chart.draw(rows, sentences.described(runs, curves.PANELS[metric], metric), curves.end_rows(rows, metric))
    comparison.draw_readings(found, rows, metric, mode)
    n_seeds = len(next(iter(runs.values())).test_accuracy)
    st.caption(f"{sentences.about_lines(n_seeds)} {ABOUT}")
    for sentence in sentences.trouble(runs):
        st.error(sentence, icon=":material/warning:")
    comparison.draw_costs(found, mode)
    st.subheader("In numbers", anchor=False)
    tables.show_summary(summary(runs))
    tables.show_costs(summary(runs))
    with st.container(horizontal=True):
        offer("Strategies", lambda: summary(runs), "strategies")
        offer("Curves", lambda: tables.per_epoch(runs), "curves")


def summary(runs: dict[str, RunResult]) -> pd.DataFrame:
    """One row per strategy: what it gains and what it costs; what pretraining cost is not known here."""
    return tables.summary(runs, {}, pretraining=lambda config: float("nan"))
