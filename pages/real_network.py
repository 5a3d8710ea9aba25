"""The lab's question put to a network that was pretrained on ImageNet: measured once, stored, shown."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("real_network")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.current_config()  # likewise: the settings need neither pandas nor Altair
sidebar.show_notices()

from functools import partial

import streamlit as st

from transfer_core.real_network import results as shipped
from transfer_ui import downloads
from transfer_ui.articles import claims
from transfer_ui.articles.class_links import room
from transfer_ui.articles.real_network import figures, pictures, words
from transfer_ui.charts import real_arms, two_networks
from transfer_ui.controls import yours
from transfer_ui.downloads import Origin
from transfer_ui.palette import theme
from transfer_ui.shell import frame

room.draw(config)
mode = theme()
measured = shipped.measurements()
if room.is_veiled(config):
    answer_place = st.container()
    found = next(iter(measured.values()), None)
    if found and found.looks and pictures.sheet(found.folder):
        st.subheader("The pictures", anchor=False)
        pictures.show_samples(found, found.looks, mode)
        st.caption(f"{words.ABOUT_PICTURES} {words.CREDIT}")
    room.wait(answer_place)

if not measured:
    frame.answer(words.NO_RESULTS)
else:
    answer_place = st.container()
    resolution = next(iter(measured))
    if len(measured) > 1:
        resolution = sidebar.choose_in_link(
            "resolution", words.resolutions(measured), st.segmented_control, label="Pictures of"
        )
    found = measured[resolution]
    with answer_place:
        others = [one for one in measured.values() if one is not found]
        frame.answer(words.headline(found), words.evidence(found, others), words.note(found))
        two_networks.show(figures.both_networks(found), words.headline(found), mode)
        lab = {entry.name: entry.verdict for entry in claims.ledger()}
        st.caption(f"Band: 95 % interval over the seeds. {words.agreement(found, lab)}")

    sizes = {str(size): str(size) for size in found.sizes}
    size = int(
        sidebar.choose_in_link(
            "pictures",
            sizes,
            st.segmented_control,
            default=str(found.fullest_size),
            label="Training pictures per class",
            elsewhere={str(size) for one in others for size in one.sizes},
        )
    )
    st.subheader("What each arm reaches, in both styles", anchor=False)
    of_arms = figures.arms(found, size)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        real_arms.show_strip(figures.styles(found, size), of_arms, mode)
        st.caption(words.at_size(found, size))
        if found.others:
            st.caption(words.style_words(found, size))
    with right:
        real_arms.show_work(figures.work(found, size), of_arms, mode)
        st.caption(words.work_words(found, size))

    st.subheader("Which stages moved", anchor=False)
    stages = [*found.stages, "head"]
    real_arms.show_moves(figures.moves(found, size), figures.arms(found, size, pretrained=True), stages, mode)
    st.caption(words.moves_words(found, size))

    looks = found.looks
    if looks:
        st.subheader("The pictures, and what the network makes of them", anchor=False)
        if pictures.sheet(found.folder):
            pictures.show_samples(found, looks, mode)
            st.caption(f"{words.ABOUT_PICTURES} {words.CREDIT}")
        titles = {name: found.arms[name].title for name in looks.answers}
        arm = sidebar.choose_in_link(
            "network",
            titles,
            st.pills,
            default="end_to_end" if "end_to_end" in titles else "",
            label="Network of",
            elsewhere={name for one in others if one.looks for name in one.looks.answers},
        )
        if pictures.sheet(found.folder):
            pictures.show_mistakes(found, looks, arm, mode)
        st.caption(pictures.mistakes_words(looks, arm, titles[arm]))
        st.markdown("**Its first filters**")
        pictures.show_filters(looks, arm, mode)
        st.caption(pictures.filters_words(looks, arm, titles[arm]))
    st.caption(words.made_words(found.made))
    downloads.offer(
        "Accuracies and work",
        partial(figures.table, found),
        Origin("real_network", [yours.of_the_lab(config)], {"resolution": resolution}),
        "real_network",
    )

frame.try_next(
    config,
    [
        ("claims", {}, "Is the advice true?", "each claim, in this lab and on the real network"),
        ("decide", {}, "How much data until fine-tuning pays", "the same crossing in this lab, at your settings"),
    ],
)
room.tell(config)
