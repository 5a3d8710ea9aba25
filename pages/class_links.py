"""Links for a class: made, previewed and handed out; and what the class predicted, counted."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("class_links")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

chosen = sidebar.draw("class_links")  # likewise: the controls need neither pandas nor Altair

import streamlit as st

from transfer_ui import nouns
from transfer_ui.articles.class_links import builder, counted, handout, preview
from transfer_ui.controls import yours
from transfer_ui.palette import theme
from transfer_ui.shell import frame

config = yours.of_the_lab(chosen)  # a link carries no data
if config != chosen:
    nouns.speak_of(config.pair)
    st.info(yours.NOT_FOR_A_CLASS, icon=":material/info:")
place = st.container()
left, right = st.columns([6, 5], gap="large")
with left:
    made = builder.choose(config)
with place:
    frame.answer(handout.says(made), note=handout.ABOUT)
with right:
    handout.show_for_class(made, config)
handout.show_for_teacher(made, config)
st.subheader("What your class will see", anchor=False)
preview.show(made, config)
if made.link.predict:
    st.subheader("What your class predicted", anchor=False)
    counted.show(made.link, config, theme())
frame.try_next(
    config,
    [
        (made.page, {}, "The page of your link", "as you see it, with everything shown"),
        ("learn", {}, "The guided lesson", "it asks for predictions of its own, step by step"),
    ],
)
