"""What training changed inside the networks: weights, features, errors, gradients; and a digit of one's own."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("inside")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.draw("inside")  # likewise: the controls need neither pandas nor Altair

from collections.abc import Callable

import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES
from transfer_ui import downloads, sentences
from transfer_ui.articles.class_links import room
from transfer_ui.articles.inside import anatomy, looks, of_the_lab
from transfer_ui.articles.inside.seen import look_into, validation
from transfer_ui.downloads import Origin
from transfer_ui.palette import theme
from transfer_ui.runs import cached, places
from transfer_ui.shell import frame, visit
from transfer_ui.verdicts import THREE

room.draw(config)
place = st.container(key="answer_place_inside")
if visit.page_is_new():
    place.empty()  # an empty container would not keep its height

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
outcome = cached.inside(config)
if outcome.stopped:
    st.info("The pictures come after the run: press Continue.")
    st.stop()
results = outcome.results
with place:
    frame.answer(anatomy.headline(results), [anatomy.evidence(results), *anatomy.about_seeds(results)])
    frame.show_trouble(sentences.trouble(results))
pictures = cached.snapshots(config, seed)
if pictures.stopped:
    frame.stop_without_results()
seen = pictures.once("seen", lambda: look_into(pictures.results.runs))
alone = config.but(seed=seed, n_seeds=1)
asked = places.from_data(alone, "validation", validation)
images = pictures.once("images", lambda: asked._replace(ink=cached.inked(alone, asked.ink)))


def offer(label: str, make_table: Callable[[], pd.DataFrame], look: str) -> None:
    """Draw the button that downloads the numbers of a look."""
    at = {"look": look, "of_seed": str(seed), "arms": which}
    downloads.offer(label, make_table, Origin("inside", [config], at), look)


sight = looks.Sight(names, results, seen, images, pictures, offer)
waiting.empty()
with hero:
    looks.draw_networks(sight, f"{config.key} {seed}")

look = sidebar.choose_in_link("look", of_the_lab.titles_for(config), st.segmented_control)
of_the_lab.draw(look, sight, config, pictures.results.source)
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
