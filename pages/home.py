"""The question, the strategies as a picture, one live result, where to go."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("home")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

chosen = sidebar.current_config()  # likewise: the settings need neither pandas nor Altair
sidebar.show_notices()

import streamlit as st

from transfer_core import STRATEGIES
from transfer_ui.articles import comparison, home
from transfer_ui.articles.class_links import room
from transfer_ui.charts import timeline
from transfer_ui.controls import yours
from transfer_ui.palette import theme
from transfer_ui.runs import ahead, baseline_scores, cached
from transfer_ui.shell import frame

config = yours.of_the_lab(chosen)
room.draw(config)
if config != chosen:
    st.caption(yours.OF_THE_LAB)
mode = theme()
st.markdown("You have a network that was trained on one task, and a few images of another. Three ways to proceed:")
home.show_tasks(cached.samples(config), mode)
place = st.container(key="answer_place_home")
cards = {}
for column, name in zip(st.columns(3, gap="small"), home.CARDS, strict=True):
    with column, st.container(border=True, height="stretch", gap="xsmall"):
        # The picture comes before the text, which may take more lines on one card than on another.
        st.markdown(f"**{STRATEGIES[name].title}**", help=STRATEGIES[name].summary)
        timeline.show_schedule(STRATEGIES[name].build(config), mode, small=True)
        cards[name] = st.container(key=f"card_{name}", gap="xsmall")
        cards[name].empty()  # an empty container would not keep its height
with st.container(key="doors"):
    home.show_doors(chosen)
if room.is_veiled(config):
    room.wait(place)
with place:
    outcome = cached.comparison(config, beside=[*baseline_scores.requests_of(config).values()])
    results = outcome.results
    if not results:
        frame.stop_without_results()
    comparison.answer(config, results)
for name, card in cards.items():
    with card:
        home.show_card(name, results, mode)
frame.show_origin(outcome.made)
room.tell(config)
ahead.prepare(config)
