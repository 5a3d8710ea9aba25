"""The map of winners and the crossover: how much data until fine-tuning pays."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("decide")  # before the imports that take a while, so that the title is there at once

from functools import partial

import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES
from transfer_core.studies.questions import crossover, decision_map
from transfer_core.studies.registry import STUDIES
from transfer_ui import downloads, tables
from transfer_ui.articles import decide
from transfer_ui.charts import study
from transfer_ui.controls import sidebar
from transfer_ui.downloads import Origin
from transfer_ui.palette import theme
from transfer_ui.runs import cached
from transfer_ui.shell import frame, visit

config = sidebar.draw("decide")
map_study, crossover_study = decide.map_on(config), STUDIES["crossover"]

# The answer stands first on the page; its content is computed further down.
place = st.container()
with place:
    guess = sidebar.choose_in_link("guess", decide.GUESSES, st.pills, default=None, label=decide.QUESTION)
if guess is None:
    st.caption(decide.ABOUT_GUESSING)
    st.stop()

st.subheader("Which strategy wins where", anchor=False)
among = sidebar.choose_in_link(
    "among", {name: title for name, (title, _) in decide.AMONG.items()}, st.segmented_control
)


live_map = study.LivePanel(map_study, theme(), decide.WINNERS, study.grid_of(map_study, [config]))


def draw_map(rows: pd.DataFrame) -> None:
    """Draw the cells finished so far."""
    live_map.draw(decision_map.winners(rows, decide.AMONG[among][1]))


if visit.page_is_new():
    live_map.draw()
measured_map = cached.study(map_study, [config], draw_map)
winners = measured_map.once(f"winners {among}", lambda: decision_map.winners(measured_map.rows, decide.AMONG[among][1]))
if winners.empty:
    frame.stop_without_results()
picked = live_map.finish_to_pick(winners, f"map_{among}")
st.caption(f"{study.mark_words(map_study.figure, winners)}{decide.tally(winners)} {decide.ABOUT_MAP}")
frame.show_origin(measured_map.made)

decide.follow_click(picked)
cells = decide.cells_of(config, winners)
chosen = sidebar.choose_in_link("cell", cells, st.selectbox, default=None, label="Open a cell")
if chosen:
    size, shift = (float(part) for part in chosen.split(","))
    with st.container(border=True):
        there = config.but(images_per_class=int(size), shift_amount=shift)
        tables.show_cell(decide.scores_at(measured_map.rows, int(size), shift))
        frame.link("compare", there, "**The same settings in Compare**: curves, costs, the old task")

with place, st.container(key="answer_place_short"):
    said, evidence = measured_map.once(f"advice {config.key}", lambda: decide.recommendation(measured_map.rows, config))
    answer = frame.answer(said, [evidence], f"{decide.guessed(guess)}: the crossing is still to be measured.")

st.subheader("Accuracy against training images", anchor=False)

live_crossover = study.LivePanel(crossover_study, theme(), tuple(STRATEGIES))


def draw_crossover(rows: pd.DataFrame) -> None:
    """Draw the sizes finished so far, before rates are chosen."""
    if rows["images"].nunique() > 1:
        live_crossover.draw(crossover.accuracies(rows))


measured = None if measured_map.stopped else cached.study(crossover_study, [config], draw_crossover)
sizes = crossover.complete_sizes(measured.rows) if measured and len(measured.rows) else []
if measured is None:
    st.caption("This is measured after the map: press Continue above.")
elif measured.stopped or len(sizes) < 2:
    answer.add("Stopped before the crossing could be located.")
else:
    table, where = measured.once("crossing", partial(decide.crossing_of, measured.rows, sizes))
    placed = decide.marks(where, guess, config, sizes[0], sizes[-1])
    live_crossover.finish(table, placed)
    st.caption(decide.ABOUT_CROSSOVER + (decide.ABOUT_STRIP if placed[0].low is not None else ""))
    frame.show_origin(measured.made)
    answer.remark(decide.guess_sentence(guess, where))
    answer.add(crossover.crossing_words(where, sizes))
    with st.container(horizontal=True):
        seen = {"guess": guess}
        downloads.offer(
            "Map", lambda: winners, Origin("decide", [config], seen | {"among": among}, map_study.swept), "map"
        )
        downloads.offer(
            "Accuracies", lambda: table, Origin("decide", [config], seen, crossover_study.swept), "crossover"
        )

frame.try_next(
    config,
    [
        ("decide", {"n_epochs": 20, "unfreeze_epoch": 5}, "A third of the epochs", "which strategies still get there?"),
        ("compare", {}, "Your size, all strategies", "the curves behind one cell"),
        ("claims", {}, "Is the advice true?", "this question and others, claim by claim"),
    ],
)
