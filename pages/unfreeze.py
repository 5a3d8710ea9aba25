"""The plane of new task against old task, the unfreeze epoch dragged and swept, and the proof that frozen layers did not move."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("unfreeze")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.draw("unfreeze")  # likewise: the controls need neither pandas nor Altair

import streamlit as st

from transfer_ui import downloads, sentences
from transfer_ui.articles.class_links import room
from transfer_ui.articles.unfreeze import words
from transfer_ui.articles.unfreeze.decays import DECAY_PRESETS
from transfer_ui.articles.unfreeze.figures import PURE, Figures
from transfer_ui.articles.unfreeze.swept import sweep_epochs, with_present
from transfer_ui.charts import sweep
from transfer_ui.downloads import Origin
from transfer_ui.palette import theme
from transfer_ui.runs import ahead, cached
from transfer_ui.shell import frame, visit

room.draw(config)
place = st.container(key="answer_place_short")
place.empty()  # an empty container would not keep its height; in every run, so that the answer has one place in it
figures = Figures(config, theme())

# Drawn first: a click that reaches a server that has forgotten the session acts before old settings are computed.
with figures.rules:
    st.subheader("All at once, or layer by layer?", anchor=False)
    st.markdown("Systems disagree about how much slower the lower layers should learn. One click sets their rule:")
    with st.container(horizontal=True):
        for preset in DECAY_PRESETS:
            sidebar.button(
                preset.title,
                sidebar.choose,
                config.but(gradual=preset.gradual, layer_decay=preset.layer_decay),
                key=f"decay_{preset.title}",
                help=preset.comment,
                type="primary" if preset.is_on(config) else "secondary",
            )

if room.is_veiled(config):
    figures.draw_nothing("not shown yet")
    room.wait(place)
epochs = sweep_epochs(config)
if visit.page_is_new() and not cached.is_known(config):
    figures.draw_nothing()
outcome = cached.comparison(config, figures.draw, [cached.sweep_of(config, epochs)])
results = outcome.results
if not results:
    frame.stop_without_results()
progressive = results["progressive_unfreezing"]
figures.draw_all_weights(outcome)
figures.proof.markdown(words.moved_sentence(progressive))

if visit.page_is_new() and not cached.sweep_is_known(config, epochs):
    figures.draw_sweep(results, {})
swept = cached.unfreeze_sweep(config, epochs, lambda so_far: figures.draw_sweep(results, so_far))
points = with_present(swept.results, progressive)
figures.draw_swept(outcome, swept)
downloads.offer(
    "Sweep",
    lambda: sweep.sweep_table(
        points, {name: results[name] for name in PURE}, chosen=config.unfreeze_epoch, last=config.n_epochs
    ),
    Origin("unfreeze", [config], swept=("unfreeze_epoch",)),
    "sweep",
)
with place:
    frame.answer(words.headline(points, results), words.evidence(points, results))
frame.show_origin(outcome.made)
with place:
    frame.show_trouble(sentences.trouble(results))

frame.try_next(
    config,
    [
        ("unfreeze", {"unfreeze_epoch": 0}, "Never freeze", "what does the old task pay for a random head?"),
        (
            "unfreeze",
            {"hidden_sizes": (64, 64, 64), "gradual": True},
            "Three hidden layers, one at a time",
            "see the staircase in the timeline",
        ),
        ("compare", {}, "The curves", "the same run against all controls"),
    ],
)
room.tell(config)
ahead.prepare(config)
