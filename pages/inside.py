"""What training changed inside the networks: weights, features, errors, gradients; and a digit of one's own."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("inside")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.draw("inside")  # likewise: the controls need neither pandas nor Altair

import streamlit as st

from transfer_core import STRATEGIES
from transfer_ui import sentences
from transfer_ui.articles.class_links import room
from transfer_ui.articles.inside import anatomy, looks
from transfer_ui.articles.inside.seen import look_into
from transfer_ui.charts.components import network
from transfer_ui.palette import theme
from transfer_ui.runs import cached
from transfer_ui.shell import frame, slider, visit
from transfer_ui.verdicts import THREE

room.draw(config)
place = st.container(key="answer_place_inside")

with st.container(horizontal=True, vertical_alignment="center"):
    which = sidebar.choose_in_link(
        "arms", {"three": "The three strategies", "all": "With the controls"}, st.segmented_control
    )
    seeds = {str(seed): f"Networks of seed {seed}" for seed in config.seeds}
    seed = int(sidebar.choose_in_link("of_seed", seeds, st.selectbox) or config.seed)
names = tuple(STRATEGIES) if which == "all" else THREE

waiting, hero = st.empty(), st.container()
veiled = room.is_veiled(config)
if veiled or visit.page_is_new():
    with waiting.container():
        anatomy.draw_schedules(config, theme())  # what is known before any training
if veiled:
    room.wait(place)
outcome = cached.inside(config, [cached.snapshots_of(config, seed)])
results = outcome.results
if not results:
    frame.stop_without_results()
with place:
    frame.answer(anatomy.headline(results), [anatomy.evidence(results)])
    frame.show_trouble(sentences.trouble(results))
if outcome.stopped:
    st.info("The pictures of the weights come after the run: press Continue.")
    st.stop()
pictures = cached.snapshots(config, seed)
if not pictures.results:
    frame.stop_without_results()
seen = pictures.once("seen", lambda: look_into(pictures.results.runs))
chosen = {name: seen[name] for name in names}
epochs = max((one.epochs for one in chosen.values()), key=len)
waiting.empty()
with hero:
    st.markdown("**Which layers moved, and how far?**")
    slider.draw("epoch", epochs, f"{config.key} {seed}", theme())
    network.show(pictures.once(f"networks {names} {theme()}", lambda: anatomy.networks(chosen, theme())), "networks")
    st.markdown(anatomy.moved_sentence(chosen))
    st.caption(
        "Ice blue: frozen, not a bit changed. Warm: trained, deeper for more change. Lines: the strongest weights at the end, "
        "orange positive, blue negative."
    )

look = sidebar.choose_in_link("look", looks.TITLES, st.segmented_control)
looks.draw(look, looks.Sight(config, seed, names, {name: results[name] for name in names}, results, pictures, seen))
frame.try_next(
    config,
    [
        (
            "inside",
            {"backbone_learning_rate": 0.5},
            "Ten times the end-to-end rate",
            "which layer is torn apart first?",
        ),
        ("inside", {"images_per_class": 1}, "One image per class", "does the backbone move at all?"),
        ("unfreeze", {}, "When to unfreeze", "the schedule behind the frost"),
        ("compare", {}, "The curves", "what the change is worth"),
    ],
)
room.tell(config)
