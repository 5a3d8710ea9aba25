"""The map of winners and the crossover: how much data until fine-tuning pays."""

from __future__ import annotations

from transfer_ui.map import open_page

open_page("decide")  # before the imports that take a while, so that the title is there at once

import pandas as pd
import streamlit as st

from transfer_core.studies import crossover, decision_map
from transfer_core.studies.registry import STUDIES
from transfer_ui import cached, controls, deciding, frame, tables
from transfer_ui.charts import study
from transfer_ui.palette import theme

config = controls.sidebar("decide")
map_study, crossover_study = deciding.map_on(config), STUDIES["crossover"]

# The answer is the first thing on the page; what it says comes from below.
place = st.container()
with place:
    deciding.recall_guess()
    guess = controls.choose_in_link("guess", deciding.GUESSES, st.pills, default=None, label=deciding.QUESTION)
if guess is None:
    st.caption(deciding.ABOUT_GUESSING)
    st.stop()
st.session_state.guess_said = guess

st.subheader("Which strategy wins where", anchor=False)
among = controls.choose_in_link(
    "among", {name: title for name, (title, _) in deciding.AMONG.items()}, st.segmented_control
)


def draw_map(rows: pd.DataFrame, *, pick: bool = False) -> tuple[str, str] | None:
    """Draw the cells that are there."""
    table = decision_map.winners(rows, deciding.AMONG[among][1])
    if table.empty:
        return None
    return study.show_study(map_study, table, theme(), f"map_{among}" if pick else None, pick=pick)


measured_map = cached.study(map_study, [config], draw_map)
picked = draw_map(measured_map.rows, pick=True) if len(measured_map.rows) else None
winners = decision_map.winners(measured_map.rows, deciding.AMONG[among][1])
if winners.empty:
    frame.stop_without_results()
st.caption(f"{deciding.tally(winners)} {deciding.ABOUT_MAP}")
frame.show_origin(measured_map.made)

deciding.follow_click(picked)
cells = deciding.cells_of(config, winners)
chosen = controls.choose_in_link("cell", cells, st.selectbox, default=None, label="Open a cell")
if chosen:
    size, shift = (float(part) for part in chosen.split(","))
    with st.container(border=True):
        tables.show_cell(deciding.cell_scores(measured_map.rows, int(size), shift))
        there = config.but(images_per_class=int(size), shift_amount=shift)
        frame.link("compare", there, "**The same setting in Compare**: its curves, its costs, the old task")

with place:
    said, evidence = deciding.recommendation(measured_map.rows, config)
    answer = frame.answer(said, [evidence])

st.subheader("Accuracy against training images", anchor=False)


def draw_crossover(rows: pd.DataFrame) -> None:
    """Draw the sizes that are there, the rates not chosen yet."""
    if rows["images"].nunique() > 1:
        study.show_study(crossover_study, crossover.accuracies(rows), theme())


measured = None if measured_map.stopped else cached.study(crossover_study, [config], draw_crossover)
sizes = crossover.complete_sizes(measured.rows) if measured and len(measured.rows) else []
if measured is None:
    st.caption("It is measured after the map: press Continue above.")
elif measured.stopped or len(sizes) < 2:
    answer.markdown("The measurement of the crossing was stopped: it is not located.")
else:
    table = crossover.accuracies(measured.rows)
    where = crossover.locate(measured.rows, sizes)
    placed = deciding.marks(where, guess, config, sizes[0], sizes[-1])
    study.show_study(crossover_study, table, theme(), "crossover", placed)
    st.caption(deciding.ABOUT_CROSSOVER + (deciding.ABOUT_STRIP if placed[0].low is not None else ""))
    frame.show_origin(measured.made)
    answer.markdown(f"{crossover.crossing_words(where, sizes)} {deciding.guess_sentence(guess, where)}")
    with st.container(horizontal=True):
        tables.download(lambda: winners, "Map", "map")
        tables.download(lambda: table, "Accuracies", "crossover")

frame.try_next(
    config,
    [
        ("decide", {"n_epochs": 20, "unfreeze_epoch": 5}, "A third of the epochs", "who still gets there?"),
        ("compare", {}, "Your size, all strategies", "the curves behind one cell"),
        ("claims", {}, "Is the advice true?", "this question and others, for every claim"),
    ],
)
