"""The map of winners and the crossover: how much data until fine-tuning pays."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("decide")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.draw("decide")  # likewise: the controls need neither pandas nor Altair

from functools import partial

import streamlit as st

from transfer_core.studies.questions import crossover
from transfer_core.wording import inside
from transfer_ui import downloads
from transfer_ui.articles.class_links import room
from transfer_ui.articles.decide import advice, cell, crossing, guessing, maps, own_crossing, places
from transfer_ui.charts import base
from transfer_ui.charts.live_map import LiveMap
from transfer_ui.charts.map_panel import MARK
from transfer_ui.charts.study import grid_of
from transfer_ui.controls import yours
from transfer_ui.downloads import Origin
from transfer_ui.palette import theme
from transfer_ui.runs import studies
from transfer_ui.shell import frame, visit

mode = theme()
room.draw(config)
if yours.is_own(config.scenario):
    own_crossing.draw(config, mode)
    frame.try_next(
        config,
        [
            ("your_data", {}, "Every way to use them", "and what to do with the labels you have"),
            ("compare", {}, "All strategies", "the curves, with every setting to move"),
        ],
    )
    room.tell(config)
    st.stop()
own_place = places.mine(config)
veiled = room.is_veiled(config)

# The answer stands first on the page; its content is computed further down.
guess = None
if not veiled:
    said = room.prediction("crossing", config)  # whoever has answered the same question is not asked again
    guess = sidebar.choose_in_link("guess", guessing.GUESSES, st.pills, default=said, label=guessing.QUESTION)
answer_place = st.container(key="answer_place_short")
with st.container(horizontal=True, vertical_alignment="center"):
    among = sidebar.choose_in_link("among", maps.AMONG, st.segmented_control)
    st.caption(maps.RATES, width="content")
map_study, map_key = maps.map_on(config, among), f"map_{among}"
map_column, cell_column = st.columns([11, 8], gap="medium")
with map_column:
    live_map = LiveMap(map_study, mode, maps.SERIES[among], grid_of(map_study, [config]), places.you(config))
if guess is None:
    live_map.draw_veiled()
    if veiled:
        room.wait(answer_place)
    cell_column.markdown(guessing.ABOUT_GUESSING)
    with answer_place:
        frame.answer(guessing.VEILED, note=guessing.ABOUT_VEIL)
    st.stop()

with cell_column:
    places.follow_click(live_map.picked(map_key))
    opened = places.choose(config)
    opened_config = places.config_at(config, opened)
    cell_place = base.Place()
if visit.page_is_new():
    live_map.draw()

# Where the map must be measured, the answer for the visitor's own settings comes before it.
is_own_stored = places.is_on_map(config, own_place) and studies.is_stored(map_study, [config])
scores = {} if is_own_stored else places.computed(config)
measured_map = studies.measure(map_study, [config], lambda rows: live_map.draw(maps.table(rows, among)))
winners = measured_map.once(f"winners {among}", lambda: maps.table(measured_map.rows, among))
if winners.empty:
    frame.stop_without_results()
live_map.finish(winners, map_key, opened.labels)
scores = scores or places.scores_at(measured_map.rows, own_place)
with map_column:
    # Fixed words: what is counted stands behind the answer, so that nothing below moves.
    st.caption(f"{MARK} {map_study.figure.mark_title}.", help=maps.ABOUT_MAP[among])
    frame.show_origin(measured_map.made)
with cell_column:
    if opened == own_place:
        there = scores
    elif places.is_on_map(config, opened):
        there = places.scores_at(measured_map.rows, opened)
    else:
        there = {} if measured_map.stopped else places.computed(opened_config)
    cell.show(there, opened_config, places.is_on_map(config, opened), mode, cell_place)
with answer_place:
    said, evidence = measured_map.once(
        f"advice {config.key} {len(scores)}", lambda: advice.recommendation(scores, config)
    )
    answer = frame.answer(
        said,
        [evidence, f"On the map, {inside(maps.tally(winners))}"],
        f"{guessing.guessed(guess)}: the crossing is still to be measured.",
    )

st.subheader("From how many images fine-tuning pays", anchor=False)
with st.container(horizontal=True, vertical_alignment="center"):
    view = sidebar.choose_in_link("crossing", crossing.VIEWS, st.segmented_control)
    st.caption(crossing.RATES, width="content")
panel = crossing.Panel(view, mode)
study = crossover.STUDY
measured = None if measured_map.stopped else studies.measure(study, [config], panel.draw)
sizes = crossover.complete_sizes(measured.rows) if measured and len(measured.rows) else []
if measured is None:
    st.caption("This is measured after the map: press Continue above.")
elif measured.stopped or len(sizes) < 2:
    answer.add("Stopped before the crossing could be located.")
else:
    found = measured.once("crossing", partial(crossing.find, measured.rows, sizes))
    marks = crossing.marks(found.where, guess, config, sizes[0], sizes[-1])
    panel.finish(found, marks)
    st.caption(crossing.about(view, marks))
    frame.show_origin(measured.made)
    answer.remark(guessing.guess_sentence(guess, found.where))
    answer.add(f"{crossing.RATES}: {crossover.crossing_words(found.where, sizes)}")
    own = crossing.own_gap(config)
    if own:
        panel.finish(found, marks, own.row)
        answer.add(f"{crossing.RATES}: {own.words}")
    with st.container(horizontal=True):
        seen = {"guess": guess}
        downloads.offer(
            "Map", lambda: winners, Origin("decide", [config], seen | {"among": among}, map_study.swept), "map"
        )
        downloads.offer("Gaps", lambda: found.gaps, Origin("decide", [config], seen, study.swept), "gaps")
        downloads.offer(
            "Accuracies", lambda: found.accuracies, Origin("decide", [config], seen, study.swept), "crossover"
        )

frame.try_next(
    config,
    [
        ("decide", {"n_epochs": 20, "unfreeze_epoch": 5}, "A third of the epochs", "which strategies still get there?"),
        ("compare", {}, "Your size, all strategies", "the curves behind one cell"),
        ("claims", {}, "Is the advice true?", "this question and others, claim by claim"),
    ],
)
room.tell(config)
