"""The question, the strategies as a picture, one live result, where to go."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("home")  # before the imports that take a while, so that the title is there at once

import streamlit as st

from transfer_core import STRATEGIES
from transfer_ui import sentences, verdicts
from transfer_ui.articles import comparison
from transfer_ui.charts import timeline
from transfer_ui.controls import sidebar
from transfer_ui.definitions import DEFINITIONS
from transfer_ui.palette import theme
from transfer_ui.runs import ahead, cached
from transfer_ui.shell import frame

config = sidebar.current_config()
sidebar.show_notices()
st.markdown(
    "You have a pretrained network and a new task with few images. Here are three ways to proceed, trained on "
    f"**{config.pair.title}** ({sentences.cap(config)}, {config.n_seeds} seeds):",
    help=DEFINITIONS["seed"],
)
place = st.container(key="answer_place_short")
names = ["feature_extraction", "progressive_unfreezing", "end_to_end"]
cards = {}
for column, name in zip(st.columns(3, gap="small"), names, strict=True):
    with column, st.container(border=True, height="stretch", gap="xsmall"):
        # The picture comes before the text, which may take more lines on one card than on another.
        st.markdown(f"**{STRATEGIES[name].title}**")
        timeline.show_schedule(STRATEGIES[name].build(config), theme(), small=True)
        cards[name] = st.container(key=f"card_{name}", gap="xsmall")
        cards[name].empty()  # an empty container would not keep its height
        st.markdown(STRATEGIES[name].summary)
with place:
    outcome = cached.comparison(config, beside=[*cached.baselines_of(config).values()])
    results = outcome.results
    if not results:
        frame.stop_without_results()
    comparison.answer(
        config,
        results,
        lambda baselines: [
            *verdicts.behind_it(results, baselines, brief=True),
            verdicts.worth_of_pretraining(results, baselines),
        ],
    )
for name, card in cards.items():
    card.markdown(f"##### {sentences.accuracy_words(results[name].test_accuracy)} on the new task")
    card.caption(sentences.cost_words(results[name], results["feature_extraction"]))
with st.container(horizontal=True, key="links"):
    for file, question in (
        ("compare", "**Which strategy wins** elsewhere?"),
        ("unfreeze", "**When** should I unfreeze?"),
        ("decide", "**How much data** until it pays?"),
        ("claims", "**Is the advice** true?"),
    ):
        frame.link(file, config, question)
frame.show_origin(outcome.made)
ahead.prepare(config)
